"""The Watch tab: choose an epoch and see noise turn into sprites."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import gradio as gr

from ...engine import MAX_SPRITES, describe_request, generate_on_lent_gpu
from ...errors import UserError
from ...refs import EpochRef
from ..parts.controls import PRIVATE, explained, request_controls, request_from, wire_walk
from ..parts.page import Page
from ..parts.player import Frame, build_player, frames
from ..parts.run_picker import find_run, pick
from ..parts.share_links import epochs_in, request_in
from ..parts.turns import GenerationTurns
from ..words import Words


@explained
def watch(
    words: Words,
    runs: Path,
    turns: GenerationTurns,
    request: gr.Request,
    turn: int,
    run: str,
    epoch: int | None,
    *settings: float,
) -> Iterator[Frame]:
    """Browser values in, frames for the player out; the last one says so where the walk was stopped."""
    if turns.is_over(request.session_hash, turn):
        return
    if epoch is None:
        raise UserError(words.no_epoch)
    wanted = request_from(words, *settings)
    checkpoint = find_run(words, runs, run).load(epoch)
    panels = {words.epoch_number.format(epoch=epoch): checkpoint}
    made_by = describe_request(wanted, [EpochRef(run, epoch)])
    stream = frames(panels, generate_on_lent_gpu([checkpoint], wanted), wanted.steps, recipe=made_by)
    yield from turns.while_current(request.session_hash, turn, stream)


def build(page: Page) -> None:
    """Lay out the tab inside the enclosing gr.Tab and wire it. The pickers show the runs there are."""
    words, runs = page.words, page.runs
    with gr.Row(elem_classes="workbench"):
        with gr.Column(scale=1, min_width=280):
            gr.Markdown(words.draw_new, elem_classes="heading")
            run = gr.Radio([], label=words.run, visible=False, elem_classes="compact")
            epoch = gr.Radio([], label=words.epoch, info=words.epoch_info, elem_classes="compact")
            with gr.Row():
                start = gr.Button(words.generate, variant="primary", min_width=120, scale=2)
                stop = gr.Button(words.stop, min_width=80)
            settings = request_controls(words, MAX_SPRITES, sprites=32, kinds_open=True)
        with gr.Column(scale=3, min_width=320):
            player = build_player(words, page.assets, "watch-player")

    wire_walk(start, stop, partial(watch, words, runs), [run, epoch, *settings.inputs], player)
    run.input(lambda name: pick(runs, name), inputs=run, outputs=[run, epoch], queue=False, **PRIVATE)
    page.appeared.change(partial(pick, runs), inputs=[run, epoch], outputs=[run, epoch], queue=False, **PRIVATE)

    def restore(request: gr.Request):
        query = request.query_params if request.query_params.get("tab") == "watch" else {}
        wanted = next(iter(epochs_in(query)), None)
        return (
            *pick(runs, wanted.run if wanted else page.default_run, wanted.epoch if wanted else None),
            *settings.values(request_in(query, settings.request)),
        )

    page.app.load(restore, outputs=[run, epoch, *settings.inputs], queue=False, **PRIVATE)
