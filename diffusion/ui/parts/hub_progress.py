"""What takes a while on the Hub, shown as it goes: it can be stopped, and its mistakes stay on the page."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from html import escape
from typing import Any

import gradio as gr
from gradio.events import Dependency
from huggingface_hub import get_token

from ...engine import Drawing
from ...errors import message_of
from ...hub import EpochHere, Progress, Pushed, Waiting
from ...server import Settings
from ..words import Words, translate
from .controls import PRIVATE, explained
from .turns import GenerationTurns

BARS_EVERY = 0.2  # seconds between two pictures of how far it is
IN_LINE: dict[str, Any] = {"concurrency_id": "hub", "concurrency_limit": 4}
IsOver = Callable[[], bool]


def token_needed(words: Words, settings: Settings, token: gr.OAuthToken | None) -> str:
    """What a visitor must do before anything is done in an account; empty where nothing."""
    if settings.login:
        return "" if token else words.hub.push_needs.login
    if settings.shared:
        return words.hub.push_needs.owner
    return "" if get_token() else words.hub.push_needs.token


def bars(words: Words, events: Iterable[Any], is_over: IsOver) -> Iterator[Any]:
    """Events as bars, not too many of them; those that are no bars as they are. Ends where it is over."""
    shown = 0.0
    for event in events:
        if is_over():
            return
        if isinstance(event, Pushed):
            yield event
        elif isinstance(event, EpochHere) or time.monotonic() - shown < BARS_EVERY:
            continue
        elif said := bar(words, event):
            yield said
            shown = time.monotonic()


def wire_stream(
    words: Words,
    starts: list[Callable],
    stops: list[Callable],
    handler: Callable[..., Iterator[str]],
    inputs: list[Any],
    going: gr.HTML,
    line: dict[str, Any] = IN_LINE,
) -> list[Dependency]:
    """A start shows what `handler` yields, also its mistakes; a stop, or another start, ends it.

    handler: called as (token, is_over, *values of inputs).
    """
    turns, turn = GenerationTurns(), gr.State(0)

    def take_turn(request: gr.Request) -> int:
        return turns.next(request.session_hash)

    @explained
    def told(words: Words, *values: Any) -> Iterator[str]:
        try:
            yield from handler(*values)
        except ValueError as mistake:
            yield problem(words, mistake)
            raise

    def walk(request: gr.Request, token: gr.OAuthToken | None, mine: int, *values: Any) -> Iterator[str]:
        yield from told(words, token, partial(turns.is_over, request.session_hash, mine), *values)

    for stop in stops:
        stop(take_turn, outputs=turn, queue=False, **PRIVATE)
    return [
        start(take_turn, outputs=turn, queue=False, trigger_mode="multiple", **PRIVATE).then(
            walk, inputs=[turn, *inputs], outputs=going, trigger_mode="multiple", **line, **PRIVATE
        )
        for start in starts
    ]


SILENCE = 1.0  # seconds of waiting that need no word


def bar(words: Words, event: Waiting | Progress | Drawing) -> str | None:
    """How it goes; None where there is nothing to say."""
    if isinstance(event, Waiting):
        seconds = math.floor(event.seconds)
        return note(words.hub.waiting.format(seconds=seconds)) if event.seconds >= SILENCE else None
    if isinstance(event, Drawing):
        said, share = words.hub.drawing.format(done=event.done, total=event.total), event.done / event.total
    else:
        done, total = (f"{size / 1e6:.1f}" for size in (event.done, event.total))
        said = words.hub.progress.format(file=escape(event.file), done=done, total=total)
        share = event.done / event.total if event.total else 1.0
    return (
        f'<div class="player-track" role="progressbar" aria-label="{escape(said)}" aria-valuenow="{100 * share:.0f}">'
        f'<div style="width:{100 * share:.1f}%"></div></div><p class="hint">{said}</p>'
    )


def note(said: str, kind: str = "hint") -> str:
    """said: as HTML"""
    return f'<p class="{kind}" role="status">{said}</p>'


def problem(words: Words, mistake: ValueError) -> str:
    return note(escape(translate(words, message_of(mistake))), "problem")
