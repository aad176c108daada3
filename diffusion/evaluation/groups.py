"""Quality metrics of groups of sprites, compared with the training sprites: of an epoch, or of real sprites."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..data import SpriteSet, draw_builtin
from ..errors import UserError
from ..refs import Builtin, parse_data
from ..sprites import KINDS
from .features import FeatureNet, features_of
from .metrics import (
    COPY_DISTANCE,
    NEIGHBOURS,
    frechet_distance,
    kernel_distance,
    mean_and_spread,
    nearest,
    precision_recall,
)

ANY = -1  # in place of an index into KINDS: no kind was requested


@dataclass(frozen=True, eq=False)
class SpriteGroup:
    """The sprites of one seed."""

    pixels: np.ndarray  # uint8 (N, 16, 16, 3)
    kinds: np.ndarray  # int (N,) the requested kind of each: an index into KINDS, or ANY


class QualityMetrics:
    """Compares groups of `group_size` sprites with the training sprites, whose features it keeps."""

    def __init__(self, network: FeatureNet, training: SpriteSet, group_size: int) -> None:
        self.network, self.training = network, training
        self.real = features_of(network, training.pixels)  # (N, F)
        chosen = np.random.default_rng(0).permutation(len(training))[:group_size]
        self.reference = self.real[chosen]  # precision and recall need two sets of one size
        if len(self.reference) <= NEIGHBOURS:
            raise UserError(
                "{training} has {count} sprites; measuring needs more than {neighbours}",
                training=training.name,
                count=len(training),
                neighbours=NEIGHBOURS,
            )

    def distance(self, groups: Sequence[SpriteGroup]) -> dict[str, float]:
        """The Fréchet distance alone, {"mean": …, "spread": …}."""
        features = [features_of(self.network, group.pixels) for group in groups]
        return mean_and_spread([frechet_distance(self.real, one) for one in features])

    def report(self, groups: Sequence[SpriteGroup]) -> dict[str, Any]:
        """The metrics for metrics.json: means and spreads over the groups; by kind, over all groups together."""
        measured: dict[str, list[float]] = {}
        copied, recognised = [], []
        for group in groups:
            features = features_of(self.network, group.pixels)
            precision, recall = precision_recall(self.reference, features)
            copied.append(nearest(group.pixels, self.training.pixels)[1] < COPY_DISTANCE)
            recognised.append(self.network.kinds(features).numpy() == group.kinds)
            numbers = {
                "frechet": frechet_distance(self.real, features),
                "kernel": kernel_distance(self.real, features),
                "precision": precision,
                "recall": recall,
                "copied": copied[-1].mean(),
            }
            if (group.kinds != ANY).any():
                numbers["recognised"] = recognised[-1][group.kinds != ANY].mean()
            for name, number in numbers.items():
                measured.setdefault(name, []).append(float(number))
        report: dict[str, Any] = {"sprites": sum(len(group.pixels) for group in groups), "seeds": len(groups)}
        report |= {name: mean_and_spread(values) for name, values in measured.items()}
        kinds = np.concatenate([group.kinds for group in groups])
        for name, flags in (("copied", np.concatenate(copied)), ("recognised", np.concatenate(recognised))):
            report[f"{name}_by_kind"] = {
                KINDS[kind]: round(float(flags[kinds == kind].mean()), 4) for kind in np.unique(kinds) if kind != ANY
            }
        return report


def closest_pairs(group: SpriteGroup, training: SpriteSet, count: int = 12) -> np.ndarray:
    """The `count` sprites nearest to a training sprite, then the nearest training sprite of each.

    uint8 (2 x count, 16, 16, 3); fewer where the group has fewer. No training sprite is in it twice.
    """
    index, distance = nearest(group.pixels, training.pixels)
    _, first_of_each = np.unique(index, return_index=True)
    chosen = first_of_each[distance[first_of_each].argsort()][:count]
    return np.concatenate([group.pixels[chosen], training.pixels[index[chosen]]])


def real_groups(
    training: SpriteSet, validation: SpriteSet, group_size: int, seeds: int
) -> dict[str, list[SpriteGroup]]:
    """Groups of real sprites for the baseline, `seeds` for each source, by its key in metrics.json.

    "held_out": validation sprites; "fresh": newly drawn sprites, only where the training sprites are built in.
    A source with too few sprites gives smaller groups, or none.
    """
    sources = {"held_out": validation[np.random.default_rng(0).permutation(len(validation))]}
    if isinstance(ref := parse_data(training.name), Builtin):
        # seed + 1 may be that of the feature network
        sources["fresh"] = draw_builtin(replace(ref, count=group_size * seeds, seed=ref.seed + 2))
    groups = {}
    for name, sprites in sources.items():
        size = min(group_size, len(sprites) // seeds)
        if size > NEIGHBOURS:
            kinds = np.where(sprites.kinds.max(1) > 0.5, sprites.kinds.argmax(1), ANY)
            slices = [slice(seed * size, (seed + 1) * size) for seed in range(seeds)]
            groups[name] = [SpriteGroup(sprites.pixels[part], kinds[part]) for part in slices]
    return groups
