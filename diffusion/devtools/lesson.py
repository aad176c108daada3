"""The pictures and numbers of the lesson in the Learn tab, made once and shipped in assets/.

    lesson.png    rows of 8 sprites at native size: for each of MISTAKES one row with it and one without, from the same
                  noise; 16 sprites of our network with fresh noise at every step and 16 without; hero to food in 21
    lesson.json   {"noising": {"theirs": {"frechet": …}, "ours": …}, …, "steps": …, "no_fresh_noise": …}

Distances are Fréchet distances to the 20,000 built-in sprites, as in evaluate.py, of `seeds` groups of `each` sprites.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..core import Noise, NoiseSchedule
from ..data import open_dataset
from ..engine import MAX_SPRITES, Request, find_device, generate_finished, predictor
from ..errors import UserError
from ..evaluation import (
    FEATURE_WEIGHTS,
    features_of,
    frechet_distance,
    load_features,
    mean_and_spread,
    nearest,
    noise_error,
)
from ..sprites import KINDS, from_pixels, save_picture, sheet, to_pixels
from ..store import Checkpoint, RunFolder
from .mistakes import TRAININGS, Make, ddim_below_zero, random_split, stretch, train_or_load, with_schedule

MISTAKES = ("noising", "shortcut", "betas", "ddim", "stretch", "split")
SHOWN = 8  # sprites in a row
STEPS = 50  # of DDPM, unless said otherwise
ODD_STEPS, EVEN_STEPS = 30, 25  # of DDIM: one does not divide 500
BY_STEPS = (1, 2, 5, 10, 20, STEPS)
BLEND_STEPS = 20
BLENDS = tuple(i / 20 for i in range(21))  # shares of food, the rest is hero


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """How much is trained and drawn."""

    count: int = 10_000  # sprites to train on
    epochs: int = 6
    seeds: int = 2
    each: int = 500

    def __post_init__(self) -> None:
        if self.each < SHOWN:
            raise UserError("each must be at least {shown}, not {each}", shown=SHOWN, each=self.each)


@dataclass(frozen=True, eq=False)
class Finding:
    theirs: np.ndarray  # uint8 (SHOWN, 16, 16, 3)
    ours: np.ndarray
    numbers: dict[str, Any]


class DistanceBench:
    """Draws groups of sprites and says how far they are from real ones."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.training, self.held_out = open_dataset("builtin")
        self.network = load_features(FEATURE_WEIGHTS)
        self.real = features_of(self.network, self.training.pixels)

    @cache  # noqa: B019 (a bench lives as long as its lesson is made)
    def draw(self, make: Make) -> list[np.ndarray]:
        """`seeds` groups, each uint8 (each, 16, 16, 3)."""
        each = self.experiment.each
        sizes = [min(MAX_SPRITES, each - start) for start in range(0, each, MAX_SPRITES)]
        return [
            np.concatenate([to_pixels(make(1000 * seed + i, size)) for i, size in enumerate(sizes)])
            for seed in range(self.experiment.seeds)
        ]

    def distance(self, groups: list[np.ndarray]) -> dict[str, float]:
        """{"mean": …, "spread": …} of the Fréchet distance."""
        return mean_and_spread([frechet_distance(self.real, features_of(self.network, group)) for group in groups])

    def compare(self, theirs: Make, ours: Make, **more: Any) -> Finding:
        """Both from the same noise. "difference": of their pixels, 0..255, on average."""
        a, b = self.draw(theirs), self.draw(ours)
        difference = float(np.abs(np.stack(a).astype(int) - np.stack(b)).mean())
        numbers = {"theirs": {"frechet": self.distance(a)}, "ours": {"frechet": self.distance(b)}}
        return Finding(a[0][:SHOWN], b[0][:SHOWN], {**numbers, "difference": round(difference, 2), **more})


def make_lesson(
    run: RunFolder,
    tutorial: RunFolder,
    work: Path,
    experiment: Experiment,
    said: Callable[[str], None] = lambda _: None,
) -> tuple[np.ndarray, dict[str, Any]]:
    """(lesson.png, lesson.json). run, tutorial: finished runs of both networks; work: keeps what is trained here."""
    networks = {name: train_or_load(work, name, experiment.count, experiment.epochs, said) for name in TRAININGS}
    bench, mended = DistanceBench(experiment), draws(networks["mended"])
    theirs, ours = tutorial.load(max(tutorial.epochs())), run.load(max(run.epochs()))
    last = draws(theirs)
    find = {
        "noising": lambda: bench.compare(draws(networks["noising"]), mended),
        "shortcut": lambda: bench.compare(
            draws(networks["shortcut"]), mended, two_looks=two_looks(networks["shortcut"], bench.held_out.pixels)
        ),
        "betas": lambda: bench.compare(draws(with_schedule(theirs, "course")), last, abar=betas_differ()),
        "ddim": lambda: bench.compare(
            ddim_below_zero(theirs, ODD_STEPS),
            draws(theirs, sampler="ddim", steps=ODD_STEPS),
            good_steps=bench.distance(bench.draw(ddim_below_zero(theirs, EVEN_STEPS))),
        ),
        "stretch": lambda: bench.compare(
            lambda seed, count: stretch(last(seed, count)), last, **white_kept(last(0, MAX_SPRITES))
        ),
        "split": lambda: split(bench, theirs),
    }
    pages, numbers = [], {}
    for name in MISTAKES:
        finding = find[name]()
        pages += [finding.theirs, finding.ours]
        numbers[name] = finding.numbers
        said(f"{name}: {finding.numbers}")
    numbers["steps"] = {str(steps): bench.distance(bench.draw(draws(ours, steps=steps))) for steps in BY_STEPS}
    numbers["no_fresh_noise"] = bench.distance(bench.draw(draws(ours, fresh_noise=False)))
    said(f"steps: {numbers['steps']}, without fresh noise: {numbers['no_fresh_noise']}")
    pages += [to_pixels(make(0, 2 * SHOWN)) for make in (draws(ours), draws(ours, fresh_noise=False))]
    pages += [to_pixels(draws(ours, steps=BLEND_STEPS, kinds=blend(food))(0, SHOWN)) for food in BLENDS]
    return sheet(np.concatenate(pages), SHOWN), {**numbers, "experiment": asdict(experiment)}


def blend(food: float) -> tuple[float, ...]:
    """The kinds of a sprite that is so much food, 0..1, and hero for the rest."""
    shares = {"hero": round(1 - food, 2), "food": food}
    return tuple(shares.get(kind, 0.0) for kind in KINDS)


def draws(checkpoint: Checkpoint, **asked: Any) -> Make:
    """As the app does, with DDPM unless told otherwise."""
    settings = {"sampler": "ddpm", "steps": STEPS, **asked}
    return lambda seed, count: generate_finished(checkpoint, Request(count=count, seed=seed, **settings)).cpu()


def betas_differ() -> float:
    """The most by which alpha_bar of 501 betas, the first overwritten, is off."""
    return round(float((NoiseSchedule.course().alpha_bar - NoiseSchedule.linear().alpha_bar).abs().max()), 5)


@torch.inference_mode()
def two_looks(checkpoint: Checkpoint, pixels: np.ndarray, count: int = 64, t: int = 100) -> float:
    """How far two answers to the same question are apart: root mean square, where the noise itself has 1."""
    x0, device, schedule = (
        from_pixels(torch.from_numpy(pixels[:count])),
        find_device(),
        checkpoint.config.noise_schedule(),
    )
    x = schedule.noised(x0, t, Noise(0, count).draw()).to(device.name)
    time, context = x.new_full((count,), t / len(schedule)), x.new_zeros(count, len(KINDS))
    predict = predictor(checkpoint, device)
    return round(float((predict(x, time, context) - predict(x, time, context)).square().mean().sqrt()), 4)


def white_kept(x: Tensor) -> dict[str, float]:
    """Share of the corners that are white, in stretched sprites and in the same ones as they are."""

    def white(pixels: np.ndarray) -> float:
        return round(float((pixels[:, ::15, ::15].min(axis=3) >= 250).mean()), 4)

    return {"white_theirs": white(to_pixels(stretch(x))), "white_ours": white(to_pixels(x))}


def split(bench: DistanceBench, checkpoint: Checkpoint, count: int = 500) -> Finding:
    """Our sprites split at random, against our split by shape: how many have a twin in training, and the error."""
    training, test = random_split(len(bench.training))
    tests = {"theirs": bench.training[test[:count]], "ours": bench.held_out[np.arange(count)]}
    rest = {"theirs": bench.training.pixels[training], "ours": bench.training.pixels}
    predict, schedule, device = predictor(checkpoint, find_device()), checkpoint.config.noise_schedule(), find_device()
    numbers, shown = {}, {}
    for whose, sprites in tests.items():
        twin = nearest(sprites.pixels, rest[whose])[1] == 0
        error = np.mean(noise_error(predict, schedule, sprites.pixels, sprites.labels, device=device.name))
        numbers[whose] = {"twins": round(float(twin.mean()), 4), "error": round(float(error), 4)}
        shown[whose] = sprites.pixels[twin if whose == "theirs" else ~twin][:SHOWN]
    return Finding(shown["theirs"], shown["ours"], numbers)


def save_lesson(picture: np.ndarray, numbers: dict[str, Any], path: Path) -> None:
    """path: the .png; the numbers go beside it, as .json."""
    save_picture(picture, path)
    path.with_suffix(".json").write_text(json.dumps(numbers, indent=1) + "\n", "utf-8")
