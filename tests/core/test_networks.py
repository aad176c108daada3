import copy
import subprocess
import sys

import pytest
import torch
from support.app import ROOT
from torch import nn

from diffusion.core.context_unet import ContextUnet
from diffusion.core.sprite_unet import Attention, SpriteUnet, sinusoids

NETWORKS = {"context-unet": ContextUnet, "sprite-unet": SpriteUnet}


def parameters(network):
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("size", [(16, 16), (8, 8), (20, 12), (32, 32)])
def test_any_size_divisible_by_four(name, size):
    network = NETWORKS[name](16).eval()
    assert network(torch.randn(2, 3, *size), torch.rand(2), torch.zeros(2, 5)).shape == (2, 3, *size)


def test_ours_is_no_larger_than_allowed_and_the_tutorial_s_is_the_tutorial_s():
    assert parameters(SpriteUnet()) <= 1_600_000
    course = parameters(ContextUnet(variant="course"))
    assert parameters(ContextUnet()) - course == 3 * 64 + 64, "only the registered shortcut is added"


def woken(network):
    """Layers that start at zero hide what a network is wired to: give every parameter a value."""
    torch.manual_seed(0)
    for parameter in network.parameters():
        nn.init.normal_(parameter, std=0.2)
    return network.eval()


@pytest.mark.parametrize("name", NETWORKS)
def test_time_and_context_reach_the_output_and_pictures_do_not_mix(name):
    network = woken(NETWORKS[name](16))
    x, time, context = torch.randn(2, 3, 16, 16), torch.tensor([0.2, 0.8]), torch.eye(5)[:2]
    base = network(x, time, context)
    assert not torch.allclose(base, network(x, time + 0.1, context), atol=1e-6, rtol=0)
    assert not torch.allclose(base, network(x, time, context.flip(0)), atol=1e-6, rtol=0)
    alone = network(x[:1], time[:1], context[:1])
    torch.testing.assert_close(alone, base[:1], atol=1e-4, rtol=1e-4)


def test_every_block_of_ours_hears_of_the_time():
    network = SpriteUnet(16)
    films = [module.film for module in network.modules() if hasattr(module, "film")]
    convolutions = [module for module in network.modules() if isinstance(module, nn.Conv2d)]
    assert len(films) == 7 < len(convolutions)
    with torch.no_grad():
        for parameter in network.parameters():
            nn.init.normal_(parameter, std=0.2)
    out = network.eval()(torch.randn(1, 3, 16, 16), torch.tensor([0.5]), torch.zeros(1, 5))
    gradients = torch.autograd.grad(out.sum(), [film.weight for film in films])
    assert all(gradient.abs().sum() > 0 for gradient in gradients)


def test_two_passes_agree_except_in_the_course_s_variant():
    """Its residual block makes a new random convolution in every forward pass, and never trains it."""
    x, time, context = torch.randn(1, 3, 16, 16), torch.rand(1), torch.zeros(1, 5)
    mended, course = ContextUnet(16).eval(), ContextUnet(16, variant="course").eval()
    assert torch.equal(mended(x, time, context), mended(x, time, context))
    first, second = course(x, time, context), course(x, time, context)
    assert not torch.equal(first, second)
    again = copy.deepcopy(course)
    assert torch.equal(first, again(x, time, context)), "a copy starts its chance afresh"


def test_attention_is_the_fused_operator_s():
    attention = woken(Attention(16, heads=4))
    x = torch.randn(2, 16, 4, 4)
    q, k, v = attention.qkv(attention.norm(x)).view(2, 3, 4, 4, 16).transpose(3, 4).unbind(1)
    fused = nn.functional.scaled_dot_product_attention(q, k, v).transpose(2, 3).reshape(2, 16, 4, 4)
    torch.testing.assert_close(attention(x), x + attention.out(fused), atol=1e-5, rtol=1e-5)


def test_sinusoids_tell_neighbouring_levels_apart():
    codes = sinusoids(torch.arange(501) / 500)
    assert codes.shape == (501, 64)
    nearest = torch.cdist(codes, codes).fill_diagonal_(9).min()
    assert nearest > 0.5


def test_an_unknown_variant_is_answered_with_those_there_are():
    with pytest.raises(ValueError, match="mended, course, not 'mine'"):
        ContextUnet(variant="mine")


@pytest.mark.parametrize("name", ["sprite-unet", "context-unet"])
def test_a_network_without_values_is_made_without_a_compiler(name):
    """Its parameters are counted when the app starts; PyTorch's compiler takes a second and 60 MB."""
    code = (
        "import sys, torch\n"
        "from diffusion.store import RunConfig\n"
        "from diffusion.data import builtin_vocabulary\n"
        f"with torch.device('meta'): RunConfig(network={name!r}, vocabulary=builtin_vocabulary()).build()\n"
        "sys.exit('torch._dynamo' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
