"""The handlers of the Learn tab as plain functions, its excerpts of our source, and its words."""

import ast
import base64
import re

import numpy as np
import pytest
import torch
from support.app import ROOT
from support.page import page_of
from support.runs import make_run

from diffusion.engine.device import find_device
from diffusion.engine.generation import Request, generate_finished, predictor
from diffusion.sprites import sheet, to_pixels
from diffusion.ui.parts.limits import ConcurrencyLimit
from diffusion.ui.tabs import learn
from diffusion.ui.words import CHINESE, ENGLISH

WORDS = [ENGLISH, CHINESE]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    make_run(folder / "tiny", epochs=(0, 4, 31))
    return folder


def some_picture():
    return torch.randn(1, 3, 16, 16, generator=torch.Generator().manual_seed(3))


def test_a_picture_survives_the_way_to_the_browser_and_back(runs):
    x = some_picture() * 1.5
    assert (learn.decode_picture(page_of(runs), learn.encode_picture(x)) - x).abs().max() <= 0.5 / learn.UNIT
    far = torch.full((1, 3, 16, 16), 50.0)
    assert 7.9 < learn.decode_picture(page_of(runs), learn.encode_picture(far)).max() < 8.1, (
        "held within what fits, not wrapped around"
    )


def test_predict_gives_the_noise_that_the_epoch_sees(runs):
    x, run = some_picture(), learn.find_run(page_of(runs), "tiny")
    seen = learn.decode_picture(page_of(runs), learn.predict(page_of(runs), "tiny", learn.encode_picture(x), 200, 4))
    with torch.inference_mode():
        truth = predictor(run.load(4), find_device())(x, torch.tensor([0.4]), torch.zeros(1, 5))
    torch.testing.assert_close(seen, truth, atol=0.02, rtol=0.02)
    other = learn.decode_picture(page_of(runs), learn.predict(page_of(runs), "tiny", learn.encode_picture(x), 200, 31))
    assert (other - seen).abs().max() > 0.05, "another epoch answers the same"


@pytest.mark.parametrize("changed", [{"t": 0}, {"t": 501}, {"epoch": 7}, {"x": "no"}, {"x": "AAAA"}])
@pytest.mark.parametrize("words", WORDS)
def test_what_is_not_there_is_said_in_one_sentence(runs, words, changed):
    asked = {"x": learn.encode_picture(some_picture()), "t": 100, "epoch": 4} | changed
    with pytest.raises(ValueError, match=words.learn["odd_question"]):
        learn.predict(page_of(runs, words), "tiny", **asked)


def test_a_walk_ends_with_what_generate_gives_and_shows_the_way(runs):
    wanted = Request(sampler="ddpm", count=6, steps=50, seed=2)
    film = learn.sample(page_of(runs), "tiny", 31, wanted, every=True)
    assert len(film["t"]) == len(film["sheets"]) == learn.MOMENTS
    assert film["t"][0] == 500 and film["t"][-1] == 0 and film["t"] == sorted(film["t"], reverse=True)
    last = generate_finished(learn.find_run(page_of(runs), "tiny").load(31), wanted)
    raw = np.frombuffer(base64.b64decode(film["sheets"][-1]), np.uint8)
    page = raw.reshape(film["rows"] * 16, film["columns"] * 16, 3)
    assert np.array_equal(page, sheet(to_pixels(last), film["columns"]))
    only_last = learn.sample(page_of(runs), "tiny", 31, wanted, every=False)
    assert only_last["t"] == [0] and only_last["sheets"] == film["sheets"][-1:]


def test_a_short_walk_shows_every_step(runs):
    assert learn.sample(page_of(runs), "tiny", 31, Request(sampler="ddpm", count=1, steps=5), every=True)["t"] == [
        500,
        400,
        300,
        200,
        100,
        0,
    ]


def test_a_run_that_was_trained_anew_walks_anew(runs, tmp_path):
    make_run(tmp_path / "again", epochs=(0,))
    before = learn.sample(page_of(tmp_path), "again", 0, Request(sampler="ddpm", count=1, steps=2), every=False)
    path = tmp_path / "again" / "model_0.safetensors"
    path.write_bytes((runs / "tiny" / "model_31.safetensors").read_bytes())
    assert (
        learn.sample(page_of(tmp_path), "again", 0, Request(sampler="ddpm", count=1, steps=2), every=False) != before
    )


@pytest.mark.parametrize("count,steps", [(17, 50), (4, 51)])
def test_walks_that_would_take_the_machine_are_refused(runs, count, steps):
    with pytest.raises(ValueError, match="not here"):
        learn.sample(page_of(runs), "tiny", 31, Request(sampler="ddpm", count=count, steps=steps), every=True)


def test_a_crowd_is_told_to_come_back(runs, monkeypatch):
    monkeypatch.setattr(learn, "_limit", ConcurrencyLimit(at_once=1, waiting=0))

    def act(steps):
        return learn.sample(
            page_of(runs, CHINESE), "tiny", 31, Request(sampler="ddpm", count=1, steps=steps), every=True
        )

    with learn._limit.enter():
        assert learn.answering(CHINESE, act)(2) == {"mistake": CHINESE.learn["busy"]}
    assert learn.answering(CHINESE, act)(2)["t"] == [500, 250, 0]


def test_the_page_is_always_answered():
    """A server function that raised would show a reader nothing at all."""

    def act(asked):
        return int(asked["n"]) / Request(sampler="ddpm", count=int(asked["n"])).count

    answer = learn.answering(CHINESE, act)
    assert answer.__name__ == "act" and answer({"n": 2}) == 1
    assert answer({}) == answer({"n": None}) == {"mistake": CHINESE.learn["odd_question"]}
    assert re.search("[一-鿿]", answer({"n": 99})["mistake"])


# What each step talks about must stand in the lines that it shows
TELLS = {
    "film": ["for t, s in pairwise(levels)", "eps = predict(x"],
    "noise": ["abar.sqrt() * x0 + (1 - abar).sqrt() * eps"],
    "ask": ["(x - (1 - abar).sqrt() * eps) / abar.sqrt()"],
    "leaps": ["(1 - m.alpha) / sqrt(1 - m.abar_t) * m.eps", "sqrt(1 - m.alpha) * m.z"],
    "fresh": ["fresh_noise", "zeros_like"],
    "epochs": ["schedule.noised(", "mse_loss("],
    "blend": ["self.words(context", "self.context(words"],
    "train": ["noise_loss", "backward", "optimizer.step()"],
    "mistakes.noising": ["+ (1 - abar) * eps", "(1 - abar).sqrt() * eps"],
    "mistakes.shortcut": ["uniform_", "nn.Conv2d(3, features, 1)"],
    "mistakes.betas": ["levels + 1", "levels"],
    "mistakes.ddim": ["-stride", "steps + 1"],
    "mistakes.stretch": ["amin", "clamp(-1, 1)"],
    "mistakes.split": ["permutation", "np.unique"],
}


def test_excerpts_are_short_and_speak_of_what_the_step_speaks_of():
    code = learn.source_code()
    assert code.keys() == TELLS.keys()
    for step, excerpts in code.items():
        together = "\n".join(excerpt["code"] for excerpt in excerpts)
        assert all(words in together for words in TELLS[step]), step
        assert all(len(excerpt["code"].splitlines()) <= 12 for excerpt in excerpts), step


def test_an_excerpt_is_in_the_file_at_the_line_it_names():
    for excerpts in learn.source_code().values():
        for excerpt in excerpts:
            lines = (ROOT / excerpt["file"]).read_text("utf-8").splitlines()
            assert lines[excerpt["line"] - 1].strip() == excerpt["code"].splitlines()[0].strip()


def test_an_excerpt_leaves_the_docstring_out_and_is_python():
    excerpt = learn.excerpt("core/schedule.py", "NoiseSchedule.noised")
    assert '"""' not in excerpt["code"] and excerpt["code"].startswith("def noised(")
    ast.parse(excerpt["code"])


# The page


def test_every_step_has_its_stage_formula_words_and_source():
    page = (ROOT / "assets" / "html" / "learn.html").read_text("utf-8")
    stages, formulas = (re.findall(rf'data-{what}="(\w+)"', page) for what in ("stage", "formula"))
    assert tuple(stages) == learn.STEPS and tuple(formulas) == learn.STEPS[:-1]
    for words in WORDS:
        assert tuple(words.learn["steps"]) == learn.STEPS
        assert words.learn["mistakes"].keys() == learn.MISTAKEN.keys()
    assert "${" not in page and "{{" not in page, "Gradio would fill it in"
    assert "http" not in page.replace("http://www.w3.org", ""), "nothing comes from elsewhere"


def test_every_symbol_of_a_formula_is_explained():
    page = (ROOT / "assets" / "html" / "learn.html").read_text("utf-8")
    formulas = re.findall(r'data-formula="(\w+)" data-legend="([\w ]+)"(.*?)</div>', page, re.S)
    assert len(formulas) == len(learn.STEPS) - 1
    for step, legend, formula in formulas:
        symbols = set(re.findall(r'data-sym="(\w+)"', formula))
        explained = set(legend.split())
        assert explained <= symbols, f"{step} explains what does not stand there: {explained - symbols}"
        assert symbols <= explained | {"t", "s"}, f"{step} leaves unexplained: {symbols - explained}"
        for words in WORDS:
            assert explained <= words.learn["symbols"].keys()


def test_the_two_languages_say_the_same_things():
    def same(one, other, path="LEARN"):
        assert type(one) is type(other), path
        if isinstance(one, dict):
            assert one.keys() == other.keys(), path
            for key in one:
                same(one[key], other[key], f"{path}.{key}")
        elif isinstance(one, list):
            assert len(one) == len(other), path
        else:
            slots = [sorted(re.findall(r"{[^}]*}", text)) for text in (one, other)]
            assert slots[0] == slots[1], path

    same(ENGLISH.learn, CHINESE.learn)


@pytest.mark.parametrize("words", WORDS)
def test_every_mistake_is_told_with_its_numbers(words):
    found = learn.sentences(words, learn.findings_in(ROOT / "assets" / "shipped" / "lesson.json"))
    assert found.keys() == learn.MISTAKEN.keys()
    assert all(re.search(r"\d", sentence) and "{" not in sentence for sentence in found.values())


def test_every_formula_names_its_source():
    for words in WORDS:
        cites = learn.citations(words)
        assert tuple(cites) == learn.STEPS
        assert len(cites["mistakes"]) == len(words.learn["sources"]) == len(learn.SOURCES)
        assert all(address.startswith("https://") for found in cites.values() for _, address in found)


def test_the_sprites_to_pick_are_of_several_kinds():
    sprites = learn.some_sprites()
    assert len(sprites) == 12 and len({sprite.tobytes() for sprite in sprites}) == 12
