"""The Watch tab: choose an epoch and see noise turn into sprites."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import gradio as gr

from ...engine import MAX_SPRITES, Frame, describe_request, describe_sprites, generate_on_lent_gpu
from ...errors import UserError
from ...refs import EpochRef
from ...store import list_runs, load_younger
from ..parts.asking import without_missing, words_of_sprites
from ..parts.controls import PRIVATE, SeedControls, request_controls, request_from, shows_errors, wire_generation
from ..parts.frames import stream_frames
from ..parts.local_drawing import BROWSER, plan_drawing
from ..parts.machine import describe_machine, network_of
from ..parts.page import Page
from ..parts.place import build_place
from ..parts.player import build_player
from ..parts.prompt_box import build_prompt_box
from ..parts.run_picker import address_pickers, find_run, update_pickers
from ..parts.share_links import epochs_in, request_in
from ..parts.turns import GenerationTurns

VIEWS = ("x", "x0", "eps")
SPRITES = 12  # when the page opens: large, and drawn in a second


@shows_errors
def watch(
    page: Page,
    turns: GenerationTurns,
    request: gr.Request,
    turn: int,
    place: str,
    run: str,
    epoch: int | None,
    *settings: Any,
) -> Iterator[Frame | dict[str, Any]]:
    """Browser values in, frames for the player out, or a plan for it; after a stop, a last message that says so."""
    if turns.is_over(request.session_hash, turn):
        return
    if epoch is None:
        raise UserError(page.words.no_epoch)
    wanted = request_from(page, *settings)
    folder = find_run(page, run)
    checkpoint, label = folder.load(epoch), page.words.epoch_number.format(epoch=epoch)
    configs = {run: checkpoint.config}
    wanted = without_missing(page, configs, wanted)
    about: dict[str, Any] = {
        "views": VIEWS,
        "settings": describe_request(wanted, [EpochRef(run, epoch)]),
        "words": words_of_sprites(page, configs, wanted),
        "network": network_of(checkpoint),
    }
    name = partial(describe_sprites, checkpoint.config, wanted)
    if place == BROWSER and (
        plan := plan_drawing({label: (folder, epoch, checkpoint)}, wanted, names=name(), **about)
    ):
        yield plan
        return
    younger = [load_younger(folder, epoch)] if wanted.youth != 1 else ()
    trajectory = generate_on_lent_gpu([checkpoint], wanted, younger=younger)
    about |= {"audience": turns.audience(request, turn), "name_sprites": name}
    yield from stream_frames({label: checkpoint}, trajectory, wanted.steps, **about)


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
    wire_generation(start, stop, partial(watch, page), inputs, player, box.prompt, new_seed)
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
