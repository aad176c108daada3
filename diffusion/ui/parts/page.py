"""What every tab is built from, and how tabs notice runs that appear while the page is open.

Gradio puts the contents of a tab on the page when it is first opened, and a gr.HTML that is updated before that loses
its own properties. So what updates one begins with the tab's `select` event.
"""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from ...server import TemporaryFiles
from ..words import Words

POLL_SECONDS = 2.0  # between two readings of the folder of runs
PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}  # for every event of the page


@dataclass(frozen=True)
class PageData:
    """What a page shows in one language, with a server or without."""

    words: Words
    runs: Path  # the folder that holds run folders
    assets: Path
    default_run: str


@dataclass(frozen=True)
class Page(PageData):
    """One language's page of the app; every tab is `build(page)`."""

    app: gr.Blocks
    files: TemporaryFiles
    appeared: gr.Textbox  # its `change` event says that there are other runs or epochs than before


def open_page(app: gr.Blocks, words: Words, runs: Path, assets: Path, default_run: str, files: TemporaryFiles) -> Page:
    """Makes the page inside its route, before its tabs.

    `appeared` is no gr.State: outside the queue the browser does not learn that a State has changed.
    """
    appeared = gr.Textbox(str(on_disk(runs)), visible="hidden")
    gr.Timer(POLL_SECONDS).tick(lambda: str(on_disk(runs)), outputs=appeared, queue=False, **PRIVATE)
    return Page(words, runs, assets, default_run, app, files, appeared)


def on_disk(runs: Path) -> list[tuple[str, int]]:
    """Each run folder and when it changed: another value after every new file, for a few microseconds a run.

    A folder that cannot be read is left out; a name that is no text is written with backslashes.
    """
    found = []
    with suppress(OSError):
        for name in os.listdir(runs):
            with suppress(OSError):
                state = os.stat(runs / name)
                if stat.S_ISDIR(state.st_mode):
                    found.append((name.encode("utf-8", "backslashreplace").decode(), state.st_mtime_ns))
    return sorted(found)
