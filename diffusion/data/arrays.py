"""Arrays of pictures, as people save them, as uint8 (N, 16, 16, 3); their labels are read by array_labels.py.

(N, H, W), (N, H, W, C) or (N, C, H, W) with C of 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA); numbers 0..255, 0..1
or -1..1. What has one meaning is taken and `Found.notes` says how; what has two is refused.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

from ..core import Vocabulary, kinds_vocabulary
from ..errors import Message, UserError
from ..sprites import KINDS, SIZE
from .array_labels import read_labels
from .decode import fit_to_sprite
from .grounds import lay_on_ground
from .readers import OWN_LIMITS, Limits
from .shrink import find_native, to_sprite

CHUNK = 2**22  # numbers that are converted at a time
CHANNELS = (1, 2, 3, 4)
ROUNDING = 1e-3  # how far beyond its range a float may be
DARKEST = 32  # floats of 0..255 whose largest is smaller would be nearly black: they are something else


@dataclass(frozen=True, eq=False)
class Found:
    """What a source holds."""

    pixels: np.ndarray  # uint8 (N, 16, 16, 3)
    labels: np.ndarray  # float32 or uint8 (N, V), 0 to 1, over the vocabulary
    notes: tuple[Message, ...] = ()
    vocabulary: Vocabulary = field(default_factory=kinds_vocabulary)


def read_arrays(
    pictures: np.ndarray, labels: np.ndarray | None, name: str | Message, limits: Limits = OWN_LIMITS
) -> Found:
    """Pictures and labels from two arrays. UserError for what has no meaning or two, and for more than the limits."""
    notes: list[Message] = []
    pixels = fit_pictures(pictures, name, limits, notes.append)
    if labels is None:
        notes.append(Message("{name} came without labels: the run will know no words", name=name))
        return Found(pixels, np.zeros((len(pixels), len(KINDS)), np.float32), tuple(notes))
    found = read_labels(labels, len(pixels), name)
    return Found(pixels, found.labels, (*notes, *found.notes), found.vocabulary)


def fit_pictures(
    array: np.ndarray, name: str | Message, limits: Limits, tell: Callable[[Message], object]
) -> np.ndarray:
    """uint8 (N, 16, 16, 3), resized where the pictures have another size; clear ones lie on white, or as
    `lay_on_ground` says. tell: is called with each note."""
    check_shape(array, name)
    if len(array) > limits.files:
        raise UserError("{name} holds more than {files:,} pictures", name=name, files=limits.files)
    layout = find_layout(array.shape, name)
    if layout == "channels first":
        array = np.moveaxis(array, 1, -1)
        tell(Message("{name} has its channels first: {shape} is read as pictures {size}", **_facts(name, array)))
    elif layout == "grey":
        array = array[..., None]
    channels = array.shape[3]
    if max(array.shape[1:3]) > limits.side:
        raise UserError(
            "the pictures of {name} are {size}; at most {side} x {side}",
            name=name,
            size=f"{array.shape[2]} x {array.shape[1]}",
            side=limits.side,
        )
    scale, offset = find_range(array, name, tell)
    if channels in (1, 2):
        tell(Message("the pictures of {name} are grey", name=name))
    is_sprite = array.shape[1:3] == (SIZE, SIZE)
    if not is_sprite:
        size = f"{array.shape[2]} x {array.shape[1]}"
        tell(
            Message(
                "the pictures of {name} are {size} and were resized to {side} x {side}",
                name=name,
                size=size,
                side=SIZE,
            )
        )
    depth = 4 if channels in (2, 4) else 3
    content = bytearray(len(array) * SIZE**2 * depth)
    sprites = np.frombuffer(content, np.uint8).reshape(-1, SIZE, SIZE, depth)
    step = max(1, CHUNK // math.prod(array.shape[1:]))
    for start in range(0, len(array), step):
        part = in_colours(to_bytes(array[start : start + step], scale, offset))
        if not is_sprite:
            part = np.stack([fit_picture(picture) for picture in part])
        sprites[start : start + step] = part
    if depth == 3:
        return sprites
    pixels, dark = lay_on_ground(content)
    for note in dark or [Message("the transparency of {name} was put on white", name=name)]:
        tell(note)
    return pixels


def check_shape(array: np.ndarray, name: str | Message) -> None:
    """UserError for what cannot be pictures at all, and for one picture."""
    facts = {"name": name, "dtype": array.dtype.name, "shape": array.shape}
    if array.ndim not in (3, 4) or array.dtype.kind not in "fiub" or not array.size:
        raise UserError(
            "{name} must be pictures (N, height, width, 3) of numbers from 0 to 255, not {dtype} {shape}", **facts
        )
    count, height, width = array.shape[:3]
    if array.ndim == 3 and width in CHANNELS[1:] and width != height and count not in CHANNELS[1:]:
        raise UserError(
            "{name} is one picture, {shape}; save it as .png, or give it a first axis for the number of pictures",
            name=name,
            shape=array.shape,
        )


def find_layout(shape: tuple[int, ...], name: str | Message) -> str:
    """grey (N, H, W), channels last or channels first. UserError where it can be two of them, or none."""
    if len(shape) == 3:
        if shape[0] in CHANNELS[1:]:  # (3, 16, 16): three grey pictures, or one
            raise UserError(
                "{name} {shape} may be {count} grey pictures or one; give it a last axis of 1, or a first one",
                name=name,
                shape=shape,
                count=shape[0],
            )
        return "grey"
    last, first = shape[3] in CHANNELS, shape[1] in CHANNELS
    if last and first:
        if shape[1] == shape[2] == shape[3]:
            raise UserError(
                "{name} {shape} may have its channels first or last; save it as (N, {size}, {size}, 3)",
                name=name,
                shape=shape,
                size=SIZE,
            )
        last = shape[2] != shape[3]  # the layout whose pictures are square; the usual one where none is
    if not last and not first:
        raise UserError(
            "{name} {shape} has no axis of 1, 3 or 4 channels; save it as (N, {size}, {size}, 3)",
            name=name,
            shape=shape,
            size=SIZE,
        )
    return "channels last" if last else "channels first"


def find_range(array: np.ndarray, name: str | Message, tell: Callable[[Message], object]) -> tuple[float, float]:
    """(scale, offset) that make the numbers 0..255. UserError where their range has no meaning, or two."""
    if array.dtype.kind == "b":
        tell(Message("the pictures of {name} are true and false: black and white", name=name))
        return 255.0, 0.0
    if array.dtype.kind == "f" and (wrong := int(array.size - np.isfinite(array).sum())):
        raise UserError("{name} holds {wrong:,} numbers that are not finite (NaN, inf)", name=name, wrong=wrong)
    low, high = float(array.min()), float(array.max())
    is_float = array.dtype.kind == "f"
    if is_float and -1 - ROUNDING <= low <= -0.5 and high <= 1 + ROUNDING:
        found, scale, offset = "-1..1", 127.5, 127.5
    elif low >= (-ROUNDING if is_float else 0) and high <= (1 + ROUNDING if is_float else 1) and (is_float or high):
        found, scale, offset = "0..1", 255.0, 0.0
    elif low >= (-ROUNDING if is_float else 0) and (DARKEST if is_float else 0) <= high <= 255:
        found, scale, offset = "0..255", 1.0, 0.0
    else:
        raise UserError(
            "the numbers of {name} go from {low:.4g} to {high:.4g}, which is none of 0..255, 0..1 and -1..1; "
            "save them as uint8",
            name=name,
            low=low,
            high=high,
        )
    if is_float or found != "0..255":
        tell(
            Message(
                "the numbers of {name} ({dtype}) are read as {range}", name=name, dtype=array.dtype.name, range=found
            )
        )
    return scale, offset


def to_bytes(part: np.ndarray, scale: float, offset: float) -> np.ndarray:
    """uint8, rounded."""
    if part.dtype.kind in "iu" and scale == 1:
        return part.astype(np.uint8)
    numbers: np.ndarray = part.astype(np.float64 if part.dtype.itemsize > 4 else np.float32)
    return (numbers * scale + offset).round().clip(0, 255).astype(np.uint8)


def in_colours(pixels: np.ndarray) -> np.ndarray:
    """uint8 (N, H, W, 1..4) -> (N, H, W, 3 or 4): grey is repeated, alpha stays; clear pixels are all zeros."""
    has_alpha = pixels.shape[3] in (2, 4)
    colours = pixels[..., :-1] if has_alpha else pixels
    colours = np.broadcast_to(colours, (*pixels.shape[:3], 3))
    if not has_alpha:
        return np.ascontiguousarray(colours)
    alpha = pixels[..., -1:]
    return np.concatenate([np.where(alpha > 0, colours, 0), alpha], axis=3)


def fit_picture(picture: np.ndarray) -> np.ndarray:
    """A picture of any size, uint8 (H, W, 3 or 4), as a sprite of 16 x 16 with as many channels."""
    if picture.shape[2] == 3:
        return fit_to_sprite(Image.fromarray(picture))
    return to_sprite(find_native(picture))


def _facts(name: str | Message, array: np.ndarray) -> dict[str, Any]:
    count, height, width, channels = array.shape
    return {"name": name, "shape": (count, channels, height, width), "size": f"{width} x {height}"}
