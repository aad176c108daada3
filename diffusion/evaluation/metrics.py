"""Metrics of generated sprites: pure functions of pictures and of their features.

Shapes: N = pictures of one set, F = features (see features.py). Generated sprites are compared with real ones. A
metric between two sets of real sprites is its baseline, which evaluate.py saves too.
"""

import warnings
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from ..core import NoiseSchedule
from ..errors import UserError
from ..sprites import from_pixels

if TYPE_CHECKING:
    from torchmetrics import Metric

BUCKETS = 10  # of noise levels
NEIGHBOURS = 3  # Kynkäänniemi et al. 2019, section 3.1
# A sprite is a copy of a training sprite if their pixels differ by less than this on average, of 255. Of 2,000
# built-in validation sprites, which cannot be copies, the nearest to any of 20,000 training sprites is 11.0 away; 99 %
# are over 15 away. Of 2,000 newly drawn sprites of the training shapes, 60 % equal one, 15 % more are under 8 away.
COPY_DISTANCE = 8.0


@torch.inference_mode()
def noise_error(
    predict: Callable[[Tensor, Tensor, Tensor], Tensor],
    schedule: NoiseSchedule,
    pixels: np.ndarray,
    context: np.ndarray,
    *,
    buckets: int = BUCKETS,
    batch_size: int = 250,
    device: str = "cpu",
) -> list[float]:
    """Mean squared error of the predicted noise (Ho et al. 2020, eq. 14) in each bucket of levels, cleanest first.

    predict: (x, t / T, context) -> eps, on `device`; pixels: uint8 (N, H, W, 3), not trained on; context: (N, V).
    Returns `buckets` numbers: 0 for a perfect prediction, about 1 for a prediction of zeros. The noise and the levels
    are the same at every call.
    """
    generator = torch.Generator().manual_seed(0)
    edges = [1 + len(schedule) * i // buckets for i in range(buckets + 1)]
    errors = []
    for low, high in pairwise(edges):
        total = 0.0
        for start in range(0, len(pixels), batch_size):
            x0 = from_pixels(torch.from_numpy(pixels[start : start + batch_size]))
            labels = torch.from_numpy(context[start : start + batch_size]).float()
            eps = torch.randn(x0.shape, generator=generator)
            t = torch.randint(low, max(high, low + 1), (len(x0),), generator=generator)
            x, time = schedule.noised(x0, t, eps), t / len(schedule)
            predicted = predict(x.to(device), time.to(device), labels.to(device)).float().cpu()
            total += float((predicted - eps).square().mean()) * len(x0)
        errors.append(total / len(pixels))
    return errors


def frechet_distance(real: Tensor, generated: Tensor) -> float:
    """Fréchet distance between two Gaussians fitted to features, Heusel et al. 2017 (arXiv:1706.08500), eq. 6.

    real: (N, F), generated: (M, F). 0 for equal sets. Small sets give too large distances: compare sets of one size.
    ValueError for fewer than 2 rows, unequal F, or numbers that are not finite.
    """
    from torchmetrics.image.fid import FrechetInceptionDistance

    _check(real, generated)
    return _torchmetric(
        FrechetInceptionDistance(feature=_ReadyFeatures(real.shape[1])), real.double(), generated.double()
    )


def kernel_distance(real: Tensor, generated: Tensor, subsets: int = 20) -> float:
    """Squared maximum mean discrepancy, Bińkowski et al. 2018 (arXiv:1801.01401), eq. 4, kernel (x·y / F + 1)³.

    An unbiased estimate: for two samples of one distribution it is near 0, above or below, whatever their size.
    real: (N, F), generated: (M, F); the mean over random subsets, the same ones at every call. ValueError as above.
    """
    from torchmetrics.image.kid import KernelInceptionDistance

    _check(real, generated)
    size = min(len(real), len(generated))
    with warnings.catch_warnings(), torch.random.fork_rng():
        warnings.simplefilter("ignore", UserWarning)  # that it keeps all features in memory
        torch.manual_seed(0)
        metric = KernelInceptionDistance(feature=_ReadyFeatures(real.shape[1]), subsets=subsets, subset_size=size)
        return _torchmetric(metric, real.double(), generated.double())


class _ReadyFeatures(nn.Identity):
    """The network that torchmetrics requires; it returns its input, because the features are already computed."""

    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.num_features = num_features


def _torchmetric(metric: "Metric", real: Tensor, generated: Tensor) -> float:
    metric.update(real, real=True)
    metric.update(generated, real=False)
    value = metric.compute()
    return float(value[0] if isinstance(value, tuple) else value)


def precision_recall(real: Tensor, generated: Tensor, k: int = NEIGHBOURS) -> tuple[float, float]:
    """(precision, recall), both in [0, 1], Kynkäänniemi et al. 2019 (arXiv:1904.06991), eq. 1 and 2.

    Precision is the share of generated pictures in the real manifold, recall the share of real pictures in the
    generated one. A manifold is the union of balls around a set's members, each with the radius to its k-th neighbour.
    real: (N, F), generated: (M, F); compare sets of one size. ValueError for k or fewer rows.
    """
    _check(real, generated)
    if min(len(real), len(generated)) <= k:
        raise UserError(
            "precision and recall need more than {k} sprites of each, not {real}, {generated}",
            k=k,
            real=len(real),
            generated=len(generated),
        )
    return _manifold_share(generated, real, k), _manifold_share(real, generated, k)


def _manifold_share(pictures: Tensor, members: Tensor, k: int) -> float:
    """Share of `pictures` in the manifold of `members`, eq. 1."""
    exact = "donot_use_mm_for_euclid_dist"  # the faster mode gives equal pictures a distance above 0
    distances = torch.cdist(members, members, compute_mode=exact)
    radius = distances.kthvalue(k + 1, dim=1).values  # k + 1: the nearest member is the member itself
    near = torch.cdist(pictures, members, compute_mode=exact) <= radius
    return float(near.any(dim=1).float().mean())


def nearest(pixels: np.ndarray, training: np.ndarray, chunk: int = 500) -> tuple[np.ndarray, np.ndarray]:
    """Finds for each sprite the training sprite with the smallest squared difference.

    uint8 (M, H, W, 3), (N, H, W, 3) -> int64 (M,) its index, and float32 (M,) the mean absolute difference of the
    pixels, 0..255. ValueError for sprites of another size.
    """
    if pixels.shape[1:] != training.shape[1:]:
        raise UserError(
            "sprites of {shape} cannot be compared with training sprites {training}",
            shape=pixels.shape[1:],
            training=training.shape[1:],
        )
    references = torch.from_numpy(training).flatten(1).float() / 255
    squares = references.square().sum(1) / 2
    indices, distances = [], []
    for part in (torch.from_numpy(pixels).flatten(1).float() / 255).split(chunk):
        index = (squares - part @ references.T).argmin(1)  # |a - b|² = |a|² + 2 (|b|² / 2 - a·b)
        indices.append(index)
        distances.append(255 * (part - references[index]).abs().mean(1))
    return torch.cat(indices).numpy(), torch.cat(distances).numpy()


def mean_and_spread(values: Sequence[float]) -> dict[str, float]:
    """{"mean", "spread"} of one number a seed; the spread is the standard deviation (n - 1), 0 for a single seed."""
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return {"mean": round(float(np.mean(values)), 5), "spread": round(spread, 5)}


def _check(real: Tensor, generated: Tensor) -> None:
    for name, features in (("real", real), ("generated", generated)):
        if features.ndim != 2 or len(features) < 2 or features.shape[1] != real.shape[1]:
            raise UserError(
                "features of {name} sprites must be (2 or more, {size}), not {shape}",
                name=name,
                size=real.shape[-1],
                shape=tuple(features.shape),
            )
        if not torch.isfinite(features).all():
            raise UserError("the features of {name} sprites are not all finite", name=name)
