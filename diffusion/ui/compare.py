"""The Compare tab: several epochs from the same noise, and one slider across them."""

import base64
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import gradio as gr

from ..generate import generate, recipe
from ..store import list_runs
from . import text
from .charts import quality_html
from .controls import PRIVATE, explained, request_controls, request_from, wire_walk
from .links import epochs_in, request_in
from .player import Frame, build_comparison, frames
from .turns import Turns
from .watch import find_run, name_of

TUTORIAL_EPOCHS = (0, 4, 24, 31)
MOST_EPOCHS = 6
FRAMES_PER_SECOND = 15  # four epochs of 32 sprites are about 260 KB


@explained
def compare(
    runs: Path, turns: Turns, request: gr.Request, turn: int, chosen: list[str], *settings: float
) -> Iterator[Frame]:
    """Browser values in, frames with one panel per epoch out. chosen: "run · epoch", as `choices` names them."""
    if turns.is_over(request.session_hash, turn):
        return
    if not 2 <= len(chosen) <= MOST_EPOCHS:
        raise ValueError(text.COMPARE_COUNT.format(most=MOST_EPOCHS, count=len(chosen)))
    wanted = request_from(*settings)
    panels = {}
    several = len({name.rpartition(" · ")[0] for name in chosen}) > 1
    for name in chosen:
        run, _, epoch = name.rpartition(" · ")
        if not epoch.isdecimal() or not run:
            raise ValueError(text.NO_SUCH_EPOCH.format(name=name))
        label = text.EPOCH_NUMBER.format(epoch=epoch)
        panels[f"{run} {epoch}" if several else label] = find_run(runs, run).load(int(epoch))
    walk = generate(list(panels.values()), wanted)
    made_by = (
        {"chosen": chosen} if several else recipe(wanted, run, [checkpoint.epoch for checkpoint in panels.values()])
    )
    stream = frames(panels, walk, wanted.steps, views=("x", "x0"), per_second=FRAMES_PER_SECOND, recipe=made_by)
    for frame in stream:
        if turns.is_over(request.session_hash, turn):
            yield {"run": frame["run"], "ended": True}
            return
        yield frame


def choices(runs: Path, default_run: str, wanted: Sequence[int] = ()) -> gr.CheckboxGroup:
    """Every epoch of every run, "run · epoch", with the wanted ones of a run ticked, or the tutorial's four."""
    found = {name: list(run.epochs()) for name, run in list_runs(runs).items()}
    default_run = name_of(runs, default_run)
    there = found.get(default_run, [])
    ticked = [epoch for epoch in wanted or TUTORIAL_EPOCHS if epoch in there] or there[:: max(1, len(there) // 3)][:4]
    single = len(found) == 1
    options = [
        (str(epoch) if single else f"{name} {epoch}", f"{name} · {epoch}") for name in found for epoch in found[name]
    ]
    return gr.CheckboxGroup(choices=options, value=[f"{default_run} · {epoch}" for epoch in ticked])


def numbers_of(runs: Path, name: str) -> str:
    """The measured quality of a run as charts, or what to do to measure it."""
    if not (name := name_of(runs, name)):
        return ""
    run = find_run(runs, name)
    return quality_html(run.metrics(), run.floor()) + _nearest_html(run.nearest())


def _nearest_html(picture: bytes) -> str:
    if not picture:
        return ""
    source = base64.b64encode(picture).decode()
    return (
        f'<figure class="nearest"><figcaption>{text.NEAREST}</figcaption>'
        f'<img alt="{text.NEAREST_ALT}" src="data:image/png;base64,{source}"></figure>'
    )


def build(app: gr.Blocks, runs: Path, assets: Path, default_run: str) -> None:
    """Lay out the tab inside the enclosing gr.Tab and wire it."""
    gr.Markdown(text.COMPARE_INTRO, elem_classes="intro")
    with gr.Row(elem_classes="workbench"):
        with gr.Column(scale=1, min_width=280):
            with gr.Row():
                start = gr.Button(text.COMPARE_GENERATE, variant="primary", min_width=120, scale=2)
                stop = gr.Button(text.STOP, min_width=80)
            epochs = gr.CheckboxGroup(
                [], label=text.COMPARE_EPOCHS, info=text.COMPARE_EPOCHS_INFO, elem_classes="compact"
            )
            settings = request_controls(32, sprites=16, kinds_open=False)
        with gr.Column(scale=3, min_width=320):
            player = build_comparison(assets, "compare-player")
    gr.Markdown(text.COMPARE_NUMBERS, elem_classes="intro")
    numbers = gr.HTML(elem_id="numbers")

    wire_walk(start, stop, partial(compare, runs), [epochs, *settings.inputs], player)

    def restore(request: gr.Request):
        query = request.query_params if request.query_params.get("tab") == "compare" else {}
        ticked = choices(runs, query.get("run", default_run), epochs_in(query))
        measured = numbers_of(runs, query.get("run", default_run))
        return ticked, measured, *settings.values(request_in(query, settings.request))

    app.load(restore, outputs=[epochs, numbers, *settings.inputs], queue=False, **PRIVATE)
