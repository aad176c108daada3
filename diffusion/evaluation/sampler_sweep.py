"""How few steps are enough: every sampler's distance to real sprites, at several numbers of steps.

    samplers.json   {"run": "sprites", "epoch": 31, "each": 500, "features": "ab12…",
                     "trials": [{"sampler": "ddpm", "steps": 500, "seeds": {"0": {"frechet": 1.5, …}, …}}, …]}

A trial draws groups of sprites, one a seed, as `evaluate` does. All trials start seed for seed from the same noise,
so that two of them are compared pair by pair. The file is written after every group: a contest that was interrupted
goes on where it stopped, and one with more trials or seeds only adds to it.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import numpy as np

from ..core import SAMPLERS
from ..engine import Device, find_device
from ..errors import UserError
from ..store import RunFolder, write_whole
from .evaluate import EvalConfig, draw_batch, load_training_data, plan_batches
from .features import FEATURE_WEIGHTS, load_features
from .groups import QualityMetrics, SpriteGroup

KEPT = ("frechet", "kernel", "precision", "recall", "copied")  # of a group's numbers


@dataclass(frozen=True)
class SweepSetting:
    """A sampler with so many evaluations of the network; written `ddpm:500`."""

    sampler: str
    steps: int

    def __str__(self) -> str:
        return f"{self.sampler}:{self.steps}"

    @classmethod
    def parse(cls, words: str) -> "SweepSetting":
        sampler, _, steps = words.partition(":")
        if sampler not in SAMPLERS or not steps.isdecimal() or int(steps) < 1:
            raise UserError(
                "a trial is one of {samplers} and its steps, such as ddpm:50, not {words!r}",
                samplers=", ".join(SAMPLERS),
                words=words,
            )
        return cls(sampler, int(steps))


REFERENCE_SETTING = SweepSetting("ddpm", 500)
SWEEP_SETTINGS = (
    *(SweepSetting("sa", steps) for steps in (8, 10, 12, 15, 20, 30, 50)),
    *(SweepSetting("sde-dpmpp", steps) for steps in (10, 15, 20, 50)),
    *(SweepSetting("ddpm", steps) for steps in (10, 20, 50, 100)),
    *(SweepSetting(sampler, steps) for sampler in ("dpmpp", "ddim") for steps in (10, 20, 50)),
    REFERENCE_SETTING,
)


@dataclass(frozen=True)
class SweepResults:
    """What was measured, as samplers.json has it."""

    run: str
    epoch: int
    each: int  # sprites of one seed: distances of groups of another size could not be compared
    features: str  # sha256 of the network that looks at them
    seeds: dict[SweepSetting, dict[int, dict[str, float]]] = field(
        default_factory=dict
    )  # trial -> seed -> name -> number

    @classmethod
    def read(cls, path: Path) -> "SweepResults":
        try:
            said = json.loads(path.read_text("utf-8"))
            trials = {
                SweepSetting(trial["sampler"], trial["steps"]): {
                    int(seed): found for seed, found in trial["seeds"].items()
                }
                for trial in said.pop("trials")
            }
            return cls(**said, seeds=trials)
        except (KeyError, TypeError, AttributeError, ValueError):
            raise UserError(
                "{path} is not what `python -m diffusion samplers` writes; name another --out", path=path
            ) from None

    def write(self, path: Path) -> None:
        """A line for each trial."""
        trials = [
            {"sampler": trial.sampler, "steps": trial.steps, "seeds": {seed: found[seed] for seed in sorted(found)}}
            for trial, found in sorted(self.seeds.items(), key=lambda item: (item[0].sampler, item[0].steps))
        ]
        facts = json.dumps({"run": self.run, "epoch": self.epoch, "each": self.each, "features": self.features})
        lines = ",\n".join(map(json.dumps, trials))
        write_whole(path, f'{facts[:-1]}, "trials": [\n{lines}\n]}}\n'.encode())

    def values(self, trial: SweepSetting, name: str = "frechet") -> list[float]:
        """One number of every seed, in the order of the seeds."""
        return [found[name] for _, found in sorted(self.seeds.get(trial, {}).items())]

    def ratio(self, trial: SweepSetting, reference: SweepSetting = REFERENCE_SETTING) -> tuple[float, float] | None:
        """How many times as far as the reference over the seeds that both have, and the standard error of that.

        Pair by pair, as a seed that is easy for one is easy for the other (Cochran 1977, Sampling Techniques, section
        6.4). Of a single seed the error is unknown: infinite. None where no seed has both.
        """
        ours, theirs = self.seeds.get(trial, {}), self.seeds.get(reference, {})
        pairs = [(ours[seed]["frechet"], theirs[seed]["frechet"]) for seed in sorted(ours.keys() & theirs.keys())]
        if not pairs:
            return None
        base = fmean(other for _, other in pairs)
        mean = fmean(mine for mine, _ in pairs) / base
        if len(pairs) == 1:
            return mean, math.inf
        return mean, stdev(mine - mean * other for mine, other in pairs) / math.sqrt(len(pairs)) / base


@dataclass(frozen=True)
class SweepProgress:
    """One batch more is drawn: for progress."""

    trial: SweepSetting
    seed: int
    done: int  # evaluations of the network, for one sprite each
    total: int


@dataclass(frozen=True)
class GroupMeasured:
    """Passed on after its numbers are safe on the disk."""

    trial: SweepSetting
    seed: int
    book: SweepResults


def sweep_samplers(
    run: RunFolder,
    out: Path,
    *,
    epoch: int,
    trials: Sequence[SweepSetting] = SWEEP_SETTINGS,
    count: int = 2000,
    seeds: int = 4,
    features: Path = FEATURE_WEIGHTS,
    device: Device | None = None,
) -> Iterator[SweepProgress | GroupMeasured]:
    """Measure what `out` does not hold yet, seed by seed: all trials of the first seed before any of the second.

    count: sprites of a trial over all seeds. Raises ValueError where `out` holds another contest.
    """
    device = device or find_device()
    checkpoint, exam = run.load(epoch), EvalConfig(count=count, seeds=seeds)
    for trial in trials:
        checkpoint.config.noise_schedule().levels(trial.steps)  # refuses too many steps before the work begins
    digest = hashlib.sha256(features.read_bytes()).hexdigest() if features.is_file() else ""
    book = SweepResults(str(run), epoch, exam.each, digest)
    if out.exists():
        there = SweepResults.read(out)
        if (there.run, there.epoch, there.each, there.features) != (book.run, epoch, book.each, digest):
            raise UserError(
                "{out} holds epoch {epoch} of {run} in groups of {each}; name another --out",
                out=out,
                epoch=there.epoch,
                run=there.run,
                each=there.each,
            )
        book = there
    missing = [(seed, trial) for seed in range(seeds) for trial in trials if seed not in book.seeds.get(trial, {})]
    if not missing:
        return
    network = load_features(features)
    training, _ = load_training_data(run)
    judge, plan = QualityMetrics(network, training, book.each), plan_batches(training, book.each)
    asked = np.concatenate([np.full(size, kind) for kind, size in plan])
    done, total = 0, sum(book.each * trial.steps for _, trial in missing)
    for seed, trial in missing:
        drawn = []
        for number, (kind, size) in enumerate(plan):
            drawn.append(draw_batch(checkpoint, kind, size, seed, number, device, trial.sampler, trial.steps))
            done += size * trial.steps
            yield SweepProgress(trial, seed, done, total)
        book.seeds.setdefault(trial, {})[seed] = _numbers(judge, SpriteGroup(np.concatenate(drawn), asked))
        book.write(out)
        yield GroupMeasured(trial, seed, book)


def _numbers(judge: QualityMetrics, group: SpriteGroup) -> dict[str, float]:
    report: dict[str, Any] = judge.report([group])
    return {name: report[name]["mean"] for name in KEPT}
