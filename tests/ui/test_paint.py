"""The Paint tab without a browser: what it makes of a painting, and of what is none."""

import base64
import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from support.page import page_of
from support.runs import make_run

from diffusion.data import draw
from diffusion.engine import Request, generate
from diffusion.sprites import from_pixels, to_pixels
from diffusion.store import RunFolder
from diffusion.ui.app import select_tab
from diffusion.ui.parts.drawings import editor_palette
from diffusion.ui.tabs import paint
from diffusion.ui.tabs.paint_starters import STARTERS, picture, starters
from diffusion.ui.words import CHINESE, ENGLISH


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    make_run(folder / "tiny", epochs=(0, 4, 24, 31))
    return folder


def drawing(**changes):
    pixels = base64.b64encode(draw(1)[0][0]).decode()
    return {"run": "tiny", "pixels": pixels, "t": 180, "seed": 3, "prompt": "hero", **changes}


def sprites_in(panel):
    return np.frombuffer(base64.b64decode(panel["sprites"]), np.uint8).reshape(paint.VARIANTS, 16, 16, 3)


def test_a_painting_is_finished_as_sampling_does_it_from_its_level_on(runs):
    answer = paint.finish(page_of(runs), drawing())
    (panel,) = answer["panels"]
    assert panel["label"] == "epoch 31" and answer["count"] == paint.VARIANTS and not answer["note"]
    x0 = from_pixels(torch.from_numpy(draw(1)[0]))[0]
    wanted = Request(count=paint.VARIANTS, seed=3, prompt="hero", guidance=paint.GUIDANCE)
    *_, (last,) = generate([RunFolder(runs / "tiny").load(31)], wanted, begin=(x0, 180))
    assert np.array_equal(sprites_in(panel), to_pixels(last.x))
    assert len({sprite.tobytes() for sprite in sprites_in(panel)}) == paint.VARIANTS, "two variants are alike"


def test_everything_that_is_chosen_changes_the_result(runs):
    page = page_of(runs)
    changes = [{}, {"t": 60}, {"seed": 4}, {"prompt": ""}, {"pixels": base64.b64encode(draw(5)[0][4]).decode()}]
    made = [json.dumps(paint.finish(page, drawing(**change))) for change in changes]
    assert len(set(made)) == len(changes)
    assert json.dumps(paint.finish(page, drawing())) == made[0]


def test_less_noise_keeps_more_of_the_painting(runs):
    x0 = draw(1)[0].astype(int)
    apart = [
        np.abs(sprites_in(paint.finish(page_of(runs), drawing(t=t, prompt=""))["panels"][0]) - x0).mean()
        for t in (20, 120, 400)
    ]
    assert apart == sorted(apart) and apart[0] < apart[2] / 2


def test_all_epochs_come_the_last_one_first_and_as_it_is_alone(runs):
    page = page_of(runs)
    panels = paint.finish(page, drawing(all=True))["panels"]
    assert [panel["label"] for panel in panels] == ["epoch 31", "epoch 24", "epoch 4", "epoch 0"]
    assert panels[0] == paint.finish(page, drawing())["panels"][0]


def test_words_that_are_not_understood_are_told_and_the_rest_is_drawn(runs):
    answer = paint.finish(page_of(runs), drawing(prompt="hero, qqqq"))
    assert "qqqq" in answer["note"]
    assert answer["panels"] == paint.finish(page_of(runs), drawing())["panels"]


def test_where_no_word_is_understood_the_paint_alone_is_drawn(runs):
    answer = paint.finish(page_of(runs), drawing(prompt="qqqq"))
    assert "does not understand qqqq" in answer["note"]
    assert answer["panels"] == paint.finish(page_of(runs), drawing(prompt=""))["panels"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"pixels": "AAAA"}, "16 x 16 pixels"),
        ({"pixels": None}, "16 x 16 pixels"),
        ({"t": 0}, "between 1 and 500"),
        ({"t": "180"}, "whole number"),
        ({"seed": 1.5}, "whole number"),
        ({"seed": -1}, "seed must be"),
        ({"prompt": 5}, "must be text"),
        ({"run": "../tiny"}, "There is no run"),
    ],
)
def test_a_wrong_painting_is_explained(runs, changes, told):
    with pytest.raises(ValueError, match=told):
        paint.finish(page_of(runs), drawing(**changes))


def test_the_starters_fit_their_words(runs):
    assert next(iter(STARTERS)) == "hero", "the tab opens on a hero"
    for words in (ENGLISH, CHINESE):
        assert set(words.paint["starters"]) == set(STARTERS)
        assert len({one["words"] for one in starters(words)}) == len(STARTERS)
    for name, blobs in STARTERS.items():
        painted = (picture(blobs) != 255).any(2)
        assert 10 < painted.sum() < 200, name


def test_the_palette_has_the_sprites_own_colours():
    groups = {group["name"]: group["colours"] for group in editor_palette()}
    assert {*groups} == {*ENGLISH.editor["materials"]} == {*CHINESE.editor["materials"]}
    assert "f8d0a8" in groups["skin"] and "ffffff" in groups["grey"]


@pytest.mark.parametrize(("asked", "opened"), [("paint", "paint"), ("finish", "paint"), ("one-step", "one-step")])
def test_old_links_open_the_tab(asked, opened):
    assert select_tab(SimpleNamespace(query_params={"tab": asked})).selected == opened
