"""Runs a generator in ZeroGPU's worker process. On a ZeroGPU Space a GPU exists only there, while the generator runs.

Arguments and yielded values are pickled, so they are plain CPU data, with numpy arrays in place of tensors. Changes in
the worker's memory are lost; files that it writes stay. The generator cannot be paused; it ends at its next yield once
the caller closes it. On any other machine the engine is called directly.
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
from .asking import contexts_of
from .device import find_device, is_zero_gpu
from .generation import generate as generate_directly
from .request import Request

Work = Callable[..., Iterator[Any]]

STARTUP_SECONDS = 5  # until the first step; an estimate
SECONDS_PER_EVALUATION = 0.01  # of one step of one network, at most; an estimate. ZeroGPU serves short requests sooner


@dataclass(frozen=True)
class RemoteError:
    """A ValueError as a value: of an exception in the worker, the caller receives only the class's name."""

    message: Message | str


@dataclass(frozen=True, eq=False)
class PickledCheckpoint:
    """A checkpoint as plain data, for pickling."""

    config: RunConfig
    epoch: int
    weights: dict[str, np.ndarray]
    no_kinds: Message | None = None

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> "PickledCheckpoint":
        weights = {name: tensor.numpy() for name, tensor in checkpoint.network.state_dict().items()}
        return cls(checkpoint.config, checkpoint.epoch, weights, checkpoint.no_kinds)

    def to_checkpoint(self) -> Checkpoint:
        weights = {name: torch.from_numpy(array) for name, array in self.weights.items()}
        network = restore(self.config, weights, f"epoch {self.epoch}")
        return Checkpoint(self.config, self.epoch, network, self.no_kinds)


def run_on_lent_gpu(seconds: Callable[..., float]) -> Callable[[Work], Work]:
    """Decorates a generator function to run in the worker process, where there is one.

    seconds: gives the duration to request from ZeroGPU; called with the generator's arguments.
    """

    def decorate(work: Work) -> Work:
        if not is_zero_gpu():
            return work
        import spaces

        @wraps(work)
        def in_worker(*arguments: Any) -> Iterator[Any]:
            _reset_forked_process()
            torch.set_num_threads(1)  # OpenMP's other threads were not copied; it would wait for them for ever
            try:
                yield from work(*arguments)
            except ValueError as error:
                yield RemoteError(message_of(error))

        remote = spaces.GPU(in_worker, duration=seconds)

        @wraps(work)
        def in_caller(*arguments: Any) -> Iterator[Any]:
            batching.batcher().wait_until_idle()
            with closing(remote(*arguments)) as events:
                for event in events:
                    if isinstance(event, RemoteError):
                        raise UserError(event.message)
                    yield event

        return in_caller

    return decorate


@cache
def _reset_forked_process() -> None:
    """Drops the device and the batcher that a worker process was forked with, once in each worker.

    The batcher's thread was not copied, and its lock may be held for ever.
    """
    find_device.cache_clear()
    batching.batcher.cache_clear()


def generate_on_lent_gpu(
    checkpoints: Sequence[Checkpoint],
    request: Request,
    begin: tuple[Tensor, int] | None = None,
    younger: Sequence[Checkpoint | None] = (),
) -> Iterator[tuple[Step, ...]]:
    """As `generation.generate`, in ZeroGPU's worker process where there is one."""
    if not is_zero_gpu():
        yield from generate_directly(checkpoints, request, begin=begin, younger=younger)
        return
    contexts_of(checkpoints, request)  # what is refused borrows no GPU; and the tables that it reads are forked too
    picture = (begin[0].numpy(), begin[1]) if begin else None
    networks, young = _each_once(PickledCheckpoint.of, checkpoints, younger if request.youth != 1 else ())
    for steps in _generate_in_worker(networks, young, request, picture):
        yield tuple(Step(t, torch.from_numpy(x), torch.from_numpy(x0)) for t, x, x0 in steps)


def _each_once(make: Callable[[Any], Any], *lists: Sequence[Any]) -> list[list[Any]]:
    """The lists with `make(one)` in place of each one that is not None, made once of the same one."""
    made = {one: make(one) for one in dict.fromkeys(one for several in lists for one in several) if one}
    return [[made.get(one) for one in several] for several in lists]


def estimate_seconds_to_generate(
    checkpoints: Sequence[PickledCheckpoint], younger: Sequence[PickledCheckpoint | None], request: Request, _: object
) -> float:
    """Seconds to request from ZeroGPU."""
    guided = sum(min(1, request.youth_below / young.config.levels) for young in younger if young)
    return STARTUP_SECONDS + SECONDS_PER_EVALUATION * (len(checkpoints) + guided) * request.steps


@run_on_lent_gpu(estimate_seconds_to_generate)
def _generate_in_worker(
    checkpoints: Sequence[PickledCheckpoint],
    younger: Sequence[PickledCheckpoint | None],
    request: Request,
    begin: tuple[np.ndarray, int] | None,
) -> Iterator[list[tuple[int, np.ndarray, np.ndarray]]]:
    picture = (torch.from_numpy(begin[0]), begin[1]) if begin else None
    networks, young = _each_once(PickledCheckpoint.to_checkpoint, checkpoints, younger)
    for steps in generate_directly(networks, request, begin=picture, younger=young):
        yield [(step.t, step.x.cpu().numpy(), step.x0.cpu().numpy()) for step in steps]
