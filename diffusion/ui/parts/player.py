"""The canvas player; its frames come from frames.py."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from ..words import Words
from .scripts import address_of, on_load


def build_player(
    words: Words,
    assets: Path,
    name: str,
    with_reel: bool = True,
    hint: str | None = None,
    epochs: Callable[[str], list[int]] | None = None,
    machine: dict[str, Any] | None = None,
) -> gr.HTML:
    """A player of one trajectory, whose value is the newest frames. name: unlike that of any other on the page.

    epochs: those of a run by its name, which the slider of training goes through.
    machine: describe_machine, where the sampling step is to be drawn beside it.
    """
    training = _html(assets, "watch_training", name=name, **words.player)
    parts: dict[str, Any] = {"training": training, "canvas_tabindex": -1, "hint": hint or words.player["hint"]}
    return _build(words, assets, name, "watch.js", with_reel, epochs, machine, **parts)


def build_comparison(words: Words, assets: Path, name: str) -> gr.HTML:
    """A player of several epochs side by side, with a slider across them."""
    above, below = (_html(assets, f"compare_{place}", name=name, **words.player) for place in ("above", "below"))
    hint = words.player["hint"]
    return _build(words, assets, name, "compare.js", True, above=above, below=below, canvas_tabindex=0, hint=hint)


def _build(
    words: Words,
    assets: Path,
    name: str,
    module: str,
    with_reel: bool,
    epochs: Callable[[str], list[int]] | None = None,
    machine: dict[str, Any] | None = None,
    **parts: Any,
) -> gr.HTML:
    reel, parts = assets / "shipped" / "reel.bin", {"above": "", "below": "", "training": ""} | parts
    strings = {**words.player, **words.save}
    saving = "".join(_html(assets, file, name=name, **strings) for file in ("save", "closeup", "tray"))
    gr.set_static_paths([assets])
    return gr.HTML(
        html_template=_html(assets, "player", **{"name": name, "saving": saving, **strings, **parts}),
        js_on_load=on_load(assets, module),
        apply_default_css=False,
        elem_id=name,
        strings=strings,
        machine=machine,
        tab=name.removesuffix("-player"),
        reel=address_of(reel) if with_reel and reel.is_file() else None,
        server_functions=[epochs] if epochs else [],
    )


def _html(assets: Path, file: str, /, **values: object) -> str:
    """assets/html/<file>.html with its placeholders filled."""
    return (assets / "html" / f"{file}.html").read_text("utf-8").format(**values)
