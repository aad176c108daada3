"""The choice of who draws, this browser or the server; assets/js/place.js makes it, and asks nobody."""

from pathlib import Path

import gradio as gr

from ..words import Words
from .scripts import on_load


def build_place(words: Words, assets: Path, tab: str) -> gr.HTML:
    """Two radios and a line about them; the choice is one for all tabs."""
    html = (assets / "html" / "place.html").read_text("utf-8")
    return gr.HTML(
        html_template=html.format(name=tab, **words.place),
        js_on_load=on_load(assets, "place.js"),
        apply_default_css=False,
        elem_id=f"{tab}-place",
        strings=words.place,
    )
