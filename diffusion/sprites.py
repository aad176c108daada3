"""What a sprite is: its kinds, its pixels as uint8 RGB and as float32 in [-1, 1], sheets and animations of many."""

import base64
import io
import math

import numpy as np
import torch
from PIL import Image
from torch import Tensor

SIZE = 16  # pixels of a sprite's side

# The order of the kinds in labels, context vectors and sliders.
KINDS = ("hero", "non-hero", "food", "spell", "side-facing")

# Rows of each kind in the course's data set of 89,400 sprites; the built-in set keeps these proportions.
COURSE_COUNTS = (8000, 32400, 6000, 35000, 8000)

FORMATS = (".png", ".zip", ".npy", ".gif", ".apng", ".mp4")  # of files that sprites are saved as
ANIMATED = (".gif", ".apng", ".mp4")  # those that show how they were drawn


def from_pixels(pixels: Tensor) -> Tensor:
    """uint8 (B, H, W, 3) -> float32 (B, 3, H, W) in [-1, 1], channels last in memory."""
    return pixels.permute(0, 3, 1, 2).to(torch.float32) / 127.5 - 1


def to_pixels(x: Tensor) -> np.ndarray:
    """float (B, 3, H, W) -> uint8 (B, H, W, 3): round(127.5 (clamp(x) + 1)), the inverse of `from_pixels`.

    The range is fixed, not the picture's own minimum and maximum, so that white stays white in every frame.
    """
    scaled = (x.detach().float().clamp(-1, 1) + 1) * 127.5
    return scaled.round().to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu().numpy()


def sheet(sprites: np.ndarray, columns: int | None = None, gap: int = 0) -> np.ndarray:
    """Places sprites row by row on a sheet: uint8 (N, H, W, C) -> uint8 (rows, columns, C).

    columns: sprites in a row, `columns_for(N)` unless given; gap: pixels between sprites. Beside the sprites the sheet
    is white, or transparent where they have an alpha channel (C = 4).
    """
    count, height, width, channels = sprites.shape
    columns = columns or columns_for(count)
    rows = math.ceil(count / columns)
    beside = 255 if channels == 3 else 0
    page = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, channels), beside, np.uint8)
    for i, sprite in enumerate(sprites):
        y, x = i // columns * (height + gap), i % columns * (width + gap)
        page[y : y + height, x : x + width] = sprite
    return page


def columns_for(count: int) -> int:
    """How many columns make a sheet of `count` sprites a little wider than high: 32 sprites have 8 columns, 4 rows."""
    return min(count, next((c for c in (4, 6, 8, 10) if c * c * 0.6 >= count), math.ceil(math.sqrt(count * 1.6))))


def enlarged(picture: np.ndarray, scale: int) -> np.ndarray:
    """Repeats each pixel scale x scale times: (H, W, C) or (N, H, W, C) -> H and W times `scale`."""
    return picture.repeat(scale, axis=-3).repeat(scale, axis=-2)


def png(picture: np.ndarray) -> bytes:
    """Encodes uint8 (H, W, 3 or 4) as the content of a PNG file."""
    content = io.BytesIO()
    Image.fromarray(picture).save(content, "PNG")
    return content.getvalue()


def data_url(file: bytes) -> str:
    """A PNG file as an address, for the page."""
    return f"data:image/png;base64,{base64.b64encode(file).decode()}"


def encode_pixels(pixels: np.ndarray) -> str:
    """The bytes of an array, row by row, as base64: how pictures go to the browser."""
    return base64.b64encode(np.ascontiguousarray(pixels).tobytes()).decode()


def decode_sprite(text: str, dtype: str = "u1") -> np.ndarray | None:
    """base64 of one sprite from the browser, as (16, 16, 3) of that type; None if it is anything else."""
    try:
        values = np.frombuffer(base64.b64decode(text, validate=True), dtype)
    except (ValueError, TypeError):
        return None
    return values.reshape(16, 16, 3).copy() if values.size == 16 * 16 * 3 else None
