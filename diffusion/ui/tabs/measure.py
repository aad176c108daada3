"""The part of the Checkpoints tab that measures a run, in the background of the server: one run at a time.

It does not depend on a page: one that is opened later shows how far it is, and its result.
"""

from functools import partial
from html import escape
from typing import Any

import gradio as gr

from ...errors import UserError
from ...server import Measurements, MeasureStatus, Settings
from ...store import RunFolder, list_runs
from ..parts.charts import quality_html
from ..parts.controls import PRIVATE, shows_errors
from ..parts.hub_progress import note
from ..parts.page import POLL_SECONDS, Page
from ..words import translate


@shows_errors
def start_measuring(page: Page, measurements: Measurements, settings: Settings, name: str | None) -> None:
    """Measures a run; UserError where that cannot be."""
    if settings.shared:
        raise UserError(page.words.hub.measure_shared)
    run = list_runs(page.runs).get(name or "")
    if run is None:
        raise UserError(page.words.hub.choose_run)
    measurements.start(run)


@shows_errors
def stop_measuring(page: Page, measurements: Measurements) -> None:
    """Ends it soon; what is measured stays."""
    measurements.stop()


def poll_measuring(page: Page, measurements: Measurements, seen: MeasureStatus | None) -> list[Any]:
    """Updates for the last seen status, the HTML about it, and the timer that asks again while it goes on."""
    now = measurements.snapshot()
    if now == seen:
        return [gr.skip()] * 3
    return [now, measuring_html(page, now), gr.Timer(active=now.busy)]


def measuring_html(page: Page, now: MeasureStatus) -> str:
    """How far the measuring is, or its result; empty before the first one."""
    hub, name = page.words.hub, escape(now.name)
    if now.state == "idle":
        return ""
    if now.state == "failed":
        return note(f"{name}: {escape(translate(page.words, now.message))}", "problem")
    if now.busy:
        if not now.total:
            return note(hub.measure_begins.format(name=name))
        text = hub.measure_goes.format(name=name, epoch=now.epoch, done=now.done, total=now.total)
        share = 100 * now.done / now.total
        return (
            f'<div class="player-track" role="progressbar" aria-label="{text}" aria-valuenow="{share:.0f}">'
            f'<div style="width:{share:.1f}%"></div></div>{note(text)}'
        )
    form = hub.measured if now.state == "finished" else hub.measure_stopped
    said = note(form.format(name=name, epochs=", ".join(map(str, now.measured)) or "–"))
    run = RunFolder(page.runs / now.name)
    return said + (quality_html(page.words, run.metrics(), run.baseline()) if now.measured else "")


def build(page: Page, tab: gr.Tab, measurements: Measurements, settings: Settings, chosen: gr.Radio) -> None:
    """Lays out the part and wires it. chosen: the run."""
    hub = page.words.hub
    gr.Markdown(hub.measure_title, elem_classes="heading")
    gr.Markdown(hub.measure_shared if settings.shared else hub.measure_info, elem_classes="hint")
    if settings.shared:
        return
    with gr.Row():
        start = gr.Button(hub.measure, min_width=120, scale=2)
        stop = gr.Button(page.words.stop, min_width=80)
    shown = gr.HTML(elem_id="measuring")
    seen, timer = gr.State(), gr.Timer(POLL_SECONDS, active=False)
    quick: dict[str, Any] = {"queue": False, **PRIVATE}
    begun = start.click(partial(start_measuring, page, measurements, settings), chosen, **quick)
    ended = stop.click(partial(stop_measuring, page, measurements), **quick)
    poll = partial(poll_measuring, page, measurements)
    for event in (tab.select, begun.success, ended.success, timer.tick):
        event(poll, seen, [seen, shown, timer], **quick)
