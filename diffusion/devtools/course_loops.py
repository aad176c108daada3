"""The course's own loops, written as its notebooks write them: what ours are compared with."""

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from ..core import ContextUnet, NoiseSchedule
from ..engine import Device


@torch.no_grad()
def course_sampling_loop(network: nn.Module, device: Device, sprites: int, steps: int) -> Iterator[Tensor]:
    """Without end, as the course's notebooks do it: float32, channels first, one network evaluation after the other,
    one number for the time, and every twentieth picture kept."""
    schedule, network = NoiseSchedule.course(steps).to(device.name), network.to(device.name)
    while True:
        x, kept = torch.randn(sprites, 3, 16, 16, device=device.name), []
        context = torch.zeros(sprites, 5, device=device.name)
        for t in range(steps, 0, -1):
            z = torch.randn_like(x) if t > 1 else torch.zeros_like(x)
            eps = network(x, torch.tensor([t / steps], device=device.name), context)
            alpha, abar = schedule.alpha[t], schedule.alpha_bar[t]
            x = (x - eps * ((1 - alpha) / (1 - abar).sqrt())) / alpha.sqrt() + (1 - alpha).sqrt() * z
            if t % 20 == 0 or t < 8:
                kept.append(x.cpu().numpy())
            yield x


def course_training(pixels: np.ndarray, labels: np.ndarray, batch_size: int) -> Iterator[None]:
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
