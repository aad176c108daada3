"""What training makes small: the error of the predicted noise."""

import torch.nn.functional as F
from torch import Tensor, nn

from .batches import Batch
from .schedule import NoiseSchedule

MIN_SNR = 5.0  # the gamma of Hang et al. 2023


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
