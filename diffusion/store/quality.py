"""The numbers of metrics.json as values, read and checked once: the file of a foreign run is not to be trusted.

    metrics.json   {"0": {"step": 200, "loss": …, "held_out_loss": …, "quality": {…}}, …, "floor": {"fresh": {…}, …}}

"quality" has "knows" since words can be asked for: {"shapes": {"mean": 0.9, "drawn": 0.86}, …}, of what was asked the
share that is recognised in the drawings, over the share in real sprites ("ceiling" in "floor"), and the first alone.

What does not have the form of a number of ours reads as "not measured": None.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from .json_text import parse_object

MAX_NUMBER = 1e12
MAX_SHARE = 10.0  # drawings may be plainer than real sprites, so that more of them are recognised
MAX_LEVELS = 100  # of a list of errors
BASELINE = "floor"  # its key in metrics.json
KNOWN = {  # what a run is asked for, one after the other; the titles are those of the card
    "kinds": "kinds",
    "shapes": "shapes",
    "shapes_rarest": "rarest tenth of the shapes",
    "colours": "colours",
    "combinations": "combinations never seen in training",
}


@dataclass(frozen=True)
class Measured:
    """A number's mean over groups of sprites, and its standard deviation between the groups."""

    mean: float
    spread: float | None = None

    @classmethod
    def from_json(cls, value: Any) -> Self | None:
        mean, spread = (_number(_at(value, name)) for name in ("mean", "spread"))
        return None if mean is None else cls(mean, spread)


@dataclass(frozen=True)
class NumberFormat:
    """How a number of Quality is written."""

    title: str  # in English; the pages have their own words
    form: str
    unit: float = 1.0  # the factor it is multiplied by

    def write(self, number: Measured | None) -> str:
        """As "1.67 ± 0.17"; empty where it was not measured."""
        if number is None:
            return ""
        parts = (number.mean,) if number.spread is None else (number.mean, number.spread)
        return " ± ".join(self.form.format(self.unit * part) for part in parts)


def _written(title: str, form: str = "{:.1f} %", unit: float = 100) -> dict[str, NumberFormat]:
    return {"format": NumberFormat(title, form, unit)}


@dataclass(frozen=True, kw_only=True)
class Quality:
    """How good the sprites of an epoch are, or how real sprites measure; None where it was not measured."""

    frechet: Measured | None = field(default=None, metadata=_written("Fréchet distance", "{:.2f}", 1))
    frechet_page: Measured | None = field(default=None, metadata=_written("as the page asks", "{:.2f}", 1))
    frechet_asked: Measured | None = field(default=None, metadata=_written("asked with all words", "{:.2f}", 1))
    kernel: Measured | None = field(default=None, metadata=_written("kernel distance", "{:.3f}", 1))
    precision: Measured | None = field(default=None, metadata=_written("precision"))
    recall: Measured | None = field(default=None, metadata=_written("recall"))
    copied: Measured | None = field(default=None, metadata=_written("copies of training sprites"))
    recognised: Measured | None = field(default=None, metadata=_written("kind seen"))
    sprites: int | None = None  # measured, over all groups
    seeds: int | None = None  # groups
    noise_error: tuple[float, ...] = ()  # of the predicted noise, from low noise levels to high ones
    knows: dict[str, float] = field(default_factory=dict)  # names of KNOWN: recognised, as a share of real sprites'

    @classmethod
    def from_json(cls, value: Any) -> Self | None:
        """value: an entry "quality"."""
        if not isinstance(value, dict):
            return None
        errors = value.get("noise_error")
        numbers = [_number(error) for error in errors[:MAX_LEVELS]] if isinstance(errors, list) else []
        return cls(
            **{name: Measured.from_json(value.get(name)) for name in QUALITY_NUMBERS},
            sprites=_whole(value.get("sprites")),
            seeds=_whole(value.get("seeds")),
            noise_error=() if None in numbers else tuple(number for number in numbers if number is not None),
            knows=_shares({name: _at(_at(value.get("knows"), name), "mean") for name in KNOWN}),
        )


QUALITY_NUMBERS: dict[str, NumberFormat] = {
    entry.name: entry.metadata["format"] for entry in fields(Quality) if entry.metadata
}


@dataclass(frozen=True, kw_only=True)
class EpochMetrics:
    """What is known of one epoch; None where it was not measured."""

    step: int | None = None  # updates up to its end
    loss: float | None = None  # mean over the epoch
    validation_loss: float | None = None
    rate: float | None = None  # sprites a second
    quality: Quality | None = None

    @classmethod
    def from_json(cls, facts: Any) -> Self:
        """facts: an entry of metrics.json."""
        return cls(
            step=_whole(_at(facts, "step")),
            loss=_number(_at(facts, "loss")),
            validation_loss=_number(_at(facts, "held_out_loss")),
            rate=_number(_at(facts, "sprites_per_second")),
            quality=Quality.from_json(_at(facts, "quality")),
        )


Metrics = Mapping[int, EpochMetrics]


@dataclass(frozen=True)
class Baseline:
    """The numbers of real sprites, and how the epochs were measured."""

    real: dict[str, Quality] = field(default_factory=dict)  # "held_out", "fresh"
    steps: int | None = None  # of DDPM
    ceiling: dict[str, float] = field(default_factory=dict)  # names of KNOWN: recognised in real sprites
    exam: Mapping[str, Any] = field(default_factory=dict)  # how all of it was measured: only alike can be compared

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """value: the entry "floor"."""
        found = {name: Quality.from_json(_at(value, name)) for name in ("held_out", "fresh")}
        real = {name: quality for name, quality in found.items() if quality}
        ceiling = _shares({name: _at(_at(value, "ceiling"), name) for name in KNOWN})
        exam = _at(value, "exam")
        return cls(real, _whole(_at(exam, "steps")), ceiling, exam if isinstance(exam, dict) else {})


def read_entries(content: bytes, name: str = "metrics.json") -> dict[str, dict[str, Any]]:
    """The entries of a metrics.json that have our form: epochs as text, and "floor". UserError where it is damaged."""
    return {
        entry: facts
        for entry, facts in parse_object(content, name).items()
        if isinstance(facts, dict) and (entry == BASELINE or _is_epoch(entry))
    }


def read_metrics(entries: dict[str, dict[str, Any]]) -> dict[int, EpochMetrics]:
    """The epochs among the entries, in their order."""
    epochs = {int(name): facts for name, facts in entries.items() if _is_epoch(name)}
    return {epoch: EpochMetrics.from_json(facts) for epoch, facts in sorted(epochs.items())}


def _is_epoch(name: str) -> bool:
    return name.isascii() and name.isdecimal() and len(name) <= 6


def _at(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and -MAX_NUMBER < value < MAX_NUMBER else None


def _shares(values: dict[str, Any]) -> dict[str, float]:
    """Those that are numbers from 0 to MAX_SHARE."""
    found = {name: _number(value) for name, value in values.items()}
    return {name: share for name, share in found.items() if share is not None and 0 <= share <= MAX_SHARE}


def _whole(value: Any) -> int | None:
    number = _number(value)
    return None if number is None or number < 0 else int(number)
