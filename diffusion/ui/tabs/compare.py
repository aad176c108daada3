"""The Compare tab: several epochs from the same noise, and one slider across them."""

from collections.abc import Sequence
from html import escape
from typing import Any

import gradio as gr

from ...engine import MAX_EPOCHS, describe_request
from ...errors import UserError
from ...refs import EpochRef
from ...sprites import data_url
from ..parts.asking import without_missing, words_of_sprites
from ..parts.charts import pick_shown_pair, quality_html
from ..parts.controls import PRIVATE, request_controls, request_from
from ..parts.generation import Generation, wire_generation
from ..parts.hub_progress import note
from ..parts.page import Page, PageData
from ..parts.place import build_place
from ..parts.player import build_comparison
from ..parts.prompt_box import build_prompt_box
from ..parts.run_picker import TUTORIAL_EPOCHS, find_run, name_of, update_epochs
from ..parts.share_links import epochs_in, link_as_in_tutorial, request_in
from ..words import Words, translate

MAX_COMPARED, SPRITES = 32, 16  # at most, and when the page opens
VIEWS = ("x", "x0")


def prepare(page: Page, chosen: list[str] | None, *settings: Any) -> Generation:
    """Browser values in, with one panel per epoch; UserError where they are wrong. chosen: EpochRefs as text."""
    chosen = chosen or []
    if not 2 <= len(chosen) <= MAX_EPOCHS:
        raise UserError(page.words.compare.count, most=MAX_EPOCHS, count=len(chosen))
    wanted, refs = request_from(page, *settings), [EpochRef.parse(name) for name in chosen]
    several = len({ref.run for ref in refs}) > 1
    panels, configs = {}, {}
    for ref in refs:
        label = f"{ref.run} {ref.epoch}" if several else page.words.epoch_number.format(epoch=ref.epoch)
        run = find_run(page, ref.run)
        panels[label] = (run, run.load(ref.epoch))
        configs[ref.run] = panels[label][1].config
    wanted = without_missing(page, configs, wanted)
    return Generation(panels, wanted, VIEWS, describe_request(wanted, refs), words_of_sprites(page, configs, wanted))


def numbers_of(page: PageData, name: str, shown: Sequence[int] = ()) -> str:
    """The measured quality of a run as charts under a question, or how to measure it; empty without a run.

    shown: the epochs of that run that are compared; the question is about the last two that were measured.
    """
    found = name_of(page.runs, name)
    if not found:
        return ""
    run = find_run(page, found)
    problems = "".join(note(escape(translate(page.words, one)), "problem") for one in run.problems())
    metrics, compare = run.metrics(), page.words.compare
    pair = pick_shown_pair(metrics, shown)
    question = compare.question.format(first=pair[0], second=pair[1]) if pair else compare.measured
    charts = quality_html(page.words, metrics, run.baseline(), shown)
    return f'<h2 class="question">{question}</h2>{problems}{charts}{_nearest_html(page.words, run.nearest())}'


def numbers_shown(page: PageData, chosen: Sequence[EpochRef]) -> str:
    """`numbers_of` the run of the first epoch that was chosen, or of the default run."""
    name = chosen[0].run if chosen else page.default_run
    return numbers_of(page, name, [ref.epoch for ref in chosen if ref.run == name] or TUTORIAL_EPOCHS)


def _nearest_html(words: Words, picture: bytes) -> str:
    if not picture:
        return ""
    return (
        f'<figure class="nearest"><figcaption>{words.compare.nearest}</figcaption>'
        f'<img alt="{words.compare.nearest_alt}" src="{data_url(picture)}"></figure>'
    )


def build(page: Page) -> None:
    """Lay out the tab inside the enclosing gr.Tab and wire it."""
    words = page.words
    gr.Markdown(words.compare.intro, elem_classes="intro")
    with gr.Row(elem_classes="workbench"):
        with gr.Column(scale=1, min_width=280):
            box = build_prompt_box(page, "compare")
            with gr.Row():
                start = gr.Button(
                    words.compare.generate, variant="primary", min_width=120, scale=2, elem_id="compare-generate"
                )
                stop = gr.Button(words.stop, min_width=80, elem_id="compare-stop")
            epochs = gr.Dropdown(
                [],
                label=words.compare.epochs,
                info=words.compare.epochs_info,
                multiselect=True,
                max_choices=MAX_EPOCHS,
                elem_id="compare-epochs",
            )
            if address := link_as_in_tutorial(page.runs):
                gr.HTML(f'<a href="{escape(address)}">{words.learn["tutorial"]}</a>', elem_classes="hint")
            settings = request_controls(page, MAX_COMPARED, SPRITES, box)
            build_place(words, page.assets, "compare")
        with gr.Column(scale=3, min_width=320):
            player = build_comparison(words, page.assets, "compare-player")
    numbers = gr.HTML(elem_id="numbers")

    wire_generation(page, start, stop, prepare, [epochs, *settings.inputs], player, box.prompt)

    def restore(request: gr.Request):
        query = request.query_params if request.query_params.get("tab") == "compare" else {}
        wanted = epochs_in(query)
        return (
            update_epochs(page, wanted),
            numbers_shown(page, wanted),
            *settings.values(request_in(query, settings.request)),
        )

    def show_numbers(chosen: list[str] | None) -> str:
        return numbers_shown(page, [EpochRef.parse(name) for name in chosen or []])

    def add_epochs(chosen: list[str] | None):
        return update_epochs(page, [EpochRef.parse(name) for name in chosen or []])

    quick: dict[str, Any] = {"inputs": epochs, "queue": False, **PRIVATE}
    epochs.input(show_numbers, outputs=numbers, **quick)
    page.appeared.change(add_epochs, outputs=epochs, **quick)
    restored = page.app.load(restore, outputs=[epochs, numbers, *settings.inputs], queue=False, **PRIVATE)
    box.follow(epochs, restored, holds_epochs=True)
