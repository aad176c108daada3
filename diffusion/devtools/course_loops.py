"""The course's sampling and training loops, written as in its notebooks, to compare ours with."""

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from ..core import ContextUnet, NoiseSchedule
from ..engine import Device
from ..sprites import KINDS, SIZE


@torch.no_grad()
def course_sampling_loop(network: nn.Module, device: Device, sprites: int, steps: int) -> Iterator[Tensor]:
    """Yields x after every step, (sprites, 3, 16, 16), and starts again after the last step, without end.

    float32, channels first, one number for the time of the whole batch; every twentieth x is copied to a list.
    """
    schedule, network = NoiseSchedule.course(steps).to(device.name), network.to(device.name)
    while True:
        x, saved = torch.randn(sprites, 3, SIZE, SIZE, device=device.name), []
        context = torch.zeros(sprites, len(KINDS), device=device.name)
        for t in range(steps, 0, -1):
            z = torch.randn_like(x) if t > 1 else torch.zeros_like(x)
            eps = network(x, torch.tensor([t / steps], device=device.name), context)
            alpha, abar = schedule.alpha[t], schedule.alpha_bar[t]
            x = (x - eps * ((1 - alpha) / (1 - abar).sqrt())) / alpha.sqrt() + (1 - alpha).sqrt() * z
            if t % 20 == 0 or t < 8:
                saved.append(x.cpu().numpy())
            yield x


def course_training(pixels: np.ndarray, labels: np.ndarray, batch_size: int) -> Iterator[None]:
    """Yields after every training step, without end: float32, a DataLoader, and a transform for each picture.

    pixels: uint8 (N, 16, 16, 3); labels: (N, 5).
    """

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
            eps, t = torch.randn_like(x0), torch.randint(1, len(schedule) + 1, (len(x0),))
            loss = F.mse_loss(network(schedule.noised(x0, t, eps), t / len(schedule), context.float()), eps)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield
