"""The canvas player; its frames come from frames.py."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from ..words import Words
from .local_drawing import waiting_words
from .part import Part, fill_html
from .scripts import address_of


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
    gr.set_static_paths([assets])
    reel = address_of(assets / "shipped" / "reel.bin") if with_reel else None
    part = player_part(words, assets, name, reel, hint, machine)
    return part.show(assets, *([epochs] if epochs else []))


def build_comparison(words: Words, assets: Path, name: str) -> gr.HTML:
    """A player of several epochs side by side, with a slider across them."""
    gr.set_static_paths([assets])
    return comparison_part(words, assets, name, address_of(assets / "shipped" / "reel.bin")).show(assets)


def player_part(
    words: Words,
    assets: Path,
    name: str,
    reel: str | None,
    hint: str | None = None,
    machine: dict[str, Any] | None = None,
) -> Part:
    """The part of `build_player`. reel: its address."""
    training = fill_html(assets, "watch_training", name=name, **words.player)
    parts: dict[str, Any] = {"training": training, "canvas_tabindex": -1, "hint": hint or words.player["hint"]}
    return _part(words, assets, name, "watch.js", reel, machine, **parts)


def comparison_part(words: Words, assets: Path, name: str, reel: str | None) -> Part:
    """The part of `build_comparison`."""
    above, below = (fill_html(assets, f"compare_{place}", name=name, **words.player) for place in ("above", "below"))
    hint = words.player["hint"]
    return _part(words, assets, name, "compare.js", reel, above=above, below=below, canvas_tabindex=0, hint=hint)


def _part(
    words: Words,
    assets: Path,
    name: str,
    module: str,
    reel: str | None,
    machine: dict[str, Any] | None = None,
    **parts: Any,
) -> Part:
    parts = {"above": "", "below": "", "training": ""} | parts
    strings = {**words.player, **words.save, **waiting_words(words)}
    saving = "".join(fill_html(assets, file, name=name, **strings) for file in ("save", "closeup", "tray"))
    props = {
        "strings": strings,
        "machine": machine,
        "tab": name.removesuffix("-player"),
        "reel": reel if (assets / "shipped" / "reel.bin").is_file() else None,
    }
    html = fill_html(assets, "player", **{"name": name, "saving": saving, **strings, **parts})
    return Part(name, html, module, props)
