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

from ..data import Sheet, SpriteSet, open_dataset
from ..engine import PAGE, Device, find_device, predictor
from ..errors import UserError
from ..refs import LocalFiles, parse_data
from ..sprites import sheet
from ..store import Quality, RunFolder, build_card, find_command, load_younger, lock_run
from .drawings import EvalConfig, plan_drawings
from .features import FEATURE_WEIGHTS, load_features
from .groups import QualityMetrics, SpriteGroup, closest_pairs, real_groups
from .knowledge import Knowledge, plan_questions
from .metrics import noise_error

LOCK_SECONDS = 5.0  # to wait for another process that writes its numbers into the same run
MIN_QUESTIONS = 5  # of each sort, however few sprites are measured; each kind once
NOISE_ERROR_SPRITES = 500  # validation sprites for the error by noise level


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
    needs: int = 0,
) -> Iterator[SpritesDrawn | EpochMeasured]:
    """Measures epochs of a run against the sprites that it was trained on.

    config: as EvalConfig() unless given; epochs: all unless given; features: the weights of the feature network.
    data, labels: the training sprites as for `train`; built-in sprites need neither. needs: so many of them.
    Writes metrics.json after every epoch and the card at the end, and drops numbers of another EvalConfig.
    ValueError where an epoch is missing, there are too many steps, or the data are not the run's or too few.
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
    if len(training) < needs:
        raise UserError(
            "{name} has {count} sprites; to be measured it needs {least} or more",
            name=training.name,
            count=len(training),
            least=needs,
        )
    metrics = QualityMetrics(network, training, config.sprites_per_seed)
    real = real_groups(training, validation, config.sprites_per_seed, config.seeds)
    questions = plan_questions(run_config, training, max(MIN_QUESTIONS, config.count // 10))
    knowledge = Knowledge(network, run_config.vocabulary, questions, training)
    digest = hashlib.sha256(features.read_bytes()).hexdigest()
    exam = asdict(config) | {"features": digest, "page": PAGE}
    baseline = {name: metrics.report(groups) for name, groups in real.items()}
    with lock_run(run.path, LOCK_SECONDS):
        run.save_baseline({"exam": exam, **baseline, "ceiling": knowledge.ceiling})
    drawings = plan_drawings(run_config, training, config, knowledge.contexts())
    done, total = 0, len(chosen) * sum(len(group.context) for group in drawings)
    for epoch in chosen:
        checkpoint, younger = run.load(epoch), load_younger(run, epoch)
        drawn: dict[str, list[SpriteGroup]] = {}
        for group in drawings:
            pixels = []
            for batch in group.batches(checkpoint, younger, device):
                pixels.append(batch)
                done += len(batch)
                yield SpritesDrawn(epoch, done, total)
            drawn.setdefault(group.name, []).append(SpriteGroup(np.concatenate(pixels), group.kinds))
        groups = drawn["frechet"]
        quality = metrics.report(groups)
        for name in ("frechet_page", "frechet_asked"):
            if name in drawn:
                quality[name] = metrics.distance(drawn[name])
        if "knows" in drawn:
            quality["knows"] = knowledge.report(drawn["knows"][0].pixels)
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
