"""The feature network: it turns a sprite into the 64 features that `metrics.py` compares, and says what it shows.

Distances between sets of pictures are measured in the features of a network that knows such pictures. Heusel et al.
2017, https://arxiv.org/abs/1706.08500, use Inception v3, which was never trained on 16x16 sprites. Ours is trained by
feature_training.py: from the 64 features to predict the kind, the shapes in the sprite, its colours at a quarter of
the size, and how much noise, blur and tint was added. So the features describe shape, colour and clean drawing.

It is a tagger too: from the wider embedding that the features are made of it says for every word of the built-in
vocabulary whether the sprite shows it.

Shapes: B = batch, F = 64 features, E = 224 numbers of the embedding, V = words of the vocabulary. Pictures are float32
(B, 3, 16, 16) in [-1, 1].
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.nn import functional as F

from .. import ASSETS
from ..core import COLOUR, KIND, SHAPE
from ..data import builtin_vocabulary
from ..errors import UserError
from ..sprites import KINDS, SIZE, from_pixels
from ..store import write_whole

FEATURE_WEIGHTS = ASSETS / "shipped" / "features.safetensors"
FEATURES = 64
MAX_SHOWN = {KIND: 1, SHAPE: 8, COLOUR: 14}  # words of a sprite; of 6,000 built-in ones none had more than 7 and 13
EMBEDDING = 224


class FeatureNet(nn.Module):
    """0.69 M parameters; 1.4 MB in half precision."""

    thresholds: Tensor

    def __init__(self) -> None:
        super().__init__()
        words = len(builtin_vocabulary())
        self.body = nn.Sequential(
            *_layer(3, 48),
            *_layer(48, 48),
            *_layer(48, 64, stride=2),  # (B, 64, 8, 8)
            *_layer(64, 96),
            *_layer(96, 96),
            *_layer(96, 128, stride=2),  # (B, 128, 4, 4)
        )
        self.embedding = nn.Sequential(
            nn.Conv2d(128, EMBEDDING, 1, bias=False),
            nn.Conv2d(EMBEDDING, EMBEDDING, 4, groups=EMBEDDING, bias=False),  # each channel weighs the places
            nn.Flatten(),
            nn.BatchNorm1d(EMBEDDING),
            nn.SiLU(),
        )
        self.features = nn.Sequential(
            nn.Linear(EMBEDDING, FEATURES, bias=False),
            nn.BatchNorm1d(FEATURES, affine=False),  # mean 0 and variance 1: features of equal weight
        )
        self.kind = nn.Linear(FEATURES, len(KINDS))
        self.words = nn.Linear(EMBEDDING, words)
        colours = len(dict(builtin_vocabulary().groups)[COLOUR])
        self.colours = nn.Sequential(  # which material has a colour is seen at its place
            nn.Conv2d(128, 48, 1, bias=False),
            nn.BatchNorm2d(48),
            nn.SiLU(),
            nn.Flatten(),
            nn.Linear(48 * 16, colours, bias=False),
        )
        self.register_buffer("thresholds", torch.zeros(words))  # of the logits

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, 16, 16) -> features (B, F)."""
        return self.features(self.embedding(self.body(x)))

    def kinds(self, features: Tensor) -> Tensor:
        """Predicts the kind of each sprite: (B, F) -> int64 (B,), indices into KINDS."""
        return self.kind(features).argmax(1)

    def score_words(self, x: Tensor) -> Tensor:
        """(B, 3, 16, 16) -> (B, V): above 0 where it sees the word."""
        spatial = self.body(x)
        return self.word_logits(spatial, self.embedding(spatial)) - self.thresholds

    def word_logits(self, spatial: Tensor, embedded: Tensor) -> Tensor:
        """(B, 128, 4, 4), (B, E) -> (B, V). The colours are the last words of the vocabulary."""
        colours = self.colours(spatial)
        return self.words(embedded) + F.pad(colours, (len(self.thresholds) - colours.shape[1], 0))


def _layer(channels_in: int, channels: int, stride: int = 1) -> tuple[nn.Module, ...]:
    conv = nn.Conv2d(channels_in, channels, 3, stride=stride, padding=1, bias=False)
    return conv, nn.BatchNorm2d(channels), nn.SiLU()


def features_of(network: FeatureNet, pixels: np.ndarray) -> Tensor:
    """Computes features in batches: uint8 (N, 16, 16, 3) -> float32 (N, F). ValueError for other shapes."""
    return _in_batches(network, pixels)


def tag(network: FeatureNet, pixels: np.ndarray) -> np.ndarray:
    """Which words of the built-in vocabulary each sprite shows: uint8 (N, 16, 16, 3) -> bool (N, V).

    Of each group it names no more than MAX_SHOWN, the surest ones: what is no sprite may look like everything.
    ValueError for other shapes.
    """
    return _in_batches(lambda x: _surest(network.score_words(x)), pixels).numpy()


def _surest(scores: Tensor) -> Tensor:
    """Scores (B, V) -> bool (B, V)."""
    groups = builtin_vocabulary().groups
    parts = scores.split([len(names) for _, names in groups], dim=1)
    lowest = [part.topk(MAX_SHOWN[group]).values[:, -1:] for (group, _), part in zip(groups, parts, strict=True)]
    return torch.cat([(part > 0) & (part >= low) for part, low in zip(parts, lowest, strict=True)], dim=1)


@torch.inference_mode()
def _in_batches(function: Callable[[Tensor], Tensor], pixels: np.ndarray, batch_size: int = 500) -> Tensor:
    if pixels.ndim != 4 or pixels.shape[1:] != (SIZE, SIZE, 3):
        raise UserError("sprites must be (N, 16, 16, 3) to be measured, not {shape}", shape=tuple(pixels.shape))
    return torch.cat([function(from_pixels(part)) for part in torch.from_numpy(pixels).split(batch_size)])


def save_features(network: FeatureNet, path: Path, facts: dict[str, str]) -> None:
    """Saves the weights as safetensors in float16, with `facts` as the file's metadata. Creates the folder."""
    weights = {
        name: value.half() if value.is_floating_point() else value for name, value in network.state_dict().items()
    }
    write_whole(path, save(weights, facts | {"words": _digest_of_words()}))


def load_features(path: Path) -> FeatureNet:
    """Loads what `save_features` wrote, in float32 and evaluation mode.

    ValueError for a missing or wrong file, and for one that was trained on another vocabulary.
    """
    if not path.is_file():
        raise UserError("{path} does not exist; make it with: python -m diffusion features --out {path}", path=path)
    network = FeatureNet()
    try:
        with safe_open(path, "pt") as file:
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
            words = (file.metadata() or {}).get("words")
        network.load_state_dict(weights)
        if words != _digest_of_words():
            raise RuntimeError
    except (SafetensorError, RuntimeError):
        raise UserError(
            "{path} is not a feature network; make it with: python -m diffusion features", path=path
        ) from None
    return network.eval().requires_grad_(False)


def _digest_of_words() -> str:
    return hashlib.sha256("\n".join(builtin_vocabulary().names).encode()).hexdigest()
