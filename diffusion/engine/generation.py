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
    for checkpoint in checkpoints:
        check_kinds(checkpoint.config, request)
    yield from _generate(checkpoints, request, device, begin, younger)


def _generate(
    checkpoints: Sequence[Checkpoint],
    request: Request,
    device: Device | None,
    begin: tuple[Tensor, int] | None,
    younger: Sequence[Checkpoint | None],
) -> Generator[tuple[Step, ...], None, None]:
    device = device or find_device()
    for checkpoint in checkpoints:
        if checkpoint.no_kinds and any(request.kinds) and request.guidance:
            raise UserError(checkpoint.no_kinds)
    with batcher().admit():
        pairs = zip(checkpoints, younger or [None] * len(checkpoints), strict=True)
        loops = [_sampling_loop(checkpoint, young, request, device, begin) for checkpoint, young in pairs]
        yield from zip(*loops, strict=True)


def generate_finished(checkpoint: Checkpoint, request: Request, device: Device | None = None) -> Tensor:
    """Only the finished sprites, (count, 3, 16, 16). The kinds are not checked: `evaluate` asks for all its data."""
    for (step,) in _generate([checkpoint], request, device, begin=None, younger=()):  # noqa: B007 (the last one counts; no list of all)
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
    request: Request,
    device: Device,
    begin: tuple[Tensor, int] | None,
) -> Iterator[Step]:
    context = context_of(checkpoint.config, request).to(device.name)
    schedule = checkpoint.config.noise_schedule()
    predict = guide(
        batcher().wrap(predictor(checkpoint, device)),
        context,
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
