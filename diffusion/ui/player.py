"""The canvas player and the frames it is fed."""

import base64
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import torch

from ..pixels import to_pixels
from ..render import columns_for, sheet
from ..sampling import Step
from ..schedule import NoiseSchedule
from . import text

FRAMES_PER_SECOND = 30  # sent at most; each is about 100 KB for 32 sprites

Frame = dict[str, Any]

TEMPLATE = """
<div data-part="root" class="player" tabindex="0" role="group" aria-label="{label}" data-state="empty">
  <div class="player-stage">
    <canvas data-part="canvas" width="8" height="4" role="img" aria-label="{canvas}"></canvas>
    <p class="player-hint">{hint}</p>
  </div>
  <div class="player-track"><div data-part="bar"></div></div>
  <input data-part="scrub" type="range" min="0" max="0" value="0" aria-label="{scrub}">
  <div class="player-row">
    <button type="button" data-part="back" aria-label="{back}">❮</button>
    <button type="button" data-part="play" aria-label="{play}">▶</button>
    <button type="button" data-part="forward" aria-label="{forward}">❯</button>
    <button type="button" data-part="loop" aria-pressed="true" aria-label="{loop}">↻</button>
    <label>{speed} <select data-part="speed" aria-label="{speed}">
      <option value="0">¼×</option><option value="1">½×</option>
      <option value="2" selected>1×</option><option value="3">2×</option></select></label>
    <button type="button" data-part="save">{save}</button>
    <span data-part="status" class="player-status"></span>
  </div>
  <fieldset class="player-row player-views"><legend>{view}</legend>
    <label><input type="radio" name="{name}" value="x" checked> {view_x}</label>
    <label><input type="radio" name="{name}" value="eps"> {view_eps}</label>
    <label><input type="radio" name="{name}" value="x0"> {view_x0}</label>
  </fieldset>
  <span data-part="announce" class="player-announce" role="status" aria-live="polite"></span>
</div>
"""


def build_player(assets: Path, name: str) -> gr.HTML:
    """A player whose value is the newest frame. name: unlike that of any other player on the page."""
    return gr.HTML(
        html_template=TEMPLATE.format(name=name, **text.PLAYER),
        js_on_load=(assets / "player.js").read_text("utf-8"),
        apply_default_css=False,
        elem_id=name,
        strings=text.PLAYER,
    )


def frames(steps: Iterable[Step], total: int, schedule: NoiseSchedule) -> Iterator[Frame]:
    """Steps in, messages out: the first, the last, and as many between as `FRAMES_PER_SECOND` allows.

    total: how many steps there will be after the first. Frames are numbered without a gap, so a lost one shows.
    """
    run, started, number = uuid.uuid4().hex, time.monotonic(), 0
    due = started
    for done, step in enumerate(steps):
        now = time.monotonic()
        if done and done < total and now < due:
            continue
        due = max(due + 1 / FRAMES_PER_SECOND, now)
        yield {
            "run": run,
            "seq": number,
            "step": done,
            "total": total,
            "t": step.t,
            "T": len(schedule),
            "left": round((now - started) / done * (total - done), 1) if done else 0,
            **_pictures(step, schedule),
        }
        number += 1


def _pictures(step: Step, schedule: NoiseSchedule) -> dict[str, Any]:
    count = len(step.x)
    columns = columns_for(count)
    eps = schedule.noise(step.x, step.t, step.x0) if step.t else torch.zeros_like(step.x)
    panel = {"x": _encoded(step.x, columns), "x0": _encoded(step.x0, columns), "eps": _encoded(eps / 3, columns)}
    return {"count": count, "columns": columns, "rows": -(-count // columns), "panels": [panel]}


def _encoded(x: torch.Tensor, columns: int) -> str:
    """(B, 3, 16, 16) -> base64 of the uint8 RGB sheet at native size."""
    return base64.b64encode(np.ascontiguousarray(sheet(to_pixels(x), columns))).decode()
