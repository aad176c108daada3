"""Estimates how long a training run takes on this machine, before it begins."""

import math
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import torch

from ..core import TrainConfig, TrainingSet, train
from ..engine import Request, make_accelerator, release_openmp_threads
from ..store import RunConfig, load_file
from .plan import Plan, make_config
from .previews import PREVIEW_COUNT, is_previewed

STEPS, SECONDS = 10, 1.0  # of a measurement: it ends after whichever comes first, but not before MIN_STEPS
MIN_STEPS = 3  # the first one warms up and is not timed
BATCH_SIZES = tuple(2**exponent for exponent in range(8))  # that are measured; larger ones are hardly faster a sprite
MAX_WIDTH = 128  # that is measured

Speed = Callable[[str, int, int], float | None]  # network, width, batch size -> sprites a second, None: not known yet


def measure_training_speed(network: str, width: int, batch_size: int) -> float:
    """Trains a few steps on noise, for about a second. The fastest counts: other work of the machine slows it down."""
    config = RunConfig(network=network, width=width)
    noise = torch.randint(0, 256, (batch_size * STEPS, 16, 16, 3), dtype=torch.uint8)
    data = TrainingSet(noise, torch.zeros(len(noise), 5))
    training = TrainConfig(epochs=1, batch_size=batch_size)
    ends = []
    steps = train(config.build(), config.noise_schedule(), data, training, accelerator=make_accelerator())
    for _ in steps:
        ends.append(time.monotonic())
        if len(ends) == STEPS or (len(ends) >= MIN_STEPS and ends[-1] - ends[0] > SECONDS):
            break
    steps.close()
    release_openmp_threads()  # the OpenMP threads of this thread would slow down the run
    return batch_size / min(end - begin for begin, end in pairwise(ends))


def measured_setting(network: str, width: int, batch_size: int) -> tuple[tuple[str, int, int], float]:
    """The setting to measure in place of this one, and how many times as fast this one is.

    So few settings are ever measured, and none that takes long: the arithmetic grows with the square of the width.
    """
    near = min(BATCH_SIZES, key=lambda size: abs(math.log(size / batch_size)))
    return (network, min(width, MAX_WIDTH), near), (min(width, MAX_WIDTH) / width) ** 2


def estimate_seconds(plan: Plan, pictures: int, validation: int, speed: Speed) -> float | None:
    """Seconds of the whole run; None where its speed is not known yet.

    pictures, validation: how many to train on, and how many for the validation loss.
    """
    seconds = estimate_epoch_seconds(plan, pictures, validation, speed)
    return seconds and plan.training.epochs * seconds


def estimate_epoch_seconds(plan: Plan, pictures: int, validation: int, speed: Speed) -> float | None:
    """Seconds of an epoch, on average. A picture that goes through the network forward only costs a third of one that
    is trained on."""
    like = load_file(Path(plan.start)).config if plan.start else RunConfig()
    config = make_config(plan, like, {}, like.vocabulary)
    found = speed(config.network, config.width, plan.training.batch_size)
    if found is None:
        return None
    epochs = plan.training.epochs
    previews = sum(is_previewed(plan, epoch) for epoch in range(epochs)) / epochs
    drawing = previews * 2 * PREVIEW_COUNT * Request().steps  # twice, for guidance
    forward_only = min(30 * plan.training.batch_size, pictures) + validation + drawing
    return (pictures + forward_only / 3) / found if found else math.inf
