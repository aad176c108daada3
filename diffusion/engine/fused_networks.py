"""Fuses the networks for sampling: the same predictions from fewer and larger operations.

Each BatchNorm is folded into the convolution beside it. Where the CPU's library (oneDNN) can, the convolution also
computes activations and sums, and its weights are stored once in that library's layout. Time and context are embedded
once for a whole batch where all rows are equal.

32 sprites in 500 steps of DDPM, in bfloat16 on two cores of an AMD EPYC (`bench`): the tutorial's network is 2.1 times
as fast as in the course's float32 loop, ours 2.3 times. What gained nothing (torch.compile, OpenVINO and others) is in
.github/LOG.md.
"""

from copy import deepcopy
from functools import cache
from threading import Lock

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ..core import Attention, Block, ResidualConvBlock
from .device import Device

_reordering = Lock()
ACTIVATIONS = {"none": nn.Identity(), "gelu": nn.GELU(), "swish": nn.SiLU()}  # oneDNN's names


@torch.no_grad()
def fuse_network(network: nn.Module, device: Device) -> nn.Module:
    """A copy of the network for sampling only, on the device and in its precision, with the same call signature.

    The copy also takes time and context as one row for the whole batch: (1,) and (1, 5).
    """
    fused = _fuse_module(deepcopy(network).eval().float()).to(
        device.name, device.dtype, memory_format=torch.channels_last
    )  # type: ignore[call-overload]
    if device.name == "cpu" and has_fused_convolution(device.dtype):
        for module in fused.modules():
            if isinstance(module, FusedConvolution):
                module.uses_library = True
    return fused


def first_if_equal(rows: Tensor) -> Tensor:
    """(B, ...) -> (1, ...) where all rows are equal, so that their embedding is computed once; else the rows."""
    return rows[:1] if (rows == rows[:1]).all() else rows


class FusedConvolution(nn.Module):
    """activation(conv(x)), or conv(x) + plus; a BatchNorm that follows the convolution is folded into it.

    uses_library: oneDNN computes it, with operators that torch.compile uses too; needs no compiler.
    """

    def __init__(self, conv: nn.Conv2d, norm: nn.BatchNorm2d | None = None, activation: str = "none") -> None:
        super().__init__()
        self.conv = fuse_conv_bn_eval(conv, norm) if norm else conv
        self.activation, self.uses_library = activation, False
        self.geometry = (conv.padding, conv.stride, conv.dilation, conv.groups)
        self.reordered: Tensor | None = None

    def forward(self, x: Tensor, plus: Tensor | None = None) -> Tensor:
        if not self.uses_library:
            y = ACTIVATIONS[self.activation](self.conv(x))
            return y if plus is None else y + plus
        weight, convolve = self._reordered_for(x), torch.ops.mkldnn._convolution_pointwise
        if plus is None:
            return convolve(x, weight, self.conv.bias, *self.geometry, self.activation, [], "none")
        return convolve.binary(x, plus, weight, self.conv.bias, *self.geometry, "add", 1.0, None, [], None)

    def _reordered_for(self, x: Tensor) -> Tensor:
        """The weights in oneDNN's layout for features of the size of the first that come.

        With a layout for another size it may be 15 times as slow: 96 channels of 4 x 4 are. The batch does not matter.
        """
        if self.reordered is None:
            with _reordering:  # threads may come at once, and the plain weights are given up
                if self.reordered is None:
                    reorder = torch.ops.mkldnn._reorder_convolution_weight
                    self.reordered = reorder(self.conv.weight, *self.geometry, x.shape)
                    self.conv.register_parameter("weight", None)
        return self.reordered


@cache
@torch.no_grad()
def has_fused_convolution(dtype: torch.dtype) -> bool:
    """Whether oneDNN's fused convolution exists on this CPU and gives correct results; runs one small convolution."""
    x = torch.linspace(-1, 1, 16 * 64).reshape(1, 16, 8, 8)
    plain = FusedConvolution(_empty_convolution(16, 16, 3), activation="gelu")
    weight, bias = torch.linspace(-0.1, 0.1, 16 * 16 * 9).view(16, 16, 3, 3), torch.linspace(-1, 1, 16)
    plain.conv.load_state_dict({"weight": weight, "bias": bias})
    quick = deepcopy(plain).to(dtype)
    try:
        quick.uses_library = True
        result = quick(x.to(dtype))
    except (AttributeError, RuntimeError):
        return False
    return torch.allclose(result.float(), plain(x), atol=0.02, rtol=0.02)


def _empty_convolution(channels_in: int, channels: int, size: int) -> nn.Conv2d:
    """A convolution without values; it draws no random numbers, which would change a training run in this process."""
    return nn.utils.skip_init(nn.Conv2d, channels_in, channels, size, padding=size // 2)


class FusedTransposedConvolution(nn.Module):
    """A transposed convolution of size and stride k as one matrix product: (B, in, H, W) -> (B, out, k H, k W)."""

    def __init__(self, conv: nn.ConvTranspose2d) -> None:
        super().__init__()
        self.size = conv.stride[0]
        assert conv.kernel_size == conv.stride == (self.size, self.size) and conv.bias is not None
        product = _empty_convolution(conv.in_channels, self.size**2 * conv.out_channels, 1)
        weight, bias = conv.weight.permute(2, 3, 1, 0).reshape(product.weight.shape), conv.bias.repeat(self.size**2)
        product.load_state_dict({"weight": weight, "bias": bias})
        self.product = FusedConvolution(product)

    def forward(self, x: Tensor) -> Tensor:
        b, _, h, w = x.shape
        y = self.product(x).permute(0, 2, 3, 1).reshape(b, h, w, self.size, self.size, -1)
        return y.transpose(2, 3).reshape(b, self.size * h, self.size * w, -1).permute(0, 3, 1, 2)


class PlanarGroupNorm(nn.Module):
    """GroupNorm on the contiguous memory format: twice as fast as on channels_last."""

    def __init__(self, norm: nn.GroupNorm) -> None:
        super().__init__()
        self.norm = norm

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(x.contiguous()).contiguous(memory_format=torch.channels_last)


class FusedBlock(nn.Module):
    """A fused sprite_unet.Block."""

    def __init__(self, block: Block) -> None:
        super().__init__()
        self.norm1, self.conv1 = block.norm1, FusedConvolution(block.conv1, block.norm2)
        self.film = block.film
        self.film.bias[: block.conv1.out_channels] += 1  # 1 + scale
        self.conv2 = FusedConvolution(block.conv2)
        self.skip = _fuse_module(block.skip)

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x), inplace=True))
        scale, shift = self.film(embedding)[:, :, None, None].chunk(2, dim=1)
        return self.conv2(F.silu(torch.addcmul(shift, h, scale), inplace=True), plus=self.skip(x))


class FusedAttention(nn.Module):
    """A fused sprite_unet.Attention; the norm and the factor of the queries are folded into `qkv`."""

    def __init__(self, attention: Attention) -> None:
        super().__init__()
        qkv, norm, self.heads = attention.qkv, attention.norm, attention.heads
        assert qkv.bias is not None and norm.running_mean is not None and norm.running_var is not None
        gain = norm.weight * (norm.running_var + norm.eps).rsqrt()
        qkv.bias += qkv.weight[:, :, 0, 0] @ (norm.bias - norm.running_mean * gain)
        qkv.weight *= gain[:, None, None]
        queries = qkv.in_channels
        for tensor in (qkv.weight, qkv.bias):
            tensor[:queries] *= (queries // self.heads) ** -0.5
        self.qkv, self.out = FusedConvolution(qkv), FusedConvolution(attention.out)

    def forward(self, x: Tensor) -> Tensor:
        b, c, h, w = x.shape
        parts = self.qkv(x).permute(0, 2, 3, 1).reshape(b, h * w, 3, self.heads, c // self.heads)
        q, k, v = parts.permute(2, 0, 3, 1, 4).contiguous().unbind(0)  # (B, heads, H W, C / heads)
        values = (q @ k.transpose(2, 3)).softmax(3) @ v
        return self.out(values.transpose(1, 2).reshape(b, h, w, c).permute(0, 3, 1, 2), plus=x)


def _fuse_module(module: nn.Module) -> nn.Module:
    """The module with all its parts fused, or its replacement. Changes the module: pass a copy."""
    match module:
        case nn.Conv2d():
            return FusedConvolution(module)
        case nn.ConvTranspose2d():
            return FusedTransposedConvolution(module)
        case nn.GroupNorm():
            return PlanarGroupNorm(module)
        case Block():
            return FusedBlock(module)
        case Attention():
            return FusedAttention(module)
        case ResidualConvBlock():
            for name in ("conv1", "conv2"):
                conv, norm, _ = getattr(module, name)
                setattr(module, name, FusedConvolution(conv, norm, "gelu"))
    for name, child in module.named_children():
        if not isinstance(child, FusedConvolution):
            setattr(module, name, _fuse_module(child))
    return module
