"""How long a training run will take on this machine: said before it begins, and corrected while it runs."""

import time
from functools import cache
from pathlib import Path

import torch

from .checkpoint import RunConfig
from .runner import SAMPLE
from .runs import Plan, config_of, make_accelerator
from .store import load_file
from .training import StepDone, TrainConfig, TrainingSet, train

WARM_UP, TIMED = 1, 3  # steps


def estimate(plan: Plan, pictures: int, held_out: int) -> float:
    """Seconds. A picture that is only looked at, and not learned from, costs a third of one that is."""
    like = load_file(Path(plan.start)).config if plan.start else RunConfig()
    config = config_of(plan, like, {})
    speed = sprites_a_second(config.network, config.width, plan.training.batch_size)
    looked_at = 30 * plan.training.batch_size + held_out + SAMPLE.count * SAMPLE.steps  # after every epoch
    return plan.training.epochs * (pictures + looked_at / 3) / speed


@cache
def sprites_a_second(network: str, width: int, batch_size: int) -> float:
    """Measured once for each network and batch size, on a few steps with noise for pictures; about a second."""
    config = RunConfig(network=network, width=width)
    noise = torch.randint(0, 256, (batch_size * (WARM_UP + TIMED), 16, 16, 3), dtype=torch.uint8)
    data = TrainingSet(noise, torch.zeros(len(noise), 5))
    steps = train(
        config.build(),
        config.noise_schedule(),
        data,
        TrainConfig(epochs=1, batch_size=batch_size),
        accelerator=make_accelerator(),
    )
    for event in steps:
        if isinstance(event, StepDone) and event.step == WARM_UP:
            started = time.monotonic()
        elif isinstance(event, StepDone) and event.step == WARM_UP + TIMED:
            steps.close()
            return batch_size * TIMED / (time.monotonic() - started)
    raise AssertionError("a run of four steps has a fourth step")
