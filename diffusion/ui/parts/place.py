"""The choice of who draws, this browser or the server; assets/js/place.js makes it, and asks nobody."""

from pathlib import Path

import gradio as gr

from ..words import Words
from .part import Part, fill_html


def build_place(words: Words, assets: Path, tab: str) -> gr.HTML:
    """Two radios and a line about them; the choice is one for all tabs."""
    html = fill_html(assets, "place", name=tab, **words.place)
    return Part(f"{tab}-place", html, "place.js", {"strings": words.place}).show(assets)
