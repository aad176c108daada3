"""A part of a page: HTML, and the module that brings it to life. The page without a server shows the same ones."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr

from .scripts import on_load


@dataclass(frozen=True)
class Part:
    """What assets/js/<module> mounts on: it finds `props` in its Host (assets/js/types.d.ts)."""

    name: str  # its id on the page
    html: str
    module: str
    props: dict[str, Any] = field(default_factory=dict)
    classes: str = ""

    def show(self, assets: Path, *server_functions: Callable[..., Any]) -> gr.HTML:
        """On a page of the app. server_functions: what its module may ask Python."""
        return gr.HTML(
            html_template=self.html,
            js_on_load=on_load(assets, self.module),
            apply_default_css=False,
            elem_id=self.name,
            elem_classes=self.classes or None,
            server_functions=list(server_functions),
            **self.props,
        )


def fill_html(assets: Path, file: str, /, **values: object) -> str:
    """assets/html/<file>.html with its placeholders filled."""
    return (assets / "html" / f"{file}.html").read_text("utf-8").format(**values)
