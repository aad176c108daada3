"""The sampling loop: from noise back to a picture, one step at a time.

The loop is written once. A sampler is an update rule, a pure function of tensors, with an entry in `SAMPLERS`;
guidance, by a context or by a younger network, wraps the model, so the loop has no option for it.

Notation: x the noisy picture, x0 the clean one, eps the noise, abar = alpha_bar, t the present level,
s < t the cleaner level after the step, z fresh noise. Pictures are float32 (B, 3, H, W), roughly in [-1, 1].
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from math import exp, log, sqrt

import numpy as np
import torch
from torch import Tensor

from ..errors import UserError
from .schedule import NoiseSchedule

MAX_SEED = 2**32 - 1

Network = Callable[[Tensor, Tensor, Tensor], Tensor]  # x, t / T, context: (B, 5) -> eps, like x
PredictNoise = Callable[[Tensor, Tensor], Tensor]  # x: (B, 3, H, W), t / T: (B,) -> eps, like x


@dataclass(frozen=True, eq=False)
class Step:
    """One state of the sampling loop."""

    t: int  # the level of x; 0 means finished
    x: Tensor  # (B, 3, H, W) the noisy picture at level t
    x0: Tensor  # (B, 3, H, W) the clean picture that the model predicts from x; at level 0, x itself


class Noise:
    """Gaussian noise with one generator per picture: picture i of a seed is the same in any batch.

    It is drawn on the CPU in float32, so it is the same on every device too.
    """

    def __init__(self, seed: int, count: int, shape: tuple[int, ...] = (3, 16, 16)) -> None:
        if not 0 <= seed <= MAX_SEED:
            raise UserError("seed must be between 0 and {max_seed}, not {seed}", max_seed=MAX_SEED, seed=seed)
        self.shape = shape
        mixed = (np.random.SeedSequence((seed, i)).generate_state(1, np.uint64) for i in range(count))
        self.streams = [torch.Generator().manual_seed(int(state[0])) for state in mixed]

    def draw(self) -> Tensor:
        """The next noise of each picture, (count, *shape)."""
        return torch.stack([torch.randn(self.shape, generator=stream) for stream in self.streams])


History = tuple[tuple[Tensor, float], ...]  # x0 and abar of some levels


@dataclass(frozen=True, eq=False)
class StepInputs:
    """The inputs of an update rule, for one step from level t to the cleaner level s."""

    x: Tensor
    x0: Tensor
    eps: Tensor
    abar_t: float
    abar_s: float
    alpha: float  # abar_t / abar_s
    z: Tensor  # like x; zeros in the step to level 0
    eta: float  # ddim only: 0 is deterministic, 1 adds as much noise as Ho's posterior
    before: History  # of the last levels before t, three at most, the latest first


def ddpm(m: StepInputs) -> Tensor:
    """Ho et al. 2020, https://arxiv.org/abs/2006.11239, algorithm 2 with sigma^2 = beta, over any stride."""
    mean = (m.x - (1 - m.alpha) / sqrt(1 - m.abar_t) * m.eps) / sqrt(m.alpha)
    return mean + sqrt(1 - m.alpha) * m.z


def ddim(m: StepInputs) -> Tensor:
    """Song et al. 2021, https://arxiv.org/abs/2010.02502, eq. 12, with sigma from eq. 16."""
    variance = m.eta**2 * (1 - m.abar_s) / (1 - m.abar_t) * (1 - m.alpha)
    return sqrt(m.abar_s) * m.x0 + sqrt(1 - m.abar_s - variance) * m.eps + sqrt(variance) * m.z


def dpm_solver_pp(m: StepInputs) -> Tensor:
    """DPM-Solver++(2M), Lu et al. 2022, https://arxiv.org/abs/2211.01095, algorithm 2.

    It is DDIM's step with another x0: the one at the midpoint of the step, on a line through the last two x0.
    """
    return ddim(_with_x0(_midpoint_x0(m), m, eta=0))


def sde_dpm_solver_pp(m: StepInputs) -> Tensor:
    """SDE-DPM-Solver++(2M) of the same paper: the same x0, and the fresh noise of Ho's posterior."""
    return ddim(_with_x0(_midpoint_x0(m), m, eta=1))


def sa_solver(m: StepInputs) -> Tensor:
    """SA-Solver, Xue et al. 2023, https://arxiv.org/abs/2309.05019, with tau = 1, which is Ho's posterior noise.

    Adams' method with three points in the predictor and three in the corrector. The predictor takes the mean, over
    the step to s, of a parabola through the last x0. The corrector repeats the last step with the x0 predicted at t
    among its points, and corrects x by the difference.
    """
    if m.abar_s == 1:
        return m.x0
    x, history = m.x, ((m.x0, m.abar_t), *m.before)
    if m.before:
        last_step = (m.before[0][1], m.abar_t)
        change = _adams_integral(history[:3], *last_step) - _adams_integral(m.before, *last_step)
        x = x + sqrt(m.abar_t) * (1 - exp(-2 * _log_snr_step(*last_step))) * change
    return ddim(_with_x0(_adams_integral(history[:3], m.abar_t, m.abar_s), replace(m, x=x), eta=1))


def _adams_integral(history: History, abar_t: float, abar_s: float) -> Tensor:
    """The weighted mean, over the step from t to s, of the polynomial through the x0 of `history`.

    The step has the length h in log-SNR; the weight at u is exp(2 u). With two points the mean of u is taken as
    h^2 / (1 - exp(-2 h)), more than the exact one, as in the authors' code and diffusers.
    """
    h = _log_snr_step(abar_t, abar_s)
    share = 1 - exp(-2 * h)
    u = h * h / share if len(history) == 2 else h / share - 1 / 2
    means = [1, u, h * h / share - u][: len(history)]  # of 1, u, u^2
    powers = np.vander([_log_snr_step(abar_t, abar) for _, abar in history], increasing=True)
    weights = np.linalg.solve(powers.T, means)
    first, *rest = [float(weight) * x0 for weight, (x0, _) in zip(weights, history, strict=True)]
    return sum(rest, first)


def _midpoint_x0(m: StepInputs) -> Tensor:
    """The x0 at the midpoint of the step to s, on a straight line in log-SNR through the last two x0."""
    if not m.before or m.abar_s == 1:  # a line needs two points; the step to level 0 is infinitely long
        return m.x0
    x0_before, abar_before = m.before[0]
    return m.x0 + _log_snr_step(m.abar_t, m.abar_s) / _log_snr_step(abar_before, m.abar_t) / 2 * (m.x0 - x0_before)


def _with_x0(x0: Tensor, m: StepInputs, eta: float) -> StepInputs:
    """The same step with another x0, and with the eps that follows from it."""
    return replace(m, x0=x0, eps=(m.x - sqrt(m.abar_t) * x0) / sqrt(1 - m.abar_t), eta=eta)


def _log_snr_step(abar_t: float, abar_s: float) -> float:
    """Lu's h: by how much log(signal / noise), of amplitudes, grows from t to s."""
    return (log(abar_s / (1 - abar_s)) - log(abar_t / (1 - abar_t))) / 2


@dataclass(frozen=True)
class Sampler:
    """An update rule, and how people see it: its name in every language, and its line in the chart of samplers."""

    update: Callable[[StepInputs], Tensor]
    title: str
    colour: str = "#767676"  # its contrast with white and with black is 3 or more
    dashes: str = ""  # of the line, as SVG's stroke-dasharray


SAMPLERS: dict[str, Sampler] = {
    "ddpm": Sampler(ddpm, "DDPM"),
    "ddim": Sampler(ddim, "DDIM", dashes="2 4"),
    "dpmpp": Sampler(dpm_solver_pp, "DPM-Solver++(2M)", "#c2620e", "2 4"),
    "sde-dpmpp": Sampler(sde_dpm_solver_pp, "SDE-DPM-Solver++(2M)", "#c2620e"),
    "sa": Sampler(sa_solver, "SA-Solver", "#6366f1"),
}


@torch.inference_mode()  # a decorator, because `with` around a `yield` would leak into the caller
def sample(
    predict: PredictNoise,
    schedule: NoiseSchedule,
    noise: Noise,
    *,
    sampler: str = "ddpm",
    steps: int = 500,
    eta: float = 0.0,
    fresh_noise: bool = True,
    begin: tuple[Tensor, int] | None = None,
    device: str = "cpu",
) -> Iterator[Step]:
    """Yields `steps + 1` steps: first the pure noise and its prediction, last the finished pictures.

    begin: a clean picture and a level t. The loop then starts from that picture noised to t, and takes as many even
    steps as there are of the `steps` levels below t (SDEdit, Meng et al. 2022, https://arxiv.org/abs/2108.01073,
    algorithm 1). Even ones, because after a short step a multistep rule extrapolates too far.
    fresh_noise=False leaves out z, the experiment "what if no noise is added back": the pictures collapse to blobs.
    """
    if sampler not in SAMPLERS:
        raise UserError(
            "sampler must be one of {samplers}, not {sampler!r}", samplers=", ".join(SAMPLERS), sampler=sampler
        )
    x, levels = noise.draw().to(device), schedule.levels(steps)
    if begin:
        x0, top = begin
        x, below = schedule.noised(x0.to(device), top, x), sum(level < top for level in levels)
        levels = [top - top * i // below for i in range(below + 1)]
    before: History = ()
    for t, s in pairwise(levels):
        eps = predict(x, x.new_full((len(x),), t / len(schedule))).float()
        x0 = schedule.clean(x, t, eps)
        yield Step(t, x, x0)
        abar_t, abar_s = float(schedule.alpha_bar[t]), float(schedule.alpha_bar[s])
        alpha = float(schedule.alpha[t]) if t == s + 1 else abar_t / abar_s
        z = noise.draw().to(x) if s > 0 and fresh_noise else torch.zeros_like(x)
        x = SAMPLERS[sampler].update(StepInputs(x, x0, eps, abar_t, abar_s, alpha, z, eta, before))
        before = ((x0, abar_t), *before[:2])
    yield Step(0, x, x)


def guide(
    model: Network,
    context: Tensor,
    guidance: float = 1.0,
    *,
    young: Network | None = None,
    youth: float = 1.0,
    below: float = 1.0,
) -> PredictNoise:
    """Fixes the context, (B, 5), of a network and guides by it: 0 ignores it, 1 follows it, more exaggerates it.

    Classifier-free guidance, Ho & Salimans 2022, https://arxiv.org/abs/2207.12598, eq. 6 with w = guidance - 1. Two
    evaluations a step, in one batch, except where one is enough.
    young, youth: the same network after less training, and how far to go from its prediction: 0 takes it, 1 does not
    ask it, more leads away from the mistakes that both make. `below`: only where t / T is at most that. One evaluation
    of `young` for each step there.
    """
    predict = _guide_by_context(model, context, guidance)
    if young is None or youth == 1:
        return predict
    return _guide_by_youth(predict, young, context if guidance else torch.zeros_like(context), youth, below)


def _guide_by_context(model: Network, context: Tensor, guidance: float) -> PredictNoise:
    if guidance == 1 or not context.any():
        return lambda x, time: model(x, time, context)
    both = torch.cat([torch.zeros_like(context), context])

    def predict(x: Tensor, time: Tensor) -> Tensor:
        free, labelled = model(torch.cat([x, x]), torch.cat([time, time]), both).float().chunk(2)
        return torch.lerp(free, labelled, guidance)

    return predict


def _guide_by_youth(
    predict: PredictNoise, young: Network, context: Tensor, youth: float, below: float
) -> PredictNoise:
    """eps = eps_young + youth (eps - eps_young), where t / T is at most `below`; elsewhere eps.

    Autoguidance, Karras et al. 2024, https://arxiv.org/abs/2406.02507, eq. 3 with the young network as D_0; in an
    interval of levels only, Kynkäänniemi et al. 2024, https://arxiv.org/abs/2404.07724, section 3. The paper guides a
    denoiser; eps is that up to x and a factor of the level, and the weights add up to 1, so it is the same line.
    """

    def guided(x: Tensor, time: Tensor) -> Tensor:
        eps, inside = predict(x, time).float(), time <= below
        if not inside.any():
            return eps
        away = torch.lerp(young(x, time, context).float(), eps, youth)
        return torch.where(inside.view(-1, 1, 1, 1), away, eps)

    return guided
