"""Trains the feature network on freshly drawn built-in sprites, and says how well it then sees."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..core import COLOUR, KIND, SHAPE
from ..data import builtin_vocabulary, draw_balanced, draw_builtin
from ..refs import Builtin
from ..sprites import from_pixels
from .features import FEATURES, FeatureNet, features_of, tag

SEED = 1  # of the sprites that the network is trained on; the runs are trained on seed 0
CHECK_EPOCH = 1_000_000  # of the sprites that set the thresholds; the next one's are for the shares
COLOURS = 4 * 4 * 3  # the mean colour of each block of 4 x 4 pixels
FLAWS = 3  # amounts of noise, blur and tint
READABLE = 0.2  # the largest flaw at which the words still count
RATE = 2e-3  # of learning


@dataclass(frozen=True, eq=False)
class FeatureStep:
    """One step of `train_features`."""

    step: int  # 1..total
    total: int
    loss: float
    network: FeatureNet  # its training is complete when step == total


def train_features(
    count: int = 20_000, epochs: int = 24, batch_size: int = 100, seed: int = SEED
) -> Iterator[FeatureStep]:
    """Trains a new network on `count` new built-in sprites in each epoch; the same result every time on one thread.

    It computes in bfloat16: about ten minutes on one core with the defaults.
    """
    generator = torch.Generator().manual_seed(seed)
    shapes, shape_count = _columns(SHAPE), len(dict(builtin_vocabulary().groups)[SHAPE])
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = FeatureNet()
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        heads = nn.Linear(FEATURES, shape_count + COLOURS + FLAWS)  # for the other tasks; not saved
    optimizer = torch.optim.AdamW([*network.parameters(), *heads.parameters()], lr=RATE, fused=True)
    batches = -(-count // batch_size)
    total = epochs * batches
    rate = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=total, pct_start=0.1)
    for step in range(total):
        if step % batches == 0:
            x0, words = _draw(count, seed, step // batches)
            order = torch.randperm(count, generator=generator).split(batch_size)
        chosen = order[step % batches]
        clean, shown = from_pixels(x0[chosen]), words[chosen].float()
        degraded, flaws = _degrade(clean, generator)
        is_readable = (flaws.amax(1) < READABLE).float()
        with torch.autocast("cpu", torch.bfloat16):
            spatial = network.body(degraded.contiguous(memory_format=torch.channels_last))
            embedded = network.embedding(spatial)
            features = network.features(embedded)
            kinds, seen, others = network.kind(features), network.word_logits(spatial, embedded), heads(features)
        shape, colour, flaw = others.float().split([shape_count, COLOURS, FLAWS], dim=1)
        by_word = F.binary_cross_entropy_with_logits(seen.float(), shown, reduction="none").sum(1)
        loss = (
            0.5 * (by_word * is_readable).mean()
            + F.cross_entropy(kinds.float(), shown[:, _columns(KIND)].argmax(1))
            + 50 * F.binary_cross_entropy_with_logits(shape, shown[:, shapes])
            + 3 * F.mse_loss(colour, F.avg_pool2d(clean, 4).flatten(1))
            + 3 * F.mse_loss(flaw, flaws)
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rate.step()
        if step + 1 == total:
            network.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
            network.eval().requires_grad_(False).half().float()  # as it is saved
            network.thresholds.copy_(_find_thresholds(network, *_draw(2 * count, seed, CHECK_EPOCH)).half())
        yield FeatureStep(step + 1, total, loss.item(), network)


def _columns(group: str) -> slice:
    """Where the names of a group stand in the built-in vocabulary."""
    ends = np.cumsum([0, *(len(names) for _, names in builtin_vocabulary().groups)]).tolist()
    place = [name for name, _ in builtin_vocabulary().groups].index(group)
    return slice(ends[place], ends[place + 1])


def _draw(count: int, seed: int, epoch: int) -> tuple[Tensor, Tensor]:
    """New sprites, uint8 (count, 16, 16, 3), and the words that they show (count, V)."""
    sprites = draw_balanced(count, seed, epoch)
    return torch.from_numpy(sprites.pixels), torch.from_numpy(sprites.labels)


def _degrade(x0: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Adds noise, blur and tint, each to a fifth of the pictures.

    (B, 3, 16, 16) in [-1, 1] -> the same shape and range, and (B, 3): the amounts of noise, blur and tint in [0, 1].
    """
    amounts = torch.rand(len(x0), FLAWS, generator=generator).square()
    amounts = amounts * (torch.rand(len(x0), FLAWS, generator=generator) < 1 / 5)
    noise, blur, tint = amounts[:, :, None, None, None].unbind(1)
    x = x0.lerp(F.avg_pool2d(F.pad(x0, (1, 1, 1, 1), value=1.0), 3, stride=1), blur)
    x = x + 0.5 * noise * torch.randn(x.shape, generator=generator)
    x = x + 0.5 * tint * torch.randn(len(x), 3, 1, 1, generator=generator)
    return x.clamp(-1, 1), amounts


@torch.inference_mode()
def _find_thresholds(network: FeatureNet, pixels: Tensor, words: Tensor) -> Tensor:
    """(V,) for each word the logit at which as many sprites are taken to show it as do: precision equals recall."""
    logits = torch.cat([network.score_words(from_pixels(part)) for part in pixels.split(500)])
    thresholds = torch.zeros(logits.shape[1])
    for word, number in enumerate(words.sum(0, dtype=torch.int64).tolist()):
        if 0 < number < len(logits):
            thresholds[word] = logits[:, word].topk(number + 1).values[-2:].mean()
    return thresholds


@dataclass(frozen=True)
class TaggerRates:
    """How well a feature network sees what new sprites show, each in [0, 1]."""

    kinds: float  # share of the sprites with something kept out of training whose kind it recognises
    shapes: float  # recall: share of the shapes shown that it sees
    shapes_true: float  # precision: share of the shapes it sees that are shown
    colours: float
    colours_true: float

    def __str__(self) -> str:
        return (
            f"kinds {self.kinds:.1%}; shapes {self.shapes:.1%}, of those it names {self.shapes_true:.1%} are there; "
            f"colours {self.colours:.1%}, {self.colours_true:.1%}"
        )


def check_features(network: FeatureNet, count: int = 4000, seed: int = SEED) -> TaggerRates:
    """The rates on `count` sprites that neither the training nor the thresholds saw."""
    drawn = draw_builtin(Builtin(count, seed), "test", CHECK_EPOCH + 1)
    kinds = network.kinds(features_of(network, drawn.pixels)).numpy() == drawn.kinds.argmax(1)
    sprites = draw_builtin(Builtin(count, seed), "train", CHECK_EPOCH + 1)
    shown, seen = sprites.labels > 0, tag(network, sprites.pixels)
    rates = []
    for group in (SHAPE, COLOUR):
        there, found = shown[:, _columns(group)], seen[:, _columns(group)]
        both = (there & found).sum()
        rates += [float(both / max(1, there.sum())), float(both / max(1, found.sum()))]
    return TaggerRates(float(kinds.mean()), *rates)
