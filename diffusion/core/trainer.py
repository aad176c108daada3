"""Teach a network to see the noise that was mixed into a picture.

`train` is a generator of events: printing, plotting, saving and pacing are the caller's. All chance comes from
generators seeded by (seed, epoch), drawn on the CPU for the whole batch, so a resumed run meets the same
batches, and several processes, each taking its slice, meet the same ones as a single process.
"""

import math
from collections.abc import Callable, Generator, Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from accelerate import Accelerator
from torch import Tensor, nn

from ..errors import UserError
from ..sprites import from_pixels
from .schedule import NoiseSchedule

Weights = dict[str, Tensor]


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    epochs: int = 32
    batch_size: int = 100  # over all processes together
    lr: float = 2e-3  # the peak
    recipe: str = "cosine"  # one of OPTIMIZERS
    drop_label: float = 0.1  # share of the pictures trained without their label, for guidance
    ema: float = 0.995  # what the averaged weights keep at each step, once warmed up
    flip: bool = False  # mirror half of the pictures; no help, see .github/LOG.md
    seed: int = 0

    def __post_init__(self) -> None:
        if self.epochs < 1:
            raise UserError("epochs must be at least 1, not {epochs}", epochs=self.epochs)
        if self.batch_size < 1:
            raise UserError("batch size must be at least 1, not {batch_size}", batch_size=self.batch_size)
        if not 0 < self.lr <= 1:
            raise UserError("learning rate must be above 0 and at most 1, not {lr}", lr=self.lr)
        if self.recipe not in OPTIMIZERS:
            raise UserError(
                "recipe must be one of {optimizers}, not {recipe!r}",
                optimizers=", ".join(OPTIMIZERS),
                recipe=self.recipe,
            )
        if not 0 <= self.drop_label <= 1:
            raise UserError("drop label must be between 0 and 1, not {drop_label}", drop_label=self.drop_label)
        if not 0 <= self.ema < 1:
            raise UserError("ema must be at least 0 and below 1, not {ema}", ema=self.ema)
        if not 0 <= self.seed < 2**32:
            raise UserError("seed must be between 0 and {max_seed}, not {seed}", max_seed=2**32 - 1, seed=self.seed)


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """Everything in memory: a batch is an index and a conversion, nothing is done picture by picture."""

    pixels: Tensor  # uint8 (N, H, W, 3)
    context: Tensor  # float32 (N, 5)

    def __len__(self) -> int:
        return len(self.pixels)


@dataclass(frozen=True)
class StepDone:
    step: int  # 1..total
    total: int
    loss: float  # mean over the batch of all processes
    lr: float
    sprites: int  # in this batch


@dataclass(frozen=True, eq=False)
class EpochDone:
    """A good moment to save and to draw."""

    epoch: int  # 0..epochs - 1
    step: int
    loss: float  # mean over the epoch
    held_out_loss: float  # of the averaged weights; nan without held-out pictures
    weights: Weights  # averaged, on the CPU, float32: what samples
    resume: dict[str, Any]  # give it back to `train` to go on from here


@dataclass(frozen=True, eq=False)
class MidEpoch:
    """What the caller asked for with `wants_state`: all that is needed to go on from the middle of an epoch."""

    epoch: int  # the unfinished one
    step: int
    resume: dict[str, Any]


TrainEvent = StepDone | EpochDone | MidEpoch


def linear_decay(progress: float) -> float:
    """The tutorial's rate: linear from 1 to 0. progress: share of the steps done, in [0, 1]."""
    return 1 - progress


def warmup_cosine(progress: float, warm_up: float = 0.02) -> float:
    """Up in the first 2 % of the steps, then half a cosine to 0: Loshchilov & Hutter 2017, arXiv:1608.03983, eq. 5."""
    if progress < warm_up:
        return progress / warm_up
    return (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up))) / 2


OPTIMIZERS = {"linear": (torch.optim.Adam, linear_decay), "cosine": (torch.optim.AdamW, warmup_cosine)}


def train(
    network: nn.Module,
    schedule: NoiseSchedule,
    data: TrainingSet,
    config: TrainConfig,
    *,
    held_out: TrainingSet | None = None,
    resume: dict[str, Any] | None = None,
    accelerator: Accelerator | None = None,
    wants_state: Callable[[], bool] = lambda: False,
) -> Generator[TrainEvent, None, None]:
    """Train `network` in place. The caller pauses by not asking for the next event and stops by closing.

    wants_state: asked after every step; where it says yes, a MidEpoch follows the step.
    """
    accelerator = accelerator or Accelerator()
    optimizer_class, rate = OPTIMIZERS[config.recipe]
    network = network.to(accelerator.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = deepcopy(network).eval().requires_grad_(False)
    optimizer = optimizer_class(network.parameters(), lr=config.lr, fused=True)
    first_epoch, losses = 0, []
    if resume:
        network.load_state_dict(resume["network"])
        average.load_state_dict(resume["average"])
        optimizer.load_state_dict(resume["optimizer"])
        first_epoch, losses = resume["epoch"] + 1, list(resume.get("losses", []))
    averaged: list[Tensor] = list(average.parameters())
    weights: list[Tensor] = list(network.parameters())
    prepared, optimizer = accelerator.prepare(network, optimizer)
    schedule = schedule.to(accelerator.device)
    per_epoch = math.ceil(len(data) / config.batch_size)
    total = per_epoch * config.epochs
    step = first_epoch * per_epoch + len(losses)

    def state(last_epoch: int) -> dict[str, Any]:
        nets = {"network": network.state_dict(), "average": average.state_dict()}
        return {"epoch": last_epoch, "losses": losses, **nets, "optimizer": optimizer.state_dict()}

    for epoch in range(first_epoch, config.epochs):
        for batch in islice(_batches(data, schedule, config, epoch), len(losses), None):
            lr = config.lr * rate(step / total)
            for group in optimizer.param_groups:
                group["lr"] = lr
            prepared.train()
            share = batch.slice(accelerator.process_index, accelerator.num_processes)
            with accelerator.autocast():
                loss = noise_loss(prepared, schedule, share.to(accelerator.device))
            optimizer.zero_grad()
            accelerator.backward(loss * (len(share) * accelerator.num_processes / len(batch)))
            optimizer.step()
            step += 1
            ema_update(averaged, weights, min(config.ema, (1 + step) / (10 + step)))
            mean = accelerator.reduce(loss.detach() * len(share), "sum") / len(batch)
            losses.append(float(mean))
            yield StepDone(step, total, losses[-1], lr, len(batch))
            if wants_state():
                yield MidEpoch(epoch, step, state(epoch - 1))
        mean_loss, losses = sum(losses) / len(losses), []
        recompute_batchnorm_statistics(average, schedule, data, config, accelerator)
        yield EpochDone(
            epoch,
            step,
            mean_loss,
            validation_loss(average, schedule, held_out, accelerator) if held_out else math.nan,
            {name: value.detach().cpu().clone() for name, value in average.state_dict().items()},
            state(epoch),
        )


@dataclass(frozen=True, eq=False)
class Batch:
    x0: Tensor  # (B, 3, H, W) in [-1, 1]
    eps: Tensor  # like x0
    t: Tensor  # (B,) 1..T
    context: Tensor  # (B, 5)

    def __len__(self) -> int:
        return len(self.x0)

    def slice(self, index: int, count: int) -> "Batch":
        """The part of process `index` of `count`; the parts differ by at most one picture."""
        return Batch(*(part.tensor_split(count)[index] for part in (self.x0, self.eps, self.t, self.context)))

    def to(self, device: torch.device) -> "Batch":
        return Batch(*(part.to(device) for part in (self.x0, self.eps, self.t, self.context)))


def noise_loss(network: nn.Module, schedule: NoiseSchedule, batch: Batch) -> Tensor:
    """Ho et al. 2020, eq. 14: the mean squared error of the predicted noise, a scalar."""
    x = schedule.noised(batch.x0, batch.t, batch.eps)
    return F.mse_loss(network(x, batch.t / len(schedule), batch.context).float(), batch.eps)


@torch.no_grad()
def ema_update(average: list[Tensor], weights: list[Tensor], keep: float) -> None:
    """Moves the averaged weights a little towards the network's; Song et al. 2021, arXiv:2011.13456, appendix H."""
    torch._foreach_lerp_(average, weights, 1 - keep)


def recompute_batchnorm_statistics(
    average: nn.Module, schedule: NoiseSchedule, data: TrainingSet, config: TrainConfig, accelerator: Accelerator
) -> None:
    """BatchNorm statistics that belong to the averaged weights: copied ones were measured to hurt. 30 batches."""
    norms = [module for module in average.modules() if isinstance(module, nn.BatchNorm2d)]
    if not norms:
        return
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain mean over all batches
    average.train()
    with torch.no_grad(), accelerator.autocast():
        for _, batch in zip(range(30), _batches(data, schedule, config, config.epochs), strict=False):
            noise_loss(average, schedule, batch.to(accelerator.device))
    average.eval()


def validation_loss(
    network: nn.Module, schedule: NoiseSchedule, held_out: TrainingSet, accelerator: Accelerator, batch_size: int = 250
) -> float:
    """The same loss on pictures never trained on, always with the same noise and levels."""
    fixed = TrainConfig(batch_size=batch_size, drop_label=0)
    with torch.no_grad(), accelerator.autocast():
        sums = [
            float(noise_loss(network, schedule, batch.to(accelerator.device))) * len(batch)
            for batch in _batches(held_out, schedule, fixed, epoch=0)
        ]
    return sum(sums) / len(held_out)


def _batches(data: TrainingSet, schedule: NoiseSchedule, config: TrainConfig, epoch: int) -> Iterator[Batch]:
    """One epoch in random order, with its noise, levels and dropped labels; the same for the same (seed, epoch)."""
    mixed = np.random.SeedSequence((config.seed, epoch)).generate_state(1, np.uint64)
    chance = torch.Generator().manual_seed(int(mixed[0]))
    for chosen in torch.randperm(len(data), generator=chance).split(config.batch_size):
        x0 = from_pixels(data.pixels[chosen])
        if config.flip:
            mirrored = torch.rand(len(x0), 1, 1, 1, generator=chance) < 0.5
            x0 = torch.where(mirrored, x0.flip(3), x0)
        eps = torch.randn(x0.shape, generator=chance)
        t = torch.randint(1, len(schedule) + 1, (len(x0),), generator=chance)
        keep = torch.rand(len(x0), 1, generator=chance) >= config.drop_label
        yield Batch(x0, eps.contiguous(memory_format=torch.channels_last), t, data.context[chosen] * keep)
