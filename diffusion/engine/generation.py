"""From a checked request to a stream of steps: what both the app and the command line call."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

import torch
from torch import Tensor

from ..core import SAMPLERS, Noise, Step, guide, sample
from ..errors import UserError
from ..refs import EpochRef
from ..sprites import KINDS
from ..store import MAX_LOADED, Checkpoint
from .batching import Predict, batcher
from .device import Device, find_device
from .fused_networks import first_if_equal, fuse_network

MAX_SPRITES = 64


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a person asked for; wrong ones cannot be made."""

    count: int = 32
    sampler: str = "sa"  # the winner of the README's table
    steps: int = 20
    seed: int = 0
    kinds: tuple[float, ...] = (0.0,) * len(KINDS)  # shares of each kind, 0..1; all zeros: any kind
    guidance: float = 1.0  # 0 ignores the kinds, 1 follows them, more exaggerates
    eta: float = 0.0  # ddim: 0 adds no noise, 1 as much as ddpm with the smaller variance
    clip: bool = False  # hold x0 inside [-1, 1] at every step
    fresh_noise: bool = True  # False: the experiment of leaving out the noise at every step

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MAX_SPRITES:
            raise UserError(
                "the number of sprites must be between 1 and {max_sprites}, not {count}",
                max_sprites=MAX_SPRITES,
                count=self.count,
            )
        if self.sampler not in SAMPLERS:
            raise UserError(
                "sampler must be one of {samplers}, not {sampler!r}",
                samplers=", ".join(SAMPLERS),
                sampler=self.sampler,
            )
        if len(self.kinds) != len(KINDS) or not all(0 <= share <= 1 for share in self.kinds):
            raise UserError(
                "kinds must be {count} numbers from 0 to 1 ({kinds})", count=len(KINDS), kinds=", ".join(KINDS)
            )
        if not 0 <= self.guidance <= 10:
            raise UserError("guidance must be between 0 and 10, not {guidance}", guidance=self.guidance)
        if not 0 <= self.eta <= 1:
            raise UserError("eta must be between 0 and 1, not {eta}", eta=self.eta)
        if self.steps < 1:
            raise UserError("steps must be at least 1, not {steps}", steps=self.steps)


def describe_request(request: Request, epochs: Sequence[EpochRef]) -> dict[str, Any]:
    """All that is needed to make the same sprites again, as plain values: `python -m diffusion sample --recipe`."""
    return {"epochs": list(map(str, epochs)), **asdict(request)}


def generate(
    checkpoints: Sequence[Checkpoint],
    request: Request,
    device: Device | None = None,
    begin: tuple[Tensor, int] | None = None,
) -> Generator[tuple[Step, ...], None, None]:
    """Walk all checkpoints in lockstep, from the same noise and with the same noise at every step.

    Yields one Step per checkpoint at a time, `request.steps + 1` times; pictures are (count, 3, 16, 16).
    begin: set out from a clean picture, (3, 16, 16), noised to a level, instead of from pure noise.
    """
    device = device or find_device()
    with batcher().admit():
        walks = [_sampling_loop(checkpoint, request, device, begin) for checkpoint in checkpoints]
        yield from zip(*walks, strict=True)


def generate_finished(checkpoint: Checkpoint, request: Request, device: Device | None = None) -> Tensor:
    """Only the sprites at the end of the walk, (count, 3, 16, 16)."""
    for (step,) in generate([checkpoint], request, device):  # noqa: B007 (the last one counts; none is kept before)
        pass
    return step.x


def predictor(checkpoint: Checkpoint, device: Device) -> Predict:
    """(x, t / T, context) -> eps in float32, by a copy of the network on the device, in its precision.

    The same function for the same checkpoint, so that its walks can be answered together; except for the course's
    variant, where each walk draws random convolutions of its own.
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
    checkpoint: Checkpoint, request: Request, device: Device, begin: tuple[Tensor, int] | None
) -> Iterator[Step]:
    context = torch.tensor([request.kinds] * request.count, device=device.name)
    return sample(
        guide(batcher().wrap(predictor(checkpoint, device)), context, request.guidance),
        checkpoint.config.noise_schedule(),
        Noise(request.seed, request.count),
        sampler=request.sampler,
        steps=request.steps,
        eta=request.eta,
        clip=request.clip,
        fresh_noise=request.fresh_noise,
        begin=begin,
        device=device.name,
    )
