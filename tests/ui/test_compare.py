"""The handlers of Compare and One step, shared links: no server, no browser."""

import base64
import re
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
import torch
from support.page import page_of
from support.runs import make_run, measured

from diffusion.core.samplers import Noise
from diffusion.data.endless import is_held_out, make_endless_recipe
from diffusion.data.pixelart import draw
from diffusion.engine.generation import Request, generate
from diffusion.refs import EpochRef
from diffusion.sprites import from_pixels, sheet, to_pixels
from diffusion.store import RunFolder, run_list
from diffusion.ui.parts import generation
from diffusion.ui.parts.share_links import epochs_in, request_in
from diffusion.ui.parts.turns import GenerationTurns
from diffusion.ui.tabs import compare, one_step

BROWSER = SimpleNamespace(session_hash="me")
SETTINGS = (3, 1, "ddpm", 6, 1, 1, 325, 0, True, 0, 0, 0, 0, 0, "", False)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    make_run(folder / "tiny", epochs=(0, 4, 24, 31))
    make_run(folder / "other", epochs=(2,))
    return folder


def comparing(runs, chosen, turns=None, settings=SETTINGS):
    turns = turns or GenerationTurns()
    return generation.draw(page_of(runs), compare.prepare, turns, BROWSER, turns.next("me"), chosen, *settings)


FOUR = [f"tiny/{epoch}" for epoch in (0, 4, 24, 31)]


def test_all_epochs_start_from_the_same_noise_and_end_as_each_does_alone(runs):
    frames = list(comparing(runs, FOUR))
    assert [panel["label"] for panel in frames[0]["panels"]] == ["epoch 0", "epoch 4", "epoch 24", "epoch 31"]
    assert len({panel["x"] for panel in frames[0]["panels"]}) == 1, "frame 0 differs between epochs"
    assert len({panel["x"] for panel in frames[-1]["panels"]}) == 4, "all epochs end alike"
    *_, (alone,) = generate(
        [compare.find_run(page_of(runs), "tiny").load(24)], Request(count=3, sampler="ddpm", steps=6, seed=1)
    )
    raw = np.frombuffer(base64.b64decode(frames[-1]["panels"][2]["x"]), np.uint8)
    assert np.array_equal(raw, sheet(to_pixels(alone.x), frames[-1]["columns"]).reshape(-1))


def test_later_epochs_are_guided_by_the_same_younger_one_and_earlier_ones_by_none(runs):
    plain = list(comparing(runs, FOUR))[-1]["panels"]
    guided = list(comparing(runs, FOUR, settings=(*SETTINGS[:5], 1.5, *SETTINGS[6:])))[-1]["panels"]
    assert [one == other for one, other in zip(plain, guided, strict=True)] == [True, True, False, False]


def test_the_first_frame_carries_the_recipe(runs):
    first, second, *_ = comparing(runs, FOUR)
    assert first["recipe"] | {"kinds": [0] * 5} == {
        **{"epochs": FOUR, "count": 3, "seed": 1, "sampler": "ddpm", "steps": 6},
        **{"kinds": [0] * 5, "guidance": 1, "youth": 1, "youth_below": 325, "eta": 0, "fresh_noise": True},
        **{"prompt": "", "surprise": False},
    }
    assert "recipe" not in second


def test_epochs_of_several_runs_are_labelled_by_their_run(runs):
    frame = next(comparing(runs, ["tiny/31", "other/2"]))
    assert [panel["label"] for panel in frame["panels"]] == ["tiny 31", "other 2"]


@pytest.mark.parametrize(
    "chosen,answer",
    [
        ([], "between 2 and 6 epochs, not 0"),
        (FOUR[:1], "between 2 and 6 epochs, not 1"),
        (FOUR * 2, "between 2 and 6 epochs, not 8"),
        ([*FOUR, "gone/1"], "There is no run 'gone'"),
        ([*FOUR, "tiny/5"], "no epoch 5; it has: 0, 4, 24, 31"),
        ([*FOUR, "nonsense"], "is not an epoch of a run"),
        ([*FOUR, "../tiny/4"], "is not an epoch of a run"),
    ],
)
def test_a_wrong_choice_is_a_toast(runs, chosen, answer):
    with pytest.raises(gr.Error, match=answer):
        list(comparing(runs, chosen))


def test_stop_ends_a_comparison(runs):
    turns = GenerationTurns()
    walk = comparing(runs, FOUR, turns, (*SETTINGS[:3], 500, *SETTINGS[4:]))
    next(walk)
    turns.next("me")
    assert [frame.get("ended") for frame in walk] == [True]


def test_the_tutorial_s_epochs_are_ticked(runs):
    assert compare.update_epochs(page_of(runs)).value == FOUR
    assert compare.update_epochs(page_of(runs), wanted=[EpochRef("tiny", 4), EpochRef("tiny", 31)]).value == [
        FOUR[1],
        FOUR[3],
    ]
    assert compare.update_epochs(page_of(runs, default_run="gone")).value == ["other/2"]


def test_many_runs_are_listed_once_and_not_once_for_each_epoch(runs, monkeypatch):
    """With 50 runs a page took 13 seconds to open."""
    looks, scan = [], run_list._scan
    monkeypatch.setattr(run_list, "_scan", lambda root: (looks.append(root), scan(root))[1])
    compare.update_epochs(page_of(runs))
    assert len(looks) <= 2


@pytest.mark.parametrize(
    "shown,asked",
    [([0, 4, 24, 31], (24, 31)), ([0, 4], (0, 4)), ([4, 8], (24, 31)), ([], (24, 31)), ([31, 4, 0], (4, 31))],
)
def test_the_question_names_the_epochs_that_are_shown(runs, monkeypatch, shown, asked):
    monkeypatch.setattr(RunFolder, "metrics", lambda run: measured(0, 4, 24, 31))
    page = compare.numbers_shown(page_of(runs), [EpochRef("tiny", epoch) for epoch in shown])
    assert f"Do epochs {asked[0]} and {asked[1]} really differ?" in page
    assert f"Between epochs {asked[0]} and {asked[1]}" in page


def test_every_line_of_the_errors_is_named(runs, monkeypatch):
    many = range(0, 32, 2)
    monkeypatch.setattr(RunFolder, "metrics", lambda run: measured(*many))
    named = re.compile(r">epoch (\d+)</text>")
    chosen = compare.numbers_of(page_of(runs), "tiny", [4, 8, 30])
    assert named.findall(chosen) == ["4", "8", "30"]
    assert named.findall(compare.numbers_of(page_of(runs), "tiny")) == ["0", "10", "20", "30"]


def test_the_runs_that_come_with_the_app_are_explained(tmp_path):
    for name in ("sprites", "mine"):
        make_run(tmp_path / name, epochs=(3,))
    assert "sprites: our network" in compare.update_epochs(page_of(tmp_path)).info
    assert "mine" not in compare.update_epochs(page_of(tmp_path)).info


# One step


def sprite(number=0):
    return base64.b64encode(draw(5)[0][number]).decode()


def test_one_look_tells_the_truth_and_what_each_epoch_sees(runs):
    answer = one_step.predict_once(page_of(runs), "tiny", sprite(), 200, 7)
    assert [row["label"] for row in answer["rows"]] == ["epoch 0", "epoch 4", "epoch 24", "epoch 31"]
    checkpoint = compare.find_run(page_of(runs), "tiny").load(4)
    schedule = checkpoint.config.noise_schedule()
    x0, eps = from_pixels(torch.from_numpy(draw(1)[0])), Noise(7, 1).draw()
    x = schedule.noised(x0, 200, eps)
    assert answer["x"] == base64.b64encode(to_pixels(x)[0]).decode()
    with torch.no_grad():
        guess = checkpoint.network(x, torch.tensor([0.4]), torch.zeros(1, 5))
    error = float((guess - eps).square().mean().sqrt())
    assert answer["rows"][1]["eps_error"] == pytest.approx(error, rel=0.02, abs=0.002)  # bfloat16 on some machines


def test_less_noise_is_easier_to_see_through(runs):
    errors = [
        one_step.predict_once(page_of(runs), "tiny", sprite(), t, 0)["rows"][0]["x0_error"] for t in (5, 100, 400)
    ]
    assert errors == sorted(errors)


@pytest.mark.parametrize(
    "pixels,t,seed,answer",
    [
        ("", 10, 0, "16 x 16 pixels"),
        ("not base64!", 10, 0, "16 x 16 pixels"),
        (None, 10, 0, "16 x 16 pixels"),
        ("AAAA", 10, 0, "16 x 16 pixels"),
        (sprite(), 0, 0, "between 1 and 500, not 0"),
        (sprite(), 501, 0, "between 1 and 500, not 501"),
        (sprite(), 2.5, 0, "whole number"),
        (sprite(), 10, None, "whole number"),
    ],
)
def test_a_wrong_drawing_is_explained(runs, pixels, t, seed, answer):
    with pytest.raises(ValueError, match=answer):
        one_step.predict_once(page_of(runs), "tiny", pixels, t, seed)


def test_noise_is_shown_as_strong_as_it_is_mixed_in(runs):
    """As in the Learn tab: at a low level hardly any, and the true noise as the predicted one."""
    contrast = []
    for t in (5, 200, 450):
        answer = one_step.predict_once(page_of(runs), "tiny", sprite(), t, 7)
        noise = np.frombuffer(base64.b64decode(answer["eps"]), np.uint8).astype(float)
        contrast.append(noise.std())
        strength = np.sqrt(1 - compare.find_run(page_of(runs), "tiny").config().noise_schedule().alpha_bar[t])
        expected = to_pixels(float(strength) * Noise(7, 1).draw())
        assert answer["eps"] == base64.b64encode(expected).decode()
    assert contrast == sorted(contrast) and contrast[0] < contrast[2] / 2


def test_the_first_sprite_is_a_hero_with_a_hat_on_which_the_shipped_epochs_see_more_and_more():
    page = page_of(Path("checkpoints"), default_run="sprites")
    hero = base64.b64encode(one_step.new_sprites(1)[0]).decode()
    rows = one_step.predict_once(page, "sprites", hero, 200, 0)["rows"]
    assert [row["label"] for row in rows] == ["epoch 0", "epoch 4", "epoch 24", "epoch 31"]
    for error in ("eps_error", "x0_error"):
        errors = [row[error] for row in rows]
        assert errors == sorted(errors, reverse=True) and len(set(errors)) == 4, errors
    recipe = make_endless_recipe(0, one_step.NEW, one_step.HAT_HERO)
    assert any(shape.startswith("hats/") for shape in recipe.shapes) and not is_held_out(recipe)


# Shared addresses


def test_an_address_becomes_a_request():
    query = {"count": "4", "seed": "9", "sampler": "ddim", "kinds": "1,0,0,0.5,0", "clip": "true", "tab": "watch"}
    made = request_in(query, Request(steps=33))
    assert made == Request(count=4, seed=9, sampler="ddim", steps=33, kinds=(1, 0, 0, 0.5, 0))
    assert epochs_in({"epochs": "tiny/0,tiny/4,x,tiny/99999999,../x/1,a/31"}) == [
        EpochRef("tiny", 0),
        EpochRef("tiny", 4),
        EpochRef("a", 31),
    ]


@pytest.mark.parametrize("query", [{"count": "999"}, {"seed": "x"}, {"kinds": "1"}, {"sampler": "<script>"}, {}])
def test_a_wrong_address_leaves_everything_as_it_was(query):
    assert request_in(query, Request(seed=5)) == Request(seed=5)


@pytest.mark.parametrize("text", ["sprites/31", "a.b-c/0", "my run/999999"])
def test_a_ref_is_its_text(text):
    assert str(EpochRef.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "31", "/31", "../31", "a/b/31", "a/-1", "a/1.5", "a/1000000", ".a/3", "a/³", "a\\b/3"]
)
def test_what_is_no_ref_says_how_one_looks(text):
    with pytest.raises(ValueError, match="like sprites/31"):
        EpochRef.parse(text)
