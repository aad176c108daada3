"""The shapes that the page draws of a network are those that flow through it."""

from copy import deepcopy
from itertools import pairwise

import pytest
import torch

from diffusion.core import trace_shapes
from diffusion.store import RunConfig

CONFIGS = [
    RunConfig(),
    RunConfig(width=16),
    RunConfig(variant="first"),
    RunConfig(network="context-unet"),
    RunConfig(network="context-unet", variant="course", schedule="course"),
]
NAMES = len(RunConfig().vocabulary)


def ask(network, time, context, x):
    """What enters and leaves each part of the network, by its name."""
    network, seen = deepcopy(network), {}  # a copy of the course's variant draws the same weights again

    def look(name):
        return lambda module, inputs, output: seen.update({name: (inputs, output)})

    for name, child in network.named_children():
        child.register_forward_hook(look(name))
    with torch.no_grad():
        network(x, torch.tensor([time]), context)
    return seen


@pytest.fixture(params=CONFIGS, ids=lambda config: f"{config.network}-{config.variant}-{config.width}")
def network(request):
    torch.manual_seed(0)
    network = request.param.build().eval()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.05)  # no layer starts at zero
    return network


def features(inputs):
    return torch.cat([one for one in inputs if one.ndim == 4], dim=1)


def test_shapes_are_those_that_hooks_see(network):
    seen = ask(network, 0.5, torch.zeros(1, NAMES), torch.randn(1, 3, 16, 16))
    shapes = trace_shapes(network, NAMES)
    parts = [stage for stage in shapes.stages if stage.name != "pooled"]
    assert [stage.name for stage in parts] == [
        name for name, (inputs, _) in seen.items() if inputs[0].ndim == 4 and name != "norm"
    ]
    for stage in parts:
        inputs, output = seen[stage.name]
        assert stage.takes == tuple(features(inputs).shape[1:]) and stage.gives == tuple(output.shape[1:]), stage
    assert shapes.stages[0].takes == shapes.stages[-1].gives == (3, 16, 16)
    assert shapes.parameters == sum(parameter.numel() for parameter in network.parameters())
    vectors = {name: seen[name] for name in seen if seen[name][0][0].ndim == 2 and not name.startswith("grid")}
    sizes = [(inputs[0].shape[1], y.shape[1]) for inputs, y in vectors.values() if inputs[0] is not y]
    assert sorted(shapes.time + shapes.context) == sorted(sizes)


def test_details_come_from_the_part_that_is_named(network):
    seen = ask(network, 0.5, torch.zeros(1, NAMES), torch.randn(1, 3, 16, 16))
    stages = trace_shapes(network, NAMES).stages
    joined = [stage for stage in stages if stage.joins]
    assert len(joined) == (2 if any("look8" in stage.name for stage in stages) else 3)
    for stage in joined:
        source = seen[stage.joins][1]
        assert torch.equal(features(seen[stage.name][0])[:, -source.shape[1] :], source)
    for before, stage in pairwise(stages):
        if not stage.joins:
            assert stage.takes[0] == before.gives[0], "features came from nowhere"


@pytest.mark.parametrize("what", ["time", "context"])
def test_embeddings_enter_where_they_are_drawn(network, what):
    """Other words, or another time, change what flows from the first part that is told on, and nothing before."""
    x = torch.randn(1, 3, 16, 16)
    one = ask(network, 0.5, torch.zeros(1, NAMES), x)
    other = ask(network, *((0.9, torch.zeros(1, NAMES)) if what == "time" else (0.5, torch.ones(1, NAMES))), x)
    stages = [stage for stage in trace_shapes(network, NAMES).stages if stage.name != "pooled"]
    told = [stage.name for stage in stages if getattr(stage, what)]
    changed = [stage.name for stage in stages if not torch.equal(one[stage.name][1], other[stage.name][1])]
    assert told and changed == [stage.name for stage in stages][-len(changed) :] and changed[0] == told[0]
    for stage in stages:
        vectors = [(a, b) for a, b in zip(one[stage.name][0], other[stage.name][0], strict=True) if a.ndim == 2]
        if vectors:
            assert stage.name in told and not torch.equal(*vectors[0])


def test_tracing_leaves_no_hook_behind(network):
    trace_shapes(network, NAMES)
    assert not any(child._forward_hooks for child in network.children())
