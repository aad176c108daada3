"""What stands for the page elsewhere: the picture under a shared link, and the icon of the browser tab."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..sprites import enlarged, sheet
from .reel import film_sprites, finished_sprites

SIZE = (1200, 630)  # what the sites that show links ask for
LEVELS = (500, 320, 240, 180, 120, 80, 40, 0)  # from noise to sprite, from left to right
SHOWN = (6, 26, 7)  # sprites of the reel that one recognises: a mushroom, a hero, a potion
SCALE = 8
INK, GREY = (30, 41, 59), (71, 85, 105)


def poster(reel: Path, title: str, line: str) -> np.ndarray:
    """Three sprites of the reel emerging from noise, under the title; uint8 (630, 1200, 3)."""
    film = film_sprites(reel)
    moments = [film[t][sprite] for sprite in SHOWN for t in LEVELS]
    strip = Image.fromarray(enlarged(sheet(np.stack(moments), len(LEVELS), gap=2), SCALE))
    page = Image.new("RGB", SIZE, "white")
    left = (SIZE[0] - strip.width) // 2
    page.paste(strip, (left, SIZE[1] - strip.height - left))
    pen = ImageDraw.Draw(page)
    pen.text((left, left - 4), title, INK, ImageFont.load_default(72))
    pen.text((left, left + 88), line, GREY, ImageFont.load_default(32))
    return np.asarray(page)


def icon(reel: Path) -> np.ndarray:
    """The first of them on nothing, four screen pixels a pixel; uint8 RGBA (64, 64, 4)."""
    sprite = Image.fromarray(finished_sprites(reel)[SHOWN[0]]).convert("RGBA")
    for corner in ((0, 0), (15, 0), (0, 15), (15, 15)):
        ImageDraw.floodfill(sprite, corner, (255, 255, 255, 0), thresh=60)
    return enlarged(np.asarray(sprite), 4)
