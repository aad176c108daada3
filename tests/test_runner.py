"""The run that belongs to the server, and the Train tab's handlers as plain functions."""

import time

import gradio as gr
import pytest

from diffusion.runner import CURVE_POINTS, MOST_WAITING, Runner, interrupted, thinned
from diffusion.runs import Plan, carry_out, plan_of
from diffusion.store import RunFolder
from diffusion.training import EpochDone, TrainConfig
from diffusion.ui import english, train
from diffusion.ui.controls import toasted

TINY = TrainConfig(epochs=2, batch_size=20)


def until(runner, reached, seconds=120):
    deadline = time.monotonic() + seconds
    while not reached(runner.snapshot()):
        assert time.monotonic() < deadline, f"still {runner.snapshot().state}"
        time.sleep(0.01)
    return runner.snapshot()


@pytest.fixture
def runner():
    runner = Runner()
    yield runner
    runner.stop()
    runner.wait(60)


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
    time.sleep(0.5)  # a step that was under way may still end
    held = runner.snapshot()
    time.sleep(0.5)
    assert runner.snapshot().step == held.step and held.state == "paused"
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


def test_the_curve_stays_small_and_keeps_its_mean():
    losses = [(i, float(i % 7)) for i in range(1, 10_001)]
    points = thinned(losses)
    assert len(points) == CURVE_POINTS and points[-1][0] == 10_000
    assert sum(loss for _, loss in points) / len(points) == pytest.approx(3, abs=0.05)
    assert thinned(losses[:5]) == tuple(losses[:5])


# The tab's handlers


def settings(count=60, epochs=1, batch=20, lr=2e-3, seed=0, save=1):
    return count, epochs, batch, lr, seed, save


@pytest.mark.parametrize(
    "name,changed,answer",
    [
        ("../x", {}, "Name the run with letters"),
        ("", {}, "Name the run with letters"),
        (None, {}, "Name the run with letters"),
        ("taken", {}, "There is a run taken already"),
        ("x", {"epochs": 0}, "epochs must be at least 1"),
        ("x", {"epochs": 1.5}, "Epochs must be a whole number"),
        ("x", {"batch": None}, "Batch size must be a whole number"),
        ("x", {"lr": 0}, "learning rate must be above 0"),
        ("x", {"lr": float("nan")}, "learning rate must be above 0"),
        ("x", {"seed": -1}, "seed must be between 0"),
        ("x", {"count": 0}, "1 to 200,000 sprites, not 0"),
        ("x", {"save": 0}, "save every must be at least 1"),
    ],
)
def test_wrong_settings_start_nothing_and_write_nothing(runner, tmp_path, name, changed, answer):
    (tmp_path / "taken").mkdir()
    with pytest.raises(gr.Error, match=answer):
        train.begin(english, runner, tmp_path, name, *settings(**changed))
    assert runner.snapshot().state == "idle" and [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_the_page_shows_the_run_and_the_command_that_does_the_same(runner, tmp_path):
    train.begin(english, runner, tmp_path, "mine", *settings())
    until(runner, lambda now: now.state == "finished")
    page = train.monitor(english, runner.snapshot())
    assert "finished" in page and "<svg" in page and page.count("data:image/png") == 1
    assert "python -m diffusion train --run" in page and "--data builtin:60" in page


def test_unfinished_runs_are_offered_and_nothing_else(runner, tmp_path):
    assert train.resumable(runner, tmp_path) == []
    train.begin(english, runner, tmp_path, "mine", *settings(count=400, epochs=3))
    until(runner, lambda now: len(now.samples) == 1)
    assert train.resumable(runner, tmp_path) == [], "the run under way is offered"
    runner.stop()
    until(runner, lambda now: now.state == "stopped")
    assert train.resumable(runner, tmp_path) == ["mine"]
    train.resume(english, runner, tmp_path, "mine")
    until(runner, lambda now: now.state == "finished")
    assert train.resumable(runner, tmp_path) == []
    with pytest.raises(gr.Error, match="Choose an unfinished run"):
        train.resume(english, runner, tmp_path, None)


def test_a_mistake_becomes_a_toast():
    @toasted
    def wrong(words):
        raise ValueError("so it is")

    with pytest.raises(gr.Error, match="so it is"):
        wrong(english)
