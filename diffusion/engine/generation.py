"""From a checked request to a stream of steps: the app and the command line both call this."""

from collections.abc import Generator, Iterator, Sequence
from functools import lru_cache
from threading import Lock

import torch
from torch import Tensor

from ..core import Noise, Step, guide, sample
from ..errors import UserError
from ..store import MAX_LOADED, Checkpoint
from .batching import Predict, batcher
from .device import Device, find_device
from .fused_networks import first_if_equal, fuse_network
from .request import Request, check_kinds, context_of


def generate(
    checkpoints: Sequence[Checkpoint],
    request: Request,
    device: Device | None = None,
    begin: tuple[Tensor, int] | None = None,
    younger: Sequence[Checkpoint | None] = (),
) -> Generator[tuple[Step, ...], None, None]:
    """Samples from all checkpoints in lockstep, from the same noise and with the same noise at every step.

    Yields one Step per checkpoint at a time, `request.steps + 1` times; pictures are (count, 3, 16, 16).
    begin: start from a clean picture, (3, 16, 16), noised to a level, instead of from pure noise.
    younger: for each checkpoint an earlier epoch of its run, for `request.youth`; without one it is not guided so.
    UserError where the request asks for a kind that a run was trained without.
    """
    contexts = []
    for checkpoint in checkpoints:
        if checkpoint.no_kinds and any(request.kinds) and request.guidance:
            raise UserError(checkpoint.no_kinds)
        check_kinds(checkpoint.config, request)
        contexts.append(context_of(checkpoint.config, request))
    yield from _generate(checkpoints, contexts, request, device, begin, younger)


def _generate(
    checkpoints: Sequence[Checkpoint],
    contexts: Sequence[Tensor],
    request: Request,
    device: Device | None,
    begin: tuple[Tensor, int] | None,
    younger: Sequence[Checkpoint | None],
) -> Generator[tuple[Step, ...], None, None]:
    device = device or find_device()
    with batcher().admit():
        young = younger or [None] * len(checkpoints)
        loops = [
            _sampling_loop(*one, request, device, begin) for one in zip(checkpoints, young, contexts, strict=True)
        ]
        yield from zip(*loops, strict=True)


def generate_finished(
    checkpoint: Checkpoint,
    request: Request,
    device: Device | None = None,
    context: Tensor | None = None,
    younger: Checkpoint | None = None,
) -> Tensor:
    """Only the finished sprites, (count, 3, 16, 16).

    context: (count, V) in place of what the request asks for; it is not checked, since `evaluate` asks for all.
    """
    if context is None:
        context = context_of(checkpoint.config, request)
    for (step,) in _generate([checkpoint], [context], request, device, begin=None, younger=[younger]):  # noqa: B007 (the last one counts; no list of all)
        pass
    return step.x


def predictor(checkpoint: Checkpoint, device: Device) -> Predict:
    """(x, t / T, context) -> eps in float32, by a copy of the network on the device, in its precision.

    The same function for the same checkpoint, so that its sampling loops can be batched; except for the course's
    variant, where each loop draws random convolutions of its own.
    """
    if checkpoint.config.variant == "course":
        return _fuse(checkpoint, device)
    with _fusing:
        return _fuse_once(checkpoint, device)


def _fuse(checkpoint: Checkpoint, device: Device) -> Predict:
    network = fuse_network(checkpoint.network, device)

    def predict(x: Tensor, time: Tensor, context: Tensor) -> Tensor:
        x = x.to(device.dtype, memory_format=torch.channels_last)
        return network(x, first_if_equal(time), first_if_equal(context)).float()

    return predict


_fuse_once = lru_cache(maxsize=MAX_LOADED)(_fuse)
_fusing = Lock()


def _sampling_loop(
    checkpoint: Checkpoint,
    younger: Checkpoint | None,
    context: Tensor,
    request: Request,
    device: Device,
    begin: tuple[Tensor, int] | None,
) -> Iterator[Step]:
    schedule = checkpoint.config.noise_schedule()
    predict = guide(
        batcher().wrap(predictor(checkpoint, device)),
        context.to(device.name),
        request.guidance,
        young=batcher().wrap(predictor(younger, device)) if younger and request.youth != 1 else None,
        youth=request.youth,
        below=request.youth_below / len(schedule),
    )
    return sample(
        predict,
        schedule,
        Noise(request.seed, request.count),
        sampler=request.sampler,
        steps=request.steps,
        eta=request.eta,
        fresh_noise=request.fresh_noise,
        begin=begin,
        device=device.name,
    )
