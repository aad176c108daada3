import pytest
import torch

from diffusion.engine.device import Device, find_device
from diffusion.engine.generation import Request, generate
from diffusion.store.checkpoint import RunConfig
from diffusion.store.checkpoint_files import Checkpoint

CPU = Device("cpu", torch.float32)


def checkpoint(epoch=0, seed=0, **config):
    torch.manual_seed(seed)
    made = RunConfig(width=8, **config)
    network = made.build()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    return Checkpoint(made, epoch, network.eval())


def finished(checkpoints, device=CPU, **request):
    *_, last = generate(checkpoints, Request(**request), device)
    return [step.x for step in last]


def test_a_sprite_does_not_depend_on_how_many_are_made():
    one = checkpoint()
    (few,), (many,) = finished([one], count=2, steps=5), finished([one], count=6, steps=5)
    torch.testing.assert_close(few, many[:2], atol=1e-4, rtol=1e-4)


def test_several_checkpoints_walk_from_the_same_noise_in_lockstep():
    first, second = checkpoint(0), checkpoint(1, seed=1)
    steps = list(generate([first, second], Request(count=2, steps=4), CPU))
    assert len(steps) == 5
    assert all(a.t == b.t for a, b in steps)
    assert torch.equal(steps[0][0].x, steps[0][1].x)
    assert not torch.equal(steps[-1][0].x, steps[-1][1].x)
    (alone,) = finished([second], count=2, steps=4)
    assert torch.equal(steps[-1][1].x, alone), "a checkpoint's sprites depend on the one beside it"


def test_kinds_steer_and_zeros_do_not():
    one = checkpoint()
    plain = finished([one], count=1, steps=3)[0]
    assert torch.equal(plain, finished([one], count=1, steps=3, guidance=3.0)[0])
    assert not torch.equal(plain, finished([one], count=1, steps=3, kinds=(1.0, 0, 0, 0, 0))[0])


def test_an_earlier_epoch_guides_those_that_have_one():
    old, young = checkpoint(31), checkpoint(4, seed=1)
    asked = {"count": 2, "steps": 6, "kinds": (1.0, 0, 0, 0, 0), "guidance": 2.0}
    plain, early = finished([old, young], **asked)

    def guided(younger, **changed):
        *_, last = generate([old, young], Request(**asked | {"youth": 1.5} | changed), CPU, younger=younger)
        return [step.x for step in last]

    later, same = guided([young, None])
    assert torch.equal(same, early) and not torch.equal(later, plain)
    assert torch.equal(guided([young, None], youth=1)[0], plain), "1 is off"
    assert torch.equal(guided([young, None], youth_below=0)[0], plain), "no level is 0 or below"
    assert torch.equal(guided(())[0], plain)
    unlabelled = asked | {"guidance": 1.0}
    torch.testing.assert_close(guided([old, None], guidance=1.0)[0], finished([old], **unlabelled)[0])  # by itself


def test_the_course_s_random_convolution_does_not_make_two_runs_of_a_seed_differ():
    course = checkpoint(network="context-unet", variant="course", schedule="course")
    assert torch.equal(*finished([course], count=1, steps=3), *finished([course], count=1, steps=3))


def test_sampling_leaves_the_checkpoint_as_it_was():
    one = checkpoint()
    finished([one], Device("cpu", torch.bfloat16), count=1, steps=2)
    assert {parameter.dtype for parameter in one.network.parameters()} == {torch.float32}


def test_half_precision_stays_close():
    one = checkpoint()
    (exact,) = finished([one], count=4, steps=10)
    (rough,) = finished([one], Device("cpu", torch.bfloat16), count=4, steps=10)
    assert (exact - rough).square().mean() < 1e-3 * exact.square().mean()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_the_same_sprites_on_a_gpu():
    one = checkpoint()
    (here,) = finished([one], count=4, steps=10)
    (there,) = finished([one], Device("cuda", torch.float32), count=4, steps=10)
    torch.testing.assert_close(there.cpu(), here, atol=1e-2, rtol=1e-2)


@pytest.mark.parametrize(
    "wrong,answer",
    [
        ({"count": 0}, "between 1 and 64, not 0"),
        ({"count": 65}, "between 1 and 64, not 65"),
        ({"sampler": "euler"}, "ddpm, ddim, dpmpp, sde-dpmpp, sa, not 'euler'"),
        ({"steps": 0}, "at least 1"),
        ({"kinds": (1.0,)}, "5 numbers from 0 to 1"),
        ({"kinds": (2.0, 0, 0, 0, 0)}, "5 numbers from 0 to 1"),
        ({"kinds": (float("nan"), 0, 0, 0, 0)}, "5 numbers from 0 to 1"),
        ({"guidance": -1}, "between 0 and 10"),
        ({"eta": 2}, "between 0 and 1"),
    ],
)
def test_a_wrong_request_cannot_be_made(wrong, answer):
    with pytest.raises(ValueError, match=answer):
        Request(**wrong)


def test_more_steps_than_levels_and_a_wild_seed_are_explained():
    for wrong, answer in (({"steps": 501}, "between 1 and 500"), ({"seed": -3}, "seed must be between")):
        with pytest.raises(ValueError, match=answer):
            finished([checkpoint()], count=1, **wrong)


def test_the_device_is_found_once_and_says_what_it_is():
    assert find_device() is find_device()
    assert "torch" in str(find_device())
