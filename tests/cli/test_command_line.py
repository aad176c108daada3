"""python -m diffusion: every verb does its work, and wrong input is one line and exit status 2."""

import argparse
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file as tensors_of
from support.runs import make_run

from diffusion.__main__ import VERBS, main
from diffusion.cli.sample import _blend
from diffusion.core.train_config import TrainConfig
from diffusion.core.trainer import EpochDone
from diffusion.data import builtin_vocabulary, pixelart
from diffusion.data.endless import draw_epoch
from diffusion.engine import SETTINGS, Request, describe_request
from diffusion.refs import EpochRef
from diffusion.runs import Plan, run_plan
from diffusion.sprites import columns_for
from diffusion.store.checkpoint import COURSE, RunConfig
from diffusion.store.run_folder import RunFolder

ROOT = Path(__file__).parent.parent.parent
SHORT = ["--data", "builtin:60", "--epochs", "2", "--batch-size", "20"]
LogLine = Callable[[], str]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory) -> Path:
    """A network too small to draw anything, saved as epoch 4. It answers as any other does."""
    run = RunFolder(tmp_path_factory.mktemp("runs") / "tiny")
    config = RunConfig(network="context-unet", width=8)
    torch.manual_seed(0)
    run.create(config)
    run.save_epoch(4, config.build().state_dict(), {})
    return run.epochs()[4]


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """A run that nothing interrupted. Only to be read."""
    folder = tmp_path_factory.mktemp("runs") / "finished"
    assert main(["train", "--run", str(folder), *SHORT]) == 0
    return folder


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def complaint(capsys) -> LogLine:
    """The one line that went to stderr, and that there was nothing else."""

    def said() -> str:
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.count("\n") == 1, captured.err
        assert captured.err.endswith("\n")
        assert "\r" not in captured.err, "a progress bar was drawn before the mistake"
        return captured.err

    return said


def run(verb: str, *words: object) -> int:
    return main([verb, *map(str, words)])


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# draw


@pytest.mark.parametrize(("count", "scale", "columns"), [(1, 1, 1), (7, 3, 4), (24, 2, 8)])
def test_draw_makes_a_contact_sheet(tmp_path, capsys, count, scale, columns):
    out = tmp_path / "new" / "sheet.png"
    assert run("draw", "--count", count, "--seed", 5, "--scale", scale, "--out", out) == 0
    rows = -(-count // columns)
    with Image.open(out) as picture:
        assert picture.size == ((columns * 18 - 2) * scale, (rows * 18 - 2) * scale)
        first = np.asarray(picture)[: 16 * scale : scale, : 16 * scale : scale]
    assert np.array_equal(first, draw_epoch(1, 5, epoch=0)[0][0])
    assert f"{count} sprites" in capsys.readouterr().out


def test_draw_shows_what_a_prompt_asks_for(tmp_path, capsys):
    out = tmp_path / "sheet.npy"
    assert run("draw", "--prompt", "a blue mushroom", "--count", 5, "--out", out) == 0
    red, _, blue = np.moveaxis(np.load(out).astype(int), -1, 0)
    assert red.shape == (5, 16, 16) and ((blue > red + 40).sum((1, 2)) > 20).all()
    assert np.load(tmp_path / "sheet_labels.npy").argmax(1).tolist() == [1] * 5
    said = capsys.readouterr()
    assert "understood: toadstool, blue body\n" in said.out and "5 sprites" in said.out and not said.err
    assert "'mushroom' is taken as toadstool; it could be mushroom, " in said.out


@pytest.mark.parametrize(
    ("prompt", "understood", "complaints"),
    [
        ("红发的公主", "understood: red hair (红色头发), tiara (公主冠), dress (连衣裙)\n", []),
        ("blue cat:0.5", "understood: cat:0.5\n", ["'blue'; a cat can be orange, brown, beige, white, grey, black"]),
        ("a cat with a qqq", "understood: cat\n", ["not understood: 'qqq'; the nearest: "]),
        ("cat, dog", "understood: cat, dog\n", ["0 of them show all of it, the others lack some of: "]),
    ],
)
def test_draw_says_what_it_did_not_understand_or_find(tmp_path, capsys, prompt, understood, complaints):
    assert run("draw", "--prompt", prompt, "--count", 3, "--out", tmp_path / "x.png") == 0
    said = capsys.readouterr()
    assert understood in said.out
    assert len(said.err.splitlines()) == len(complaints)
    assert all(complaint in said.err for complaint in complaints)


@pytest.mark.parametrize("split", ["train", "test"])
def test_draw_makes_the_courses_pair_of_arrays(tmp_path, split):
    out = tmp_path / "new" / "mine.npy"
    assert run("draw", "--count", 9, "--seed", 2, "--fixed", "--split", split, "--out", out) == 0
    pixels, labels = pixelart.draw(9, 2, split)
    assert np.array_equal(np.load(out), pixels)
    assert np.array_equal(np.load(tmp_path / "new" / "mine_labels.npy"), labels)
    assert len(list(out.parent.iterdir())) == 2


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--out", "x.jpg"], "--out must end in .png, .zip, .npy, not 'x.jpg'"),
        (["--out", "x"], "--out must end in"),
        (["--out", "x.png", "--count", "0"], "count must be at least 1, not 0"),
        (["--out", "x.npy", "--count", "-5"], "count must be at least 1, not -5"),
        (["--out", "x.png", "--scale", "0"], "--scale must be between 1 and 32, not 0"),
        (["--out", "x.png", "--scale", "33"], "--scale must be between 1 and 32, not 33"),
        (["--out", "x.png", "--seed", "-1"], "non-negative"),
        (["--out", "file/x.png"], "file"),
        (["--out", "x.png", "--prompt", "wizzard"], "nothing is understood of 'wizzard'; the nearest: wizard, lizard"),
        (["--out", "x.png", "--prompt", "法帅"], "nothing is understood of '法帅'; the nearest: "),
        (["--out", "x.png", "--prompt", ""], "nothing is understood of ''"),
        (["--out", "x.png", "--prompt", "cat:0"], "no word is asked for"),
        (["--out", "x.png", "--prompt", "x" * 301], "a prompt has at most 300 characters, not 301"),
        (["--out", "x.png", "--prompt", "cat", "--split", "test"], "leave out --split"),
        (["--out", "x.png", "--prompt", "cat", "--count", "0"], "count must be at least 1, not 0"),
    ],
)
def test_draw_refuses_what_it_cannot_do(here, complaint, words, expected):
    Path("file").write_text("not a folder")
    assert run("draw", "--count", 3, *words) == 2
    assert expected in complaint()
    assert [path.name for path in here.iterdir()] == ["file"]


# sample


@pytest.mark.parametrize(("count", "scale"), [(1, 2), (5, 1), (32, 2)])
def test_sample_makes_a_picture_or_an_array(tmp_path, checkpoint, count, scale):
    columns = columns_for(count)
    words = ["--checkpoint", checkpoint, "--count", count, "--steps", 3, "--scale", scale, "--out"]
    assert run("sample", *words, tmp_path / "a" / "x.npy") == 0
    assert run("sample", *words, tmp_path / "b" / "x.png") == 0
    sprites = np.load(tmp_path / "a" / "x.npy")
    assert (sprites.dtype, sprites.shape) == (np.uint8, (count, 16, 16, 3))
    with Image.open(tmp_path / "b" / "x.png") as picture:
        assert picture.size == ((columns * 18 - 2) * scale, (-(-count // columns) * 18 - 2) * scale)
        last = np.asarray(picture)[::scale, ::scale]
    y, x = (count - 1) // columns * 18, (count - 1) % columns * 18
    assert np.array_equal(last[y : y + 16, x : x + 16], sprites[-1])


def test_sample_exports_for_a_game(tmp_path, checkpoint):
    words = ["--checkpoint", checkpoint, "--count", 6, "--steps", 3, "--scale", 2, "--kind", "hero:0.5", "food"]
    form = ["--transparent", "--colours", 16, "--gap", 0, "--layout"]
    assert run("sample", *words, *form, "--out", tmp_path / "x.png") == 0
    assert run("sample", *words, "--transparent", "--colours", 16, "--out", tmp_path / "x.zip") == 0
    layout = json.loads((tmp_path / "x.json").read_text())
    assert list(layout["frames"]) == [f"hero-food-{i}.png" for i in ("01", "02", "03", "04", "05", "06")]
    with Image.open(tmp_path / "x.png") as picture, zipfile.ZipFile(tmp_path / "x.zip") as archive:
        assert picture.size == (layout["meta"]["size"]["w"], layout["meta"]["size"]["h"]) == (4 * 32, 2 * 32)
        assert picture.mode == "P" and len(picture.getcolors()) <= 17
        for name, frame in layout["frames"].items():
            x, y, w, h = frame["frame"].values()
            one = Image.open(io.BytesIO(archive.read(name))).convert("RGBA")
            assert np.array_equal(np.asarray(picture.crop((x, y, x + w, y + h)).convert("RGBA")), np.asarray(one))


@pytest.mark.parametrize(
    ("words", "shares"),
    [([], (0, 0, 0, 0, 0)), (["food"], (0, 0, 1, 0, 0)), (["hero:0.5", "food:.25"], (0.5, 0, 0.25, 0, 0))],
)
def test_kinds_are_blended_by_their_shares(words, shares):
    assert _blend(SETTINGS["kinds"], words) == shares


@pytest.mark.parametrize(("steps", "frames"), [(1, 2), (10, 11), (50, 51), (100, 101), (500, 101)], ids=str)
def test_the_film_shows_every_step_but_no_more_than_a_hundred(tmp_path, checkpoint, steps, frames):
    out = tmp_path / "x.gif"
    assert run("sample", "--checkpoint", checkpoint, "--count", 8, "--scale", 1, "--steps", steps, "--out", out) == 0
    with Image.open(out) as film:
        assert (film.n_frames, film.size) == (frames, (columns_for(8) * 18 - 2, 34))
        film.seek(frames - 1)
        assert film.info["duration"] == 1500


def test_the_mp4_is_as_long_and_as_large_as_the_gif_and_holds_its_last_frame(tmp_path, checkpoint):
    words = ["--checkpoint", checkpoint, "--count", 6, "--scale", 2, "--steps", 10]
    assert run("sample", *words, "--out", tmp_path / "x.mp4") == 0
    assert run("sample", *words, "--out", tmp_path / "x.png") == 0
    film = iio.imread(tmp_path / "x.mp4")
    with Image.open(tmp_path / "x.png") as picture:
        sprites = np.asarray(picture)
    assert film.shape == (11 + 30, *sprites.shape)  # 1.5 s of 20 frames at the end
    assert np.abs(film[-1].astype(float) - sprites).mean() < 30, "the film does not end on the sprites"


def sampled(folder: Path, checkpoint: Path, *words: object) -> np.ndarray:
    out = folder / "x.npy"
    assert run("sample", "--checkpoint", checkpoint, "--steps", 5, "--count", 4, *words, "--out", out) == 0
    return np.load(out)


@pytest.mark.parametrize("sampler", ["ddpm", "ddim", "sa"])
def test_the_same_seed_is_the_same_sprites_however_many(tmp_path, checkpoint, sampler):
    """A batch of another size may be summed in another order, in bfloat16 on some machines: a few levels of 255."""
    one, again, more = (
        sampled(tmp_path, checkpoint, "--sampler", sampler, "--seed", 3, *count) for count in ([], [], ["--count", 9])
    )
    assert np.array_equal(one, again)
    assert np.abs(one.astype(int) - more[:4]).max() <= 8
    other = sampled(tmp_path, checkpoint, "--sampler", sampler, "--seed", 4)
    assert np.abs(one.astype(int) - other).mean() > 20


@pytest.mark.parametrize(
    "words",
    [
        ["--sampler", "ddim"],
        ["--kind", "food"],
        ["--kind", "food", "--guidance", 5],
        ["--sampler", "ddim", "--eta", 1],
        ["--no-fresh-noise"],
    ],
    ids=lambda words: " ".join(map(str, words)),
)
def test_every_setting_of_sample_changes_the_sprites(tmp_path, checkpoint, words):
    assert not np.array_equal(sampled(tmp_path, checkpoint), sampled(tmp_path, checkpoint, *words))


def test_youth_asks_the_early_epoch_in_the_same_folder(tmp_path, checkpoint, capsys):
    plain = sampled(tmp_path, checkpoint)
    assert np.array_equal(sampled(tmp_path, checkpoint, "--youth", 1.5), plain)
    assert "epoch 4 has no earlier one beside it" in capsys.readouterr().err
    run_folder, later = RunFolder(checkpoint.parent), RunFolder(tmp_path / "later")
    torch.manual_seed(1)
    later.create(run_folder.config())
    for epoch in (4, 31):
        later.save_epoch(epoch, later.config().build().state_dict(), {})
    old = later.epochs()[31]
    plain, guided = sampled(tmp_path, old), sampled(tmp_path, old, "--youth", 1.5)
    said = capsys.readouterr()
    assert (
        not np.array_equal(plain, guided)
        and "of epoch 31 (guided by 4) in" in said.out
        and "earlier one" not in said.err
    )
    assert np.array_equal(plain, sampled(tmp_path, old, "--youth", 1.5, "--youth-below", 0))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--out", "x.jpg"], "--out must end in .png, .zip, .npy, .gif, .apng, .mp4, not 'x.jpg'"),
        (["--gap", -1], "--gap must be between 0 and 64, not -1"),
        (["--colours", 1], "--colours must be between 2 and 256, not 1"),
        (["--transparent", "--out", "x.mp4"], "an .mp4 has no transparency"),
        (["--layout", "--out", "x.gif"], "--layout goes with a sheet"),
        (["--kind", "hero", "cat"], "--kind takes hero, non-hero, food, spell, side-facing, each with a share"),
        (["--kind", "hero:2"], "not 'hero:2'"),
        (["--count", 0], "between 1 and 64, not 0"),
        (["--count", 65], "between 1 and 64, not 65"),
        (["--steps", 0], "steps must be at least 1, not 0"),
        (["--steps", 501], "steps must be between 1 and 500, not 501"),
        (["--seed", -1], "seed must be between 0"),
        (["--guidance", -1], "guidance must be between 0 and 10"),
        (["--youth", 6], "youth must be between 0 and 5"),
        (["--eta", 2], "eta must be between 0 and 1"),
        (["--scale", 0], "--scale must be between 1 and 32"),
        (["--checkpoint", "nowhere.safetensors"], "nowhere.safetensors does not exist"),
        (["--checkpoint", "text.pth"], "text.pth is no file of weights"),
        (["--checkpoint", "text.safetensors"], "text.safetensors is no file of weights"),
        (["--checkpoint", "."], "does not exist; a checkpoint is a file such as"),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, list) else "",
)
def test_sample_refuses_what_it_cannot_do(here, complaint, checkpoint, words, expected):
    for name in ("text.pth", "text.safetensors"):
        Path(name).write_text("these are not the weights")
    before = contents(here)
    assert run("sample", "--checkpoint", checkpoint, "--out", "x.png", *words) == 2
    assert expected in complaint()
    assert contents(here) == before


@pytest.fixture(scope="module")
def wordy(tmp_path_factory) -> Path:
    """A run that knows all built-in words but one."""
    folder = tmp_path_factory.mktemp("runs") / "wordy"
    run = make_run(folder, vocabulary=builtin_vocabulary(), data={"unseen": ["dragon"]})
    torch.manual_seed(0)
    for epoch in run.epochs():
        weights = run.load(epoch).network.state_dict()
        run.save_epoch(epoch, weights | {"words.weight": torch.randn_like(weights["words.weight"]) * 50}, {})
    return folder


def test_sample_draws_a_prompt_and_says_what_it_understood(tmp_path, wordy, capsys):
    file = wordy / "model_4.safetensors"
    plain = sampled(tmp_path, file)
    capsys.readouterr()
    asked = sampled(tmp_path, file, "--prompt", "a mushroom:0.5")
    said = capsys.readouterr().out
    assert said.startswith("understood: mushroom:0.5\n'mushroom' is taken as mushroom; it could be ")
    with_kind = sampled(tmp_path, file, "--prompt", "a mushroom:0.5", "--kind", "non-hero")
    in_words = sampled(tmp_path, file, "--prompt", "creature, mushroom:0.5")
    assert not np.array_equal(plain, asked) and not np.array_equal(asked, with_kind)
    assert np.array_equal(with_kind, in_words)
    capsys.readouterr()
    sampled(tmp_path, file, "--prompt", "红发")
    assert "understood: red hair (红色头发)\n" in capsys.readouterr().out


def test_sample_tells_the_words_of_every_surprised_sprite(tmp_path, wordy, capsys):
    words = ["--surprise", "--prompt", "cat", "--seed", 3]
    surprised = sampled(tmp_path, wordy / "model_4.safetensors", *words)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "understood: cat" and [line.partition(":")[0] for line in lines[1:5]] == list("1234")
    assert all("cat" in line for line in lines[1:5])
    request = Request(count=4, steps=5, seed=3, prompt="cat", surprise=True)
    described = describe_request(request, [EpochRef("wordy", 4)])
    (tmp_path / "r.json").write_text(json.dumps(described))
    out = tmp_path / "again.npy"
    assert run("sample", "--request", tmp_path / "r.json", "--runs", wordy.parent, "--out", out) == 0
    assert np.array_equal(np.load(out), surprised) and capsys.readouterr().out.splitlines()[:5] == lines[:5]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("wizzard", "this run does not understand wizzard; the nearest that it knows: wizard, "),
        ("blue cat", "cat cannot be blue; it can be orange, brown, "),
        ("dragon", "this run was trained without dragon; the nearest that it knows: "),
        ("x" * 301, "a prompt has at most 300 characters, not 301"),
    ],
)
@pytest.mark.parametrize("more", [[], ["--surprise"]], ids=["alone", "surprise"])
def test_sample_refuses_words_that_the_run_does_not_know(tmp_path, wordy, complaint, prompt, expected, more):
    out = tmp_path / "x.png"
    words = ["--checkpoint", wordy / "model_4.safetensors", "--prompt", prompt, "--out", out]
    assert run("sample", *words, *more) == 2
    assert expected in complaint() and not out.exists()


def test_words_lists_what_a_run_knows_and_explains_a_prompt(wordy, finished, capsys):
    def told(*words: object) -> list[str]:
        assert run("words", "--run", wordy, *words) == 0
        return capsys.readouterr().out.splitlines()

    everything = told()
    assert [line.partition(" (")[0] for line in everything] == ["kind", "shape", "colour"]
    assert everything[0] == "kind (5): hero (英雄), non-hero (生物), food (食物), spell (物品), side-facing (侧面英雄)"
    explained = told("a blue cat with a hat and a dragon, qqq")
    assert explained[0].startswith("understood: cat (猫)") and "trained without: dragon (龙)" in explained
    assert any(line.startswith("not understood: 'qqq'; the nearest: ") for line in explained)
    assert any(line.startswith("not understood: 'blue'; a cat can be orange, ") for line in explained)
    hats = told("帽")
    assert any(line.startswith("shape (") and "wizard hat (巫师帽)" in line for line in hats)
    assert run("words", "--run", finished, "hero:0.5") == 0
    assert "understood: hero (英雄):0.5" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "expected"),
    [(["qqq"], "nothing is understood of 'qqq'; the nearest: "), (["x" * 301], "at most 300 characters")],
)
def test_words_refuses_what_it_cannot_explain(wordy, complaint, words, expected):
    assert run("words", "--run", wordy, *words) == 2
    assert expected in complaint()


# convert


@pytest.fixture(scope="module")
def course_files(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    for seed, name in enumerate(("model_0.pth", "context_model_4.pth", "model_4.pth")):
        torch.manual_seed(seed)
        torch.save(COURSE.build().state_dict(), folder / name)
    return folder


def test_convert_makes_a_run_of_the_courses_files(tmp_path, capsys, course_files):
    files = [course_files / "context_model_4.pth", course_files / "model_0.pth"]
    assert run("convert", *files, "--run", tmp_path / "course") == 0
    assert "epochs 0, 4 in" in capsys.readouterr().out
    made = RunFolder(tmp_path / "course")
    assert made.config() == COURSE
    for epoch, file in zip((4, 0), files, strict=True):
        state = made.load(epoch).network.state_dict()
        assert all(torch.equal(state[name], tensor) for name, tensor in torch.load(file).items())


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["model_0.pth", "model_7.pth"], "model_7.pth does not exist"),
        (["model_4.pth", "context_model_4.pth"], "two of the files are of the same epoch"),
    ],
    ids=["missing", "same epoch"],
)
def test_convert_refuses_what_it_cannot_keep_and_makes_nothing(tmp_path, complaint, course_files, names, expected):
    """Both models of the course have an epoch 4; one of them was silently lost."""
    assert run("convert", *(course_files / name for name in names), "--run", tmp_path / "course") == 2
    assert expected in complaint()
    assert not (tmp_path / "course").exists()


def test_convert_does_not_touch_a_folder_in_use(finished, complaint, course_files):
    before = contents(finished)
    assert run("convert", course_files / "model_0.pth", "--run", finished) == 2
    assert "is not empty" in complaint()
    assert contents(finished) == before


# train


def test_train_makes_a_run(finished):
    made = RunFolder(finished)
    assert list(made.epochs()) == [0, 1]
    assert (made.config().training["epochs"], made.config().data["name"]) == (2, "builtin:60")
    assert [made.metrics()[epoch].step for epoch in (0, 1)] == [3, 6]
    assert made.metrics()[1].validation_loss < made.metrics()[0].validation_loss
    card = (finished / "README.md").read_text()
    assert f"python -m diffusion train --run {finished.as_posix()}" in card
    assert "--data builtin:60 --epochs 2 --batch-size 20" in card
    assert not [name for name in contents(finished) if ".part" in name]


def test_a_trained_epoch_can_be_sampled(tmp_path, finished):
    assert sampled(tmp_path, finished / "model_1.safetensors").shape == (4, 16, 16, 3)


def test_train_on_a_persons_own_arrays(tmp_path, capsys):
    """With an epoch in between that is not kept, half precision, and the tutorial's network."""
    run("draw", "--count", 40, "--out", tmp_path / "mine.npy")
    words = ["--data", tmp_path / "mine.npy", "--labels", tmp_path / "mine_labels.npy", "--network", "context-unet"]
    words += ["--epochs", 3, "--batch-size", 40, "--half", "--schedule", "cosine", "--recipe", "linear"]
    assert run("train", "--run", tmp_path / "run", *words) == 0
    assert capsys.readouterr().out.count("epoch ") == 3
    made = RunFolder(tmp_path / "run")
    assert list(made.epochs()) == [0, 2]
    assert list(made.metrics()) == [0, 1, 2]
    assert made.load(2).config.schedule == "cosine"
    assert made.config().training["optimizer"] == "linear" and "--optimizer linear" in made.card()
    stored = tensors_of(made.epochs()[2])
    assert {tensor.dtype for tensor in stored.values()} == {torch.float16, torch.int64}


def test_a_length_in_updates_makes_the_epochs(tmp_path, capsys):
    """Forty pictures make many short epochs, of which a few are saved; and who begins with nothing is advised."""
    run("draw", "--count", 40, "--out", tmp_path / "mine.npy")
    words = ["--data", tmp_path / "mine.npy", "--width", 8, "--batch-size", 20, "--no-evaluate"]
    assert run("train", "--run", tmp_path / "run", *words, "--updates", 41) == 0
    said = capsys.readouterr()
    assert said.out.count("epoch ") == 20 and "38 pictures are few to learn from nothing" in said.err
    made = RunFolder(tmp_path / "run")
    assert made.config().training["epochs"] == 20 and list(made.epochs()) == [0, 3, 6, 9, 12, 15, 18, 19]
    for mistake in (["--updates", 0], ["--updates", 9, "--resume"], ["--updates", 9, "--epochs", 1]):
        assert run("train", "--run", tmp_path / "other", *words, *mistake) == 2
    assert not (tmp_path / "other").exists()


def interrupt(folder: Path, kind: type, **changes: object) -> None:
    """Stop a training like Ctrl-C does, right after its first event of this kind."""
    plan = Plan(folder=folder, data="builtin:60", training=TrainConfig(epochs=2, batch_size=20), **changes)
    events = run_plan(plan)
    for event in events:
        if isinstance(event, kind):
            events.close()


def test_an_interrupted_run_goes_on_to_the_very_same_weights(tmp_path, finished):
    folder = tmp_path / "run"
    interrupt(folder, EpochDone)
    assert list(RunFolder(folder).epochs()) == [0]
    assert run("train", "--run", folder, *SHORT, "--resume") == 0
    for name in ("model_0.safetensors", "model_1.safetensors"):
        mine, theirs = tensors_of(folder / name), tensors_of(finished / name)
        assert mine.keys() == theirs.keys()
        assert all(torch.equal(mine[key], theirs[key]) for key in mine), name
    mine, theirs = (
        {epoch: replace(one, rate=None) for epoch, one in RunFolder(path).metrics().items()}
        for path in (folder, finished)
    )
    assert mine == theirs, "but for the speed"


def test_a_run_stopped_within_its_first_epoch_can_be_resumed(tmp_path, finished):
    """It could neither be resumed, because its folder was not empty, nor begun anew, for the same reason."""
    folder = tmp_path / "run"
    interrupt(folder, object)
    assert sorted(contents(folder)) == ["README.md", "config.json", "training/plan.json"]
    (folder / ".model_0.safetensors.part").write_bytes(b"what a killed process leaves")
    assert run("train", "--run", folder, *SHORT, "--resume") == 0
    mine, theirs = tensors_of(folder / "model_1.safetensors"), tensors_of(finished / "model_1.safetensors")
    assert all(torch.equal(mine[key], theirs[key]) for key in theirs)
    assert sorted(contents(folder)) == sorted(contents(finished))


def test_a_killed_run_goes_on_after_its_last_whole_epoch(tmp_path):
    folder = tmp_path / "run"
    words = ["train", "--run", str(folder), "--data", "builtin:200", "--epochs", "2", "--batch-size", "20"]
    with subprocess.Popen(
        [sys.executable, "-m", "diffusion", *words], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while process.poll() is None and not (folder / "model_0.safetensors").exists():
            try:
                process.wait(timeout=0.02)
            except subprocess.TimeoutExpired:
                continue
        process.kill()
    assert process.returncode == -9, "it ended before it could be killed"
    assert list(RunFolder(folder).epochs()) == [0]
    assert run(*words, "--resume") == 0
    made = RunFolder(folder)
    assert [made.load(epoch).epoch for epoch in made.epochs()] == [0, 1]
    assert list(made.metrics()) == [0, 1]
    assert made.is_finished() and made.resume_state() is None
    assert not [name for name in contents(folder) if ".part" in name]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "is not empty; use --resume to go on with it, or name a new folder"),
        (["--resume"], "is finished: it has all 2 epochs; to train it further, resume it with more --epochs"),
        (["--resume", "--epochs", 1], "was begun for 2 epochs; it can be resumed for as many or more, not for 1"),
        (["--resume", "--lr", 0.1], "was begun with another training (lr 0.002, not 0.1)"),
        (["--resume", "--data", "builtin:61"], "was begun with another data (name builtin:60, not builtin:61)"),
        (["--resume", "--data", "builtin:60@1"], "was begun with another data (name"),
        (["--resume", "--network", "context-unet"], "was begun with another network (sprite-unet, not context-unet)"),
        (["--resume", "--schedule", "cosine"], "was begun with another schedule (linear, not cosine)"),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, list) else "",
)
def test_train_does_not_mix_two_runs(finished, complaint, words, expected):
    before = contents(finished)
    assert run("train", "--run", finished, *SHORT, *words) == 2
    assert expected in complaint()
    assert contents(finished) == before


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--resume"], "is not a run folder: there is no such folder"),
        (["--data", "nowhere"], "nowhere does not exist; name builtin"),
        (["--data", "builtin:0"], "builtin draws 1 to 200,000 sprites"),
        (["--epochs", 0], "epochs must be at least 1"),
        (["--batch-size", 0], "batch size must be at least 1"),
        (["--lr", 0], "learning rate must be above 0"),
        (["--lr", "nan"], "learning rate must be above 0"),
        (["--drop-label", 1.5], "drop label must be between 0 and 1"),
        (["--seed", -1], "seed must be between 0"),
        (["--save-every", 0], "save every must be at least 1 epoch"),
        (["--updates", 9], "--updates goes without --epochs and --resume"),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, list) else "",
)
def test_train_refuses_what_it_cannot_do_and_makes_nothing(here, complaint, words, expected):
    assert run("train", "--run", "run", *SHORT, *words) == 2
    assert expected in complaint()
    assert not list(here.iterdir())


# The command itself


@pytest.mark.parametrize("words", [[], *([verb] for verb in VERBS)], ids=lambda words: "".join(words) or "none")
def test_help_explains_every_verb(capsys, words):
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    assert ended.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "default: None" not in text and "default: False" not in text and "(default: )" not in text
    for verb in words or VERBS:
        assert " ".join(VERBS[verb][1].__doc__.split()) in text


@pytest.mark.parametrize("name", VERBS)
def test_help_explains_every_option(name):
    verb = argparse.ArgumentParser()
    VERBS[name][0](verb)
    assert not [action.dest for action in verb._actions if not action.help]


@pytest.mark.parametrize("words", [[], ["paint"], ["draw"], ["draw", "--count", "many", "--out", "x.png"]])
def test_a_command_that_is_not_understood_ends_with_2(capsys, words):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "usage: python -m diffusion" in capsys.readouterr().err


def test_a_real_process_ends_with_status_2_and_one_line(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "diffusion", "draw", "--count", "0", "--out", str(tmp_path / "x.png")],
        check=False,
        cwd=ROOT,
        env=os.environ | {"PYTHONWARNINGS": "default"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "python -m diffusion draw: count must be at least 1, not 0\n"


# sample --request, formerly --recipe


@pytest.mark.parametrize("flag", ["--request", "--recipe"])
def test_saved_settings_give_the_sprites_of_all_their_epochs(tmp_path, flag):
    make_run(tmp_path / "runs" / "tiny")
    made_by = describe_request(Request(count=3, steps=4, seed=8), [EpochRef("tiny", 0), EpochRef("tiny", 4)])
    (tmp_path / "r.json").write_text(json.dumps(made_by))
    out = tmp_path / "x.npy"
    assert run("sample", flag, tmp_path / "r.json", "--runs", tmp_path / "runs", "--out", out) == 0
    words = ["--count", 3, "--steps", 4, "--seed", 8, "--out", tmp_path / "alone.npy"]
    assert run("sample", "--checkpoint", tmp_path / "runs" / "tiny" / "model_4.safetensors", *words) == 0
    assert np.array_equal(np.load(out)[3:], np.load(tmp_path / "alone.npy"))


@pytest.mark.parametrize("clip", [False, True])
def test_settings_of_an_earlier_version_say_what_is_no_longer_applied(tmp_path, capsys, clip):
    make_run(tmp_path / "runs" / "tiny")
    described = describe_request(Request(count=1, steps=2), [EpochRef("tiny", 0)]) | {"clip": clip}
    (tmp_path / "r.json").write_text(json.dumps(described))
    words = ["--request", tmp_path / "r.json", "--runs", tmp_path / "runs", "--out", tmp_path / "x.npy"]
    assert run("sample", *words) == 0
    told = [line for line in capsys.readouterr().err.splitlines() if "clip" in line]
    assert len(told) == clip and all("sets clip, which no longer exists and is not applied" in line for line in told)


GOOD_SETTINGS = {"epochs": ["tiny/0"], "kinds": [0, 0, 0, 0, 0], "count": 1, "steps": 1}


def settings_with(**changes) -> str:
    return json.dumps(GOOD_SETTINGS | changes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[" * 10_000, "it is nested deeper than 24 levels"),
        (settings_with(seed=7).replace("7", "9" * 5000), "it holds a number of 5000 digits"),
        (settings_with(seed=10**35), "seed must be between 0 and 4294967295, not 10^35"),
        (settings_with(seed="7"), "seed must be a whole number, not '7'"),
        (settings_with(steps=2.5), "steps must be a whole number, not 2.5"),
        (settings_with(count=[1]), "count must be a whole number, not [1]"),
        (settings_with(guidance=float("nan")), "guidance must be between 0 and 10, not nan"),
        (settings_with(guidance="x" * 5000), "guidance must be a number, not 'xxx"),
        (settings_with(sampler={}), "sampler must be one of"),
        (settings_with(kinds="hero"), "must be 5 numbers from 0 to 1"),
        (settings_with(kinds=["a"] * 5), "must be 5 numbers from 0 to 1"),
        (settings_with(fresh_noise=1), "must be true or false"),
        (settings_with(epochs=["tiny/0"] * 40), "it names 40 epochs; up to 6 can be sampled together"),
        (settings_with(epochs="tiny/0"), "it has no list of epochs"),
        ('{"seed": 1, "seed": 2}', "it names seed twice"),
        ("\x00" * 70_000, "it is larger than 0.1 MB"),
        ("", "holds no settings"),
        ("[]", "holds no settings"),
        ('{"epochs": ["tiny/0"]}', "holds no settings"),
        ('{"epochs": [7], "kinds": [0, 0, 0, 0, 0]}', "holds no settings"),
        ('{"epochs": [], "kinds": [0, 0, 0, 0, 0]}', "it names no epoch"),
        ('{"epochs": ["../x/0"], "kinds": [0, 0, 0, 0, 0]}', "is not an epoch of a run"),
        ('{"epochs": ["tiny/9"], "kinds": [0, 0, 0, 0, 0]}', "no epoch 9; it has: 0, 4"),
        ('{"epochs": ["gone/0"], "kinds": [0, 0, 0, 0, 0]}', "no such folder"),
        ('{"epochs": ["tiny/0"], "kinds": [0, 0, 0, 0, 0], "count": 99}', "between 1 and 64"),
        ('{"epochs": ["tiny/0"], "kinds": [0, 0, 0, 0, 0], "more": 1}', "holds no settings"),
    ],
)
def test_a_wrong_file_of_settings_is_one_line(tmp_path, capsys, text, expected):
    make_run(tmp_path / "runs" / "tiny")
    (tmp_path / "r.json").write_text(text)
    words = ["--request", tmp_path / "r.json", "--runs", tmp_path / "runs", "--out", tmp_path / "x.png"]
    assert run("sample", *words) == 2
    error = capsys.readouterr().err
    assert expected in error and error.count("\n") == 1 and len(error) < 900 and not (tmp_path / "x.png").exists()


def test_what_was_guessed_about_a_file_of_weights_is_said(tmp_path, capsys):
    config = RunConfig(network="context-unet", width=8, variant="course", schedule="course")
    torch.save({"model": config.build().state_dict()}, tmp_path / "ddpm-12.pt")
    words = ["--steps", "1", "--count", "1", "--out", tmp_path / "x.npy"]
    assert run("sample", "--checkpoint", tmp_path / "ddpm-12.pt", *words) == 0
    said = capsys.readouterr()
    assert "ddpm-12.pt does not say its epoch; by its name it is 12" in said.err and "epoch 12" in said.out
