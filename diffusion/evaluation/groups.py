"""Compares groups of sprites with those that were trained on: all the numbers of one epoch, or of real sprites."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..data import SpriteSet, draw
from ..errors import UserError
from ..refs import Builtin, parse_data
from ..sprites import KINDS
from .features import FeatureNet, features_of
from .metrics import COPY, NEIGHBOURS, frechet_distance, kernel_distance, mean_and_spread, nearest, precision_recall

ANY = -1  # in place of a kind: none was asked for


@dataclass(frozen=True, eq=False)
class SpriteGroup:
    """SpriteSet of one seed."""

    pixels: np.ndarray  # uint8 (N, 16, 16, 3)
    asked: np.ndarray  # int (N,) the kind that was asked for, an index into KINDS, or ANY


class QualityMetrics:
    """Compares groups of sprites with the training sprites, of which it keeps the features."""

    def __init__(self, network: FeatureNet, training: SpriteSet, each: int) -> None:
        self.network, self.training = network, training
        self.real = features_of(network, training.pixels)  # (N, F)
        chosen = np.random.default_rng(0).permutation(len(training))[:each]
        self.reference = self.real[chosen]  # as many as in a group: precision and recall depend on that
        if len(self.reference) <= NEIGHBOURS:
            raise UserError(
                "{training} has {count} sprites; measuring needs more than {neighbours}",
                training=training.name,
                count=len(training),
                neighbours=NEIGHBOURS,
            )

    def report(self, groups: Sequence[SpriteGroup]) -> dict[str, Any]:
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


def closest_pairs(group: SpriteGroup, training: SpriteSet, count: int = 12) -> np.ndarray:
    """The sprites most like a training sprite, and then the training sprite that each is like.

    uint8 (2 x count, 16, 16, 3), no two of the first half alike.
    """
    index, distance = nearest(group.pixels, training.pixels)
    _, first_of_each = np.unique(index, return_index=True)
    chosen = first_of_each[distance[first_of_each].argsort()][:count]
    return np.concatenate([group.pixels[chosen], training.pixels[index[chosen]]])


def real_groups(training: SpriteSet, held_out: SpriteSet, each: int, seeds: int) -> dict[str, list[SpriteGroup]]:
    """Real sprites, `seeds` groups of `each`: held-out ones and, where code draws the data, freshly drawn ones.

    A source with too few sprites gives smaller groups, or none.
    """
    sources = {"held_out": held_out[np.random.default_rng(0).permutation(len(held_out))]}
    if isinstance(ref := parse_data(training.name), Builtin):
        pixels, labels = draw(each * seeds, ref.seed + 2)  # one above taught the features
        sources["fresh"] = SpriteSet(pixels, labels.astype(np.float32), "fresh")
    found = {}
    for name, sprites in sources.items():
        size = min(each, len(sprites) // seeds)
        if size > NEIGHBOURS:
            kinds = np.where(sprites.labels.max(1) > 0.5, sprites.labels.argmax(1), ANY)
            slices = [slice(seed * size, (seed + 1) * size) for seed in range(seeds)]
            found[name] = [SpriteGroup(sprites.pixels[part], kinds[part]) for part in slices]
    return found
