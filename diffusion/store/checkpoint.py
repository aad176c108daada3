"""What a run is, in words (`RunConfig`, config.json) and in weights (a state dict, checked before it is used)."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import torch
from torch import Tensor, nn

from ..core import SCHEDULES, VARIANTS, ContextUnet, NoiseSchedule, SpriteUnet
from ..errors import Message, UserError
from ..sprites import KINDS

FORMAT = 1
NETWORKS: dict[str, type[nn.Module]] = {"sprite-unet": SpriteUnet, "context-unet": ContextUnet}


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """config.json: enough to build the network again and to say where it came from."""

    network: str = "sprite-unet"
    width: int = 64  # features at full resolution
    variant: str = "mended"  # "course": behaves as the course's notebooks do
    schedule: str = "linear"
    levels: int = 500  # T
    training: dict[str, Any] = field(default_factory=dict)  # TrainConfig
    data: dict[str, Any] = field(default_factory=dict)  # name, count, labelled, sha256
    start: str = ""  # the checkpoint whose weights it began with; empty: random ones

    def __post_init__(self) -> None:
        for value, known, what in (
            (self.network, NETWORKS, "network"),
            (self.schedule, SCHEDULES, "schedule"),
            (self.variant, VARIANTS, "variant"),
        ):
            if value not in tuple(known):  # a tuple, because what a file says may be unhashable
                raise UserError(
                    "{what} must be one of {known}, not {value!r}", what=what, known=", ".join(known), value=value
                )
        for number, most, what in ((self.width, 512, "width"), (self.levels, 10_000, "levels")):
            if not isinstance(number, int) or not 1 <= number <= most:
                raise UserError(
                    "{what} must be a whole number from 1 to {most}, not {value!r}", what=what, most=most, value=number
                )
        for entries, what in ((self.training, "training"), (self.data, "data")):
            if not isinstance(entries, dict):
                raise UserError("{what} must hold names and values, not {entries!r}", what=what, entries=entries)
        if self.width % 8:
            raise UserError("width must be a multiple of 8, not {width}", width=self.width)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Refuses what it does not know instead of guessing."""
        try:
            fields = json.loads(text)
            found, kinds = fields.pop("format"), fields.pop("kinds")
        except (ValueError, AttributeError, KeyError, TypeError):
            raise UserError("config.json is not a run's: it needs at least format and kinds") from None
        if found != FORMAT:
            raise UserError(
                "config.json has format {found!r}; this version reads format {value}", found=found, value=FORMAT
            )
        if kinds != list(KINDS):
            raise UserError(
                "config.json lists the kinds {kinds}; this version knows {kinds2}",
                kinds=kinds,
                kinds2=", ".join(KINDS),
            )
        try:
            return cls(**fields)
        except TypeError:
            unknown = sorted(set(fields) - set(cls.__dataclass_fields__))
            raise UserError(
                "config.json has entries this version does not know: {unknown}", unknown=", ".join(unknown)
            ) from None

    def to_json(self) -> str:
        return json.dumps({"format": FORMAT, "kinds": KINDS, **asdict(self)}, indent=2) + "\n"

    def build(self) -> nn.Module:
        """A fresh network."""
        if self.network == "context-unet":
            return ContextUnet(self.width, variant=self.variant)
        return SpriteUnet(self.width)

    def noise_schedule(self) -> NoiseSchedule:
        return SCHEDULES[self.schedule](self.levels)


COURSE = RunConfig(network="context-unet", variant="course", schedule="course")  # what its notebooks save


def restore(config: RunConfig, weights: dict[str, Tensor], name: str) -> nn.Module:
    """The network with these weights, float32, ready to sample. Nothing missing, nothing left over, all finite."""
    network = config.build()
    expected = network.state_dict()
    if not isinstance(weights, dict) or not all(isinstance(tensor, Tensor) for tensor in weights.values()):
        raise UserError("{name} holds no state dict; save the network's state_dict() and nothing else", name=name)
    missing = sorted(expected.keys() - weights.keys())
    foreign = sorted(map(str, weights.keys() - expected.keys()))
    if missing or foreign:
        wrong = Message("lacks {key}", key=missing[0]) if missing else Message("has {key}", key=foreign[0])
        raise UserError(
            "{name} is not a checkpoint of {network} ({variant}): it {wrong}",
            name=name,
            network=config.network,
            variant=config.variant,
            wrong=wrong,
        )
    for key, tensor in expected.items():
        if weights[key].shape != tensor.shape:
            found, wanted = tuple(weights[key].shape), tuple(tensor.shape)
            shapes = Message("{key} is {found}, not {wanted}", key=key, found=found, wanted=wanted)
            raise UserError(
                "{name} belongs to a {network} of another size: {shapes}",
                name=name,
                network=config.network,
                shapes=shapes,
            )
        if not torch.isfinite(weights[key].float()).all():
            raise UserError("{name} is damaged: {key} holds values that are not finite", name=name, key=key)
    network.load_state_dict({key: weights[key].to(tensor.dtype) for key, tensor in expected.items()})
    return network.eval()
