"""The mistakes of the published code, made once more on purpose, so that the lesson can show what each of them does.

Two are made while training (TRAININGS: networks that differ from ours in one thing, on the same sprites for the same
number of steps), the others while drawing or measuring.
"""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..core import EpochDone, Noise, NoiseSchedule, TrainConfig, train
from ..data import as_tensors, open_dataset
from ..engine import find_device, make_accelerator, predictor
from ..sprites import KINDS
from ..store import Checkpoint, RunConfig, RunFolder

Make = Callable[[int, int], Tensor]  # (seed, count) -> (count, 3, 16, 16), roughly in [-1, 1]


class WrongNoising(NoiseSchedule):
    """The course's x_t: 1 - abar where its square root belongs, so less noise than the network is told of."""

    def noised(self, x0: Tensor, t: Tensor | int, eps: Tensor) -> Tensor:
        abar = self._abar(t, x0)
        return abar.sqrt() * x0 + (1 - abar) * eps


MENDED = RunConfig(network="context-unet")
TRAININGS: dict[str, tuple[RunConfig, type[NoiseSchedule]]] = {
    "mended": (MENDED, NoiseSchedule),
    "noising": (MENDED, WrongNoising),
    "shortcut": (replace(MENDED, variant="course"), NoiseSchedule),
}


def train_or_load(folder: Path, name: str, count: int, epochs: int, said: Callable[[str], None]) -> Checkpoint:
    """The network of one of TRAININGS after so many epochs: trained now, or as it is in the folder from before."""
    config, kind = TRAININGS[name]
    run, last = RunFolder(folder / name), epochs - 1
    if run.path.is_dir() and last in run.epochs():
        return run.load(last)
    data, held_out = open_dataset(f"builtin:{count}")
    settings = TrainConfig(epochs=epochs, lr=1e-3, optimizer="linear")  # the tutorial's
    torch.manual_seed(0)
    events = train(
        config.build(),
        kind.linear(),
        as_tensors(data),
        settings,
        validation=as_tensors(held_out),
        accelerator=make_accelerator(),
    )
    for event in events:
        if isinstance(event, EpochDone):
            said(f"{name}, epoch {event.epoch}: loss {event.loss:.4f}, held out {event.validation_loss:.4f}")
    run.create(replace(config, training=asdict(settings), data=data.facts()))
    run.save_epoch(last, event.weights, {"step": event.step})
    return run.load(last)


def ddim_below_zero(checkpoint: Checkpoint, steps: int) -> Make:
    """The course's DDIM loop: down from T by T // steps, where the last stride goes below level 0.

    There alpha_bar[-12] is read, which Python takes from the noisy end of the table.
    """
    schedule, device = checkpoint.config.noise_schedule(), find_device()
    predict, stride = predictor(checkpoint, device), len(schedule) // steps

    @torch.inference_mode()
    def make(seed: int, count: int) -> Tensor:
        x, context = Noise(seed, count).draw().to(device.name), torch.zeros(count, len(KINDS), device=device.name)
        for t in range(len(schedule), 0, -stride):
            eps = predict(x, x.new_full((count,), t / len(schedule)), context)
            abar = float(schedule.alpha_bar[t - stride])
            x = abar**0.5 * schedule.clean(x, t, eps) + (1 - abar) ** 0.5 * eps
        return x.cpu()

    return make


def stretch(x: Tensor) -> Tensor:
    """Each picture and channel to its own range, as the course's plots do. (B, 3, H, W), now all in [-1, 1]."""
    low, high = x.amin((2, 3), keepdim=True), x.amax((2, 3), keepdim=True)
    return 2 * (x - low) / (high - low) - 1


def random_split(count: int) -> tuple[np.ndarray, np.ndarray]:
    """(training, test), indices of pictures, a twentieth held out: whichever of them are equal."""
    order = np.random.default_rng(0).permutation(count)
    return order[count // 20 :], order[: count // 20]


def with_schedule(checkpoint: Checkpoint, schedule: str) -> Checkpoint:
    """The same network, drawing with another table of noise."""
    return replace(checkpoint, config=replace(checkpoint.config, schedule=schedule))
