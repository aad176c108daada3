"""The handlers of the Learn tab as plain functions, its excerpts of our source, and its words."""

import ast
import base64
import json
import re
from urllib.parse import parse_qs

import numpy as np
import pytest
import torch
from support.app import ROOT
from support.page import page_of
from support.runs import make_run

from diffusion.engine.device import find_device
from diffusion.engine.generation import Request, generate_finished, predictor
from diffusion.sprites import sheet, to_pixels
from diffusion.store import RunFolder
from diffusion.ui.parts.limits import ConcurrencyLimit
from diffusion.ui.parts.share_links import epochs_in, link_as_in_tutorial, request_in
from diffusion.ui.tabs import learn, learn_facts
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
    seen = learn.decode_picture(
        page_of(runs), learn.predict(page_of(runs), "tiny", learn.encode_picture(x), 200, 4)["eps"]
    )
    with torch.inference_mode():
        truth = predictor(run.load(4), find_device())(x, torch.tensor([0.4]), torch.zeros(1, 5))
    torch.testing.assert_close(seen, truth, atol=0.02, rtol=0.02)
    other = learn.decode_picture(
        page_of(runs), learn.predict(page_of(runs), "tiny", learn.encode_picture(x), 200, 31)["eps"]
    )
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


def test_two_wishes_are_blended_word_by_word(runs):
    config = learn.find_run(page_of(runs), "tiny").config()
    assert learn.blend_prompts(config, "hero", "food", 0.35) == "hero:0.65, food:0.35"
    assert learn.blend_prompts(config, "英雄", "hero, food:0.5", 0.5) == "hero, food:0.25"
    assert learn.blend_prompts(config, "hero", "food", 1) == "food", "what is not asked for is not in the link either"
    shown = [
        learn.request_from(sent, config)
        for sent in ({"count": 1, "steps": 2, "seed": 3, "wishes": ["hero", "food"], "blend": 40},)
    ]
    assert shown == [Request(sampler="ddpm", count=1, steps=2, seed=3, prompt="hero:0.6, food:0.4", guidance=2.0)]
    with pytest.raises(ValueError, match="hreo"):
        learn.blend_prompts(config, "hreo", "food", 0.5)


def test_a_blend_draws_what_its_kinds_would(runs):
    """The shipped rows are asked for by kind, everything else by prompt."""
    config = learn.find_run(page_of(runs), "tiny").config()
    sent = {"count": 2, "steps": 3, "seed": 1, "wishes": ["hero", "food"], "blend": 35}
    asked = learn.request_from(sent, config)
    by_kind = Request(sampler="ddpm", count=2, steps=3, seed=1, guidance=2.0, kinds=(0.65, 0, 0.35, 0, 0))
    walks = [learn.sample(page_of(runs), "tiny", 31, wanted, every=False) for wanted in (asked, by_kind)]
    assert walks[0] == walks[1]


@pytest.mark.parametrize("words", WORDS)
def test_suggestions_and_pairs_are_of_what_the_run_knows(runs, words):
    page = page_of(runs, words)
    config = learn.find_run(page, "tiny").config()
    pairs = learn.usable_pairs(words, config)
    assert [words.learn["knobs"]["hero"], words.learn["knobs"]["food"]] in pairs
    assert len(pairs) < len(words.learn["pairs"]), "a run of kinds knows no dragon"
    start = words.learn["knobs"]["food"][:1]
    found = learn.suggest(page, "tiny", start)
    assert found and all(learn.blend_prompts(config, text, "", 0) for text in found)
    assert learn.suggest(page, None, start) == []


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
    "train": ["noise_loss", "backward(weight * loss)", "optimizer.step()"],
    "mistakes.noising": ["+ (1 - abar) * eps", "(1 - abar).sqrt() * eps"],
    "mistakes.shortcut": ["uniform_", "nn.Conv2d(3, features, 1)"],
    "mistakes.betas": ["levels + 1", "levels"],
    "mistakes.ddim": ["-stride", "steps + 1"],
    "mistakes.stretch": ["amin", "clamp(-1, 1)"],
    "mistakes.split": ["permutation", "np.unique"],
}


def test_excerpts_are_short_and_speak_of_what_the_step_speaks_of():
    code = learn_facts.source_code()
    assert code.keys() == TELLS.keys()
    for step, excerpts in code.items():
        together = "\n".join(excerpt["code"] for excerpt in excerpts)
        assert all(words in together for words in TELLS[step]), step
        assert all(len(excerpt["code"].splitlines()) <= 12 for excerpt in excerpts), step


def test_an_excerpt_is_in_the_file_at_the_line_it_names():
    for excerpts in learn_facts.source_code().values():
        for excerpt in excerpts:
            lines = (ROOT / excerpt["file"]).read_text("utf-8").splitlines()
            assert lines[excerpt["line"] - 1].strip() == excerpt["code"].splitlines()[0].strip()


def test_an_excerpt_leaves_the_docstring_out_and_is_python():
    excerpt = learn_facts.excerpt("core/schedule.py", "NoiseSchedule.noised")
    assert '"""' not in excerpt["code"] and excerpt["code"].startswith("def noised(")
    ast.parse(excerpt["code"])


# The page


def test_every_step_has_its_stage_formula_words_and_source():
    page = (ROOT / "assets" / "html" / "learn.html").read_text("utf-8")
    stages, formulas = (re.findall(rf'data-{what}="(\w+)"', page) for what in ("stage", "formula"))
    assert tuple(stages) == learn_facts.STEPS and tuple(formulas) == learn_facts.STEPS[:-1]
    for words in WORDS:
        assert tuple(words.learn["steps"]) == learn_facts.STEPS
        assert words.learn["mistakes"].keys() == learn_facts.MISTAKEN.keys()
    assert "${" not in page and "{{" not in page, "Gradio would fill it in"
    assert "http" not in page.replace("http://www.w3.org", ""), "nothing comes from elsewhere"


def test_every_symbol_of_a_formula_is_explained():
    page = (ROOT / "assets" / "html" / "learn.html").read_text("utf-8")
    formulas = re.findall(r'data-formula="(\w+)" data-legend="([\w ]+)"(.*?)</div>', page, re.S)
    assert len(formulas) == len(learn_facts.STEPS) - 1
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
    found = learn_facts.sentences(words, learn_facts.findings_in(ROOT / "assets" / "shipped" / "lesson.json"))
    assert found.keys() == learn_facts.MISTAKEN.keys()
    assert all(re.search(r"\d", sentence) and "{" not in sentence for sentence in found.values())


def test_every_formula_names_its_source():
    for words in WORDS:
        cites = learn_facts.citations(words)
        assert tuple(cites) == learn_facts.STEPS
        assert len(cites["mistakes"]) == len(words.learn["sources"]) == len(learn_facts.SOURCES)
        assert all(address.startswith("https://") for found in cites.values() for _, address in found)


def test_the_sprites_to_pick_are_of_several_kinds():
    sprites = learn_facts.some_sprites()
    assert len(sprites) == 12 and len({sprite.tobytes() for sprite in sprites}) == 12


# Numbers


@pytest.fixture
def measured(tmp_path):
    """A run and a samplers.json that were measured alike."""
    run = make_run(tmp_path / "tiny", epochs=(0, 4))
    exam = {"count": 40, "seeds": 2, "steps": 50, "features": "ab"}
    run.save_baseline({"exam": exam})
    run.save_quality(4, {"frechet": {"mean": 3.5, "spread": 0.5}})
    trials = [{"sampler": "ddpm", "steps": steps, "seeds": {"0": {"frechet": 60 / steps}}} for steps in (1, 50)]
    book = {"run": "tiny", "epoch": 4, "each": 20, "features": "ab", "trials": trials}
    (tmp_path / "samplers.json").write_text(json.dumps(book))
    return run, tmp_path / "samplers.json", exam


def test_distances_are_shown_where_they_can_be_compared(measured):
    run, path, _ = measured
    assert learn_facts.distances_by_steps(path, run) == {"1": {"mean": 60}, "50": {"mean": 1.2}}
    book = json.loads(path.read_text())
    for name, other in (("run", "sprites"), ("epoch", 0), ("features", "cd")):
        path.write_text(json.dumps(book | {name: other}))
        assert learn_facts.distances_by_steps(path, run) == {}, name
    path.write_text("no")
    assert learn_facts.distances_by_steps(path, run) == learn_facts.distances_by_steps(path.with_name("x"), run) == {}


def test_the_distance_of_an_epoch_is_that_of_the_page_s_sprites_where_it_was_measured(measured):
    run, _, _ = measured
    assert learn_facts.read_distances(run)["epochs"]["4"]["mean"] == 3.5
    run.save_quality(4, {"frechet": {"mean": 3.5, "spread": 0.5}, "frechet_page": {"mean": 1.5, "spread": 0.2}})
    assert learn_facts.read_distances(run)["epochs"] == {"4": {"mean": 1.5, "spread": 0.2}}


def test_the_distance_without_noise_stands_beside_the_run_s_own(measured):
    run, _, exam = measured
    without = {"frechet": {"mean": 30.0, "spread": 1.0}, "run": "tiny", "epoch": 4, "exam": exam}
    found = learn_facts.distances_of_fresh_noise({"without_noise": without}, run)
    assert found == {"ours": {"mean": 3.5, "spread": 0.5}, "theirs": {"mean": 30.0, "spread": 1.0}}
    assert (
        learn_facts.distances_of_fresh_noise({"without_noise": without | {"exam": exam | {"count": 80}}}, run) is None
    )
    assert learn_facts.distances_of_fresh_noise({}, run) is None


def test_the_numbers_in_the_texts_are_the_run_s():
    run = RunFolder(ROOT / "checkpoints" / "sprites")
    network = run.load(31).network
    facts = learn_facts.facts_of(run)
    assert facts["parameters"] == sum(weight.numel() for weight in network.parameters())
    assert facts["sprites"] == run.config().data["count"] and facts["words"] == len(run.config().vocabulary)
    assert facts["every"] == 4 and facts["megabytes"] == round(run.file(31).stat().st_size / 1e6, 1)
    assert len(facts["pace"]) == learn_facts.FIRST_EPOCHS and facts["pace"] == sorted(facts["pace"])
    without = learn_facts.facts_of(None)
    assert without["parameters"] > 0 and without["sprites"] == 0 and without["pace"] == []


@pytest.mark.parametrize("words", WORDS)
def test_no_measured_number_is_typed_into_the_texts(words):
    """20,000 sprites, 528 a second, 1.5 million: all of it was true of an earlier run."""
    texts = [text for step in words.learn["steps"].values() for text in (step["text"], step.get("more", ""))]
    texts += [*words.learn["symbols"].values(), *(answer for _, answer in words.learn["questions"].values())]
    for text in texts:
        assert not re.search(r"\d,\d{3}|\d (million|百万|万)|528|60.000", text), text
    assert {"{parameters}", "{sprites}", "{words}"} <= set(re.findall(r"{\w+}", " ".join(texts)))


def test_as_in_the_tutorial_is_its_network_its_epochs_and_its_sampler(runs):
    assert link_as_in_tutorial(runs) == "", "its run is not here"
    address = link_as_in_tutorial(ROOT / "checkpoints")
    query = {name: values[0] for name, values in parse_qs(address.removeprefix("?")).items()}
    assert address.startswith("?") and query["tab"] == "compare"
    assert [str(ref) for ref in epochs_in(query)] == [f"tutorial/{epoch}" for epoch in (0, 4, 24, 31)]
    wanted = request_in(query, Request())
    assert (wanted.count, wanted.sampler, wanted.steps) == (32, "ddpm", 500) and wanted.guidance == wanted.youth == 1
