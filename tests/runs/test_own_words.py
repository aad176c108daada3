"""A run that learns the words of one's own pictures: begun, resumed, measured, begun from other words, previewed."""

import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from diffusion.core import EpochDone, TrainConfig, Vocabulary
from diffusion.data import SpriteSet, open_upload
from diffusion.data.pixelart import draw
from diffusion.engine import Request, generate_finished
from diffusion.evaluation import load_training_data
from diffusion.runs import Plan, draw_previews, keep_upload, load_plan, preview_requests, preview_words, run_plan
from diffusion.sprites import KINDS
from diffusion.store import RunConfig, RunFolder, load_file

SPRITES, _ = draw(36, 3)
TINY = TrainConfig(epochs=2, batch_size=18)


def uploaded(folder: Path, *names: str) -> SpriteSet:
    """A .zip of sprites in folders of these names, in turn."""
    with zipfile.ZipFile(folder / "mine.zip", "w") as archive:
        for i, sprite in enumerate(SPRITES):
            content = BytesIO()
            Image.fromarray(sprite).save(content, "PNG")
            archive.writestr(f"pack/{names[i % len(names)]}/{i}.png", content.getvalue())
    return open_upload([folder / "mine.zip"])


def begin(upload: SpriteSet, folder: Path, **settings) -> Plan:
    settings = {"width": 8, "training": TINY} | settings
    with keep_upload(upload, folder) as own:
        return Plan(folder=folder, save_every=1, **settings, **own)


def test_a_run_on_class_folders_is_killed_resumed_and_measured_on_its_own_copy(tmp_path):
    upload, folder = uploaded(tmp_path, "slime", "Knight", "0_fire", "hero/knight"), tmp_path / "mine"
    plan = begin(upload, folder)
    events = run_plan(plan)
    next(event for event in events if isinstance(event, EpochDone))
    events.close()
    config = RunFolder(folder).config()
    training, _ = upload.split()
    assert config.vocabulary.groups == (("kind", KINDS), ("label", ("fire", "knight", "slime")))
    assert config.data["sha256"] == training.facts()["sha256"]
    *_, last = run_plan(load_plan(RunFolder(folder)), resume=True)
    assert last.epoch == 1 and RunFolder(folder).config() == config
    again, validation = load_training_data(RunFolder(folder))
    assert again.facts() == config.data and validation.vocabulary == config.vocabulary
    sprites = generate_finished(RunFolder(folder).load(1), Request(count=2, steps=2, prompt="slime, fire"))
    assert sprites.shape == (2, 3, 16, 16)
    with pytest.raises(ValueError, match="does not understand ghost"):
        generate_finished(RunFolder(folder).load(1), Request(count=2, steps=2, prompt="ghost"))


def begin_from(tmp_path: Path, vocabulary: Vocabulary, *names: str) -> tuple[RunConfig, dict, dict]:
    """The config and the weights of a run that begins with a network of this vocabulary, and those of before."""
    old = RunFolder(tmp_path / "old")
    old.create(RunConfig(width=8, vocabulary=vocabulary))
    network = old.config().build()
    torch.nn.init.normal_(network.get_parameter("words.weight"))
    old.save_epoch(0, network.state_dict(), {"step": 1})
    folder = tmp_path / "new"
    plan = begin(
        uploaded(tmp_path, *names), folder, width=None, start=str(old.file(0)), training=replace(TINY, lr=1e-9)
    )
    for _ in run_plan(plan):
        pass
    run = RunFolder(folder)
    return run.config(), run.load(1).network.state_dict(), network.state_dict()


@pytest.mark.parametrize(
    ("before", "added"),
    [(Vocabulary((("kind", KINDS),)), ("fire", "slime")), (Vocabulary((("label", ("ghost", "slime")),)), ("fire",))],
    ids=["kinds", "other words"],
)
def test_a_run_that_begins_with_another_network_keeps_its_words_and_learns_the_new_ones(tmp_path, before, added):
    config, after, weights = begin_from(tmp_path, before, "slime", "fire")
    assert config.vocabulary.names == (*before.names, *added)
    table = after["words.weight"]
    torch.testing.assert_close(table[:, : len(before)], weights["words.weight"], atol=1e-5, rtol=0)
    assert table.shape[1] == len(before) + len(added) and table[:, len(before) :].abs().max() < 1e-3
    assert preview_words(config) == ("fire", "slime", "fire", "slime") or preview_words(config)[:2] == (
        "slime",
        "fire",
    )


def test_a_loose_file_whose_words_nobody_knows_opens_and_is_asked_for_nothing(tmp_path):
    network = RunConfig(width=8, vocabulary=Vocabulary((("label", tuple(f"w{i}" for i in range(9))),))).build()
    torch.save(network.state_dict(), tmp_path / "loose_3.pth")
    checkpoint = load_file(tmp_path / "loose_3.pth")
    assert generate_finished(checkpoint, Request(count=1, steps=2)).shape == (1, 3, 16, 16)
    assert checkpoint.no_kinds and "9 kinds of its own, whose names are not known" in str(checkpoint.no_kinds)


# Previews

LEARNS = {"drop_label": 0.1}


def of_words(*names: str, **data) -> RunConfig:
    return RunConfig(
        width=8, vocabulary=Vocabulary((("label", names),)), training=LEARNS, data={"labelled": 9, "unseen": []} | data
    )


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (of_words("ant", "bee", "cat", "dog", "elk"), ("ant", "bee", "cat", "dog")),
        (of_words("ant", "bee", "cat", frequent=["cat", "bee"]), ("cat", "bee", "ant", "cat")),
        (of_words("ant", "bee", unseen=["ant"]), ("bee",) * 4),
        (of_words("with", "no", "fire"), ("fire",) * 4),  # words of the grammar of prompts
        (of_words("with"), ()),
        (of_words("ant", frequent=[1, None, "zz"]), ("ant",) * 4),
        (of_words("ant", frequent="ant"), ("ant",) * 4),
    ],
)
def test_previews_ask_for_the_most_frequent_words_that_can_be_asked_for(config, expected):
    assert preview_words(config) == expected
    requests = preview_requests(config)
    assert [request.prompt for request in requests] == list(expected or ("",))
    assert sum(request.count for request in requests) == 16 and not any(any(request.kinds) for request in requests)


def test_previews_of_words_are_drawn(tmp_path):
    config = of_words("fire", "slime")
    run = RunFolder(tmp_path / "x")
    run.create(config)
    run.save_epoch(0, config.build().state_dict(), {"step": 1})
    assert draw_previews(run.load(0)).shape == (16, 3, 16, 16)


def test_frequent_words_come_from_the_data(tmp_path):
    facts = uploaded(tmp_path, "slime", "slime", "fire").facts()
    assert facts["frequent"] == ["slime", "fire"] and "frequent" not in uploaded(tmp_path, "hero", "food").facts()
    assert np.isfinite(facts["labelled"])
