from itertools import pairwise

import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler, DDPMScheduler, DPMSolverMultistepScheduler, SASolverScheduler

from diffusion.core.samplers import SAMPLERS, Noise, guide, sample
from diffusion.core.schedule import NoiseSchedule

LINEAR = NoiseSchedule.linear()


def wavy(x, time):
    """A stand-in for a network: smooth, dependent on the time, without chance."""
    return 0.9 * x + 0.1 * torch.sin(3 * x) * (1 + time.view(-1, 1, 1, 1))


def finished(*arguments, **options):
    *_, last = sample(*arguments, **options)
    return last.x


class GivenNoise(Noise):
    """The same draws, remembered, so that another implementation can be handed them."""

    def __init__(self, seed, count):
        super().__init__(seed, count)
        self.drawn = []

    def draw(self):
        self.drawn.append(super().draw())
        return self.drawn[-1]


def diffusers_walk(scheduler, noise, steps, **options):
    """diffusers' own loop with our draws. Its timestep i is our level i + 1, its spacing "trailing" our `levels`."""
    scheduler.set_timesteps(steps)
    scheduler.alphas_cumprod = LINEAR.alpha_bar[1:]  # float64: their float32 table alone is 1e-4 off after 500 steps
    x = noise[0]
    for i, timestep in enumerate(scheduler.timesteps):
        eps = wavy(x, torch.full((len(x),), (int(timestep) + 1) / 500))
        if isinstance(scheduler, DDIMScheduler):
            z = noise[i + 1] if i + 1 < len(noise) else torch.zeros_like(x)
            x = scheduler.step(eps, timestep, x, variance_noise=z, **options).prev_sample
        else:
            held = noise[i + 1] if i + 1 < len(noise) else torch.zeros_like(x)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("diffusers.schedulers.scheduling_ddpm.randn_tensor", lambda *a, held=held, **k: held)
                x = scheduler.step(eps, timestep, x).prev_sample
    return x


@pytest.mark.parametrize("steps", [500, 50, 20])
def test_ddpm_agrees_with_diffusers(steps):
    noise = GivenNoise(3, 2)
    ours = finished(wavy, LINEAR, noise, sampler="ddpm", steps=steps)
    betas = (1 - LINEAR.alpha[1:].double()).numpy()
    scheduler = DDPMScheduler(
        500, trained_betas=betas, variance_type="fixed_large", clip_sample=False, timestep_spacing="trailing"
    )
    theirs = diffusers_walk(scheduler, noise.drawn, steps)
    torch.testing.assert_close(ours, theirs, atol=1e-5 * float(ours.abs().max()), rtol=1e-5)


@pytest.mark.parametrize("eta", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("steps", [500, 50, 20])
def test_ddim_agrees_with_diffusers(steps, eta):
    noise = GivenNoise(4, 2)
    ours = finished(wavy, LINEAR, noise, sampler="ddim", steps=steps, eta=eta)
    scheduler = DDIMScheduler(
        500,
        trained_betas=(1 - LINEAR.alpha[1:].double()).numpy(),
        clip_sample=False,
        set_alpha_to_one=True,
        timestep_spacing="trailing",
    )
    theirs = diffusers_walk(scheduler, noise.drawn, steps, eta=eta)
    torch.testing.assert_close(ours, theirs, atol=1e-5 * float(ours.abs().max()), rtol=1e-5)


BETAS = (1 - LINEAR.alpha[1:].double()).numpy()


def side_by_side(scheduler, walk, drawn):
    """(number, where our step leads, where diffusers' multistep solver goes from there) with our levels and draws.

    Its table of sigma is set in float64: the float32 one is 1e-4 off.
    """
    levels = [step.t for step in walk]
    scheduler.set_timesteps(len(levels) - 1)
    scheduler.sigmas = ((1 - LINEAR.alpha_bar[levels]) / LINEAR.alpha_bar[levels]).sqrt()
    scheduler.timesteps = torch.tensor(levels[:-1]) - 1
    for i, (step, after) in enumerate(pairwise(walk)):
        z = drawn[i + 1] if i + 1 < len(drawn) else torch.zeros_like(step.x)
        eps = LINEAR.noise(step.x, step.t, step.x0)
        with pytest.MonkeyPatch.context() as patch:
            for solver in ("dpmsolver_multistep", "sasolver"):
                patch.setattr(f"diffusers.schedulers.scheduling_{solver}.randn_tensor", lambda *a, z=z, **k: z)
            theirs = scheduler.step(eps, scheduler.timesteps[i], step.x).prev_sample
        yield i, after.x, theirs.float()


def dpm_solver(algorithm, kind="midpoint"):
    return DPMSolverMultistepScheduler(
        500,
        trained_betas=BETAS,
        algorithm_type=algorithm,
        solver_order=2,
        solver_type=kind,
        lower_order_final=False,
        final_sigmas_type="zero",
    )


@pytest.mark.parametrize("sampler,algorithm", [("dpmpp", "dpmsolver++"), ("sde-dpmpp", "sde-dpmsolver++")])
@pytest.mark.parametrize("steps", [500, 20, 10])
def test_dpm_solver_agrees_with_diffusers(sampler, algorithm, steps):
    noise = GivenNoise(6, 2)
    walk = list(sample(wavy, LINEAR, noise, sampler=sampler, steps=steps))
    for _, ours, theirs in side_by_side(dpm_solver(algorithm), walk, noise.drawn):
        torch.testing.assert_close(ours, theirs, atol=1e-5 * float(ours.abs().max()), rtol=1e-5)


@pytest.mark.parametrize("steps", [500, 20, 10])
def test_sa_solver_agrees_with_diffusers(steps):
    noise = GivenNoise(7, 2)
    walk = list(sample(wavy, LINEAR, noise, sampler="sa", steps=steps))
    scheduler = SASolverScheduler(
        500, trained_betas=BETAS, predictor_order=3, corrector_order=3, tau_func=lambda t: 1, lower_order_final=False
    )
    for i, ours, theirs in side_by_side(scheduler, walk, noise.drawn):
        expected = walk[-2].x0 if i == steps - 1 else theirs  # to level 0, where they find NaN
        torch.testing.assert_close(ours, expected, atol=1e-5 * float(ours.abs().max()), rtol=1e-5)


def test_the_course_s_walk_is_reproduced_on_its_own_table():
    """Its last step uses alpha[1] beside an alpha_bar[1] of two steps; an honest rule would land elsewhere."""
    noise, course = GivenNoise(5, 2), NoiseSchedule.course()
    ours = finished(wavy, course, noise, sampler="ddpm", steps=500)
    beta = (0.02 - 1e-4) * torch.linspace(0, 1, 501) + 1e-4
    alpha = 1 - beta
    abar = torch.cumsum(alpha.log(), dim=0).exp()
    abar[0] = 1
    x = noise.drawn[0]
    for t in range(500, 0, -1):  # the course's loop and its denoise_add_noise
        z = noise.drawn[501 - t] if t > 1 else 0
        eps = wavy(x, torch.full((2,), t / 500))
        x = (x - eps * ((1 - alpha[t]) / (1 - abar[t]).sqrt())) / alpha[t].sqrt() + beta[t].sqrt() * z
    torch.testing.assert_close(ours, x, atol=2e-5 * float(x.abs().max()), rtol=2e-5)


class IdealDenoiser:
    """The best possible prediction for a data set of a few pictures: the mean of all of them that fit x, as noise."""

    def __init__(self, data, schedule):
        self.data, self.schedule = data.flatten(1), schedule

    def __call__(self, x, time):
        t = int(time[0] * len(self.schedule) + 0.5)
        abar = self.schedule.alpha_bar[t]
        distance = torch.cdist(x.flatten(1), abar.sqrt() * self.data).square()
        x0 = (-distance / (2 * (1 - abar))).softmax(1) @ self.data
        return self.schedule.noise(x, t, x0.view_as(x))


@pytest.mark.parametrize(
    "sampler,steps", [*((sampler, steps) for sampler in SAMPLERS for steps in (500, 50)), ("sa", 20)]
)
def test_with_an_ideal_denoiser_every_sample_is_a_picture_of_the_data(sampler, steps):
    data = torch.from_numpy(np.random.default_rng(0).choice([-1.0, 1.0], (5, 3, 16, 16))).float()
    x = finished(IdealDenoiser(data, LINEAR), LINEAR, Noise(0, 32), sampler=sampler, steps=steps)
    nearest = (x[:, None] - data[None]).abs().amax((2, 3, 4))
    assert nearest.min(1).values.max() < 0.02
    assert len(nearest.argmin(1).unique()) == len(data), "some picture is never drawn"


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_golden_sums_without_chance(sampler):
    """The start is a ramp and no noise is added: these numbers hold on every platform. Update them only on purpose."""

    class Ramp(Noise):
        def draw(self):
            return torch.linspace(-2, 2, 3 * 16 * 16).view(1, 3, 16, 16)

    golden = {
        "ddpm": (5.903613, 0.1055604),
        "ddim": (527.2324, 601.0901),
        "dpmpp": (532.7820, 608.6988),
        "sde-dpmpp": (5.273954, 0.07708120),
        "sa": (5.230721, 0.07651843),
    }
    x = finished(wavy, LINEAR, Ramp(0, 1), sampler=sampler, steps=40, fresh_noise=False)
    assert (float(x.abs().sum()), float(x.square().sum())) == pytest.approx(golden[sampler], rel=1e-4)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_the_walk_tells_of_every_level_once_and_x_and_x0_belong_together(sampler):
    steps = list(sample(wavy, LINEAR, Noise(0, 2), sampler=sampler, steps=7))
    assert [step.t for step in steps] == LINEAR.levels(7)
    for step in steps[:-1]:
        eps = wavy(step.x, torch.full((2,), step.t / 500))
        torch.testing.assert_close(step.x0, LINEAR.clean(step.x, step.t, eps), atol=1e-4, rtol=1e-4)
    assert torch.equal(steps[-1].x, steps[-1].x0)


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("steps", [1, 2, 20])
def test_a_step_is_one_evaluation_and_the_start_is_told_too(sampler, steps):
    seen = []

    def counted(x, time):
        seen.append(float(time[0]))
        return wavy(x, time)

    walk = list(sample(counted, LINEAR, Noise(0, 1), sampler=sampler, steps=steps))
    assert len(walk) == steps + 1 and seen == pytest.approx([step.t / 500 for step in walk[:-1]])


@pytest.mark.parametrize("sampler", ["dpmpp", "sde-dpmpp", "sa"])
@pytest.mark.parametrize("top", [26, 1, 500])
def test_a_multistep_walk_from_a_picture_has_no_short_step_to_foresee_from(sampler, top):
    """From level 26 the old levels went on at 25: one level of slope carried on over 25 made colours burst."""
    x0 = torch.linspace(-1, 1, 3 * 16 * 16).view(1, 3, 16, 16)
    walk = list(sample(wavy, LINEAR, Noise(0, 1), sampler=sampler, steps=20, begin=(x0, top)))
    levels = [step.t for step in walk]
    assert levels[0] == top and len(levels) == 1 + sum(level < top for level in LINEAR.levels(20))
    strides = [t - s for t, s in pairwise(levels)]
    assert max(strides) - min(strides) <= 1


@pytest.mark.parametrize("sampler,order", [("ddim", 1), ("dpmpp", 2)])
def test_twice_the_steps_leave_a_half_or_a_quarter_of_the_error(sampler, order):
    """Of the order that its paper states, towards the exact walk of a Gaussian data set."""
    schedule = NoiseSchedule.linear(4000)

    def gaussian(x, time):  # data ~ N(0, 0.25): the best prediction is linear in x
        abar = float(schedule.alpha_bar[int(time[0] * 4000 + 0.5)])
        return (1 - abar) ** 0.5 * x / (0.25 * abar + 1 - abar)

    x = {steps: finished(gaussian, schedule, Noise(0, 1), sampler=sampler, steps=steps) for steps in (20, 40, 4000)}
    error, halved = ((x[steps] - x[4000]).abs().max() for steps in (20, 40))
    assert float(error / halved) == pytest.approx(2**order, rel=0.25)


def test_picture_i_of_a_seed_is_the_same_in_any_batch():
    few, many = Noise(7, 2), Noise(7, 9)
    for _ in range(3):
        assert torch.equal(few.draw(), many.draw()[:2])
    assert not torch.equal(Noise(7, 1).draw(), Noise(8, 1).draw())
    assert len({float(z[0, 0, 0]) for z in many.draw()}) == 9, "two pictures of a seed share their noise"


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_out_of_range_is_explained(seed):
    with pytest.raises(ValueError, match="seed must be between 0 and"):
        Noise(seed, 1)


def test_without_fresh_noise_only_the_start_is_drawn():
    noise = GivenNoise(0, 1)
    finished(wavy, LINEAR, noise, steps=10, fresh_noise=False)
    assert len(noise.drawn) == 1


def test_an_unknown_sampler_is_answered_with_those_there_are():
    with pytest.raises(ValueError, match=r"ddpm, ddim, .*, not 'euler'"):
        next(sample(wavy, LINEAR, Noise(0, 1), sampler="euler"))


def test_the_generator_does_not_leak_inference_mode_into_its_caller():
    """`with torch.inference_mode(): yield` would leave the mode on while the caller runs."""
    walk = sample(wavy, LINEAR, Noise(0, 1), steps=3)
    next(walk)
    assert not torch.is_inference_mode_enabled()


def test_guidance_is_a_straight_line_through_free_and_labelled():
    context = torch.tensor([[1.0, 0, 0, 0, 0]] * 2)

    def network(x, time, context):
        return x * context.sum(1).view(-1, 1, 1, 1) + 1

    x, time = torch.randn(2, 3, 16, 16), torch.zeros(2)
    free, labelled = network(x, time, 0 * context), network(x, time, context)
    for scale in (0.0, 0.5, 1.0, 3.0):
        guided = guide(network, context, scale)(x, time)
        torch.testing.assert_close(guided, free + scale * (labelled - free))


def test_one_evaluation_a_step_where_guidance_needs_no_second():
    seen = []

    def network(x, time, context):
        seen.append(len(x))
        return x

    x, time = torch.zeros(2, 3, 16, 16), torch.zeros(2)
    guide(network, torch.ones(2, 5), 1.0)(x, time)
    guide(network, torch.zeros(2, 5), 3.0)(x, time)
    guide(network, torch.ones(2, 5), 3.0)(x, time)
    assert seen == [2, 2, 4]


X, CONTEXT = torch.randn(2, 3, 16, 16), torch.tensor([[1.0, 0, 0, 0, 0]] * 2)


def grown(x, time, context):
    return x * (1 + context.sum(1).view(-1, 1, 1, 1)) + 1


def young(x, time, context):
    return 0.5 * grown(x, time, context) - 2


@pytest.mark.parametrize("guidance", [0.0, 1.0, 3.0])
@pytest.mark.parametrize("youth", [0.0, 1.0, 1.5, 3.0])
def test_youth_is_a_straight_line_from_the_younger_network_through_the_guided_one(guidance, youth):
    time = torch.full((2,), 0.5)
    usual = guide(grown, CONTEXT, guidance)(X, time)
    away = guide(grown, CONTEXT, guidance, young=young, youth=youth)(X, time)
    start = young(X, time, CONTEXT if guidance else 0 * CONTEXT)
    torch.testing.assert_close(away, start + youth * (usual - start))
    if youth == 1:
        assert torch.equal(away, usual)


def test_youth_counts_in_an_interval_of_levels_and_costs_nothing_outside():
    seen = []

    def counted(x, time, context):
        seen.append(float(time[0]))
        return young(x, time, context)

    def evaluations(**settings):
        seen.clear()
        walk = list(
            sample(guide(grown, CONTEXT, young=counted, **settings), LINEAR, Noise(0, 2), sampler="sa", steps=20)
        )
        return len(seen), walk[-1].x

    assert evaluations(youth=1.0)[0] == 0
    assert evaluations(youth=1.5, below=0.65)[0] == 13 and max(seen) == pytest.approx(0.65)
    assert evaluations(youth=1.5)[0] == 20
    assert torch.equal(evaluations(youth=1.5, below=0.0)[1], evaluations(youth=1.0)[1])
    mixed, predict = torch.tensor([0.6, 0.7]), guide(grown, CONTEXT, young=young, youth=2.0, below=0.65)
    assert torch.equal(predict(X, mixed)[1], grown(X, mixed, CONTEXT)[1])
    assert not torch.equal(predict(X, mixed)[0], grown(X, mixed, CONTEXT)[0])
