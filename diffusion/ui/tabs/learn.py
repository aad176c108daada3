"""The Learn tab: a story in eight steps, in each of which the reader does something, and six mistakes.

The browser does the arithmetic; the server does what needs a network: the noise in one picture (`predict`), or a
trajectory from noise to sprites (`sample`). Source code is shown as it is in the files now (`excerpt`).
"""

import ast
import json
from collections.abc import Callable
from dataclasses import asdict
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path
from textwrap import dedent
from typing import Any

import gradio as gr
import numpy as np
import torch

from ...core import NoiseSchedule
from ...data import paint, validation_recipes
from ...engine import Request, generate_on_lent_gpu, predict_noise
from ...errors import UserError, explain
from ...sprites import KINDS, columns_for, decode_sprite, encode_pixels, sheet, to_pixels
from ...store import Checkpoint, Quality, RunFolder, list_qualities
from ..parts.limits import BUSY, ConcurrencyLimit
from ..parts.page import Page
from ..parts.run_picker import find_run, load_shown_epochs, name_of, shown_epochs
from ..parts.scripts import address_of, on_load
from ..words import Words, translate

PACKAGE = Path(__file__).parent.parent.parent
STEPS = ("film", "noise", "ask", "leaps", "fresh", "epochs", "blend", "train", "mistakes")
SOURCES = {
    "ddpm": "https://arxiv.org/abs/2006.11239",
    "ddim": "https://arxiv.org/abs/2010.02502",
    "improved": "https://arxiv.org/abs/2102.09672",
    "guidance": "https://arxiv.org/abs/2207.12598",
    "film": "https://arxiv.org/abs/1709.07871",
    "distance": "https://arxiv.org/abs/1706.08500",
    "course": "https://www.deeplearning.ai/short-courses/how-diffusion-models-work/",
}
CITES = {"blend": "guidance"}  # step -> where its formula comes from; "ddpm" unless named
EXCERPTS: dict[str, list[tuple]] = {  # step -> the arguments of `excerpt`
    "film": [("core/samplers.py", "sample", "for t, s", 3)],
    "noise": [("core/schedule.py", "NoiseSchedule.noised")],
    "ask": [("core/schedule.py", "NoiseSchedule.clean")],
    "leaps": [("core/samplers.py", "ddpm")],
    "fresh": [("core/samplers.py", "sample", "z = noise.draw()", 2)],
    "epochs": [("core/noise_loss.py", "noise_loss")],
    "blend": [("core/sprite_unet.py", "SpriteUnet.forward", "words = ", 2)],
    "train": [("core/trainer.py", "train", "with ", 5)],
}
# The course's code as diffusion/devtools/mistakes.py repeats it, and ours
MISTAKEN: dict[str, tuple[tuple, tuple]] = {
    "noising": (("devtools/mistakes.py", "WrongNoising.noised"), ("core/schedule.py", "NoiseSchedule.noised")),
    "shortcut": (
        ("core/context_unet.py", "RandomShortcut.forward"),
        ("core/context_unet.py", "ContextUnet.__init__", "shortcut = ", 1),
    ),
    "betas": (("core/schedule.py", "NoiseSchedule.course"), ("core/schedule.py", "NoiseSchedule.linear")),
    "ddim": (("devtools/mistakes.py", "ddim_below_zero", "for t", 4), ("core/schedule.py", "NoiseSchedule.levels")),
    "stretch": (("devtools/mistakes.py", "stretch"), ("sprites.py", "to_pixels")),
    "split": (("devtools/mistakes.py", "random_split"), ("data/dataset.py", "SpriteSet.split")),
}
MAX_SPRITES, MAX_STEPS, MOMENTS = 16, 50, 26
UNIT = 4096  # the browser sends and gets floats as int16, in so many parts of one
_limit = ConcurrencyLimit(at_once=1)  # a room full of learners does not take the machine from those who generate


def predict(page: Page, run: str | None, x: str, t: int, epoch: int) -> str:
    """The noise that an epoch predicts in a picture at level t. In and out: base64 of int16 (16, 16, 3), UNIT is 1."""
    shown = load_shown_epochs(page, run)
    if epoch not in shown or not 1 <= t <= len(shown[epoch].config.noise_schedule()):
        raise UserError(page.words.learn["odd_question"])
    return encode_picture(predict_noise([shown[epoch]], decode_picture(page, x), t)[0])


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


def sample(page: Page, run: str | None, epoch: int, wanted: Request, every: bool) -> dict[str, Any]:
    """Sprites on their way from noise: {"t": levels, "sheets": base64 RGB, "columns", "rows"}.

    every: about MOMENTS of them, the first and the last among them; otherwise only the last.
    """
    folder = find_run(page, run)
    if epoch not in folder.epochs() or wanted.count > MAX_SPRITES or wanted.steps > MAX_STEPS:
        raise UserError(page.words.learn["odd_question"])
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


def request_from(sent: dict[str, Any]) -> Request:
    """What the browser sent, checked; always the sampler that the lesson explains."""
    return Request(
        sampler="ddpm",
        count=int(sent["count"]),
        steps=int(sent["steps"]),
        seed=int(sent["seed"]),
        kinds=tuple(float(share) for share in sent.get("kinds", (0,) * len(KINDS))),
        fresh_noise=bool(sent.get("fresh_noise", True)),
    )


def excerpt(file: str, name: str, start: str = "", lines: int = 12) -> dict[str, Any]:
    """A few lines of our own source as it is now: {"file": …, "line": number of the first, "code": …}.

    name: a function or method, such as `ddpm` or `NoiseSchedule.noised`; its docstring is left out.
    start: the beginning of the first line to show; the first line of the function unless given.
    """
    source = (PACKAGE / file).read_text("utf-8")
    node: Any = ast.parse(source)
    for part in name.split("."):
        node = next(inner for inner in node.body if getattr(inner, "name", "") == part)
    numbers = [*range(node.lineno, node.end_lineno + 1)]
    first = node.body[0]
    if ast.get_docstring(node):
        numbers = [number for number in numbers if not first.lineno <= number <= first.end_lineno]
    text = source.splitlines()
    if start:
        begin = next(i for i, number in enumerate(numbers) if text[number - 1].lstrip().startswith(start))
        numbers = numbers[begin:]
    chosen = numbers[:lines]
    code = dedent("\n".join(text[number - 1] for number in chosen))
    return {"file": f"diffusion/{file}", "line": chosen[0], "code": code}


def some_sprites(count: int = 12) -> list[np.ndarray]:
    """Sprites never trained on, of each kind in turn; uint8 (16, 16, 3)."""
    found = validation_recipes(40)
    by_kind = [[recipe for recipe in found if recipe.kind == kind] for kind in range(len(KINDS))]
    in_turn = [recipe for turn in zip_longest(*by_kind) for recipe in turn if recipe]
    return [paint(recipe) for recipe in in_turn[:count]]


def source_code() -> dict[str, list[dict[str, Any]]]:
    """The excerpts of each step; of a mistake, "mistakes.<name>", first theirs and then ours."""
    code = {step: [excerpt(*place) for place in places] for step, places in EXCERPTS.items()}
    for name, places in MISTAKEN.items():
        pairs = zip(places, ("code_theirs", "code_ours"), strict=True)
        code[f"mistakes.{name}"] = [excerpt(*place) | {"whose": whose} for place, whose in pairs]
    return code


def citations(words: Words) -> dict[str, list[list[str]]]:
    """step -> [name, address] of the sources of its formula; in the last, all."""
    named = words.learn["cites"]
    cites = {step: [[named[step], SOURCES[CITES.get(step, "ddpm")]]] for step in EXCERPTS}
    return cites | {"mistakes": [[words.learn["sources"][name], address] for name, address in SOURCES.items()]}


def findings_in(path: Path) -> dict[str, Any]:
    """What `python -m diffusion lesson` measured; empty where it has not."""
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}


def sentences(words: Words, findings: dict[str, Any]) -> dict[str, str]:
    """What was measured of each mistake, in a sentence."""
    return {
        name: words.learn["mistakes"][name]["measured"].format(**findings[name])
        for name in findings
        if name in MISTAKEN
    }


def read_distances(run: RunFolder) -> dict[str, Any]:
    """Fréchet distances of the run's epochs, and of fresh real sprites; empty where it has not been measured."""
    found = {str(epoch): quality.frechet for epoch, quality in list_qualities(run.metrics()).items()}
    fresh = run.baseline().real.get("fresh", Quality()).frechet
    epochs = {epoch: asdict(number) for epoch, number in found.items() if number}
    return {"epochs": epochs, "real": asdict(fresh) if fresh else None}


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
    words, runs, assets, default_run = page.words, page.runs, page.assets, page.default_run

    def ask_noise(sent: dict[str, Any]) -> dict[str, Any]:
        run = name_of(runs, default_run)
        return {"eps": predict(page, run, str(sent["x"]), int(sent["t"]), int(sent["epoch"]))}

    def ask_walk(sent: dict[str, Any]) -> dict[str, Any]:
        run = name_of(runs, default_run)
        return sample(page, run, int(sent["epoch"]), request_from(sent), bool(sent.get("film", True)))

    run = name_of(runs, default_run)
    folder = RunFolder(runs / run) if run else None
    findings = findings_in(assets / "shipped" / "lesson.json")
    gr.set_static_paths([assets])
    gr.HTML(
        html_template=(assets / "html" / "learn.html").read_text("utf-8"),
        js_on_load=on_load(assets, "learn.js"),
        apply_default_css=False,
        elem_id="learn",
        strings=words.learn,
        order=STEPS,
        code=source_code(),
        cites=citations(words),
        abar=[round(float(share), 6) for share in NoiseSchedule.linear().alpha_bar],
        sprites=[encode_pixels(sprite) for sprite in some_sprites()],
        run=run,
        epochs=shown_epochs(folder) if folder else [],
        last=max(folder.epochs()) if folder else None,
        quality=read_distances(folder) if folder else {"epochs": {}, "real": None},
        measured={name: findings[name] for name in ("steps", "no_fresh_noise") if name in findings},
        mistakes=list(MISTAKEN),
        sentences=sentences(words, findings),
        reel=address_of(assets / "shipped" / "reel.bin"),
        pictures=address_of(assets / "shipped" / "lesson.png"),
        server_functions=[answering(words, ask_noise), answering(words, ask_walk)],
    )
