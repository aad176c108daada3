"""Trains a network to predict the noise that was mixed into a picture.

`train` is a generator of events; the caller prints, plots, saves and pauses. Every random number comes from a
generator seeded by (seed, epoch), on the CPU, for the whole batch. So a resumed run gets the same batches, and several
processes, each with its slice of a batch, together get the same batches as a single process.
"""

import math
from collections.abc import Callable, Generator
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from .batches import TrainingSet, draw_batches, sets_of_epochs
from .noise_loss import noise_loss
from .schedule import NoiseSchedule
from .train_config import OPTIMIZERS, TrainConfig

Weights = dict[str, Tensor]


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

    for epoch, drawn in sets_of_epochs(data, range(first_epoch, config.epochs)):
        for batch in islice(draw_batches(drawn, schedule, config, epoch), len(losses), None):
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
        for _, batch in zip(range(30), draw_batches(data, schedule, config, config.epochs), strict=False):
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
            for batch in draw_batches(validation, schedule, fixed, epoch=0)
        ]
    return sum(sums) / len(validation)
