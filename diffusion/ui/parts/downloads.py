"""Files that are made when somebody clicks, and then downloaded."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from ...errors import UserError
from ...store import list_runs
from .controls import PRIVATE, shows_errors
from .page import Page

MAX_STEM = 200  # bytes: a file system takes names of 255


@shows_errors
def pack_run(page: Page, name: str | None) -> str:
    """Packs a run as a .zip among the temporary files, once as long as it stays the same; returns its path."""
    run = list_runs(page.runs).get(name or "")
    if run is None:
        raise UserError(page.words.nothing_to_pack)
    return str(page.files.pack(run))


def wire_run_download(
    page: Page,
    button: gr.Button,
    chosen: gr.Radio,
    element_id: str,
    find_name: Callable[[str | None], str | None] = lambda name: name,
    **queue: Any,
) -> None:
    """A click packs the chosen run and downloads it.

    gr.DownloadButton needs its file before the click. So the file goes to a hidden one, which a script then clicks.
    """
    hidden = gr.DownloadButton(button.value, elem_id=element_id, elem_classes="offstage")

    def pack(name: str | None) -> str:
        return pack_run(page, find_name(name))

    selector = f"#{element_id} a, a#{element_id}, #{element_id}"
    button.click(pack, chosen, hidden, **(PRIVATE | queue)).success(
        js=f"() => document.querySelector('{selector}').click()"
    )
