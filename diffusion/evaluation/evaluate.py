"""Measure how good each epoch of a run is, and keep the numbers in its metrics.json.

    metrics.json   {"0": {"step": 200, "loss": …, "quality": {…}}, …, "floor": {"held_out": {…}, "fresh": {…}}}

The baseline (key "floor") is the same numbers for real sprites: validation sprites (key "held_out"), whose shapes were
never trained on, and newly drawn sprites of the training shapes (key "fresh"). All is measured on `seeds` groups of
sprites, so that each number has a mean and a spread.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from ..data import Sheet, SpriteSet, open_dataset
from ..engine import MAX_SPRITES, Device, Request, find_device, generate_finished, predictor
from ..errors import UserError
from ..refs import LocalFiles, parse_data
from ..sprites import KINDS, sheet, to_pixels
from ..store import Checkpoint, Quality, RunFolder, build_card, find_command, lock_run
from .features import FEATURE_WEIGHTS, load_features
from .groups import ANY, QualityMetrics, SpriteGroup, closest_pairs, real_groups
from .metrics import NEIGHBOURS, noise_error

LOCK_SECONDS = 5.0  # to wait for another process that writes its numbers into the same run
NOISE_ERROR_SPRITES = 500  # validation sprites for the error by noise level


@dataclass(frozen=True, kw_only=True)
class EvalConfig:
    """How to measure. Numbers can be compared only where all of it is the same. ValueError for wrong values."""

    count: int = 2000  # sprites an epoch, over all seeds
    seeds: int = 4  # groups of sprites, for the spread; 1 to 100
    steps: int = 50  # of DDPM

    def __post_init__(self) -> None:
        if not 1 <= self.seeds <= 100:
            raise UserError("seeds must be between 1 and 100, not {seeds}", seeds=self.seeds)
        lowest = self.seeds * (NEIGHBOURS + 1)
        if not lowest <= self.count <= 100_000:
            raise UserError(
                "count must be between {least} ({neighbours} a seed) and 100000, not {count}",
                least=lowest,
                neighbours=NEIGHBOURS + 1,
                count=self.count,
            )
        if self.steps < 1:
            raise UserError("steps must be at least 1, not {steps}", steps=self.steps)

    @property
    def sprites_per_seed(self) -> int:
        return self.count // self.seeds


@dataclass(frozen=True)
class SpritesDrawn:
    """Progress: one more batch of sprites is drawn."""

    epoch: int
    done: int  # sprites, over all epochs
    total: int


@dataclass(frozen=True)
class EpochMeasured:
    """An epoch is measured and its numbers are saved."""

    epoch: int
    quality: Quality


def evaluate_run(
    run: RunFolder,
    config: EvalConfig | None = None,
    *,
    epochs: Sequence[int] | None = None,
    data: str | None = None,
    labels: str | None = None,
    features: Path = FEATURE_WEIGHTS,
    device: Device | None = None,
) -> Iterator[SpritesDrawn | EpochMeasured]:
    """Measures epochs of a run against the sprites that it was trained on.

    config: as EvalConfig() unless given; epochs: all unless given; features: the weights of the feature network.
    data, labels: the training sprites as for `train`; built-in sprites need neither.
    Writes metrics.json after every epoch and the card at the end, and drops numbers of another EvalConfig.
    ValueError where an epoch is missing, there are too many steps, or the data are not the run's.
    """
    config, device = config or EvalConfig(), device or find_device()
    run_config, existing = run.config(), run.epochs()
    chosen = list(existing) if epochs is None else sorted(set(epochs))
    if absent := [epoch for epoch in chosen if epoch not in existing]:
        raise UserError(
            "{path} has no epoch {absent}; it has: {there}",
            path=run.path,
            absent=absent[0],
            there=", ".join(map(str, existing)) or "none",
        )
    run_config.noise_schedule().levels(config.steps)  # refuses too many steps before the work begins
    network = load_features(features)
    training, validation = load_training_data(run, data, labels)
    metrics = QualityMetrics(network, training, config.sprites_per_seed)
    real = real_groups(training, validation, config.sprites_per_seed, config.seeds)
    digest = hashlib.sha256(features.read_bytes()).hexdigest()
    baseline = {name: metrics.report(groups) for name, groups in real.items()}
    with lock_run(run.path, LOCK_SECONDS):
        run.save_baseline({"exam": asdict(config) | {"features": digest}, **baseline})
    batches = plan_batches(training, config.sprites_per_seed)
    kinds = np.concatenate([np.full(size, kind) for kind, size in batches])
    done, total = 0, len(chosen) * config.seeds * config.sprites_per_seed
    for epoch in chosen:
        checkpoint, groups = run.load(epoch), []
        for seed in range(config.seeds):
            pixels = []
            for number, (kind, size) in enumerate(batches):
                pixels.append(draw_batch(checkpoint, kind, size, seed, number, device, "ddpm", config.steps))
                done += size
                yield SpritesDrawn(epoch, done, total)
            groups.append(SpriteGroup(np.concatenate(pixels), kinds))
        quality = metrics.report(groups)
        if len(validation):
            some = validation[np.random.default_rng(0).permutation(len(validation))[:NOISE_ERROR_SPRITES]]
            predict = predictor(checkpoint, device)
            context = some.labels_in(run_config.vocabulary)
            errors = noise_error(predict, run_config.noise_schedule(), some.pixels, context, device=device.name)
            quality["noise_error"] = [round(error, 5) for error in errors]
        with lock_run(run.path, LOCK_SECONDS):
            run.save_quality(epoch, quality)
        if epoch == max(existing):
            pairs = closest_pairs(groups[0], training)
            run.save_picture("nearest.png", sheet(pairs, columns=len(pairs) // 2, gap=2))
        yield EpochMeasured(epoch, run.metrics()[epoch].quality or Quality())
    run.save_card(build_card(run_config, run.metrics(), find_command(run.card()), run.baseline()))


def load_training_data(
    run: RunFolder, data: str | None = None, labels: str | None = None
) -> tuple[SpriteSet, SpriteSet]:
    """(training, validation) sprites of a run. ValueError for data that the run was not trained on.

    data, labels: as for `train`; where not given, those that the run names.
    """
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
    training, validation = open_dataset(source, labels, Sheet.from_facts(facts))
    if facts and training.facts()["sha256"] != facts.get("sha256"):
        raise UserError(
            "{source} is not what {path} was trained on: other pictures or other labels", source=source, path=run.path
        )
    return training, validation


def plan_batches(training: SpriteSet, count: int) -> list[tuple[int, int]]:
    """Divides a group of `count` sprites into batches of (kind, size), none larger than MAX_SPRITES.

    Half of the group is of no given kind (ANY), half has the kinds in the proportions of the training sprites.
    """
    number = training.kinds.sum(0)
    by_kind = count // 2 if number.any() else 0
    ends = (np.cumsum(number) / max(number.sum(), 1) * by_kind).round().astype(int)
    sizes = [(ANY, count - by_kind), *enumerate(np.diff(ends, prepend=0).tolist())]
    return [
        (kind, len(part))
        for kind, size in sizes
        if size
        for part in np.array_split(np.arange(size), -(-size // MAX_SPRITES))
    ]


def draw_batch(
    checkpoint: Checkpoint, kind: int, count: int, seed: int, number: int, device: Device, sampler: str, steps: int
) -> np.ndarray:
    """Draws batch `number` of `plan_batches`, as the app and `sample` do: uint8 (count, 16, 16, 3).

    kind: an index into KINDS, or ANY; seed: of the group.
    """
    context = torch.zeros(count, len(checkpoint.config.vocabulary))
    if kind != ANY:
        context[:, checkpoint.config.vocabulary.index(KINDS[kind])] = 1
    request = Request(count=count, sampler=sampler, steps=steps, seed=100_000 * seed + number)
    return to_pixels(generate_finished(checkpoint, request, device, context))
