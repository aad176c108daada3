"""Asked in words on the page: what is understood of a prompt, what is left out, and the words under sprites."""

from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest
import torch
from support.page import page_of
from support.runs import make_run

from diffusion.core import Noise, Vocabulary
from diffusion.data import builtin_vocabulary, parse_prompt
from diffusion.engine import Request, context_of, predict_noise
from diffusion.errors import UserError
from diffusion.store import RunConfig, RunFolder
from diffusion.ui.parts import asking
from diffusion.ui.parts.asking import read_prompt, replace_typed, without_missing, words_of_sprites
from diffusion.ui.parts.drawings import encode_picture, sprite_from
from diffusion.ui.parts.generation import draw
from diffusion.ui.parts.turns import GenerationTurns
from diffusion.ui.tabs import compare, one_step, paint, watch
from diffusion.ui.words import CHINESE, ENGLISH

BROWSER = SimpleNamespace(session_hash="me")
BUILTIN = RunConfig(width=8, vocabulary=builtin_vocabulary())
OWN = RunConfig(width=8, vocabulary=Vocabulary((("folder", ("cat", "robot", "rusty robot")),)), data={"unseen": []})


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    make_run(folder / "tiny", epochs=(0, 4))
    for name, config in {"words": BUILTIN, "own": OWN}.items():
        run = RunFolder(folder / name)
        run.create(config)
        network = config.build()
        for parameter in network.parameters():
            torch.nn.init.normal_(parameter, std=0.2)
        run.save_epoch(4, network.state_dict(), {"step": 1})
    return folder


def read(runs, text, *names, words=ENGLISH):
    return read_prompt(page_of(runs, words), names or ("words",), text)


def texts(notes):
    return [note["text"] for note in notes]


def test_what_is_understood_is_a_word_with_a_weight(runs):
    told = read(runs, "blue slime:0.5 with a crown")
    assert told["chips"] == [
        {"label": "slime", "weight": 0.5},
        {"label": "blue goo", "weight": 0.5},
        {"label": "crown on the head", "weight": 1},
    ]
    assert told["unknown"] == []
    assert [chip["label"] for chip in read(runs, "dragon", words=CHINESE)["chips"]] == ["龙"]


def test_what_is_not_understood_is_said_with_words_instead(runs):
    (note,) = read(runs, "a wizzard with red hair")["unknown"]
    assert note["texts"] == ["wizzard"] and note["near"][0] == {"label": "wizard", "text": "a wizard with red hair"}
    (colour,) = read(runs, "pink cat")["unknown"]
    assert colour["shape"] == "cat" and "orange cat" in texts(colour["near"])
    (choice,) = read(runs, "blue mushroom")["choices"]
    assert choice["taken"] == "toadstool"
    for near in choice["near"]:
        assert "toadstool" not in parse_prompt(near["text"], builtin_vocabulary()).words


def test_words_with_nothing_instead_share_a_note(runs):
    notes = read(runs, "apple, pear", "tiny")["unknown"]
    assert [note["texts"] for note in notes if not note["near"]] in ([["apple", "pear"]], [])


@pytest.mark.parametrize("words", [ENGLISH, CHINESE], ids=lambda words: words.code)
def test_every_example_is_understood_by_the_built_in_words(runs, words):
    told = read(runs, "", words=words)
    assert told["examples"] == words.asking["examples"] and len(told["names"]) == 4


def test_a_run_of_other_words_offers_its_own(runs):
    assert read(runs, "", "own")["names"] == ["cat", "robot", "rusty robot"]
    assert read(runs, "", "tiny")["names"] == ["hero", "creature", "food", "item", "sideways hero"]
    assert not read(runs, "", "own")["examples"]
    assert {one["label"] for one in read(runs, "ro", "own")["suggestions"]} == {"robot", "rusty robot"}


def test_suggestions_complete_what_is_typed(runs):
    assert "a green dragon" in texts(read(runs, "a green drag")["suggestions"])
    found = read(runs, "红色的蘑", words=CHINESE)["suggestions"]
    assert {"label": "蘑菇", "text": "红色的蘑菇"} in found and len(found) <= asking.MAX_SUGGESTIONS


def test_of_several_runs_every_one_must_understand_and_the_others_are_named(runs):
    told = read(runs, "cat, dragon", "words", "own")
    assert [chip["label"] for chip in told["chips"]] == ["cat"]
    assert [(note["texts"], note["runs"]) for note in told["unknown"]] == [(["dragon"], ["own"])]
    assert told["names"] == ["cat", "robot"]


def test_a_run_that_is_gone_and_a_text_that_is_too_long_are_refused(runs):
    for text, name in (("cat", "../tiny"), ("x" * 301, "words")):
        with pytest.raises(UserError):
            read(runs, text, name)
    assert read_prompt(page_of(runs), [], "cat") == {}


@pytest.mark.parametrize(
    "text,typed,by,after",
    [
        ("a Wizzard, cat", "wizzard", "wizard", "a wizard, cat"),
        ("cart and art", "art", "cat", "cart and cat"),
        ("a  no   hat", "no hat", "hat", "a  hat"),
        ("红猫", "红", "黑", "黑猫"),
        ("cat", "dog", "fox", "cat, fox"),
    ],
)
def test_a_word_is_replaced_where_it_was_typed(text, typed, by, after):
    assert replace_typed(text, typed, by) == after


def test_the_page_goes_on_with_what_is_understood_and_says_what_is_left_out():
    said = []
    wanted = without_missing(page_of(), {"words": BUILTIN}, Request(prompt="cat:0.5 and qqq", seed=3), said.append)
    assert wanted == Request(prompt="cat:0.5", seed=3) and "qqq" in said[0]
    for same in (Request(prompt="cat and dog"), Request(), Request(prompt="qqq", guidance=0)):
        assert without_missing(page_of(), {"words": BUILTIN}, same, said.append) is same
    both = without_missing(page_of(), {"words": BUILTIN, "own": OWN}, Request(prompt="dragon, cat"), said.append)
    assert both.prompt == "cat" and len(said) == 2
    with pytest.raises(UserError, match="does not understand qqq"):
        without_missing(page_of(), {"words": BUILTIN}, Request(prompt="qqq"), said.append)


def settings(prompt, surprise=False):
    return (3, 1, "sa", 2, 1, 1, 325, 0, True, 0, 0, 0, 0, 0, prompt, surprise)


def watching(runs, *values):
    turns = GenerationTurns()
    return list(draw(page_of(runs), watch.prepare, turns, BROWSER, turns.next("me"), "words", 4, *settings(*values)))


def test_watch_draws_what_is_asked_and_keeps_the_text(runs):
    frames = watching(runs, "a green dragon")
    assert frames[0]["recipe"]["prompt"] == "a green dragon" and "words" not in frames[0]
    assert frames[-1]["panels"] != watching(runs, "")[-1]["panels"]
    with pytest.raises(gr.Error, match="does not understand"):
        watching(runs, "qqq")


def test_a_surprise_tells_what_each_sprite_is(runs):
    first, *others = watching(runs, "red hair", True)
    assert len(first["words"]) == 3 and all("red hair" in words for words in first["words"])
    assert len(set(first["words"])) == 3 and not any("words" in frame for frame in others)
    request = Request(count=3, seed=1, prompt="red hair", surprise=True)
    shown = words_of_sprites(page_of(runs, CHINESE), {"words": BUILTIN}, request)
    assert all("红色头发" in words and "、" in words for words in shown)
    for words, english in zip(shown, first["words"], strict=True):  # what is shown can be asked for
        assert parse_prompt(words, builtin_vocabulary()).words.keys() == set(
            parse_prompt(english, builtin_vocabulary()).words
        )


def test_compare_asks_every_epoch_for_the_same(runs):
    turns = GenerationTurns()
    chosen = ["words/4", "tiny/4", "tiny/0"]
    arguments = page_of(runs), compare.prepare, turns, BROWSER, turns.next("me"), chosen
    frames = list(draw(*arguments, *settings("hero, dragon", True)))
    assert frames[0]["recipe"]["prompt"] == "hero" and all("hero" in words for words in frames[0]["words"])


def test_one_step_and_paint_are_asked_in_words_too(runs):
    page, run = page_of(runs), RunFolder(runs / "words").load(4)
    pixels = encode_picture(torch.zeros(1, 3, 16, 16))
    plain, asked = (one_step.predict_once(page, "words", pixels, 200, 7, text) for text in ("", "dragon, qqq"))
    assert plain["x"] == asked["x"] and plain["rows"] != asked["rows"]
    schedule, noise = run.config.noise_schedule(), Noise(7, 1).draw()
    x = schedule.noised(sprite_from(page, pixels), 200, noise)
    (eps,) = predict_noise([run], x, 200, [context_of(run.config, Request(count=1, prompt="dragon"))])
    assert asked["rows"][0]["eps"] == encode_picture(float(1 - schedule.alpha_bar[200]) ** 0.5 * eps)

    def finish(prompt):
        drawing = {"run": "words", "pixels": pixels, "t": 200, "seed": 1, "prompt": prompt}
        return paint.finish(page, drawing)["panels"]

    assert finish("dragon") != finish("") == finish("  ")


def test_the_browser_s_limit_is_the_parser_s():
    script = Path("assets/js/prompt_text.js").read_text("utf-8")
    assert f"MAX_PROMPT = {asking.MAX_PROMPT};" in script
