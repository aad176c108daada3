"""The feature network: it turns a sprite into the 64 features that `metrics.py` compares.

Distances between sets of pictures are measured in the features of a network that knows such pictures. Heusel et al.
2017, https://arxiv.org/abs/1706.08500, use Inception v3, which was never trained on 16x16 sprites. Our network is
trained to predict four things from the 64 features: the kind, the shapes in the sprite, its colours at a quarter of
the size, and how much noise, blur and tint was added. So the features describe shape, colour and clean drawing.

Shapes: B = batch, F = 64 features, S = number of shapes. Pictures are float32 (B, 3, 16, 16) in [-1, 1].
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from .. import ASSETS
from ..data import draw, make_recipe
from ..errors import UserError
from ..sprites import KINDS, SIZE, from_pixels
from ..store import write_whole

FEATURE_WEIGHTS = ASSETS / "shipped" / "features.safetensors"
FEATURES = 64
SEED = 1  # of the sprites that the network is trained on; the runs are trained on seed 0
COLOURS = 4 * 4 * 3  # the mean colour of each block of 4 x 4 pixels
FLAWS = 3  # amounts of noise, blur and tint


class FeatureNet(nn.Module):
    """0.12 M parameters; 240 KB in half precision."""

    num_features = FEATURES  # required by torchmetrics

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.PixelUnshuffle(2),  # (B, 12, 8, 8)
            *_layer(12, 64),
            *_layer(64, 64),
            *_layer(64, 80, stride=2),  # (B, 80, 4, 4)
            nn.Conv2d(80, 24, 1),
            nn.Flatten(),  # keeps the position of what is in the picture
            nn.Linear(24 * 16, FEATURES, bias=False),
            nn.BatchNorm1d(FEATURES, affine=False),  # mean 0 and variance 1: features of equal weight
        )
        self.kind = nn.Linear(FEATURES, len(KINDS))

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, 16, 16) -> features (B, F)."""
        return self.body(x)

    def kinds(self, features: Tensor) -> Tensor:
        """Predicts the kind of each sprite: (B, F) -> int64 (B,), indices into KINDS."""
        return self.kind(features).argmax(1)


def _layer(channels_in: int, channels: int, stride: int = 1) -> tuple[nn.Module, ...]:
    conv = nn.Conv2d(channels_in, channels, 3, stride=stride, padding=1, bias=False)
    return conv, nn.BatchNorm2d(channels), nn.SiLU()


@torch.inference_mode()
def features_of(network: FeatureNet, pixels: np.ndarray, batch_size: int = 500) -> Tensor:
    """Computes features in batches: uint8 (N, 16, 16, 3) -> float32 (N, F). ValueError for other shapes."""
    if pixels.ndim != 4 or pixels.shape[1:] != (SIZE, SIZE, 3):
        raise UserError("sprites must be (N, 16, 16, 3) to be measured, not {shape}", shape=tuple(pixels.shape))
    return torch.cat([network(from_pixels(part)) for part in torch.from_numpy(pixels).split(batch_size)])


@dataclass(frozen=True, eq=False)
class FeatureStep:
    """One step of `train_features`."""

    step: int  # 1..total
    total: int
    loss: float
    network: FeatureNet  # its training is complete when step == total


def train_features(
    count: int = 20_000, epochs: int = 10, batch_size: int = 200, seed: int = SEED
) -> Iterator[FeatureStep]:
    """Trains a new network on `count` built-in training sprites: a minute on one core, the same result every time.

    The network then recognises the kind of 91 % of 2,000 validation sprites, whose shapes it was not trained on.
    """
    pixels, labels = draw(count, seed)
    x0, kind = from_pixels(torch.from_numpy(pixels)), torch.from_numpy(labels.argmax(1))
    shapes = [make_recipe(seed, number).shapes for number in range(count)]
    index = {name: i for i, name in enumerate(sorted(set().union(*shapes)))}
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = FeatureNet()
        heads = nn.Linear(FEATURES, len(index) + COLOURS + FLAWS)  # for the other tasks; not saved
    has_shape = torch.zeros(count, len(index))
    for i, names in enumerate(shapes):
        has_shape[i, [index[name] for name in names]] = 1
    optimizer = torch.optim.AdamW([*network.parameters(), *heads.parameters()], lr=3e-3)
    batches = -(-count // batch_size)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=epochs * batches)
    for step in range(epochs * batches):
        if step % batches == 0:
            order = torch.randperm(count, generator=generator).split(batch_size)
        chosen = order[step % batches]
        augmented = _augment(x0[chosen], generator)
        degraded, flaws = _degrade(augmented, generator)
        features = network(degraded)
        shape, colour, flaw = heads(features).split([len(index), COLOURS, FLAWS], dim=1)
        loss = (
            F.cross_entropy(network.kind(features), kind[chosen])
            + 50 * F.binary_cross_entropy_with_logits(shape, has_shape[chosen])
            + 3 * F.mse_loss(colour, F.avg_pool2d(augmented, 4).flatten(1))
            + 3 * F.mse_loss(flaw, flaws)
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rate.step()
        if step + 1 == epochs * batches:
            network.eval().requires_grad_(False).half().float()  # as it is saved
        yield FeatureStep(step + 1, epochs * batches, loss.item(), network)


def _augment(x0: Tensor, generator: torch.Generator) -> Tensor:
    """Varies sprites within what is still a good one: moved by up to a pixel, hue and brightness changed a little.

    (B, 3, 16, 16) in [-1, 1] -> the same shape and range.
    """
    padded = F.pad(x0, (1, 1, 1, 1), value=1.0)  # white
    right, down = torch.randint(0, 3, (2, len(x0), 1), generator=generator)
    rows, columns = torch.arange(SIZE) + down, torch.arange(SIZE) + right  # (B, 16)
    moved = padded[torch.arange(len(x0))[:, None, None], :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
    tinted = moved.lerp(moved.roll(1, dims=1), 0.15 * torch.rand(len(x0), 1, 1, 1, generator=generator))
    darkness = 0.9 + 0.2 * torch.rand(len(x0), 1, 1, 1, generator=generator)
    return (1 - (1 - tinted) * darkness).clamp(-1, 1)  # white stays white


def _degrade(x0: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Adds noise, blur and tint, each to a third of the pictures.

    (B, 3, 16, 16) in [-1, 1] -> the same shape and range, and (B, 3): the amounts of noise, blur and tint in [0, 1].
    """
    amounts = torch.rand(len(x0), FLAWS, generator=generator).square()
    amounts = amounts * (torch.rand(len(x0), FLAWS, generator=generator) < 1 / 3)
    noise, blur, tint = amounts[:, :, None, None, None].unbind(1)
    x = x0.lerp(F.avg_pool2d(F.pad(x0, (1, 1, 1, 1), value=1.0), 3, stride=1), blur)
    x = x + 0.5 * noise * torch.randn(x.shape, generator=generator)
    x = x + 0.5 * tint * torch.randn(len(x), 3, 1, 1, generator=generator)
    return x.clamp(-1, 1), amounts


def accuracy(network: FeatureNet, count: int = 2000, seed: int = SEED) -> float:
    """Share of built-in validation sprites whose kind the network recognises, in [0, 1]."""
    pixels, labels = draw(count, seed, "test")
    return float((network.kinds(features_of(network, pixels)) == torch.from_numpy(labels.argmax(1))).float().mean())


def save_features(network: FeatureNet, path: Path, facts: dict[str, str]) -> None:
    """Saves the weights as safetensors in float16, with `facts` as the file's metadata. Creates the folder."""
    weights = {
        name: value.half() if value.is_floating_point() else value for name, value in network.state_dict().items()
    }
    write_whole(path, save(weights, facts))


def load_features(path: Path) -> FeatureNet:
    """Loads what `save_features` wrote, in float32 and evaluation mode. ValueError for a missing or wrong file."""
    if not path.is_file():
        raise UserError("{path} does not exist; make it with: python -m diffusion features --out {path}", path=path)
    network = FeatureNet()
    try:
        with safe_open(path, "pt") as file:
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
        network.load_state_dict(weights)
    except (SafetensorError, RuntimeError):
        raise UserError(
            "{path} is not a feature network; make it with: python -m diffusion features", path=path
        ) from None
    return network.eval().requires_grad_(False)
