"""The One step tab: noise one sprite to a level, and see what every epoch predicts from it."""

from functools import cache
from math import sqrt
from typing import Any

import gradio as gr
import numpy as np

from ...core import Noise
from ...data import make_endless_recipe, paint, validation_recipes
from ...devtools.reel import finished_sprites
from ...engine import Request, contexts_of, predict_noise
from ...errors import explain
from ...sprites import encode_pixels
from ..parts.controls import PRIVATE
from ..parts.drawings import (
    asked_for,
    editor_html,
    editor_palette,
    encode_picture,
    level_from,
    panels_of,
    seed_from,
    sprite_from,
)
from ..parts.local_drawing import plan_answer, waiting_words
from ..parts.page import Page, PageData
from ..parts.part import Part
from ..parts.prompt_box import build_prompt_box
from ..parts.run_picker import name_of, update_pickers
from ..words import translate

OFFERED = 16  # sprites in a gallery
NEW = 1000  # an epoch of the built-in sprites that no run gets to: shapes that were trained on, sprites that were not
# Of NEW, a hero with a wizard's hat. Errors in the noise at level 200, seed 0, of checkpoints/sprites, epochs 0, 4, 24
# and 31: 0.293, 0.252, 0.204, 0.200. Each epoch is better than the one before in 17 of 18 measurements (levels 100,
# 200, 300; seeds 0 to 2; noise and sprite), most often of 36 heroes with hats. On average over 64 new sprites it is
# 0.245, 0.215, 0.182, 0.180. Over 24 of held-out shapes: 0.250, 0.217, 0.213, 0.214, and on half of them epoch 31 is
# no better than epoch 4.
HAT_HERO = 792


def predict_once(
    page: Page, run: str | None, pixels: str, t: int, seed: int, prompt: str = "", place: str = ""
) -> dict[str, Any]:
    """One sprite at level t, and what every shown epoch predicts from it, asked for what the prompt says.

    Pictures in and out are base64 of 16 x 16 RGB bytes. Returns the noisy picture, the true noise, and for each epoch
    the predicted noise, the predicted sprite and the error of each (root mean square; the noise has 1, pictures span
    [-1, 1]). Noise is shown as strong as it is mixed in, times sqrt(1 - alpha_bar), as in the Learn tab.
    place: who computes it; for a browser a plan in place of all that.
    """
    x0, seed, panels = sprite_from(page, pixels), seed_from(page, seed), panels_of(page, run)
    first = next(iter(panels.values()))
    schedule = first.config.noise_schedule()
    t = level_from(page, t, len(schedule))
    wanted = asked_for(page, run, first, Request(count=1, seed=seed, prompt=prompt), say=lambda _: None)
    if planned := plan_answer(page, place, run, panels.values(), wanted):
        return planned
    eps, strength = Noise(seed, 1).draw(), sqrt(1 - schedule.alpha_bar[t])
    x = schedule.noised(x0, t, eps)
    contexts = contexts_of(list(panels.values()), wanted)
    rows = []
    for label, predicted in zip(panels, predict_noise(list(panels.values()), x, t, contexts), strict=True):
        clean = schedule.clean(x, t, predicted)
        rows.append(
            {
                "label": label,
                "eps": encode_picture(strength * predicted),
                "x0": encode_picture(clean),
                "eps_error": round(float((predicted - eps).square().mean().sqrt()), 3),
                "x0_error": round(float((clean.clamp(-1, 1) - x0).square().mean().sqrt()), 3),
            }
        )
    return {"t": t, "x": encode_picture(x), "eps": encode_picture(strength * eps), "rows": rows}


@cache  # for the pages of both languages
def new_sprites(count: int) -> list[np.ndarray]:
    """Sprites that were never trained on, of shapes that were: the hero with the hat first; uint8 (16, 16, 3)."""
    numbers = [HAT_HERO, *range(count - 1)]
    return [paint(make_endless_recipe(0, NEW, number)) for number in numbers]


def build(page: Page, tab: gr.Tab) -> None:
    """Lay out the tab inside the enclosing gr.Tab and wire it."""
    words, runs = page.words, page.runs

    def one_step(drawing: dict[str, Any]) -> dict[str, Any]:
        try:
            asked = drawing["pixels"], drawing["t"], drawing["seed"], drawing.get("prompt", "")
            return predict_once(page, drawing.get("run"), *asked, drawing.get("place", ""))
        except (AttributeError, KeyError, TypeError):  # not what the page sends
            return {"mistake": words.no_drawing}
        except Exception as error:
            return {"mistake": translate(words, explain(error))}

    gr.Markdown(words.one_step_intro, elem_classes="intro")
    with gr.Row(elem_classes="bench-row"):
        with gr.Column(elem_classes="bench"):
            bench = one_step_part(page).show(page.assets, one_step)
        with gr.Column(min_width=280, elem_classes="bench-words"):
            box = build_prompt_box(page, "one-step", with_surprise=False)
            run = gr.Radio([], label=words.run, visible=False, elem_classes="compact")

    def offer(name: str | None):
        """The run picker, and its run for the pixel editor, which must be on the page already: see page.py."""
        picker, _ = update_pickers(page, name or page.default_run)
        return picker, gr.HTML(run=name_of(runs, name or page.default_run))

    def restore(request: gr.Request):
        query = request.query_params if request.query_params.get("tab") == "one-step" else {}
        return update_pickers(page, query.get("run", page.default_run))[0], query.get("prompt", "")

    for event in (tab.select, run.input):
        event(offer, inputs=run, outputs=[run, bench], queue=False, **PRIVATE)
    page.appeared.change(lambda name: offer(name)[0], inputs=run, outputs=run, queue=False, **PRIVATE)
    restored = page.app.load(restore, outputs=[run, box.prompt], queue=False, **PRIVATE)
    box.follow(run, restored)


def one_step_part(page: PageData) -> Part:
    """The bench: it asks for `one_step`."""
    words, reel = page.words, page.assets / "shipped" / "reel.bin"
    generated: list[np.ndarray] = list(finished_sprites(reel)[:OFFERED]) if reel.is_file() else []
    held_out = [paint(recipe) for recipe in validation_recipes(OFFERED)]
    props = {
        "strings": {**words.editor, **words.one_step, **waiting_words(words)},
        "palette": editor_palette(),
        "run": name_of(page.runs, page.default_run),
        "galleries": [[*map(encode_pixels, sprites)] for sprites in (new_sprites(OFFERED), held_out, generated)],
    }
    return Part("one-step", editor_html(page.assets, "one_step"), "one_step.js", props)
