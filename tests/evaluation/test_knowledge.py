"""What a run is asked word by word: which questions suit it, and how what is recognised is counted."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
import torch

from diffusion.core import COLOUR, SHAPE, Vocabulary, kinds_vocabulary
from diffusion.data import builtin_vocabulary, draw_builtin, held_out_combinations, open_dataset
from diffusion.data.balanced import draw_balanced
from diffusion.engine import PAGE
from diffusion.evaluation.drawings import EvalConfig, asked_contexts, plan_drawings
from diffusion.evaluation.evaluate import evaluate_run
from diffusion.evaluation.features import FEATURE_WEIGHTS, load_features, tag
from diffusion.evaluation.knowledge import Knowledge, _draw_real, plan_questions
from diffusion.refs import Builtin
from diffusion.sprites import KINDS
from diffusion.store import KNOWN, Baseline, EpochMetrics, Measured, Quality, RunConfig, RunFolder, build_card
from diffusion.store.comparison import describe_copies
from diffusion.ui.parts.charts import quality_html
from diffusion.ui.words import CHINESE, ENGLISH

BUILTIN = RunConfig(width=8, vocabulary=builtin_vocabulary())


@pytest.fixture(scope="module")
def network():
    return load_features(FEATURE_WEIGHTS)


@pytest.fixture(scope="module")
def training():
    return draw_builtin(Builtin(1500))


@pytest.fixture(scope="module")
def knowledge(network, training):
    return Knowledge(network, BUILTIN.vocabulary, plan_questions(BUILTIN, training, 20), training)


def test_the_words_of_kept_out_combinations_are_in_the_vocabulary():
    pairs = held_out_combinations()
    assert ("wizard hat", "pink cloth") in pairs and len(pairs) > 80
    assert all(word in builtin_vocabulary() for pair in pairs for word in pair)


def test_a_run_with_all_words_is_asked_for_all_sorts_of_them(training):
    config = replace(BUILTIN, data=training.facts())
    questions, groups = plan_questions(config, training, 100), dict(builtin_vocabulary().groups)
    assert list(questions) == list(KNOWN) and all(0 < len(asked) <= 100 for asked in questions.values())
    assert questions == plan_questions(config, training, 100)
    seen, known = training.labels.sum(0), config.known_words()
    count = {name: seen[place] for name, place in builtin_vocabulary().places.items()}
    for question in (*questions["shapes"], *questions["shapes_rarest"]):
        (word,) = question.asked
        assert word in groups[SHAPE] and word in known and question.looked_for == (word,)
    middle = np.median([count[name] for name in groups[SHAPE] if count[name]])
    assert max(count[question.asked[0]] for question in questions["shapes_rarest"]) <= middle
    for question in questions["colours"]:
        shape, colour = question.asked
        assert shape in groups[SHAPE] and colour in groups[COLOUR] and question.looked_for == (colour,)
    for question in questions["combinations"]:
        assert question.asked in held_out_combinations() and question.looked_for == question.asked
        assert (
            not (training.labels[:, [builtin_vocabulary().places[word] for word in question.asked]] > 0).all(1).any()
        )


def test_other_runs_are_asked_only_what_suits_them(training):
    asked = plan_questions(RunConfig(width=8), training, 20)
    assert list(asked) == ["kinds"] and [question.asked for question in asked["kinds"]] == [(k,) for k in KINDS] * 4
    assert plan_questions(RunConfig(width=8, vocabulary=Vocabulary((("class", ("a", "b")),))), training, 20) == {}


def test_real_sprites_are_recognised_as_often_as_the_ceiling_says_and_noise_is_not(knowledge, training):
    contexts = knowledge.contexts()
    questions = [question for asked in knowledge.questions.values() for question in asked]
    assert contexts.shape == (len(questions), len(builtin_vocabulary()))
    assert [set(builtin_vocabulary().decode(row)) for row in contexts] == [set(one.asked) for one in questions]
    real = np.stack([_draw_real(question, training)[-1] for question in questions])
    report = knowledge.report(real)
    assert list(report) == list(KNOWN) and set(knowledge.ceiling) == set(KNOWN)
    assert knowledge.ceiling["kinds"] > 0.95 and knowledge.ceiling["shapes"] > 0.5
    for name, found in report.items():
        assert found["drawn"] == pytest.approx(knowledge.ceiling[name], abs=0.3), name
        assert found["mean"] == pytest.approx(found["drawn"] / knowledge.ceiling[name], abs=1e-3)
    noise = np.random.default_rng(0).integers(0, 256, real.shape).astype(np.uint8)
    spoilt = knowledge.report(noise)
    assert all(spoilt[name]["mean"] < 0.25 for name in KNOWN if name != "kinds"), spoilt


def test_the_tagger_sees_what_fresh_sprites_show(network):
    sprites = draw_balanced(400, seed=7)
    assert sprites.counts()["food"] > 30 and np.array_equal(sprites.pixels, draw_balanced(400, seed=7).pixels)
    shown, seen = sprites.labels > 0, tag(network, sprites.pixels)
    assert seen.shape == shown.shape
    assert (shown & seen).sum() > 0.6 * shown.sum() and (shown & seen).sum() > 0.6 * seen.sum()


def test_what_is_drawn_for_an_epoch(training):
    config, how = replace(BUILTIN, data=training.facts()), EvalConfig(count=160, seeds=2, steps=7)
    groups = plan_drawings(config, training, how, np.eye(3, len(config.vocabulary), dtype=np.float32))
    assert [group.name for group in groups] == ["frechet"] * 2 + ["frechet_page"] * 2 + ["frechet_asked"] * 2 + [
        "knows"
    ]
    assert all(len(group.context) == sum(group.sizes) and max(group.sizes) <= 64 for group in groups)
    own, page = groups[0], groups[2]
    assert own.settings == {"sampler": "ddpm", "steps": 7} and page.settings["guidance"] == PAGE["guidance"]
    assert np.array_equal(own.context, page.context) and own.context[:, 5:].sum() == 0
    assert (own.context.sum(1) == (own.kinds >= 0)).all()
    asked = groups[4]
    assert (asked.context.sum(1) > 1).all() and len(np.unique(asked.context, axis=0)) > 70
    assert not np.array_equal(asked.context, groups[5].context)
    few = plan_drawings(replace(config, levels=9), training, EvalConfig(count=8, seeds=1, steps=3), groups[-1].context)
    assert few[1].settings["steps"] == 9


def test_without_labels_nothing_is_asked_with_all_words(training):
    bare = replace(training, labels=np.zeros_like(training.labels), name="mine")
    assert not asked_contexts(BUILTIN, bare, 8).any()
    assert {group.name for group in plan_drawings(BUILTIN, bare, EvalConfig(count=8, seeds=2), np.zeros((0, 1)))} == {
        "frechet",
        "frechet_page",
    }


def test_a_run_with_words_is_measured_to_the_end(tmp_path):
    training = open_dataset("builtin:80")[0]
    config = replace(BUILTIN, data=training.facts(), training={"epochs": 5, "batch_size": 20, "seed": 0, "lr": 1e-3})
    run = RunFolder(tmp_path / "run")
    run.create(config)
    torch.manual_seed(0)
    run.save_epoch(0, config.build().state_dict(), {"step": 1, "loss": 0.5})
    list(evaluate_run(run, EvalConfig(count=8, seeds=2, steps=2)))
    quality, baseline = run.metrics()[0].quality, run.baseline()
    assert set(quality.knows) == set(baseline.ceiling) <= set(KNOWN) and {"kinds", "shapes"} <= set(quality.knows)
    assert quality.frechet_asked and quality.frechet_page
    assert "| epoch | kinds | shapes |" in run.card()


# What is said


def measured(**knows):
    return EpochMetrics(
        loss=0.1,
        quality=Quality(
            frechet=Measured(1, 0.1),
            frechet_page=Measured(0.8, 0.1),
            precision=Measured(0.8, 0.1),
            recall=Measured(0.7, 0.1),
            copied=Measured(0.5, 0.1),
            knows=knows,
        ),
    )


METRICS = {0: measured(kinds=0.5, shapes=0.1), 4: measured(kinds=0.9, shapes=0.6, colours=1.02)}
BASELINE = Baseline({"fresh": Quality(frechet=Measured(0.6, 0.1), copied=Measured(0.76, 0.01))}, 50, {"kinds": 0.98})


@pytest.mark.parametrize("words", [ENGLISH, CHINESE])
def test_the_chart_of_what_it_knows_has_a_line_for_each_sort_and_a_table(words):
    page = quality_html(words, METRICS, BASELINE)
    whole = ET.fromstring(page)
    chart = next(svg for svg in whole.iter("svg") if svg.find("title").text == words.quality.knows.title)
    assert len(chart.findall("polyline")) == 3 and len(chart.findall("circle")) == 5
    lowest = min(float(text.get("y")) for text in chart.findall("text"))
    assert lowest > 8, "the legend is on the picture"
    table = whole.findall(".//details")[1]
    assert table.find("summary").text == words.quality.known_table
    assert [cell.text for cell in table.findall(".//tbody/tr")[1].findall("td")] == ["90 %", "60 %", "102 %"]
    assert "98 %" in table.find(".//caption").text
    assert words.quality.numbers["frechet_asked"] not in page, "nothing of it was measured"


def test_the_card_says_what_it_knows_and_what_copies_say():
    card = build_card(BUILTIN, METRICS, "", BASELINE)
    assert "| epoch | kinds | shapes | colours |" in card and "| 4 | 90 % | 60 % | 102 % |" in card
    assert "In real sprites it recognises: kinds 98%." in card and "as the page asks" in card
    assert str(describe_copies(BASELINE)) in card and "76 % are as near" in card
    few = replace(BASELINE, real={"fresh": Quality(copied=Measured(0.05))})
    assert describe_copies(few) is describe_copies(Baseline()) is None
    own = replace(BUILTIN, vocabulary=Vocabulary((("class", ("a", "b")),)))
    plain = {0: measured()}
    assert "cannot be measured" in build_card(own, plain, "")
    assert "cannot be measured" not in build_card(replace(own, vocabulary=kinds_vocabulary()), plain, "")


@pytest.mark.parametrize("foreign", ["<b>", None, [], {"shapes": "<b>"}, {"shapes": {"mean": "<script>"}}, {"x": 1}])
def test_foreign_shares_do_not_reach_the_page(foreign):
    quality = {name: {"mean": 0.5, "spread": 0} for name in ("frechet", "precision", "recall")} | {"knows": foreign}
    read = Quality.from_json(quality)
    assert read.knows == {} and Baseline.from_json({"ceiling": foreign}).ceiling == {}
    assert quality_html(ENGLISH, {0: EpochMetrics(quality=read)}).count("<svg") == 2


@pytest.mark.parametrize("share", [-1, 11, float("nan"), 1e300, True])
def test_a_share_out_of_range_is_not_read(share):
    assert Quality.from_json({"knows": {"shapes": {"mean": share}, "kinds": {"mean": 1.1}}}).knows == {"kinds": 1.1}
