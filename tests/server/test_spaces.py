"""What a Space on the Hub needs: the border to a lent GPU, tested with a stand-in for the package `spaces`."""

import ast
import importlib
import multiprocessing
import sys

import gradio
import httpx
import pytest
import torch
import yaml
from gradio_client import Client
from packaging.requirements import Requirement
from packaging.version import Version
from support.app import ROOT, running_app
from support.load import Page
from support.runs import make_run

from diffusion.core.train_config import TrainConfig
from diffusion.core.trainer import EpochDone, MidEpoch, StepDone
from diffusion.data import builtin_vocabulary
from diffusion.engine import batching, context_of, device, prediction
from diffusion.engine import generation as engine
from diffusion.engine import zero_gpu as gpu
from diffusion.engine.generation import Request
from diffusion.runs import Plan, zero_gpu_slices
from diffusion.runs import train_run as runs
from diffusion.server.run_queue import TrainingQueue
from diffusion.store.run_folder import RunFolder

FAKE = ROOT / "tests" / "support" / "fake_spaces"


@pytest.fixture
def borrowed(monkeypatch, tmp_path):
    """engine/zero_gpu.py as it is on a ZeroGPU Space; called, it tells what was borrowed so far, a line each."""
    log = tmp_path / "borrowed.txt"
    log.touch()
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    monkeypatch.setenv("FAKE_SPACES_LOG", str(log))
    monkeypatch.syspath_prepend(FAKE)
    importlib.reload(gpu)
    importlib.reload(prediction)
    importlib.reload(zero_gpu_slices)
    yield lambda: log.read_text().splitlines()
    monkeypatch.undo()
    sys.modules.pop("spaces", None)
    importlib.reload(gpu)
    importlib.reload(prediction)
    importlib.reload(zero_gpu_slices)


@pytest.fixture
def one_thread():
    """As in a borrowed process: two threads add in another order, and round differently."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory):
    run = make_run(tmp_path_factory.mktemp("runs") / "tiny")
    return [run.load(0), run.load(4)]


def plan(folder, **changes):
    settings = TrainConfig(epochs=2, batch_size=10)
    return Plan(folder=folder, data="builtin:20", training=settings, **changes)


def same(one, other):
    return len(one) == len(other) and all(
        torch.equal(a.x, b.x) and a.t == b.t for a, b in zip(one, other, strict=True)
    )


def losses(events):
    return [(event.step, event.loss) for event in events if isinstance(event, StepDone)]


def test_anywhere_else_the_engine_is_called_as_it_is(checkpoints):
    walk = gpu.generate_on_lent_gpu(checkpoints, Request(count=2, steps=3))
    assert same(list(walk)[-1], list(engine.generate(checkpoints, Request(count=2, steps=3)))[-1])
    assert "spaces" not in sys.modules
    assert gpu.run_on_lent_gpu(lambda: 1)(sorted) is sorted


def test_the_same_sprites_come_back_over_the_border(borrowed, checkpoints):
    request = Request(count=2, steps=4)
    here, there = list(engine.generate(checkpoints, request)), list(gpu.generate_on_lent_gpu(checkpoints, request))
    assert len(there) == 5 and all(same(one, other) for one, other in zip(here, there, strict=True))
    assert borrowed() == ["_generate_in_worker 5.08"], "two networks, four steps, asked for once"


def test_a_younger_network_crosses_too(borrowed, checkpoints):
    request, younger = Request(count=2, steps=4, youth=1.5, youth_below=250), [None, checkpoints[0]]
    here = list(engine.generate(checkpoints, request, younger=younger))
    there = list(gpu.generate_on_lent_gpu(checkpoints, request, younger=younger))
    assert same(here[-1], there[-1]) and not same(here[-1], list(engine.generate(checkpoints, request))[-1])
    assert borrowed() == ["_generate_in_worker 5.1"], "two networks, and one of them again in half of the four steps"


@pytest.fixture
def wordy(tmp_path):
    """A checkpoint that can be asked in all built-in words."""
    run = make_run(tmp_path / "wordy", vocabulary=builtin_vocabulary(), data={"unseen": ["dragon"]})
    return run.load(4)


def test_a_prompt_and_surprises_cross_too(borrowed, wordy):
    request = Request(count=3, steps=2, prompt="cat:0.5", surprise=True, guidance=2.0)
    here, there = list(engine.generate([wordy], request)), list(gpu.generate_on_lent_gpu([wordy], request))
    assert same(here[-1], there[-1]) and borrowed() == ["_generate_in_worker 5.02"]
    context = context_of(wordy.config, Request(count=1, prompt="cat"))
    [predicted] = prediction.predict_noise([wordy], torch.zeros(1, 3, 16, 16), 100, [context])
    assert predicted.shape == (1, 3, 16, 16) and len(borrowed()) == 2


def test_no_gpu_is_borrowed_for_what_the_run_does_not_know(borrowed, wordy):
    for prompt, answer in (("qqq", "does not understand qqq"), ("dragon", "was trained without dragon")):
        with pytest.raises(ValueError, match=answer):
            next(gpu.generate_on_lent_gpu([wordy], Request(count=1, steps=1, prompt=prompt)))
    assert borrowed() == []


def test_nobody_is_forked_beside_an_engine_that_is_on_its_way_out(borrowed, checkpoints, monkeypatch):
    """The Train tab draws the sprites of an epoch here, and then borrows again."""
    told = []
    monkeypatch.setattr(batching.Batcher, "wait_until_idle", lambda engine: told.append(len(borrowed())))
    list(gpu.generate_on_lent_gpu(checkpoints[:1], Request(count=1, steps=1)))
    assert told == [0], "it must rest before the GPU is borrowed"


def test_a_drawing_crosses_too(borrowed, checkpoints):
    begin = (torch.rand(3, 16, 16), 120)
    request = Request(count=2, steps=10)
    here = list(engine.generate(checkpoints, request, begin=begin))
    there = list(gpu.generate_on_lent_gpu(checkpoints, request, begin=begin))
    assert there[0][0].t == 120 and same(here[-1], there[-1])


def test_one_prediction_crosses_too(borrowed, checkpoints, monkeypatch):
    x = torch.randn(2, 3, 16, 16, generator=torch.Generator().manual_seed(3))
    there = prediction.predict_noise(checkpoints, x, 200)
    assert borrowed() == ["_predict_in_worker 5.02"], "two networks, asked for once"
    monkeypatch.delenv("SPACES_ZERO_GPU")
    here = prediction.predict_noise(checkpoints, x, 200)
    assert len(there) == 2
    for one, other in zip(there, here, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


def test_a_mistake_keeps_its_words(borrowed, checkpoints):
    with pytest.raises(ValueError, match="steps must be between 1 and 500, not 501"):
        list(gpu.generate_on_lent_gpu(checkpoints, Request(steps=501)))


def test_a_walk_that_is_left_gives_the_gpu_back(borrowed, checkpoints):
    walk = gpu.generate_on_lent_gpu(checkpoints, Request(count=2, steps=500))
    assert next(walk)[0].t == 500
    walk.close()
    assert not multiprocessing.active_children()


def test_only_a_process_that_was_lent_a_gpu_believes_in_it(monkeypatch):
    """Elsewhere torch says that there is CUDA, and fails at the first tensor."""
    monkeypatch.delenv("SPRITES_PRECISION")
    monkeypatch.setenv("SPACES_ZERO_GPU", "1")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(device, "has_bf16_gpu", lambda: True)
    fork = multiprocessing.get_context("fork")
    found = fork.SimpleQueue()
    assert device.find_device.__wrapped__().name == "cpu"
    process = fork.Process(target=lambda: found.put(device.find_device.__wrapped__().name))
    process.start()
    assert found.get() == "cuda"
    process.join()
    monkeypatch.delenv("SPACES_ZERO_GPU")
    assert device.find_device.__wrapped__().name == "cuda"


def test_training_on_a_lent_gpu_is_the_same_run(borrowed, tmp_path, one_thread):
    here = list(runs.run_plan(plan(tmp_path / "here")))
    there = list(zero_gpu_slices.run_plan_on_lent_gpu(plan(tmp_path / "there")))
    assert losses(there) == losses(here) and len(losses(there)) == 4
    one, other = (RunFolder(tmp_path / name).load(1).network.state_dict() for name in ("here", "there"))
    assert all(torch.equal(one[name], other[name]) for name in one)
    *_, last = (event for event in there if isinstance(event, EpochDone))
    assert all(torch.equal(last.weights[name], other[name]) for name in other)
    assert borrowed() == ["_train_slice 55"]


def test_a_long_run_borrows_again_and_goes_on_where_it_was(borrowed, tmp_path, monkeypatch, one_thread):
    monkeypatch.setattr(zero_gpu_slices, "SLICE_SECONDS", 0)  # over after every step
    here = list(runs.run_plan(plan(tmp_path / "here")))
    there = list(zero_gpu_slices.run_plan_on_lent_gpu(plan(tmp_path / "there")))
    assert losses(there) == losses(here)
    assert len(borrowed()) == 5, "a slice for each of four steps, and one for what comes after the last"


def test_what_is_wanted_is_saved_and_the_run_goes_on(borrowed, tmp_path):
    wanted, saved = [True], []
    for event in zero_gpu_slices.run_plan_on_lent_gpu(plan(tmp_path / "mine"), wants_state=lambda: bool(wanted)):
        if isinstance(event, MidEpoch):
            saved.append(event.step)
            wanted.clear()
    assert len(saved) == 1 and event.step == 4


def test_what_is_wanted_is_asked_for_once_though_the_work_is_ahead_of_its_reader(borrowed, tmp_path, monkeypatch):
    def ahead(plan, resume, wanted, seconds):
        yield StepDone(1, 4, 0.5, 1e-3, 10)
        wanted.unlink()  # it has saved by now, and what follows was on its way before
        yield StepDone(2, 4, 0.5, 1e-3, 10)
        yield MidEpoch(0, 2, {})
        assert not wanted.exists(), "asked for again"
        yield EpochDone(1, 4, 0.5, 0.5, {}, {})

    monkeypatch.setattr(zero_gpu_slices, "_train_slice", ahead)
    assert len(list(zero_gpu_slices.run_plan_on_lent_gpu(plan(tmp_path / "mine"), wants_state=lambda: True))) == 4


def test_a_run_that_was_stopped_can_be_resumed(borrowed, tmp_path):
    first = []
    stopped = zero_gpu_slices.run_plan_on_lent_gpu(plan(tmp_path / "mine"), wants_state=lambda: True)
    for event in stopped:
        first.append(event)
        if isinstance(event, MidEpoch):
            break
    stopped.close()
    rest = losses(zero_gpu_slices.run_plan_on_lent_gpu(plan(tmp_path / "mine"), resume=True))
    whole = losses(runs.run_plan(plan(tmp_path / "whole")))
    assert losses(first) == whole[: len(losses(first))]
    assert 0 < len(rest) < 4 and rest == whole[-len(rest) :]


def test_the_runner_shows_a_run_on_a_lent_gpu(borrowed, tmp_path, monkeypatch):
    """run_queue imports run_plan_on_lent_gpu, and its thread has the context of the request that started it."""
    monkeypatch.setattr("diffusion.server.run_queue.run_plan_on_lent_gpu", zero_gpu_slices.run_plan_on_lent_gpu)
    runner = TrainingQueue()
    runner.start(plan(tmp_path / "mine"))
    runner.wait(60)
    now = runner.snapshot()
    assert (now.state, now.message, now.step) == ("finished", "", 4)
    assert [epoch for epoch, _ in now.samples] == [0, 1]
    assert len(borrowed()) == 1


def test_the_whole_app_where_a_gpu_is_lent(tmp_path):
    """With two threads, which a forked process does not have: it would wait for the second one for ever."""
    make_run(tmp_path / "runs" / "tiny", width=64)
    log = tmp_path / "borrowed.txt"
    space = {"SPACES_ZERO_GPU": "true", "FAKE_SPACES_LOG": str(log), "PYTHONPATH": str(FAKE), "OMP_NUM_THREADS": "2"}
    with running_app(tmp_path / "runs", **space) as address:
        assert "a GPU that ZeroGPU lends for each request" in httpx.get(f"{address}/config", timeout=60).text
        frames = Page(address, "tiny", 4).open().generate(count=2, steps=4)
        client = Client(address, verbose=False, download_files=tmp_path)
        _, facts = client.predict(count=2, steps=4, api_name="/generate_sprites")
        client.predict(epochs=[0, 4], count=2, steps=4, api_name="/compare_epochs")
        client.predict(level=100, api_name="/denoise_step")
    assert frames >= 2 and facts["recipe"]["epochs"] == ["tiny/4"]
    work = [
        "_generate_in_worker 5.04",
        "_generate_in_worker 5.04",
        "_generate_in_worker 5.08",
        "_predict_in_worker 5.01",
    ]
    assert log.read_text().splitlines() == work, "each of the four in a GPU of its own"


CARD = yaml.safe_load((ROOT / "README.md").read_text("utf-8").split("---")[1])
ZERO_GPU_PYTHON, ZERO_GPU_TORCH = ("3.12.12", "3.10.13"), ("2.8.0", "2.9.1", "2.10.0", "2.11.0", "2.12.1", "2.13.0")


def wanted(package, python):
    """What requirements.txt says of a package for a version of Python."""
    text = (ROOT / "requirements.txt").read_text("utf-8")
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    found = [one for one in map(Requirement, filter(None, lines)) if one.name == package]
    (here,) = (one for one in found if one.marker is None or one.marker.evaluate({"python_version": python}))
    return here.specifier


def test_the_card_says_what_a_space_needs():
    assert (CARD["sdk"], CARD["app_file"], CARD["license"]) == ("gradio", "app.py", "mit")
    assert CARD["python_version"] in ZERO_GPU_PYTHON
    assert CARD["sdk_version"] == gradio.__version__ and CARD["sdk_version"] in wanted("gradio", "3.12")
    assert len(CARD["short_description"]) <= 60 and len(CARD["title"]) <= 60
    assert CARD["hf_oauth"] is True and CARD["hf_oauth_scopes"] == ["contribute-repos"]
    assert "mcp-server" in CARD["tags"]


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_every_python_finds_one_torch(python):
    assert Version("2.8.0") in wanted("torch", python) and Version("3.0") not in wanted("torch", python)


def test_a_space_finds_a_torch_that_zero_gpu_supports():
    """And none that it does not."""
    python = CARD["python_version"].rpartition(".")[0]
    assert all(Version(torch) in wanted("torch", python) for torch in ZERO_GPU_TORCH)
    assert not [torch for torch in ("2.7.1", "2.12.0", "2.14.0") if Version(torch) in wanted("torch", python)]


def test_spaces_is_imported_before_torch():
    """Else it refuses to start: torch must not have looked for CUDA before."""
    nodes = ast.walk(ast.parse((ROOT / "app.py").read_text("utf-8")))
    lines = {
        name.name.split(".")[0] if isinstance(node, ast.Import) else node.module.split(".")[0]: node.lineno
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert lines["spaces"] < lines["diffusion"] and "torch" not in lines
