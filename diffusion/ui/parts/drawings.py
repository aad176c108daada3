"""Drawings that come from the browser: a sprite, a level, a seed and words, checked; and the colours to paint with."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr
import torch

from ...data import palette
from ...engine import Request
from ...errors import UserError
from ...sprites import decode_sprite, encode_pixels, from_pixels, to_pixels
from ...store import Checkpoint
from .asking import without_missing
from .controls import whole
from .page import Page
from .run_picker import load_shown_epochs

GREYS = ["000000", "484058", "787088", "a8a8b0", "e8e8f0", "ffffff"]  # outlines, shades and paper
MATERIALS = ("skin", "hair", "cloth", "metal", "wood", "leather", "leaf", "glow")  # of the built-in sprites


def panels_of(page: Page, run: str | None) -> dict[str, Checkpoint]:
    """The shown epochs of a run, each with its label."""
    return {
        page.words.epoch_number.format(epoch=epoch): found for epoch, found in load_shown_epochs(page, run).items()
    }


def asked_for(
    page: Page, run: str | None, checkpoint: Checkpoint, wanted: Request, say: Callable[[str], object] = gr.Info
) -> Request:
    """The request with the words that the run understands; the epochs of a run know the same."""
    return without_missing(page, {run or "": checkpoint.config}, wanted, say)


def level_from(page: Page, t: Any, most: int) -> int:
    """A level from the browser; a run may have fewer than the slider."""
    level = whole(page.words, t, page.words.level)
    if not 1 <= level <= most:
        raise UserError(page.words.level_range, most=most, level=level)
    return level


def seed_from(page: Page, seed: Any) -> int:
    return whole(page.words, seed, page.words.settings["seed"]["label"])


def sprite_from(page: Page, pixels: str) -> torch.Tensor:
    """base64 of 16 x 16 RGB bytes -> (1, 3, 16, 16) in [-1, 1]."""
    sprite = decode_sprite(pixels)
    if sprite is None:
        raise UserError(page.words.no_sprite)
    return from_pixels(torch.from_numpy(sprite)[None])


def encode_picture(x: torch.Tensor) -> str:
    """The inverse of `sprite_from`."""
    return encode_pixels(to_pixels(x)[0])


def editor_html(assets: Path, name: str) -> str:
    """assets/html/<name>.html with the pixel editor's parts in their places."""
    parts = {part: (assets / "html" / f"{part}.html").read_text("utf-8") for part in ("editor", "palette")}
    return (assets / "html" / f"{name}.html").read_text("utf-8").format(**parts)


@cache  # for the pages of both languages
def editor_palette() -> list[dict[str, Any]]:
    """The colours of the pixel editor by material: [{"name": …, "colours": ["f8d0a8", …]}]."""
    groups = {"grey": GREYS} | {name: [bytes(colour).hex() for colour in palette()[name]] for name in MATERIALS}
    return [{"name": name, "colours": colours} for name, colours in groups.items()]
