"""A page without an app, for handlers as plain functions."""

from pathlib import Path

import gradio as gr

from diffusion.ui.parts.page import Page
from diffusion.ui.words import ENGLISH, Words


def page_of(runs: Path, words: Words = ENGLISH, default_run: str = "tiny") -> Page:
    return Page(gr.Blocks(), words, runs, runs, default_run, gr.Textbox())
