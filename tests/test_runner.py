"""The run that belongs to the server."""

import shlex
import time
from pathlib import Path

import pytest
import torch
from conftest import make_run, until

from diffusion.__main__ import main
from diffusion.pace import estimate
from diffusion.runner import CURVE_POINTS, MOST_WAITING, Runner, interrupted, thinned
from diffusion.runs import Plan, carry_out, plan_of
from diffusion.store import RunFolder
from diffusion.training import EpochDone, TrainConfig

TINY = TrainConfig(epochs=2, batch_size=20)


def plan(folder, count=60, **changes):
    return Plan(folder=folder, data=f"builtin:{count}", training=TINY, **changes)


def test_a_run_is_carried_out_and_tells_how_it_stands(runner, tmp_path):
    runner.start(plan(tmp_path / "mine"))
    now = until(runner, lambda now: now.state == "finished")
    assert (now.step, now.total, len(now.curve)) == (6, 6, 6)
    assert [epoch for epoch, _ in now.held_out] == [epoch for epoch, _ in now.samples] == [0, 1]
    assert all(sprites.shape == (16, 16, 16, 3) for _, sprites in now.samples)
    assert list(RunFolder(tmp_path / "mine").epochs()) == [0, 1]
    assert not interrupted(RunFolder(tmp_path / "mine"))


def test_pause_holds_and_continue_goes_on(runner, tmp_path):
    runner.start(plan(tmp_path / "mine", count=2000))
    until(runner, lambda now: now.step >= 2)
    runner.pause()
    held = runner.snapshot()
    time.sleep(1.5)
    now = runner.snapshot()
    assert now.state == "paused" and now.step <= held.step + 1, "more than the step that was under way"
    runner.go_on()
    until(runner, lambda now: now.step > held.step)


def test_stop_saves_within_the_epoch_and_resume_ends_with_the_same_epochs(runner, tmp_path):
    runner.start(plan(tmp_path / "mine", count=400))
    stopped_at = until(runner, lambda now: now.step >= 3).step
    runner.stop()
    now = until(runner, lambda now: now.state == "stopped")
    assert stopped_at <= now.step < 20
    run = RunFolder(tmp_path / "mine")
    assert interrupted(run) and run.resume_state()["step"] == now.step
    runner.start(plan_of(run), resume=True)
    assert until(runner, lambda now: now.step > 0).step > now.step, "it began again from the start"
    now = until(runner, lambda now: now.state == "finished")
    assert list(run.epochs()) == [0, 1] and not interrupted(run)
    assert [step for step, _ in now.curve] == list(range(1, 41)), "the curve lost what was before the stop"


def test_after_a_restart_the_curve_begins_with_the_epochs_that_are_on_the_disk(runner, tmp_path):
    """As after kill -9: another server, which never saw the run, goes on with it."""
    dying = carry_out(plan(tmp_path / "mine"))
    next(event for event in dying if isinstance(event, EpochDone))
    next(dying)
    dying.close()
    run = RunFolder(tmp_path / "mine")
    assert interrupted(run)
    runner.start(plan_of(run), resume=True)
    now = until(runner, lambda now: now.state == "finished")
    assert [step for step, _ in now.curve] == [3, 4, 5, 6] and [epoch for epoch, _ in now.held_out] == [0, 1]


def test_a_paused_run_can_be_stopped(runner, tmp_path):
    runner.start(plan(tmp_path / "mine", count=2000))
    until(runner, lambda now: now.step >= 1)
    runner.pause()
    runner.stop()
    until(runner, lambda now: now.state == "stopped")


def test_one_run_at_a_time_the_next_ones_wait_and_may_leave(runner, tmp_path):
    runner.start(plan(tmp_path / "first", count=2000), owner="anna")
    for name in ("second", "third"):
        runner.start(plan(tmp_path / name), owner="bert")
    assert runner.snapshot().waiting == ("second", "third") and not (tmp_path / "second").exists()
    assert [runner.owner_of(name) for name in ("first", "third", "fourth")] == ["anna", "bert", None]
    for name in ("first", "third"):
        with pytest.raises(ValueError, match=f"{name} is being trained or waits"):
            runner.start(plan(tmp_path / name))
    runner.leave("third")
    assert runner.snapshot().waiting == ("second",)
    runner.stop()
    until(runner, lambda now: now.name == "second" and now.state == "finished")
    assert runner.snapshot().waiting == () and not (tmp_path / "third").exists()
    assert runner.seen() == ("second", "first") and runner.snapshot("first").state == "stopped"


def test_not_more_may_wait_than_is_bearable(runner, tmp_path):
    runner.start(plan(tmp_path / "first", count=2000))
    for number in range(MOST_WAITING):
        runner.start(plan(tmp_path / str(number)))
    with pytest.raises(ValueError, match="8 runs wait already"):
        runner.start(plan(tmp_path / "one more"))
    for number in range(MOST_WAITING):
        runner.leave(str(number))


def test_a_run_that_fails_lets_the_next_one_begin(runner, tmp_path):
    (tmp_path / "first").mkdir()
    (tmp_path / "first" / "file").touch()
    runner.start(plan(tmp_path / "first"))
    runner.start(plan(tmp_path / "second"))
    until(runner, lambda now: now.name == "second" and now.state == "finished")
    assert runner.snapshot("first").state == "failed"


@pytest.mark.parametrize("paused", [False, True])
def test_a_run_that_takes_too_long_is_saved_and_stopped(tmp_path, paused):
    runner = Runner(longest=3)
    runner.start(plan(tmp_path / "mine", count=20_000))
    if paused:
        until(runner, lambda now: now.step >= 1)
        runner.pause()
    now = until(runner, lambda now: not now.busy, seconds=30)
    assert (now.state, now.out_of_time) == ("stopped", True)
    assert RunFolder(tmp_path / "mine").resume_state()["step"] == now.step == now.saved_at


def test_a_run_that_cannot_begin_says_why_and_the_next_one_can(runner, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").touch()
    runner.start(plan(tmp_path / "mine"))
    assert "is not empty" in until(runner, lambda now: now.state == "failed").message
    runner.start(plan(tmp_path / "other"))
    until(runner, lambda now: now.state == "finished")


def fill(path):
    """The next write of this file meets a full disk: the kernel's own, not a pretended one."""
    path.with_name(f".{path.name}.part").symlink_to("/dev/full")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
@pytest.mark.parametrize("name", ["model_1.safetensors", "metrics.json", "training/resume.pt", "README.md"])
def test_a_full_disk_ends_the_run_with_a_sentence_and_loses_no_epoch(runner, tmp_path, name):
    asked = plan(tmp_path / "mine", save_every=1)
    for _ in carry_out(plan(tmp_path / "whole", save_every=1)):
        pass
    begun = carry_out(asked)
    next(event for event in begun if isinstance(event, EpochDone))
    begun.close()
    run, before = RunFolder(asked.folder), (asked.folder / "model_0.safetensors").read_bytes()
    fill(asked.folder / name)
    runner.start(plan_of(run), resume=True)
    now = until(runner, lambda now: not now.busy)
    assert now.state == "failed" and now.message == f"could not write {asked.folder / name}: the disk is full"
    assert (asked.folder / "model_0.safetensors").read_bytes() == before
    assert run.load(0) and "0" in run.metrics() and run.resume_state()["epoch"] == 0
    assert not list(asked.folder.rglob(".*.part"))
    runner.start(plan_of(run), resume=True)  # there is room again
    until(runner, lambda now: now.state == "finished")
    for epoch in (0, 1):
        mine, whole = (folder.load(epoch).network.state_dict() for folder in (run, RunFolder(tmp_path / "whole")))
        assert all(torch.equal(mine[key], whole[key]) for key in whole), epoch


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_run_that_cannot_save_when_it_is_stopped_says_so_and_goes_on_after_its_last_epoch(runner, tmp_path):
    runner.start(plan(tmp_path / "mine", count=2000))
    until(runner, lambda now: now.step >= 1)
    (tmp_path / "mine" / "training").mkdir(exist_ok=True)
    fill(tmp_path / "mine" / "training" / "resume.pt")
    runner.stop()
    now = until(runner, lambda now: not now.busy)
    assert now.state == "failed" and "resume.pt: the disk is full" in now.message
    runner.start(plan_of(RunFolder(tmp_path / "mine")), resume=True)
    until(runner, lambda now: now.state == "running" and now.step >= 1)


def test_the_curve_stays_small_and_keeps_its_mean():
    losses = [(i, float(i % 7)) for i in range(1, 10_001)]
    points = thinned(losses)
    assert len(points) == CURVE_POINTS and points[-1][0] == 10_000
    assert sum(loss for _, loss in points) / len(points) == pytest.approx(3, abs=0.05)
    assert thinned(losses[:5]) == tuple(losses[:5])


# Beginning with a checkpoint, and how long it will take


def test_a_run_begins_with_the_weights_of_a_checkpoint_and_is_resumed_without_it(tmp_path):
    first = make_run(tmp_path / "first", epochs=(4,), width=16)
    begun = plan(tmp_path / "mine", start=str(first.file(4)))
    events = carry_out(begun)
    next(event for event in events if isinstance(event, EpochDone))
    events.close()
    run = RunFolder(tmp_path / "mine")
    assert (run.config().width, run.config().start) == (16, str(first.file(4)))
    before, after = first.load(4).network, run.load(0).network
    fresh = run.config().build()
    moved = float((after.to8.weight - before.to8.weight).abs().max())
    assert 0 < moved < float((after.to8.weight - fresh.to8.weight).abs().max()), (
        "it did not begin where it was told to"
    )
    first.file(4).unlink()
    list(carry_out(plan_of(run), resume=True))
    assert list(run.epochs()) == [0, 1]


def test_what_the_checkpoint_decides_cannot_be_decided_otherwise(tmp_path):
    start = str(make_run(tmp_path / "first", epochs=(4,), width=16).file(4))
    with pytest.raises(ValueError, match="has width 16, not 32; leave --width out"):
        next(carry_out(plan(tmp_path / "mine", start=start, width=32)))
    assert not (tmp_path / "mine").exists()


def test_the_command_of_a_plan_is_understood_as_the_same_plan(tmp_path, monkeypatch):
    begun = Plan(
        folder=tmp_path / "mine",
        data="builtin:60",
        start="first/model_4.safetensors",
        width=16,
        training=TrainConfig(epochs=3, drop_label=1.0, flip=True),
        save_every=2,
        half=True,
    )
    understood = []
    monkeypatch.setattr("diffusion.runs.carry_out", lambda plan, **_: understood.append(plan) or ())
    assert main([*shlex.split(begun.command())[3:], "--no-evaluate"]) == 0
    assert understood == [begun]


def test_the_time_it_will_take_grows_with_all_that_takes_time(tmp_path):
    def seconds(pictures=2000, held_out=500, **changes):
        training = TrainConfig(**{"epochs": 4, "batch_size": 20} | changes)
        return estimate(Plan(folder=tmp_path / "mine", width=8, training=training), pictures, held_out)

    usual = seconds()
    assert 0 < usual < seconds(pictures=4000) < seconds(pictures=4000, held_out=2000)
    assert seconds(epochs=8) == pytest.approx(2 * usual)
    assert not (tmp_path / "mine").exists()
