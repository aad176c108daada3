"""One prediction of each of several networks, wherever the device is."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from ..store import Checkpoint
from .batching import batcher
from .device import find_device, is_zero_gpu
from .generation import predictor
from .zero_gpu import SECONDS_PER_EVALUATION, STARTUP_SECONDS, PickledCheckpoint, run_on_lent_gpu


def predict_noise(
    checkpoints: Sequence[Checkpoint], x: Tensor, t: int, contexts: Sequence[Tensor] | None = None
) -> list[Tensor]:
    """The noise that each network predicts in pictures x, float32 (B, 3, 16, 16), of level t: like x, on the CPU.

    contexts: (B, V) of each network, all zeros unless given.
    """
    if contexts is None:
        contexts = [torch.zeros(len(x), len(checkpoint.config.vocabulary)) for checkpoint in checkpoints]
    if not is_zero_gpu():
        return list(_predict(checkpoints, x, t, contexts))
    plain = [PickledCheckpoint.of(checkpoint) for checkpoint in checkpoints]
    arrays = [context.numpy() for context in contexts]
    return [torch.from_numpy(eps) for eps in _predict_in_worker(plain, x.numpy(), t, arrays)]


def _predict(checkpoints: Sequence[Checkpoint], x: Tensor, t: int, contexts: Sequence[Tensor]) -> Iterator[Tensor]:
    device = find_device()
    x = x.to(device.name)
    with batcher().admit():
        for checkpoint, context in zip(checkpoints, contexts, strict=True):
            time = x.new_full((len(x),), t / len(checkpoint.config.noise_schedule()))
            yield batcher().wrap(predictor(checkpoint, device))(x, time, context.to(device.name)).cpu()


@run_on_lent_gpu(lambda checkpoints, *_: STARTUP_SECONDS + SECONDS_PER_EVALUATION * len(checkpoints))
def _predict_in_worker(
    checkpoints: Sequence[PickledCheckpoint], x: np.ndarray, t: int, contexts: Sequence[np.ndarray]
) -> Iterator[np.ndarray]:
    pictures = torch.from_numpy(x), t, [torch.from_numpy(context) for context in contexts]
    for eps in _predict([checkpoint.to_checkpoint() for checkpoint in checkpoints], *pictures):
        yield eps.numpy()
