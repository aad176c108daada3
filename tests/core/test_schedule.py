from itertools import pairwise

import pytest
import torch

from diffusion.core.schedule import SCHEDULES, NoiseSchedule


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("t", [1, 250, 499])
def test_clean_and_noise_are_the_exact_inverses_of_noised(name, t):
    schedule = SCHEDULES[name]()
    x0, eps = torch.rand(4, 3, 16, 16) * 2 - 1, torch.randn(4, 3, 16, 16)
    x = schedule.noised(x0, t, eps)
    scale = 1 / schedule.alpha_bar[t].sqrt()  # what rounding grows by on the way back
    torch.testing.assert_close(schedule.clean(x, t, eps), x0, atol=float(1e-6 * scale), rtol=1e-5)
    torch.testing.assert_close(schedule.noise(x, t, x0), eps, atol=2e-4, rtol=1e-4)


def test_noised_takes_a_level_per_picture():
    schedule = NoiseSchedule.linear()
    x0, eps, t = torch.rand(3, 3, 16, 16), torch.randn(3, 3, 16, 16), torch.tensor([1, 100, 500])
    apart = torch.cat([schedule.noised(x0[i : i + 1], int(t[i]), eps[i : i + 1]) for i in range(3)])
    torch.testing.assert_close(schedule.noised(x0, t, eps), apart)


def test_noising_keeps_the_variance():
    """The course's code adds (1 - abar) * eps, which at level 100 holds only about a third of the noise it should."""
    schedule = NoiseSchedule.linear()
    x0, eps = torch.randn(50_000, 1, 1, 1), torch.randn(50_000, 1, 1, 1)
    for t in (1, 100, 250, 500):
        assert schedule.noised(x0, t, eps).var() == pytest.approx(1, abs=0.03)


def test_the_linear_schedule_has_the_course_s_range():
    schedule = NoiseSchedule.linear()
    assert len(schedule) == 500
    assert 1 - schedule.alpha[1] == pytest.approx(1e-4, rel=1e-2)
    assert 1 - schedule.alpha[500] == pytest.approx(0.02, rel=1e-4)
    assert schedule.alpha_bar[500] == pytest.approx(0.00635, abs=1e-5)


def test_the_course_s_table_is_theirs_and_close_to_the_honest_one():
    beta = (0.02 - 1e-4) * torch.linspace(0, 1, 501) + 1e-4  # as their notebooks write it
    theirs = torch.cumsum((1 - beta).log(), dim=0).exp()
    theirs[0] = 1
    course = NoiseSchedule.course()
    torch.testing.assert_close(course.alpha_bar.float(), theirs, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(course.alpha[1:].float(), (1 - beta)[1:], atol=1e-6, rtol=0)
    assert (course.alpha_bar - NoiseSchedule.linear().alpha_bar).abs().max() < 0.0034


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 20, 30, 333, 499, 500])
def test_levels_visits_exactly_the_asked_number_and_ends_at_zero(steps):
    """The course's DDIM loop steps below 0 where the steps do not divide 500, and reads abar from the noisy end."""
    levels = NoiseSchedule.linear().levels(steps)
    assert len(levels) == steps + 1
    assert (levels[0], levels[-1]) == (500, 0)
    assert all(t > s for t, s in pairwise(levels))


@pytest.mark.parametrize("steps", [-1, 0, 501])
def test_levels_says_which_numbers_of_steps_there_are(steps):
    with pytest.raises(ValueError, match=f"between 1 and 500, not {steps}"):
        NoiseSchedule.linear().levels(steps)
