"""The Watch tab: choose an epoch and see noise turn into sprites."""

from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import gradio as gr

from ..device import find_device
from ..generate import MOST_SPRITES, Request, generate
from ..sampling import SAMPLERS
from ..store import list_runs
from . import text
from .controls import explained, kind_sliders, seed_row, whole
from .player import Frame, build_player, frames


class Turns:
    """Which walk of a browser is the current one: a new Generate, or Stop, makes the running one end at its next step.

    A walk that waits in the queue behind others can be overtaken too, which Gradio's own `cancels` cannot do.
    """

    def __init__(self, most: int = 1000) -> None:
        self.most = most
        self.newest: OrderedDict[str, int] = OrderedDict()

    def next(self, browser: str) -> int:
        turn = self.newest.pop(browser, 0) + 1
        self.newest[browser] = turn
        while len(self.newest) > self.most:
            self.newest.popitem(last=False)
        return turn

    def is_over(self, browser: str, turn: int) -> bool:
        return self.newest.get(browser) != turn


@explained
def watch(
    runs: Path,
    turns: Turns,
    request: gr.Request,
    turn: int,
    run: str,
    epoch: int | None,
    sampler: str,
    steps: float,
    count: float,
    seed: float,
    guidance: float,
    eta: float,
    clip: bool,
    fresh_noise: bool,
    *kinds: float,
) -> Iterator[Frame]:
    """Browser values in, frames for the player out; the last one says so where the walk was stopped."""
    if turns.is_over(request.session_hash, turn):
        return
    if epoch is None:
        raise ValueError(text.NO_EPOCH)
    wanted = Request(
        count=whole(count, text.COUNT),
        sampler=sampler,
        steps=whole(steps, text.STEPS),
        seed=whole(seed, text.SEED),
        kinds=tuple(kinds),
        guidance=guidance,
        eta=eta,
        clip=clip,
        fresh_noise=fresh_noise,
    )
    checkpoint = find_run(runs, run).load(epoch)
    walk = (step for (step,) in generate([checkpoint], wanted))
    for frame in frames(walk, wanted.steps, checkpoint.config.noise_schedule()):
        if turns.is_over(request.session_hash, turn):
            yield {"run": frame["run"], "ended": True}
            return
        yield frame


def find_run(runs: Path, name: str):
    """A run by the name the picker shows; never a path."""
    found = list_runs(runs)
    if name not in found:
        raise ValueError(text.NO_RUNS.format(folder=runs.name) if not found else f"there is no run {name!r}")
    return found[name]


def pick(runs: Path, name: str | None) -> tuple[gr.Radio, gr.Radio]:
    """The two pickers as they should be now: the runs on disk, and the epochs of the one named, or of the first."""
    found = list_runs(runs)
    name = name if name in found else next(iter(found), None)
    epochs = list(found[name].epochs()) if name else []
    return (
        gr.Radio(choices=list(found), value=name, visible=len(found) > 1),
        gr.Radio(choices=epochs, value=epochs[-1] if epochs else None),
    )


def build(app: gr.Blocks, runs: Path, assets: Path, default_run: str) -> None:
    """Lay out the tab inside the enclosing gr.Tab and wire it. The pickers are filled anew at every page load."""
    turns = Turns()
    cpu = find_device().name == "cpu"
    turn = gr.State(0)
    with gr.Row(elem_classes="watch"):
        with gr.Column(scale=1, min_width=280):
            run = gr.Radio([], label=text.RUN, visible=False)
            epoch = gr.Radio([], label=text.EPOCH, info=text.EPOCH_INFO, elem_classes="compact")
            with gr.Row():
                start = gr.Button(text.GENERATE, variant="primary", min_width=120, scale=2)
                stop = gr.Button(text.STOP, min_width=80)
            with gr.Accordion(text.KINDS_LABEL, open=True):
                gr.Markdown(text.KINDS_INFO, elem_classes="hint")
                kinds = kind_sliders()
            count = gr.Slider(1, MOST_SPRITES, value=32, step=1, label=text.COUNT, elem_classes="slim", buttons=[])
            seed = seed_row()
            with gr.Accordion(text.MORE, open=False):
                samplers = [(text.SAMPLER_NAMES[name], name) for name in SAMPLERS]
                sampler = gr.Radio(
                    samplers, value="ddpm", label=text.SAMPLER, info=text.SAMPLER_INFO, elem_classes="compact"
                )
                steps = gr.Slider(1, 500, value=50 if cpu else 500, step=1, label=text.STEPS, info=text.STEPS_INFO)
                guidance = gr.Slider(0, 5, value=1, step=0.25, label=text.GUIDANCE, info=text.GUIDANCE_INFO)
                eta = gr.Slider(0, 1, value=0, step=0.05, label=text.ETA)
                fresh_noise = gr.Checkbox(True, label=text.FRESH, info=text.FRESH_INFO)
                clip = gr.Checkbox(False, label=text.CLIP)
        with gr.Column(scale=3, min_width=320):
            player = build_player(assets, "watch-player")

    def take_turn(request: gr.Request) -> int:
        return turns.next(request.session_hash)

    def walk(request: gr.Request, *values):
        yield from watch(runs, turns, request, *values)

    private = {"api_visibility": "private", "show_progress": "hidden"}
    values = [turn, run, epoch, sampler, steps, count, seed, guidance, eta, clip, fresh_noise, *kinds]
    start.click(take_turn, outputs=turn, queue=False, trigger_mode="multiple", **private).then(
        walk,
        inputs=values,
        outputs=player,
        concurrency_id="sampling",
        concurrency_limit=2,
        trigger_mode="multiple",
        **private,
    )
    stop.click(take_turn, outputs=turn, queue=False, **private)
    run.input(lambda name: pick(runs, name), inputs=run, outputs=[run, epoch], queue=False, **private)
    app.load(lambda: pick(runs, default_run), outputs=[run, epoch], queue=False, **private)
