"""The border to a lent GPU. On a ZeroGPU Space a GPU exists only in another process, while a decorated generator runs.

Arguments and what is yielded are pickled there and back, so only plain CPU data crosses, with numpy in place of
tensors; what changes in memory there is lost, what is written to the disk stays; the work cannot be paused, and ends
at its next yield once nobody asks for more. Anywhere else nothing is added: the engine is called as it is.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache, wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from torch import Tensor

from . import generate as engine
from . import runs, sharing
from .checkpoint import RunConfig, restore
from .device import find_device, lends_gpu
from .generate import Request
from .runs import Plan
from .sampling import Step
from .store import Checkpoint
from .training import EpochDone, Event, MidEpoch, StepDone

Work = Callable[..., Iterator[Any]]

STARTING = 5  # seconds before the first step; an estimate
EVALUATION = 0.01  # seconds of one step of one network, at most: an estimate too. Asking for less is served sooner
SLICE = 50  # seconds of training for which a GPU is lent at a time


@dataclass(frozen=True)
class Mistake:
    """A ValueError on its way back: of an exception that crosses, only the name of its class arrives."""

    text: str


@dataclass(frozen=True, eq=False)
class Packed:
    """A checkpoint as plain data."""

    config: RunConfig
    epoch: int
    weights: dict[str, np.ndarray]

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> "Packed":
        weights = {name: tensor.numpy() for name, tensor in checkpoint.network.state_dict().items()}
        return cls(checkpoint.config, checkpoint.epoch, weights)

    def unpacked(self) -> Checkpoint:
        weights = {name: torch.from_numpy(array) for name, array in self.weights.items()}
        return Checkpoint(self.config, self.epoch, restore(self.config, weights, f"epoch {self.epoch}"))


def on_gpu(seconds: Callable[..., float]) -> Callable[[Work], Work]:
    """A generator function that runs where the GPU is. seconds: for which to ask, called with its arguments."""

    def decorate(work: Work) -> Work:
        if not lends_gpu():
            return work
        import spaces

        @wraps(work)
        def there(*arguments: Any) -> Iterator[Any]:
            _arrive()
            torch.set_num_threads(1)  # OpenMP's other threads did not come along; to wait for them is for ever
            try:
                yield from work(*arguments)
            except ValueError as mistake:
                yield Mistake(str(mistake))

        lent = spaces.GPU(there, duration=seconds)

        @wraps(work)
        def here(*arguments: Any) -> Iterator[Any]:
            sharing.engine().rest()
            with closing(lent(*arguments)) as events:
                for event in events:
                    if isinstance(event, Mistake):
                        raise ValueError(event.text)
                    yield event

        return here

    return decorate


@cache
def _arrive() -> None:
    """Once in each borrowed process: forget the device of the process that it was forked from, and its engine.

    That one may look as if it had its thread, which did not come along, or its lock may be held for ever.
    """
    find_device.cache_clear()
    sharing.engine.cache_clear()


def generate(
    checkpoints: Sequence[Checkpoint], request: Request, begin: tuple[Tensor, int] | None = None
) -> Iterator[tuple[Step, ...]]:
    """`diffusion.generate.generate`, where the GPU is."""
    if not lends_gpu():
        yield from engine.generate(checkpoints, request, begin=begin)
        return
    picture = (begin[0].numpy(), begin[1]) if begin else None
    for steps in _generate_there([Packed.of(checkpoint) for checkpoint in checkpoints], request, picture):
        yield tuple(Step(t, torch.from_numpy(x), torch.from_numpy(x0)) for t, x, x0 in steps)


def seconds_to_generate(checkpoints: Sequence[Packed], request: Request, _: object) -> float:
    return STARTING + EVALUATION * len(checkpoints) * request.steps


@on_gpu(seconds_to_generate)
def _generate_there(
    checkpoints: Sequence[Packed], request: Request, begin: tuple[np.ndarray, int] | None
) -> Iterator[list[tuple[int, np.ndarray, np.ndarray]]]:
    picture = (torch.from_numpy(begin[0]), begin[1]) if begin else None
    for steps in engine.generate([checkpoint.unpacked() for checkpoint in checkpoints], request, begin=picture):
        yield [(step.t, step.x.cpu().numpy(), step.x0.cpu().numpy()) for step in steps]


def carry_out(plan: Plan, *, resume: bool = False, wants_state: Callable[[], bool] = lambda: False) -> Iterator[Event]:
    """`diffusion.runs.carry_out`, where the GPU is: lent for a slice of time, again and again, until the run is over.

    Each slice saves where it stands and the next one resumes there, so that what is yielded is what one long run
    would yield, and a MidEpoch at the end of each slice. Where no GPU is lent any more, the run can be resumed.
    """
    if not lends_gpu():
        yield from runs.carry_out(plan, resume=resume, wants_state=wants_state)
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


@on_gpu(lambda plan, resume, wanted, seconds: STARTING + seconds)
def _train_there(plan: Plan, resume: bool, wanted: Path, seconds: float) -> Iterator[Event]:
    """wanted: a file that is there when somebody wants the state to be saved."""
    end = time.monotonic() + seconds
    for event in runs.carry_out(plan, resume=resume, wants_state=lambda: time.monotonic() > end or wanted.exists()):
        yield _packed(event)
        if isinstance(event, MidEpoch):
            wanted.unlink(missing_ok=True)
            if time.monotonic() > end:
                return


def _packed(event: Event) -> Event:
    """Without what is on the GPU, and is on the disk by now."""
    if isinstance(event, EpochDone):
        return replace(event, resume={}, weights={name: value.numpy() for name, value in event.weights.items()})
    return replace(event, resume={}) if isinstance(event, MidEpoch) else event


def _unpacked(event: Event) -> Event:
    if isinstance(event, EpochDone):
        return replace(event, weights={name: torch.from_numpy(value) for name, value in event.weights.items()})
    return event
