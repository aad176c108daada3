"""A run's settings (`RunConfig`, config.json) and the check of its weights (a state dict)."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import torch
from torch import Tensor, nn

from ..core import SCHEDULES, VARIANTS, Choice, ContextUnet, NoiseSchedule, Size, SpriteUnet, check_settings, declare
from ..errors import Message, UserError
from ..sprites import KINDS

FORMAT = 1
NETWORKS: dict[str, type[nn.Module]] = {"sprite-unet": SpriteUnet, "context-unet": ContextUnet}


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """config.json: enough to build the network again and to say where it came from."""

    network: str = declare("sprite-unet", Choice(options=NETWORKS, help="sprite-unet, or that of --from"))
    width: int = declare(64, Size(high=512, multiple_of=8, help="features at full resolution: 64, or those of --from"))
    variant: str = declare("mended", Choice(options=VARIANTS))  # "course": as in the course's notebooks
    schedule: str = declare("linear", Choice(options=SCHEDULES, help="how the noise grows: linear, or that of --from"))
    levels: int = declare(500, Size(high=10_000))  # T
    training: dict[str, Any] = field(default_factory=dict)  # TrainConfig
    data: dict[str, Any] = field(default_factory=dict)  # name, count, labelled, kinds, sha256
    start: str = ""  # the checkpoint whose weights it began with; empty: random weights

    def __post_init__(self) -> None:
        check_settings(self)
        for entries, what in ((self.training, "training"), (self.data, "data")):
            if not isinstance(entries, dict):
                raise UserError("{what} must hold names and values, not {entries!r}", what=what, entries=entries)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Raises UserError for a format, kinds or entries that this version does not know."""
        try:
            fields = json.loads(text)
            found, kinds = fields.pop("format"), fields.pop("kinds")
        except (ValueError, AttributeError, KeyError, TypeError):
            raise UserError("config.json is not a run's: it needs at least format and kinds") from None
        if found != FORMAT:
            raise UserError(
                "config.json has format {found!r}; this version reads format {known}", found=found, known=FORMAT
            )
        if kinds != list(KINDS):
            raise UserError(
                "config.json lists the kinds {kinds}; this version knows {known}", kinds=kinds, known=", ".join(KINDS)
            )
        try:
            return cls(**_patch_earlier_fields(fields))
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

    def known_kinds(self) -> tuple[str, ...] | None:
        """The kinds that the run was trained with; None where it does not say, as runs of earlier versions.

        A run that began with other weights may know the kinds of those. A foreign config.json may hold anything.
        """
        if self.start:
            return None
        if self.training.get("drop_label") == 1 or self.data.get("labelled") == 0:
            return ()
        counts = self.data.get("kinds")
        if not isinstance(counts, dict) or not all(isinstance(counts.get(kind), int) for kind in KINDS):
            return None
        return tuple(kind for kind in KINDS if counts[kind] > 0)

    def noise_schedule(self) -> NoiseSchedule:
        return SCHEDULES[self.schedule](self.levels)


COURSE = RunConfig(network="context-unet", variant="course", schedule="course")  # what its notebooks save


def _patch_earlier_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """The entries of a config.json of an earlier version, as this version names them.

    "flip" stays where it was true: such a run opens, and `load_plan` refuses to resume it.
    """
    if not isinstance(training := fields.get("training"), dict):
        return fields
    training = {"optimizer" if name == "recipe" else name: value for name, value in training.items()}
    if training.get("flip") is False:
        del training["flip"]
    return fields | {"training": training}


def restore(config: RunConfig, weights: dict[str, Tensor], name: str) -> nn.Module:
    """The network with these weights, in float32 and evaluation mode.

    Raises UserError where weights are missing, left over, of another shape or not finite.
    """
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
