"""What to generate, as one checked value. Each setting is declared once, as a field of `Request`.

The form, the command line's flags, links, the API's checks and request.json are made from the declarations. A new
setting needs a field here, its words in `Words.settings`, and its use in `generate`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from numbers import Integral, Real
from typing import Any, Literal

from ..core import MAX_SEED, SAMPLERS, Sampler
from ..errors import Message, UserError
from ..refs import EpochRef
from ..sprites import KINDS

MAX_SPRITES = 64

# Where a setting stands in the form; a link and the API leave an experiment out while it has its default.
Group = Literal["main", "more", "experiment"]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting of a request: its range, its control in the form and its help on the command line."""

    help: str
    group: Group = "main"

    def check(self, name: str, value: Any) -> None:
        """Raises a UserError unless the value is in range."""

    def convert(self, value: Any) -> Any:
        """A value from JSON in the type that the setting has."""
        return value

    def read(self, text: str) -> Any:
        """The value in a link; a ValueError where there is none."""
        return text

    def write(self, value: Any) -> str:
        """The inverse of `read`."""
        return str(value)


@dataclass(frozen=True, kw_only=True)
class Number(Setting):
    """A number between `low` and `high`; a slider with `step` from `low` to `slider_high`, or a box without `step`."""

    low: float
    high: float | None = None  # None: the noise schedule sets the limit
    whole: bool = False
    step: float | None = None
    slider_high: float | None = None  # `high` unless given

    def check(self, name: str, value: Any) -> None:
        title = Message(name)
        if self.whole and not _is_number(value, Integral):
            raise UserError("{name} must be a whole number, not {value!r}", name=title, value=value)
        if not _is_number(value, Real):
            raise UserError("{name} must be a number, not {value!r}", name=title, value=value)
        if self.high is None and not value >= self.low:
            raise UserError("{name} must be at least {low}, not {value}", name=title, low=self.low, value=value)
        if self.high is not None and not self.low <= value <= self.high:
            raise UserError(
                "{name} must be between {low} and {high}, not {value}",
                name=title,
                low=self.low,
                high=self.high,
                value=value,
            )

    def convert(self, value: Any) -> Any:
        return int(value) if self.whole and isinstance(value, float) and value.is_integer() else value

    def read(self, text: str) -> float:
        return int(text) if self.whole else float(text)


def _is_number(value: Any, kind: type) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


@dataclass(frozen=True, kw_only=True)
class Choice(Setting):
    """One of several names, each with a title that is the same in every language."""

    options: Mapping[str, Sampler]

    def check(self, name: str, value: Any) -> None:
        if not isinstance(value, str) or value not in self.options:
            raise UserError(
                "{name} must be one of {options}, not {value!r}",
                name=Message(name),
                options=", ".join(self.options),
                value=value,
            )


@dataclass(frozen=True, kw_only=True)
class Switch(Setting):
    """On or off."""

    def check(self, name: str, value: Any) -> None:
        if not isinstance(value, bool):
            raise UserError("{name} must be true or false, not {value!r}", name=Message(name), value=value)

    def read(self, text: str) -> bool:
        return text == "true"

    def write(self, value: bool) -> str:
        return str(value).lower()


@dataclass(frozen=True, kw_only=True)
class Shares(Setting):
    """A share of each name, 0 to 1; all zeros leave it open. The command line takes one name."""

    names: Sequence[str]
    flag: str

    def check(self, name: str, value: Any) -> None:
        if len(value) != len(self.names) or not all(0 <= share <= 1 for share in value):
            raise UserError(
                "{name} must be {count} numbers from 0 to 1 ({options})",
                name=Message(name),
                count=len(self.names),
                options=", ".join(self.names),
            )

    def convert(self, value: Any) -> tuple[float, ...]:
        return tuple(value)

    def read(self, text: str) -> tuple[float, ...]:
        return tuple(float(share) for share in text.split(","))

    def write(self, value: tuple[float, ...]) -> str:
        return ",".join(f"{share:g}" for share in value)

    def only(self, chosen: str | None) -> tuple[float, ...]:
        """1 for the name, 0 for the others; all zeros for any other word."""
        return tuple(float(name == chosen) for name in self.names)


def declare(default: Any, setting: Setting) -> Any:
    """A field of `Request`."""
    return field(default=default, metadata={"setting": setting})


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to generate; one that is out of range cannot be made."""

    count: int = declare(32, Number(low=1, high=MAX_SPRITES, step=1, whole=True, help="how many sprites, 1 to 64"))
    seed: int = declare(0, Number(low=0, high=MAX_SEED, whole=True, help="same seed, same sprites"))
    sampler: str = declare(  # the best of the README's table
        "sa", Choice(options=SAMPLERS, group="more", help="the update rule of the sampling loop")
    )
    steps: int = declare(
        20, Number(low=1, slider_high=500, step=1, whole=True, group="more", help="evaluations of the network")
    )
    guidance: float = declare(
        1.0,
        Number(
            low=0, high=10, slider_high=5, step=0.25, group="more", help="0 ignores the kind, above 1 exaggerates it"
        ),
    )
    eta: float = declare(
        0.0, Number(low=0, high=1, step=0.05, group="experiment", help="ddim: share of fresh noise, 0 to 1")
    )
    fresh_noise: bool = declare(
        True, Switch(group="experiment", help="--no-fresh-noise is the experiment: add no noise back at any step")
    )
    kinds: tuple[float, ...] = declare(
        (0.0,) * len(KINDS), Shares(names=KINDS, flag="kind", help="what to draw; anything unless given")
    )

    def __post_init__(self) -> None:
        for name, setting in settings_of(type(self)).items():
            setting.check(name, getattr(self, name))


def settings_of(request: type[Request]) -> dict[str, Setting]:
    """Name -> declaration of each setting, in the order of the fields."""
    return {one.name: one.metadata["setting"] for one in fields(request)}


SETTINGS = settings_of(Request)
RETIRED = {"clip": False}  # settings of earlier versions, each with the value at which it changed nothing


def describe_request(request: Request, epochs: Sequence[EpochRef]) -> dict[str, Any]:
    """All that makes the same sprites again, as plain values: for `python -m diffusion sample --request`."""
    return {"epochs": list(map(str, epochs)), **asdict(request)}


def read_request(values: dict[str, Any]) -> tuple[list[EpochRef], Request, list[str]]:
    """The inverse of `describe_request`, and the names of retired settings that the values turned on.

    Raises a KeyError, TypeError or AttributeError where the values are not a request's, a UserError where one of
    them is out of range.
    """
    values = values.copy()
    epochs = [EpochRef.parse(name) for name in values.pop("epochs")]
    ignored = [name for name, neutral in RETIRED.items() if values.pop(name, neutral) != neutral]
    values["kinds"] = tuple(values["kinds"])
    return epochs, Request(**values), ignored
