"""Training on a lent GPU, slice by slice of time. See engine/zero_gpu.py."""

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from ..core import EpochDone, MidEpoch, StepDone, TrainEvent
from ..engine import STARTUP_SECONDS, is_zero_gpu, run_on_lent_gpu
from .train_run import Plan, run_plan

SLICE = 50  # seconds of training for which a GPU is lent at a time


def run_plan_on_lent_gpu(
    plan: Plan, *, resume: bool = False, wants_state: Callable[[], bool] = lambda: False
) -> Generator[TrainEvent, None, None]:
    """`run_plan`, where the GPU is: lent for a slice of time, again and again, until the run is over.

    Each slice saves where it stands and the next one resumes there, so that what is yielded is what one long run
    would yield, and a MidEpoch at the end of each slice. Where no GPU is lent any more, the run can be resumed.
    """
    if not is_zero_gpu():
        yield from run_plan(plan, resume=resume, wants_state=wants_state)
        return
    with TemporaryDirectory() as folder:
        wanted, waiting, finished = Path(folder) / "wanted", False, False
        while not finished:
            for event in _train_there(plan, resume, wanted, SLICE):
                yield _unpacked(event)
                if isinstance(event, StepDone) and not waiting and wants_state():
                    waiting = True
                    wanted.touch()
                waiting = waiting and not isinstance(event, MidEpoch)
                finished = isinstance(event, EpochDone) and event.epoch == plan.training.epochs - 1
            resume = True


@run_on_lent_gpu(lambda plan, resume, wanted, seconds: STARTUP_SECONDS + seconds)
def _train_there(plan: Plan, resume: bool, wanted: Path, seconds: float) -> Iterator[TrainEvent]:
    """wanted: a file that is there when somebody wants the state to be saved."""
    end = time.monotonic() + seconds
    for event in run_plan(plan, resume=resume, wants_state=lambda: time.monotonic() > end or wanted.exists()):
        yield _packed(event)
        if isinstance(event, MidEpoch):
            wanted.unlink(missing_ok=True)
            if time.monotonic() > end:
                return


def _packed(event: TrainEvent) -> TrainEvent:
    """Without what is on the GPU, and is on the disk by now."""
    if isinstance(event, EpochDone):
        arrays: dict[str, Any] = {name: value.numpy() for name, value in event.weights.items()}
        return replace(event, resume={}, weights=arrays)
    return replace(event, resume={}) if isinstance(event, MidEpoch) else event


def _unpacked(event: TrainEvent) -> TrainEvent:
    if isinstance(event, EpochDone):
        return replace(event, weights={name: torch.from_numpy(value) for name, value in event.weights.items()})
    return event
