"""Measure how good each epoch of a run is, and keep the numbers in its metrics.json.

    metrics.json   {"0": {"step": 200, "loss": …, "quality": {…}}, …, "floor": {"held_out": {…}, "fresh": {…}}}

The floor is what the same numbers are for real sprites: held-out ones, which show shapes that were never trained on,
and freshly drawn ones of the training shapes. Everything is measured on `seeds` groups of sprites, so that each number
has a mean and a spread.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .card import card, command_in
from .dataset import BUILTIN, HUB, Sprites, open_dataset
from .device import Device, find_device
from .features import FeatureNet, features_of, load_features
from .generate import MOST_SPRITES, Request, generate
from .kinds import KINDS
from .metrics import (
    COPY,
    NEIGHBOURS,
    frechet_distance,
    kernel_distance,
    mean_and_spread,
    nearest,
    noise_error,
    precision_recall,
)
from .pixelart import draw
from .pixels import to_pixels
from .store import Checkpoint, RunFolder

FEATURES = Path(__file__).parent.parent / "assets" / "features.safetensors"
NOISED = 500  # held-out sprites for the error by level
ANY = -1  # in place of a kind: none was asked for


@dataclass(frozen=True, kw_only=True)
class Exam:
    """How to measure: the same for every epoch of a run, or the numbers could not be compared."""

    count: int = 2000  # sprites an epoch, over all seeds
    seeds: int = 4  # groups, for the spread
    steps: int = 50  # of DDPM

    def __post_init__(self) -> None:
        if not 1 <= self.seeds <= 100:
            raise ValueError(f"seeds must be between 1 and 100, not {self.seeds}")
        least = self.seeds * (NEIGHBOURS + 1)
        if not least <= self.count <= 100_000:
            raise ValueError(f"count must be between {least} ({NEIGHBOURS + 1} a seed) and 100000, not {self.count}")
        if self.steps < 1:
            raise ValueError(f"steps must be at least 1, not {self.steps}")

    @property
    def each(self) -> int:
        """Sprites of one seed."""
        return self.count // self.seeds


@dataclass(frozen=True)
class Sampled:
    """One batch more is drawn: for progress."""

    epoch: int
    done: int  # sprites, over all epochs
    total: int


@dataclass(frozen=True)
class EpochMeasured:
    """Passed on after its numbers are safe on the disk."""

    epoch: int
    quality: dict[str, Any]  # as in metrics.json


@dataclass(frozen=True, eq=False)
class Group:
    """Sprites of one seed."""

    pixels: np.ndarray  # uint8 (N, 16, 16, 3)
    asked: np.ndarray  # int (N,) the kind that was asked for, an index into KINDS, or ANY


def evaluate(
    run: RunFolder,
    exam: Exam | None = None,
    *,
    epochs: Sequence[int] | None = None,
    data: str | None = None,
    labels: str | None = None,
    features: Path = FEATURES,
    device: Device | None = None,
) -> Iterator[Sampled | EpochMeasured]:
    """Measure these epochs of a run, all unless given, against the sprites that it was trained on.

    data, labels: where those are, as for `train`; built-in ones are found by themselves. Writes metrics.json after
    every epoch and the card at the end; numbers of another exam that stand there are dropped.
    """
    exam, device = exam or Exam(), device or find_device()
    config, there = run.config(), run.epochs()
    chosen = list(there) if epochs is None else sorted(set(epochs))
    if absent := [epoch for epoch in chosen if epoch not in there]:
        raise ValueError(f"{run.path} has no epoch {absent[0]}; it has: {', '.join(map(str, there)) or 'none'}")
    config.noise_schedule().levels(exam.steps)  # refuses too many steps before the work begins
    network = load_features(features)
    training, held_out = trained_on(run, data, labels)
    judge = Judge(network, training, exam.each)
    floor = {name: judge.report(groups) for name, groups in _real(training, held_out, exam).items()}
    digest = hashlib.sha256(features.read_bytes()).hexdigest()
    run.save_floor({"exam": asdict(exam) | {"features": digest}, **floor})
    plan = _plan(training, exam.each)
    asked = np.concatenate([np.full(size, kind) for kind, size in plan])
    done, total = 0, len(chosen) * exam.seeds * exam.each
    for epoch in chosen:
        checkpoint, groups = run.load(epoch), []
        for seed in range(exam.seeds):
            drawn = []
            for number, (kind, size) in enumerate(plan):
                drawn.append(_draw(checkpoint, kind, size, 100_000 * seed + number, exam.steps, device))
                done += size
                yield Sampled(epoch, done, total)
            groups.append(Group(np.concatenate(drawn), asked))
        quality = judge.report(groups)
        if len(held_out):
            some = held_out[np.random.default_rng(0).permutation(len(held_out))[:NOISED]]
            on_device = checkpoint.network.to(device.name, device.dtype, memory_format=torch.channels_last)
            errors = noise_error(on_device, config.noise_schedule(), some.pixels, some.labels)
            quality["noise_error"] = [round(error, 5) for error in errors]
        run.save_quality(epoch, quality)
        yield EpochMeasured(epoch, quality)
    run.save_card(card(config, run.metrics(), command_in(run.card()), run.floor()))


def trained_on(run: RunFolder, data: str | None = None, labels: str | None = None) -> tuple[Sprites, Sprites]:
    """(training, held out) of a run. Refuses data that it was not trained on."""
    facts = run.config().data
    source = data or facts.get("name", "")
    if not data and not BUILTIN.fullmatch(source) and not HUB.fullmatch(source):
        raise ValueError(f"{run.path} was trained on {source or 'unknown data'}; say where that is with --data")
    training, held_out = open_dataset(source, labels)
    if facts and training.facts()["sha256"] != facts.get("sha256"):
        raise ValueError(f"{source} is not what {run.path} was trained on: other pictures or other labels")
    return training, held_out


class Judge:
    """Compares groups of sprites with the training sprites, of which it keeps the features."""

    def __init__(self, network: FeatureNet, training: Sprites, each: int) -> None:
        self.network, self.training = network, training
        self.real = features_of(network, training.pixels)  # (N, F)
        chosen = np.random.default_rng(0).permutation(len(training))[:each]
        self.reference = self.real[chosen]  # as many as in a group: precision and recall depend on that
        if len(self.reference) <= NEIGHBOURS:
            raise ValueError(f"{training.name} has {len(training)} sprites; measuring needs more than {NEIGHBOURS}")

    def report(self, groups: Sequence[Group]) -> dict[str, Any]:
        """Numbers of metrics.json: means and spreads over the groups; by kind, over all of them together."""
        measured: dict[str, list[float]] = {}
        copied, recognised = [], []
        for group in groups:
            features = features_of(self.network, group.pixels)
            precision, recall = precision_recall(self.reference, features)
            copied.append(nearest(group.pixels, self.training.pixels)[1] < COPY)
            recognised.append(self.network.kinds(features).numpy() == group.asked)
            numbers = {
                "frechet": frechet_distance(self.real, features),
                "kernel": kernel_distance(self.real, features),
                "precision": precision,
                "recall": recall,
                "copied": copied[-1].mean(),
            }
            if (group.asked != ANY).any():
                numbers["recognised"] = recognised[-1][group.asked != ANY].mean()
            for name, number in numbers.items():
                measured.setdefault(name, []).append(float(number))
        report: dict[str, Any] = {"sprites": sum(len(group.pixels) for group in groups), "seeds": len(groups)}
        report |= {name: mean_and_spread(values) for name, values in measured.items()}
        asked = np.concatenate([group.asked for group in groups])
        for name, found in (("copied", copied), ("recognised", recognised)):
            each = np.concatenate(found)
            report[f"{name}_by_kind"] = {
                KINDS[kind]: round(float(each[asked == kind].mean()), 4) for kind in np.unique(asked) if kind != ANY
            }
        return report


def _real(training: Sprites, held_out: Sprites, exam: Exam) -> dict[str, list[Group]]:
    """Real sprites in groups like the generated: held-out ones and, where code draws the data, fresh ones."""
    sources = {"held_out": held_out[np.random.default_rng(0).permutation(len(held_out))]}
    if match := BUILTIN.fullmatch(training.name):
        pixels, labels = draw(exam.count, int(match[2] or 0) + 2)  # one above taught the features
        sources["fresh"] = Sprites(pixels, labels.astype(np.float32), "fresh")
    found = {}
    for name, sprites in sources.items():
        size = min(exam.each, len(sprites) // exam.seeds)
        if size > NEIGHBOURS:
            kinds = np.where(sprites.labels.max(1) > 0.5, sprites.labels.argmax(1), ANY)
            slices = [slice(seed * size, (seed + 1) * size) for seed in range(exam.seeds)]
            found[name] = [Group(sprites.pixels[part], kinds[part]) for part in slices]
    return found


def _plan(training: Sprites, each: int) -> list[tuple[int, int]]:
    """One group in batches of (kind, how many): half of it of any kind, half by kind in the data's proportions."""
    number = training.labels.sum(0)
    by_kind = each // 2 if number.any() else 0
    ends = (np.cumsum(number) / max(number.sum(), 1) * by_kind).round().astype(int)
    wanted = [(ANY, each - by_kind), *enumerate(np.diff(ends, prepend=0).tolist())]
    return [
        (kind, len(part))
        for kind, size in wanted
        if size
        for part in np.array_split(np.arange(size), -(-size // MOST_SPRITES))
    ]


def _draw(checkpoint: Checkpoint, kind: int, count: int, seed: int, steps: int, device: Device) -> np.ndarray:
    """uint8 (count, 16, 16, 3), as the app and `sample` draw them."""
    kinds = tuple(float(i == kind) for i in range(len(KINDS)))
    request = Request(count=count, steps=steps, seed=seed, kinds=kinds)
    for (step,) in generate([checkpoint], request, device):  # noqa: B007 (the last one counts)
        pass
    return to_pixels(step.x)
