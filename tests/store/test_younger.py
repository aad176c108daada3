"""Which epoch guides the later ones."""

import pytest

from diffusion.store import RunConfig
from diffusion.store.younger import find_younger

SHIPPED = (0, 4, 8, 12, 16, 20, 24, 28, 31)


@pytest.mark.parametrize(
    "there,planned,epoch,expected",
    [
        (SHIPPED, 32, 31, 4),
        (SHIPPED, 32, 8, 4),
        (SHIPPED, 32, 4, None),
        (SHIPPED, 32, 0, None),
        ((0, 4, 24, 31), 32, 24, 4),
        ((0, 4, 24, 31), None, 31, 4),
        (range(8), 8, 7, 1),
        (range(3), 32, 2, None),
        ((0, 24, 31), 32, 31, 0),
        ((1, 3), 16, 3, 1),
        ((31,), 32, 31, None),
        ((), 32, 31, None),
        ((0, 1), "many", 1, 0),
    ],
)
def test_the_epoch_nearest_to_an_eighth_of_the_training(there, planned, epoch, expected):
    config = RunConfig(training={} if planned is None else {"epochs": planned})
    assert find_younger(there, config, epoch) == expected
