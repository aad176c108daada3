"""A page without its Gradio app, for handlers that are called directly."""

from pathlib import Path

import gradio as gr

from diffusion.server import Settings, TemporaryFiles, TemporaryLimits
from diffusion.ui.parts.page import Page
from diffusion.ui.words import ENGLISH, Words


def page_of(runs: Path = Path("none"), words: Words = ENGLISH, default_run: str = "tiny") -> Page:
    """The page in these words over a folder of runs."""
    files = TemporaryFiles(runs.parent / "temporary", TemporaryLimits.of(Settings()))
    return Page(words, runs, Path("assets"), default_run, gr.Blocks(analytics_enabled=False), files, gr.Textbox())
