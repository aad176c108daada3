"""What a browser is told when it is to draw by itself."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from starlette.applications import Starlette
from starlette.testclient import TestClient
from support.page import page_of
from support.runs import make_run

from diffusion.data import builtin_vocabulary
from diffusion.engine import Request, contexts_of
from diffusion.errors import UserError
from diffusion.store import RunConfig, RunFolder, load_younger
from diffusion.ui.parts.controls import RequestControls
from diffusion.ui.parts.drawings import encode_picture
from diffusion.ui.parts.generation import plan
from diffusion.ui.parts.local_drawing import BROWSER, plan_answer, plan_drawing, weights_route
from diffusion.ui.parts.turns import GenerationTurns
from diffusion.ui.tabs import compare, learn, one_step, paint, watch

VISITOR = SimpleNamespace(session_hash="me")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    make_run(folder / "tiny", epochs=(0, 4, 31))
    return folder


def dense(rows, width):
    found = np.zeros((len(rows), width), np.float32)
    for row, places in zip(found, rows, strict=True):
        for at, weight in places:
            row[at] = weight
    return found


def test_a_plan_says_all_that_the_server_would_have_used(runs):
    run = RunFolder(runs / "tiny")
    checkpoint = run.load(31)
    request = Request(count=3, seed=5, steps=4, youth=1.5, kinds=(0.5, 0, 0.25, 0, 0))
    plan = plan_drawing({"epoch 31": (run, checkpoint)}, request, ("x",), {"seed": 5})
    [panel] = plan["panels"]
    assert plan["request"]["seed"] == 5 and plan["request"]["youth"] == 1.5 and plan["recipe"] == {"seed": 5}
    [expected] = contexts_of([checkpoint], request)
    assert np.array_equal(dense(plan["contexts"][0], expected.shape[1]), expected[:1].numpy())
    client = TestClient(Starlette(routes=[weights_route(runs)]))
    assert client.get(panel["weights"]).content == run.file(31).read_bytes()
    assert client.get(panel["younger"]).content == run.file(load_younger(run, 31).epoch).read_bytes()


def test_each_sprite_of_a_surprise_has_a_context_of_its_own(tmp_path):
    run, config = RunFolder(tmp_path / "words"), RunConfig(width=8, vocabulary=builtin_vocabulary())
    run.create(config)
    run.save_epoch(4, config.build().state_dict(), {"step": 1})
    checkpoint, request = run.load(4), Request(count=4, surprise=True)
    plan = plan_drawing({"": (run, checkpoint)}, request)
    [expected] = contexts_of([checkpoint], request)
    assert np.allclose(dense(plan["contexts"][0], expected.shape[1]), expected.numpy())


def test_watch_and_compare_answer_with_a_plan_where_the_browser_draws(runs):
    values, turns = RequestControls.values(Request(count=2)), GenerationTurns()
    page, turn = page_of(runs), turns.next("me")
    only = plan(page, watch.prepare, turns, VISITOR, turn, "tiny", 31, *values)
    assert only["plan"]["panels"][0]["label"] == "epoch 31" and only["plan"]["views"] == ["x", "x0", "eps"]
    chosen = ["tiny/0", "tiny/31"]
    only = plan(page, compare.prepare, turns, VISITOR, turn, chosen, *values)
    assert [panel["label"] for panel in only["plan"]["panels"]] == ["epoch 0", "epoch 31"]
    turns.next("me")
    assert "plan" not in plan(page, compare.prepare, turns, VISITOR, turn, chosen, *values), "an older turn"


def test_one_step_paint_and_learn_answer_with_a_plan_too(runs):
    page, pixels = page_of(runs), encode_picture(torch.zeros(1, 3, 16, 16))
    one = one_step.predict_once(page, "tiny", pixels, 200, 7, place=BROWSER)["plan"]
    assert [panel["label"] for panel in one["panels"]] == ["epoch 0", "epoch 4", "epoch 31"]
    painting = {"run": "tiny", "pixels": pixels, "t": 180, "seed": 7, "all": True, "place": BROWSER}
    answer = paint.finish(page, painting | {"prompt": "hero, qqq"})
    assert [panel["label"] for panel in answer["plan"]["panels"]] == ["epoch 31", "epoch 4", "epoch 0"]
    assert answer["plan"]["contexts"][0] == [[(0, 1.0)]] and answer["plan"]["request"]["count"] == paint.VARIANTS
    assert "qqq" in answer["note"]
    assert learn.predict(page, "tiny", learn.encode_picture(torch.zeros(1, 3, 16, 16)), 9, 4, BROWSER)["plan"]
    walk = learn.sample(page, "tiny", 4, Request(count=2, sampler="ddpm", steps=5), False, BROWSER)["plan"]
    assert walk["request"]["steps"] == 5 and walk["views"] == ["x"]


def test_what_is_wrong_is_said_before_a_plan_is_made(runs):
    page, pixels = page_of(runs), encode_picture(torch.zeros(1, 3, 16, 16))
    for wrong in ({"t": 0}, {"pixels": "AAAA"}, {"seed": 1.5}):
        drawing = {"run": "tiny", "pixels": pixels, "t": 180, "seed": 7, "prompt": "", "place": BROWSER} | wrong
        with pytest.raises(UserError):
            paint.finish(page, drawing)
        with pytest.raises(UserError):
            one_step.predict_once(page, *(drawing[name] for name in ("run", "pixels", "t", "seed", "prompt", "place")))


def test_files_that_no_browser_reads_are_drawn_by_the_server(tmp_path):
    config = RunConfig(network="context-unet", width=16, variant="course")
    run = RunFolder(tmp_path / "weights")
    run.path.mkdir()
    torch.save(config.build().state_dict(), run.path / "model_3.pth")
    assert plan_drawing({"": (run, run.load(3))}, Request()) is None
    answer = plan_answer(page_of(tmp_path), BROWSER, "weights", [run.load(3)], Request())
    assert answer is None, "the server would not compute it"


@pytest.mark.parametrize("address", ["other/31", "tiny/5", "tiny/x", "../tiny/31", "%2e%2e/31", "tiny/config.json"])
def test_only_epochs_of_runs_are_sent(runs, address):
    client = TestClient(Starlette(routes=[weights_route(runs)]))
    assert client.get(f"/gradio_api/weights/{address}").status_code == 404
