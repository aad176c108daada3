"""What a run is, in words (`RunConfig`, config.json) and in weights (a state dict, checked before it is used)."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import torch
from torch import Tensor, nn

from ..core import SCHEDULES, VARIANTS, ContextUnet, NoiseSchedule, SpriteUnet
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
                raise ValueError(f"{what} must be one of {', '.join(known)}, not {value!r}")
        for number, most, what in ((self.width, 512, "width"), (self.levels, 10_000, "levels")):
            if not isinstance(number, int) or not 1 <= number <= most:
                raise ValueError(f"{what} must be a whole number from 1 to {most}, not {number!r}")
        for entries, what in ((self.training, "training"), (self.data, "data")):
            if not isinstance(entries, dict):
                raise ValueError(f"{what} must hold names and values, not {entries!r}")
        if self.width % 8:
            raise ValueError(f"width must be a multiple of 8, not {self.width}")

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Refuses what it does not know instead of guessing."""
        try:
            fields = json.loads(text)
            found, kinds = fields.pop("format"), fields.pop("kinds")
        except (ValueError, AttributeError, KeyError, TypeError):
            raise ValueError("config.json is not a run's: it needs at least format and kinds") from None
        if found != FORMAT:
            raise ValueError(f"config.json has format {found!r}; this version reads format {FORMAT}")
        if kinds != list(KINDS):
            raise ValueError(f"config.json lists the kinds {kinds}; this version knows {', '.join(KINDS)}")
        try:
            return cls(**fields)
        except TypeError:
            unknown = sorted(set(fields) - set(cls.__dataclass_fields__))
            raise ValueError(f"config.json has entries this version does not know: {', '.join(unknown)}") from None

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
        raise ValueError(f"{name} holds no state dict; save the network's state_dict() and nothing else")
    missing = sorted(expected.keys() - weights.keys())
    foreign = sorted(map(str, weights.keys() - expected.keys()))
    if missing or foreign:
        wrong = f"lacks {missing[0]}" if missing else f"has {foreign[0]}"
        raise ValueError(f"{name} is not a checkpoint of {config.network} ({config.variant}): it {wrong}")
    for key, tensor in expected.items():
        if weights[key].shape != tensor.shape:
            shapes = f"{key} is {tuple(weights[key].shape)}, not {tuple(tensor.shape)}"
            raise ValueError(f"{name} belongs to a {config.network} of another size: {shapes}")
        if not torch.isfinite(weights[key].float()).all():
            raise ValueError(f"{name} is damaged: {key} holds values that are not finite")
    network.load_state_dict({key: weights[key].to(tensor.dtype) for key, tensor in expected.items()})
    return network.eval()
