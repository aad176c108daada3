"""What is drawn to measure an epoch: groups of sprites, each with what it is asked for and how it is sampled."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from ..data import SpriteSet, draw_builtin
from ..engine import MAX_SPRITES, PAGE, Device, Request, generate_finished
from ..errors import UserError
from ..refs import Builtin, parse_data
from ..sprites import KINDS, to_pixels
from ..store import Checkpoint, RunConfig
from .groups import ANY
from .metrics import NEIGHBOURS


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


@dataclass(frozen=True, eq=False)
class Drawing:
    """One group of sprites. The same seed gives the same noise for every epoch."""

    name: str  # the number of Quality that it is for
    context: np.ndarray  # float32 (N, V)
    kinds: np.ndarray  # int (N,) the requested kind of each, or ANY
    sizes: tuple[int, ...]  # of the batches
    seed: int  # of the first batch; the next has the next one
    settings: dict[str, Any] = field(default_factory=dict)  # of Request

    def batches(self, checkpoint: Checkpoint, younger: Checkpoint | None, device: Device) -> Iterator[np.ndarray]:
        """Draws it: uint8 (n, 16, 16, 3) at a time. younger: the epoch that guides, where `settings` ask it."""
        start = 0
        for number, size in enumerate(self.sizes):
            request = Request(count=size, seed=self.seed + number, **self.settings)
            context = torch.from_numpy(self.context[start : start + size])
            yield to_pixels(generate_finished(checkpoint, request, device, context, younger))
            start += size


def plan_drawings(config: RunConfig, training: SpriteSet, how: EvalConfig, questions: np.ndarray) -> list[Drawing]:
    """All groups of an epoch: `how.seeds` of the run's own sprites, of the page's and of those asked with all words.

    questions: float32 (N, V), the contexts of what it is asked word by word (knowledge.py), one group.
    """
    each, seeds = how.sprites_per_seed, range(how.seeds)
    batches = plan_batches(training, each)
    groups = [plan_group("frechet", config, batches, seed, sampler="ddpm", steps=how.steps) for seed in seeds]
    page = PAGE | {"steps": min(Request().steps, config.levels)}
    groups += [plan_group("frechet_page", config, batches, seed, **page) for seed in seeds]
    contexts = asked_contexts(config, training, each * how.seeds)
    if contexts.any():
        for seed in seeds:
            rows = contexts[seed * each : (seed + 1) * each]
            groups.append(_plan_rows("frechet_asked", rows, 100_000 * seed + 10_000, page))
    if len(questions):
        groups.append(_plan_rows("knows", questions, 20_000, page))
    return groups


def plan_batches(training: SpriteSet, count: int) -> list[tuple[int, int]]:
    """Divides a group of `count` sprites into batches of (kind, size), none larger than MAX_SPRITES.

    Half of the group is of no given kind (ANY), half has the kinds in the proportions of the training sprites.
    """
    number = training.kinds.sum(0)
    by_kind = count // 2 if number.any() else 0
    ends = (np.cumsum(number) / max(number.sum(), 1) * by_kind).round().astype(int)
    sizes = [(ANY, count - by_kind), *enumerate(np.diff(ends, prepend=0).tolist())]
    return [(kind, part) for kind, size in sizes if size for part in _split(size)]


def plan_group(name: str, config: RunConfig, batches: list[tuple[int, int]], seed: int, **settings: Any) -> Drawing:
    """A group of the batches of `plan_batches`, as the app and `sample` draw them. seed: of the group."""
    kinds = np.concatenate([np.full(size, kind) for kind, size in batches])
    context = np.zeros((len(kinds), len(config.vocabulary)), np.float32)
    if config.vocabulary.has_kinds():
        context[:, : len(KINDS)] = kinds[:, None] == np.arange(len(KINDS))
    return Drawing(name, context, kinds, tuple(size for _, size in batches), 100_000 * seed, settings)


def asked_contexts(config: RunConfig, training: SpriteSet, count: int) -> np.ndarray:
    """All that each of `count` real sprites shows, float32 (count, V): of new ones where they are built in."""
    if isinstance(ref := parse_data(training.name), Builtin):
        sprites = draw_builtin(replace(ref, count=count, seed=ref.seed + 3))  # others than the baseline's
    else:
        sprites = training[np.random.default_rng(0).integers(len(training), size=count)]
    return sprites.labels_in(config.vocabulary).astype(np.float32)


def _plan_rows(name: str, context: np.ndarray, seed: int, settings: dict[str, Any]) -> Drawing:
    """A group whose sprites each have words of their own."""
    return Drawing(name, context, np.full(len(context), ANY), tuple(_split(len(context))), seed, settings)


def _split(size: int) -> list[int]:
    """Sizes of about equal batches."""
    return [len(part) for part in np.array_split(np.arange(size), -(-size // MAX_SPRITES))]
