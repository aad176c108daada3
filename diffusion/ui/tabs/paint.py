"""The Paint tab: blobs of paint, a word, and the last epoch makes sprites of them, again after every stroke.

The painting is noised to a level and the sampling loop goes on from there (SDEdit, Meng et al. 2022,
https://arxiv.org/abs/2108.01073): the level says how much of the paint is kept.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import gradio as gr
import numpy as np
import torch

from ...devtools.reel import finished_sprites
from ...engine import Request, generate_on_lent_gpu
from ...errors import UserError, explain
from ...sprites import encode_pixels, from_pixels, to_pixels
from ...store import Checkpoint
from ..parts.controls import PRIVATE
from ..parts.drawings import asked_for, editor_html, editor_palette, level_from, panels_of, seed_from, sprite_from
from ..parts.limits import BUSY, ConcurrencyLimit
from ..parts.local_drawing import plan_answer, waiting_words
from ..parts.page import Page, PageData
from ..parts.part import Part
from ..parts.prompt_box import build_prompt_box
from ..parts.run_picker import name_of, update_pickers
from ..words import translate
from .paint_starters import starters

VARIANTS = 8  # each from noise of its own
GUIDANCE = 1.5  # above that, words that the paint does not show come out in glaring specks
SEED, SHOWN = 0, 4  # to begin with; of the variants that this seed makes of the first starter, the best one
DRAWN = 6  # sprites of the reel to begin with
_limit = ConcurrencyLimit(at_once=2, waiting=12)  # people who paint do not take the machine from those who generate


def finish(page: Page, drawing: dict[str, Any]) -> dict[str, Any]:
    """What the last epoch of a run makes of a painting, and with `all` every shown epoch from the same noise.

    drawing: run, pixels (base64 of 16 x 16 RGB bytes), t, seed, prompt, all, place (who draws). Returns the panels,
    the last epoch first, each with its label and its sprites (base64 of VARIANTS x 16 x 16 RGB bytes), and a note on
    words left out; for a browser that draws, a plan in place of the panels.
    """
    painting, seed = sprite_from(page, drawing["pixels"])[0], seed_from(page, drawing["seed"])
    panels = panels_of(page, drawing.get("run"))
    chosen = dict(reversed(panels.items()) if drawing.get("all") else [list(panels.items())[-1]])
    checkpoints = list(chosen.values())
    t = level_from(page, drawing["t"], len(checkpoints[0].config.noise_schedule()))
    notes: list[str] = []
    asked = Request(count=VARIANTS, seed=seed, prompt=drawing.get("prompt", ""), guidance=GUIDANCE)
    try:
        wanted = asked_for(page, drawing.get("run"), checkpoints[0], asked, notes.append)
    except UserError as error:  # it understands none of the words; the paint says something all the same
        notes.append(translate(page.words, error.message))
        wanted = replace(asked, prompt="")
    note = " ".join(notes)
    if planned := plan_answer(page, drawing.get("place"), drawing.get("run"), chosen.values(), wanted, ["x"]):
        return planned | {"note": note}
    with _limit.enter():
        made = _finish(tuple(checkpoints), wanted, to_pixels(painting[None]).tobytes(), t)
    panels_shown = [{"label": label, "sprites": sprites} for label, sprites in zip(chosen, made, strict=True)]
    return {"panels": panels_shown, "count": VARIANTS, "note": note}


@lru_cache(maxsize=64)  # everybody who opens the tab asks for the first painting; undo comes back to earlier ones
def _finish(checkpoints: Sequence[Checkpoint], wanted: Request, pixels: bytes, t: int) -> list[str]:
    painting = from_pixels(torch.from_numpy(np.frombuffer(pixels, np.uint8).reshape(1, 16, 16, 3).copy()))[0]
    *_, steps = generate_on_lent_gpu(list(checkpoints), wanted, begin=(painting, t))
    return [encode_pixels(to_pixels(step.x)) for step in steps]


def build(page: Page, tab: gr.Tab) -> None:
    """Lay out the tab inside the enclosing gr.Tab and wire it."""
    words, runs = page.words, page.runs

    def finish_painting(drawing: dict[str, Any]) -> dict[str, Any]:
        try:
            return finish(page, drawing)
        except (AttributeError, KeyError, TypeError):  # not what the page sends
            return {"mistake": words.no_drawing}
        except Exception as error:
            message = explain(error)
            return {"mistake": words.learn["busy"] if str(message) == BUSY else translate(words, message)}

    gr.Markdown(words.paint["intro"], elem_classes="intro")
    part = paint_part(page)
    with gr.Row(elem_classes="bench-row"):
        with gr.Column(min_width=280, elem_classes="bench-words"):
            box = build_prompt_box(page, "paint", with_surprise=False)
            box.prompt.value = part.props["prompt"]
        with gr.Column(elem_classes="bench"):
            bench = part.show(page.assets, finish_painting)
    run = gr.Radio([], label=words.run, visible=False, elem_classes="compact")

    def offer(name: str | None):
        """The run picker, and its run for the painting, which must be on the page already: see page.py."""
        picker, _ = update_pickers(page, name or page.default_run)
        return picker, gr.HTML(run=name_of(runs, name or page.default_run))

    def restore(request: gr.Request):
        query = request.query_params
        here = query.get("tab") in ("paint", "finish")
        asked = query.get("prompt", "" if "sprite" in query else box.prompt.value) if here else box.prompt.value
        return update_pickers(page, query.get("run") if here else page.default_run)[0], asked

    for event in (tab.select, run.input):
        event(offer, inputs=run, outputs=[run, bench], queue=False, **PRIVATE)
    page.appeared.change(lambda name: offer(name)[0], inputs=run, outputs=run, queue=False, **PRIVATE)
    restored = page.app.load(restore, outputs=[run, box.prompt], queue=False, **PRIVATE)
    box.follow(run, restored)


def paint_part(page: PageData) -> Part:
    """The bench: it asks for `finish_painting`."""
    words, offered = page.words, starters(page.words)
    reel = page.assets / "shipped" / "reel.bin"
    drawn: list[np.ndarray] = list(finished_sprites(reel)[:DRAWN]) if reel.is_file() else []
    props = {
        "strings": {**words.editor, **words.paint, **waiting_words(words)},
        "palette": editor_palette(),
        "run": name_of(page.runs, page.default_run),
        "prompt": offered[0]["words"],
        "seed": SEED,
        "variant": SHOWN,
        "starters": offered,
        "drawn": [encode_pixels(sprite) for sprite in drawn],
    }
    return Part("paint", editor_html(page.assets, "paint"), "paint.js", props)
