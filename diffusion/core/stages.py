"""The stages of a network and the shapes between them, traced in one forward pass, so that it can be drawn."""

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from .context_unet import ResidualConvBlock, UnetDown, UnetUp
from .sprite_unet import Attention, Block, Grid

Shape = tuple[int, int, int]  # channels, height, width


@dataclass(frozen=True)
class Stage:
    """One part of a network that features go through."""

    name: str  # of the module; "pooled" is no module
    kind: str  # convolution, block, attention, halve, down, pool, grow, up
    takes: Shape  # of the features that enter, those of `joins` among them
    gives: Shape
    joins: str = ""  # the earlier stage whose features enter too, beside those of the stage before
    time: bool = False  # whether the time embedding enters
    context: bool = False  # whether the context embedding enters, or a grid made from it


@dataclass(frozen=True)
class NetworkShapes:
    """stages: in the order of the computation. time, context: the sizes (in, out) of the embeddings' layers."""

    stages: tuple[Stage, ...]
    time: tuple[tuple[int, int], ...]
    context: tuple[tuple[int, int], ...]
    parameters: int


@torch.no_grad()
def trace_shapes(network: nn.Module, names: int, size: int = 16) -> NetworkShapes:
    """Runs one picture of size x size through the network, whose weights may be anything; no other thread may use it.

    names: the size of its vocabulary.
    """
    ran: list[tuple[str, nn.Module, tuple[Tensor, ...], Tensor]] = []

    def record(name: str) -> Any:
        return lambda module, inputs, output: ran.append((name, module, inputs, output))

    hooks = [child.register_forward_hook(record(name)) for name, child in network.named_children()]
    try:
        like = next(network.parameters())
        network(like.new_zeros(1, 3, size, size), like.new_zeros(1), like.new_zeros(1, names))
    finally:
        for hook in hooks:
            hook.remove()
    stages: list[Stage] = []
    embeddings: dict[str, list[tuple[int, int]]] = {"time": [], "context": []}
    for name, module, inputs, y in ran:
        x = inputs[0]
        if isinstance(module, Grid):
            stages[-1] = replace(stages[-1], context=True)
        elif x.ndim == 2:
            what = "time" if name.startswith("time") else "context"
            if not isinstance(module, nn.Identity):
                embeddings[what].append((x.shape[1], y.shape[1]))
        elif not isinstance(module, nn.BatchNorm2d):
            stages += _stages_of(name, module, _shape(*inputs), _shape(y), stages)
    count = sum(parameter.numel() for parameter in network.parameters())
    return NetworkShapes(tuple(stages), tuple(embeddings["time"]), tuple(embeddings["context"]), count)


def _shape(*tensors: Tensor) -> Shape:
    """Of features that are joined; embeddings, which are vectors, do not count."""
    features = [tensor for tensor in tensors if tensor.ndim == 4]
    return sum(one.shape[1] for one in features), features[0].shape[2], features[0].shape[3]


def _stages_of(name: str, module: nn.Module, takes: Shape, gives: Shape, before: list[Stage]) -> list[Stage]:
    """The stage of a module, behind the pooling where the network pools without one."""
    is_asked = isinstance(module, Block | UnetUp)
    stage = Stage(name, _kind(module), takes, gives, time=is_asked, context=is_asked)
    if not before:
        return [stage]
    last = before[-1]
    if takes[0] > last.gives[0]:
        wanted = (takes[0] - last.gives[0], *takes[1:])
        joins = next(one.name for one in reversed(before[:-1]) if one.gives == wanted)
        return [replace(stage, joins=joins)]
    if takes[1] < last.gives[1]:
        return [Stage("pooled", "pool", last.gives, takes), stage]
    return [stage]


KINDS: dict[type[nn.Module], str] = {
    **{Block: "block", ResidualConvBlock: "block", Attention: "attention"},
    **{UnetDown: "down", UnetUp: "up", nn.AvgPool2d: "halve"},
}


def _kind(module: nn.Module) -> str:
    if isinstance(module, nn.Sequential):
        return "grow" if isinstance(module[0], nn.ConvTranspose2d) else "convolution"
    if isinstance(module, nn.Conv2d):
        return "halve" if module.stride[0] == 2 else "convolution"
    return KINDS[type(module)]
