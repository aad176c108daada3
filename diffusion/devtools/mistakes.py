"""The mistakes of the published code, repeated on purpose, so that the lesson can show what each of them does.

Two are mistakes of training (TRAININGS: each run differs in one thing, on the same sprites for the same number of
steps), the others of sampling or measuring.
"""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..core import EpochDone, Noise, NoiseSchedule, TrainConfig, train
from ..data import SpriteSet, as_tensors, open_dataset
from ..engine import find_device, make_accelerator, predictor
from ..store import Checkpoint, RunConfig, RunFolder

Make = Callable[[int, int], Tensor]  # (seed, count) -> (count, 3, 16, 16), roughly in [-1, 1]


class WrongNoising(NoiseSchedule):
    """The course's x_t: 1 - abar in place of its square root, so less noise than the level says."""

    def noised(self, x0: Tensor, t: Tensor | int, eps: Tensor) -> Tensor:
        abar = self._abar(t, x0)
        return abar.sqrt() * x0 + (1 - abar) * eps


MENDED = RunConfig(network="context-unet")
TRAININGS: dict[str, tuple[RunConfig, type[NoiseSchedule]]] = {
    "mended": (MENDED, NoiseSchedule),
    "noising": (MENDED, WrongNoising),
    "shortcut": (replace(MENDED, variant="course"), NoiseSchedule),
}


def fixed_set(count: int) -> tuple[SpriteSet, SpriteSet]:
    """(what is trained on, shapes that are kept out), the same in every epoch, as the course's data is."""
    return open_dataset(f"builtin:{count}@0")


def train_or_load(folder: Path, name: str, count: int, epochs: int, report: Callable[[str], None]) -> Checkpoint:
    """One of TRAININGS after so many epochs: loaded from the folder if an earlier call trained it, else trained."""
    config, schedule = TRAININGS[name]
    run, last = RunFolder(folder / name), epochs - 1
    if run.path.is_dir() and last in run.epochs():
        return run.load(last)
    data, held_out = fixed_set(count)
    training, _ = random_split(len(data))  # as the course: what is kept out stands in training too, for a good part
    settings = TrainConfig(epochs=epochs, lr=1e-3, optimizer="linear")  # the tutorial's
    torch.manual_seed(0)
    events = train(
        config.build(),
        schedule.linear(),
        as_tensors(data[training]),
        settings,
        validation=as_tensors(held_out),
        accelerator=make_accelerator(),
    )
    for event in events:
        if isinstance(event, EpochDone):
            report(f"{name}, epoch {event.epoch}: loss {event.loss:.4f}, held out {event.validation_loss:.4f}")
    assert isinstance(event, EpochDone)
    run.create(replace(config, training=asdict(settings), data=data.facts()))
    run.save_epoch(last, event.weights, {"step": event.step})
    return run.load(last)


def ddim_below_zero(checkpoint: Checkpoint, steps: int) -> Make:
    """The course's DDIM loop: down from T by T // steps, where the last stride goes below level 0.

    There it reads alpha_bar[-12], for example, which Python takes from the noisy end of the schedule.
    """
    schedule, device = checkpoint.config.noise_schedule(), find_device()
    predict, stride = predictor(checkpoint, device), len(schedule) // steps

    @torch.inference_mode()
    def make(seed: int, count: int) -> Tensor:
        x = Noise(seed, count).draw().to(device.name)
        context = x.new_zeros(count, len(checkpoint.config.vocabulary))
        for t in range(len(schedule), 0, -stride):
            eps = predict(x, x.new_full((count,), t / len(schedule)), context)
            abar = float(schedule.alpha_bar[t - stride])
            x = abar**0.5 * schedule.clean(x, t, eps) + (1 - abar) ** 0.5 * eps
        return x.cpu()

    return make


def stretch(x: Tensor) -> Tensor:
    """Stretches each picture and channel to the range [-1, 1], as the course's plots do: (B, 3, H, W), like x."""
    low, high = x.amin((2, 3), keepdim=True), x.amax((2, 3), keepdim=True)
    return 2 * (x - low) / (high - low) - 1


def random_split(count: int) -> tuple[np.ndarray, np.ndarray]:
    """(training, test): indices of a random split, a twentieth for the test; equal pictures may be in both."""
    order = np.random.default_rng(0).permutation(count)
    return order[count // 20 :], order[: count // 20]


def with_schedule(checkpoint: Checkpoint, schedule: str) -> Checkpoint:
    """The same network with another noise schedule."""
    return replace(checkpoint, config=replace(checkpoint.config, schedule=schedule))
