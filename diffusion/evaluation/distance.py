"""The Fréchet distance of one epoch drawn with other settings, measured as `evaluate` measures it."""

from typing import Any

import numpy as np

from ..engine import Device, find_device
from ..store import RunFolder
from .drawings import EvalConfig, plan_batches, plan_group
from .evaluate import load_training_data
from .features import FEATURE_WEIGHTS, load_features
from .groups import QualityMetrics, SpriteGroup


def measure_distance(
    run: RunFolder, epoch: int, how: EvalConfig, device: Device | None = None, **settings: Any
) -> dict[str, float]:
    """{"mean": …, "spread": …} over the seeds, from the same noise as `evaluate` and `samplers`.

    settings: of Request, beside DDPM in `how.steps`. ValueError where the run's sprites are not to be had.
    """
    training, _ = load_training_data(run)
    metrics = QualityMetrics(load_features(FEATURE_WEIGHTS), training, how.sprites_per_seed)
    checkpoint, device = run.load(epoch), device or find_device()
    batches = plan_batches(training, how.sprites_per_seed)
    groups = []
    for seed in range(how.seeds):
        group = plan_group(
            "frechet", checkpoint.config, batches, seed, **{"sampler": "ddpm", "steps": how.steps, **settings}
        )
        groups.append(SpriteGroup(np.concatenate([*group.batches(checkpoint, None, device)]), group.kinds))
    return metrics.distance(groups)
