"""The border to a lent GPU. On a ZeroGPU Space a GPU exists only in another process, while a decorated generator runs.

Arguments and what is yielded are pickled there and back, so only plain CPU data crosses, with numpy in place of
tensors; what changes in memory there is lost, what is written to the disk stays; the work cannot be paused, and ends
at its next yield once nobody asks for more. Anywhere else nothing is added: the engine is called as it is.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..core import Step
from ..errors import Message, UserError, message_of
from ..store import Checkpoint, RunConfig, restore
from . import batching
from .device import find_device, is_zero_gpu
from .generation import generate as generate_here
from .request import Request

Work = Callable[..., Iterator[Any]]

STARTUP_SECONDS = 5  # seconds before the first step; an estimate
SECONDS_PER_EVALUATION = (
    0.01  # seconds of one step of one network, at most: an estimate too. Asking for less is served sooner
)


@dataclass(frozen=True)
class RemoteError:
    """A ValueError on its way back: of an exception that crosses, only the name of its class arrives."""

    message: Message | str


@dataclass(frozen=True, eq=False)
class PickledCheckpoint:
    """A checkpoint as plain data."""

    config: RunConfig
    epoch: int
    weights: dict[str, np.ndarray]

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> "PickledCheckpoint":
        weights = {name: tensor.numpy() for name, tensor in checkpoint.network.state_dict().items()}
        return cls(checkpoint.config, checkpoint.epoch, weights)

    def unpacked(self) -> Checkpoint:
        weights = {name: torch.from_numpy(array) for name, array in self.weights.items()}
        return Checkpoint(self.config, self.epoch, restore(self.config, weights, f"epoch {self.epoch}"))


def run_on_lent_gpu(seconds: Callable[..., float]) -> Callable[[Work], Work]:
    """A generator function that runs where the GPU is. seconds: for which to ask, called with its arguments."""

    def decorate(work: Work) -> Work:
        if not is_zero_gpu():
            return work
        import spaces

        @wraps(work)
        def there(*arguments: Any) -> Iterator[Any]:
            _reset_forked_process()
            torch.set_num_threads(1)  # OpenMP's other threads did not come along; to wait for them is for ever
            try:
                yield from work(*arguments)
            except ValueError as mistake:
                yield RemoteError(message_of(mistake))

        lent = spaces.GPU(there, duration=seconds)

        @wraps(work)
        def here(*arguments: Any) -> Iterator[Any]:
            batching.batcher().wait_until_idle()
            with closing(lent(*arguments)) as events:
                for event in events:
                    if isinstance(event, RemoteError):
                        raise UserError(event.message)
                    yield event

        return here

    return decorate


@cache
def _reset_forked_process() -> None:
    """Once in each borrowed process: forget the device of the process that it was forked from, and its engine.

    That one may look as if it had its thread, which did not come along, or its lock may be held for ever.
    """
    find_device.cache_clear()
    batching.batcher.cache_clear()


def generate_on_lent_gpu(
    checkpoints: Sequence[Checkpoint], request: Request, begin: tuple[Tensor, int] | None = None
) -> Iterator[tuple[Step, ...]]:
    """`diffusion.generate.generate`, where the GPU is."""
    if not is_zero_gpu():
        yield from generate_here(checkpoints, request, begin=begin)
        return
    picture = (begin[0].numpy(), begin[1]) if begin else None
    for steps in _generate_there([PickledCheckpoint.of(checkpoint) for checkpoint in checkpoints], request, picture):
        yield tuple(Step(t, torch.from_numpy(x), torch.from_numpy(x0)) for t, x, x0 in steps)


def estimate_seconds_to_generate(checkpoints: Sequence[PickledCheckpoint], request: Request, _: object) -> float:
    return STARTUP_SECONDS + SECONDS_PER_EVALUATION * len(checkpoints) * request.steps


@run_on_lent_gpu(estimate_seconds_to_generate)
def _generate_there(
    checkpoints: Sequence[PickledCheckpoint], request: Request, begin: tuple[np.ndarray, int] | None
) -> Iterator[list[tuple[int, np.ndarray, np.ndarray]]]:
    picture = (torch.from_numpy(begin[0]), begin[1]) if begin else None
    for steps in generate_here([checkpoint.unpacked() for checkpoint in checkpoints], request, begin=picture):
        yield [(step.t, step.x.cpu().numpy(), step.x0.cpu().numpy()) for step in steps]
