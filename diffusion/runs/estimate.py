"""How long a training run will take on this machine: said before it begins, and corrected while it runs."""

import time
from functools import cache
from itertools import islice, pairwise
from pathlib import Path
from threading import Lock

import torch

from ..core import TrainConfig, TrainingSet, train
from ..engine import Request, make_accelerator, release_openmp_threads
from ..store import RunConfig, load_file
from .previews import PREVIEW_COUNT
from .train_run import Plan, make_config

STEPS = 10  # the first of which only warms up


def estimate_seconds(plan: Plan, pictures: int, held_out: int) -> float:
    """Seconds of the whole run."""
    return plan.training.epochs * estimate_epoch_seconds(plan, pictures, held_out)


def estimate_epoch_seconds(plan: Plan, pictures: int, held_out: int) -> float:
    """A picture that is only looked at, and not learned from, costs a third of one that is."""
    like = load_file(Path(plan.start)).config if plan.start else RunConfig()
    config = make_config(plan, like, {})
    speed = measure_training_speed(config.network, config.width, plan.training.batch_size)
    looked_at = 30 * plan.training.batch_size + held_out + 2 * PREVIEW_COUNT * Request().steps  # after every epoch
    return (pictures + looked_at / 3) / speed


def measure_training_speed(network: str, width: int, batch_size: int) -> float:
    """Measured once for each network and batch size; about a second. Whoever asks meanwhile waits for the same."""
    with _measuring:
        return _measure(network, width, batch_size)


_measuring = Lock()


@cache
def _measure(network: str, width: int, batch_size: int) -> float:
    """On a few steps with noise for pictures.

    The fastest step counts: the others met whatever else the machine did just then, such as opening the page.
    """
    config = RunConfig(network=network, width=width)
    noise = torch.randint(0, 256, (batch_size * STEPS, 16, 16, 3), dtype=torch.uint8)
    data = TrainingSet(noise, torch.zeros(len(noise), 5))
    steps = train(
        config.build(),
        config.noise_schedule(),
        data,
        TrainConfig(epochs=1, batch_size=batch_size),
        accelerator=make_accelerator(),
    )
    ends = [time.monotonic() for event in islice(steps, STEPS)]
    steps.close()
    release_openmp_threads()  # the thread that asked lives on, and would slow down the run
    return batch_size / min(end - begin for begin, end in pairwise(ends))
