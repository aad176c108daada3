"""The numbers: what they must be for sets whose answer is known, what the sentence says of them, and the whole way."""

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from safetensors import safe_open
from support.runs import make_run

from diffusion.__main__ import main
from diffusion.cli import train as command_line
from diffusion.core.schedule import NoiseSchedule
from diffusion.data.dataset import open_dataset
from diffusion.data.pixelart import draw
from diffusion.evaluation.drawings import EvalConfig
from diffusion.evaluation.evaluate import EpochMeasured, SpritesDrawn, evaluate_run, load_training_data
from diffusion.evaluation.feature_training import check_features, train_features
from diffusion.evaluation.features import FEATURE_WEIGHTS, features_of, load_features
from diffusion.evaluation.groups import ANY, QualityMetrics, SpriteGroup, closest_pairs
from diffusion.evaluation.metrics import (
    COPY_DISTANCE,
    frechet_distance,
    kernel_distance,
    mean_and_spread,
    nearest,
    noise_error,
    precision_recall,
)
from diffusion.runs import Plan
from diffusion.sprites import KINDS, from_pixels, to_pixels
from diffusion.store.card import build_card, find_command
from diffusion.store.checkpoint import COURSE, RunConfig
from diffusion.store.comparison import compare_epochs, describe_specialisation, pick_late_pair
from diffusion.store.quality import Baseline, EpochMetrics, Measured, Quality, read_metrics
from diffusion.store.run_folder import RunFolder
from diffusion.ui.parts.charts import quality_html
from diffusion.ui.words import ENGLISH


def normal(count: int, *, seed: int = 0, size: int = 6) -> torch.Tensor:
    return torch.randn(count, size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.fixture(scope="module")
def network():
    return load_features(FEATURE_WEIGHTS)


@pytest.fixture(scope="module")
def real():
    """Some training sprites, and the index of the kind of each."""
    pixels, labels = draw(600, 0)
    return pixels, labels.argmax(1)


# Distances of features


def test_the_distance_of_a_set_to_itself_is_nothing():
    features = normal(200)
    assert frechet_distance(features, features) == pytest.approx(0, abs=1e-6)
    assert kernel_distance(features, features) < 0.01


def test_the_frechet_distance_agrees_with_the_closed_form():
    """Of Gaussians with diagonal covariances: the sum over dimensions of (difference of means)² + (of deviations)²."""
    sample = normal(4000)
    white = (sample - sample.mean(0)) @ torch.linalg.inv(torch.linalg.cholesky(sample.T.cov())).T
    scale, shift = torch.tensor([1.0, 2, 3, 1, 0.5, 1]), torch.tensor([0, 0, 1.0, 2, 0, -3])
    expected = float((shift**2 + (scale - 1) ** 2).sum())
    assert frechet_distance(white, white * scale + shift) == pytest.approx(expected, rel=1e-6)


def test_the_frechet_distance_agrees_with_the_square_root_of_matrices():
    """Heusel et al. 2017, eq. 6, written out: tr √(A B) is tr √(√A B √A), by symmetric eigenvalues."""
    mixed = normal(36, seed=3).reshape(6, 6, 6)[0]
    first, second = normal(300, seed=1) @ mixed + 1, normal(500, seed=2)

    def root(matrix):
        values, vectors = torch.linalg.eigh(matrix)
        return vectors * values.clamp(min=0).sqrt() @ vectors.T

    a, b = first.T.cov(), second.T.cov()
    expected = (first.mean(0) - second.mean(0)).square().sum() + (a + b - 2 * root(root(a) @ b @ root(a))).trace()
    assert frechet_distance(first, second) == pytest.approx(float(expected), rel=1e-6)


def test_the_kernel_distance_agrees_with_its_definition():
    """Bińkowski et al. 2018, eq. 4: with sets of one size and nothing left out, every subset is the whole."""
    x, y = normal(40, seed=1), normal(40, seed=2) + 0.5

    def kernel(a, b):
        return (a @ b.T / 6 + 1) ** 3

    within = sum((k.sum() - k.trace()) / (40 * 39) for k in (kernel(x, x), kernel(y, y)))
    assert kernel_distance(x, y) == pytest.approx(float(within - 2 * kernel(x, y).mean()), rel=1e-6)


def test_the_kernel_distance_is_the_same_every_time_and_leaves_chance_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first = kernel_distance(normal(100), normal(50, seed=1))
    assert torch.equal(before, torch.get_rng_state())
    torch.manual_seed(6)
    assert kernel_distance(normal(100), normal(50, seed=1)) == first


def test_the_kernel_distance_has_no_bias_where_the_frechet_distance_has():
    whole, small = normal(4000), normal(40, seed=9)
    assert abs(kernel_distance(whole, small)) < 0.2 < frechet_distance(whole, small)


def test_precision_and_recall_of_known_sets():
    features = normal(100)
    assert precision_recall(features, features) == (1, 1)
    assert precision_recall(features, features + 1000) == (0, 0)
    half = torch.cat([features[:50], features[50:] + 1000])
    assert precision_recall(features, half)[0] == 0.5
    collapsed = features[:1].repeat(100, 1)  # one real sprite, again and again
    assert precision_recall(features, collapsed) == pytest.approx((1, 0.01))


@pytest.mark.parametrize(
    ("measure", "features", "complaint"),
    [
        (frechet_distance, normal(1), "generated sprites must be (2 or more, 6), not (1, 6)"),
        (kernel_distance, normal(9, size=5), "generated sprites must be (2 or more, 6), not (9, 5)"),
        (precision_recall, normal(9) * torch.nan, "are not all finite"),
        (precision_recall, normal(3), "need more than 3 sprites of each, not 20, 3"),
    ],
)
def test_features_that_cannot_be_compared_are_refused(measure, features, complaint):
    with pytest.raises(ValueError, match=re.escape(complaint)):
        measure(normal(20), features)


def test_mean_and_spread():
    assert mean_and_spread([1, 2, 3]) == {"mean": 2, "spread": 1}
    assert mean_and_spread([4]) == {"mean": 4, "spread": 0}


# Noise


def test_the_noise_error_of_networks_whose_answers_are_known(real):
    """Nothing guessed leaves all of the noise; a network that knows the picture finds all of it."""
    schedule = NoiseSchedule.linear()
    pixels, context = real[0][:40], np.zeros((40, 5), np.float32)
    nothing = noise_error(lambda x, time, context: torch.zeros_like(x), schedule, pixels, context)
    assert len(nothing) == 10 and nothing == pytest.approx([1] * 10, abs=0.05)

    def knows(x, time, context):
        return schedule.noise(x, (time * 500).round().long(), from_pixels(torch.from_numpy(pixels)))

    assert noise_error(knows, schedule, pixels, context) == pytest.approx([0] * 10, abs=1e-6)
    seen = []
    noise_error(lambda x, time, context: seen.append(time * 500) or x, schedule, pixels, context)
    assert all(50 * i < level.min() and level.max() <= 50 * (i + 1) for i, level in enumerate(seen))


# Copies


def test_planted_training_sprites_are_found(real):
    training = real[0]
    fresh, _ = draw(20, 0, "test")
    planted = training[[5, 77, 400]]
    noisy = to_pixels(
        from_pixels(torch.from_numpy(planted)) + 0.04 * normal(3, size=768).reshape(3, 3, 16, 16).float()
    )
    index, distance = nearest(np.concatenate([fresh, planted, noisy]), training)
    assert np.array_equal(training[index[20:23]], planted) and not distance[20:23].any()
    assert np.array_equal(training[index[23:]], planted) and (distance[23:] < COPY_DISTANCE).all()
    assert (distance[:20] >= COPY_DISTANCE).all(), "a validation shape is no copy"
    by_hand = np.abs(fresh[0].astype(int) - training[index[0]]).mean()
    assert distance[0] == pytest.approx(by_hand, rel=1e-4)


def test_sprites_of_another_size_cannot_be_copies(real):
    with pytest.raises(ValueError, match="cannot be compared"):
        nearest(np.zeros((1, 8, 8, 3), np.uint8), real[0])


# Our feature network


def test_the_feature_network_is_small_and_as_good_as_it_says(network):
    assert FEATURE_WEIGHTS.stat().st_size <= 1_500_000
    with safe_open(FEATURE_WEIGHTS, "pt") as file:
        facts = file.metadata()
    found = asdict(check_features(network, 500))
    assert found == {name: pytest.approx(float(facts[name]), abs=0.05) for name in found}
    assert found["kinds"] > 0.97 and found["shapes"] > 0.7


def corrupted(pixels: np.ndarray, how: str, much: float) -> np.ndarray:
    generator = torch.Generator().manual_seed(1)
    x = from_pixels(torch.from_numpy(pixels))
    if how == "noise":
        x = x + much * torch.randn(x.shape, generator=generator)
    elif how == "blur":
        x = x.lerp(torch.nn.functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False), much)
    else:
        order = torch.rand(len(x), 1, 256, generator=generator).argsort(2).expand(-1, 3, -1)
        moved = torch.rand(len(x), 1, 256, generator=generator) < much
        x = torch.where(moved, x.flatten(2).gather(2, order), x.flatten(2)).view_as(x)
    return to_pixels(x)


@pytest.mark.parametrize("how", ["noise", "blur", "shuffled pixels"])
def test_the_worse_the_sprites_the_farther_they_are(network, real, how):
    features = features_of(network, real[0])
    other = draw(300, 2)[0]
    sets = [features_of(network, corrupted(other, how, much)) for much in (0, 0.3, 0.6, 1)]
    for measure in (frechet_distance, kernel_distance):
        distances = [measure(features, spoilt) for spoilt in sets]
        assert distances == sorted(distances) and distances[-1] > 2 * distances[0], distances


def test_kinds_are_recognised(network, real):
    pixels, kinds = real
    assert (network.kinds(features_of(network, pixels)).numpy() == kinds).mean() > 0.97


def test_training_the_feature_network_begins_well_and_is_the_same_every_time():
    first, again = ([step.loss for step in train_features(60, 3, 20)] for _ in range(2))
    assert first == again and len(first) == 9 and first[-1] < first[0]


@pytest.mark.parametrize("content", [None, b"", b"half a f"])
def test_a_file_that_is_no_feature_network_is_refused(tmp_path, content):
    path = tmp_path / "features.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match="make it with: python -m diffusion features"):
        load_features(path)


def test_only_sprites_of_sixteen_pixels_have_features(network):
    with pytest.raises(ValueError, match=re.escape("must be (N, 16, 16, 3)")):
        features_of(network, np.zeros((2, 8, 8, 3), np.uint8))


# Quality metrics


def test_quality_metrics_tell_copies_kinds_and_distances(network, real):
    pixels, kinds = real
    training = replace(trained_data(), pixels=pixels, labels=np.eye(5, dtype=np.float32)[kinds])
    metrics = QualityMetrics(network, training, 100)
    requested = kinds[:100].copy()
    requested[50:] = ANY
    copies, noise = (
        SpriteGroup(pixels[:100], requested),
        SpriteGroup(np.random.default_rng(0).integers(0, 256, (100, 16, 16, 3), np.uint8), (requested + 1) % 5),
    )
    good, bad = metrics.report([copies, copies]), metrics.report([noise])
    assert (good["sprites"], good["seeds"]) == (200, 2)
    assert good["copied"] == {"mean": 1, "spread": 0} and bad["copied"]["mean"] == 0
    assert good["recognised"]["mean"] > 0.9 > bad["recognised"]["mean"]
    assert set(good["recognised_by_kind"]) == {KINDS[kind] for kind in set(kinds[:50].tolist())}
    assert good["frechet"]["mean"] < bad["frechet"]["mean"] and bad["precision"]["mean"] < 0.2


def trained_data():
    return open_dataset("builtin:60")[0]


# The sentence


def metrics_of(**distances: tuple[float, float]) -> dict:
    """epoch_24=(mean, spread): metrics of so many epochs."""
    return {
        int(name.removeprefix("epoch_")): EpochMetrics(
            step=1, loss=0.1, quality=Quality(frechet=Measured(mean, spread))
        )
        for name, (mean, spread) in distances.items()
    }


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ((2.0, 0.1), (1.64, 0.05), "still falls by 18 %, more than the spread between seeds."),
        ((2.0, 0.1), (3.0, 0.2), "rises by 50 %, more than the spread between seeds: the later one is worse."),
        (
            (2.0, 0.1),
            (1.9, 0.2),
            "changes by 5 %, no more than the spread between seeds: they really are about the same.",
        ),
        ((2.0, 0.3), (2.3, 0.2), "changes by 15 %, no more than the spread"),
        ((2.0, 0), (1.0, 0), "falls by 50 %; one seed alone cannot tell chance from gain."),
    ],
)
def test_the_sentence_follows_from_the_numbers(before, after, says):
    metrics = metrics_of(epoch_24=before, epoch_31=after)
    sentence = str(compare_epochs(metrics, 24, 31))
    assert sentence.startswith("Between epochs 24 and 31 the distance to real sprites") and says in sentence
    assert str(compare_epochs(metrics, 31, 24)) == sentence


def test_the_sentence_says_what_is_missing():
    metrics = metrics_of(epoch_24=(2, 0.1)) | {31: EpochMetrics(step=1, loss=0.1)}
    assert "epoch 31 has not been measured" in str(compare_epochs(metrics, 24, 31))
    assert "epochs 3 and 4 have not been measured" in str(compare_epochs({}, 4, 3))
    with pytest.raises(ValueError, match="name two epochs"):
        compare_epochs(metrics, 24, 24)


def test_the_pair_that_a_person_asks_about():
    """The tutorial's question is about 24 and 31."""
    numbers = {f"epoch_{epoch}": (1, 0.1) for epoch in (31, 0, 4, 8, 12, 16, 20, 24, 28)}
    assert pick_late_pair(metrics_of(**numbers)) == (24, 31)
    assert pick_late_pair(metrics_of(epoch_0=(1, 0.1))) is None


# The whole way


@pytest.fixture
def run(tmp_path) -> RunFolder:
    """A tiny run on built-in sprites, with a card."""
    run = make_run(tmp_path / "run")
    config = RunConfig(
        width=8, data=trained_data().facts(), training={"epochs": 5, "batch_size": 20, "seed": 0, "lr": 1e-3}
    )
    (run.path / "config.json").write_text(config.to_json())
    run.save_metrics(0, {"step": 3, "loss": 0.5})
    run.save_card(build_card(config, run.metrics(), "python -m diffusion train --run a"))
    return run


def test_a_run_is_measured(run, monkeypatch):
    events = list(evaluate_run(run, EvalConfig(count=16, seeds=2, steps=2)))
    sampled = [event for event in events if isinstance(event, SpritesDrawn)]
    measured = [event for event in events if isinstance(event, EpochMeasured)]
    asked = 5  # each kind once
    assert sampled[-1].done == sampled[-1].total == 2 * (3 * 16 + asked)
    assert [event.epoch for event in measured] == [0, 4]
    quality, baseline = run.metrics()[0].quality, run.baseline()
    assert quality == measured[0].quality and run.metrics()[0].loss == 0.5
    assert (quality.sprites, quality.seeds, len(quality.noise_error)) == (16, 2, 10)
    assert set(json.loads((run.path / "metrics.json").read_text())["floor"]) == {
        "exam",
        "held_out",
        "fresh",
        "ceiling",
    }
    assert quality.frechet_page and quality.frechet_asked and set(quality.knows) == set(baseline.ceiling) == {"kinds"}
    assert set(baseline.real) == {"held_out", "fresh"} and baseline.steps == 2
    assert baseline.real["fresh"].frechet.mean < quality.frechet.mean
    assert baseline.real["held_out"].copied.mean == 0
    text = run.card()
    assert find_command(text) == "python -m diffusion train --run a"
    assert str(compare_epochs(run.metrics(), 0, 4)) in text
    assert len(re.findall(r"^\| (0|4|real, .*) \| .* ± ", text, re.M)) == 4
    assert "## What it knows by which epoch" in text and "In real sprites it recognises: kinds " in text
    again = run.metrics()
    list(evaluate_run(run, EvalConfig(count=16, seeds=2, steps=2), epochs=[4]))
    assert run.metrics() == again, "the same settings, the same numbers"
    list(evaluate_run(run, EvalConfig(count=16, seeds=2, steps=3), epochs=[4]))
    assert run.metrics()[0].quality is None, "numbers of other settings cannot be compared"
    monkeypatch.setattr("diffusion.evaluation.evaluate.PAGE", {"guidance": 3.0})
    list(evaluate_run(run, EvalConfig(count=16, seeds=2, steps=3), epochs=[0]))
    assert run.metrics()[4].quality is None, "nor can those of other settings of the page"
    run.save_metrics(5, {"step": 9, "loss": 0.1})
    assert run.baseline().real and list(run.metrics()) == [0, 4, 5]


def test_the_verb(run, capsys):
    assert main(["evaluate", "--run", str(run.path), "--count", "16", "--seeds", "2", "--steps", "2"]) == 0
    said = capsys.readouterr().out
    assert "epoch 4: Fréchet distance" in said and str(compare_epochs(run.metrics(), 0, 4)) in said


@pytest.mark.parametrize("count", [60, 500])
def test_after_training_a_run_is_measured_where_there_are_enough_sprites_to_compare_with(run, monkeypatch, count):
    data = f"builtin:{count}"
    (run.path / "config.json").write_text(replace(run.config(), data=open_dataset(data)[0].facts()).to_json())
    calls = []
    monkeypatch.setattr(command_line, "print_measured", lambda run, config, **rest: calls.append((config.count, rest)))
    command_line._measure_briefly(Plan(folder=run.path, data=data))
    assert calls == ([] if count == 60 else [(500, {"data": data, "labels": None})])


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--count", "15"], "count must be between 16 (4 a seed)"),
        (["--seeds", "0"], "seeds must be between 1 and 100"),
        (["--steps", "501"], "steps must be between 1 and 500"),
        (["--steps", "0"], "steps must be at least 1"),
        (["--epochs", "0", "3"], "has no epoch 3; it has: 0, 4"),
        (["--data", "builtin:61"], "builtin:61 is not what"),
        (["--data", "nowhere.npy"], "nowhere.npy does not exist"),
    ],
)
def test_a_wrong_request_is_one_line_and_changes_nothing(run, capsys, words, complaint):
    before = {path.name: path.read_bytes() for path in run.path.iterdir()}
    assert main(["evaluate", "--run", str(run.path), *words]) == 2
    error = capsys.readouterr().err
    assert complaint in error and error.count("\n") == 1
    assert {path.name: path.read_bytes() for path in run.path.iterdir()} == before


def test_a_run_on_a_persons_own_data_asks_for_it(run):
    own = replace(run.config(), data={"name": "mine.npy", "count": 60, "sha256": "ab"})
    (run.path / "config.json").write_text(own.to_json())
    with pytest.raises(ValueError, match=r"was trained on mine\.npy; say where that is with --data"):
        load_training_data(run)


def test_the_card_of_a_run_from_elsewhere_needs_no_facts():
    text = build_card(COURSE, {0: EpochMetrics(quality=full_metrics()[0].quality)}, "")
    assert "Made by" not in text and "| 0 | 2.00 ± 0.20 |" in text


# The charts


def full_entries() -> dict:
    """As metrics.json holds them."""
    number = {"mean": 0.5, "spread": 0.1}
    quality = {"sprites": 16, "seeds": 2, **dict.fromkeys(("precision", "recall", "copied", "recognised"), number)}
    quality |= {"kernel": {"mean": -0.01, "spread": 0.02}, "noise_error": [0.4 / 2**i for i in range(10)]}
    return {
        str(epoch): {"step": 1, "loss": 0.1, "quality": quality | {"frechet": {"mean": mean, "spread": 0.1 * mean}}}
        for epoch, mean in ((0, 2.0), (4, 1.0), (31, 0.5))
    }


def full_metrics() -> dict:
    return read_metrics(full_entries())


def test_the_charts_are_whole_and_say_it_in_words_too():
    metrics = full_metrics()
    page = quality_html(ENGLISH, metrics, Baseline({"fresh": metrics[31].quality, "held_out": metrics[0].quality}))
    whole = ET.fromstring(page)  # well formed
    charts = whole.findall(".//svg")
    assert len(charts) == 3 and all(chart.find("title").text and chart.find("desc").text for chart in charts)
    assert str(compare_epochs(metrics, *pick_late_pair(metrics))) in page
    assert len(whole.findall(".//details//tbody/tr")) == 5
    assert "<script" not in page and "nan" not in page
    numbers = [float(number) for line in whole.iter("polyline") for number in re.split("[ ,]", line.get("points"))]
    assert all(0 <= number <= 380 for number in numbers)


def test_one_epoch_is_enough_and_none_is_said():
    one = quality_html(ENGLISH, {4: full_metrics()[4]})
    assert one.count("<svg") == 3 and "nan" not in one
    assert "not been measured" in quality_html(ENGLISH, {}) and "<svg" not in quality_html(
        ENGLISH, {0: EpochMetrics(loss=1)}
    )


@pytest.mark.parametrize(
    "foreign", ["<script>alert(1)</script>", None, [], {"mean": "<b>"}, {"mean": float("nan"), "spread": 0}]
)
def test_foreign_numbers_do_not_reach_the_page(foreign):
    entries = full_entries()
    entries["4"]["quality"]["frechet"] = foreign
    page = quality_html(ENGLISH, read_metrics(entries))
    assert "cannot be read" in page and "<script" not in page and "<b>" not in page


@pytest.mark.parametrize(
    "losses,said",
    [
        ([0.3, 0.2, 0.1], "after epoch 2 is 1.00 times that of the best epoch, 2:"),
        ([0.3, 0.1, 0.101], "after epoch 2 is 1.01 times that of the best epoch, 1:"),
        ([0.3], ""),
        ([0.3, 0.1, 0.15], "smallest after epoch 1 and then grows by 50 %"),
        ([], ""),
    ],
)
def test_it_is_said_when_the_error_on_unseen_shapes_grows_again(losses, said):
    sentence = describe_specialisation(
        {epoch: EpochMetrics(validation_loss=loss) for epoch, loss in enumerate(losses)}
    )
    assert said in str(sentence or "") and bool(said) == bool(sentence)


def test_the_closest_pairs_show_a_planted_copy_first():
    training = open_dataset("builtin:60")[0]
    noise = np.random.default_rng(0).integers(0, 256, (5, 16, 16, 3)).astype(np.uint8)
    planted = np.concatenate([noise, training.pixels[7:8]])
    pairs = closest_pairs(SpriteGroup(planted, np.full(6, ANY)), training, count=3)
    half = len(pairs) // 2
    assert np.array_equal(pairs[0], pairs[half]) and np.array_equal(pairs[0], training.pixels[7])
    assert not np.array_equal(pairs[1], pairs[half + 1])
