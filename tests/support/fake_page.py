"""A page without its Gradio app, for handlers that are called directly."""

from pathlib import Path
from types import SimpleNamespace

from diffusion.ui.parts.page import Page
from diffusion.ui.words import Words

NOTHING = SimpleNamespace()


def page_of(words: Words, runs: Path = Path("none"), default_run: str = "sprites") -> Page:
    """The page in these words over a folder of runs."""
    return Page(app=NOTHING, words=words, runs=runs, assets=Path("assets"), default_run=default_run, appeared=NOTHING)
