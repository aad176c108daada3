"""What every operation of assets/js/engine/graph.js means, in PyTorch, and small graphs that use each of them."""

import numpy as np
import torch
import torch.nn.functional as F

ACTIVATIONS = {"none": lambda x: x, "silu": F.silu, "gelu": F.gelu, "relu": F.relu}


class Graph:
    """Builds a graph with random weights; `tensors[0]` is its input, the last one its output."""

    def __init__(self, channels, side, features=0, seed=0):
        self.generator = np.random.default_rng(seed)
        self.tensors = [{"channels": channels, "side": side}]
        self.ops, self.grids, self.features = [], [], features

    def random(self, *shape, scale=1.0):
        return (scale * self.generator.standard_normal(shape)).astype(np.float32)

    def add(self, kind, channels, side, **op):
        self.tensors.append({"channels": -(-channels // 4) * 4, "side": side})
        self.ops.append({"kind": kind, "out": len(self.tensors) - 1, **op})
        self.last = channels
        return self

    def conv(self, inputs, cout, k=3, stride=1, spread=1, act="none", gain=1, pre=None, skip=None, grid=False, **more):
        inputs = [{"from": tensor, "up": up} for tensor, up in inputs]
        cin = sum(self.tensors[one["from"]]["channels"] for one in inputs)
        side = self.tensors[inputs[0]["from"]]["side"] * inputs[0]["up"] * spread // stride
        rows = cout * spread**2
        op = {"inputs": inputs, "cin": cin, "cout": rows, "k": k, "stride": stride, "spread": spread, **more}
        op |= {"weight": self.random(rows, cin, k, k, scale=(cin * k * k) ** -0.5), "bias": self.random(rows)}
        if pre:
            op["pre"] = {"scale": self.random(cin), "shift": self.random(cin), "act": pre}
        if skip:
            through = [{"from": tensor, "up": up} for tensor, up in skip["inputs"]]
            width = sum(self.tensors[one["from"]]["channels"] for one in through)
            op["skip"] = {"inputs": through, "cin": width}
            if skip.get("is_conv"):
                op["skip"] |= {"weight": self.random(cout, width, 1, 1, scale=width**-0.5), "bias": self.random(cout)}
        if grid:
            op["grid"] = len(self.grids)
            self.grids.append({"channels": cout, "side": side})
        return self.add("conv", cout, side, act=act, gain=gain, **op)

    def to_json(self):
        plain = {"tensors": self.tensors, "ops": self.ops, "input": 0, "output": len(self.tensors) - 1, "names": 1}
        colours = [self.tensors[0]["channels"], self.last]
        return plain | {"features": self.features, "gridShapes": self.grids, "colours": colours}


def affine(x, rows, start):
    channels = x.shape[1]
    scale, shift = rows[:, start : start + 2 * channels].chunk(2, dim=1)
    return x * scale[:, :, None, None] + shift[:, :, None, None]


def run(graph, x, rows, grids):
    """x: (B, C, side, side); rows: (B, features); grids: each (B, C, side, side) -> the output."""
    made = {0: x}

    def gather(inputs):
        return torch.cat(
            [made[one["from"]].repeat_interleave(one["up"], 2).repeat_interleave(one["up"], 3) for one in inputs], 1
        )

    def tensor(array):
        return torch.from_numpy(array)

    for op in graph.ops:
        kind, film, act = op["kind"], op.get("film"), ACTIVATIONS[op.get("act", "none")]
        if kind == "conv":
            a = gather(op["inputs"])
            if pre := op.get("pre"):
                a = ACTIVATIONS[pre["act"]](
                    a * tensor(pre["scale"])[:, None, None] + tensor(pre["shift"])[:, None, None]
                )
            y = F.conv2d(a, tensor(op["weight"]), tensor(op["bias"]), op["stride"], op["k"] // 2)
            if (s := op["spread"]) > 1:
                b, c, h, w = y.shape
                y = y.view(b, s, s, c // s**2, h, w).permute(0, 3, 4, 1, 5, 2).reshape(b, c // s**2, h * s, w * s)
            if film is not None and not op.get("filmLast"):
                y = affine(y, rows, film)
            y = act(y)
            if film is not None and op.get("filmLast"):
                y = affine(y, rows, film)
            y = y * op["gain"]
            if skip := op.get("skip"):
                through = gather(skip["inputs"])
                y = y + (
                    F.conv2d(through, tensor(skip["weight"]), tensor(skip["bias"])) if "weight" in skip else through
                )
        elif kind == "attention":
            b, _, side, _ = made[op["from"]].shape
            q, k, v = made[op["from"]].view(b, 3, op["heads"], op["dim"], side**2).transpose(3, 4).unbind(1)
            y = ((q @ k.transpose(2, 3)).softmax(3) @ v).transpose(2, 3).reshape(b, -1, side, side)
        elif kind == "pool":
            y = act((F.max_pool2d if op["mode"] == "max" else F.avg_pool2d)(made[op["from"]], op["size"]))
        else:
            y = act(F.group_norm(made[op["from"]], op["groups"], tensor(op["scale"]), tensor(op["shift"])))
            y = y if film is None else affine(y, rows, film)
        made[op["out"]] = y + grids[op["grid"]] if "grid" in op else y
    return made[graph.ops[-1]["out"]]


def graphs():
    """A name for each operation in each form that the networks use, and a graph of it."""
    pooled = Graph(16, 8).add("pool", 16, 4, **{"from": 0}, size=2, mode="mean", act="none")
    normed = {"groups": 8, "act": "relu"}
    small, large = Graph(32, 4, 64), Graph(64, 16)
    return {
        "norm, 3x3, FiLM": Graph(16, 8, 128).conv([(0, 1)], 40, pre="silu", film=16, act="silu"),
        "3x3 at half the size, grid": Graph(16, 16).conv([(0, 1)], 16, stride=2, grid=True),
        "3x3 of 4x4 pictures, shortcut": Graph(16, 4).conv([(0, 1)], 16, skip={"inputs": [(0, 1)]}),
        "3x3, GELU, 1x1 shortcut": Graph(16, 16).conv(
            [(0, 1)], 32, act="gelu", gain=0.5, skip={"inputs": [(0, 1)], "is_conv": True}
        ),
        "two inputs, one enlarged": pooled.conv(
            [(1, 2), (0, 1)], 32, skip={"inputs": [(1, 2), (0, 1)], "is_conv": True}
        ),
        "3x3 to three colours": Graph(16, 16).conv([(0, 1)], 3),
        "1x1": Graph(24, 8).conv([(0, 1)], 32, k=1),
        "transposed 2x2": Graph(16, 4).conv([(0, 1)], 16, k=1, spread=2),
        "transposed 4x4 of one pixel": Graph(16, 1).conv([(0, 1)], 16, k=1, spread=4),
        "FiLM after GELU": Graph(16, 8, 64).conv([(0, 1)], 16, act="gelu", film=32, filmLast=True),
        "attention of 64": Graph(3 * 32, 8).add("attention", 32, 8, **{"from": 0}, heads=4, dim=8),
        "attention of 16": Graph(3 * 96, 4).add("attention", 96, 4, **{"from": 0}, heads=4, dim=24),
        "largest of 2x2": Graph(16, 8).add("pool", 16, 4, **{"from": 0}, size=2, mode="max", act="none"),
        "mean of 4x4, GELU": Graph(16, 4).add("pool", 16, 1, **{"from": 0}, size=4, mode="mean", act="gelu"),
        "group norm": large.add(
            "groupnorm", 64, 16, **{"from": 0}, scale=large.random(64), shift=large.random(64), **normed
        ),
        "group norm, FiLM": small.add(
            "groupnorm", 32, 4, **{"from": 0}, scale=small.random(32), shift=small.random(32), film=0, **normed
        ),
    }
