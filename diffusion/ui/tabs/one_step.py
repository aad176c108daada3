"""The One step tab: noise one sprite to a level, and see what every epoch predicts from it."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import gradio as gr
import numpy as np
import torch

from ...core import Noise
from ...data import paint, validation_recipes
from ...devtools.reel import finished_sprites
from ...engine import Frame, Request, contexts_of, generate_on_lent_gpu, predict_noise
from ...errors import UserError, explain
from ...sprites import decode_sprite, encode_pixels, from_pixels, to_pixels
from ...store import Checkpoint
from ..parts.asking import without_missing
from ..parts.controls import PRIVATE, shows_errors, whole, wire_generation
from ..parts.frames import stream_frames
from ..parts.page import Page
from ..parts.player import build_comparison
from ..parts.prompt_box import build_prompt_box
from ..parts.run_picker import load_shown_epochs, name_of, update_pickers
from ..parts.scripts import on_load
from ..parts.turns import GenerationTurns
from ..words import translate


def predict_once(page: Page, run: str | None, pixels: str, t: int, seed: int, prompt: str = "") -> dict[str, Any]:
    """One sprite at level t, and what every shown epoch predicts from it, asked for what the prompt says.

    Pictures in and out are base64 of 16 x 16 RGB bytes. Returns the noisy picture, the true noise, and for each epoch
    the predicted noise, the predicted sprite and the error of each (root mean square; the noise has 1, pictures span
    [-1, 1]).
    """
    x0, seed, panels = sprite_from(page, pixels), seed_from(page, seed), panels_of(page, run)
    schedule = next(iter(panels.values())).config.noise_schedule()
    t = level_from(page, t, len(schedule))
    eps = Noise(seed, 1).draw()
    x = schedule.noised(x0, t, eps)
    wanted = asked_for(page, run, panels, Request(count=1, prompt=prompt), say=lambda _: None)
    contexts = contexts_of(list(panels.values()), wanted)
    rows = []
    for label, predicted in zip(panels, predict_noise(list(panels.values()), x, t, contexts), strict=True):
        clean = schedule.clean(x, t, predicted)
        rows.append(
            {
                "label": label,
                "eps": encode_picture(predicted / 3),
                "x0": encode_picture(clean),
                "eps_error": round(float((predicted - eps).square().mean().sqrt()), 3),
                "x0_error": round(float((clean.clamp(-1, 1) - x0).square().mean().sqrt()), 3),
            }
        )
    return {"t": t, "x": encode_picture(x), "eps": encode_picture(eps / 3), "rows": rows}


@shows_errors
def finish_drawing(
    page: Page, turns: GenerationTurns, request: gr.Request, turn: int, drawing: dict[str, Any] | None, count: int = 8
) -> Iterator[Frame]:
    """The sampling loop from level t on, from several noises, for the shown epochs in lockstep."""
    if turns.is_over(request.session_hash, turn):
        return
    if not isinstance(drawing, dict) or not drawing.keys() >= {"pixels", "t", "seed"}:
        raise UserError(page.words.no_drawing)
    panels = panels_of(page, drawing.get("run"))
    asked = Request(count=count, seed=seed_from(page, drawing["seed"]), prompt=drawing.get("prompt", ""))
    wanted = asked_for(page, drawing.get("run"), panels, asked)
    schedule = next(iter(panels.values())).config.noise_schedule()
    t = level_from(page, drawing["t"], len(schedule))
    trajectory = generate_on_lent_gpu(
        list(panels.values()), wanted, begin=(sprite_from(page, drawing["pixels"])[0], t)
    )
    below = sum(level < t for level in schedule.levels(wanted.steps))
    yield from stream_frames(panels, trajectory, below, views=("x", "x0"), audience=turns.audience(request, turn))


def panels_of(page: Page, run: str | None) -> dict[str, Checkpoint]:
    """The shown epochs of a run, each with its label."""
    return {
        page.words.epoch_number.format(epoch=epoch): found for epoch, found in load_shown_epochs(page, run).items()
    }


def asked_for(
    page: Page, run: str | None, panels: dict[str, Checkpoint], wanted: Request, say: Callable[[str], object] = gr.Info
) -> Request:
    """The request with the words that the run understands; the epochs of a run know the same."""
    return without_missing(page, {run or "": next(iter(panels.values())).config}, wanted, say)


def level_from(page: Page, t: Any, most: int) -> int:
    """A level from the browser; a run may have fewer than the slider."""
    level = whole(page.words, t, page.words.level)
    if not 1 <= level <= most:
        raise UserError(page.words.level_range, most=most, level=level)
    return level


def seed_from(page: Page, seed: Any) -> int:
    return whole(page.words, seed, page.words.settings["seed"]["label"])


def sprite_from(page: Page, pixels: str) -> torch.Tensor:
    """base64 of 16 x 16 RGB bytes -> (1, 3, 16, 16) in [-1, 1]."""
    sprite = decode_sprite(pixels)
    if sprite is None:
        raise UserError(page.words.no_sprite)
    return from_pixels(torch.from_numpy(sprite)[None])


def encode_picture(x: torch.Tensor) -> str:
    """The inverse of `sprite_from`."""
    return encode_pixels(to_pixels(x)[0])


def build(page: Page, tab: gr.Tab) -> None:
    """Lay out the tab inside the enclosing gr.Tab and wire it."""
    words, runs, assets = page.words, page.runs, page.assets
    reel = assets / "shipped" / "reel.bin"
    generated: Iterable[np.ndarray] = finished_sprites(reel)[:16] if reel.is_file() else []

    def one_step(drawing: dict[str, Any]) -> dict[str, Any]:
        try:
            asked = drawing["pixels"], drawing["t"], drawing["seed"], drawing.get("prompt", "")
            return predict_once(page, drawing.get("run"), *asked)
        except (AttributeError, KeyError, TypeError):  # not what the page sends
            return {"mistake": words.no_drawing}
        except Exception as error:
            return {"mistake": translate(words, explain(error))}

    gr.Markdown(words.one_step_intro, elem_classes="intro")
    run = gr.Radio([], label=words.run, visible=False, elem_classes="compact")
    with gr.Column(elem_classes="narrow"):
        box = build_prompt_box(page, "one-step", with_surprise=False)
    box.follow(run)
    bench = gr.HTML(
        html_template=(assets / "html" / "one_step.html").read_text("utf-8"),
        js_on_load=on_load(assets, "one_step.js"),
        apply_default_css=False,
        elem_id="one-step",
        strings=words.one_step,
        run=name_of(runs, page.default_run),
        galleries=[
            [encode_pixels(paint(recipe)) for recipe in validation_recipes(24)],
            [encode_pixels(sprite) for sprite in generated],
        ],
        server_functions=[one_step],
    )
    gr.Markdown(words.finish_intro, elem_classes="intro")
    with gr.Row():
        start = gr.Button(words.finish, variant="primary", min_width=120, scale=0)
        stop = gr.Button(words.stop, min_width=80, scale=0)
    player = build_comparison(words, assets, "finish-player", with_reel=False)

    def offer(name: str | None):
        """The run picker, and its run for the pixel editor, which must be on the page already: see page.py."""
        picker, _ = update_pickers(page, name or page.default_run)
        return picker, gr.HTML(run=name_of(runs, name or page.default_run))

    wire_generation(start, stop, partial(finish_drawing, page), [bench], player, box.prompt)
    for event in (tab.select, run.input):
        event(offer, inputs=run, outputs=[run, bench], queue=False, **PRIVATE)
    page.appeared.change(lambda name: offer(name)[0], inputs=run, outputs=run, queue=False, **PRIVATE)
