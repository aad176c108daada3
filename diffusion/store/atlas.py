"""Sprites as files for games: their names, and the layout of a sheet. assets/js/atlas.js does the same on the page."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from ..sprites import SIZE

LONGEST_NAME = 40  # characters
FRAME_MS = 100  # of a sprite in the layout; the form asks for it


def slug_of(text: str) -> str:
    """Letters and digits of ASCII, in lower case, joined by hyphens; empty where there are none."""
    plain = "".join(
        one for one in unicodedata.normalize("NFKD", text) if not unicodedata.category(one).startswith("M")
    )
    words = re.findall(r"[a-z0-9]+", re.sub(r"^(an?|the)\s+", "", plain.lower()))
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word
        if len(longer) > LONGEST_NAME:
            break
        slug = longer
    return slug or "".join(words[:1])[:LONGEST_NAME]


def name_sprites(subjects: Sequence[str]) -> list[str]:
    """wizard-01, wizard-02, mushroom-03: all different, and in order. subjects: what each sprite shows."""
    digits = max(2, len(str(len(subjects))))
    return [f"{slug_of(subject) or 'sprite'}-{number:0{digits}}" for number, subject in enumerate(subjects, 1)]


def layout_of(names: Sequence[str], columns: int, scale: int, image: str, gap: int = 0) -> dict[str, Any]:
    """Where the sprites are on a sheet, in the form that Aseprite exports ("hash") and game engines read.

    names: of the sprites; image: the sheet's file; gap: sprite pixels between two sprites. Lengths are in the sheet's
    own pixels, so its scale is 1.
    """
    side, step, rows = SIZE * scale, (SIZE + gap) * scale, -(-len(names) // columns)
    box = {"w": side, "h": side}
    frames = {
        f"{name}.png": {
            "frame": {"x": i % columns * step, "y": i // columns * step, **box},
            "rotated": False,
            "trimmed": False,
            "spriteSourceSize": {"x": 0, "y": 0, **box},
            "sourceSize": box,
            "duration": FRAME_MS,
        }
        for i, name in enumerate(names)
    }
    meta = {"app": "Sprite Diffusion", "version": "1.0", "image": image, "format": "RGBA8888"}
    size = {"w": columns * step - gap * scale, "h": rows * step - gap * scale}
    return {
        "frames": frames,
        "meta": {**meta, "size": size, "scale": "1", "frameTags": [], "layers": [], "slices": []},
    }
