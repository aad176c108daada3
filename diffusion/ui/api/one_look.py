"""What a network makes of one noisy sprite at once."""

import numpy as np
import torch
from torch import Tensor

from ...core import Noise
from ...engine import Request, context_of, predict_noise
from ...refs import EpochRef
from ...sprites import from_pixels, sheet, to_pixels
from ...store import Checkpoint
from .lookup import describe_asked
from .schemas import Prediction


def look_once(
    ref: EpochRef, checkpoint: Checkpoint, pixels: np.ndarray, level: int, seed: int, prompt: str
) -> tuple[np.ndarray, Prediction]:
    """A sprite, uint8 (16, 16, 3), at a level: the sheet of five pictures, and the facts.

    prompt: what the network is asked for meanwhile. UserError where the run does not know it.
    """
    schedule, request = checkpoint.config.noise_schedule(), Request(count=1, prompt=prompt)
    noise = Noise(seed, 1).draw()
    clean = from_pixels(torch.from_numpy(pixels[None].copy()))
    x = schedule.noised(clean, level, noise)
    [predicted] = predict_noise([checkpoint], x, level, [context_of(checkpoint.config, request)])
    guess = schedule.clean(x, level, predicted)
    panels = {
        "clean": clean,
        "noisy": x,
        "noise": noise / 3,  # three standard deviations fit into [-1, 1]
        "predicted noise": predicted / 3,
        "predicted sprite": guess,
    }
    asked = describe_asked(checkpoint.config, request)
    facts: Prediction = {
        "run": ref.run,
        "epoch": ref.epoch,
        "level": level,
        "signal": round(float(schedule.alpha_bar[level].sqrt()), 4),
        "noise_error": root_mean_square(predicted, noise),
        "sprite_error": root_mean_square(guess.clamp(-1, 1), clean),
        "panels": list(panels),
        "words": asked["words"],
        "choices": asked["choices"],
    }
    return sheet(to_pixels(torch.cat(list(panels.values()))), len(panels), gap=1), facts


def root_mean_square(one: Tensor, other: Tensor) -> float:
    """Of the difference."""
    return round(float((one - other).square().mean().sqrt()), 4)
