"""How good generated sprites are, in numbers: pure functions of pictures and of their features.

Shapes: N = pictures of one set, F = features (see features.py). Sets are compared with real sprites; what the same
number is between two sets of real sprites is its floor (or its ceiling), and evaluate.py stores that too.
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
# A sprite is a copy of a training sprite where their pixels differ by less than this on average, of 255. Of 2,000
# held-out built-in sprites, which cannot be copies, the nearest to any of the 20,000 is 11.0 away and 99 % are more
# than 15 away; of 2,000 fresh sprites made of the training shapes 60 % are equal to one and 15 % more below 8.
COPY = 8.0


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
    """Mean squared error of the predicted noise (Ho et al. 2020, eq. 14) for each tenth of the levels, cleanest first.

    predict: (x, t / T, context) -> eps, on `device`; pixels: uint8 (N, H, W, 3), never trained on; context: (N, 5).
    Noise and levels are the same at every call. 0 is perfect; 1 is what an answer of all zeros would get.
    """
    chance = torch.Generator().manual_seed(0)
    edges = [1 + len(schedule) * i // buckets for i in range(buckets + 1)]
    errors = []
    for low, high in pairwise(edges):
        total = 0.0
        for start in range(0, len(pixels), batch_size):
            x0 = from_pixels(torch.from_numpy(pixels[start : start + batch_size]))
            labels = torch.from_numpy(context[start : start + batch_size])
            eps = torch.randn(x0.shape, generator=chance)
            t = torch.randint(low, max(high, low + 1), (len(x0),), generator=chance)
            x, time = schedule.noised(x0, t, eps), t / len(schedule)
            seen = predict(x.to(device), time.to(device), labels.to(device)).float().cpu()
            total += float((seen - eps).square().mean()) * len(x0)
        errors.append(total / len(pixels))
    return errors


def frechet_distance(real: Tensor, generated: Tensor) -> float:
    """Between two Gaussians fitted to features, Heusel et al. 2017 (arXiv:1706.08500), eq. 6; 0 for equal sets.

    real: (N, F), generated: (M, F). Small sets measure too far: compare sets of one size.
    """
    from torchmetrics.image.fid import FrechetInceptionDistance

    _check(real, generated)
    return _torchmetric(FrechetInceptionDistance(feature=_Given(real.shape[1])), real.double(), generated.double())


def kernel_distance(real: Tensor, generated: Tensor, subsets: int = 20) -> float:
    """Squared maximum mean discrepancy, Bińkowski et al. 2018 (arXiv:1801.01401), eq. 4, kernel (x·y / F + 1)³.

    Without bias: about 0, also below it, for two samples of one distribution, however small they are.
    real: (N, F), generated: (M, F); a mean over random subsets, always the same ones.
    """
    from torchmetrics.image.kid import KernelInceptionDistance

    _check(real, generated)
    size = min(len(real), len(generated))
    with warnings.catch_warnings(), torch.random.fork_rng():
        warnings.simplefilter("ignore", UserWarning)  # that it keeps all features in memory
        torch.manual_seed(0)
        metric = KernelInceptionDistance(feature=_Given(real.shape[1]), subsets=subsets, subset_size=size)
        return _torchmetric(metric, real.double(), generated.double())


class _Given(nn.Identity):
    """torchmetrics asks for a network; the features are there already."""

    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.num_features = num_features


def _torchmetric(metric: "Metric", real: Tensor, generated: Tensor) -> float:
    metric.update(real, real=True)
    metric.update(generated, real=False)
    found = metric.compute()
    return float(found[0] if isinstance(found, tuple) else found)


def precision_recall(real: Tensor, generated: Tensor, k: int = NEIGHBOURS) -> tuple[float, float]:
    """Shares of the generated that could be real, and of the real that could be generated, both 0..1.

    Kynkäänniemi et al. 2019 (arXiv:1904.06991), eq. 1 and 2: a picture could be of a set if it lies within some
    member's distance to its k-th nearest neighbour. real: (N, F), generated: (M, F); compare sets of one size.
    """
    _check(real, generated)
    if min(len(real), len(generated)) <= k:
        raise UserError(
            "precision and recall need more than {k} sprites of each, not {count}, {count2}",
            k=k,
            count=len(real),
            count2=len(generated),
        )
    return _inside(generated, real, k), _inside(real, generated, k)


def _inside(pictures: Tensor, members: Tensor, k: int) -> float:
    """Eq. 1: the share of `pictures` in the balls around `members`."""
    exact = "donot_use_mm_for_euclid_dist"  # the fast way is off by enough to part equal pictures
    radius = (
        torch.cdist(members, members, compute_mode=exact).kthvalue(k + 1, dim=1).values
    )  # its own nearest is itself
    near = torch.cdist(pictures, members, compute_mode=exact) <= radius
    return float(near.any(dim=1).float().mean())


def nearest(pixels: np.ndarray, training: np.ndarray, chunk: int = 500) -> tuple[np.ndarray, np.ndarray]:
    """Of each sprite the training sprite with the least squared difference: its index, and how far it is.

    uint8 (M, H, W, 3), (N, H, W, 3) -> int64 (M,) and float32 (M,) mean absolute difference of the pixels, 0..255.
    """
    if pixels.shape[1:] != training.shape[1:]:
        raise UserError(
            "sprites of {shape} cannot be compared with training sprites {shape2}",
            shape=pixels.shape[1:],
            shape2=training.shape[1:],
        )
    theirs = torch.from_numpy(training).flatten(1).float() / 255
    squares = theirs.square().sum(1) / 2
    indices, distances = [], []
    for part in (torch.from_numpy(pixels).flatten(1).float() / 255).split(chunk):
        index = (squares - part @ theirs.T).argmin(1)  # |a - b|² = |a|² + 2 (|b|² / 2 - a·b)
        indices.append(index)
        distances.append(255 * (part - theirs[index]).abs().mean(1))
    return torch.cat(indices).numpy(), torch.cat(distances).numpy()


def mean_and_spread(values: Sequence[float]) -> dict[str, float]:
    """The mean over seeds, and their standard deviation (n - 1); the spread of one seed is unknown: 0."""
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return {"mean": round(float(np.mean(values)), 5), "spread": round(spread, 5)}


def _check(real: Tensor, generated: Tensor) -> None:
    for name, features in (("real", real), ("generated", generated)):
        if features.ndim != 2 or len(features) < 2 or features.shape[1] != real.shape[1]:
            shape = tuple(features.shape)
            raise UserError(
                "features of {name} sprites must be (2 or more, {shape}), not {shape2}",
                name=name,
                shape=real.shape[-1],
                shape2=shape,
            )
        if not torch.isfinite(features).all():
            raise UserError("the features of {name} sprites are not all finite", name=name)
