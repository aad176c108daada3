"""Sprites, run folders, links, recipe files and API calls of an earlier version: all still give what they gave.

The fixtures were written by commit 46494df, before the package was laid out anew.
"""

import base64
import json
import platform
import shutil
from dataclasses import asdict
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pytest
import torch
from accelerate import Accelerator

from diffusion.__main__ import main
from diffusion.core import SAMPLERS, EpochDone, NoiseSchedule, StepDone, TrainConfig, TrainingSet, train
from diffusion.data import draw
from diffusion.engine import PAGE, Device, Request, generate
from diffusion.errors import UserError
from diffusion.runs import Plan, load_plan, run_plan
from diffusion.sprites import from_pixels, png, to_pixels
from diffusion.store import Checkpoint, RunConfig, RunFolder
from diffusion.ui.api.endpoints import Api
from diffusion.ui.parts.share_links import epochs_in, request_in

ROOT = Path(__file__).parent.parent
OLD = Path(__file__).parent / "fixtures" / "46494df"
CPU = Device("cpu", torch.float32)
DRAWN = np.load(OLD / "sprites.npz")
SHIPPED = np.load(OLD.parent / "shipped.npz")  # `drawings_of` both shipped runs, by "run/31/name"
CONFIGS = {
    "sprite-unet": RunConfig(width=16, variant="first"),
    "context-unet": RunConfig(network="context-unet", width=16),
    "course": RunConfig(network="context-unet", variant="course", schedule="course", width=16),
}


def random_checkpoint(config):
    torch.manual_seed(0)
    network = config.build()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.05)
    return Checkpoint(config, 0, network.eval())


def finished(checkpoint, request, begin=None):
    *_, (step,) = generate([checkpoint], request, CPU, begin=begin)
    return to_pixels(step.x)


def assert_same_sprites(found, name, drawn=DRAWN):
    """To the byte on the kind of machine that made the fixture; on another one as near as its rounding allows."""
    before = drawn[name]
    if torch.backends.cpu.get_cpu_capability() == "AVX512" and platform.machine() == "x86_64":
        assert found.tobytes() == before.tobytes(), f"{name}: {np.abs(found.astype(int) - before).max()} levels apart"
    assert np.abs(found.astype(int) - before).max() <= 2 and (found != before).mean() < 0.01, name


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("network", CONFIGS)
def test_every_sampler_of_every_network_draws_the_same_sprites(network, sampler):
    request = Request(count=4, sampler=sampler, steps=9, seed=7, kinds=(1, 0, 0.5, 0, 0), guidance=2.0, eta=0.5)
    found = finished(random_checkpoint(CONFIGS[network]), request)
    assert_same_sprites(found, f"{network}/{sampler}")


def drawings_of(checkpoint):
    """What a shipped run is held to, by name."""
    for sampler in SAMPLERS:
        yield sampler, finished(checkpoint, Request(count=4, sampler=sampler, steps=12, seed=3))
    blobs = Request(count=4, sampler="ddpm", steps=12, seed=3, fresh_noise=False)
    yield "no-fresh", finished(checkpoint, blobs)
    wizards = Request(count=4, steps=12, seed=3, prompt="a wizard with red hair and a staff", guidance=1.5)
    yield "words", finished(checkpoint, wizards)
    picture = from_pixels(torch.from_numpy(draw(1, 5)[0]))[0]
    yield "begin", finished(checkpoint, Request(count=4, steps=20, seed=3), begin=(picture, 180))


@pytest.mark.parametrize("run", ["sprites", "tutorial"])
def test_the_shipped_runs_draw_the_same_sprites(run):
    """Both were trained anew since 46494df; what they drew when they were shipped is kept beside its drawings."""
    for name, found in drawings_of(RunFolder(ROOT / "checkpoints" / run).load(31)):
        assert_same_sprites(found, f"{run}/31/{name}", SHIPPED)


def test_the_built_in_sprites_are_the_same():
    assert np.array_equal(draw(40, 0)[0], DRAWN["draw/train"])
    assert np.array_equal(draw(40, 3, "test")[0], DRAWN["draw/test"])


@pytest.mark.parametrize("name", json.loads((OLD / "training.json").read_text()))
def test_training_takes_the_same_steps(name):
    """Losses to the rounding of a sum, which differs by machine and number of threads."""
    before = json.loads((OLD / "training.json").read_text())[name]
    network, optimizer = name.split("/")
    pixels, labels = draw(200, 1)
    data = TrainingSet(torch.from_numpy(pixels), torch.from_numpy(labels).float())
    torch.manual_seed(0)
    of_before = {"drop_label": 0.1, "drop_words": 0.0, "weighting": "none"}
    config = TrainConfig(epochs=2, batch_size=50, optimizer=optimizer, seed=5, **of_before)
    model = CONFIGS[network].build()
    events = list(
        train(model, NoiseSchedule.linear(), data, config, validation=data, accelerator=Accelerator(cpu=True))
    )
    losses = [event.loss for event in events if isinstance(event, StepDone)]
    held_out = [event.validation_loss for event in events if isinstance(event, EpochDone)]
    assert losses == pytest.approx(before["losses"], rel=1e-3)
    assert held_out == pytest.approx(before["held_out"], rel=1e-3)
    total = sum(float(v.double().sum()) for v in events[-1].weights.values() if v.is_floating_point())
    assert total == pytest.approx(before["sum"], rel=1e-3)


@pytest.fixture
def runs(tmp_path):
    shutil.copytree(OLD / "run", tmp_path / "run")
    return tmp_path


def test_a_run_folder_opens_and_an_unfinished_run_goes_on(runs):
    run = RunFolder(runs / "run")
    assert list(run.epochs()) == [0, 1] and run.config().network == "context-unet" and run.config().width == 8
    assert set(run.metrics()) == {0, 1} and run.source()["repo"] == "someone/sprites"
    assert not run.is_finished()
    events = list(run_plan(load_plan(run), resume=True))
    assert [event.epoch for event in events if isinstance(event, EpochDone)] == [2]
    assert run.is_finished() and list(run.epochs()) == [0, 1, 2]


def test_a_run_on_mirrored_pictures_is_sampled_and_not_resumed(runs):
    """The setting flip is gone; 46494df would go on to mirror half of the pictures."""
    run, path = RunFolder(runs / "run"), runs / "run" / "config.json"
    path.write_text(path.read_text().replace('"flip": false', '"flip": true'))
    assert finished(run.load(1), Request(count=2, steps=3)).shape == (2, 16, 16, 3)
    with pytest.raises(UserError, match="cannot be resumed: it was begun with flip, which this version does not have"):
        load_plan(run)
    plan = Plan(folder=run.path, data="builtin:120@3", network="context-unet", width=8, training=TrainConfig(epochs=3))
    with pytest.raises(UserError, match="cannot be resumed: it was begun with flip"):
        next(run_plan(plan, resume=True))


def test_the_recipe_of_a_run_is_its_optimizer(runs):
    assert RunFolder(runs / "run").config().training["optimizer"] == "linear"
    assert load_plan(RunFolder(runs / "run")).training.optimizer == "linear"
    options = ["train", "--run", str(runs / "new"), "--data", "builtin:40", "--epochs", "1", "--width", "8"]
    assert main([*options, "--recipe", "linear", "--no-evaluate"]) == 0
    assert RunFolder(runs / "new").config().training["optimizer"] == "linear"
    assert "--optimizer linear" in RunFolder(runs / "new").card()


@pytest.mark.parametrize("name,epochs", [("recipe_plain", 2), ("recipe_all", 1)])
def test_a_recipe_file_is_drawn_again(runs, name, epochs, capsys):
    out = runs / "sprites.npy"
    assert main(["sample", "--recipe", str(OLD / f"{name}.json"), "--runs", str(runs), "--out", str(out)]) == 0
    assert np.load(out).shape == (4 * epochs, 16, 16, 3)


@pytest.mark.parametrize("query", json.loads((OLD / "links.json").read_text()))
def test_a_link_says_what_it_said(query):
    before = json.loads((OLD / "links.json").read_text())[query]
    words = dict(parse_qsl(query))
    assert [str(ref) for ref in epochs_in(words)] == before["epochs"]
    now = json.loads(json.dumps(asdict(request_in(words, Request()))))
    since = {name: getattr(Request, name) for name in now.keys() - before["request"].keys()}
    assert now == {name: value for name, value in before["request"].items() if name in now} | since
    is_wrong = "euler" in query  # changes nothing, as before
    if not is_wrong and words.keys() - {"tab"}:
        assert json.loads(json.dumps(asdict(request_in(words, Request(**PAGE))))) == now
    assert before["request"].keys() - now.keys() <= {"clip"}, "a setting that a link named is gone"


@pytest.mark.parametrize("call", json.loads((OLD / "calls.json").read_text()), ids=lambda call: call["endpoint"])
def test_an_api_call_is_answered_as_before(runs, call):
    arguments = dict(call["arguments"])
    if call["endpoint"] == "denoise_step":  # by number they are those of the second edition now
        picture = png(draw(4, 0, "test")[0][arguments.pop("sprite", 0)])
        arguments["image"] = base64.b64encode(picture).decode()
    _, facts = getattr(Api(runs, "run"), call["endpoint"])(**arguments)
    found = json.loads(json.dumps(facts))
    found.pop("seconds", None)
    before = call["facts"]
    for name, value in before.items():
        if name == "recipe":
            value.pop("clip", None)
            assert found[name].items() >= value.items()
        elif name == "grid":  # it names the gap too
            assert found[name].items() >= value.items()
        elif name == "link":  # says all, the settings that came since too
            assert dict(parse_qsl(found[name])).items() >= dict(parse_qsl(value)).items()
        elif isinstance(value, float):
            assert found[name] == pytest.approx(value, abs=0.01)
        else:
            assert found[name] == value, name
