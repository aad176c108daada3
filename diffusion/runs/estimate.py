"""Estimates how long a training run takes on this machine, before it begins."""

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

STEPS = 10  # the first one warms up and is not timed


def estimate_seconds(plan: Plan, pictures: int, validation: int) -> float:
    """Seconds of the whole run. pictures, validation: how many to train on, and how many for the validation loss."""
    return plan.training.epochs * estimate_epoch_seconds(plan, pictures, validation)


def estimate_epoch_seconds(plan: Plan, pictures: int, validation: int) -> float:
    """Seconds of one epoch. A picture that goes through the network forward only costs a third of a training one."""
    like = load_file(Path(plan.start)).config if plan.start else RunConfig()
    config = make_config(plan, like, {})
    speed = measure_training_speed(config.network, config.width, plan.training.batch_size)
    forward_only = min(30 * plan.training.batch_size, pictures) + validation + 2 * PREVIEW_COUNT * Request().steps
    return (pictures + forward_only / 3) / speed


def measure_training_speed(network: str, width: int, batch_size: int) -> float:
    """Sprites a second, measured once for each network and batch size in about a second; thread-safe."""
    with _measuring:
        return _measure(network, width, batch_size)


_measuring = Lock()


@cache
def _measure(network: str, width: int, batch_size: int) -> float:
    """Trains a few steps on noise and takes the fastest: other work of the machine slows the others down."""
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
    release_openmp_threads()  # the OpenMP threads of this thread would slow down the run
    return batch_size / min(end - begin for begin, end in pairwise(ends))
