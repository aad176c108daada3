"""A small network that looks at sprites the way the numbers of `metrics.py` need it: 64 features of each.

Distances between sets of pictures are measured in the features of a network that knows such pictures (Heusel et al.
2017, https://arxiv.org/abs/1706.08500, use Inception v3, which has never seen a 16x16 sprite). Ours is taught from one
vector of 64 numbers to tell the kind, every shape that was used, the colours at a quarter of the size, and how much
the picture was spoilt: so the features hear of shape, colour and clean drawing.

Shapes: B = batch, F = 64 features, S = number of shapes. Pictures are float32 (B, 3, 16, 16) in [-1, 1].
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from .kinds import KINDS
from .pixelart import draw, recipe
from .pixels import from_pixels

FEATURES = 64
TASKS = ("shapes", "colours", "spoilt")  # taught besides the kind; their layers are not kept
SEED = 1  # the runs are trained on seed 0


class FeatureNet(nn.Module):
    """0.13 M parameters; 250 KB in half precision."""

    num_features = FEATURES

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.PixelUnshuffle(2),  # (B, 12, 8, 8)
            *_layer(12, 64),
            *_layer(64, 64),
            *_layer(64, 80, stride=2),  # (B, 80, 4, 4)
            nn.Conv2d(80, 24, 1),
            nn.Flatten(),  # keeps where things are
            nn.Linear(24 * 16, FEATURES, bias=False),
            nn.BatchNorm1d(FEATURES, affine=False),  # mean 0, variance 1 over training sprites: no feature shouts
        )
        self.kind = nn.Linear(FEATURES, len(KINDS))

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, 16, 16) in [-1, 1] -> features (B, F). `kind` makes (B, 5) scores of them."""
        return self.body(x)


def _layer(channels_in: int, channels: int, stride: int = 1) -> tuple[nn.Module, ...]:
    conv = nn.Conv2d(channels_in, channels, 3, stride=stride, padding=1, bias=False)
    return conv, nn.BatchNorm2d(channels), nn.SiLU()
