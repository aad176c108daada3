import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from support.runs import make_run

from diffusion.__main__ import main
from diffusion.core.samplers import SAMPLERS
from diffusion.data.dataset import open_dataset
from diffusion.evaluation.evaluate import EvalConfig, evaluate_run
from diffusion.evaluation.sampler_sweep import GroupMeasured, SweepResults, SweepSetting, sweep_samplers
from diffusion.evaluation.sweep_chart import picture, summarise_sweep, table
from diffusion.store.checkpoint import RunConfig
from diffusion.store.run_folder import RunFolder

SWEEP_SETTINGS = [SweepSetting("ddpm", 2), SweepSetting("sa", 3)]


@pytest.fixture
def run(tmp_path) -> RunFolder:
    made = make_run(tmp_path / "run")
    config = RunConfig(width=8, data=open_dataset("builtin:60")[0].facts())
    (made.path / "config.json").write_text(config.to_json())
    return made


def measured(run, out, settings=SWEEP_SETTINGS, **options):
    options = {"epoch": 4, "count": 16, "seeds": 2} | options
    events = sweep_samplers(run, out, settings=settings, **options)
    return [(event.setting, event.seed) for event in events if isinstance(event, GroupMeasured)]


def results_of(**distances):
    """Results in which the setting "sa_20" has these distances, one for each seed."""
    seeds = {}
    for name, found in distances.items():
        sampler, _, steps = name.rpartition("_")
        seeds[SweepSetting(sampler, int(steps))] = {seed: {"frechet": distance} for seed, distance in enumerate(found)}
    return SweepResults("sprites", 31, 500, "ab", seeds)


def test_a_sweep_measures_all_settings_of_a_seed_before_the_next(run, tmp_path):
    assert measured(run, tmp_path / "s.json") == [(setting, seed) for seed in (0, 1) for setting in SWEEP_SETTINGS]


def test_it_goes_on_where_it_stopped_and_gives_what_it_would_have_given(run, tmp_path):
    whole, parts = tmp_path / "whole.json", tmp_path / "parts.json"
    measured(run, whole)
    events = sweep_samplers(run, parts, epoch=4, settings=SWEEP_SETTINGS, count=16, seeds=2)
    while not isinstance(next(events), GroupMeasured):
        pass
    events.close()  # as if it were killed after the first group
    assert measured(run, parts) == [(SWEEP_SETTINGS[1], 0), (SWEEP_SETTINGS[0], 1), (SWEEP_SETTINGS[1], 1)]
    assert whole.read_text() == parts.read_text()
    assert measured(run, parts) == []
    assert measured(run, parts, [*SWEEP_SETTINGS, SweepSetting("ddim", 1)]) == [
        (SweepSetting("ddim", 1), 0),
        (SweepSetting("ddim", 1), 1),
    ]


def test_its_numbers_are_those_of_evaluate(run, tmp_path):
    """README and table must not contradict each other: the same sprites, judged in the same way."""
    measured(run, tmp_path / "s.json")
    list(evaluate_run(run, EvalConfig(count=16, seeds=2, steps=2), epochs=[4]))
    values = SweepResults.read(tmp_path / "s.json").values(SweepSetting("ddpm", 2))
    assert np.mean(values) == pytest.approx(run.metrics()[4].quality.frechet.mean, abs=1e-4)


def test_the_ratio_is_taken_over_the_seeds_that_both_have():
    """The seeds differ by far more than the samplers do; that must not hide the difference."""
    results = results_of(ddpm_500=[1, 2, 3], sa_20=[0.9, 1.8, 2.7, 99])
    assert results.ratio(SweepSetting("sa", 20)) == pytest.approx(0.9)
    assert results_of(ddpm_500=[1, 1], sa_20=[0.9, 1.1]).ratio(SweepSetting("sa", 20)) == pytest.approx(1)
    assert results_of(ddpm_500=[2], sa_20=[1]).ratio(SweepSetting("sa", 20)) == 0.5
    assert results_of(ddpm_500=[2]).ratio(SweepSetting("sa", 20)) is None


@pytest.mark.parametrize(
    "distances,sentence",
    [
        (
            {"ddpm_500": [1, 1], "sa_10": [1.2, 1.2], "sa_15": [1, 1.06], "sa_20": [0.8, 0.8]},
            "SA-Solver in 15 steps: 1.03 times",
        ),
        ({"ddpm_500": [1], "ddim_10": [1.02], "sa_10": [1.01]}, "SA-Solver in 10 steps: 1.01 times"),
        ({"ddpm_500": [1], "sa_10": [1.2]}, "No trial comes within 5% of ddpm:500"),
        ({"sa_10": [1.2]}, "Nothing can be compared with ddpm:500 yet"),
    ],
)
def test_the_verdict_names_the_fewest_steps_that_are_enough(distances, sentence):
    assert sentence in summarise_sweep(results_of(**distances))


def test_the_table_has_a_row_for_each_number_of_steps():
    rows = table(results_of(ddpm_500=[1, 2], sa_20=[1], ddpm_20=[3, 3])).splitlines()
    assert rows == [
        "| steps | DDPM | SA-Solver |",
        "| ---: | ---: | ---: |",
        "| 20 | 3.00 ± 0.00 | 1.00 |",
        "| 500 | 1.50 ± 0.71 |  |",
    ]


def test_every_sampler_has_a_name_and_a_style_in_the_picture():
    titles = [sampler.title for sampler in SAMPLERS.values()]
    styles = [(sampler.colour, sampler.dashes) for sampler in SAMPLERS.values()]
    assert len(set(titles)) == len(set(styles)) == len(SAMPLERS) and all(titles)


@pytest.mark.parametrize(
    "results", [results_of(ddpm_500=[1, 1.2], ddpm_10=[8, 9], sa_10=[1, 2], sa_20=[0.9, 1]), results_of(sa_10=[1])]
)
def test_the_picture_is_whole_and_says_every_number(results):
    root = ET.fromstring(picture(results))
    dots = root.findall(".//{*}circle")
    assert len(dots) == len(results.seeds) and "nan" not in picture(results)
    for dot in dots:
        assert 0 <= float(dot.get("cx")) <= 560 and 0 <= float(dot.get("cy")) <= 370
        assert re.fullmatch(r".*, \d+ steps: [\d.]+ ± [\d.]+", dot.find("{*}title").text)


def test_lower_is_better_also_in_the_picture():
    dots = ET.fromstring(picture(results_of(sa_10=[1, 2], sa_20=[0.9, 1]))).findall(".//{*}circle")
    (first, second) = [(float(dot.get("cx")), float(dot.get("cy"))) for dot in dots]
    assert second[0] > first[0] and second[1] > first[1], "more steps stand to the right, less distance further down"


@pytest.mark.parametrize("colour", sorted({sampler.colour for sampler in SAMPLERS.values()}))
def test_colours_are_seen_on_light_and_dark_pages(colour):
    """WCAG 2.2, success criterion 1.4.11: 3 to 1 against what is behind."""
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    black, white = (light + 0.05) / 0.05, 1.05 / (light + 0.05)
    assert min(black, white) > 3


def test_the_verb_writes_numbers_and_picture_and_says_the_table(run, tmp_path, capsys):
    words = [
        "--run",
        str(run.path),
        "--epoch",
        "4",
        "--count",
        "16",
        "--seeds",
        "2",
        "--out",
        str(tmp_path / "s.json"),
    ]
    assert main(["samplers", *words, "--trials", "ddpm:2", "sa:3"]) == 0
    printed = capsys.readouterr().out
    assert "sa:3, seed 1: Fréchet distance" in printed and "| steps | DDPM | SA-Solver |" in printed
    assert "Nothing can be compared with ddpm:500 yet" in printed
    found = json.loads((tmp_path / "s.json").read_text())
    assert [(trial["sampler"], trial["steps"], len(trial["seeds"])) for trial in found["trials"]] == [
        ("ddpm", 2, 2),
        ("sa", 3, 2),
    ]
    assert ET.fromstring((tmp_path / "s.svg").read_text()).findall(".//{*}circle")


@pytest.mark.parametrize(
    "words,complaint",
    [
        (["--trials", "euler:5"], "a trial is one of ddpm, ddim"),
        (["--trials", "ddpm"], "such as ddpm:50, not 'ddpm'"),
        (["--trials", "ddpm:501"], "steps must be between 1 and 500"),
        (["--epoch", "3"], "has no epoch 3; it has: 0, 4"),
        (["--count", "7"], "count must be between 8 (4 a seed)"),
        (["--seeds", "0"], "seeds must be between 1 and 100"),
        (["--out", "s.png"], "--out must end in .json"),
    ],
)
def test_a_wrong_request_is_one_line_and_writes_nothing(run, tmp_path, capsys, monkeypatch, words, complaint):
    monkeypatch.chdir(tmp_path)
    base = ["samplers", "--run", str(run.path), "--epoch", "4", "--count", "16", "--seeds", "2", "--out", "s.json"]
    assert main([*base, *words]) == 2
    error = capsys.readouterr().err
    assert complaint in error and error.count("\n") == 1
    assert {path.name for path in tmp_path.iterdir()} == {"run"}


@pytest.mark.parametrize("content", ["", "[]", '{"trials": []}', '{"trials": [{"sampler": "ddpm"}]}'])
def test_a_file_that_is_no_sweep_is_left_alone(run, tmp_path, content):
    (tmp_path / "s.json").write_text(content)
    with pytest.raises(ValueError, match="is not what `python -m diffusion samplers` writes"):
        measured(run, tmp_path / "s.json")
    assert (tmp_path / "s.json").read_text() == content


def test_another_sweep_is_not_mixed_in(run, tmp_path):
    measured(run, tmp_path / "s.json", SWEEP_SETTINGS[:1])
    for other in ({"epoch": 0}, {"count": 20}):
        with pytest.raises(ValueError, match="holds epoch 4 of run in groups of 8; name another --out"):
            measured(run, tmp_path / "s.json", **other)
