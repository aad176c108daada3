"""Ratios measured side by side in one run: what is compared takes turns, so a noisy machine disturbs both alike."""

import time
from collections.abc import Callable, Iterator
from statistics import median

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset

from .context_unet import ContextUnet
from .device import find_device
from .pixelart import draw
from .runs import make_accelerator
from .schedule import NoiseSchedule
from .sprite_unet import SpriteUnet
from .training import StepDone, TrainConfig, TrainingSet, train

Work = Callable[[], None]


def in_turn(works: dict[str, Work], rounds: int) -> dict[str, float]:
    """Median seconds of each, after one round that does not count."""
    seconds = {name: [] for name in works}
    for _ in range(rounds + 1):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - start)
    return {name: median(found[1:]) for name, found in seconds.items()}


def training_speed(rounds: int = 8, batch_size: int = 100) -> dict[str, float]:
    """Sprites a second: the course's loop, ours with the tutorial's network, ours with our network."""
    pixels, labels = draw(2000)
    data = TrainingSet(torch.from_numpy(pixels), torch.from_numpy(labels).float())
    course = _course_loop(pixels, labels, batch_size)
    loops = {
        "the course's loop": course,
        "ours, the tutorial's network": _our_loop(ContextUnet(), data, batch_size),
        "ours, our network": _our_loop(SpriteUnet(), data, batch_size),
    }
    seconds = in_turn({name: lambda loop=loop: next(loop) for name, loop in loops.items()}, rounds)
    return {name: batch_size / found for name, found in seconds.items()}


def step_time(rounds: int = 20, count: int = 32) -> dict[str, float]:
    """Seconds for one network evaluation of `count` sprites: as the course does it, and as the app does it."""
    device = find_device()
    x, time_, context = torch.randn(count, 3, 16, 16), torch.rand(count), torch.zeros(count, 5)

    def evaluation(network: nn.Module, dtype: torch.dtype, layout: torch.memory_format, device_name: str) -> Work:
        network = network.eval().to(device_name, dtype, memory_format=layout)
        inputs = (x.to(device_name, dtype, memory_format=layout), time_.to(device_name), context.to(device_name))

        @torch.inference_mode()
        def work() -> None:
            network(*inputs).float().cpu()

        return work

    last = torch.channels_last
    return in_turn(
        {
            "the course's way": evaluation(ContextUnet(), torch.float32, torch.contiguous_format, "cpu"),
            "ours, the tutorial's network": evaluation(ContextUnet(), device.dtype, last, device.name),
            "ours, our network": evaluation(SpriteUnet(), device.dtype, last, device.name),
        },
        rounds,
    )


def _our_loop(network: nn.Module, data: TrainingSet, batch_size: int) -> Iterator[StepDone]:
    config = TrainConfig(epochs=1000, batch_size=batch_size)
    for event in train(network, NoiseSchedule.linear(), data, config, accelerator=make_accelerator()):
        if isinstance(event, StepDone):
            yield event


def _course_loop(pixels, labels, batch_size: int) -> Iterator[None]:
    """float32, a transform for each picture, a DataLoader: what the course's notebooks do."""

    class Transformed(Dataset):
        def __len__(self) -> int:
            return len(pixels)

        def __getitem__(self, i: int) -> tuple[torch.Tensor, torch.Tensor]:
            picture = torch.from_numpy(pixels[i]).permute(2, 0, 1).contiguous().float().div(255)  # ToTensor
            return picture.sub(0.5).div(0.5), torch.tensor(labels[i])  # Normalize

    network, schedule = ContextUnet(), NoiseSchedule.linear().to("cpu")
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    while True:
        for x0, context in DataLoader(Transformed(), batch_size, shuffle=True):
            eps, t = torch.randn_like(x0), torch.randint(1, 501, (len(x0),))
            loss = F.mse_loss(network(schedule.noised(x0, t, eps), t / 500, context.float()), eps)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield
