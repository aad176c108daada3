"""A setting that is declared once appears in form, flag, link, messages and words; retired ones still open."""

import argparse
import json
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

import gradio as gr
import pytest
from support.page import page_of

from diffusion.cli.sample import VERBS, _request_of
from diffusion.core import Number, declare
from diffusion.engine.request import PAGE, SETTINGS, Request, Shares, describe_request, read_request
from diffusion.errors import UserError
from diffusion.refs import EpochRef
from diffusion.ui.parts import controls
from diffusion.ui.parts.prompt_box import build_prompt_box
from diffusion.ui.parts.share_links import link, request_in
from diffusion.ui.words import CHINESE, ENGLISH, translate

OTHER = Request(
    count=5,
    seed=9,
    sampler="ddim",
    steps=33,
    guidance=2.5,
    youth=1.75,
    youth_below=250,
    eta=0.5,
    fresh_noise=False,
    kinds=(0.0, 1.0, 0.0, 0.0, 0.0),
    prompt="blue slime:0.5, 王冠",
    surprise=True,
)


def test_the_example_changes_every_setting():
    assert all(getattr(OTHER, name) != getattr(Request, name) for name in SETTINGS)


@pytest.mark.parametrize("words", [ENGLISH, CHINESE], ids=lambda words: words.code)
def test_every_setting_has_its_words_and_no_other(words):
    assert words.settings.keys() == SETTINGS.keys()
    assert all(setting["label"] for setting in words.settings.values())
    for name, setting in SETTINGS.items():
        if isinstance(setting, Shares):
            assert set(setting.names) == set(words.kind_names), name


def test_a_missing_word_fails_when_the_page_is_built(tmp_path):
    words = replace(ENGLISH, settings={name: one for name, one in ENGLISH.settings.items() if name != "steps"})
    with gr.Blocks(), pytest.raises(KeyError, match="steps"):
        page = page_of(tmp_path, words)
        controls.request_controls(page, 32, 16, build_prompt_box(page, "watch"))


def test_every_setting_has_controls_that_give_it_back(tmp_path):
    with gr.Blocks():
        page = page_of(tmp_path)
        form = controls.request_controls(page, 32, 16, build_prompt_box(page, "watch"))
    assert form.controls.keys() == SETTINGS.keys() and all(form.controls.values())
    assert form.request.count == 16 and form.request == Request(count=16, **PAGE)
    assert controls.request_from(page_of(tmp_path), *form.values(OTHER)) == OTHER
    labels = [control.label for control in form.inputs]
    assert [label for label in labels if label in ENGLISH.kind_names.values()] == list(ENGLISH.kind_names.values())
    assert {setting["label"] for name, setting in ENGLISH.settings.items() if name != "kinds"} < set(labels)


def test_every_setting_has_a_flag():
    verb = argparse.ArgumentParser()
    VERBS["sample"][0](verb)
    words = ["--checkpoint", "x", "--out", "x.png"]
    assert _request_of(verb.parse_args(words)) == Request()
    words += ["--count", "5", "--seed", "9", "--sampler", "ddim", "--steps", "33", "--guidance", "2.5", "--eta", "0.5"]
    words += ["--youth", "1.75", "--youth-below", "250", "--prompt", OTHER.prompt, "--surprise"]
    assert _request_of(verb.parse_args([*words, "--no-fresh-noise", "--kind", "non-hero"])) == OTHER


def test_every_setting_goes_through_a_link_and_a_file():
    path = link("watch", [EpochRef("tiny", 4)], OTHER)
    query = dict(parse_qsl(path.partition("?")[2]))
    assert query.keys() == {"tab", "epochs", *SETTINGS} and request_in(query, Request()) == OTHER
    written = json.loads(json.dumps(describe_request(OTHER, [EpochRef("tiny", 4)])))
    assert read_request(written) == ([EpochRef("tiny", 4)], OTHER, [])


def test_what_names_no_guidance_is_drawn_as_before():
    """The page begins with more; links, files and programs of before that must give what they gave."""
    page = Request(**PAGE)
    assert page.guidance > 1 == Request().guidance
    assert request_in({"tab": "watch", "epochs": "tiny/4"}, page).guidance == 1
    assert request_in({"seed": "5"}, page) == Request(seed=5)
    assert request_in({"seed": "5", "youth": "2"}, page) == Request(seed=5, youth=2)
    assert request_in({"tab": "watch"}, page) == request_in({}, page) == page
    assert "guidance=1.5&" in link("watch", [EpochRef("tiny", 4)], page)
    old = {"epochs": ["tiny/4"], "kinds": [0] * 5}
    assert read_request(old)[1].guidance == 1


def test_a_new_field_is_checked_by_its_declaration():
    @dataclass(frozen=True, kw_only=True)
    class Wider(Request):
        zoom: int = declare(1, Number(low=1, high=3, step=1, whole=True, help="a new setting"))

    assert Wider(zoom=3).zoom == 3
    with pytest.raises(ValueError, match="zoom must be between 1 and 3, not 4"):
        Wider(zoom=4)


@pytest.mark.parametrize(
    "wrong,english,chinese",
    [
        ({"seed": -1}, "seed must be between 0 and 4294967295, not -1", "种子须在 0 到 4294967295 之间，而不是 -1"),
        ({"steps": 0}, "steps must be at least 1, not 0", "步数至少为 1，而不是 0"),
        ({"count": 2.5}, "count must be a whole number, not 2.5", "数量须是整数，而不是 2.5"),
        ({"guidance": "x"}, "guidance must be a number, not 'x'", "引导强度须是数字，而不是 'x'"),
        (
            {"fresh_noise": 1},
            "fresh noise must be true or false, not 1",
            "每一步都加入新噪声须是 true 或 false，而不是 1",
        ),
    ],
)
def test_a_wrong_value_is_said_in_both_languages(wrong, english, chinese):
    with pytest.raises(UserError) as error:
        Request(**wrong)
    assert (str(error.value), translate(CHINESE, error.value.message)) == (english, chinese)


@pytest.mark.parametrize("clip,ignored", [(False, []), (True, ["clip"])])
def test_a_setting_that_is_gone_is_named_where_it_was_on(clip, ignored):
    written = describe_request(OTHER, [EpochRef("tiny", 4)]) | {"clip": clip}
    assert read_request(written) == ([EpochRef("tiny", 4)], OTHER, ignored)
    assert request_in({"count": "5", "clip": str(clip).lower()}, Request()) == Request(count=5)
