"""The mistakes made on purpose, and the pictures and numbers of the lesson."""

import json
import shutil

import numpy as np
import pytest
import torch
from PIL import Image
from support.app import ROOT
from support.runs import make_run

from diffusion.__main__ import main
from diffusion.core.samplers import Noise
from diffusion.core.schedule import NoiseSchedule
from diffusion.data import builtin_vocabulary
from diffusion.devtools import lesson
from diffusion.devtools.mistakes import WrongNoising, ddim_below_zero, random_split, stretch
from diffusion.sprites import from_pixels, to_pixels
from diffusion.store import RunFolder
from diffusion.store.checkpoint import RunConfig
from diffusion.store.checkpoint_files import Checkpoint

SHIPPED = json.loads((ROOT / "assets" / "shipped" / "lesson.json").read_text("utf-8"))


class Blind(torch.nn.Module):
    """Predicts no noise, and records the levels of its evaluations."""

    def __init__(self):
        super().__init__()
        self.levels = []

    def __deepcopy__(self, memo):
        return self

    def forward(self, x, time, context):
        self.levels.append(round(float(time[0]) * 500))
        return torch.zeros_like(x)


def test_the_wrong_noising_puts_in_less_noise_at_every_level_between():
    ours, theirs = NoiseSchedule.linear(), WrongNoising.linear()
    zero, eps = torch.zeros(1, 3, 16, 16), torch.ones(1, 3, 16, 16)
    for t in (1, 100, 250):
        assert theirs.noised(zero, t, eps).max() < 0.97 * ours.noised(zero, t, eps).max()
        abar = float(ours.alpha_bar[t])
        torch.testing.assert_close(theirs.noised(zero, t, eps), torch.full_like(eps, 1 - abar))
    assert isinstance(theirs.to("cpu"), WrongNoising), "training would mend it"


@pytest.mark.parametrize("steps,last", [(30, 4), (25, 20)])
def test_the_course_loop_reads_the_noisy_end_where_the_steps_do_not_divide(steps, last):
    """From 4 it steps by 16 to -12, whose row is 489; from 20 by 20 to 0, where the picture is clean."""
    network = Blind()
    x = ddim_below_zero(Checkpoint(RunConfig(), 0, network), steps)(0, 2)
    assert network.levels[-1] == last
    schedule, start = NoiseSchedule.linear(), Noise(0, 2).draw()
    end = float(schedule.alpha_bar[489] if last == 4 else 1.0)
    torch.testing.assert_close(x, start * (end / float(schedule.alpha_bar[500])) ** 0.5, rtol=1e-3, atol=1e-3)


def test_stretching_uses_the_whole_range_of_every_picture_and_channel():
    x = torch.rand(4, 3, 16, 16) * torch.rand(4, 3, 1, 1) * 0.5
    assert stretch(x).amin((2, 3)).eq(-1).all() and stretch(x).amax((2, 3)).eq(1).all()
    white = from_pixels(torch.full((1, 16, 16, 3), 255, dtype=torch.uint8))
    white[0, :, 8, 8] = torch.tensor([0.5, 1.2, 0.5])  # one pixel a little too bright in green
    assert to_pixels(white)[0, 0, 0].tolist() == [255, 255, 255]
    assert to_pixels(stretch(white))[0, 0, 0, 1] == 0, "a single pixel turned white into magenta"


def test_the_random_split_is_one_and_ours_shares_nothing():
    training, test = random_split(1000)
    assert len(test) == 50 and not set(training) & set(test) and len(training) == 950
    assert SHIPPED["split"]["theirs"]["twins"] > 0.3 and SHIPPED["split"]["ours"]["twins"] == 0


def test_blends_go_from_hero_to_food():
    assert lesson.blend(0.0) == (1, 0, 0, 0, 0) and lesson.blend(1.0) == (0, 0, 1, 0, 0)
    assert lesson.blend(0.35) == (0.65, 0, 0.35, 0, 0)


def test_what_the_lesson_says_is_what_was_measured():
    """The sentences of the Learn tab claim these; if a new measurement says otherwise, they must be written anew."""

    def worse(name):
        theirs, ours = (SHIPPED[name][whose]["frechet"] for whose in ("theirs", "ours"))
        return theirs["mean"] - ours["mean"] - theirs["spread"] - ours["spread"]

    assert all(worse(name) > 0 for name in ("noising", "shortcut", "stretch")) and worse("ddim") > 50
    assert worse("betas") < 0 and SHIPPED["betas"]["difference"] < 2, "said to be harmless"
    assert 10 * SHIPPED["stretch"]["white_theirs"] < SHIPPED["stretch"]["white_ours"]
    assert SHIPPED["split"]["theirs"]["error"] < 0.9 * SHIPPED["split"]["ours"]["error"], "it leaks"
    assert SHIPPED["shortcut"]["two_looks"] > 0.01
    if "without_noise" in SHIPPED:  # measured on the shipped run
        assert SHIPPED["without_noise"]["frechet"]["mean"] > 10, "its sprites are said to be smooth and much alike"


def test_without_fresh_noise_the_shipped_run_draws_sprites_that_are_brown_and_alike():
    with Image.open(ROOT / "assets" / "shipped" / "lesson.png") as picture:
        rows = np.asarray(picture.convert("RGB")).reshape(-1, 16, 8 * 16, 3).astype(float)
    with_z, without = rows[12:14], rows[14:16]
    colourful = [np.abs(row - row.mean(-1, keepdims=True)).mean() for row in (with_z, without)]
    assert colourful[0] > 1.5 * colourful[1]


def test_the_shipped_picture_holds_every_row_and_is_small():
    path = ROOT / "assets" / "shipped" / "lesson.png"
    rows = 2 * len(lesson.MISTAKES) + 4 + len(lesson.BLENDS)
    with Image.open(path) as picture:
        assert picture.size == (8 * 16, rows * 16)
    assert path.stat().st_size < 180_000


def test_the_verb_makes_both_files(tmp_path, monkeypatch):
    """From end to end, with tiny runs, one of words, and next to no training; to compare with are fewer sprites."""
    make_run(tmp_path / "sprites", epochs=(0,), width=8)
    tutorial, config = RunFolder(tmp_path / "tutorial"), RunConfig(width=8, vocabulary=builtin_vocabulary())
    tutorial.create(config)
    tutorial.save_epoch(0, config.build().state_dict(), {"step": 1})
    small = lesson.open_dataset("builtin:600@0")
    monkeypatch.setattr(lesson, "open_dataset", lambda _: small)
    monkeypatch.setattr(lesson, "STEPS", 2)
    monkeypatch.setattr(lesson, "ODD_STEPS", 3)
    monkeypatch.setattr(lesson, "EVEN_STEPS", 2)
    monkeypatch.setattr(lesson, "BLEND", {"steps": 1, "guidance": 2.0})
    monkeypatch.setattr(lesson, "measure_distance", lambda run, epoch, how, **settings: {"mean": 9.0, **settings})
    out = tmp_path / "lesson.png"
    words = ["lesson", "--out", str(out), "--work", str(tmp_path / "work"), "--count", "200", "--epochs", "1"]
    words += ["--each", "66", "--run", str(tmp_path / "sprites"), "--tutorial", str(tmp_path / "tutorial")]
    assert main(words) == 0
    numbers = json.loads(out.with_suffix(".json").read_text("utf-8"))
    assert numbers.keys() >= {*lesson.MISTAKES, "without_noise", "experiment"}
    assert numbers["without_noise"]["frechet"] == {"mean": 9.0, "fresh_noise": False}
    assert np.asarray(Image.open(out)).shape == ((2 * 6 + 4 + 21) * 16, 8 * 16, 3)
    made = {path: path.stat().st_mtime_ns for path in (tmp_path / "work").rglob("*.safetensors")}
    assert {path.parent.name for path in made} == {"mended", "noising", "shortcut"}
    assert main(words) == 0
    assert {path: path.stat().st_mtime_ns for path in made} == made, "what was trained before is not trained again"
    whole = np.asarray(Image.open(out))
    shutil.rmtree(tmp_path / "sprites")
    make_run(tmp_path / "sprites", epochs=(0,), width=16)  # a new run is shipped
    monkeypatch.setattr(lesson, "make_mistakes", None)
    assert main([*words, "--keep-mistakes"]) == 0
    kept, again = np.asarray(Image.open(out)), json.loads(out.with_suffix(".json").read_text("utf-8"))
    assert np.array_equal(kept[: 12 * 16], whole[: 12 * 16]) and not np.array_equal(kept[12 * 16 :], whole[12 * 16 :])
    assert {name: again[name] for name in lesson.MISTAKES} == {name: numbers[name] for name in lesson.MISTAKES}
    assert main([*words[:2], str(tmp_path / "none.png"), *words[3:], "--keep-mistakes"]) == 2


def test_too_few_sprites_are_refused():
    with pytest.raises(ValueError, match="at least 8"):
        lesson.Experiment(each=3)
