"""What the Learn tab says and does not compute while it is open: excerpts of our source, citations, and numbers.

Every number is read from what was measured (metrics.json, samplers.json, lesson.json) or from the run itself.
"""

import ast
import json
from collections.abc import Mapping
from dataclasses import asdict
from itertools import accumulate, zip_longest
from pathlib import Path
from statistics import fmean
from textwrap import dedent
from typing import Any

import numpy as np
import torch

from ...data import paint, validation_recipes
from ...errors import UserError
from ...evaluation import SweepResults
from ...sprites import KINDS
from ...store import EpochMetrics, Quality, RunConfig, RunFolder, list_qualities
from ..words import Words

PACKAGE = Path(__file__).parent.parent.parent
FIRST_EPOCHS = 5  # of the last step
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
    sprites = findings.get("experiment", {}).get("seen", 0)  # by the networks of the first two
    return {
        name: words.learn["mistakes"][name]["measured"].format(sprites=sprites, **findings[name])
        for name in findings
        if name in MISTAKEN
    }


def read_distances(run: RunFolder) -> dict[str, Any]:
    """Fréchet distances of the run's epochs, and of fresh real sprites; empty where it has not been measured.

    Of sprites as the page asks for them, as the README says it; of the run's own where none were measured like that.
    """
    measured = list_qualities(run.metrics())
    is_asked = any(quality.frechet_page for quality in measured.values())
    found = {str(epoch): q.frechet_page if is_asked else q.frechet for epoch, q in measured.items()}
    fresh = run.baseline().real.get("fresh", Quality()).frechet
    epochs = {epoch: asdict(number) for epoch, number in found.items() if number}
    return {"epochs": epochs, "real": asdict(fresh) if fresh else None}


def distances_by_steps(path: Path, run: RunFolder) -> dict[str, dict[str, float]]:
    """DDPM's Fréchet distance by the number of steps, from samplers.json at `path`.

    Empty where that was measured on another run, epoch or feature network than the run's own numbers, with which a
    reader would compare it.
    """
    try:
        results = SweepResults.read(path)
    except (OSError, UserError):
        return {}
    if (results.run, results.epoch, results.features) != (
        str(run),
        max(run.epochs()),
        run.baseline().exam.get("features"),
    ):
        return {}
    return {
        str(setting.steps): {"mean": fmean(values)}
        for setting in results.seeds
        if setting.sampler == "ddpm" and (values := results.values(setting))
    }


def distances_of_fresh_noise(findings: Mapping[str, Any], run: RunFolder) -> dict[str, Any] | None:
    """{"ours": the run's distance, "theirs": that without fresh noise}; None where they were not measured alike."""
    found, epoch = findings.get("without_noise", {}), max(run.epochs())
    quality = run.metrics().get(epoch, EpochMetrics()).quality
    if (found.get("run"), found.get("epoch"), found.get("exam")) != (str(run), epoch, run.baseline().exam):
        return None
    return {"ours": asdict(quality.frechet), "theirs": found["frechet"]} if quality and quality.frechet else None


def facts_of(run: RunFolder | None) -> dict[str, Any]:
    """Numbers for the texts.

    "parameters" of the network; "words" that it knows; "sprites" an epoch, 0 where that is unknown; "pace": seconds
    until the end of each of the first epochs; "every": how many epochs lie between two that are kept, "megabytes" of
    each.
    """
    config = run.config() if run else RunConfig()
    with torch.device("meta"):  # its shape alone
        parameters = sum(weight.numel() for weight in config.build().parameters())
    epochs = list(run.epochs().items()) if run else []
    return {
        "parameters": parameters,
        "words": len(config.vocabulary),
        "sprites": config.data.get("count") or 0,
        "pace": _pace(run) if run else [],
        "every": epochs[1][0] - epochs[0][0] if len(epochs) > 1 else 1,
        "megabytes": round(epochs[-1][1].stat().st_size / 1e6, 1) if epochs else 0,
    }


def _pace(run: RunFolder) -> list[int]:
    """Seconds until the end of each of the first epochs; empty where it was not measured."""
    count, metrics = run.config().data.get("count"), run.metrics()
    rates = [metrics[epoch].rate for epoch in range(FIRST_EPOCHS) if epoch in metrics]
    if not isinstance(count, int) or len(rates) < FIRST_EPOCHS or not all(rates):
        return []
    return [round(seconds) for seconds in accumulate(count / rate for rate in rates if rate)]
