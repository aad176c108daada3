"""The run that belongs to the server."""

import errno
import json
import os
import re
import shlex
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from support.runs import make_run, until

from diffusion.__main__ import main
from diffusion.core.train_config import TrainConfig
from diffusion.core.trainer import EpochDone, StepDone
from diffusion.engine.generation import generate_finished
from diffusion.errors import Message, UserError
from diffusion.runs import Plan, load_plan, run_plan
from diffusion.runs.estimate import estimate_seconds
from diffusion.runs.previews import PREVIEW_COUNT, draw_previews, preview_requests
from diffusion.server.run_history import is_interrupted
from diffusion.server.run_queue import MAX_WAITING, TrainingQueue
from diffusion.server.run_status import CURVE_POINTS, extend_curve
from diffusion.server.visitor_pulls import VisitorPulls
from diffusion.sprites import KINDS
from diffusion.store.checkpoint import RunConfig
from diffusion.store.run_folder import RunFolder
from diffusion.store.run_lock import lock_run

TINY = TrainConfig(epochs=2, batch_size=20)


def plan(folder, count=60, epochs=2, **changes):
    changes = {"width": None if "start" in changes else 8} | changes
    return Plan(folder=folder, data=f"builtin:{count}", training=replace(TINY, epochs=epochs), **changes)


def test_a_run_is_carried_out_and_tells_how_it_stands(runner, tmp_path):
    runner.start(plan(tmp_path / "mine"))
    now = until(runner, lambda now: now.state == "finished")
    assert (now.step, now.total, len(now.curve)) == (6, 6, 6)
    assert [epoch for epoch, _ in now.validation_losses] == [epoch for epoch, _ in now.samples] == [0, 1]
    assert all(sprites.shape == (16, 16, 16, 3) for _, sprites in now.samples)
    assert list(RunFolder(tmp_path / "mine").epochs()) == [0, 1]
    assert not is_interrupted(RunFolder(tmp_path / "mine"))
    assert RunFolder(tmp_path / "mine").resume_state() is None, "24 MB that nobody needs"


def test_pause_holds_and_continue_goes_on(runner, tmp_path):
    runner.start(plan(tmp_path / "mine", count=2000))
    until(runner, lambda now: now.step >= 2)
    runner.pause()
    held = runner.snapshot()
    time.sleep(0.5)
    now = runner.snapshot()
    assert now.state == "paused" and now.step <= held.step + 1, "more than the step that was under way"
    runner.go_on()
    until(runner, lambda now: now.step > held.step)


def test_next_epoch_goes_on_until_its_sprites_are_there_and_pauses_again(runner, tmp_path):
    """As a teacher steps through a run; the last epoch ends it, as without a pause."""
    runner.start(plan(tmp_path / "mine", count=400, epochs=3))
    until(runner, lambda now: now.step >= 1)
    runner.next_epoch()  # nothing while it runs
    runner.pause()
    until(runner, lambda now: now.state == "paused")
    seen = len(runner.snapshot().samples)
    for epoch in range(seen, 2):
        runner.next_epoch()
        now = until(runner, lambda now, epoch=epoch: now.state == "paused" and len(now.samples) > epoch)
        assert (len(now.samples), now.step) == (epoch + 1, 20 * (epoch + 1))
    runner.next_epoch()
    assert until(runner, lambda now: not now.busy).state == "finished"


def test_continue_takes_next_epoch_back(runner, tmp_path):
    runner.start(plan(tmp_path / "mine", count=1000))
    until(runner, lambda now: now.step >= 1)
    runner.pause()
    assert until(runner, lambda now: now.state == "paused").samples == ()
    for act in (runner.next_epoch, runner.pause, runner.go_on):
        act()
    assert until(runner, lambda now: now.state in ("paused", "finished")).state == "finished"


def test_the_speed_counts_every_batch_as_large_as_it_is(runner, tmp_path, monkeypatch):
    """The last batch of an epoch is smaller: at each epoch's end the speed seemed to be that of small batches."""
    clock = [100.0]

    def events(plan, **_):
        for step in range(1, 7):
            clock[0] += 2
            yield StepDone(step, 9, 0.5, 1e-3, 10 if step % 3 == 0 else 20)

    monkeypatch.setattr("diffusion.server.run_queue.time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr("diffusion.server.run_queue.run_plan_on_lent_gpu", events)
    runner.start(plan(tmp_path / "mine"))
    runner.wait()
    now = runner.snapshot("mine")
    assert now.sprites_per_second == (20 + 10 + 20 + 20 + 10) / 10


def test_stop_saves_within_the_epoch_and_resume_ends_with_the_same_epochs(runner, tmp_path):
    runner.start(plan(tmp_path / "mine", count=400))
    stopped_at = until(runner, lambda now: now.step >= 3).step
    runner.stop()
    now = until(runner, lambda now: now.state == "stopped")
    assert stopped_at <= now.step < 20
    run = RunFolder(tmp_path / "mine")
    assert is_interrupted(run) and run.resume_state()["step"] == now.step
    runner.start(load_plan(run), resume=True)
    assert until(runner, lambda now: now.step > 0).step > now.step, "it began again from the start"
    now = until(runner, lambda now: now.state == "finished")
    assert list(run.epochs()) == [0, 1] and not is_interrupted(run)
    assert [step for step, _ in now.curve] == list(range(1, 41)), "the curve lost what was before the stop"


def test_after_a_restart_the_curve_begins_with_the_epochs_that_are_on_the_disk(runner, tmp_path):
    """As after kill -9: another server, which never saw the run, goes on with it."""
    dying = run_plan(plan(tmp_path / "mine"))
    next(event for event in dying if isinstance(event, EpochDone))
    next(dying)
    dying.close()
    run = RunFolder(tmp_path / "mine")
    assert is_interrupted(run)
    runner.start(load_plan(run), resume=True)
    now = until(runner, lambda now: now.state == "finished")
    assert [step for step, _ in now.curve] == [3, 4, 5, 6] and [epoch for epoch, _ in now.validation_losses] == [0, 1]


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
    runner.withdraw("third")
    assert runner.snapshot().waiting == ("second",)
    runner.stop()
    until(runner, lambda now: now.name == "second" and now.state == "finished")
    assert runner.snapshot().waiting == () and not (tmp_path / "third").exists()
    assert runner.known_runs() == ("second", "first") and runner.snapshot("first").state == "stopped"


def test_not_more_may_wait_than_is_bearable(runner, tmp_path):
    runner.start(plan(tmp_path / "first", count=2000))
    for number in range(MAX_WAITING):
        runner.start(plan(tmp_path / str(number)))
    with pytest.raises(ValueError, match="8 runs wait already"):
        runner.start(plan(tmp_path / "one more"))
    for number in range(MAX_WAITING):
        runner.withdraw(str(number))


def test_a_run_that_fails_lets_the_next_one_begin(runner, tmp_path):
    (tmp_path / "first").mkdir()
    (tmp_path / "first" / "file").touch()
    runner.start(plan(tmp_path / "first"))
    runner.start(plan(tmp_path / "second"))
    until(runner, lambda now: now.name == "second" and now.state == "finished")
    assert runner.snapshot("first").state == "failed"


@pytest.mark.parametrize("paused", [False, True])
def test_a_run_that_takes_too_long_is_saved_and_stopped(tmp_path, paused):
    runner = TrainingQueue(max_seconds=3)
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
    assert "is not empty" in str(until(runner, lambda now: now.state == "failed").message)
    runner.start(plan(tmp_path / "other"))
    until(runner, lambda now: now.state == "finished")


def fill(path):
    """The next write of this file meets a full disk: the kernel's own, not a pretended one."""
    path.with_name(f".{path.name}.part").symlink_to("/dev/full")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run of three epochs that nothing disturbed."""
    run = RunFolder(tmp_path_factory.mktemp("whole") / "mine")
    for _ in run_plan(plan(run.path, epochs=3, save_every=1)):
        pass
    return run


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
@pytest.mark.parametrize(
    "name,whole_epochs", [("model_1.safetensors", 1), ("metrics.json", 1), ("training/resume.pt", 1), ("README.md", 2)]
)
def test_a_full_disk_ends_the_run_with_a_sentence_and_loses_no_epoch(runner, whole, tmp_path, name, whole_epochs):
    """The card is written at the end: then it is the last epoch that is made again."""
    asked = plan(tmp_path / "mine", epochs=3, save_every=1)
    begun = run_plan(asked)
    next(event for event in begun if isinstance(event, EpochDone))
    begun.close()
    run, before = RunFolder(asked.folder), (asked.folder / "model_0.safetensors").read_bytes()
    fill(asked.folder / name)
    runner.start(load_plan(run), resume=True)
    now = until(runner, lambda now: not now.busy)
    assert now.state == "failed" and str(now.message) == f"could not write mine/{name}: the disk is full"
    assert (asked.folder / "model_0.safetensors").read_bytes() == before
    assert run.load(0) and 0 in run.metrics() and run.resume_state()["epoch"] == whole_epochs - 1
    assert is_interrupted(run), "the page would not offer to resume it"
    assert not list(asked.folder.rglob(".*.part"))
    runner.start(load_plan(run), resume=True)  # there is room again
    until(runner, lambda now: now.state == "finished")
    for epoch in (0, 1, 2):
        mine, theirs = (folder.load(epoch).network.state_dict() for folder in (run, whole))
        assert all(torch.equal(mine[key], theirs[key]) for key in theirs), epoch


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_run_that_cannot_save_when_it_is_stopped_says_so_and_goes_on_after_its_last_epoch(runner, tmp_path):
    runner.start(plan(tmp_path / "mine", count=2000))
    until(runner, lambda now: now.step >= 1)
    (tmp_path / "mine" / "training").mkdir(exist_ok=True)
    fill(tmp_path / "mine" / "training" / "resume.pt")
    runner.stop()
    now = until(runner, lambda now: not now.busy)
    assert now.state == "failed" and "resume.pt: the disk is full" in str(now.message)
    runner.start(load_plan(RunFolder(tmp_path / "mine")), resume=True)
    until(runner, lambda now: now.state == "running" and now.step >= 1)


# What it draws after every epoch


@pytest.mark.parametrize(
    "labelled,dropped,kinds,guidance",
    [(40, 0.1, 4, 2.0), (40, 0.0, 4, 1.0), (40, 1.0, 1, 1.0), (0, 0.1, 1, 1.0), (None, 0.1, 1, 1.0)],
)
def test_a_run_that_learns_kinds_is_asked_for_kinds(labelled, dropped, kinds, guidance):
    """None: a run of before that was said in config.json."""
    data = {} if labelled is None else {"labelled": labelled}
    requests = preview_requests(RunConfig(training={"drop_label": dropped}, data=data))
    assert len(requests) == kinds and sum(request.count for request in requests) == PREVIEW_COUNT
    assert {request.guidance for request in requests} == {guidance}
    asked = [KINDS[request.kinds.index(1)] for request in requests if any(request.kinds)]
    assert asked == (["hero", "non-hero", "food", "spell"] if kinds == 4 else [])
    assert len({request.seed for request in requests}) == kinds, "two columns begin with the same noise"


def test_the_kinds_stand_side_by_side(tmp_path):
    run = make_run(tmp_path / "tiny", epochs=(4,))
    config = replace(run.config(), training={"drop_label": 0.1}, data={"labelled": 9})
    checkpoint = replace(run.load(4), config=config)
    together = draw_previews(checkpoint)
    for column, request in enumerate(preview_requests(config)):
        torch.testing.assert_close(together[column::4], generate_finished(checkpoint, request), atol=1e-3, rtol=1e-3)


def test_a_run_of_before_its_labels_were_counted_is_resumed(runner, tmp_path):
    runner.start(plan(tmp_path / "mine", count=400))
    until(runner, lambda now: now.step >= 3)
    runner.stop()
    until(runner, lambda now: now.state == "stopped")
    path = tmp_path / "mine" / "config.json"
    config = json.loads(path.read_text())
    assert config["data"].pop("labelled") == 400
    path.write_text(json.dumps(config))
    runner.start(load_plan(RunFolder(tmp_path / "mine")), resume=True)
    assert until(runner, lambda now: not now.busy).state == "finished"


# The curve


def grown(losses, total):
    curve = ()
    for step, loss in losses:
        curve = extend_curve(curve, step, loss, total)
    return curve


def test_a_short_run_keeps_every_step():
    losses = [(step, 1 / step) for step in range(1, CURVE_POINTS + 1)]
    assert grown(losses, CURVE_POINTS) == tuple(losses)


@pytest.mark.parametrize("every", [1, 20])
def test_the_curve_stays_small_and_each_point_is_the_mean_of_its_stretch(every):
    """every: a job on the Hub tells only one step in 20."""
    losses = [(step, float(step % 7)) for step in range(every, 60_001, every)]
    points = grown(losses, 60_000)
    assert [step for step, _ in points] == list(range(200, 60_001, 200))
    first = [loss for step, loss in losses if step <= 200]
    assert points[0][1] == pytest.approx(sum(first) / len(first))
    assert sum(loss for _, loss in points) / len(points) == pytest.approx(3, abs=0.05)


def test_the_curve_stays_small_while_it_grows():
    assert max(len(grown([(step, 1.0) for step in range(1, until)], 1000)) for until in (2, 301, 700, 1001)) == 250


def test_steps_that_are_made_again_replace_what_came_since():
    """A run that failed between two saves is resumed from before."""
    curve = grown([(step, 1.0) for step in range(1, 9)], 100)
    assert extend_curve(curve, 5, 0.5, 100) == ((1, 1.0), (2, 1.0), (3, 1.0), (4, 1.0), (5, 0.5))


# Beginning with a checkpoint, and how long it will take


def test_a_run_begins_with_the_weights_of_a_checkpoint_and_is_resumed_without_it(tmp_path):
    first = make_run(tmp_path / "first", epochs=(4,), width=16)
    begun = plan(tmp_path / "mine", start=str(first.file(4)))
    events = run_plan(begun)
    next(event for event in events if isinstance(event, EpochDone))
    events.close()
    run = RunFolder(tmp_path / "mine")
    assert (run.config().width, run.config().start) == (16, str(first.file(4)))
    before, after = first.load(4).network, run.load(0).network
    fresh = run.config().build()
    moved, apart = ((after.to8.weight - other.to8.weight).detach().abs().max() for other in (before, fresh))
    assert 0 < moved < apart, "it did not begin where it was told to"
    first.file(4).unlink()
    list(run_plan(load_plan(run), resume=True))
    assert list(run.epochs()) == [0, 1]


def test_what_the_checkpoint_decides_cannot_be_decided_otherwise(tmp_path):
    start = str(make_run(tmp_path / "first", epochs=(4,), width=16).file(4))
    with pytest.raises(ValueError, match="has width 16, not 32; leave --width out"):
        next(run_plan(plan(tmp_path / "mine", start=start, width=32)))
    assert not (tmp_path / "mine").exists()


def test_the_command_of_a_plan_is_understood_as_the_same_plan(tmp_path, monkeypatch):
    begun = Plan(
        folder=tmp_path / "mine",
        data="builtin:60",
        start="first/model_4.safetensors",
        width=16,
        training=TrainConfig(epochs=3, drop_label=1.0, optimizer="linear"),
        save_every=2,
        half=True,
    )
    understood = []
    monkeypatch.setattr("diffusion.runs.run_plan", lambda plan, **_: understood.append(plan) or ())
    assert main([*shlex.split(begun.command())[3:], "--no-evaluate"]) == 0
    assert understood == [begun]


def test_the_time_it_will_take_grows_with_all_that_takes_time(tmp_path):
    def seconds(pictures=2000, validation=500, **changes):
        training = TrainConfig(**{"epochs": 4, "batch_size": 20} | changes)
        plan = Plan(folder=tmp_path / "mine", width=8, training=training)
        return estimate_seconds(plan, pictures, validation, lambda network, width, batch_size: 100.0)

    usual = seconds()
    assert 0 < usual < seconds(pictures=4000) < seconds(pictures=4000, validation=2000)
    assert seconds(epochs=8) == pytest.approx(2 * usual)
    assert not (tmp_path / "mine").exists()


# Names, owners, and a disk that is full from the start


def test_a_disk_that_is_full_at_the_first_file_ends_the_run_and_leaves_nothing(runner, tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        for owner in ("", "anna"):
            runner.start(plan(tmp_path / "mine"), owner=owner)
            now = until(runner, lambda now: not now.busy)
            assert now.state == "failed" and re.search("could not write mine/.*: the disk is full", str(now.message))
            runner.wait()
            assert not list(tmp_path.iterdir())
    runner.start(plan(tmp_path / "mine"), owner="anna")  # there is room again
    until(runner, lambda now: now.state == "finished")
    assert RunFolder(tmp_path / "mine").is_finished()


def test_a_bug_in_a_run_is_told_with_its_number_and_the_next_one_begins(runner, tmp_path, monkeypatch, caplog):
    def broken(*_, **__):
        raise ZeroDivisionError("/srv/secret")

    with monkeypatch.context() as patch:
        patch.setattr("diffusion.server.run_queue.run_plan_on_lent_gpu", broken)
        runner.start(plan(tmp_path / "mine"))
        now = until(runner, lambda now: now.state == "failed")
    number = re.search("number ([0-9a-f]{4})", str(now.message))[1]
    assert number in caplog.text and "secret" not in str(now.message)
    runner.start(plan(tmp_path / "mine"))
    until(runner, lambda now: now.state == "finished")


def test_a_run_in_use_by_another_process_is_not_trained(runner, tmp_path):
    with lock_run(tmp_path / "mine"):
        runner.start(plan(tmp_path / "mine"), owner="anna")
        now = until(runner, lambda now: now.state == "failed")
        assert "mine is in use" in str(now.message)


def test_a_name_is_taken_from_the_moment_it_is_asked_for(runner, tmp_path):
    names, pulls = runner.names, VisitorPulls(tmp_path)
    pulls.names = names
    with runner.reserve("mine"):  # its upload is still being read
        for ask in (lambda: runner.start(plan(tmp_path / "mine")), lambda: next(pulls.pull(None, None, [], "mine"))):
            with pytest.raises(UserError, match="mine is being trained or waits"):
                ask()
        names.release("mine")
    runner.start(plan(tmp_path / "first", count=2000))
    runner.start(plan(tmp_path / "second"))
    for name in ("first", "second"):
        with pytest.raises(UserError, match=f"{name} is being trained or waits"):
            next(pulls.pull(None, None, [], name))
    runner.withdraw("second")
    is_pulled = names.hold("second", Message("{name} is on its way already", name="second"))
    with is_pulled, pytest.raises(UserError, match="second is on its way"):
        runner.start(plan(tmp_path / "second"))
    runner.start(plan(tmp_path / "second"))
    runner.stop()
    until(runner, lambda now: now.name == "second" and now.state == "finished")
    runner.wait()
    for name in ("first", "second"):
        names.take(name, Message("free again"))


def test_a_name_whose_preparation_fails_is_free_again(runner, tmp_path):
    with pytest.raises(ZeroDivisionError), runner.reserve("mine"):
        raise ZeroDivisionError
    runner.start(plan(tmp_path / "mine"))
    until(runner, lambda now: now.state == "finished")


@pytest.mark.parametrize("trouble", [RecursionError, TypeError, AttributeError, OSError, ValueError, KeyError])
def test_a_damaged_run_is_no_interrupted_one(tmp_path, monkeypatch, trouble):
    def damaged(_):
        raise trouble

    monkeypatch.setattr(RunFolder, "plan", damaged)
    assert not is_interrupted(RunFolder(tmp_path))
