"""A run's settings (`RunConfig`, config.json) and the check of its weights (a state dict)."""

import json
from dataclasses import dataclass, field, fields
from typing import Any, Self

import torch
from torch import Tensor, nn

from ..core import (
    SCHEDULES,
    VARIANTS,
    Choice,
    ContextUnet,
    NoiseSchedule,
    Size,
    SpriteUnet,
    Vocabulary,
    check_settings,
    declare,
    kinds_vocabulary,
)
from ..errors import Message, UserError
from ..sprites import KINDS
from .json_text import parse_object

FORMAT = 1
MAX_CONFIG = 2**21  # bytes of a config.json, most of them its vocabulary
EARLIER_TRAINING = {"drop_words": 0.0, "weighting": "none"}  # of runs whose config.json does not say it
FIRST = "first"  # the variant of a sprite-unet of earlier versions
NETWORKS: dict[str, type[nn.Module]] = {"sprite-unet": SpriteUnet, "context-unet": ContextUnet}


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """config.json: enough to build the network again and to say where it came from."""

    network: str = declare("sprite-unet", Choice(options=NETWORKS, help="sprite-unet, or that of --from"))
    width: int = declare(64, Size(high=512, multiple_of=8, help="features at full resolution: 64, or those of --from"))
    variant: str = declare("mended", Choice(options=(*VARIANTS, FIRST)))  # "course": as in the course's notebooks
    schedule: str = declare("linear", Choice(options=SCHEDULES, help="how the noise grows: linear, or that of --from"))
    levels: int = declare(500, Size(high=10_000))  # T
    training: dict[str, Any] = field(default_factory=dict)  # TrainConfig
    vocabulary: Vocabulary = field(default_factory=kinds_vocabulary)
    data: dict[str, Any] = field(default_factory=dict)  # name, count, labelled, unseen, sha256
    start: str = ""  # the checkpoint whose weights it began with; empty: random weights

    def __post_init__(self) -> None:
        check_settings(self)
        for entries, what in ((self.training, "training"), (self.data, "data")):
            if not isinstance(entries, dict):
                raise UserError("{what} must hold names and values, not {entries!r}", what=what, entries=entries)
        if not isinstance(self.vocabulary, Vocabulary):
            raise UserError(
                "{what} must be lists of names, not {entries!r}", what="vocabulary", entries=self.vocabulary
            )
        wrong = {"course": "sprite-unet", FIRST: "context-unet"}.get(self.variant)
        if self.network == wrong:
            raise UserError("there is no {network} of the variant {variant}", network=wrong, variant=self.variant)
        if not isinstance(self.start, str):
            raise UserError("{what} must be text, not {entries!r}", what="start", entries=self.start)

    @classmethod
    def from_json(cls, text: bytes | str, name: str = "config.json") -> Self:
        """Raises UserError for a format, kinds or entries that this version does not know."""
        entries = parse_object(text, name, MAX_CONFIG)
        if "format" not in entries or not {"kinds", "vocabulary"} & entries.keys():
            raise UserError("{name} is not a run's: it needs at least format and vocabulary", name=name)
        found, kinds = entries.pop("format"), entries.pop("kinds", list(KINDS))
        if found != FORMAT:
            raise UserError(
                "{name} has format {found!r}; this version reads format {known}", name=name, found=found, known=FORMAT
            )
        if kinds != list(KINDS):
            raise UserError(
                "{name} lists the kinds {kinds}; this version knows {known}",
                name=name,
                kinds=kinds,
                known=", ".join(KINDS),
            )
        if unknown := sorted(entries.keys() - cls.__dataclass_fields__.keys()):
            raise UserError(
                "{name} has entries this version does not know: {unknown}", name=name, unknown=", ".join(unknown)
            )
        try:
            return cls(**_patch_earlier_fields(entries))
        except UserError as mistake:
            raise UserError("{name}: {mistake}", name=name, mistake=mistake) from None

    def to_json(self) -> str:
        entries = {part.name: getattr(self, part.name) for part in fields(self)}
        return json.dumps({"format": FORMAT, **entries | {"vocabulary": self.vocabulary.to_json()}}, indent=2) + "\n"

    def build(self) -> nn.Module:
        """A fresh network."""
        return NETWORKS[self.network](self.width, names=len(self.vocabulary), variant=self.variant)

    def known_words(self) -> frozenset[str] | None:
        """The names of its vocabulary that the run was trained with; None where it does not say.

        Runs of earlier versions do not; a run that began with other weights may know the words of those. A foreign
        config.json may hold anything.
        """
        if self.start:
            return None
        if self.training.get("drop_label") == 1 or self.data.get("labelled") == 0:
            return frozenset()
        unseen, counts = self.data.get("unseen"), self.data.get("kinds")
        if isinstance(unseen, list):
            return frozenset(self.vocabulary.names) - {name for name in unseen if isinstance(name, str)}
        if not isinstance(counts, dict) or not all(isinstance(counts.get(kind), int) for kind in KINDS):
            return None
        return frozenset(kind for kind in KINDS if counts[kind] > 0)

    def known_kinds(self) -> tuple[str, ...] | None:
        """The kinds among `known_words`, in the order of KINDS."""
        known = self.known_words()
        return None if known is None else tuple(kind for kind in KINDS if kind in known)

    def noise_schedule(self) -> NoiseSchedule:
        return SCHEDULES[self.schedule](self.levels)


COURSE = RunConfig(network="context-unet", variant="course", schedule="course")  # what its notebooks save


def _patch_earlier_fields(entries: dict[str, Any]) -> dict[str, Any]:
    """The entries of a config.json of an earlier version, as this version names them.

    "flip" stays where it was true: such a run opens, and `load_plan` refuses to resume it.
    """
    if "vocabulary" in entries:
        return entries | {"vocabulary": Vocabulary.from_json(entries["vocabulary"])}
    if entries.get("network") == "sprite-unet":
        entries = entries | {"variant": FIRST}
    if not isinstance(training := entries.get("training"), dict):
        return entries
    training = {"optimizer" if name == "recipe" else name: value for name, value in training.items()}
    if training.get("flip") is False:
        del training["flip"]
    return entries | {"training": training | (EARLIER_TRAINING if training else {})}


def restore(config: RunConfig, weights: dict[str, Tensor], name: str) -> nn.Module:
    """The network with these weights, of any precision, in float32 and evaluation mode.

    Raises UserError where weights are missing, left over, of another shape or not finite. The counters of BatchNorm
    may be missing: old versions of torch had none, and nothing is computed from them.
    """
    network = config.build()
    expected = network.state_dict()
    weights = {key: tensor for key, tensor in expected.items() if key.endswith("num_batches_tracked")} | weights
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
        weights[key] = _plain_numbers(weights[key], tensor.dtype, name, key)
    network.load_state_dict({key: weights[key] for key in expected})
    return network.eval()


def _plain_numbers(tensor: Tensor, dtype: torch.dtype, name: str, key: str) -> Tensor:
    """The tensor in this type; a UserError where it holds no numbers, or some that are not finite."""
    is_plain = tensor.layout == torch.strided and not (tensor.is_meta or tensor.is_quantized or tensor.is_complex())
    if not is_plain:
        raise UserError("{name} cannot be used: {key} holds no plain numbers", name=name, key=key)
    tensor = tensor.to(dtype)
    if not torch.isfinite(tensor).all():
        raise UserError("{name} is damaged: {key} holds values that are not finite", name=name, key=key)
    return tensor
