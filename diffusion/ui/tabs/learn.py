"""The Learn tab: a story in eight steps, in each of which the reader does something, and six mistakes.

The browser does the arithmetic; the server does what needs a network: the noise in one picture (`predict`), or a
trajectory from noise to sprites (`sample`). Its numbers, excerpts and sources are in learn_facts.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import gradio as gr
import numpy as np
import torch

from ...core import NoiseSchedule
from ...data import write_prompt
from ...devtools.lesson import BLEND
from ...engine import Request, generate_on_lent_gpu, predict_noise, understand
from ...errors import UserError, explain
from ...sprites import KINDS, columns_for, decode_sprite, encode_pixels, sheet, to_pixels
from ...store import Checkpoint, RunConfig, RunFolder
from ..parts.asking import read_prompt, understood_by_all
from ..parts.limits import BUSY, ConcurrencyLimit
from ..parts.local_drawing import plan_answer, waiting_words
from ..parts.page import Page, PageData
from ..parts.part import Part
from ..parts.run_picker import find_run, load_shown_epochs, name_of, shown_epochs
from ..parts.scripts import address_of
from ..parts.share_links import link_as_in_tutorial
from ..words import Words, translate
from . import learn_facts as facts

MAX_SPRITES, MAX_STEPS, MOMENTS = 16, 50, 26
BLEND_GUIDANCE: float = BLEND["guidance"]
UNIT = 4096  # the browser sends and gets floats as int16, in so many parts of one
_limit = ConcurrencyLimit(at_once=1)  # a room full of learners does not take the machine from those who generate


def predict(page: Page, run: str | None, x: str, t: int, epoch: int, place: str = "") -> dict[str, Any]:
    """The noise that an epoch predicts in a picture at level t. In and out: base64 of int16 (16, 16, 3), UNIT is 1.

    place: who computes it; for a browser a plan in place of the noise, and likewise in `sample`.
    """
    shown = load_shown_epochs(page, run)
    if epoch not in shown or not 1 <= t <= len(shown[epoch].config.noise_schedule()):
        raise UserError(page.words.learn["odd_question"])
    picture, network = decode_picture(page, x), shown[epoch]
    if planned := plan_answer(page, place, run, [network], Request(count=1)):
        return planned
    return {"eps": encode_picture(predict_noise([network], picture, t)[0])}


def decode_picture(page: Page, text: str) -> torch.Tensor:
    """base64 of int16 (16, 16, 3), little-endian -> float32 (1, 3, 16, 16)."""
    sprite = decode_sprite(text, "<i2")
    if sprite is None:
        raise UserError(page.words.learn["odd_question"])
    return torch.from_numpy(sprite[None] / np.float32(UNIT)).permute(0, 3, 1, 2)


def encode_picture(x: torch.Tensor) -> str:
    """The inverse of `decode_picture`; values are clipped to what int16 can hold, about -8..8."""
    scaled = (x[0].permute(1, 2, 0).numpy() * UNIT).round()
    return encode_pixels(scaled.clip(-(2**15), 2**15 - 1).astype("<i2"))


def sample(page: Page, run: str | None, epoch: int, wanted: Request, every: bool, place: str = "") -> dict[str, Any]:
    """Sprites on their way from noise: {"t": levels, "sheets": base64 RGB, "columns", "rows"}.

    every: about MOMENTS of them, the first and the last among them; otherwise only the last.
    """
    folder = find_run(page, run)
    if epoch not in folder.epochs() or wanted.count > MAX_SPRITES or wanted.steps > MAX_STEPS:
        raise UserError(page.words.learn["odd_question"])
    if planned := plan_answer(page, place, run, [folder.load(epoch)], wanted, ["x"]):
        return planned
    with _limit.enter():
        return _sample(folder.load(epoch), wanted, every)


@lru_cache(maxsize=64)  # a class of learners sends the same requests; a checkpoint is one object as long as its file
def _sample(checkpoint: Checkpoint, wanted: Request, every: bool) -> dict[str, Any]:
    columns = columns_for(wanted.count)
    chosen = {wanted.steps * i // (MOMENTS - 1) for i in range(MOMENTS)} if every else {wanted.steps}
    shown = [step for number, (step,) in enumerate(generate_on_lent_gpu([checkpoint], wanted)) if number in chosen]
    return {
        "t": [step.t for step in shown],
        "sheets": [encode_pixels(sheet(to_pixels(step.x), columns)) for step in shown],
        "columns": columns,
        "rows": -(-wanted.count // columns),
    }


def request_from(sent: dict[str, Any], config: RunConfig) -> Request:
    """What the browser sent, checked; always the sampler that the lesson explains.

    UserError for a wish that the run does not understand.
    """
    wanted = Request(
        sampler="ddpm",
        count=int(sent["count"]),
        steps=int(sent["steps"]),
        seed=int(sent["seed"]),
        kinds=tuple(float(share) for share in sent.get("kinds", (0,) * len(KINDS))),
        fresh_noise=bool(sent.get("fresh_noise", True)),
    )
    if "wishes" not in sent:
        return wanted
    one, other = map(str, sent["wishes"])
    prompt = blend_prompts(config, one, other, float(sent["blend"]) / 100)
    return replace(wanted, prompt=prompt, guidance=BLEND_GUIDANCE)


def blend_prompts(config: RunConfig, one: str, other: str, share: float) -> str:
    """The prompt that asks for 1 - share of one and share of the other; share from 0 to 1.

    UserError for what the run does not understand.
    """
    blended: dict[str, float] = {}
    for text, weight in ((one, 1 - share), (other, share)):
        for word, asked in understand(config, text).words.items():
            blended[word] = blended.get(word, 0.0) + weight * asked
    return write_prompt({word: round(weight, 3) for word, weight in blended.items() if round(weight, 3) > 0})


def suggest(page: Page, run: str | None, text: str) -> list[str]:
    """Whole prompts that begin with a text, or prompts to begin with."""
    found = read_prompt(page, [run] if run else [], text)
    texts = [one["text"] for one in found.get("suggestions", [])]
    return texts or [*found.get("names", []), *found.get("examples", [])]


def usable_pairs(words: Words, config: RunConfig) -> list[Sequence[str]]:
    """The pairs of wishes that the run understands in all their words."""

    def is_known(text: str) -> bool:
        known, missing = understood_by_all({"": config}, text)
        return bool(known) and not missing

    return [pair for pair in words.learn["pairs"] if all(map(is_known, pair))]


def answering(words: Words, act: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    """`act` for the browser: its answer, or {"mistake": a sentence}."""

    def answer(sent: dict[str, Any]) -> Any:
        try:
            return act(sent)
        except (KeyError, TypeError, OverflowError):  # int() of an infinite number
            return {"mistake": words.learn["odd_question"]}
        except Exception as error:
            message = explain(error)
            return {"mistake": words.learn["busy"] if str(message) == BUSY else translate(words, message)}

    answer.__name__ = act.__name__  # by which the browser calls it
    return answer


def build(page: Page) -> None:
    """Lay out the tab inside the enclosing gr.Tab."""
    words, runs, assets = page.words, page.runs, page.assets

    def ask_noise(sent: dict[str, Any]) -> dict[str, Any]:
        run = name_of(runs, page.default_run)
        return predict(page, run, str(sent["x"]), int(sent["t"]), int(sent["epoch"]), sent.get("place", ""))

    def ask_walk(sent: dict[str, Any]) -> dict[str, Any]:
        run = name_of(runs, page.default_run)
        wanted = request_from(sent, find_run(page, run).config())
        film, place = bool(sent.get("film", True)), sent.get("place", "")
        found = sample(page, run, int(sent["epoch"]), wanted, film, place)
        return found | {"prompt": wanted.prompt}

    def suggest_wishes(sent: dict[str, Any]) -> dict[str, Any]:
        return {"texts": suggest(page, name_of(runs, page.default_run), str(sent["text"]))}

    gr.set_static_paths([assets])
    reel, pictures = (address_of(assets / "shipped" / name) for name in ("reel.bin", "lesson.png"))
    functions = [answering(words, act) for act in (ask_noise, ask_walk, suggest_wishes)]
    learn_part(page, reel, pictures, tutorial=link_as_in_tutorial(runs)).show(assets, *functions)


def learn_part(
    page: PageData, reel: str, pictures: str, epochs: Sequence[int] | None = None, tutorial: str = ""
) -> Part:
    """The lesson: it asks for `ask_noise`, `ask_walk` and `suggest_wishes`. reel, pictures: their addresses.

    epochs: those that can be asked; the run's that are shown, and its last, unless given.
    """
    words, runs, shipped = page.words, page.runs, page.assets / "shipped"
    run = name_of(runs, page.default_run)
    folder = RunFolder(runs / run) if run else None
    findings = facts.findings_in(shipped / "lesson.json")
    there = epochs or (list(folder.epochs()) if folder else [])
    props = {
        "strings": {**words.learn, **waiting_words(words)},
        "language": words.code,
        "order": list(facts.STEPS),
        "code": facts.source_code(),
        "cites": facts.citations(words),
        "abar": [round(float(share), 6) for share in NoiseSchedule.linear().alpha_bar],
        "sprites": [encode_pixels(sprite) for sprite in facts.some_sprites()],
        "run": run,
        "epochs": list(epochs) if epochs else shown_epochs(folder) if folder else [],
        "last": max(there, default=None),
        "facts": facts.facts_of(folder),
        "pairs": usable_pairs(words, folder.config()) if folder else [],
        "quality": facts.read_distances(folder) if folder else {"epochs": {}, "real": None},
        "measured": {
            "by_steps": facts.distances_by_steps(shipped / "samplers.json", folder) if folder else {},
            "fresh": facts.distances_of_fresh_noise(findings, folder) if folder else None,
        },
        "mistakes": list(facts.MISTAKEN),
        "sentences": facts.sentences(words, findings),
        "tutorial": tutorial,
        "reel": reel,
        "pictures": pictures,
    }
    html = (page.assets / "html" / "learn.html").read_text("utf-8")
    return Part("learn", html, "learn.js", props)
