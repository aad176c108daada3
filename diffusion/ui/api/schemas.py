"""What programs may send to the API, checked, and what they are answered with."""

import base64
import binascii
import io
from collections.abc import Collection
from typing import Any, Literal, TypedDict

import numpy as np
import torch
from gradio import FileData
from gradio.processing_utils import save_img_array_to_cache
from gradio.utils import get_upload_folder
from PIL import Image, UnidentifiedImageError

from ...core import SAMPLERS
from ...data import Limits, fit_to_sprite
from ...engine import Request
from ...errors import UserError
from ...sprites import KINDS, enlarged
from ...store import EpochMetrics, Quality

Kind = Literal["any", "hero", "non-hero", "food", "spell", "side-facing"]
Sampler = Literal["sa", "ddpm", "ddim", "dpmpp", "sde-dpmpp"]

MAX_SCALE = 16
MAX_IMAGE = 2_000_000  # characters of base64


class Grid(TypedDict):
    """Where the sprites are in the picture: `scale` screen pixels a sprite pixel, a gap of one sprite pixel."""

    rows: int
    columns: int
    scale: int


class Sprites(TypedDict):
    recipe: dict[str, Any]  # `python -m diffusion sample --recipe` makes the same again
    grid: Grid
    link: str  # the page that shows the same, from the root of this server
    seconds: float


class Measured(TypedDict):
    epoch: int
    frechet: float | None  # the distance to real sprites; None where it was not measured
    precision: float | None
    recall: float | None
    copied: float | None


class Comparison(TypedDict):
    recipe: dict[str, Any]
    grid: Grid
    link: str
    seconds: float
    measured: list[Measured]


class Look(TypedDict):
    run: str
    epoch: int
    level: int
    signal: float  # the share of the clean picture's amplitude that is left at the level
    noise_error: float  # root mean square; the noise itself has 1
    sprite_error: float  # root mean square; pictures span -1 to 1
    panels: list[str]  # from left to right


def asked_for(kind: str, count: int, seed: int, steps: int, sampler: str, guidance: float) -> Request:
    """What a program sent, checked: nothing says that it kept to the types."""
    wanted = named(kind, ("any", *KINDS), "kind")
    if isinstance(guidance, bool) or not isinstance(guidance, int | float):
        raise UserError("guidance must be a number, not {guidance!r}", guidance=guidance)
    steps = whole(steps, "steps")
    if steps > 500:
        raise UserError("steps must be between 1 and 500, not {steps}", steps=steps)
    return Request(
        count=whole(count, "count"),
        seed=whole(seed, "seed"),
        steps=steps,
        sampler=named(sampler, SAMPLERS, "sampler"),
        guidance=guidance,
        kinds=tuple(float(wanted == known) for known in KINDS),
    )


def named(name: object, known: Collection[str], what: str) -> str:
    if not isinstance(name, str) or name not in known:
        raise UserError("{what} must be one of {known}, not {value!r}", what=what, known=", ".join(known), value=name)
    return name


def whole(number: object, name: str) -> int:
    if isinstance(number, bool) or not isinstance(number, int | float) or not float(number).is_integer():
        raise UserError("{name} must be a whole number, not {number!r}", name=name, number=number)
    return int(number)


def scaled(scale: object) -> int:
    if not 1 <= whole(scale, "scale") <= MAX_SCALE:
        raise UserError("scale must be between 1 and {max_scale}, not {scale}", max_scale=MAX_SCALE, scale=scale)
    return int(scale)


def opened(image: object) -> np.ndarray:
    """base64 of a picture file, or a data: URL -> uint8 (16, 16, 3)."""
    if not isinstance(image, str) or len(image) > MAX_IMAGE:
        raise UserError("image must be base64 of a PNG file, at most {max_image:,} characters", max_image=MAX_IMAGE)
    try:
        raw = base64.b64decode(image.partition(",")[2] if image.startswith("data:") else image, validate=True)
        with Image.open(io.BytesIO(raw)) as found:
            if max(found.size) > Limits.side:
                raise UserError(
                    "image is {width} x {height}; at most {side} x {side2}",
                    width=found.width,
                    height=found.height,
                    side=Limits.side,
                    side2=Limits.side,
                )
            return fit_to_sprite(found)
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError, binascii.Error):
        raise UserError("image must be base64 of a PNG file; this is none") from None


def distance(one: torch.Tensor, other: torch.Tensor) -> float:
    return round(float((one - other).square().mean().sqrt()), 4)


def measured(epoch: int, facts: EpochMetrics) -> Measured:
    quality = facts.quality or Quality()
    frechet, precision, recall, copied = (
        number.mean if number else None
        for number in (quality.frechet, quality.precision, quality.recall, quality.copied)
    )
    return {"epoch": epoch, "frechet": frechet, "precision": precision, "recall": recall, "copied": copied}


def picture(pixels: np.ndarray, scale: int) -> dict[str, Any]:
    """A PNG among the app's temporary files, which Gradio serves and deletes again."""
    path = save_img_array_to_cache(enlarged(pixels, scale), get_upload_folder(), format="png")
    return FileData(path=path, mime_type="image/png").model_dump()
