"""The canvas player and the frames it is fed."""

import base64
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import torch

from ...core import NoiseSchedule, Step
from ...sprites import columns_for, sheet, to_pixels
from ...store import Checkpoint
from ..words import Words
from .scripts import address_of, on_load

COMPARISON_FRAMES_PER_SECOND = 15  # four epochs of 32 sprites are about 260 KB
FRAMES_PER_SECOND = 30  # sent at most; each is about 100 KB for 32 sprites

Frame = dict[str, Any]


def build_player(words: Words, assets: Path, name: str, with_reel: bool = True, hint: str | None = None) -> gr.HTML:
    """A player of one trajectory, whose value is the newest frames. name: unlike that of any other on the page."""
    above = _html(assets, "watch_above", name=name, **words.player)
    parts = {"above": above, "below": "", "canvas_tabindex": -1, "hint": hint or words.player["hint"]}
    return _build(words, assets, name, "watch.js", with_reel, **parts)


def build_comparison(words: Words, assets: Path, name: str, with_reel: bool = True) -> gr.HTML:
    """A player of several epochs side by side, with a slider across them."""
    above, below = (_html(assets, f"compare_{place}", name=name, **words.player) for place in ("above", "below"))
    hint = words.player["hint"] if with_reel else words.finish_hint
    return _build(words, assets, name, "compare.js", with_reel, above=above, below=below, canvas_tabindex=0, hint=hint)


def _build(words: Words, assets: Path, name: str, module: str, with_reel: bool, **parts: str | int) -> gr.HTML:
    reel = assets / "shipped" / "reel.bin"
    gr.set_static_paths([assets])
    return gr.HTML(
        html_template=_html(assets, "player", **{"name": name, **words.player, **parts}),
        js_on_load=on_load(assets, module),
        apply_default_css=False,
        elem_id=name,
        strings=words.player,
        tab=name.removesuffix("-player"),
        reel=address_of(reel) if with_reel and reel.is_file() else None,
    )


def _html(assets: Path, file: str, /, **values: str | int) -> str:
    """assets/html/<file>.html with its placeholders filled."""
    return (assets / "html" / f"{file}.html").read_text("utf-8").format(**values)


def frames(
    panels: Mapping[str, Checkpoint],
    walk: Iterable[Sequence[Step]],
    total: int,
    views: Sequence[str] = ("x", "x0", "eps"),
    per_second: float = FRAMES_PER_SECOND,
    recipe: dict[str, Any] | None = None,
) -> Iterator[Frame]:
    """Steps in, messages out: the first, the last, and as many between as `per_second` allows.

    panels: a label for each checkpoint of the walk. total: how many steps there will be after the first.
    Frames are numbered without a gap, so a lost one shows. recipe: goes with the first, for those who save or share.
    """
    schedules = {label: checkpoint.config.noise_schedule() for label, checkpoint in panels.items()}
    run, number, due = uuid.uuid4().hex, 0, 0.0
    for done, steps in enumerate(walk):
        now = time.monotonic()
        if done == 0:
            started = now
        elif done < total and now < due:
            continue
        due = max(due + 1 / per_second, now)
        count, columns = len(steps[0].x), columns_for(len(steps[0].x))
        yield {
            "run": run,
            "seq": number,
            "step": done,
            "total": total,
            "t": steps[0].t,
            "T": len(next(iter(schedules.values()))),
            "left": round((now - started) / done * (total - done), 1) if done else 0,
            **({"recipe": recipe} if recipe and not number else {}),
            "count": count,
            "columns": columns,
            "rows": -(-count // columns),
            "panels": [
                {"label": label} | _sheets(step, schedule, columns, views)
                for (label, schedule), step in zip(schedules.items(), steps, strict=True)
            ],
        }
        number += 1


def _sheets(step: Step, schedule: NoiseSchedule, columns: int, views: Sequence[str]) -> dict[str, str]:
    """View -> base64 of the uint8 RGB sheet at native size. eps is sent too: eight bits of x do not give it back."""
    pictures = {"x": step.x, "x0": step.x0}
    if "eps" in views:
        eps = schedule.noise(step.x, step.t, step.x0) if step.t else torch.zeros_like(step.x)
        pictures["eps"] = eps / 3  # three standard deviations fit into [-1, 1]
    raw = {view: np.ascontiguousarray(sheet(to_pixels(pictures[view]), columns)) for view in views}
    return {view: base64.b64encode(pixels).decode() for view, pixels in raw.items()}
