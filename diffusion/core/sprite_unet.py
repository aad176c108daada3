"""Our network: a small U-Net in which every block receives the time, and which is asked in words.

The words enter twice: as one vector, which scales and shifts the features of every block, and as two small grids of
features at a half and a quarter of the size, because a vector alone says badly where a shape is. Both are made from
one embedding, so a word costs 160 parameters. What was tried beside it is in .github/LOG.md.

Shapes: B = batch, C = channels, E = embedding, V = vocabulary, H and W = picture size, any multiple of 4.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

WORD = 160  # numbers of an embedded word


class Block(nn.Module):
    """A residual block of two convolutions; time and context scale and shift the features between them."""

    def __init__(self, channels_in: int, channels: int, embedding: int) -> None:
        super().__init__()
        self.norm1, self.conv1 = nn.BatchNorm2d(channels_in), nn.Conv2d(channels_in, channels, 3, padding=1)
        self.film = nn.Linear(embedding, 2 * channels)
        self.norm2, self.conv2 = nn.BatchNorm2d(channels), nn.Conv2d(channels, channels, 3, padding=1)
        self.skip = nn.Conv2d(channels_in, channels, 1) if channels_in != channels else nn.Identity()
        set_to_zero(self.conv2)  # each block starts as the identity

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        """(B, in, H, W), (B, E) -> (B, C, H, W). Perez et al. 2018, https://arxiv.org/abs/1709.07871, eq. 2."""
        h = self.conv1(F.silu(self.norm1(x)))
        scale, shift = self.film(embedding)[:, :, None, None].chunk(2, dim=1)
        h = self.conv2(F.silu(self.norm2(h) * (1 + scale) + shift))
        return self.skip(x) + h


class Attention(nn.Module):
    """Self-attention over all pixels, with a residual connection; used at a half and a quarter of the size."""

    def __init__(self, channels: int, heads: int = 4) -> None:
        super().__init__()
        self.heads, self.norm = heads, nn.BatchNorm2d(channels)
        self.qkv, self.out = nn.Conv2d(channels, 3 * channels, 1), nn.Conv2d(channels, channels, 1)
        set_to_zero(self.out)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C, H, W)."""
        b, c, h, w = x.shape
        q, k, v = self.qkv(self.norm(x)).view(b, 3, self.heads, c // self.heads, h * w).transpose(3, 4).unbind(1)
        # Vaswani et al. 2017, eq. 1, without the fused operator, whose backward pass for 64 pixels takes a quarter of
        # the training time on a CPU.
        values = (q @ k.transpose(2, 3) * (c // self.heads) ** -0.5).softmax(3) @ v  # (B, heads, H W, C / heads)
        return x + self.out(values.transpose(2, 3).reshape(b, c, h, w))


class Grid(nn.Module):
    """Makes features of one size from the embedded words: a few channels in every place, spread over all channels."""

    def __init__(self, word: int, size: int, depth: int, channels: int) -> None:
        super().__init__()
        self.size, self.depth = size, depth
        self.places, self.spread = nn.Linear(word, depth * size * size), nn.Conv2d(depth, channels, 1)

    def forward(self, words: Tensor, like: Tensor) -> Tensor:
        """(B, word), (B, C, H, W) -> (B, C, H, W); resized where the pictures are not 16x16."""
        grid = self.spread(self.places(words).view(-1, self.depth, self.size, self.size))
        return grid if grid.shape[2:] == like.shape[2:] else F.interpolate(grid, size=like.shape[2:], mode="nearest")


class SpriteUnet(nn.Module):
    """The whole network; 1.43 M parameters with the default width, and 160 for each name of its vocabulary.

    names: the size of the vocabulary. variant: "first" is the network of earlier versions, for their checkpoints: 104
    channels below the full size, and the words as a vector only.
    """

    def __init__(self, width: int = 64, embedding: int = 128, names: int = 5, variant: str = "mended") -> None:
        super().__init__()
        is_first = variant == "first"
        deep = width * 13 // 64 * 8 if is_first else width * 3 // 2  # channels at a half and a quarter of the size
        self.time = nn.Sequential(nn.Linear(64, embedding), nn.SiLU(), nn.Linear(embedding, embedding))
        if is_first:
            self.words: nn.Module = nn.Identity()
            self.grid8 = self.grid4 = None
            self.context = nn.Linear(names, embedding)
        else:
            self.words = words = nn.Linear(names, WORD, bias=False)
            if not words.weight.is_meta:  # where PyTorch imports its compiler for it, which takes a second
                nn.init.normal_(words.weight, std=0.3)
            self.context = nn.Linear(WORD, embedding)
            self.grid8, self.grid4 = Grid(WORD, 8, 4, width), Grid(WORD, 4, 8, deep)
        self.first = nn.Conv2d(3, width, 3, padding=1)
        self.down16 = Block(width, width, embedding)
        self.to8 = nn.Conv2d(width, width, 3, stride=2, padding=1)
        self.down8, self.look8 = Block(width, deep, embedding), Attention(deep)
        self.to4 = nn.AvgPool2d(2)
        self.middle1, self.look4 = Block(deep, deep, embedding), Attention(deep)
        self.middle2 = Block(deep, deep, embedding)
        self.up8, self.look8_up = Block(2 * deep, deep, embedding), Attention(deep)
        self.narrow = nn.Conv2d(deep, width, 1)
        self.up16a, self.up16b = Block(2 * width, width, embedding), Block(width, width, embedding)
        self.norm, self.last = nn.BatchNorm2d(width), nn.Conv2d(width, 3, 3, padding=1)
        set_to_zero(self.last)

    def forward(self, x: Tensor, time: Tensor, context: Tensor) -> Tensor:
        """x: (B, 3, H, W) in about [-1, 1]; time: (B,) t / T in [0, 1]; context: (B, V) -> predicted noise like x."""
        words = self.words(context.to(x.dtype))
        e = F.silu(self.time(sinusoids(time).to(x.dtype)) + self.context(words))  # (B, E)
        h16 = self.down16(self.first(x), e)  # the names have the size of 16x16 pictures
        h8 = self.to8(h16)
        h8 = h8 + self.grid8(words, h8) if self.grid8 else h8
        h8 = self.look8(self.down8(h8, e))
        h4 = self.to4(h8)
        h4 = h4 + self.grid4(words, h4) if self.grid4 else h4
        h4 = self.middle2(self.look4(self.middle1(h4, e)), e)
        u8 = self.look8_up(self.up8(torch.cat([double(h4), h8], dim=1), e))
        u16 = self.up16b(self.up16a(torch.cat([double(self.narrow(u8)), h16], dim=1), e), e)
        return self.last(F.silu(self.norm(u16)))


def sinusoids(time: Tensor, size: int = 64) -> Tensor:
    """Embeds time as sines and cosines, Vaswani et al. 2017, section 3.5, of 1000 t.

    time: (B,) in [0, 1] -> float32 (B, size).
    """
    frequencies = torch.exp(-math.log(10_000) * torch.arange(size // 2, device=time.device) / (size // 2))
    angles = 1000 * time.float()[:, None] * frequencies
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def set_to_zero(layer: nn.Module) -> None:
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)


def double(x: Tensor) -> Tensor:
    """(B, C, H, W) -> (B, C, 2 H, 2 W): repeats each pixel."""
    return F.interpolate(x, scale_factor=2.0, mode="nearest")
