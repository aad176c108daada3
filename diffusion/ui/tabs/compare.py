"""The Compare tab: several epochs from the same noise, and one slider across them."""

import base64
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import gradio as gr

from ...engine import describe_request, generate_on_lent_gpu
from ...errors import UserError
from ...refs import EpochRef
from ..parts.charts import quality_html
from ..parts.controls import PRIVATE, explained, request_controls, request_from, wire_walk
from ..parts.page import Page
from ..parts.player import COMPARISON_FRAMES_PER_SECOND, Frame, build_comparison, frames
from ..parts.run_picker import MAX_EPOCHS, choices, find_run, name_of
from ..parts.share_links import epochs_in, request_in
from ..parts.turns import GenerationTurns
from ..words import Words


@explained
def compare(
    words: Words,
    runs: Path,
    turns: GenerationTurns,
    request: gr.Request,
    turn: int,
    chosen: list[str],
    *settings: float,
) -> Iterator[Frame]:
    """Browser values in, frames with one panel per epoch out. chosen: EpochRefs as text."""
    if turns.is_over(request.session_hash, turn):
        return
    if not 2 <= len(chosen) <= MAX_EPOCHS:
        raise UserError(words.compare.count, most=MAX_EPOCHS, count=len(chosen))
    wanted, refs = request_from(words, *settings), [EpochRef.parse(name) for name in chosen]
    several = len({ref.run for ref in refs}) > 1
    panels = {
        f"{ref.run} {ref.epoch}" if several else words.epoch_number.format(epoch=ref.epoch): find_run(
            words, runs, ref.run
        ).load(ref.epoch)
        for ref in refs
    }
    walk, made_by = generate_on_lent_gpu(list(panels.values()), wanted), describe_request(wanted, refs)
    stream = frames(
        panels, walk, wanted.steps, views=("x", "x0"), per_second=COMPARISON_FRAMES_PER_SECOND, recipe=made_by
    )
    yield from turns.while_current(request.session_hash, turn, stream)


def numbers_of(words: Words, runs: Path, name: str) -> str:
    """The measured quality of a run as charts, or what to do to measure it."""
    if not (name := name_of(runs, name)):
        return ""
    run = find_run(words, runs, name)
    return quality_html(words, run.metrics(), run.baseline()) + _nearest_html(words, run.nearest())


def _nearest_html(words: Words, picture: bytes) -> str:
    if not picture:
        return ""
    source = base64.b64encode(picture).decode()
    return (
        f'<figure class="nearest"><figcaption>{words.compare.nearest}</figcaption>'
        f'<img alt="{words.compare.nearest_alt}" src="data:image/png;base64,{source}"></figure>'
    )


def build(page: Page) -> None:
    """Lay out the tab inside the enclosing gr.Tab and wire it."""
    words, runs = page.words, page.runs
    gr.Markdown(words.compare.intro, elem_classes="intro")
    with gr.Row(elem_classes="workbench"):
        with gr.Column(scale=1, min_width=280):
            with gr.Row():
                start = gr.Button(words.compare.generate, variant="primary", min_width=120, scale=2)
                stop = gr.Button(words.stop, min_width=80)
            epochs = gr.CheckboxGroup(
                [], label=words.compare.epochs, info=words.compare.epochs_info, elem_classes="compact"
            )
            settings = request_controls(words, 32, sprites=16, kinds_open=False)
        with gr.Column(scale=3, min_width=320):
            player = build_comparison(words, page.assets, "compare-player")
    gr.Markdown(words.compare.numbers, elem_classes="intro")
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
