import copy

import pytest
import torch
from torch import nn

from diffusion.core.context_unet import ContextUnet, EmbedFC
from diffusion.core.sprite_unet import SpriteUnet
from diffusion.core.vocabulary import Vocabulary
from diffusion.engine import fused_networks as inference
from diffusion.engine.device import Device
from diffusion.engine.fused_networks import FusedConvolution, first_if_equal, fuse_network, has_fused_convolution
from diffusion.store.checkpoint import RunConfig

NETWORKS = {
    "context-unet": lambda: ContextUnet(16),
    "context-unet of the course": lambda: ContextUnet(16, variant="course"),
    "sprite-unet": lambda: SpriteUnet(16),
    "sprite-unet as shipped": SpriteUnet,
}
FP32, BF16 = Device("cpu", torch.float32), Device("cpu", torch.bfloat16)
CLOSE = {torch.float32: 1e-5, torch.bfloat16: 0.02}  # of the answer's size


def trained(name):
    """With values in every layer and in every BatchNorm's memory, as after training."""
    torch.manual_seed(0)
    network = NETWORKS[name]().eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -0.3, 0.3)
            nn.init.uniform_(module.running_var, 0.5, 2)
        if isinstance(module, nn.BatchNorm2d | nn.GroupNorm):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.3, 0.3)
        elif isinstance(module, nn.Conv2d) and not module.weight.any():  # our network starts as the identity
            nn.init.normal_(module.weight, std=0.1)
            nn.init.normal_(module.bias, std=0.1)
    return network


@torch.inference_mode()
def answer(network, x, time, context, dtype=torch.float32):
    return network(x.to(dtype, memory_format=torch.channels_last), time, context).float()


def apart(found, expected):
    """Root mean square of the difference, as a share of the answer's."""
    assert found.shape == expected.shape
    return float((found - expected).square().mean().sqrt() / expected.square().mean().sqrt())


def asked(count, size=(16, 16)):
    """Every sprite with its own level and kind."""
    stream = torch.Generator().manual_seed(count)
    return (
        torch.randn(count, 3, *size, generator=stream),
        torch.rand(count, generator=stream),
        torch.rand(count, 5, generator=stream),
    )


@pytest.mark.parametrize("fused", [True, False], ids=["oneDNN", "any device"])
@pytest.mark.parametrize("device", [FP32, BF16], ids=["float32", "bfloat16"])
@pytest.mark.parametrize("name", NETWORKS)
def test_the_same_answers_as_the_network(name, device, fused, monkeypatch):
    """For any batch and any picture size; levels and kinds mixed within it."""
    if not fused:
        monkeypatch.setattr(inference, "has_fused_convolution", lambda dtype: False)
    elif not has_fused_convolution(device.dtype):
        pytest.skip("PyTorch was built without oneDNN for this CPU")
    network = trained(name)
    for count, size in ((1, (16, 16)), (2, (8, 8)), (3, (20, 12)), (33, (16, 16)), (64, (16, 16))):
        question = asked(count, size)
        expected = answer(copy.deepcopy(network), *question)
        found = answer(fuse_network(network, device), *question, device.dtype)
        assert apart(found, expected) < CLOSE[device.dtype], f"{count} pictures of {size}"


@pytest.mark.parametrize("name", NETWORKS)
def test_one_row_of_time_and_kinds_stands_for_all(name):
    network = trained(name)
    x, time, context = asked(5)
    whole = answer(fuse_network(network, FP32), x, time[:1].repeat(5), context[:1].repeat(5, 1))
    short = answer(fuse_network(network, FP32), x, time[:1], context[:1])
    assert apart(short, whole) < 1e-5
    mixed = answer(fuse_network(network, FP32), x, time[:1], context)
    assert apart(mixed, answer(fuse_network(network, FP32), x, time[:1].repeat(5), context)) < 1e-5


def test_rows_are_one_only_if_alike():
    rows = torch.eye(3)
    assert first_if_equal(rows) is rows
    assert first_if_equal(rows[[1, 1]]).tolist() == [[0, 1, 0]]


def test_every_convolution_is_reordered_and_only_norms_before_an_activation_are_left():
    if not has_fused_convolution(torch.float32):
        pytest.skip("PyTorch was built without oneDNN for this CPU")
    for name, norms in (("context-unet", 0), ("sprite-unet", 8)):
        ready = fuse_network(trained(name), FP32)
        answer(ready, *asked(1))
        assert sum(isinstance(module, nn.BatchNorm2d) for module in ready.modules()) == norms
        convolutions = [module for module in ready.modules() if isinstance(module, FusedConvolution)]
        assert len(convolutions) > 10 and all(module.reordered is not None for module in convolutions)
        plain = sum(isinstance(module, nn.Conv2d | nn.ConvTranspose2d) for module in ready.modules())
        assert plain <= len(convolutions), "a convolution was left as it was"


@pytest.mark.parametrize("name", NETWORKS)
def test_the_network_stays_as_it_was_and_no_random_numbers_are_drawn(name):
    """Sprites are sampled between the epochs of a training run, whose chance must not depend on that."""
    network = trained(name)
    before, chance = copy.deepcopy(network.state_dict()), torch.get_rng_state()
    ready = fuse_network(network, BF16)
    answer(ready, *asked(2), torch.bfloat16)
    assert torch.equal(torch.get_rng_state(), chance)
    torch.testing.assert_close(network.state_dict(), before, atol=0, rtol=0)
    assert {parameter.dtype for parameter in network.parameters()} == {torch.float32}


def test_weights_are_laid_out_for_the_size_of_what_comes(monkeypatch):
    """For another size oneDNN takes a layout that is up to fifteen times as slow, with 96 channels for example."""
    if not has_fused_convolution(torch.bfloat16):
        pytest.skip("this CPU's library fuses no convolution in bfloat16")
    sizes, reorder = [], torch.ops.mkldnn._reorder_convolution_weight

    def spy(weight, *rest):
        sizes.append(tuple(rest[-1]))
        return reorder(weight, *rest)

    monkeypatch.setattr(torch.ops.mkldnn, "_reorder_convolution_weight", spy)
    fused = fuse_network(trained("sprite-unet"), BF16)
    for count in (2, 5):
        answer(fused, *asked(count), torch.bfloat16)
    convolutions = [module for module in fused.modules() if isinstance(module, FusedConvolution)]
    assert len(sizes) == len(convolutions), "each is laid out once"
    assert {size[2:] for size in sizes} == {(16, 16), (8, 8), (4, 4)}


def test_a_wrong_or_absent_library_is_not_used(monkeypatch):
    has_fused_convolution.cache_clear()
    monkeypatch.setattr(FusedConvolution, "_reordered_for", lambda self, x: self.missing)
    assert not has_fused_convolution(torch.float32)
    has_fused_convolution.cache_clear()
    monkeypatch.undo()
    right = FusedConvolution._reordered_for

    def doubled(self, x):
        self.conv.weight.mul_(2)
        return right(self, x)

    monkeypatch.setattr(FusedConvolution, "_reordered_for", doubled)
    assert not has_fused_convolution(torch.float32)
    has_fused_convolution.cache_clear()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("name", NETWORKS)
def test_the_same_answers_on_a_gpu(name):
    network, question = trained(name), asked(8)
    with torch.inference_mode():
        found = fuse_network(network, Device("cuda", torch.float32))(*(tensor.cuda() for tensor in question)).cpu()
    assert apart(found, answer(copy.deepcopy(network), *question)) < 1e-3  # TF32 is allowed in convolutions


def test_a_run_of_another_width_is_prepared_too():
    network = RunConfig(width=24).build().eval()
    nn.init.normal_(network.last.weight, std=0.1)
    assert apart(answer(fuse_network(network, FP32), *asked(2)), answer(network, *asked(2))) < 1e-5


@pytest.mark.parametrize("device", [FP32, BF16], ids=["float32", "bfloat16"])
@pytest.mark.parametrize("network", ["sprite-unet", "context-unet"])
def test_every_sprite_of_a_batch_is_asked_for_words_of_its_own(network, device):
    """A vocabulary of 40 names, whose small grids are resized for pictures of other sizes."""
    torch.manual_seed(0)
    vocabulary = Vocabulary((("any", tuple(f"word {number}" for number in range(40))),))
    network = RunConfig(network=network, width=16, vocabulary=vocabulary).build().eval()
    for module in network.modules():
        if isinstance(module, nn.Conv2d) and not module.weight.any():
            nn.init.normal_(module.weight, std=0.1)
        if isinstance(module, EmbedFC) and module.model[0].in_features == 40:
            nn.init.normal_(module.model[0].weight, std=5)
    for size in ((16, 16), (8, 8), (24, 16)):
        x, time, _ = asked(6, size)
        context = (torch.rand(6, 40, generator=torch.Generator().manual_seed(1)) > 0.8).float()
        expected = answer(copy.deepcopy(network), x, time, context)
        found = answer(fuse_network(network, device), x, time, context, device.dtype)
        assert apart(found, expected) < CLOSE[device.dtype], size
        other = answer(copy.deepcopy(network), x, time, context.roll(1, 0))
        assert apart(other, expected) > 3 * CLOSE[torch.float32], "the words count"
