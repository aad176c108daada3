"""The tutorial's network with the same parameters, so that its checkpoints load and its readers recognise it.

Only the decoder receives the context and the time, the latter as one number. Two things differ from the course's
notebooks: the shortcut of `init_conv` is a registered layer (theirs is a new random convolution in every forward
pass), and any picture size divisible by 4 works. `variant="course"` behaves as their code does.

Shapes: B = batch, V = vocabulary, H and W = picture size, F = features (64).
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..errors import UserError

VARIANTS = ("mended", "course")


class ResidualConvBlock(nn.Module):
    """Two convolutions; with `shortcut`, the input is added to the result, and the sum is divided by sqrt(2)."""

    def __init__(self, channels_in: int, channels: int, shortcut: nn.Module | None = None) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(nn.Conv2d(channels_in, channels, 3, padding=1), nn.BatchNorm2d(channels), nn.GELU())
        self.conv2 = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1), nn.BatchNorm2d(channels), nn.GELU())
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv2(self.conv1(x))
        return h if self.shortcut is None else (self.shortcut(x) + h) / 1.414


class RandomShortcut(nn.Module):
    """The course's mistake, for its checkpoints: an untrained 1x1 convolution, a new one in every forward pass.

    The weights come from a generator of the module's own, and a copy starts with a new generator, so that the same
    request gives the same pictures.
    """

    def __init__(self, channels_in: int, channels: int) -> None:
        super().__init__()
        self.channels_in, self.channels = channels_in, channels
        self.generator = torch.Generator().manual_seed(0)

    def __deepcopy__(self, memo: dict[int, Any]) -> "RandomShortcut":
        return RandomShortcut(self.channels_in, self.channels)

    def forward(self, x: Tensor) -> Tensor:
        bound = self.channels_in**-0.5  # what nn.Conv2d starts with
        weight = torch.empty(self.channels, self.channels_in, 1, 1).uniform_(-bound, bound, generator=self.generator)
        bias = torch.empty(self.channels).uniform_(-bound, bound, generator=self.generator)
        return F.conv2d(x, weight.to(x), bias.to(x))


class UnetDown(nn.Module):
    """Halves the picture: (B, in, H, W) -> (B, out, H / 2, W / 2)."""

    def __init__(self, channels_in: int, channels: int) -> None:
        super().__init__()
        self.model = nn.Sequential(
            ResidualConvBlock(channels_in, channels), ResidualConvBlock(channels, channels), nn.MaxPool2d(2)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)


class UnetUp(nn.Module):
    """Doubles the picture after concatenating the skip features: (B, in, H, W) -> (B, out, 2 H, 2 W)."""

    def __init__(self, channels_in: int, channels: int) -> None:
        super().__init__()
        self.model = nn.Sequential(
            nn.ConvTranspose2d(channels_in, channels, 2, 2),
            ResidualConvBlock(channels, channels),
            ResidualConvBlock(channels, channels),
        )

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        return self.model(torch.cat([x, skip], dim=1))


class EmbedFC(nn.Module):
    """Embeds a vector: (B, size) -> (B, channels, 1, 1)."""

    def __init__(self, size: int, channels: int) -> None:
        super().__init__()
        self.model = nn.Sequential(nn.Linear(size, channels), nn.GELU(), nn.Linear(channels, channels))

    def forward(self, vector: Tensor) -> Tensor:
        return self.model(vector)[:, :, None, None]


class ContextUnet(nn.Module):
    """The whole network: 1.48 M parameters, 0.301 GFLOP for a 16x16 sprite and step.

    names: the size of its vocabulary, 5 in the tutorial; 192 parameters more for each further one.

    Source: https://www.deeplearning.ai/short-courses/how-diffusion-models-work/. ValueError for an unknown variant.
    """

    def __init__(self, features: int = 64, names: int = 5, variant: str = "mended") -> None:
        super().__init__()
        if variant not in VARIANTS:
            raise UserError(
                "variant must be one of {variants}, not {variant!r}", variants=", ".join(VARIANTS), variant=variant
            )
        shortcut = RandomShortcut(3, features) if variant == "course" else nn.Conv2d(3, features, 1)
        self.init_conv = ResidualConvBlock(3, features, shortcut)
        self.down1 = UnetDown(features, features)
        self.down2 = UnetDown(features, 2 * features)
        self.timeembed1, self.timeembed2 = EmbedFC(1, 2 * features), EmbedFC(1, features)
        self.contextembed1, self.contextembed2 = EmbedFC(names, 2 * features), EmbedFC(names, features)
        self.up0 = nn.Sequential(
            nn.ConvTranspose2d(2 * features, 2 * features, 4, 4), nn.GroupNorm(8, 2 * features), nn.ReLU()
        )
        self.up1 = UnetUp(4 * features, features)
        self.up2 = UnetUp(2 * features, features)
        self.out = nn.Sequential(
            nn.Conv2d(2 * features, features, 3, padding=1),
            nn.GroupNorm(8, features),
            nn.ReLU(),
            nn.Conv2d(features, 3, 3, padding=1),
        )

    def forward(self, x: Tensor, time: Tensor, context: Tensor) -> Tensor:
        """x: (B, 3, H, W) in about [-1, 1]; time: (B,) t / T in [0, 1]; context: (B, V) -> predicted noise like x."""
        time, context = time[:, None].to(x.dtype), context.to(x.dtype)
        full = self.init_conv(x)  # (B, F, H, W)
        half = self.down1(full)  # (B, F, H / 2, W / 2)
        quarter = self.down2(half)  # (B, 2F, H / 4, W / 4)
        summary = F.gelu(F.avg_pool2d(quarter, 4, ceil_mode=True))  # (B, 2F, 1, 1) for 16x16
        seed = self.up0(summary)[:, :, : quarter.shape[2], : quarter.shape[3]]
        up1 = self.up1(self.contextembed1(context) * seed + self.timeembed1(time), quarter)
        up2 = self.up2(self.contextembed2(context) * up1 + self.timeembed2(time), half)
        return self.out(torch.cat([up2, full], dim=1))
