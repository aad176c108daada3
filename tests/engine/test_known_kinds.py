"""A run is not asked for a kind that it was trained without."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from diffusion.__main__ import main
from diffusion.core import TrainConfig
from diffusion.data import draw, open_dataset
from diffusion.engine import Device, Request, generate, generate_finished
from diffusion.runs import Plan, preview_requests, preview_words, run_plan
from diffusion.sprites import KINDS
from diffusion.store import Checkpoint, RunConfig, RunFolder
from diffusion.ui.api.endpoints import Api

CPU = Device("cpu", torch.float32)
ALL = dict.fromkeys(KINDS, 9)
SOME = ALL | {"spell": 0, "side-facing": 0}


def config(drop_label: object = 0.1, start: str = "", **data: object) -> RunConfig:
    return RunConfig(width=8, training={"drop_label": drop_label}, data=data, start=start)


@pytest.mark.parametrize(
    ("of", "known"),
    [
        (config(labelled=9, kinds=ALL), KINDS),
        (config(labelled=9, kinds=SOME), ("hero", "non-hero", "food")),
        (config(labelled=0, kinds=dict.fromkeys(KINDS, 0)), ()),
        (config(labelled=0), ()),
        (config(drop_label=1.0, labelled=9, kinds=ALL), ()),
        (config(labelled=9), None),  # of an earlier version
        (config(), None),
        (RunConfig(), None),
        (config(labelled=9, unseen=["spell", 7, "dragon"]), ("hero", "non-hero", "food", "side-facing")),
        (config(labelled=0, start="sprites/model_31.safetensors"), None),  # those weights may know them
        *((config(labelled=9, kinds=odd), None) for odd in ("hero", ["hero"], {"hero": 1}, ALL | {"food": "many"}, 7)),
    ],
    ids=str,
)
def test_the_kinds_that_a_run_knows(of, known):
    assert of.known_kinds() == known
    assert RunConfig.from_json(of.to_json()).known_kinds() == known


def asking(kind: str, **settings: object) -> Request:
    return Request(count=1, steps=2, kinds=tuple(float(each == kind) for each in KINDS), **settings)


def checkpoint(of: RunConfig) -> Checkpoint:
    return Checkpoint(of, 0, of.build().eval())


@pytest.mark.parametrize(
    ("of", "kind", "sentence"),
    [
        (config(labelled=9, kinds=SOME), "spell", "was trained without spell; it knows hero, non-hero, food"),
        (config(labelled=0), "hero", "was trained without labels and knows no kind"),
        (config(drop_label=1, labelled=9, kinds=ALL), "hero", "was trained without labels and knows no kind"),
        (config(labelled=9, kinds=SOME), "food", ""),
        (config(labelled=0), "", ""),
        (config(labelled=9), "spell", ""),
    ],
)
def test_a_kind_that_the_run_never_saw_is_refused(of, kind, sentence):
    steps = generate([checkpoint(config(labelled=9, kinds=ALL)), checkpoint(of)], asking(kind), CPU)
    if sentence:
        with pytest.raises(ValueError, match=sentence):
            next(steps)
    else:
        assert len(list(steps)) == 3


def test_guidance_0_ignores_the_kind_and_is_not_refused():
    assert len(list(generate([checkpoint(config(labelled=0))], asking("hero", guidance=0.0), CPU))) == 3
    hero = torch.eye(5)[:1]
    assert generate_finished(checkpoint(config(labelled=0)), asking("hero"), CPU, hero).shape == (1, 3, 16, 16)


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (ALL, ("hero", "non-hero", "food", "spell")),
        (SOME, ("hero", "non-hero", "food", "hero")),
        (dict.fromkeys(KINDS, 0) | {"side-facing": 3}, ("side-facing",) * 4),
    ],
)
def test_previews_ask_for_kinds_that_are_in_the_data(kinds, expected):
    of = config(labelled=9, kinds=kinds)
    assert preview_words(of) == expected
    assert [KINDS[request.kinds.index(1)] for request in preview_requests(of)] == list(expected)
    assert sum(request.count for request in preview_requests(of)) == 16


@pytest.fixture
def unlabelled(tmp_path) -> Path:
    """The folder of runs with one that was trained without labels."""
    np.save(tmp_path / "x.npy", draw(20)[0])
    plan = Plan(
        folder=tmp_path / "runs" / "mine",
        data=str(tmp_path / "x.npy"),
        width=8,
        training=TrainConfig(epochs=1, batch_size=20),
    )
    list(run_plan(plan))
    return tmp_path / "runs"


def test_the_command_line_and_the_api_refuse_it_too(unlabelled, tmp_path, capsys):
    run = RunFolder(unlabelled / "mine")
    assert run.config().data["unseen"] == list(KINDS)
    words = [
        "sample",
        "--checkpoint",
        str(run.file(0)),
        "--count",
        "1",
        "--steps",
        "2",
        "--out",
        str(tmp_path / "x.png"),
    ]
    capsys.readouterr()
    assert main([*words, "--kind", "hero"]) == 2
    assert capsys.readouterr().err.count("knows no kind") == 1 and not (tmp_path / "x.png").exists()
    assert main(words) == 0
    with pytest.raises(ValueError, match="knows no kind"):
        Api(unlabelled, "mine").generate_sprites(kind="hero", count=1, steps=2)


def test_facts_name_the_words_that_no_sprite_shows():
    training, _ = open_dataset("builtin:60")
    unseen = training.facts()["unseen"]
    assert "tadpole" in unseen and not set(unseen) & {*KINDS, "dragon", "red hair"}, "60 are not all that is drawn"
    fixed, _ = open_dataset("builtin:60@0")
    foodless = fixed[fixed.labels[:, KINDS.index("food")] == 0]
    assert foodless.facts()["unseen"] == ["food"] and fixed.facts()["unseen"] == []
    soft = replace(foodless, labels=foodless.labels * 0.3)
    assert soft.facts()["unseen"] == ["food"], "a share of a kind is a label too"
