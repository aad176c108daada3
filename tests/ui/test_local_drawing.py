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
from diffusion.store import RunConfig, RunFolder, load_younger
from diffusion.ui.parts.controls import RequestControls
from diffusion.ui.parts.local_drawing import BROWSER, plan_drawing, weights_route
from diffusion.ui.parts.turns import GenerationTurns
from diffusion.ui.tabs import compare, watch

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
    message = plan_drawing({"epoch 31": (run, 31, checkpoint)}, request, ("x",), {"seed": 5})
    plan, [panel] = message["plan"], message["plan"]["panels"]
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
    plan = plan_drawing({"": (run, 4, checkpoint)}, request, ("x",), {})["plan"]
    [expected] = contexts_of([checkpoint], request)
    assert np.allclose(dense(plan["contexts"][0], expected.shape[1]), expected.numpy())


def test_watch_and_compare_answer_with_a_plan_where_the_browser_draws(runs):
    values, turns = RequestControls.values(Request(count=2)), GenerationTurns()
    [only] = watch.watch(page_of(runs), turns, VISITOR, turns.next("me"), BROWSER, "tiny", 31, *values)
    assert only["plan"]["panels"][0]["label"] == "epoch 31" and only["plan"]["views"] == ["x", "x0", "eps"]
    chosen = ["tiny/0", "tiny/31"]
    [only] = compare.compare(page_of(runs), turns, VISITOR, turns.next("me"), BROWSER, chosen, *values)
    assert [panel["label"] for panel in only["plan"]["panels"]] == ["epoch 0", "epoch 31"]


def test_files_that_no_browser_reads_are_drawn_by_the_server(tmp_path):
    config = RunConfig(network="context-unet", width=16, variant="course")
    torch.save(config.build().state_dict(), tmp_path / "model_3.pth")
    run = RunFolder(tmp_path)
    assert plan_drawing({"": (run, 3, run.load(3))}, Request(), ("x",), {}) is None


@pytest.mark.parametrize("address", ["other/31", "tiny/5", "tiny/x", "../tiny/31", "%2e%2e/31", "tiny/config.json"])
def test_only_epochs_of_runs_are_sent(runs, address):
    client = TestClient(Starlette(routes=[weights_route(runs)]))
    assert client.get(f"/gradio_api/weights/{address}").status_code == 404
