"""A generation of Watch or Compare: what it is asked for, and its buttons. The server or the browser draws it."""

import json
import random
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from ...engine import Frame, Request, describe_sprites, generate_on_lent_gpu
from ...store import Checkpoint, RunFolder, load_younger
from .controls import MAX_ROLLED, shows_errors
from .frames import stream_frames
from .local_drawing import plan_drawing
from .page import PRIVATE, Page
from .turns import Audience, GenerationTurns

MAX_AT_ONCE = 24  # sampling loops, each a thread of the 40 that Gradio has; the others wait in its queue


@dataclass(frozen=True)
class Generation:
    """What is to be drawn; `recipe`, `words` and `network` go with the first frame, as `stream_frames` has them."""

    panels: Mapping[str, tuple[RunFolder, Checkpoint]]  # by label
    wanted: Request
    views: Sequence[str]
    recipe: dict[str, Any]
    words: Sequence[str]
    network: dict[str, Any] | None = None

    def plan(self) -> dict[str, Any] | None:
        """For a browser that draws by itself; None where it cannot."""
        about = self.words, self._names(), self.network
        return plan_drawing(self.panels, self.wanted, self.views, self.recipe, *about)

    def frames(self, audience: Audience) -> Iterator[Frame | dict[str, Any]]:
        """Drawn here; after a stop, a last message that says so."""
        panels = {label: checkpoint for label, (_, checkpoint) in self.panels.items()}
        younger = [load_younger(run, one.epoch) for run, one in self.panels.values()] if self.wanted.youth != 1 else ()
        trajectory = generate_on_lent_gpu(list(panels.values()), self.wanted, younger=younger)
        about = self.views, self.recipe, audience, self.words, self.network, self._names
        yield from stream_frames(panels, trajectory, self.wanted.steps, *about)

    def _names(self) -> Sequence[str]:
        _, checkpoint = next(iter(self.panels.values()))
        return describe_sprites(checkpoint.config, self.wanted)


Prepare = Callable[..., Generation]  # of the page and the values of the controls; UserError where they are wrong


@shows_errors
def draw(
    page: Page, prepare: Prepare, turns: GenerationTurns, request: gr.Request, turn: int, *values: Any
) -> Iterator[Frame | dict[str, Any]]:
    """Browser values in, frames for the player out; none if the turn is over."""
    if not turns.is_over(request.session_hash, turn):
        yield from prepare(page, *values).frames(turns.audience(request, turn))


@shows_errors
def plan(
    page: Page, prepare: Prepare, turns: GenerationTurns, request: gr.Request, turn: int, *values: Any
) -> dict[str, Any]:
    """Browser values in, a plan for the player out, or one without a plan: then the server has to draw."""
    if turns.is_over(request.session_hash, turn):
        return gr.skip()
    return {"run": uuid.uuid4().hex, "plan": prepare(page, *values).plan()}


@dataclass(frozen=True)
class SeedControls:
    """A seed that is another one at each press of the button, unless it is kept."""

    seed: Component
    kept: gr.Checkbox
    again: gr.Button  # draws with the seed that is there; the page's scripts press it, nobody sees it


def wire_generation(
    page: Page,
    start: gr.Button,
    stop: gr.Button,
    prepare: Prepare,
    inputs: list[Any],
    player: gr.HTML,
    prompt: gr.Textbox,
    new_seed: SeedControls | None = None,
) -> None:
    """Generate brings what `prepare` makes of the inputs into the player, in place of what still runs; Stop ends it.

    What still runs ends at the press, and the new drawing is asked for when it has ended (pressPlace in tell.js).

    prompt: Enter there is Generate. What a browser draws by itself waits in no queue: its plan comes at once.
    """
    turns, turn = GenerationTurns(), gr.State(0)
    name = str(player.elem_id).removesuffix("-player")
    tab = json.dumps(name)
    # Pressed by scripts (assets/js/tell.js, here.js).
    ask_plan, ask_frames = (gr.Button(visible="hidden", elem_id=f"{name}-{way}") for way in ("browser", "server"))

    def take_turn(request: gr.Request) -> int:
        return turns.next(request.session_hash)

    def take_turn_and_seed(request: gr.Request, seed: Any, is_kept: bool) -> tuple[int, Any]:
        return take_turn(request), seed if is_kept else random.randrange(MAX_ROLLED)

    def end_turn(request: gr.Request) -> None:
        turns.next(request.session_hash)

    def plan_turn(request: gr.Request, *values: Any) -> dict[str, Any]:
        return plan(page, prepare, turns, request, *values)

    def draw_turn(request: gr.Request, *values: Any) -> Iterator[Frame | dict[str, Any]]:
        yield from draw(page, prepare, turns, request, *values)

    def script(call: str) -> dict[str, Any]:
        """assets/js/tell.js"""
        return {"fn": None, "js": f"() => {call}", "queue": False, **PRIVATE}

    tell_on, tell_off = (script(f"tellDrawing({tab}, {is_on})") for is_on in ("true", "false"))

    def begin(begins: list[Any], first: Callable[..., Any], **ports: Any) -> None:
        gr.on(begins, trigger_mode="multiple", **tell_on)
        begun = gr.on(begins, first, queue=False, trigger_mode="multiple", **ports, **PRIVATE)
        begun.then(**script(f"pressPlace({tab})"))
        begun.failure(**tell_off)  # `then` comes only after a success

    def wire(button: gr.Button, act: Callable[..., Any], done: dict[str, Any], **queue: Any) -> None:
        ports: dict[str, Any] = {"inputs": [turn, *inputs], "outputs": player, "trigger_mode": "multiple"}
        drawn = button.click(act, **ports, **queue, **PRIVATE)
        drawn.then(**done)
        drawn.failure(**done)

    start_all = [start.click, prompt.submit]
    if new_seed:
        begin([new_seed.again.click], take_turn, outputs=turn)
        begin(start_all, take_turn_and_seed, inputs=[new_seed.seed, new_seed.kept], outputs=[turn, new_seed.seed])
    else:
        begin(start_all, take_turn, outputs=turn)
    wire(ask_plan, plan_turn, tell_off, queue=False)
    served = script(f"tellServing({tab}, false)")
    wire(ask_frames, draw_turn, served, concurrency_id="sampling", concurrency_limit=MAX_AT_ONCE)
    stop.click(end_turn, queue=False, **PRIVATE)
