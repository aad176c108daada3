"""The One step tab: noise one sprite to a level, and see what every epoch makes of it."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import torch

from ...core import Noise
from ...data import paint, validation_recipes
from ...devtools.reel import finished_sprites
from ...engine import Request, find_device, generate_on_lent_gpu, predictor
from ...errors import UserError, message_of
from ...sprites import KINDS, from_pixels, to_pixels
from ..parts.controls import PRIVATE, explained, whole, wire_walk
from ..parts.page import Page
from ..parts.player import COMPARISON_FRAMES_PER_SECOND, Frame, build_comparison, frames
from ..parts.run_picker import LEVELS, epochs_shown, name_of, pick
from ..parts.turns import GenerationTurns
from ..words import Words, translate


def look_once(words: Words, runs: Path, run: str | None, pixels: str, t: int, seed: int) -> dict[str, Any]:
    """One sprite at level t, as every shown epoch sees it. Pictures in and out are base64 of 16 x 16 RGB bytes.

    Returns the noisy picture, the true noise, and for each epoch the predicted noise, the predicted sprite and how
    far each is from the truth (root mean square; the noise has 1, pictures span [-1, 1]).
    """
    x0, t, seed = sprite_from(words, pixels), whole(words, t, words.level), whole(words, seed, words.seed)
    if not 1 <= t <= LEVELS:
        raise UserError(words.level_range, most=LEVELS, level=t)
    eps = Noise(seed, 1).draw()
    rows, x = [], None
    for epoch, checkpoint in epochs_shown(words, runs, run).items():
        schedule = checkpoint.config.noise_schedule()
        x = schedule.noised(x0, t, eps)
        with torch.inference_mode():
            device = find_device()
            context = torch.zeros(1, len(KINDS), device=device.name)
            time = torch.tensor([t / len(schedule)], device=device.name)
            guess = predictor(checkpoint, device)(x.to(device.name), time, context).cpu()
        clean = schedule.clean(x, t, guess)
        rows.append(
            {
                "label": words.epoch_number.format(epoch=epoch),
                "eps": encoded(guess / 3),
                "x0": encoded(clean),
                "eps_error": round(float((guess - eps).square().mean().sqrt()), 3),
                "x0_error": round(float((clean.clamp(-1, 1) - x0).square().mean().sqrt()), 3),
            }
        )
    return {"t": t, "x": encoded(x), "eps": encoded(eps / 3), "rows": rows}


@explained
def finish_it(
    words: Words,
    runs: Path,
    turns: GenerationTurns,
    request: gr.Request,
    turn: int,
    run: str | None,
    drawing: dict[str, Any] | None,
    count: float,
) -> Iterator[Frame]:
    """The reverse loop from level t on, from several noises, for the shown epochs in lockstep."""
    if turns.is_over(request.session_hash, turn):
        return
    if not drawing:
        raise UserError(words.no_drawing)
    t = whole(words, drawing["t"], words.level)
    wanted = Request(count=whole(words, count, words.count), seed=whole(words, drawing["seed"], words.seed))
    panels = {
        words.epoch_number.format(epoch=epoch): checkpoint
        for epoch, checkpoint in epochs_shown(words, runs, run).items()
    }
    walk = generate_on_lent_gpu(list(panels.values()), wanted, begin=(sprite_from(words, drawing["pixels"])[0], t))
    schedule = next(iter(panels.values())).config.noise_schedule()
    below = sum(level < t for level in schedule.levels(wanted.steps))
    stream = frames(panels, walk, below, views=("x", "x0"), per_second=COMPARISON_FRAMES_PER_SECOND)
    yield from turns.while_current(request.session_hash, turn, stream)


def sprite_from(words: Words, pixels: str) -> torch.Tensor:
    """base64 of 16 x 16 RGB bytes -> (1, 3, 16, 16) in [-1, 1]."""
    try:
        raw = np.frombuffer(base64.b64decode(pixels, validate=True), np.uint8).copy()
    except (ValueError, TypeError):
        raw = np.empty(0)
    if raw.size != 16 * 16 * 3:
        raise UserError(words.no_sprite)
    return from_pixels(torch.from_numpy(raw.reshape(1, 16, 16, 3)))


def encoded(x: torch.Tensor) -> str:
    return base64.b64encode(to_pixels(x)[0]).decode()


def build(page: Page, tab: gr.Tab) -> None:
    """Lay out the tab inside the enclosing gr.Tab and wire it."""
    words, runs, assets = page.words, page.runs, page.assets

    generated = (
        finished_sprites(assets / "shipped" / "reel.bin") if (assets / "shipped" / "reel.bin").is_file() else []
    )

    def one_step(drawing: dict[str, Any]) -> dict[str, Any]:
        try:
            return look_once(words, runs, drawing.get("run"), drawing["pixels"], drawing["t"], drawing["seed"])
        except (AttributeError, KeyError, TypeError):  # not what the page sends
            return {"mistake": words.no_drawing}
        except ValueError as mistake:
            return {"mistake": translate(words, message_of(mistake))}

    gr.Markdown(words.one_step_intro, elem_classes="intro")
    run = gr.Radio([], label=words.run, visible=False, elem_classes="compact")
    bench = gr.HTML(
        html_template=(assets / "html" / "one_step.html").read_text("utf-8"),
        js_on_load=(assets / "js" / "one_step.js").read_text("utf-8"),
        apply_default_css=False,
        elem_id="one-step",
        strings=words.one_step,
        run=name_of(runs, page.default_run),
        galleries=[
            [base64.b64encode(paint(recipe)).decode() for recipe in validation_recipes(24)],
            [base64.b64encode(sprite).decode() for sprite in generated[:16]],
        ],
        server_functions=[one_step],
    )
    gr.Markdown(words.finish_intro, elem_classes="intro")
    with gr.Row():
        start = gr.Button(words.finish, variant="primary", min_width=120, scale=0)
        stop = gr.Button(words.stop, min_width=80, scale=0)
    player = build_comparison(words, assets, "finish-player", with_reel=False)

    def finish(
        turns: GenerationTurns, request: gr.Request, turn: int, drawing: dict[str, Any] | None
    ) -> Iterator[Frame]:
        yield from finish_it(words, runs, turns, request, turn, (drawing or {}).get("run"), drawing, 8)

    def offer(name: str | None):
        """The run picker, and its run for the pixel editor, which must be on the page already: see page.py."""
        picker, _ = pick(runs, name or page.default_run)
        return picker, gr.HTML(run=name_of(runs, name or page.default_run))

    wire_walk(start, stop, finish, [bench], player)
    for event in (tab.select, run.input):
        event(offer, inputs=run, outputs=[run, bench], queue=False, **PRIVATE)
    page.appeared.change(lambda name: offer(name)[0], inputs=run, outputs=run, queue=False, **PRIVATE)
