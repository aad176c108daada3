"""The handlers of the Watch tab as plain functions: no server, no browser."""

import base64
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
import torch
from support.page import page_of
from support.runs import make_run

from diffusion.core.schedule import NoiseSchedule
from diffusion.engine.generation import Request, generate
from diffusion.refs import EpochRef
from diffusion.sprites import sheet, to_pixels
from diffusion.store.run_folder import RunFolder
from diffusion.ui.parts.frames import stream_frames
from diffusion.ui.parts.generation import draw
from diffusion.ui.parts.run_picker import address_pickers, update_pickers
from diffusion.ui.parts.turns import GenerationTurns
from diffusion.ui.tabs import watch

BROWSER = SimpleNamespace(session_hash="me")
CONTROLS = {
    "run": "tiny",
    "epoch": 4,
    "count": 3,
    "seed": 1,
    "sampler": "ddpm",
    "steps": 6,
    "guidance": 1,
    "youth": 1,
    "youth_below": 325,
    "eta": 0,
    "fresh_noise": True,
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    make_run(folder / "tiny")
    return folder


def watching(runs, turns=None, turn=None, kinds=(0, 0, 0, 0, 0), prompt="", surprise=False, **changed):
    turns = turns or GenerationTurns()
    turn = turn or turns.next(BROWSER.session_hash)
    values = (CONTROLS | changed).values()
    return draw(page_of(runs), watch.prepare, turns, BROWSER, turn, *values, *kinds, prompt, surprise)


def pixels(frame, name):
    raw = np.frombuffer(base64.b64decode(frame["panels"][0][name]), np.uint8)
    return raw.reshape(frame["rows"] * 16, frame["columns"] * 16, 3)


def test_frames_are_numbered_without_a_gap_and_the_last_is_what_sampling_gives(runs):
    frames = list(watching(runs))
    assert [frame["seq"] for frame in frames] == list(range(len(frames)))
    assert (frames[0]["t"], frames[-1]["t"]) == (500, 0)
    assert len({frame["run"] for frame in frames}) == 1
    *_, (last,) = generate([RunFolder(runs / "tiny").load(4)], Request(count=3, sampler="ddpm", steps=6, seed=1))
    assert np.array_equal(pixels(frames[-1], "x"), sheet(to_pixels(last.x), frames[-1]["columns"]))


def test_youth_is_that_of_the_run_and_told_in_the_settings(runs):
    run = RunFolder(runs / "tiny")
    guided = list(watching(runs, youth=1.5))
    *_, (last,) = generate(
        [run.load(4)], Request(count=3, sampler="ddpm", steps=6, seed=1, youth=1.5), younger=[run.load(0)]
    )
    assert np.array_equal(pixels(guided[-1], "x"), sheet(to_pixels(last.x), guided[-1]["columns"]))
    assert guided[0]["recipe"]["youth"] == 1.5 and guided[0]["recipe"]["youth_below"] == 325
    assert guided[-1]["panels"] != list(watching(runs))[-1]["panels"]
    assert list(watching(runs, epoch=0, youth=1.5))[-1]["panels"] == list(watching(runs, epoch=0))[-1]["panels"]


def test_the_three_pictures_of_a_frame_fit_together(runs):
    """x = sqrt(abar) x0 + sqrt(1 - abar) eps, within what eight bits can tell, wherever none of them is cut off."""
    schedule = NoiseSchedule.linear()
    frame = list(watching(runs, steps=3))[1]
    x, x0, eps = (pixels(frame, name).astype(float) / 127.5 - 1 for name in ("x", "x0", "eps"))
    abar = float(schedule.alpha_bar[frame["t"]])
    whole = np.all([np.abs(part) < 0.99 for part in (x, x0, eps)], axis=0)
    rebuilt = abar**0.5 * x0 + (1 - abar) ** 0.5 * 3 * eps
    assert whole.sum() > 100
    assert np.abs(rebuilt - x)[whole].max() < 0.03


@pytest.mark.parametrize(("steps", "count"), [(1, 2), (20, 21), (50, 51), (51, 27), (500, 51)])
def test_the_frames_of_many_steps_are_few_and_always_the_same(runs, steps, count):
    """However fast the machine: a link to one of them finds it again."""
    blank = torch.zeros(1, 3, 16, 16)
    walk = ([SimpleNamespace(t=steps - i, x=blank, x0=blank)] for i in range(steps + 1))
    frames = list(stream_frames({"epoch 4": RunFolder(runs / "tiny").load(4)}, walk, steps))
    assert frames[0]["t"] == steps and frames[-1]["t"] == 0 and len(frames) == count
    assert [frame["seq"] for frame in frames] == list(range(len(frames)))


def test_stop_ends_the_walk_at_the_next_step_and_says_so(runs):
    turns = GenerationTurns()
    walk = watching(runs, turns, steps=500)
    first = next(walk)
    turns.next(BROWSER.session_hash)  # what Stop does, and what a new Generate does first
    rest = list(walk)
    assert rest == [{"run": first["run"], "ended": True}]


def test_a_walk_that_was_overtaken_in_the_queue_never_begins(runs):
    turns = GenerationTurns()
    old = turns.next(BROWSER.session_hash)
    turns.next(BROWSER.session_hash)
    assert list(watching(runs, turns, turn=old)) == []


def test_two_browsers_do_not_disturb_each_other(runs):
    turns = GenerationTurns()
    walk = watching(runs, turns)
    next(walk)
    turns.next("somebody else")
    assert list(walk)[-1]["t"] == 0


def test_a_turn_that_was_taken_ends_the_older_ones_when_it_begins():
    turns = GenerationTurns()
    old, new = turns.next("me"), turns.take()
    assert not turns.is_over("me", old)
    assert turns.begin("me", new) and turns.is_over("me", old)
    assert not turns.begin("me", old) and not turns.is_over("me", new)


def test_turns_forgets_browsers_of_long_ago():
    turns = GenerationTurns(max_browsers=3)
    for browser in "abcd":
        turns.next(browser)
    assert list(turns.newest) == ["b", "c", "d"]


@pytest.mark.parametrize(
    "changed,answer",
    [
        ({"epoch": None}, "Choose a training epoch"),
        ({"epoch": 7}, "no epoch 7; it has: 0, 4"),
        ({"run": "../tiny"}, "There is no run '../tiny'"),
        ({"run": None}, "There is no run None"),
        ({"count": 0}, "between 1 and 64"),
        ({"count": 2.5}, "Sprites must be a whole number"),
        ({"seed": None}, "Seed must be a whole number"),
        ({"seed": -1}, "seed must be between 0"),
        ({"steps": 501}, "between 1 and 500"),
        ({"sampler": "magic"}, "sampler must be one of"),
        ({"kinds": (9, 0, 0, 0, 0)}, "kinds must be 5 numbers"),
    ],
)
def test_bad_input_is_a_toast_with_the_right_answer(runs, changed, answer):
    with pytest.raises(gr.Error, match=answer):
        list(watching(runs, **changed))


def test_no_runs_at_all_says_how_to_train_one(tmp_path):
    with pytest.raises(gr.Error, match="python -m diffusion train"):
        list(watching(tmp_path))


def test_the_pickers_show_what_is_on_the_disk_now(runs, tmp_path):
    run, epoch = update_pickers(page_of(runs), "tiny")
    assert (run.choices, run.value, epoch) == ([("tiny", "tiny")], "tiny", 4)
    assert update_pickers(page_of(runs), "tiny", 0)[1] == 0
    assert update_pickers(page_of(runs), "gone")[0].value == "tiny"
    assert update_pickers(page_of(tmp_path), None)[1] is None


def test_an_address_keeps_a_run_and_an_epoch_that_are_not_there_so_that_drawing_says_so(runs):
    run, epoch = address_pickers(page_of(runs), EpochRef("ghosts", 29))
    assert (run.value, epoch) == ("ghosts", 29) and ("tiny", "tiny") in run.choices
    assert address_pickers(page_of(runs), EpochRef("tiny", 9))[1] == 9
