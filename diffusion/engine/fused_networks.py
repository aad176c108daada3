"""The networks made ready for sampling: the same answers from fewer and larger operations.

Each BatchNorm is folded into the convolution beside it, activations and sums are done by the convolution itself where
the CPU's library (oneDNN) can, its weights are laid out once as that library wants them, and the time and the context
are embedded once for a whole batch where they are the same for all of it.

One evaluation of 32 sprites in bfloat16 on two cores of an AMD EPYC: the tutorial's network is 2.3 times as fast as in
the course's float32 loop, ours 2.0 to 2.2 times; as PyTorch runs them it is 1.8 and 1.9 times. What gained nothing
(torch.compile, OpenVINO and others) is in .github/LOG.md.
"""

from copy import deepcopy
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ..core import Attention, Block, ResidualConvBlock
from .device import Device

ACTIVATIONS = {"none": nn.Identity(), "gelu": nn.GELU(), "swish": nn.SiLU()}  # by oneDNN's names


@torch.no_grad()
def fuse_network(network: nn.Module, device: Device) -> nn.Module:
    """A copy for sampling only, on the device and in its precision, with the same call signature.

    Time and context may have one row for the whole batch: (1,) and (1, 5).
    """
    ready = _fuse_module(deepcopy(network).eval().float()).to(
        device.name, device.dtype, memory_format=torch.channels_last
    )  # type: ignore[call-overload]
    if device.name == "cpu" and has_fused_convolution(device.dtype):
        for module in ready.modules():
            if isinstance(module, FusedConvolution):
                module.pack()
    return ready


def first_if_equal(rows: Tensor) -> Tensor:
    """The first row in place of all, where all are the same: what is made of it is then made once for the batch."""
    return rows[:1] if (rows == rows[:1]).all() else rows


class FusedConvolution(nn.Module):
    """activation(conv(x)), or conv(x) + plus; the BatchNorm after it folded in."""

    def __init__(self, conv: nn.Conv2d, norm: nn.BatchNorm2d | None = None, activation: str = "none") -> None:
        super().__init__()
        self.conv = fuse_conv_bn_eval(conv, norm) if norm else conv
        self.activation = activation
        self.packed: Tensor | None = None

    def pack(self) -> None:
        """Give the weights to oneDNN, through the operators that torch.compile uses too; no compiler is needed."""
        conv = self.conv
        self.geometry = (conv.padding, conv.stride, conv.dilation, conv.groups)
        self.packed = torch.ops.mkldnn._reorder_convolution_weight(conv.weight, *self.geometry)
        conv.register_parameter("weight", None)

    def forward(self, x: Tensor, plus: Tensor | None = None) -> Tensor:
        if self.packed is None:
            y = ACTIVATIONS[self.activation](self.conv(x))
            return y if plus is None else y + plus
        convolve = torch.ops.mkldnn._convolution_pointwise
        if plus is None:
            return convolve(x, self.packed, self.conv.bias, *self.geometry, self.activation, [], "none")
        return convolve.binary(x, plus, self.packed, self.conv.bias, *self.geometry, "add", 1.0, None, [], None)


@cache
@torch.no_grad()
def has_fused_convolution(dtype: torch.dtype) -> bool:
    """Whether oneDNN is there on this CPU, and right: found out by one small convolution."""
    x = torch.linspace(-1, 1, 16 * 64).reshape(1, 16, 8, 8)
    plain = FusedConvolution(_empty_convolution(16, 16, 3), activation="gelu")
    weight, bias = torch.linspace(-0.1, 0.1, 16 * 16 * 9).view(16, 16, 3, 3), torch.linspace(-1, 1, 16)
    plain.conv.load_state_dict({"weight": weight, "bias": bias})
    quick = deepcopy(plain).to(dtype)
    try:
        quick.pack()
        found = quick(x.to(dtype))
    except (AttributeError, RuntimeError):
        return False
    return torch.allclose(found.float(), plain(x), atol=0.02, rtol=0.02)


def _empty_convolution(channels_in: int, channels: int, size: int) -> nn.Conv2d:
    """A convolution to be filled; it draws no random numbers, of which a training run beside it would miss some."""
    return nn.utils.skip_init(nn.Conv2d, channels_in, channels, size, padding=size // 2)


class FusedTransposedConvolution(nn.Module):
    """A transposed convolution whose stride is its size, as one matrix product: (B, in, H, W) -> (B, out, kH, kW)."""

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
    """On planes of contiguous numbers: twice as fast as the operator is on channels_last."""

    def __init__(self, norm: nn.GroupNorm) -> None:
        super().__init__()
        self.norm = norm

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(x.contiguous()).contiguous(memory_format=torch.channels_last)


class FusedBlock(nn.Module):
    """sprite_unet.Block."""

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
    """sprite_unet.Attention. On a CPU, scaled_dot_product_attention takes longer for these 64 pixels."""

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
        seen = (q @ k.transpose(2, 3)).softmax(3) @ v
        return self.out(seen.transpose(1, 2).reshape(b, h, w, c).permute(0, 3, 1, 2), plus=x)


def _fuse_module(module: nn.Module) -> nn.Module:
    """The module, or what stands in for it; what it holds is used up."""
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
