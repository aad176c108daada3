"""Draws the picture under a shared link to the page, and the icon of its browser tab."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..sprites import SIZE, enlarged, sheet
from .reel import finished_sprites, read_sprites

POSTER_SIZE = (1200, 630)  # screen pixels; the size that sites with link previews recommend
LEVELS = (500, 320, 240, 180, 120, 80, 40, 0)  # of noise, from left to right
SHOWN = (11, 17, 29)  # sprites of the reel: a mushroom, a hero, a whale
SCALE = 8  # screen pixels of a pixel
INK, GREY = (30, 41, 59), (71, 85, 105)


def poster(reel: Path, title: str, line: str) -> np.ndarray:
    """Three sprites of the reel at eight levels of noise, under a title and a line of text; uint8 (630, 1200, 3)."""
    sprites = read_sprites(reel)
    moments = [sprites[t][sprite] for sprite in SHOWN for t in LEVELS]
    strip = Image.fromarray(enlarged(sheet(np.stack(moments), len(LEVELS), gap=2), SCALE))
    page = Image.new("RGB", POSTER_SIZE, "white")
    left = (POSTER_SIZE[0] - strip.width) // 2
    page.paste(strip, (left, POSTER_SIZE[1] - strip.height - left))
    pen = ImageDraw.Draw(page)
    pen.text((left, left - 4), title, INK, ImageFont.load_default(72))
    pen.text((left, left + 88), line, GREY, ImageFont.load_default(32))
    return np.asarray(page)


def icon(reel: Path) -> np.ndarray:
    """The first of these sprites on a transparent ground, four times as large; uint8 RGBA (64, 64, 4)."""
    sprite = Image.fromarray(finished_sprites(reel)[SHOWN[0]]).convert("RGBA")
    for corner in ((0, 0), (0, SIZE - 1), (SIZE - 1, 0), (SIZE - 1, SIZE - 1)):
        ImageDraw.floodfill(sprite, corner, (255, 255, 255, 0), thresh=60)
    return enlarged(np.asarray(sprite), 4)
