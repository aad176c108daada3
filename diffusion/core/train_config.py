"""The settings of a training run."""

import math
from dataclasses import dataclass

import torch

from .settings import Choice, Number, check_settings, declare


def linear_decay(progress: float) -> float:
    """The tutorial's learning rate: linear from 1 to 0. progress: share of the steps done, in [0, 1]."""
    return 1 - progress


def warmup_cosine(progress: float, warm_up: float = 0.02) -> float:
    """Linear warm-up in the first 2 % of the steps, then half a cosine to 0 (Loshchilov & Hutter 2017,
    arXiv:1608.03983, eq. 5)."""
    if progress < warm_up:
        return progress / warm_up
    return (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up))) / 2


OPTIMIZERS = {"linear": (torch.optim.Adam, linear_decay), "cosine": (torch.optim.AdamW, warmup_cosine)}


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    epochs: int = declare(
        32, Number(low=1, whole=True, help="passes over the sprites; the built-in ones are new in each")
    )
    batch_size: int = declare(
        100,
        Number(
            low=1,
            whole=True,
            step=8,
            slider_low=8,
            slider_high=512,
            is_offered=True,
            help="over all processes together",
        ),
    )
    lr: float = declare(
        2e-3, Number(low=0, high=1, without=0, name="learning rate", is_offered=True, help="the highest learning rate")
    )
    optimizer: str = declare(
        "cosine",
        Choice(
            options=OPTIMIZERS,
            flags=("--optimizer", "--recipe"),  # the cards of earlier runs print --recipe
            help="linear: Adam, the rate decays linearly; cosine: AdamW, the rate follows a cosine",
        ),
    )
    drop_label: float = declare(
        0.2, Number(low=0, high=1, help="share of the sprites trained without any word, for guidance and free drawing")
    )
    drop_words: float = declare(
        0.5, Number(low=0, high=1, help="share of the others trained with only some of their words, for short prompts")
    )
    weighting: str = declare(
        "min-snr",
        Choice(
            options=("min-snr", "none"),
            help="min-snr: errors at the least noisy levels count less, so that the others are learned sooner",
        ),
    )
    ema: float = declare(
        0.995, Number(low=0, high=1, without=1, help="what the averaged weights keep at each step, once warmed up")
    )
    seed: int = declare(
        0, Number(low=0, high=2**32 - 1, whole=True, is_offered=True, help="of the weights, the batches and the noise")
    )

    def __post_init__(self) -> None:
        check_settings(self)
