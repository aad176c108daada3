"""Training on a GPU that ZeroGPU lends, in slices of time. See engine/zero_gpu.py."""

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from ..core import EpochDone, MidEpoch, StepDone, TrainEvent
from ..engine import STARTUP_SECONDS, is_zero_gpu, run_on_lent_gpu
from .plan import Plan
from .train_run import run_plan

SLICE_SECONDS = 50  # of training, for which a GPU is lent at a time


def run_plan_on_lent_gpu(
    plan: Plan, *, resume: bool = False, wants_state: Callable[[], bool] = lambda: False
) -> Generator[TrainEvent, None, None]:
    """`run_plan` on a GPU that is lent for one slice of time after the other, until the run is over.

    Each slice saves its state and the next one resumes it. So it yields the events of one long run, and a MidEpoch at
    the end of each slice. When no GPU is lent any more, the run can be resumed. Without ZeroGPU it is `run_plan`.
    """
    if not is_zero_gpu():
        yield from run_plan(plan, resume=resume, wants_state=wants_state)
        return
    with TemporaryDirectory() as folder:
        save_file, is_waiting, is_finished = Path(folder) / "save", False, False
        while not is_finished:
            for event in _train_slice(plan, resume, save_file, SLICE_SECONDS):
                yield _with_tensors(event)
                if isinstance(event, StepDone) and not is_waiting and wants_state():
                    is_waiting = True
                    save_file.touch()
                is_waiting = is_waiting and not isinstance(event, MidEpoch)
                is_finished = isinstance(event, EpochDone) and event.epoch == plan.training.epochs - 1
            resume = True


@run_on_lent_gpu(lambda plan, resume, save_file, seconds: STARTUP_SECONDS + seconds)
def _train_slice(plan: Plan, resume: bool, save_file: Path, seconds: float) -> Iterator[TrainEvent]:
    """Runs in the process with the GPU. save_file: exists when the state is to be saved."""
    end = time.monotonic() + seconds
    for event in run_plan(plan, resume=resume, wants_state=lambda: time.monotonic() > end or save_file.exists()):
        yield _with_arrays(event)
        if isinstance(event, MidEpoch):
            save_file.unlink(missing_ok=True)
            if time.monotonic() > end:
                return


def _with_arrays(event: TrainEvent) -> TrainEvent:
    """For the other process: NumPy arrays for tensors, without the resume state, which is on the disk by now."""
    if isinstance(event, EpochDone):
        arrays: dict[str, Any] = {name: value.numpy() for name, value in event.weights.items()}
        return replace(event, resume={}, weights=arrays)
    return replace(event, resume={}) if isinstance(event, MidEpoch) else event


def _with_tensors(event: TrainEvent) -> TrainEvent:
    if isinstance(event, EpochDone):
        return replace(event, weights={name: torch.from_numpy(value) for name, value in event.weights.items()})
    return event
