"""The one place where pictures change between uint8 RGB and the engine's float32 in [-1, 1]."""

import numpy as np
import torch
from torch import Tensor


def from_pixels(pixels: Tensor) -> Tensor:
    """uint8 (B, H, W, 3) -> float32 (B, 3, H, W) in [-1, 1], channels last in memory."""
    return pixels.permute(0, 3, 1, 2).to(torch.float32) / 127.5 - 1


def to_pixels(x: Tensor) -> np.ndarray:
    """float (B, 3, H, W) -> uint8 (B, H, W, 3): round(127.5 (clamp(x) + 1)), the inverse of `from_pixels`.

    Never stretched to its own minimum and maximum: white stays white from frame to frame.
    """
    scaled = (x.detach().float().clamp(-1, 1) + 1) * 127.5
    return scaled.round().to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu().numpy()
