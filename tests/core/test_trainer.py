import math
import os
import re
import subprocess
import sys
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from torch import nn

from diffusion.__main__ import main
from diffusion.core import trainer
from diffusion.core.batches import Batch, TrainingSet, draw_batches
from diffusion.core.context_unet import ContextUnet
from diffusion.core.noise_loss import noise_loss
from diffusion.core.schedule import NoiseSchedule
from diffusion.core.sprite_unet import SpriteUnet
from diffusion.core.train_config import TrainConfig, linear_decay, warmup_cosine
from diffusion.core.trainer import (
    EpochDone,
    MidEpoch,
    StepDone,
    ema_update,
    recompute_batchnorm_statistics,
    train,
    validation_loss,
)
from diffusion.data.pixelart import draw
from diffusion.sprites import from_pixels

LINEAR = NoiseSchedule.linear()
SMALL = TrainConfig(epochs=2, batch_size=20, lr=2e-3)


def sprites(count=60, split="train"):
    pixels, labels = draw(count, 0, split)
    return TrainingSet(torch.from_numpy(pixels), torch.from_numpy(labels).float())


@pytest.fixture(scope="module")
def accelerator():
    """In float32, whatever precision an earlier test of this process has chosen: accelerate remembers it."""
    AcceleratorState._reset_state(reset_partial_state=True)
    yield Accelerator(cpu=True, mixed_precision="no")
    AcceleratorState._reset_state(reset_partial_state=True)


def test_a_tiny_run_learns_and_tells_of_every_step_and_epoch(accelerator):
    torch.manual_seed(0)
    config = replace(SMALL, epochs=4)
    events = list(
        train(SpriteUnet(16), LINEAR, sprites(), config, validation=sprites(30, "test"), accelerator=accelerator)
    )
    steps = [event for event in events if isinstance(event, StepDone)]
    epochs = [event for event in events if isinstance(event, EpochDone)]
    assert [step.step for step in steps] == list(range(1, 13)) and {step.total for step in steps} == {12}
    assert [epoch.epoch for epoch in epochs] == [0, 1, 2, 3]
    assert steps[0].loss == pytest.approx(1, abs=0.1), "a network that predicts 0 has the noise's variance as its loss"
    assert epochs[-1].loss < 0.85 * epochs[0].loss
    assert epochs[-1].validation_loss < epochs[0].validation_loss


def test_the_same_seed_is_the_same_run(accelerator):
    def losses(seed):
        torch.manual_seed(0)
        config = replace(SMALL, epochs=1, seed=seed)
        events = train(SpriteUnet(8), LINEAR, sprites(), config, accelerator=accelerator)
        return [event.loss for event in events if isinstance(event, StepDone)]

    assert losses(1) == losses(1) != losses(2)


def test_every_epoch_meets_every_picture_once_with_noise_of_its_own():
    data, config = sprites(), replace(SMALL, drop_label=0)
    first, second = (list(draw_batches(data, LINEAR, config, epoch)) for epoch in (0, 1))
    every = sorted(picture.numpy().tobytes() for picture in from_pixels(data.pixels))
    for epoch in (first, second):
        assert sorted(picture.numpy().tobytes() for batch in epoch for picture in batch.x0) == every
        assert {int(t) for batch in epoch for t in batch.t} <= set(range(1, 501))
    assert not torch.equal(first[0].eps, second[0].eps)
    assert torch.equal(first[0].eps, next(draw_batches(data, LINEAR, config, 0)).eps)


def test_pictures_and_labels_stay_together():
    data = sprites()
    batch = next(draw_batches(data, LINEAR, replace(SMALL, drop_label=0), 0))
    for x0, context in zip(batch.x0, batch.context, strict=True):
        pixels = ((x0 + 1) * 127.5).round().permute(1, 2, 0).to(torch.uint8)
        match = (data.pixels == pixels).flatten(1).all(1)
        assert (data.context[match] == context).all(1).any()


def trained_contexts(context, **settings):
    """(5000, V) what the network is told of 5,000 sprites with this context."""
    data = TrainingSet(torch.zeros(5000, 4, 4, 3, dtype=torch.uint8), context.repeat(5000, 1))
    config = TrainConfig(batch_size=500, **settings)
    return torch.cat([batch.context for batch in draw_batches(data, LINEAR, config, 0)])


def test_a_fifth_of_the_labels_is_dropped():
    kept = trained_contexts(torch.eye(5)[:1]).sum()
    assert kept / 5000 == pytest.approx(0.8, abs=0.02)


def test_words_are_dropped_one_by_one_and_all_together():
    kept = (trained_contexts(torch.tensor([[1, 1, 0, 1, 1]], dtype=torch.uint8)) > 0).sum(1)
    shares = torch.bincount(kept, minlength=5) / 5000
    # Of the four words a fifth of the sprites has none; of the others half has all, half a random number: 0.08 each.
    assert shares.tolist() == pytest.approx([0.28, 0.08, 0.08, 0.08, 0.48], abs=0.02)
    kept = trained_contexts(torch.tensor([[1.0, 0, 0.5]]), drop_words=1, drop_label=0)
    assert sorted(kept[:, 2].unique().tolist()) == [0, 0.5] and (kept[:, 1] == 0).all(), "a weight is kept or dropped"
    assert (trained_contexts(torch.ones(1, 5), drop_words=0, drop_label=0) == 1).all()


def test_slices_of_a_batch_are_the_batch():
    batch = next(draw_batches(sprites(), LINEAR, replace(SMALL, batch_size=7), 0))
    parts = [batch.slice(i, 3) for i in range(3)]
    assert [len(part) for part in parts] == [3, 2, 2]
    assert torch.equal(torch.cat([part.eps for part in parts]), batch.eps)
    assert torch.equal(torch.cat([part.t for part in parts]), batch.t)


def test_the_loss_is_zero_for_whoever_knows_the_noise():
    batch = next(draw_batches(sprites(), LINEAR, SMALL, 0))
    assert noise_loss(lambda x, time, context: batch.eps, LINEAR, batch) == 0
    blind = noise_loss(lambda x, time, context: torch.zeros_like(x), LINEAR, batch)
    assert blind == pytest.approx(1, abs=0.1)


def test_the_network_is_asked_about_levels_as_shares_of_all():
    batch = next(draw_batches(sprites(), LINEAR, SMALL, 0))
    asked = {}
    noise_loss(lambda x, time, context: asked.setdefault("time", time)[0] * x, LINEAR, batch)
    torch.testing.assert_close(asked["time"], batch.t / 500)


@pytest.mark.parametrize(
    ("weighting", "levels", "expected"),
    [
        # SNR = abar / (1 - abar): abar 9/10 has 9 and counts 5/9, 5/6 has 5 and 1/2 has 1: both count whole.
        ("min-snr", [1], 4 * 5 / 9),
        ("min-snr", [2], 4),
        ("min-snr", [3], 4),
        ("min-snr", [1, 3, 3], (4 * 5 / 9 + 4 + 4) / 3),
        ("none", [1], 4),
        ("none", [1, 2, 3], 4),
    ],
)
def test_the_weight_of_an_error_by_its_level(weighting, levels, expected):
    """All predictions are wrong by 2."""
    abar = torch.tensor([1, 9 / 10, 5 / 6, 1 / 2], dtype=torch.float64)
    schedule = NoiseSchedule(abar, torch.ones(4))
    t, zeros = torch.tensor(levels), torch.zeros(len(levels), 3, 4, 4)
    batch = Batch(zeros, zeros, t, torch.zeros(len(levels), 5))
    loss = noise_loss(lambda x, time, context: x + 2, schedule, batch, weighting)
    assert loss.shape == () and float(loss) == pytest.approx(expected, rel=1e-5)


def test_training_weighs_and_measuring_does_not(accelerator, monkeypatch):
    """The loss kept out of training stays comparable between runs."""
    asked, plain = [], trainer.noise_loss
    monkeypatch.setattr(trainer, "noise_loss", lambda *a: asked.append(a[3] if len(a) > 3 else "none") or plain(*a))
    data = sprites(20)
    list(train(SpriteUnet(8), LINEAR, data, replace(SMALL, epochs=1), validation=data, accelerator=accelerator))
    assert asked[0] == "min-snr" and len(asked) > 1 and set(asked[1:]) == {"none"}


def test_rates():
    assert (linear_decay(0), linear_decay(0.5), linear_decay(1)) == (1, 0.5, 0)
    assert warmup_cosine(0) == 0 and warmup_cosine(0.01) == pytest.approx(0.5) and warmup_cosine(0.02) == 1
    assert warmup_cosine(0.51) == pytest.approx(0.5) and warmup_cosine(1) == pytest.approx(0)


def test_the_ema_follows_the_weights():
    ema, network = ([torch.rand(2, 2), torch.rand(3)] for _ in range(2))
    expected = [0.75 * mine + 0.25 * theirs for mine, theirs in zip(ema, network, strict=True)]
    ema_update(ema, network, decay=0.75)
    torch.testing.assert_close(ema, expected)


def test_batch_norm_statistics_belong_to_the_averaged_weights(accelerator):
    """Copied from the network that is being trained, they were measured to hurt."""
    network, data = ContextUnet(8), sprites()
    for norm in (module for module in network.modules() if isinstance(module, nn.BatchNorm2d)):
        nn.init.constant_(norm.running_mean, 100.0)
    recompute_batchnorm_statistics(network, LINEAR, data, SMALL, accelerator)
    first = network.init_conv.conv1
    batches = list(draw_batches(data, LINEAR, SMALL, SMALL.epochs))
    means = [first[0](LINEAR.noised(batch.x0, batch.t, batch.eps)).mean((0, 2, 3)) for batch in batches]
    torch.testing.assert_close(first[1].running_mean, torch.stack(means).mean(0), atol=1e-5, rtol=1e-4)
    assert not network.training


def test_the_validation_loss_is_not_random(accelerator):
    network, data = SpriteUnet(8).eval(), sprites(40)
    assert validation_loss(network, LINEAR, data, accelerator) == validation_loss(network, LINEAR, data, accelerator)


def test_without_a_validation_set_its_loss_is_nan(accelerator):
    *_, last = train(SpriteUnet(8), LINEAR, sprites(20), replace(SMALL, epochs=1), accelerator=accelerator)
    assert math.isnan(last.validation_loss)


@pytest.mark.parametrize(
    "wrong,answer",
    [
        ({"epochs": 0}, "epochs must be at least 1"),
        ({"batch_size": 0}, "batch size must be at least 1"),
        ({"lr": 0}, "learning rate must be above 0"),
        ({"lr": math.nan}, "learning rate must be above 0"),
        ({"optimizer": "magic"}, "linear, cosine, not 'magic'"),
        ({"drop_label": 1.5}, "between 0 and 1"),
        ({"drop_words": -0.5}, "drop words must be between 0 and 1"),
        ({"weighting": "edm"}, "weighting must be one of min-snr, none, not 'edm'"),
        ({"ema": 1.0}, "ema must be at least 0 and below 1"),
        ({"seed": -1}, "seed must be between 0"),
    ],
)
def test_settings_that_cannot_be_are_answered_with_those_that_can(wrong, answer):
    with pytest.raises(ValueError, match=answer):
        TrainConfig(**wrong)


def test_two_processes_have_the_loss_curve_of_one(accelerator, tmp_path, capsys):
    """The same global batches, half of each in either process: only BatchNorm sees other batches."""
    words = ["train", "--data", "builtin:400", "--epochs", "3", "--batch-size", "40", "--width", "16", "--run"]
    assert main([*words, str(tmp_path / "one")]) == 0
    launch = [sys.executable, "-m", "accelerate.commands.launch", "--cpu", "--num_processes", "2"]
    launch += ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0"]
    two = [*launch, "-m", "diffusion", *words, str(tmp_path / "two")]
    environment, root = os.environ | {"OMP_NUM_THREADS": "1"}, Path(__file__).parent.parent.parent
    done = subprocess.run(two, capture_output=True, text=True, cwd=root, env=environment, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    one, two = (
        [float(loss) for loss in re.findall(r"epoch \d: loss ([\d.]+)", told)]
        for told in (capsys.readouterr().out, done.stdout)
    )
    assert len(one) == len(two) == 3
    assert two == pytest.approx(one, rel=0.05)


def test_a_run_that_goes_on_from_the_middle_of_an_epoch_ends_as_one_that_never_stopped(accelerator):
    def start(**options):
        torch.manual_seed(0)
        return train(SpriteUnet(8), LINEAR, sprites(), SMALL, accelerator=accelerator, **options)

    *_, whole = start()
    asked = iter([False] * 4 + [True] + [False] * 9)
    for event in start(wants_state=lambda: next(asked)):
        if isinstance(event, MidEpoch):
            break
    assert (event.epoch, event.step) == (1, 5)
    later = list(start(resume=deepcopy(event.resume)))
    assert [step.step for step in later if isinstance(step, StepDone)] == [6]
    assert later[-1].loss == pytest.approx(whole.loss)
    for name, weight in whole.weights.items():
        assert torch.equal(later[-1].weights[name], weight), name


def test_a_set_that_is_drawn_anew_gives_every_epoch_its_own_and_resumes_with_the_right_one(accelerator):
    """Epoch 0 has the set as it is given, every other one what `redraw` draws for it."""
    drawn, three = [], replace(SMALL, epochs=3)

    def redraw(epoch):
        drawn.append(epoch)
        return TrainingSet(sprites().pixels // (epoch + 1), sprites().context)

    def whole_epochs(data, **options):
        torch.manual_seed(0)
        events = train(SpriteUnet(8), LINEAR, data, three, accelerator=accelerator, **options)
        return [event for event in events if isinstance(event, EpochDone)]

    anew = replace(sprites(), redraw=redraw)
    through, fixed = whole_epochs(anew), whole_epochs(sprites())
    assert drawn == [1, 2]
    assert through[0].loss == fixed[0].loss and through[1].loss != fixed[1].loss
    resumed = whole_epochs(anew, resume=deepcopy(through[1].resume))
    assert drawn == [1, 2, 2]
    for name, weight in through[-1].weights.items():
        assert torch.equal(resumed[-1].weights[name], weight), name
