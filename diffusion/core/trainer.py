"""Trains a network to predict the noise that was mixed into a picture.

`train` is a generator of events; the caller prints, plots, saves and pauses. Every random number comes from a
generator seeded by (seed, epoch), on the CPU, for the whole batch. So a resumed run gets the same batches, and several
processes, each with its slice of a batch, together get the same batches as a single process.
"""

import math
import sys
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from accelerate import Accelerator
from torch import Tensor, nn

from ..sprites import from_pixels
from .schedule import NoiseSchedule
from .settings import Choice, Number, check_settings, declare

Weights = dict[str, Tensor]
MIN_SNR = 5.0  # the gamma of Hang et al. 2023


def linear_decay(progress: float) -> float:
    """The tutorial's learning rate: linear from 1 to 0. progress: share of the steps done, in [0, 1]."""
    return 1 - progress


def warmup_cosine(progress: float, warm_up: float = 0.02) -> float:
    """Linear warm-up in the first 2 % of the steps, then half a cosine to 0 (Loshchilov & Hutter 2017,
    arXiv:1608.03983, eq. 5)."""
    if progress < warm_up:
        return progress / warm_up
    return (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up))) / 2


OPTIMIZERS = {"linear": (torch.optim.Adam, linear_decay), "cosine": (torch.optim.AdamW, warmup_cosine)}


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    epochs: int = declare(
        32,
        Number(
            low=1,
            whole=True,
            step=1,
            slider_high=64,
            is_offered=True,
            help="passes over the sprites; the built-in ones are new in each",
        ),
    )
    batch_size: int = declare(
        100,
        Number(
            low=1,
            whole=True,
            step=8,
            slider_low=8,
            slider_high=512,
            is_offered=True,
            help="over all processes together",
        ),
    )
    lr: float = declare(
        2e-3, Number(low=0, high=1, without=0, name="learning rate", is_offered=True, help="the highest learning rate")
    )
    optimizer: str = declare(
        "cosine",
        Choice(
            options=OPTIMIZERS,
            flags=("--optimizer", "--recipe"),  # the cards of earlier runs print --recipe
            help="linear: Adam, the rate decays linearly; cosine: AdamW, the rate follows a cosine",
        ),
    )
    drop_label: float = declare(
        0.2, Number(low=0, high=1, help="share of the sprites trained without any word, for guidance and free drawing")
    )
    drop_words: float = declare(
        0.5, Number(low=0, high=1, help="share of the others trained with only some of their words, for short prompts")
    )
    weighting: str = declare(
        "min-snr",
        Choice(
            options=("min-snr", "none"),
            help="min-snr: errors at the least noisy levels count less, so that the others are learned sooner",
        ),
    )
    ema: float = declare(
        0.995, Number(low=0, high=1, without=1, help="what the averaged weights keep at each step, once warmed up")
    )
    seed: int = declare(
        0, Number(low=0, high=2**32 - 1, whole=True, is_offered=True, help="of the weights, the batches and the noise")
    )

    def __post_init__(self) -> None:
        check_settings(self)


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """All pictures in memory, so that a batch is one indexing and one conversion."""

    pixels: Tensor  # uint8 (N, H, W, 3)
    context: Tensor  # (N, V) of any type, 0 to 1
    redraw: Callable[[int], "TrainingSet"] | None = None  # as many others for an epoch; this set is that of epoch 0

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
    """The end of an epoch: the time to save and to sample."""

    epoch: int  # 0..epochs - 1
    step: int
    loss: float  # mean over the epoch
    validation_loss: float  # of the EMA weights; nan without a validation set
    weights: Weights  # the EMA weights, float32 on the CPU: sampling uses these
    resume: dict[str, Any]  # `train` continues from here when it is given this


@dataclass(frozen=True, eq=False)
class MidEpoch:
    """The state that the caller wanted with `wants_state`: all that is needed to resume within an epoch."""

    epoch: int  # the unfinished epoch
    step: int
    resume: dict[str, Any]


TrainEvent = StepDone | EpochDone | MidEpoch


def train(
    network: nn.Module,
    schedule: NoiseSchedule,
    data: TrainingSet,
    config: TrainConfig,
    *,
    validation: TrainingSet | None = None,
    resume: dict[str, Any] | None = None,
    accelerator: Accelerator | None = None,
    wants_state: Callable[[], bool] = lambda: False,
) -> Generator[TrainEvent, None, None]:
    """Trains `network` in place. The caller pauses by not asking for the next event, and stops by closing.

    resume: the state of an event of an earlier call with the same arguments, or with fewer epochs. Its "optimizer" may
    be None: that one starts anew. The learning rate is that of its step in the schedule of config.epochs.
    wants_state: called after every step; a MidEpoch follows the step where it returns True.
    """
    accelerator = accelerator or Accelerator()
    optimizer_class, decay = OPTIMIZERS[config.optimizer]
    network = network.to(accelerator.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    ema_network = deepcopy(network).eval().requires_grad_(False)
    optimizer = optimizer_class(network.parameters(), lr=config.lr, fused=True)
    first_epoch, losses = 0, []
    if resume:
        network.load_state_dict(resume["network"])
        ema_network.load_state_dict(resume["average"])
        if resume["optimizer"]:
            optimizer.load_state_dict(resume["optimizer"])
        first_epoch, losses = resume["epoch"] + 1, list(resume.get("losses", []))
    ema: list[Tensor] = list(ema_network.parameters())
    weights: list[Tensor] = list(network.parameters())
    prepared, optimizer = accelerator.prepare(network, optimizer)
    schedule = schedule.to(accelerator.device)
    per_epoch = math.ceil(len(data) / config.batch_size)
    total = per_epoch * config.epochs
    step = first_epoch * per_epoch + len(losses)

    def state(last_epoch: int) -> dict[str, Any]:
        nets = {"network": network.state_dict(), "average": ema_network.state_dict()}
        return {"epoch": last_epoch, "losses": losses, **nets, "optimizer": optimizer.state_dict()}

    for epoch, drawn in _set_of_each(data, range(first_epoch, config.epochs)):
        for batch in islice(_batches(drawn, schedule, config, epoch), len(losses), None):
            lr = config.lr * decay(step / total)
            for group in optimizer.param_groups:
                group["lr"] = lr
            prepared.train()
            part = batch.slice(accelerator.process_index, accelerator.num_processes)
            weight = len(part) * accelerator.num_processes / len(batch)  # 1 for a single process
            with accelerator.autocast():
                loss = noise_loss(prepared, schedule, part.to(accelerator.device), config.weighting)
            optimizer.zero_grad()
            accelerator.backward(weight * loss)
            optimizer.step()
            step += 1
            ema_update(ema, weights, min(config.ema, (1 + step) / (10 + step)))
            mean = accelerator.reduce(loss.detach() * len(part), "sum") / len(batch)
            losses.append(float(mean))
            yield StepDone(step, total, losses[-1], lr, len(batch))
            if wants_state():
                yield MidEpoch(epoch, step, state(epoch - 1))
        mean_loss, losses = sum(losses) / len(losses), []
        recompute_batchnorm_statistics(ema_network, schedule, drawn, config, accelerator)
        yield EpochDone(
            epoch,
            step,
            mean_loss,
            validation_loss(ema_network, schedule, validation, accelerator) if validation else math.nan,
            {name: value.detach().cpu().clone() for name, value in ema_network.state_dict().items()},
            state(epoch),
        )


def _set_of_each(data: TrainingSet, epochs: range) -> Iterator[tuple[int, TrainingSet]]:
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


def noise_loss(network: nn.Module, schedule: NoiseSchedule, batch: Batch, weighting: str = "none") -> Tensor:
    """Ho et al. 2020, eq. 14: the mean squared error of the predicted noise, a scalar.

    weighting: "min-snr" multiplies the error at level t by min(SNR, 5) / SNR, with SNR = abar / (1 - abar): Hang et
    al. 2023, https://arxiv.org/abs/2303.09556, section 3.4 for the prediction of the noise.
    """
    x = schedule.noised(batch.x0, batch.t, batch.eps)
    predicted = network(x, batch.t / len(schedule), batch.context).float()
    if weighting == "none":
        return F.mse_loss(predicted, batch.eps)
    abar = schedule.alpha_bar[batch.t]
    snr = (abar / (1 - abar)).float()
    error = F.mse_loss(predicted, batch.eps, reduction="none").mean(dim=(1, 2, 3))
    return (error * (snr.clamp(max=MIN_SNR) / snr)).mean()


@torch.no_grad()
def ema_update(ema: list[Tensor], weights: list[Tensor], decay: float) -> None:
    """ema = decay * ema + (1 - decay) * weights, in place; Song et al. 2021, arXiv:2011.13456, appendix H."""
    torch._foreach_lerp_(ema, weights, 1 - decay)


def recompute_batchnorm_statistics(
    network: nn.Module, schedule: NoiseSchedule, data: TrainingSet, config: TrainConfig, accelerator: Accelerator
) -> None:
    """Measures the BatchNorm statistics of the EMA weights on 30 batches.

    The statistics of the trained network gave worse sprites in a measurement.
    """
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    if not norms:
        return
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain mean over all batches
    network.train()
    with torch.no_grad(), accelerator.autocast():
        for _, batch in zip(range(30), _batches(data, schedule, config, config.epochs), strict=False):
            noise_loss(network, schedule, batch.to(accelerator.device))
    network.eval()


def validation_loss(
    network: nn.Module,
    schedule: NoiseSchedule,
    validation: TrainingSet,
    accelerator: Accelerator,
    batch_size: int = 250,
) -> float:
    """`noise_loss` on pictures that are not trained on, always with the same noise and levels."""
    fixed = TrainConfig(batch_size=batch_size, drop_label=0, drop_words=0)
    with torch.no_grad(), accelerator.autocast():
        sums = [
            float(noise_loss(network, schedule, batch.to(accelerator.device))) * len(batch)
            for batch in _batches(validation, schedule, fixed, epoch=0)
        ]
    return sum(sums) / len(validation)


def _batches(data: TrainingSet, schedule: NoiseSchedule, config: TrainConfig, epoch: int) -> Iterator[Batch]:
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
