"""What the second edition of the built-in sprites varies beside parts and colours: tones, poses and places."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from .parts import TONES, Colour

TONES_OF_A_RAMP = (TONES, (1.0, 0.84, 0.66, 0.46, 0.36), (1.0, 0.77, 0.55, 0.35, 0.24))  # as ever, softer, harder
INKS = ((0, 0, 0), (26, 24, 44), (42, 26, 22))  # black, blue black, brown black
WARM, COOL, WHITE = (248, 160, 48), (64, 128, 248), (255, 255, 255)
# A tint mixes a colour with another one, or with its own grey (None); a negative share takes the grey out of it.
TINTS: tuple[tuple[Colour | None, float], ...] = (
    (None, 0.0),
    (WHITE, 0.12),
    (WHITE, 0.22),
    ((0, 0, 0), 0.08),
    ((0, 0, 0), 0.16),
    (WARM, 0.1),
    (WARM, 0.18),
    (COOL, 0.1),
    (COOL, 0.18),
    (None, 0.15),
    (None, 0.28),
    (None, -0.18),
)
POSES = 4  # as drawn, or a pixel lower at one of the three rows where it shows least


@dataclass(frozen=True)
class Finish:
    tints: tuple[int, ...]  # indices into TINTS, one for each colour of the recipe
    tones: int = 0  # index into TONES_OF_A_RAMP
    ink: int = 0  # index into INKS
    is_mirrored: bool = False
    pose: int = 0  # below POSES
    right: int = 0  # pixels to move it, where it has the room: -1, 0 or 1
    down: int = 0

    def apply(self, canvas: np.ndarray, opaque: np.ndarray) -> np.ndarray:
        """Poses, moves and mirrors a sprite. canvas: uint8 (16, 16, 3); opaque: bool (16, 16), what is painted."""
        columns, rows = np.asarray(opaque.any(0)), np.asarray(opaque.any(1))
        if self.pose:
            canvas = _lower(canvas, np.flatnonzero(rows), self.pose - 1)
        right, down = _room(columns, self.right), _room(rows, self.down)
        if right or down:
            canvas = np.roll(canvas, (down, right), (0, 1))
        return canvas[:, ::-1] if self.is_mirrored else canvas


@cache
def tint(colour: Colour, index: int) -> Colour:
    """A colour in one of its TINTS."""
    other, share = TINTS[index]
    grey = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]  # as bright as the colour
    red, green, blue = (
        min(255, max(0, round(own + share * (target - own))))
        for own, target in zip(colour, other or (grey, grey, grey), strict=True)
    )
    return red, green, blue


def _lower(canvas: np.ndarray, rows: np.ndarray, rank: int) -> np.ndarray:
    """Takes one row out of a sprite, so that what is above it sinks by a pixel, as in a walk or a breath.

    rows: those that are drawn. It takes the row that differs least from the one above it; rank 1 and 2 take the next.
    """
    inner = np.arange(rows[0] + 3, rows[-1] - 1)
    if len(inner) <= rank:
        return canvas
    change = np.abs(canvas[inner].astype(int) - canvas[inner - 1]).sum((1, 2))
    row = inner[np.argsort(change, kind="stable")[rank]]
    lowered = canvas.copy()
    lowered[1 : row + 1] = canvas[:row]
    lowered[0] = 255
    return lowered


def _room(drawn: np.ndarray, step: int) -> int:
    """The step of -1, 0 or 1 if nothing is cut off by it, else 0."""
    if not step:
        return 0
    return step if not drawn[0 if step < 0 else -1] else 0
