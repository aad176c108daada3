"""The batches of an epoch: pictures in random order, each with noise, a level and words to train with."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..sprites import from_pixels
from .schedule import NoiseSchedule
from .train_config import TrainConfig


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """All pictures in memory, so that a batch is one indexing and one conversion."""

    pixels: Tensor  # uint8 (N, H, W, 3)
    context: Tensor  # (N, V) of any type, 0 to 1
    redraw: Callable[[int], "TrainingSet"] | None = None  # as many others for an epoch; this set is that of epoch 0

    def __len__(self) -> int:
        return len(self.pixels)


def sets_of_epochs(data: TrainingSet, epochs: range) -> Iterator[tuple[int, TrainingSet]]:
    """Every epoch with its set. Where each has its own, the next is drawn in a thread while this one trains."""
    redraw = data.redraw
    if not redraw:
        yield from ((epoch, data) for epoch in epochs)
        return
    thread = ThreadPoolExecutor(1)
    try:
        drawn = thread.submit(_without_delay, redraw, epochs.start) if epochs.start else None
        for epoch in epochs:
            current = drawn.result() if drawn else data
            drawn = thread.submit(_without_delay, redraw, epoch + 1) if epoch + 1 in epochs else None
            yield epoch, current
    finally:
        thread.shutdown(wait=False, cancel_futures=True)


def _without_delay(redraw: Callable[[int], TrainingSet], epoch: int) -> TrainingSet:
    """Draws a set; meanwhile other threads wait for the interpreter 0.1 ms at most, in place of 5 ms.

    A training step waits for it after each of its thousand operations.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    try:
        return redraw(epoch)
    finally:
        sys.setswitchinterval(before)


@dataclass(frozen=True, eq=False)
class Batch:
    x0: Tensor  # (B, 3, H, W) in [-1, 1]
    eps: Tensor  # like x0
    t: Tensor  # (B,) 1..T
    context: Tensor  # float32 (B, V)

    def __len__(self) -> int:
        return len(self.x0)

    def slice(self, index: int, count: int) -> "Batch":
        """The part of process `index` of `count`; the parts differ by at most one picture in size."""
        return Batch(*(part.tensor_split(count)[index] for part in (self.x0, self.eps, self.t, self.context)))

    def to(self, device: torch.device) -> "Batch":
        return Batch(*(part.to(device) for part in (self.x0, self.eps, self.t, self.context)))


def draw_batches(data: TrainingSet, schedule: NoiseSchedule, config: TrainConfig, epoch: int) -> Iterator[Batch]:
    """One epoch in random order, with noise, levels and dropped labels; the same for the same (seed, epoch)."""
    seed = np.random.SeedSequence((config.seed, epoch)).generate_state(1, np.uint64)
    generator = torch.Generator().manual_seed(int(seed[0]))
    for chosen in torch.randperm(len(data), generator=generator).split(config.batch_size):
        x0 = from_pixels(data.pixels[chosen])
        eps = torch.randn(x0.shape, generator=generator)
        t = torch.randint(1, len(schedule) + 1, (len(x0),), generator=generator)
        context = drop_words(data.context[chosen].float(), config, generator)
        yield Batch(x0, eps.contiguous(memory_format=torch.channels_last), t, context)


def drop_words(context: Tensor, config: TrainConfig, generator: torch.Generator) -> Tensor:
    """(B, V) -> the same with all words of some sprites set to 0, and of others a random share of their words.

    Sprites with a single word keep it or lose it by `drop_label` alone.
    """
    context = context * (torch.rand(len(context), 1, generator=generator) >= config.drop_label)
    if not config.drop_words or context.shape[1] == 1:
        return context
    is_partial = torch.rand(len(context), 1, generator=generator) < config.drop_words
    is_partial &= (context > 0).sum(1, keepdim=True) > 1
    share = torch.rand(len(context), 1, generator=generator)
    keep = torch.rand(context.shape, generator=generator) < share
    return context * (keep | ~is_partial)
