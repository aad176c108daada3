"""The Watch tab: choose an epoch and see noise turn into sprites."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import gradio as gr

from ...engine import MAX_SPRITES, Frame, describe_request, describe_sprites, generate_on_lent_gpu
from ...errors import UserError
from ...refs import EpochRef
from ...store import load_younger
from ..parts.asking import without_missing, words_of_sprites
from ..parts.controls import PRIVATE, request_controls, request_from, shows_errors, wire_generation
from ..parts.frames import stream_frames
from ..parts.page import Page
from ..parts.player import build_player
from ..parts.prompt_box import build_prompt_box
from ..parts.run_picker import find_run, update_pickers
from ..parts.share_links import epochs_in, request_in
from ..parts.turns import GenerationTurns


@shows_errors
def watch(
    page: Page, turns: GenerationTurns, request: gr.Request, turn: int, run: str, epoch: int | None, *settings: Any
) -> Iterator[Frame]:
    """Browser values in, frames for the player out; after a stop, a last message that says so."""
    if turns.is_over(request.session_hash, turn):
        return
    if epoch is None:
        raise UserError(page.words.no_epoch)
    wanted = request_from(page, *settings)
    folder = find_run(page, run)
    checkpoint, younger = folder.load(epoch), [load_younger(folder, epoch)] if wanted.youth != 1 else ()
    panels, configs = {page.words.epoch_number.format(epoch=epoch): checkpoint}, {run: checkpoint.config}
    wanted = without_missing(page, configs, wanted)
    trajectory, described = (
        generate_on_lent_gpu([checkpoint], wanted, younger=younger),
        describe_request(wanted, [EpochRef(run, epoch)]),
    )
    audience = turns.audience(request, turn)
    words = words_of_sprites(page, configs, wanted)
    yield from stream_frames(
        panels,
        trajectory,
        wanted.steps,
        settings=described,
        audience=audience,
        words=words,
        name_sprites=partial(describe_sprites, checkpoint.config, wanted),
    )


def build(page: Page) -> None:
    """Lay out the tab inside the enclosing gr.Tab and wire it. The pickers show the runs there are."""
    words = page.words
    with gr.Row(elem_classes="workbench"):
        with gr.Column(scale=1, min_width=280):
            gr.Markdown(words.draw_new, elem_classes="heading")
            box = build_prompt_box(page, "watch")
            with gr.Row():
                start = gr.Button(words.generate, variant="primary", min_width=120, scale=2, elem_id="watch-generate")
                stop = gr.Button(words.stop, min_width=80)
            run = gr.Radio([], label=words.run, visible=False, elem_classes="compact")
            epoch = gr.Radio([], label=words.epoch, info=words.epoch_info, elem_classes="compact")
            settings = request_controls(page, MAX_SPRITES, 32, box)
        with gr.Column(scale=3, min_width=320):
            player = build_player(words, page.assets, "watch-player")

    wire_generation(start, stop, partial(watch, page), [run, epoch, *settings.inputs], player, box.prompt)
    run.input(lambda name: update_pickers(page, name), inputs=run, outputs=[run, epoch], queue=False, **PRIVATE)
    pickers = [run, epoch]
    page.appeared.change(partial(update_pickers, page), inputs=pickers, outputs=pickers, queue=False, **PRIVATE)

    def restore(request: gr.Request):
        query = request.query_params if request.query_params.get("tab") == "watch" else {}
        wanted = next(iter(epochs_in(query)), None)
        return (
            *update_pickers(page, wanted.run if wanted else page.default_run, wanted.epoch if wanted else None),
            *settings.values(request_in(query, settings.request)),
        )

    restored = page.app.load(restore, outputs=[run, epoch, *settings.inputs], queue=False, **PRIVATE)
    box.follow(run, restored)
