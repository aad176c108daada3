"""Paintings to begin with: a few blobs each, in the places where the sprites have hair, face and clothes."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ...sprites import SIZE, encode_pixels
from ..words import Words


class Blob(NamedTuple):
    """An ellipse of paint. In pixels, from the centre of the upper left one."""

    colour: str
    x: float
    y: float
    width: float  # from the centre to the edge
    height: float


def hero(hair: str, skin: str, cloth: str) -> list[Blob]:
    feet = [Blob("484058", x, 14.5, 1.6, 0.8) for x in (5, 10)]
    return [Blob(hair, 7.5, 5, 5.9, 4.6), Blob(skin, 7.5, 7, 3.9, 2.2), Blob(cloth, 7.5, 11.8, 5.2, 2.9), *feet]


STARTERS: dict[str, list[Blob]] = {  # by the words for it, as in Words.paint["starters"]
    "hero": hero("805028", "f8d0a8", "34c040"),
    "wizard": hero("3868f8", "f8d0a8", "9848e0"),
    "mushroom": [Blob("f8f0d0", 7.5, 11.5, 2.6, 3.6), Blob("fe1b1b", 7.5, 6, 6, 4.4)],
    "slime": [Blob("58e858", 7.5, 9, 6, 5.2), Blob("000000", 5, 8, 0.8, 1.2), Blob("000000", 10, 8, 0.8, 1.2)],
    "tree": [Blob("a86838", 7.5, 12, 1.6, 3.6), Blob("48c038", 7.5, 6, 6, 4.8)],
    "sword": [*(Blob("a8a8b0", 13 - i, 2 + i, 0.9, 0.9) for i in range(9)), Blob("f8d038", 4.5, 10.5, 1.8, 1.8)],
}


def picture(blobs: Sequence[Blob]) -> np.ndarray:
    """The blobs on white, the last on top: uint8 (16, 16, 3)."""
    pixels = np.full((SIZE, SIZE, 3), 255, np.uint8)
    y, x = np.mgrid[:SIZE, :SIZE]
    for blob in blobs:
        inside = ((x - blob.x) / blob.width) ** 2 + ((y - blob.y) / blob.height) ** 2 <= 1
        pixels[inside] = list(bytes.fromhex(blob.colour))
    return pixels


def starters(words: Words) -> list[dict[str, Any]]:
    """For the page: [{"pixels": base64, "words": the prompt that goes with it}]."""
    return [
        {"pixels": encode_pixels(picture(blobs)), "words": words.paint["starters"][name]}
        for name, blobs in STARTERS.items()
    ]
