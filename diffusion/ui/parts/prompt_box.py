"""The box in which a prompt is typed, and below it what was understood; assets/js/asking.js does the rest.

The text stands in a gr.Textbox, which links, files and handlers know; the gr.HTML only shows and rewrites it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.events import Dependency

from ...data import MAX_PROMPT
from ...errors import explain
from ..words import Words, translate
from .asking import read_prompt
from .page import PRIVATE, Page
from .part import Part
from .run_picker import name_of


@dataclass(frozen=True)
class PromptBox:
    """The controls of the settings `prompt` and `surprise` in a tab."""

    tab: str
    prompt: gr.Textbox
    surprise: gr.Checkbox | None

    def follow(self, chosen: Component, restored: Dependency | None = None, *, holds_epochs: bool = False) -> None:
        """Reads the prompt again for the run, or for the runs of the epochs, that is chosen in a control.

        restored: the event after which the controls hold what an address asks for.
        """

        def tell(is_restored: bool) -> dict[str, Any]:
            tab, epochs, told = map(json.dumps, (self.tab, holds_epochs, is_restored))
            script = f"(chosen, text) => tellBox({tab}, {epochs}, {told}, chosen, text)"  # assets/js/tell.js
            return {"fn": None, "inputs": [chosen, self.prompt], "js": script, "queue": False, **PRIVATE}

        getattr(chosen, "change")(**tell(False))  # noqa: B009 (every control has it, and no class for all says so)
        if restored:
            restored.then(**tell(True))


def build_prompt_box(page: Page, tab: str, with_surprise: bool = True) -> PromptBox:
    """Lays out the box, what was understood, and the switch beside it. tab: its id on the page and in addresses."""
    words = page.words
    text: dict[str, Any] = dict(words.settings["prompt"])
    prompt = gr.Textbox("", max_lines=1, max_length=MAX_PROMPT, elem_id=f"{tab}-prompt", **text)

    def read(sent: dict[str, Any]) -> dict[str, Any]:
        try:
            return read_prompt(page, [str(name) for name in sent["runs"]], str(sent["text"]))
        except (KeyError, TypeError):  # not what the page sends
            return {}
        except Exception as error:
            return {"mistake": translate(words, explain(error))}

    run = name_of(page.runs, page.default_run)
    asking_part(words, page.assets, tab, [run] if run else []).show(page.assets, read)
    switch: dict[str, Any] = dict(words.settings["surprise"])
    surprise = gr.Checkbox(elem_id=f"{tab}-surprise", **switch) if with_surprise else None
    return PromptBox(tab, prompt, surprise)


def asking_part(words: Words, assets: Path, tab: str, runs: Sequence[str]) -> Part:
    """What stands below the box: it asks for `read`."""
    html = (assets / "html" / "asking.html").read_text("utf-8")
    props = {"strings": words.asking, "tab": tab, "runs": list(runs)}
    return Part(f"{tab}-asking", html, "asking.js", props, classes="asking-block")
