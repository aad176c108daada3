"""What to generate, as one checked value. Each setting is declared once, as a field of `Request`.

The form, the command line's flags, links, the API's checks and request.json are made from the declarations. A new
setting needs a field here, its words in `Words.settings`, and its use in `generate`.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..core import MAX_SEED, SAMPLERS, Choice, Number, Setting, check_settings, declare, settings_of
from ..data import MAX_PROMPT, TOO_LONG
from ..errors import Message, UserError
from ..refs import EpochRef
from ..sprites import KINDS

MAX_SPRITES = 64
MAX_EPOCHS = 6  # sampled together


@dataclass(frozen=True, kw_only=True)
class Switch(Setting):
    """On or off."""

    def check(self, name: Message, value: Any) -> None:
        if not isinstance(value, bool):
            raise UserError("{name} must be true or false, not {value!r}", name=name, value=value)

    def read(self, text: str) -> bool:
        return text == "true"

    def write(self, value: bool) -> str:
        return str(value).lower()


@dataclass(frozen=True, kw_only=True)
class Shares(Setting):
    """A share of each name, 0 to 1; all zeros leave it open. The command line takes names."""

    names: Sequence[str]
    flag: str

    def check(self, name: Message, value: Any) -> None:
        is_list = isinstance(value, tuple | list) and len(value) == len(self.names)
        if not is_list or not all(isinstance(share, int | float) and 0 <= share <= 1 for share in value):
            raise UserError(
                "{name} must be {count} numbers from 0 to 1 ({options})",
                name=name,
                count=len(self.names),
                options=", ".join(self.names),
            )

    def convert(self, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    def read(self, text: str) -> tuple[float, ...]:
        return tuple(float(share) for share in text.split(","))

    def write(self, value: tuple[float, ...]) -> str:
        return ",".join(f"{share:g}" for share in value)

    def only(self, chosen: str | None) -> tuple[float, ...]:
        """1 for the name, 0 for the others; all zeros for any other word."""
        return tuple(float(name == chosen) for name in self.names)


@dataclass(frozen=True, kw_only=True)
class Prompt(Setting):
    """A text of at most MAX_PROMPT characters; what it means depends on the run."""

    def check(self, name: Message, value: Any) -> None:
        if not isinstance(value, str):
            raise UserError("{name} must be text, not {value!r}", name=name, value=value)
        if len(value) > MAX_PROMPT:
            raise UserError(TOO_LONG, max_prompt=MAX_PROMPT, count=len(value))


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
            low=0,
            high=10,
            slider_high=5,
            step=0.25,
            group="more",
            help="0 ignores what is asked for, above 1 exaggerates it",
        ),
    )
    youth: float = declare(
        1.0,
        Number(
            low=0,
            high=5,
            slider_low=1,
            slider_high=3,
            step=0.25,
            group="more",
            help="above 1 leads away from what an early epoch of the run draws; 1 is off",
        ),
    )
    youth_below: int = declare(
        325,
        Number(
            low=0,
            high=10_000,
            slider_high=500,
            step=25,
            whole=True,
            group="more",
            help="the noisiest level at which --youth counts; there each step asks two networks",
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
    prompt: str = declare(
        "",
        Prompt(help='what to draw, in words that the run knows: "a wizard with red hair and a staff", "蓝色的蘑菇"'),
    )
    surprise: bool = declare(
        False, Switch(help="gives every sprite random words of its own, beside those that are asked for")
    )

    def __post_init__(self) -> None:
        check_settings(self)


PAGE: dict[str, Any] = {"guidance": 1.5}
"""The settings that the page begins with. Where a link, a file or a program does not name one, it is `Request`'s, so
that all of before draw what they drew.

Of the guidances 1, 1.5 and 2, with and without youth 1.5, it is the one that comes near new real sprites when asked
with all their words and still draws what single words ask for; youth changes it by less than the spread, and costs
half as much again. README.md has the numbers.
"""
SETTINGS = settings_of(Request)
RETIRED = {"clip": False}  # settings of earlier versions, each with the value at which it changed nothing


def describe_request(request: Request, epochs: Sequence[EpochRef]) -> dict[str, Any]:
    """All that makes the same sprites again, as plain values: for `python -m diffusion sample --request`."""
    return {"epochs": list(map(str, epochs)), **asdict(request)}


def read_request(values: dict[str, Any]) -> tuple[list[EpochRef], Request, list[str]]:
    """The inverse of `describe_request`, and the names of retired settings that the values turned on.

    values: as JSON has them. Raises a UserError where they are not a request's or one of them is out of range.
    """
    names = values.get("epochs")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UserError("it has no list of epochs")
    if not names:
        raise UserError("it names no epoch")
    if len(names) > MAX_EPOCHS:
        raise UserError(
            "it names {count} epochs; up to {most} can be sampled together", count=len(names), most=MAX_EPOCHS
        )
    if "kinds" not in values:
        raise UserError("it has no kinds")
    if unknown := sorted(values.keys() - {"epochs"} - SETTINGS.keys() - RETIRED.keys()):
        raise UserError("it has settings that this version does not know: {unknown}", unknown=", ".join(unknown))
    ignored = [name for name, neutral in RETIRED.items() if values.get(name, neutral) != neutral]
    settings = {name: one.convert(values[name]) for name, one in SETTINGS.items() if name in values}
    return [EpochRef.parse(name) for name in names], Request(**settings), ignored
