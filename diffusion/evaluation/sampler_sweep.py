"""The sampler sweep: every sampler's distance to real sprites, at several numbers of steps.

    samplers.json   {"run": "sprites", "epoch": 31, "each": 500, "features": "ab12…",
                     "trials": [{"sampler": "ddpm", "steps": 500, "seeds": {"0": {"frechet": 1.5, …}, …}}, …]}

A setting ("trial" in the file) is a sampler with a number of steps. For each seed it draws a group of sprites as
`evaluate` does, from the same noise as all other settings, so that settings are compared seed by seed. The file is
written after every group: an interrupted sweep continues, and a sweep with more settings or seeds adds to the file.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import fmean

import numpy as np

from ..core import SAMPLERS
from ..engine import Device, find_device
from ..errors import UserError
from ..store import RunFolder, write_whole
from .drawings import EvalConfig, plan_batches, plan_group
from .evaluate import load_training_data
from .features import FEATURE_WEIGHTS, load_features
from .groups import QualityMetrics, SpriteGroup

SAVED_METRICS = ("frechet", "kernel", "precision", "recall", "copied")


@dataclass(frozen=True)
class SweepSetting:
    """A sampler and its number of steps; written `ddpm:500`."""

    sampler: str
    steps: int

    def __str__(self) -> str:
        return f"{self.sampler}:{self.steps}"

    @classmethod
    def parse(cls, text: str) -> "SweepSetting":
        """Reads `sampler:steps`. ValueError for an unknown sampler or steps below 1."""
        sampler, _, steps = text.partition(":")
        if sampler not in SAMPLERS or not steps.isdecimal() or int(steps) < 1:
            raise UserError(
                "a trial is one of {samplers} and its steps, such as ddpm:50, not {text!r}",
                samplers=", ".join(SAMPLERS),
                text=text,
            )
        return cls(sampler, int(steps))


REFERENCE_SETTING = SweepSetting("ddpm", 500)
SWEEP_SETTINGS = (
    *(SweepSetting("sa", steps) for steps in (8, 10, 12, 15, 20, 30, 50)),
    *(SweepSetting("sde-dpmpp", steps) for steps in (10, 15, 20, 50)),
    *(SweepSetting("ddpm", steps) for steps in (1, 2, 5, 10, 20, 50, 100)),  # the first three for Learn
    *(SweepSetting(sampler, steps) for sampler in ("dpmpp", "ddim") for steps in (10, 20, 50)),
    REFERENCE_SETTING,
)


@dataclass(frozen=True)
class SweepResults:
    """What was measured, as samplers.json has it."""

    run: str
    epoch: int
    each: int  # sprites of one seed; distances of groups of different sizes cannot be compared
    features: str  # sha256 of the feature network's file
    seeds: dict[SweepSetting, dict[int, dict[str, float]]] = field(default_factory=dict)  # setting -> seed -> metrics

    @classmethod
    def read(cls, path: Path) -> "SweepResults":
        """Reads samplers.json. ValueError for any other file."""
        try:
            content = json.loads(path.read_text("utf-8"))
            seeds = {
                SweepSetting(trial["sampler"], trial["steps"]): {
                    int(seed): metrics for seed, metrics in trial["seeds"].items()
                }
                for trial in content.pop("trials")
            }
            return cls(**content, seeds=seeds)
        except (KeyError, TypeError, AttributeError, ValueError):
            raise UserError(
                "{path} is not what `python -m diffusion samplers` writes; name another --out", path=path
            ) from None

    def write(self, path: Path) -> None:
        """Writes samplers.json, one line for each setting."""
        trials = [
            {"sampler": setting.sampler, "steps": setting.steps, "seeds": dict(sorted(by_seed.items()))}
            for setting, by_seed in sorted(self.seeds.items(), key=lambda item: (item[0].sampler, item[0].steps))
        ]
        header = json.dumps({"run": self.run, "epoch": self.epoch, "each": self.each, "features": self.features})
        lines = ",\n".join(map(json.dumps, trials))
        write_whole(path, f'{header[:-1]}, "trials": [\n{lines}\n]}}\n'.encode())

    def values(self, setting: SweepSetting, name: str = "frechet") -> list[float]:
        """One metric of every seed, in the order of the seeds."""
        return [metrics[name] for _, metrics in sorted(self.seeds.get(setting, {}).items())]

    def ratio(self, setting: SweepSetting, reference: SweepSetting = REFERENCE_SETTING) -> float | None:
        """The setting's mean Fréchet distance over the reference's, for the seeds that both have; None without any."""
        ours, theirs = self.seeds.get(setting, {}), self.seeds.get(reference, {})
        seeds = ours.keys() & theirs.keys()
        if not seeds:
            return None
        return fmean(ours[seed]["frechet"] for seed in seeds) / fmean(theirs[seed]["frechet"] for seed in seeds)


@dataclass(frozen=True)
class SweepProgress:
    """Progress: one more batch of sprites is drawn."""

    setting: SweepSetting
    seed: int
    done: int  # evaluations of the network, each for one sprite
    total: int


@dataclass(frozen=True)
class GroupMeasured:
    """A group of sprites is measured and its numbers are saved."""

    setting: SweepSetting
    seed: int
    results: SweepResults


def sweep_samplers(
    run: RunFolder,
    out: Path,
    *,
    epoch: int,
    settings: Sequence[SweepSetting] = SWEEP_SETTINGS,
    count: int = 2000,
    seeds: int = 4,
    features: Path = FEATURE_WEIGHTS,
    device: Device | None = None,
) -> Iterator[SweepProgress | GroupMeasured]:
    """Measures what the file `out` does not have yet: all settings of the first seed, then of the second, and so on.

    count: sprites of a setting, over all seeds. ValueError where `out` has the results of another run, epoch, group
    size or feature network, and where the schedule has fewer levels than a setting has steps.
    """
    device = device or find_device()
    checkpoint, size = run.load(epoch), EvalConfig(count=count, seeds=seeds).sprites_per_seed
    for setting in settings:
        checkpoint.config.noise_schedule().levels(setting.steps)  # refuses too many steps before the work begins
    digest = hashlib.sha256(features.read_bytes()).hexdigest() if features.is_file() else ""
    results = SweepResults(str(run), epoch, size, digest)
    if out.exists():
        saved = SweepResults.read(out)
        if replace(saved, seeds={}) != results:
            raise UserError(
                "{out} holds epoch {epoch} of {run} in groups of {each}; name another --out",
                out=out,
                epoch=saved.epoch,
                run=saved.run,
                each=saved.each,
            )
        results = saved
    missing = [
        (seed, setting) for seed in range(seeds) for setting in settings if seed not in results.seeds.get(setting, {})
    ]
    if not missing:
        return
    network = load_features(features)
    training, _ = load_training_data(run)
    metrics, batches = QualityMetrics(network, training, size), plan_batches(training, size)
    done, total = 0, sum(size * setting.steps for _, setting in missing)
    for seed, setting in missing:
        pixels = []
        group = plan_group("frechet", checkpoint.config, batches, seed, sampler=setting.sampler, steps=setting.steps)
        for batch in group.batches(checkpoint, None, device):
            pixels.append(batch)
            done += len(batch) * setting.steps
            yield SweepProgress(setting, seed, done, total)
        report = metrics.report([SpriteGroup(np.concatenate(pixels), group.kinds)])
        results.seeds.setdefault(setting, {})[seed] = {name: report[name]["mean"] for name in SAVED_METRICS}
        results.write(out)
        yield GroupMeasured(setting, seed, results)
