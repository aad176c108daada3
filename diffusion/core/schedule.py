"""The noise schedule: how much of the picture is left at each level of noise.

    x_t = sqrt(abar_t) * x_0 + sqrt(1 - abar_t) * eps,      eps ~ N(0, I)      Ho et al. 2020, eq. 4

Levels run t = 0..T: level 0 is the clean picture (abar = 1), level T almost pure noise.
Names follow Ho et al. 2020, https://arxiv.org/abs/2006.11239.
"""

import math
from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor

from ..errors import UserError


@dataclass(frozen=True, eq=False)
class NoiseSchedule:
    alpha_bar: Tensor  # (T + 1,) share of the signal's variance left at level t; float64, which betas near 1e-4 need
    alpha: Tensor  # (T + 1,) share left by the step from t - 1 to t: alpha_bar[t] / alpha_bar[t - 1]; alpha[0] = 1

    def __post_init__(self) -> None:
        is_decreasing = bool((self.alpha_bar.diff() < 0).all())
        assert self.alpha_bar[0] == 1 and self.alpha_bar[-1] > 0 and is_decreasing, (
            "alpha_bar must fall from 1, above 0"
        )

    @classmethod
    def linear(cls, levels: int = 500) -> Self:
        """Ho et al. 2020, section 4, with the course's range: the variance added per level grows from 1e-4 to 0.02.

        With 500 levels it ends at alpha_bar = 0.0065, so 8 % of the signal's amplitude is left at the noisy end.
        """
        return cls._from_betas(torch.linspace(1e-4, 0.02, levels, dtype=torch.float64))

    @classmethod
    def cosine(cls, levels: int = 500, offset: float = 0.008) -> Self:
        """Nichol & Dhariwal 2021, https://arxiv.org/abs/2102.09672, eq. 17.

        Adds noise more slowly at the middle levels; alpha_bar ends near 0.
        """
        time = torch.linspace(0, 1, levels + 1, dtype=torch.float64)
        signal = torch.cos((time + offset) / (1 + offset) * math.pi / 2).square()
        return cls._from_betas((1 - signal[1:] / signal[:-1]).clamp(max=0.999))

    @classmethod
    def course(cls, levels: int = 500) -> Self:
        """The course's schedule with its mistake: levels + 1 betas, and alpha_bar[0] is then overwritten with 1.

        So alpha_bar[1] has the noise of two steps, but alpha[1] that of one.
        """
        alpha = 1 - torch.linspace(1e-4, 0.02, levels + 1, dtype=torch.float64)
        alpha_bar = alpha.cumprod(0)
        alpha[0] = alpha_bar[0] = 1
        return cls(alpha_bar, alpha)

    @classmethod
    def _from_betas(cls, betas: Tensor) -> Self:
        alpha = torch.cat([betas.new_ones(1), 1 - betas])
        return cls(alpha.cumprod(0), alpha)

    def __len__(self) -> int:
        """T, the number of the noisiest level."""
        return len(self.alpha_bar) - 1

    def to(self, device: torch.device | str) -> Self:
        """A copy on the device, in float32, which every device supports."""
        tables = {"alpha_bar": self.alpha_bar, "alpha": self.alpha}
        return replace(self, **{name: table.float().to(device) for name, table in tables.items()})

    def noised(self, x0: Tensor, t: Tensor | int, eps: Tensor) -> Tensor:
        """Adds noise to clean pictures up to level t, eq. 4.

        x0, eps: (B, C, H, W); t: one level or int64 (B,), 0..T -> x_t, like x0.
        """
        abar = self._abar(t, x0)
        return abar.sqrt() * x0 + (1 - abar).sqrt() * eps

    def clean(self, x: Tensor, t: Tensor | int, eps: Tensor) -> Tensor:
        """The clean picture x0 if eps is the noise in x: `noised` solved for x0. Shapes as there; t from 0 to T."""
        abar = self._abar(t, x)
        return (x - (1 - abar).sqrt() * eps) / abar.sqrt()

    def noise(self, x: Tensor, t: Tensor | int, x0: Tensor) -> Tensor:
        """The noise eps in x if x0 is the clean picture: `noised` solved for eps. Shapes as there; t from 1 to T."""
        abar = self._abar(t, x)
        return (x - abar.sqrt() * x0) / (1 - abar).sqrt()

    def _abar(self, t: Tensor | int, like: Tensor) -> Tensor:
        return self.alpha_bar[t].view(-1, 1, 1, 1).to(like)

    def levels(self, steps: int) -> list[int]:
        """The levels of a sampling loop with `steps` steps: T, ..., 0, evenly spaced, `steps + 1` of them.

        ValueError unless 1 <= steps <= T. Of five spacings the even one has the smallest Fréchet distance, 1.33; the
        others are in .github/LOG.md.
        """
        if not 1 <= steps <= len(self):
            raise UserError("steps must be between 1 and {count}, not {steps}", count=len(self), steps=steps)
        return [len(self) - len(self) * i // steps for i in range(steps + 1)]


SCHEDULES = {"linear": NoiseSchedule.linear, "cosine": NoiseSchedule.cosine, "course": NoiseSchedule.course}
