"""What a whole set of sprites lies on, and whether its pictures differ."""

from collections import Counter

import numpy as np

from ..errors import Message, UserError
from ..sprites import SIZE
from .shrink import lay_on

WHITE_SHARE, NEAR_WHITE = 0.85, 215  # of a sprite's solid pixels, how many are this bright, so that it would vanish
EQUAL_SHARE, FEW = 0.9, 10  # of the pictures; fewer different ones are worth a note, but not of fewer pictures
CHUNK = 256  # sprites


def lay_on_ground(sprites: bytearray) -> tuple[np.ndarray, list[Message]]:
    """Lays RGBA sprites on white as uint8 (N, 16, 16, 3): or on black, those that would vanish on white.

    Where at least half of the sprites with a clear ground would, all of these lie on black. Works in place.
    """
    pixels = np.frombuffer(sprites, np.uint8).reshape(-1, SIZE, SIZE, 4)
    count = len(pixels)
    is_clear, vanishes = np.zeros(count, bool), np.zeros(count, bool)
    for start in range(0, count, CHUNK):
        part = pixels[start : start + CHUNK]
        solid = part[..., 3] >= 128
        white = solid & (part[..., :3].min(-1) >= NEAR_WHITE)
        totals = solid.sum((1, 2))
        is_clear[start : start + CHUNK] = (totals > 0) & (totals < SIZE**2)
        vanishes[start : start + CHUNK] = white.sum((1, 2)) > WHITE_SHARE * totals
    vanishes &= is_clear
    is_dark = is_clear if vanishes.sum() * 2 >= is_clear.sum() else vanishes
    flat, size = np.frombuffer(sprites, np.uint8), 3 * SIZE**2
    for start in range(0, count, CHUNK):
        part, dark = pixels[start : start + CHUNK].copy(), is_dark[start : start + CHUNK]
        flat_part = lay_on(part, "white").copy()
        if dark.any():
            flat_part[dark] = lay_on(part[dark], "black")
        flat[start * size : start * size + flat_part.size] = flat_part.ravel()
    found = flat[: count * size].reshape(count, SIZE, SIZE, 3)
    if not is_dark.any():
        return found, []
    return found, [
        Message(
            "{count:,} of {total:,} pictures lie on black: white on a clear ground would vanish on white",
            count=int(is_dark.sum()),
            total=count,
        )
    ]


def check_variety(pixels: np.ndarray, name: str | Message) -> tuple[Message, ...]:
    """A note where nearly all pictures are equal, or few are different; UserError where all are equal."""
    counts = Counter(hash(picture.tobytes()) for picture in pixels)
    most, total = max(counts.values()), len(pixels)
    if len(counts) == 1 and total > 1:
        raise UserError(
            "all {count:,} pictures of {name} are equal once they are {size} x {size}, so there is nothing to learn",
            count=total,
            name=name,
            size=SIZE,
        )
    if total < FEW:
        return ()
    if most >= EQUAL_SHARE * total:
        return (Message("{count:,} of {total:,} pictures are equal", count=most, total=total),)
    if len(counts) < FEW and len(counts) < total:
        return (Message("only {different} of {count:,} pictures are different", different=len(counts), count=total),)
    return ()
