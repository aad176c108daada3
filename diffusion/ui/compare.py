"""The Compare tab: several epochs from the same noise, and one slider across them."""

import base64
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import gradio as gr

from ..generate import recipe
from ..gpu import generate
from ..refs import EpochRef
from ..store import list_runs
from .charts import quality_html
from .controls import PRIVATE, explained, request_controls, request_from, wire_walk
from .links import epochs_in, request_in
from .page import Page
from .player import Frame, build_comparison, frames
from .turns import Turns
from .watch import find_run, name_of
from .words import Words

TUTORIAL_EPOCHS = (0, 4, 24, 31)
MOST_EPOCHS = 6
FRAMES_PER_SECOND = 15  # four epochs of 32 sprites are about 260 KB


@explained
def compare(
    words: Words, runs: Path, turns: Turns, request: gr.Request, turn: int, chosen: list[str], *settings: float
) -> Iterator[Frame]:
    """Browser values in, frames with one panel per epoch out. chosen: EpochRefs as text."""
    if turns.is_over(request.session_hash, turn):
        return
    if not 2 <= len(chosen) <= MOST_EPOCHS:
        raise ValueError(words.COMPARE_COUNT.format(most=MOST_EPOCHS, count=len(chosen)))
    wanted, refs = request_from(words, *settings), [EpochRef.parse(name) for name in chosen]
    several = len({ref.run for ref in refs}) > 1
    panels = {
        f"{ref.run} {ref.epoch}" if several else words.EPOCH_NUMBER.format(epoch=ref.epoch): find_run(
            words, runs, ref.run
        ).load(ref.epoch)
        for ref in refs
    }
    walk, made_by = generate(list(panels.values()), wanted), recipe(wanted, refs)
    stream = frames(panels, walk, wanted.steps, views=("x", "x0"), per_second=FRAMES_PER_SECOND, recipe=made_by)
    yield from turns.while_current(request.session_hash, turn, stream)


def choices(runs: Path, default_run: str, wanted: Sequence[EpochRef] = ()) -> gr.CheckboxGroup:
    """Every epoch of every run, with the wanted ones ticked, or the tutorial's four of the default run."""
    found = list_runs(runs)
    there = [EpochRef(name, epoch) for name, run in found.items() for epoch in run.epochs()]
    mine = [ref for ref in there if ref.run == name_of(runs, default_run)]
    ticked = [ref for ref in wanted if ref in there] or [ref for ref in mine if ref.epoch in TUTORIAL_EPOCHS]
    ticked = ticked or mine[:: max(1, len(mine) // 3)][:4]
    options = [(str(ref.epoch) if len(found) == 1 else f"{ref.run} {ref.epoch}", str(ref)) for ref in there]
    return gr.CheckboxGroup(choices=options, value=[str(ref) for ref in ticked])


def numbers_of(words: Words, runs: Path, name: str) -> str:
    """The measured quality of a run as charts, or what to do to measure it."""
    if not (name := name_of(runs, name)):
        return ""
    run = find_run(words, runs, name)
    return quality_html(words, run.metrics(), run.floor()) + _nearest_html(words, run.nearest())


def _nearest_html(words: Words, picture: bytes) -> str:
    if not picture:
        return ""
    source = base64.b64encode(picture).decode()
    return (
        f'<figure class="nearest"><figcaption>{words.NEAREST}</figcaption>'
        f'<img alt="{words.NEAREST_ALT}" src="data:image/png;base64,{source}"></figure>'
    )


def build(page: Page) -> None:
    """Lay out the tab inside the enclosing gr.Tab and wire it."""
    words, runs = page.words, page.runs
    gr.Markdown(words.COMPARE_INTRO, elem_classes="intro")
    with gr.Row(elem_classes="workbench"):
        with gr.Column(scale=1, min_width=280):
            with gr.Row():
                start = gr.Button(words.COMPARE_GENERATE, variant="primary", min_width=120, scale=2)
                stop = gr.Button(words.STOP, min_width=80)
            epochs = gr.CheckboxGroup(
                [], label=words.COMPARE_EPOCHS, info=words.COMPARE_EPOCHS_INFO, elem_classes="compact"
            )
            settings = request_controls(words, 32, sprites=16, kinds_open=False)
        with gr.Column(scale=3, min_width=320):
            player = build_comparison(words, page.assets, "compare-player")
    gr.Markdown(words.COMPARE_NUMBERS, elem_classes="intro")
    numbers = gr.HTML(elem_id="numbers")

    wire_walk(start, stop, partial(compare, words, runs), [epochs, *settings.inputs], player)

    def restore(request: gr.Request):
        query = request.query_params if request.query_params.get("tab") == "compare" else {}
        wanted = epochs_in(query)
        measured = numbers_of(words, runs, wanted[0].run if wanted else page.default_run)
        return choices(runs, page.default_run, wanted), measured, *settings.values(request_in(query, settings.request))

    def ticked(chosen: list[str]) -> str:
        return numbers_of(words, runs, EpochRef.parse(chosen[0]).run if chosen else page.default_run)

    def appeared(chosen: list[str]):
        return choices(runs, page.default_run, [EpochRef.parse(name) for name in chosen])

    quick = {"inputs": epochs, "queue": False, **PRIVATE}
    epochs.input(ticked, outputs=numbers, **quick)
    page.appeared.change(appeared, outputs=epochs, **quick)
    page.app.load(restore, outputs=[epochs, numbers, *settings.inputs], queue=False, **PRIVATE)
