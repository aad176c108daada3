"""What programs may send to the API, checked, and the types of its answers."""

import base64
import math
from collections.abc import Callable, Collection, Iterable
from functools import wraps
from itertools import chain
from typing import Any, Literal, TypedDict

import numpy as np

from ...core import SAMPLERS, Number
from ...data import Limits, fit_to_sprite, open_picture, translate_word
from ...engine import SETTINGS, Prompt, Request, Shares, find_words, nearest_known
from ...errors import Message, UserError
from ...sprites import KINDS
from ...store import Checkpoint, EpochMetrics, Quality, RunConfig

MAX_SCALE = 16
MAX_NEAREST = 8
MAX_WORDS = 200  # in one answer of list_words
MAX_IMAGE_CHARACTERS = 2_000_000  # of base64


class Grid(TypedDict):
    """Where the sprites are in the picture: `scale` screen pixels a sprite pixel, `gap` sprite pixels between two."""

    rows: int
    columns: int
    scale: int
    gap: int


class Asked(TypedDict):
    words: dict[str, float]  # names of the run's vocabulary that were asked for, with their weights
    choices: dict[str, list[str]]  # what was typed -> the names that it could mean; the first was taken
    each: list[list[str]]  # with surprise: the words of each sprite


class Sprites(TypedDict):
    recipe: dict[str, Any]  # request.json: `python -m diffusion sample --request` makes the same again
    grid: Grid
    link: str  # the page that shows the same, from the root of this server
    guided_by: list[int | None]  # for each epoch the earlier one whose mistakes it was led away from
    seconds: float
    words: dict[str, float]  # as of Asked
    choices: dict[str, list[str]]
    each: list[list[str]]


class MeasuredEpoch(TypedDict):
    epoch: int
    frechet: float | None  # the distance to real sprites; None where it was not measured
    precision: float | None
    recall: float | None
    copied: float | None


class Comparison(TypedDict):
    recipe: dict[str, Any]  # request.json
    grid: Grid
    link: str
    guided_by: list[int | None]
    seconds: float
    measured: list[MeasuredEpoch]
    words: dict[str, float]  # as of Asked
    choices: dict[str, list[str]]
    each: list[list[str]]


class Prediction(TypedDict):
    run: str
    epoch: int
    level: int
    signal: float  # the share of the clean picture's amplitude that is left at the level
    noise_error: float  # root mean square; the noise itself has 1
    sprite_error: float  # root mean square; pictures span -1 to 1
    panels: list[str]  # from left to right
    words: dict[str, float]  # as of Asked
    choices: dict[str, list[str]]


class WordList(TypedDict):
    run: str
    groups: dict[str, int]  # how many words were found in each
    words: dict[str, str]  # at most MAX_WORDS of them -> their Chinese names
    nearest: list[str]  # where none was found


def with_choices(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """The endpoint with the names of all kinds and samplers in the types of its arguments, for the API's schema."""

    @wraps(endpoint)
    def wrapper(*arguments: Any) -> Any:
        return endpoint(*arguments)

    choices = {"kind": Literal[("any", *KINDS)], "sampler": Literal[tuple(SAMPLERS)]}
    hints = endpoint.__annotations__
    wrapper.__annotations__ = hints | {name: choices[name] for name in choices.keys() & hints.keys()}
    return wrapper


def check_request(kind: str, **settings: Any) -> Request:
    """The arguments of an endpoint as a request. A program may have sent any type."""
    kinds = SETTINGS["kinds"]
    assert isinstance(kinds, Shares)
    chosen = kinds.only(check_name(kind, ("any", *kinds.names), "kind"))
    return Request(kinds=chosen, **{name: SETTINGS[name].convert(value) for name, value in settings.items()})


def epochs_of(checkpoints: Iterable[Checkpoint | None]) -> list[int | None]:
    return [checkpoint.epoch if checkpoint else None for checkpoint in checkpoints]


def list_words_of(name: str, config: RunConfig, contains: object, group: object) -> WordList:
    """The words that a run knows, as `find_words` finds them."""
    contains = check_text(contains, "contains")
    group = check_name(group, ("", *(title for title, _ in config.vocabulary.groups)), "group")
    found = find_words(config, contains, group)
    words = list(chain.from_iterable(found.values()))
    return {
        "run": name,
        "groups": {title: len(names) for title, names in found.items()},
        "words": {word: translate_word(word, "zh") for word in words[:MAX_WORDS]},
        "nearest": nearest_known(config, contains, MAX_NEAREST) if contains.strip() and not words else [],
    }


def check_text(text: object, name: str) -> str:
    """A text that is no longer than a prompt."""
    Prompt().check(Message(name), text)
    return str(text)


def check_name(name: object, known: Collection[str], what: str) -> str:
    if not isinstance(name, str) or name not in known:
        raise UserError("{what} must be one of {known}, not {value!r}", what=what, known=", ".join(known), value=name)
    return name


def check_number(number: object, name: str, low: float = -math.inf, high: float = math.inf) -> int:
    """A whole number, which JSON may write as 5.0, within its range."""
    setting = Number(low=low, high=high, whole=True)
    value = setting.convert(number)
    setting.check(Message(name), value)
    return value


def decode_image(image: object) -> np.ndarray:
    """base64 of a picture file, or a data: URL -> uint8 (16, 16, 3)."""
    if not isinstance(image, str) or len(image) > MAX_IMAGE_CHARACTERS:
        raise UserError(
            "image must be base64 of a PNG file, at most {max_characters:,} characters",
            max_characters=MAX_IMAGE_CHARACTERS,
        )
    try:
        raw = base64.b64decode(image.partition(",")[2] if image.startswith("data:") else image, validate=True)
        with open_picture(raw) as found:
            if max(found.size) > Limits.side:
                raise UserError(
                    "image is {width} x {height}; at most {side} x {side}",
                    width=found.width,
                    height=found.height,
                    side=Limits.side,
                )
            return fit_to_sprite(found)
    except UserError:
        raise
    except Exception:  # of base64 and of Pillow's decoders, from ValueError to struct.error
        raise UserError("image must be base64 of a PNG file; this is none") from None


def measured_quality(epoch: int, facts: EpochMetrics) -> MeasuredEpoch:
    quality = facts.quality or Quality()
    frechet, precision, recall, copied = (
        number.mean if number else None
        for number in (quality.frechet, quality.precision, quality.recall, quality.copied)
    )
    return {"epoch": epoch, "frechet": frechet, "precision": precision, "recall": recall, "copied": copied}
