"""What strangers train on a shared server is bounded, and nobody else's runs go for it."""

import os
import time
from dataclasses import replace

import gradio as gr
import pytest
from support.page import page_of
from support.runs import make_run, until

from diffusion.core import TrainConfig
from diffusion.runs import Plan
from diffusion.server import Settings, TrainingQueue, VisitorRuns
from diffusion.server.visitor_runs import VisitorRunLimits
from diffusion.store import RunFolder, list_runs
from diffusion.ui.app import build
from diffusion.ui.words import LANGUAGES

LIMITS = VisitorRunLimits(each=2, runs=4, megabytes=2000, recent=600)


def plan(folder, start=None):
    training = TrainConfig(epochs=1, batch_size=20)
    return Plan(folder=folder, data="builtin:60", width=None if start else 8, start=start, training=training)


@pytest.fixture
def visitors(tmp_path):
    make_run(tmp_path / "sprites", epochs=(0,))
    return VisitorRuns(tmp_path, LIMITS)


def trained(visitors, name, visitor, minutes_ago):
    run = make_run(visitors.runs / name, epochs=(0,))
    run.save_owner(visitor)
    for file in run.path.rglob("*"):
        os.utime(file, (time.time() - 60 * minutes_ago,) * 2)


def test_ones_own_oldest_run_goes_for_a_new_one(visitors):
    for name, visitor, age in (("a1", "anna", 3), ("b1", "bert", 90), ("a2", "anna", 2)):
        trained(visitors, name, visitor, age)
    visitors.make_room("anna", in_use=())
    assert [*list_runs(visitors.runs)] == ["a2", "b1", "sprites"]
    assert not (visitors.runs / "a1").exists()


def test_the_oldest_of_all_strangers_goes_but_no_new_one_and_none_in_use(visitors):
    for number in range(4):
        trained(visitors, f"s{number}", f"stranger {number}", 90 - number)
    visitors.make_room("anna", in_use={"s0"})
    assert [*list_runs(visitors.runs)] == ["s0", "s2", "s3", "sprites"], "s0 is older, and is being trained"
    trained(visitors, "s4", "stranger 4", 1)
    for name in ("s0", "s2", "s3"):
        os.utime(visitors.runs / name / "config.json")
    with pytest.raises(
        ValueError, match=r"keeps 4 runs of its visitors \(2000 MB\), and all are new; try again in 10 min"
    ):
        visitors.make_room("anna", in_use=())
    assert [*list_runs(visitors.runs)] == ["s0", "s2", "s3", "s4", "sprites"]


def test_large_runs_are_bounded_by_their_size(visitors):
    visitors.limits = replace(LIMITS, megabytes=2)
    for name, age in (("old", 90), ("new", 30)):
        trained(visitors, name, name, age)
        (visitors.runs / name / "training" / "data.npy").write_bytes(bytes(1_200_000))
        os.utime(visitors.runs / name / "training" / "data.npy", (time.time() - 60 * age,) * 2)
    visitors.make_room("anna", in_use=())
    assert [*list_runs(visitors.runs)] == ["new", "sprites"]


def test_the_owner_s_runs_stay_also_where_they_are_links(visitors, tmp_path_factory):
    elsewhere = make_run(tmp_path_factory.mktemp("disk") / "mine", epochs=(0,))
    elsewhere.save_owner("anna")
    (visitors.runs / "linked").symlink_to(elsewhere.path)
    visitors.limits = replace(LIMITS, each=1, runs=1)
    visitors.make_room("anna", in_use=())
    assert [*list_runs(visitors.runs)] == ["linked", "sprites"] and elsewhere.epochs()


def test_run_after_run_leaves_as_many_as_was_said_and_the_first_weights_stay(tmp_path):
    make_run(tmp_path / "sprites", epochs=(0,))
    queue = TrainingQueue(visitors=VisitorRuns(tmp_path, LIMITS))
    for number in range(3):
        queue.start(plan(tmp_path / f"r{number}"), owner="anna")
        until(queue, lambda now: now.state == "finished")
    queue.wait(60)
    assert [*list_runs(tmp_path)] == ["r1", "r2", "sprites"]
    queue.start(plan(tmp_path / "r3", start=str(tmp_path / "r1" / "model_0.safetensors")), owner="anna")
    until(queue, lambda now: now.state == "finished")
    queue.wait(60)
    assert [*list_runs(tmp_path)] == ["r1", "r3", "sprites"], "r1 is older, and r3 begins with it"


def test_at_home_nothing_is_marked_and_nothing_goes(runner, tmp_path):
    runner.start(plan(tmp_path / "mine"), owner="me")
    until(runner, lambda now: now.state == "finished")
    assert not RunFolder(tmp_path / "mine").has_owner()


@pytest.mark.parametrize("shared", [True, False])
def test_a_shared_server_says_it_beforehand(tmp_path, shared):
    page = page_of(tmp_path)
    app = build(tmp_path, page.assets.absolute(), Settings(shared=shared))
    shown = {block.value for block in app.blocks.values() if isinstance(block, gr.Markdown)}
    for words in LANGUAGES.values():
        assert (words.train.kept.format(each=4, runs=40) in shown) == shared
