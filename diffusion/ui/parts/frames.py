"""Steps of the sampling loop as frames for the player."""

import math
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import torch

from ...core import NoiseSchedule, Step
from ...engine import Frame, Panel, make_frame
from ...sprites import columns_for, encode_pixels, sheet, to_pixels
from ...store import Checkpoint
from .turns import Audience

MAX_FRAMES = 51  # of one generation, about 100 KB each for 32 sprites: the player fades from one into the next


def stream_frames(
    panels: Mapping[str, Checkpoint],
    trajectory: Iterable[Sequence[Step]],
    total: int,
    views: Sequence[str] = ("x", "x0", "eps"),
    settings: dict[str, Any] | None = None,
    audience: Audience | None = None,
    words: Sequence[str] = (),
    network: dict[str, Any] | None = None,
    name_sprites: Callable[[], Sequence[str]] = list,
) -> Iterator[Frame]:
    """Steps in, frames out: the first, the last, and as many between as MAX_FRAMES and the audience's line allow.

    Which steps they are follows from `total`, so that a link to one of them finds it again.

    panels: a label for each checkpoint of the trajectory. total: the number of steps after the first.
    settings: `describe_request`, sent with the first frame for saving and sharing.
    audience: once it is over, a last message says that the frames ended.
    words: what each sprite was asked for, to be read under it; sent with the first frame.
    network: `describe_network`, sent with the first frame for drawing it.
    name_sprites: gives what each sprite's file is called after; asked for once there is a first step.
    Frames are numbered without a gap, so the browser notices a lost one.
    """
    schedules = {label: checkpoint.config.noise_schedule() for label, checkpoint in panels.items()}
    audience = audience or Audience()
    run, number, stride = uuid.uuid4().hex, 0, math.ceil(total / (MAX_FRAMES - 1))
    if audience.is_over():  # before the first step, which costs as much as any other
        return
    for done, steps in enumerate(trajectory):
        now = time.monotonic()
        if done == 0:
            started = now
        elif audience.is_over():
            yield {"run": run, "ended": True}
            return
        elif done < total and (done % stride or audience.is_behind()):
            continue
        pairs = zip(schedules.items(), steps, strict=True)
        frame = make_frame(
            [_panel(label, step, schedule, views) for (label, schedule), step in pairs],
            len(steps[0].x),
            seq=number,
            step=done,
            total=total,
            t=steps[0].t,
            levels=len(next(iter(schedules.values()))),
            left=round((now - started) / done * (total - done), 1) if done else 0,
        )
        frame["run"] = run
        if settings and not number:
            frame["recipe"] = settings
        if words and not number:
            frame["words"] = list(words)
        if network and not number:
            frame["network"] = network
        if not number and any(names := name_sprites()):
            frame["names"] = list(names)
        yield frame
        number += 1


def _panel(label: str, step: Step, schedule: NoiseSchedule, views: Sequence[str]) -> Panel:
    """Sheets at native size. eps is sent too, because eight bits of x do not give it back."""
    pictures = {"x": step.x, "x0": step.x0}
    if "eps" in views:
        eps = schedule.noise(step.x, step.t, step.x0) if step.t else torch.zeros_like(step.x)
        pictures["eps"] = eps / 3  # three standard deviations fit into [-1, 1]
    columns = columns_for(len(step.x))
    panel: Panel = {"label": label}
    for view, picture in pictures.items():
        panel[view] = encode_pixels(sheet(to_pixels(picture), columns))  # type: ignore[literal-required]
    return panel
