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

import numpy as np

from ..data import SpriteSet, open_dataset
from ..engine import MAX_SPRITES, Device, Request, find_device, generate_finished, predictor
from ..errors import UserError
from ..refs import LocalFiles, parse_data
from ..sprites import KINDS, sheet, to_pixels
from ..store import Checkpoint, Quality, RunFolder, build_card, find_command
from .features import FEATURE_WEIGHTS, load_features
from .groups import ANY, QualityMetrics, SpriteGroup, closest_pairs, real_groups
from .metrics import NEIGHBOURS, noise_error

NOISED = 500  # held-out sprites for the error by level


@dataclass(frozen=True, kw_only=True)
class EvalConfig:
    """How to measure: the same for every epoch of a run, or the numbers could not be compared."""

    count: int = 2000  # sprites an epoch, over all seeds
    seeds: int = 4  # groups, for the spread
    steps: int = 50  # of DDPM

    def __post_init__(self) -> None:
        if not 1 <= self.seeds <= 100:
            raise UserError("seeds must be between 1 and 100, not {seeds}", seeds=self.seeds)
        least = self.seeds * (NEIGHBOURS + 1)
        if not least <= self.count <= 100_000:
            raise UserError(
                "count must be between {least} ({neighbours} a seed) and 100000, not {count}",
                least=least,
                neighbours=NEIGHBOURS + 1,
                count=self.count,
            )
        if self.steps < 1:
            raise UserError("steps must be at least 1, not {steps}", steps=self.steps)

    @property
    def each(self) -> int:
        """SpriteSet of one seed."""
        return self.count // self.seeds


@dataclass(frozen=True)
class SpritesDrawn:
    """One batch more is drawn: for progress."""

    epoch: int
    done: int  # sprites, over all epochs
    total: int


@dataclass(frozen=True)
class EpochMeasured:
    """Passed on after its numbers are safe on the disk."""

    epoch: int
    quality: Quality


def evaluate_run(
    run: RunFolder,
    exam: EvalConfig | None = None,
    *,
    epochs: Sequence[int] | None = None,
    data: str | None = None,
    labels: str | None = None,
    features: Path = FEATURE_WEIGHTS,
    device: Device | None = None,
) -> Iterator[SpritesDrawn | EpochMeasured]:
    """Measure these epochs of a run, all unless given, against the sprites that it was trained on.

    data, labels: where those are, as for `train`; built-in ones are found by themselves. Writes metrics.json after
    every epoch and the card at the end; numbers of another exam that stand there are dropped.
    """
    exam, device = exam or EvalConfig(), device or find_device()
    config, there = run.config(), run.epochs()
    chosen = list(there) if epochs is None else sorted(set(epochs))
    if absent := [epoch for epoch in chosen if epoch not in there]:
        raise UserError(
            "{path} has no epoch {absent}; it has: {there}",
            path=run.path,
            absent=absent[0],
            there=", ".join(map(str, there)) or "none",
        )
    config.noise_schedule().levels(exam.steps)  # refuses too many steps before the work begins
    network = load_features(features)
    training, held_out = load_training_data(run, data, labels)
    judge = QualityMetrics(network, training, exam.each)
    real = real_groups(training, held_out, exam.each, exam.seeds)
    digest = hashlib.sha256(features.read_bytes()).hexdigest()
    baseline = {name: judge.report(groups) for name, groups in real.items()}
    run.save_baseline({"exam": asdict(exam) | {"features": digest}, **baseline})
    plan = plan_batches(training, exam.each)
    asked = np.concatenate([np.full(size, kind) for kind, size in plan])
    done, total = 0, len(chosen) * exam.seeds * exam.each
    for epoch in chosen:
        checkpoint, groups = run.load(epoch), []
        for seed in range(exam.seeds):
            drawn = []
            for number, (kind, size) in enumerate(plan):
                drawn.append(draw_batch(checkpoint, kind, size, seed, number, device, "ddpm", exam.steps))
                done += size
                yield SpritesDrawn(epoch, done, total)
            groups.append(SpriteGroup(np.concatenate(drawn), asked))
        quality = judge.report(groups)
        if len(held_out):
            some = held_out[np.random.default_rng(0).permutation(len(held_out))[:NOISED]]
            predict = predictor(checkpoint, device)
            errors = noise_error(predict, config.noise_schedule(), some.pixels, some.labels, device=device.name)
            quality["noise_error"] = [round(error, 5) for error in errors]
        run.save_quality(epoch, quality)
        if epoch == max(there):
            pairs = closest_pairs(groups[0], training)
            run.save_picture("nearest.png", sheet(pairs, columns=len(pairs) // 2, gap=2))
        yield EpochMeasured(epoch, run.metrics()[epoch].quality or Quality())
    run.save_card(build_card(config, run.metrics(), find_command(run.card()), run.baseline()))


def load_training_data(
    run: RunFolder, data: str | None = None, labels: str | None = None
) -> tuple[SpriteSet, SpriteSet]:
    """(training, held out) of a run. Refuses data that it was not trained on."""
    facts = run.config().data
    if not data and run.data():
        data, labels = run.data()["data"], run.data()["labels"]
    source = data or facts.get("name", "")
    if not data and isinstance(parse_data(source), LocalFiles):
        raise UserError(
            "{path} was trained on {source}; say where that is with --data",
            path=run.path,
            source=source or "unknown data",
        )
    training, held_out = open_dataset(source, labels)
    if facts and training.facts()["sha256"] != facts.get("sha256"):
        raise UserError(
            "{source} is not what {path} was trained on: other pictures or other labels", source=source, path=run.path
        )
    return training, held_out


def plan_batches(training: SpriteSet, each: int) -> list[tuple[int, int]]:
    """One group in batches of (kind, how many): half of it of any kind, half by kind in the data's proportions."""
    number = training.labels.sum(0)
    by_kind = each // 2 if number.any() else 0
    ends = (np.cumsum(number) / max(number.sum(), 1) * by_kind).round().astype(int)
    wanted = [(ANY, each - by_kind), *enumerate(np.diff(ends, prepend=0).tolist())]
    return [
        (kind, len(part))
        for kind, size in wanted
        if size
        for part in np.array_split(np.arange(size), -(-size // MAX_SPRITES))
    ]


def draw_batch(
    checkpoint: Checkpoint, kind: int, count: int, seed: int, number: int, device: Device, sampler: str, steps: int
) -> np.ndarray:
    """uint8 (count, 16, 16, 3), batch `number` of a plan, as the app and `sample` draw them."""
    kinds = tuple(float(i == kind) for i in range(len(KINDS)))
    request = Request(count=count, sampler=sampler, steps=steps, seed=100_000 * seed + number, kinds=kinds)
    return to_pixels(generate_finished(checkpoint, request, device))
