"""Controls that several tabs share, and the one way in which mistakes reach the person."""

import inspect
import random
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import gradio as gr

from ...core import SAMPLERS
from ...engine import Request, find_device
from ...errors import UserError, message_of
from ...sprites import KINDS
from ...store import list_runs
from ..words import Words, translate
from .turns import GenerationTurns

MAX_AT_ONCE = 24  # walks, each a thread of the 40 that Gradio has; the others wait in its queue
PRIVATE = {"api_visibility": "private", "show_progress": "hidden"}  # what every event of the page itself is


def explained(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Show the person a generator handler's ValueErrors as a toast; any other exception stays a bug.

    handler: its first argument is the page, or its words.
    """
    assert inspect.isgeneratorfunction(handler)

    @wraps(handler)
    def wrapper(page: Any, *arguments: Any) -> Any:
        try:
            yield from handler(page, *arguments)
        except ValueError as mistake:
            raise _toast(page, mistake) from mistake

    return wrapper


def toasted(handler: Callable[..., Any]) -> Callable[..., Any]:
    """The same for a handler that returns."""

    @wraps(handler)
    def wrapper(page: Any, *arguments: Any) -> Any:
        try:
            return handler(page, *arguments)
        except ValueError as mistake:
            raise _toast(page, mistake) from mistake

    return wrapper


def _toast(page: Any, mistake: ValueError) -> gr.Error:
    words = page if isinstance(page, Words) else page.words
    return gr.Error(translate(words, message_of(mistake)), duration=8, print_exception=False)


@toasted
def packed(words: Words, runs: Path, cache: str, name: str | None) -> str:
    """A run as a .zip, where Gradio keeps files for a while."""
    run = list_runs(runs).get(name or "")
    if run is None:
        raise UserError(words.nothing_to_pack)
    target = Path(cache) / secrets.token_hex(16) / f"{run}.zip"
    target.parent.mkdir(parents=True)
    run.pack(target)
    return str(target)


def wire_walk(
    start: gr.Button, stop: gr.Button, handler: Callable[..., Iterator], inputs: list[Any], player: gr.HTML
) -> None:
    """Generate streams `handler`'s frames into the player, in place of a walk that still runs; Stop ends it.

    handler: called as (turns, request, turn, *values of inputs).
    """
    turns, turn = GenerationTurns(), gr.State(0)

    def take_turn(request: gr.Request) -> int:
        return turns.next(request.session_hash)

    def walk(request: gr.Request, *values: Any) -> Iterator:
        yield from handler(turns, request, *values)

    start.click(take_turn, outputs=turn, queue=False, trigger_mode="multiple", **PRIVATE).then(
        walk,
        inputs=[turn, *inputs],
        outputs=player,
        concurrency_id="sampling",
        concurrency_limit=MAX_AT_ONCE,
        trigger_mode="multiple",
        **PRIVATE,
    )
    stop.click(take_turn, outputs=turn, queue=False, **PRIVATE)


@dataclass(frozen=True)
class RequestControls:
    """What a person sets before a walk; `inputs` in the order in which `request_from` takes their values."""

    words: Words
    count: gr.Slider
    seed: gr.Number
    sampler: gr.Radio
    steps: gr.Slider
    guidance: gr.Slider
    eta: gr.Slider
    clip: gr.Checkbox
    fresh_noise: gr.Checkbox
    kinds: list[gr.Slider]

    @property
    def inputs(self) -> list[gr.components.Component]:
        first = [self.count, self.seed, self.sampler, self.steps, self.guidance, self.eta, self.clip, self.fresh_noise]
        return [*first, *self.kinds]

    @property
    def request(self) -> Request:
        """What they are set to when the page opens."""
        return request_from(self.words, *(control.value for control in self.inputs))

    @staticmethod
    def values(request: Request) -> list[Any]:
        """A request as values for `inputs`."""
        r = request
        return [r.count, r.seed, r.sampler, r.steps, r.guidance, r.eta, r.clip, r.fresh_noise, *r.kinds]


def request_controls(words: Words, max_sprites: int, sprites: int, kinds_open: bool) -> RequestControls:
    """Kinds, number, seed, sampler and experiments, from top to bottom."""
    best = Request() if find_device().name == "cpu" else Request(sampler="ddpm", steps=500)  # a GPU has the time
    with gr.Accordion(words.kinds_label, open=kinds_open):
        gr.Markdown(words.kinds_info, elem_classes="hint")
        kinds = [
            gr.Slider(0, 1, value=0, step=0.05, label=words.kind_names[kind], buttons=[], elem_classes="slim")
            for kind in KINDS
        ]
    count = gr.Slider(1, max_sprites, value=sprites, step=1, label=words.count, elem_classes="slim", buttons=[])
    with gr.Row(equal_height=False, elem_classes="seed"):
        seed = gr.Number(0, precision=0, label=words.seed, info=words.seed_info, min_width=120)
        dice = gr.Button(words.dice, min_width=80, scale=0)
    dice.click(lambda: random.randrange(10_000), outputs=seed, queue=False, **PRIVATE)
    with gr.Accordion(words.more, open=False):
        samplers = [(words.sampler_names[name], name) for name in SAMPLERS]
        sampler = gr.Radio(
            samplers, value=best.sampler, label=words.sampler, info=words.sampler_info, elem_classes="compact"
        )
        steps = gr.Slider(1, 500, value=best.steps, step=1, label=words.steps, info=words.steps_info)
        guidance = gr.Slider(0, 5, value=1, step=0.25, label=words.guidance, info=words.guidance_info)
        eta = gr.Slider(0, 1, value=0, step=0.05, label=words.eta)
        fresh_noise = gr.Checkbox(True, label=words.fresh, info=words.fresh_info)
        clip = gr.Checkbox(False, label=words.clip)
    return RequestControls(words, count, seed, sampler, steps, guidance, eta, clip, fresh_noise, kinds)


def request_from(
    words: Words,
    count: float,
    seed: float,
    sampler: str,
    steps: float,
    guidance: float,
    eta: float,
    clip: bool,
    fresh_noise: bool,
    *kinds: float,
) -> Request:
    """The values of `RequestControls.inputs`, checked."""
    return Request(
        count=whole(words, count, words.count),
        seed=whole(words, seed, words.seed),
        sampler=sampler,
        steps=whole(words, steps, words.steps),
        guidance=guidance,
        eta=eta,
        clip=clip,
        fresh_noise=fresh_noise,
        kinds=tuple(kinds),
    )


def whole(words: Words, number: float | None, name: str) -> int:
    """A number from the browser, which may be None or 2.5, as an int."""
    if number is None or number != int(number):
        raise UserError(words.whole_number, name=name)
    return int(number)
