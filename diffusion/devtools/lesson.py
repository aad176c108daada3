"""The lesson of the Learn tab: pictures and numbers of what the course's mistakes do. Made once, shipped in assets/.

    lesson.png    rows of 8 sprites at their own size: for each of MISTAKES a row with and a row without it, from the
                  same noise; then of our run: 2 rows with fresh noise at every step, 2 rows without; 21 rows from hero
                  to food
    lesson.json   {"noising": {"theirs": {"frechet": …}, "ours": …}, …, "without_noise": {"frechet": …, "exam": …}}

Distances of the mistakes are Fréchet distances to 20,000 built-in sprites, no kind asked for, of `seeds` groups of
`each`. "without_noise" is measured as `evaluate` does, so that it can be compared with the run's numbers.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..core import Noise, NoiseSchedule
from ..data import open_dataset
from ..engine import MAX_SPRITES, Request, find_device, generate_finished, predictor
from ..errors import UserError
from ..evaluation import (
    FEATURE_WEIGHTS,
    EvalConfig,
    features_of,
    frechet_distance,
    load_features,
    mean_and_spread,
    measure_distance,
    nearest,
    noise_error,
)
from ..sprites import KINDS, SIZE, from_pixels, sheet, to_pixels
from ..store import Checkpoint, RunFolder, parse_object, save_picture, write_whole
from .mistakes import TRAININGS, Make, ddim_below_zero, fixed_set, random_split, stretch, train_or_load, with_schedule

MISTAKES = ("noising", "shortcut", "betas", "ddim", "stretch", "split")
SHOWN = 8  # sprites in a row
STEPS = 50  # of DDPM, where nothing else is named
ODD_STEPS, EVEN_STEPS = 30, 25  # of DDIM; the first does not divide 500
BLEND = {"steps": 20, "guidance": 2.0}  # as the lesson draws what is asked for
BLENDS = tuple(i / 20 for i in range(21))  # shares of food; the rest is hero


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """How much to train and to draw. ValueError for too few sprites."""

    count: int = 10_000  # sprites to train on
    epochs: int = 16
    seeds: int = 2
    each: int = 500  # sprites to draw for each seed

    def __post_init__(self) -> None:
        if self.each < SHOWN:
            raise UserError("each must be at least {shown}, not {each}", shown=SHOWN, each=self.each)


@dataclass(frozen=True, eq=False)
class MistakeComparison:
    """Sprites with a mistake (theirs) and without (ours), and what was measured."""

    theirs: np.ndarray  # uint8 (SHOWN, 16, 16, 3)
    ours: np.ndarray  # the same
    numbers: dict[str, Any]  # as in lesson.json


class DistanceMeter:
    """Draws groups of sprites and measures their distance to real ones."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.training, self.validation = open_dataset("builtin:20000@0")
        self.network = load_features(FEATURE_WEIGHTS)
        self.real = features_of(self.network, self.training.pixels)

    @cache  # noqa: B019 (a meter is needed as long as its cache)
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

    def compare(self, theirs: Make, ours: Make, **more: Any) -> MistakeComparison:
        """Draws both from the same noise. numbers["difference"]: mean absolute difference of the pixels, 0..255."""
        a, b = self.draw(theirs), self.draw(ours)
        difference = float(np.abs(np.stack(a).astype(int) - np.stack(b)).mean())
        numbers = {"theirs": {"frechet": self.distance(a)}, "ours": {"frechet": self.distance(b)}}
        return MistakeComparison(a[0][:SHOWN], b[0][:SHOWN], {**numbers, "difference": round(difference, 2), **more})


def make_mistakes(
    tutorial: RunFolder, work: Path, experiment: Experiment, report: Callable[[str], None]
) -> tuple[np.ndarray, dict[str, Any]]:
    """The rows of the mistakes, uint8 (rows * SHOWN, 16, 16, 3), and their numbers.

    tutorial: a finished run of the tutorial's network; work: the folder for networks that are trained here, used again
    by the next call; report: called with a line of text for progress.
    """
    networks = {name: train_or_load(work, name, experiment.count, experiment.epochs, report) for name in TRAININGS}
    meter, mended = DistanceMeter(experiment), sampling(networks["mended"])
    theirs = tutorial.load(max(tutorial.epochs()))
    last = sampling(theirs)
    comparisons: dict[str, Callable[[], MistakeComparison]] = {
        "noising": lambda: meter.compare(sampling(networks["noising"]), mended),
        "shortcut": lambda: meter.compare(
            sampling(networks["shortcut"]),
            mended,
            two_looks=prediction_difference(networks["shortcut"], meter.validation.pixels),
        ),
        "betas": lambda: meter.compare(sampling(with_schedule(theirs, "course")), last, abar=schedule_difference()),
        "ddim": lambda: meter.compare(
            ddim_below_zero(theirs, ODD_STEPS),
            sampling(theirs, sampler="ddim", steps=ODD_STEPS),
            good_steps=meter.distance(meter.draw(ddim_below_zero(theirs, EVEN_STEPS))),
        ),
        "stretch": lambda: meter.compare(
            lambda seed, count: stretch(last(seed, count)), last, **white_corners(last(0, MAX_SPRITES))
        ),
        "split": lambda: compare_splits(networks["mended"], experiment.count),
    }
    pages, numbers = [], {}
    for name in MISTAKES:
        comparison = comparisons[name]()
        pages += [comparison.theirs, comparison.ours]
        numbers[name] = comparison.numbers
        report(f"{name}: {comparison.numbers}")
    seen = experiment.epochs * len(random_split(experiment.count)[0])  # sprites, by each network
    return np.concatenate(pages), {**numbers, "experiment": {**asdict(experiment), "seen": seen}}


def kept_mistakes(path: Path) -> tuple[np.ndarray, dict[str, Any]]:
    """What `make_mistakes` gave for the files that are there; ValueError where they are not a lesson's."""
    numbers = parse_object(path.with_suffix(".json").read_bytes(), path.with_suffix(".json").name)
    if missing := [name for name in (*MISTAKES, "experiment") if name not in numbers]:
        raise UserError("{path} has no {missing}; make all of it", path=path.with_suffix(".json"), missing=missing[0])
    with Image.open(path) as picture:
        rows = np.asarray(picture.convert("RGB"))[: 2 * len(MISTAKES) * SIZE]
    sprites = rows.reshape(-1, SIZE, SHOWN, SIZE, 3).swapaxes(1, 2).reshape(-1, SIZE, SIZE, 3)
    return sprites, {name: numbers[name] for name in (*MISTAKES, "experiment")}


def draw_walks(run: RunFolder) -> np.ndarray:
    """The rows of our run: with fresh noise, without it, and from hero to food; uint8 (N, 16, 16, 3)."""
    ours = run.load(max(run.epochs()))
    pages = [to_pixels(make(0, 2 * SHOWN)) for make in (sampling(ours), sampling(ours, fresh_noise=False))]
    pages += [to_pixels(sampling(ours, **BLEND, kinds=blend(food))(0, SHOWN)) for food in BLENDS]
    return np.concatenate(pages)


def measure_without_noise(run: RunFolder, how: EvalConfig) -> dict[str, Any]:
    """The distance without fresh noise, beside which the run's own with it stands, and how it was measured."""
    epoch = max(run.epochs())
    distance = measure_distance(run, epoch, how, fresh_noise=False)
    digest = hashlib.sha256(FEATURE_WEIGHTS.read_bytes()).hexdigest()
    return {"frechet": distance, "run": str(run), "epoch": epoch, "exam": {**asdict(how), "features": digest}}


def blend(food: float) -> tuple[float, ...]:
    """`Request.kinds` for a share of food in [0, 1] and hero for the rest."""
    shares = {"hero": round(1 - food, 2), "food": food}
    return tuple(shares.get(kind, 0.0) for kind in KINDS)


def sampling(checkpoint: Checkpoint, **changes: Any) -> Make:
    """Samples as the app does, with DDPM in STEPS steps. changes: other settings of the Request."""
    settings: dict[str, Any] = {"sampler": "ddpm", "steps": STEPS, **changes}
    return lambda seed, count: generate_finished(checkpoint, Request(count=count, seed=seed, **settings)).cpu()


def schedule_difference() -> float:
    """The largest difference between alpha_bar of the course's schedule and of the linear one."""
    return round(float((NoiseSchedule.course().alpha_bar - NoiseSchedule.linear().alpha_bar).abs().max()), 5)


@torch.inference_mode()
def prediction_difference(checkpoint: Checkpoint, pixels: np.ndarray, count: int = 64, t: int = 100) -> float:
    """Root mean square difference of two predictions for the same pictures at level t; the noise itself has 1."""
    x0, device = from_pixels(torch.from_numpy(pixels[:count])), find_device()
    schedule = checkpoint.config.noise_schedule()
    x = schedule.noised(x0, t, Noise(0, count).draw()).to(device.name)
    time, context = x.new_full((count,), t / len(schedule)), x.new_zeros(count, len(checkpoint.config.vocabulary))
    predict = predictor(checkpoint, device)
    return round(float((predict(x, time, context) - predict(x, time, context)).square().mean().sqrt()), 4)


def white_corners(x: Tensor) -> dict[str, float]:
    """Share of the corners that are white, in stretched sprites and in the sprites as they are."""

    def share(pixels: np.ndarray) -> float:
        return round(float((pixels[:, :: SIZE - 1, :: SIZE - 1].min(axis=3) >= 250).mean()), 4)

    return {"white_theirs": share(to_pixels(stretch(x))), "white_ours": share(to_pixels(x))}


def compare_splits(checkpoint: Checkpoint, size: int, count: int = 500) -> MistakeComparison:
    """Compares a random split with our split by shape: the share of sprites with a copy in training, and the error.

    checkpoint: trained by `train_or_load`, on the training part of the random split of `size` sprites.
    """
    whole, kept_out = fixed_set(size)
    training, test = random_split(len(whole))
    tested = {"theirs": whole[test[:count]], "ours": kept_out[np.arange(min(count, len(kept_out)))]}
    trained = whole.pixels[training]
    predict, schedule, device = predictor(checkpoint, find_device()), checkpoint.config.noise_schedule(), find_device()
    numbers, shown = {}, {}
    for whose, sprites in tested.items():
        labels = sprites.labels_in(checkpoint.config.vocabulary)
        twin = nearest(sprites.pixels, trained)[1] == 0
        error = np.mean(noise_error(predict, schedule, sprites.pixels, labels, device=device.name))
        numbers[whose] = {"twins": round(float(twin.mean()), 4), "error": round(float(error), 4)}
        first = np.argsort(~twin if whose == "theirs" else twin, kind="stable")[:SHOWN]
        shown[whose] = sprites.pixels[first]
    return MistakeComparison(shown["theirs"], shown["ours"], numbers)


def save_lesson(sprites: np.ndarray, numbers: dict[str, Any], path: Path) -> None:
    """Saves the sprites as rows in `path`, a .png, and the numbers as .json beside it."""
    save_picture(sheet(sprites, SHOWN), path)
    write_whole(path.with_suffix(".json"), (json.dumps(numbers, indent=1) + "\n").encode())
