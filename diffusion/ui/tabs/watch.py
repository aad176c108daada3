"""The Watch tab: choose an epoch and see noise turn into sprites."""

from functools import partial
from typing import Any

import gradio as gr

from ...engine import MAX_SPRITES, describe_request
from ...errors import UserError
from ...refs import EpochRef
from ...store import list_runs
from ..parts.asking import without_missing, words_of_sprites
from ..parts.controls import PRIVATE, request_controls, request_from
from ..parts.generation import Generation, SeedControls, wire_generation
from ..parts.machine import describe_machine, network_of
from ..parts.page import Page
from ..parts.place import build_place
from ..parts.player import build_player
from ..parts.prompt_box import build_prompt_box
from ..parts.run_picker import address_pickers, find_run, update_pickers
from ..parts.share_links import epochs_in, request_in

VIEWS = ("x", "x0", "eps")
SPRITES = 12  # when the page opens: large, and drawn in a second


def prepare(page: Page, run: str, epoch: int | None, *settings: Any) -> Generation:
    """Browser values in; UserError where they are wrong."""
    if epoch is None:
        raise UserError(page.words.no_epoch)
    wanted = request_from(page, *settings)
    folder = find_run(page, run)
    checkpoint, label = folder.load(epoch), page.words.epoch_number.format(epoch=epoch)
    configs = {run: checkpoint.config}
    wanted = without_missing(page, configs, wanted)
    recipe, words = describe_request(wanted, [EpochRef(run, epoch)]), words_of_sprites(page, configs, wanted)
    return Generation({label: (folder, checkpoint)}, wanted, VIEWS, recipe, words, network_of(checkpoint))


def build(page: Page) -> None:
    """Lay out the tab inside the enclosing gr.Tab and wire it. The pickers show the runs there are."""
    words = page.words

    def epochs(run: str) -> list[int]:
        """Of a run, for the slider; a script of anybody's may ask."""
        found = list_runs(page.runs).get(run) if isinstance(run, str) else None
        return list(found.epochs()) if found else []

    with gr.Row(elem_classes=["workbench", "stage-bench"]):
        with gr.Column(scale=4, min_width=320):
            player = build_player(words, page.assets, "watch-player", epochs=epochs, machine=describe_machine(page))
        with gr.Column(scale=1, min_width=280, elem_classes="stage-controls"):
            box = build_prompt_box(page, "watch")
            with gr.Row(elem_classes="generate-row"):
                start = gr.Button(words.new_ones, variant="primary", min_width=120, scale=2, elem_id="watch-generate")
                stop = gr.Button(words.stop, min_width=80, elem_classes="stop", elem_id="watch-stop")
            with gr.Accordion(words.more_settings, open=False, elem_classes="more"):
                run = gr.Radio([], label=words.run, visible=False, elem_classes="compact", elem_id="watch-run")
                kept = gr.Checkbox(False, label=words.keep_seed, info=words.keep_seed_info)
                settings = request_controls(page, MAX_SPRITES, SPRITES, box, surprise=True, folded=False)
                build_place(words, page.assets, "watch")
            # Set by the player's slider and pressed by scripts: in the page, but not to be seen.
            epoch = gr.Number(None, precision=0, label=words.epoch, visible="hidden", elem_id="watch-epoch")
            again = gr.Button(words.new_ones, visible="hidden", elem_id="watch-again")

    new_seed = SeedControls(settings.controls["seed"][0], kept, again)
    inputs = [run, epoch, *settings.inputs]
    wire_generation(page, start, stop, prepare, inputs, player, box.prompt, new_seed)
    pickers: list[Any] = [run, epoch]

    def choose_run(name: str) -> tuple[gr.Radio, int | None]:
        return update_pickers(page, name)

    other = run.input(choose_run, inputs=run, outputs=pickers, queue=False, **PRIVATE)
    other.then(fn=None, js="() => document.getElementById('watch-again').click()", queue=False, **PRIVATE)
    page.appeared.change(partial(update_pickers, page), inputs=pickers, outputs=pickers, queue=False, **PRIVATE)

    def restore(request: gr.Request):
        query = request.query_params if request.query_params.get("tab") == "watch" else {}
        wanted = next(iter(epochs_in(query)[::-1]), None)
        chosen = update_pickers(page, page.default_run) if wanted is None else address_pickers(page, wanted)
        return *chosen, *settings.values(request_in(query, settings.request))

    restored = page.app.load(restore, outputs=[*pickers, *settings.inputs], queue=False, **PRIVATE)
    box.follow(run, restored)
