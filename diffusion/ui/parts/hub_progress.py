"""Pulls and pushes on the page: how far they are, a stop button, and errors that stay to be read."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from html import escape
from typing import Any

import gradio as gr
from gradio.events import Dependency
from huggingface_hub import get_token

from ...engine import Drawing
from ...errors import message_of
from ...hub import EpochHere, Progress, Pushed, PushNote, Waiting
from ...server import Settings
from ..words import translate
from ..words.schema_hub import HubWords
from .controls import PRIVATE, shows_errors
from .page import Page
from .turns import GenerationTurns
from .unexpected import to_toast

SECONDS_BETWEEN = 0.2  # two bars
SILENCE = 1.0  # seconds of waiting that are not shown
HUB_QUEUE: dict[str, Any] = {"concurrency_id": "hub", "concurrency_limit": 4}
IsOver = Callable[[], bool]


def login_hint(hub: HubWords, settings: Settings, token: gr.OAuthToken | None) -> str:
    """What a visitor must do before the app may use an account on the Hub; empty where nothing."""
    if settings.login:
        return "" if token else hub.push_needs.login
    if settings.shared:
        return hub.push_needs.owner
    return "" if get_token() else hub.push_needs.token


def show_events(hub: HubWords, events: Iterable[Any], is_over: IsOver) -> Iterator[Any]:
    """Yields events as HTML, not more often than needed, a `Pushed` and a `PushNote` as they are, until it is over."""
    shown = 0.0
    for event in events:
        if is_over():
            return
        if isinstance(event, Pushed | PushNote):
            yield event
        elif isinstance(event, EpochHere) or time.monotonic() - shown < SECONDS_BETWEEN:
            continue
        elif html := event_html(hub, event):
            yield html
            shown = time.monotonic()


def wire_stream(
    page: Page,
    starts: list[Callable],
    stops: list[Callable],
    handler: Callable[..., Iterator[str]],
    inputs: list[Any],
    output: gr.HTML,
) -> list[Dependency]:
    """A start shows what `handler` yields, and its UserErrors too; a stop, or another start, ends it.

    Another one not before it begins (assets/js/tell.js says why).

    handler: called as (token, is_over, *values of inputs).
    """
    turns, turn = GenerationTurns(), gr.State(0)

    def end_turn(request: gr.Request) -> None:
        turns.next(request.session_hash)

    @shows_errors
    def stream(page: Page, *values: Any) -> Iterator[str]:
        try:
            yield from handler(*values)
        except Exception as problem:
            toast = to_toast(page.words, problem)
            yield note(escape(toast.message), "problem")
            raise toast from problem

    def start_stream(request: gr.Request, token: gr.OAuthToken | None, mine: int, *values: Any) -> Iterator[str]:
        if turns.begin(request.session_hash, mine):
            yield from stream(page, token, turns.audience(request, mine).is_over, *values)

    for stop in stops:
        stop(end_turn, queue=False, **PRIVATE)
    return [
        start(turns.take, outputs=turn, queue=False, trigger_mode="multiple", **PRIVATE).then(
            start_stream, inputs=[turn, *inputs], outputs=output, trigger_mode="multiple", **HUB_QUEUE, **PRIVATE
        )
        for start in starts
    ]


def event_html(hub: HubWords, event: Waiting | Progress | Drawing) -> str | None:
    """A bar, or a line about a longer wait; None for a short wait."""
    if isinstance(event, Waiting):
        seconds = math.floor(event.seconds)
        return note(hub.waiting.format(seconds=seconds)) if event.seconds >= SILENCE else None
    if isinstance(event, Drawing):
        text, share = hub.drawing.format(done=event.done, total=event.total), event.done / event.total
    else:
        done, total = (f"{size / 1e6:.1f}" for size in (event.done, event.total))
        text = hub.progress.format(file=escape(event.file), done=done, total=total)
        share = event.done / event.total if event.total else 1.0
    return (
        f'<div class="player-track" role="progressbar" aria-label="{escape(text)}" aria-valuenow="{100 * share:.0f}">'
        f'<div style="width:{100 * share:.1f}%"></div></div><p class="hint">{text}</p>'
    )


def note(html: str, kind: str = "hint") -> str:
    return f'<p class="{kind}" role="status">{html}</p>'


def error_html(page: Page, mistake: ValueError) -> str:
    return note(escape(translate(page.words, message_of(mistake))), "problem")
