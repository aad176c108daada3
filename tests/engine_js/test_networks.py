"""The engine in the browser against PyTorch: every operation, both networks, walks; without a GPU and with WebGPU."""

import base64
import json
import re

import numpy as np
import pytest
import torch
from support.app import ROOT
from support.engine_js import RefusedError
from support.runs import make_run

from diffusion.core import MAX_SEED, Noise
from diffusion.engine import Request, generate
from diffusion.engine.device import Device
from diffusion.store import RunFolder, load_younger
from diffusion.ui.parts.frames import stream_frames

from .reference import graphs, run

CPU = Device("cpu", torch.float32)
PLAIN, WEBGPU = {"backend": "plain"}, {"backend": "webgpu"}
RUNS = {"sprites": 31, "tutorial": 31}


@pytest.fixture(params=["plain", "webgpu"])
def backend(request):
    """(asker, options): the plain one in Node, WebGPU in a page."""
    if request.param == "plain":
        return request.getfixturevalue("ask"), PLAIN
    return request.getfixturevalue("page"), WEBGPU


def file_of(folder, epoch):
    return (folder / f"model_{epoch}.safetensors").read_bytes(), json.loads((folder / "config.json").read_text())


_loaded = {}


def load(asker, options, name, epoch):
    """A shipped network, loaded once."""
    key = id(asker), json.dumps(options), name, epoch
    if key not in _loaded:
        _loaded[key] = asker("load", options, *file_of(ROOT / "checkpoints" / name, epoch))
    return _loaded[key]


def context_of(checkpoint, **words):
    return checkpoint.config.vocabulary.encode({name.replace("_", "-"): weight for name, weight in words.items()})


@pytest.mark.parametrize("name", graphs())
def test_every_operation(backend, name):
    asker, options = backend
    graph = graphs()[name]
    batch, row_of = 5, [0, 1, 0, 2, 1]
    channels, side = graph.tensors[0].values()
    x, rows = graph.random(batch, channels, side, side), graph.random(3, graph.features)
    grids = [graph.random(3, one["channels"], one["side"], one["side"]) for one in graph.grids]
    wanted = run(
        graph, torch.from_numpy(x), torch.from_numpy(rows)[row_of], [torch.from_numpy(one)[row_of] for one in grids]
    )
    plain, embedding = graph.to_json(), rows
    if graph.features == 128:  # as our network, which makes its rows from an embedding
        weight, embedding = graph.random(8, graph.features, scale=0.5), graph.random(3, 8)
        plain["film"] = {
            "cin": 8,
            "cout": graph.features,
            "weight": weight,
            "bias": np.zeros(graph.features, np.float32),
        }
        wanted = run(graph, torch.from_numpy(x), torch.from_numpy(embedding @ weight)[row_of], grids)
    found = asker("graph", options, plain, x, embedding, grids, row_of)
    assert wanted.std() > 0.05, "nothing to compare"
    np.testing.assert_allclose(found, wanted.numpy().ravel(), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("name", RUNS)
def test_one_evaluation(backend, name):
    asker, options = backend
    checkpoint = RunFolder(ROOT / "checkpoints" / name).load(RUNS[name])
    network = load(asker, options, name, RUNS[name])
    assert network["names"] == len(checkpoint.config.vocabulary) and network["levels"] == 500
    x, contexts = (
        Noise(5, 3).draw(),
        [context_of(checkpoint), context_of(checkpoint, hero=1), context_of(checkpoint, food=0.5)],
    )
    for t in (500, 218, 1):
        with torch.inference_mode():
            wanted = checkpoint.network(x, torch.full((3,), t / 500), torch.from_numpy(np.stack(contexts)))
        (found,) = asker("predict", options, [network], x.numpy().ravel(), t, [contexts])
        np.testing.assert_allclose(found, wanted.numpy().ravel(), atol=1e-4)


def test_the_network_of_earlier_versions(ask, tmp_path):
    folder = make_run(tmp_path / "first", epochs=(0,), width=16, variant="first")
    wanted = folder.load(0)
    network = ask("load", PLAIN, *file_of(folder.path, 0))
    x, context = Noise(5, 2).draw(), context_of(wanted, hero=1)
    with torch.inference_mode():
        eps = wanted.network(x, torch.full((2,), 0.5), torch.from_numpy(np.stack([context] * 2)))
    (found,) = ask("predict", PLAIN, [network], x.numpy().ravel(), 250, [context])
    np.testing.assert_allclose(found, eps.numpy().ravel(), atol=1e-4)


def test_without_simd_it_is_slower_but_the_same(ask):
    x = Noise(5, 1).draw().numpy().ravel()
    one, other = (
        ask("predict", options, [load(ask, options, "sprites", 31)], x, 218)[0]
        for options in (PLAIN, PLAIN | {"simd": False})
    )
    np.testing.assert_allclose(one, other, atol=1e-4)


def pixels_of(frame, view="x"):
    return [np.frombuffer(base64.b64decode(panel[view]), np.uint8).astype(int) for panel in frame["panels"]]


def compare(frames, wanted):
    """Frames of the browser and of the server are the same, but for the run, the time left and one level of colour."""
    assert [frame.keys() for frame in frames] == [frame.keys() for frame in wanted]
    for frame, other in zip(frames, wanted, strict=True):
        for key in frame.keys() - {"run", "left", "panels"}:
            assert frame[key] == other[key], key
        assert [panel.keys() for panel in frame["panels"]] == [panel.keys() for panel in other["panels"]]
        for view in frame["panels"][0].keys() - {"label"}:
            apart = np.abs(np.concatenate(pixels_of(frame, view)) - np.concatenate(pixels_of(other, view)))
            assert apart.max() <= 1 and apart.mean() <= 0.1, (frame["seq"], view, apart.max(), apart.mean())


def walk(backend, name, epochs, words, most=float("inf"), **settings):
    """Draws these epochs by the engine, compared with the server's."""
    asker, options = backend
    folder = RunFolder(ROOT / "checkpoints" / name)
    checkpoints = [folder.load(epoch) for epoch in epochs]
    young = [load_younger(folder, epoch) for epoch in epochs] if settings.get("youth", 1) != 1 else []
    kinds = tuple(float(kind == words) for kind in ("hero", "non-hero", "food", "spell", "side-facing"))
    request = Request(**settings, kinds=kinds)
    context = context_of(checkpoints[0], **{words: 1})
    labels = [f"epoch {epoch}" for epoch in epochs]
    recipe = {"epochs": labels, "seed": request.seed}
    server = stream_frames(
        dict(zip(labels, checkpoints, strict=True)),
        generate(checkpoints, request, CPU, younger=young),
        request.steps,
        settings=recipe,
        words=["one", "two"],
    )
    networks = [load(asker, options, name, epoch) for epoch in epochs]
    younger = [one and load(asker, options, name, one.epoch) for one in young]
    asked = {
        "contexts": [context] * len(epochs),
        "labels": labels,
        "about": {"recipe": recipe, "words": ["one", "two"]},
    }
    found = asker("walk", options, networks, asked | settings, younger)
    compare(found, list(server))


def test_twenty_steps_of_sa_solver(ask):
    walk((ask, PLAIN), "sprites", [31], "hero", count=2, seed=7, steps=20, guidance=2.0, youth=1.5)


def test_twenty_steps_of_the_tutorials_network(ask):
    walk((ask, PLAIN), "tutorial", [31], "food", count=1, seed=MAX_SEED, steps=20)


def test_fifty_steps_of_ddpm(ask):
    walk((ask, PLAIN), "sprites", [31], "spell", count=1, seed=0, sampler="ddpm", steps=50)


def test_two_epochs_in_lockstep_on_the_gpu(page):
    settings = {"count": 2, "seed": 7, "steps": 5, "guidance": 2.0, "youth": 1.5}
    walk((page, WEBGPU), "sprites", [16, 31], "hero", **settings)


def test_a_walk_begins_with_a_picture(ask):
    """Finish it: the sprite, noised to a level."""
    folder = RunFolder(ROOT / "checkpoints/sprites")
    x0 = torch.from_numpy(np.random.default_rng(0).uniform(-1, 1, (3, 16, 16)).astype(np.float32))
    *_, (last,) = generate([folder.load(31)], Request(count=1, steps=10), CPU, begin=(x0, 300))
    network = load(ask, PLAIN, "sprites", 31)
    frames = ask(
        "walk", PLAIN, [network], {"count": 1, "steps": 10, "begin": {"x0": x0.numpy().ravel(), "level": 300}}
    )
    assert (frames[0]["t"], frames[-1]["t"], frames[-1]["step"]) == (300, 0, frames[-1]["total"])
    wanted = ((last.x.clamp(-1, 1) + 1) * 127.5).round()[0].permute(1, 2, 0).numpy().ravel()
    assert np.abs(pixels_of(frames[-1])[0] - wanted).max() <= 1


@pytest.mark.parametrize(
    "request_",
    [
        {"count": 65},
        {"count": 0},
        {"seed": -1},
        {"seed": 2**32},
        {"steps": 501},
        {"sampler": "toString"},
        {"contexts": [np.zeros(4, np.float32)]},
        {"contexts": [np.full(1311, 2, np.float32)]},
        {"begin": {"x0": np.zeros(3, np.float32), "level": 9}},
    ],
    ids=str,
)
def test_what_cannot_be_drawn_is_refused(ask, request_):
    with pytest.raises(RefusedError, match="unsupported"):
        ask("walk", PLAIN, [load(ask, PLAIN, "sprites", 31)], {"count": 1, "steps": 1} | request_)


def test_a_walk_in_a_worker_can_be_left(page):
    """Without a GPU, in a page: after two frames the walk stops, and the next one is the server's."""
    options = PLAIN | {"worker": True}
    network = load(page, options, "tutorial", 31)
    request = {"count": 1, "seed": 3}
    assert len(page("walk", options, [network], request | {"sampler": "ddpm", "steps": 500}, [], 2)) == 2
    walk((page, options), "tutorial", [31], "hero", count=1, seed=3, steps=2)


def test_a_lost_device_is_said(page):
    seen = page("lose", WEBGPU, *file_of(ROOT / "checkpoints/tutorial", 4), {"count": 1, "steps": 20})
    assert seen[0] == 0 and seen[-3:] == ["lost", "lost", "failed"] and seen[1:-3] in ([], [1])


def test_a_device_counts_its_work(page):
    network, x = load(page, WEBGPU, "sprites", 31), Noise(5, 4).draw().numpy().ravel()
    before = page("describe", WEBGPU)
    page("predict", WEBGPU, [network], x, 218)
    after = page("describe", WEBGPU)
    assert after["evaluations"] == before["evaluations"] + 1
    assert after["dispatches"] - before["dispatches"] <= 32
    assert after["bytesDown"] - before["bytesDown"] == 4 * 16 * 16 * 4 * 4


def test_the_engine_is_small():
    """What a browser must read, without comments, which also hold the types, and without indentation."""
    files = (path.read_text("utf-8") for path in (ROOT / "assets/js/engine").glob("*.js"))
    code = (re.sub(r"/\*\*.*?\*/|^\s*//[^\n]*\n", "", text, flags=re.DOTALL | re.MULTILINE) for text in files)
    assert sum(len(re.sub(r"^\s+", "", text, flags=re.MULTILINE).encode()) for text in code) <= 80_000
