"""A prompt, English or Chinese, becomes words; what is not understood is said."""

import random
import time
from pathlib import Path

import pytest

from diffusion.core import Vocabulary
from diffusion.data.asked import draw_asked, words_of
from diffusion.data.endless import make_endless_recipe
from diffusion.data.lexicon import lexicon_of, translate_words
from diffusion.data.prompt import MAX_PROMPT, parse_prompt
from diffusion.data.shape_words import builtin_vocabulary
from diffusion.data.suggest import nearest_words, suggest_completions
from diffusion.errors import UserError
from diffusion.sprites import KINDS

CASES = Path(__file__).parent / "prompts"


def cases(file):
    lines = (CASES / file).read_text("utf-8").splitlines()
    return [line.split(" => ") for line in lines if line and line[0] != "#"]


def parse(text):
    return parse_prompt(text, builtin_vocabulary())


def written(prompt):
    """As in the files of cases."""
    words = ", ".join(name if weight == 1 else f"{name}:{weight:g}" for name, weight in prompt.words.items())
    return (words + (f" ? {' | '.join(prompt.unknown)}" if prompt.unknown else "")).strip()


@pytest.mark.parametrize(("text", "expected"), cases("english.txt"))
def test_english(text, expected):
    assert written(parse(text)) == expected.strip()
    assert parse(text.upper()).words == parse(text).words


@pytest.mark.parametrize(("text", "expected"), cases("chinese.txt"))
def test_chinese(text, expected):
    assert written(parse(text)) == expected.strip()


def test_there_are_enough_cases():
    assert len(cases("english.txt")) > 100 and len(cases("chinese.txt")) > 80


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_word_means_itself_in_both_languages(language):
    """What a chip shows can be typed; only a bare colour of metal is also called otherwise."""
    for name in builtin_vocabulary().names:
        (shown,) = translate_words({name: 1.0}, language)
        prompt = parse(shown)
        assert prompt.words == {name: 1.0} and not prompt.unknown, (name, shown, prompt)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_words_with_weights_are_understood_again(language):
    """Between commas every word stands for itself."""
    chance = random.Random(0)
    for number in range(300):
        words = {name: chance.choice((1.0, 0.5, 0.25)) for name in words_of(make_endless_recipe(3, 0, number))}
        shown = translate_words(words, language)
        prompt = parse_text(", ".join(f"{name}:{weight:g}" for name, weight in shown.items()))
        assert prompt.words == words and not prompt.unknown, (shown, prompt)


def parse_text(text):
    """Also a longer one than people type."""
    half = text[:MAX_PROMPT].rfind(", ") if len(text) > MAX_PROMPT else len(text)
    first, second = parse(text[:half]), parse(text[half:][:MAX_PROMPT])
    return type(first)(first.words | second.words, first.unknown + second.unknown)


@pytest.mark.parametrize(
    ("text", "first", "other"),
    [
        ("mushroom", "mushroom", "toadstool"),
        ("a blue mushroom", "toadstool", "mushroom"),
        ("帽子", "wizard hat", "top hat"),
    ],
)
def test_what_a_word_could_also_mean_is_said(text, first, other):
    ((_, names),) = parse(text).choices
    assert names[0] == first and other in names and first in parse(text).words


def test_a_colour_that_a_shape_cannot_have_is_not_understood():
    assert parse("blue cat").unknown == ("blue",) and parse("blue cat").words == {"cat": 1}
    assert parse("蓝猫").unknown == ("蓝",)


def test_a_shape_gets_only_colours_that_it_is_drawn_in():
    for shape in ("frog", "slime", "wizard hat", "shield", "apple", "robe", "knight", "rose"):
        for colour in ("red", "blue", "green", "purple", "white", "gold"):
            assert not draw_asked(parse(f"{colour} {shape}").words, 1)[0].missing, (colour, shape)


HOSTILE = [
    "",
    " ",
    "\x00\x01",
    "，。；",
    ":",
    ":::0.5",
    "cat:",
    "cat:" + "9" * 200,
    "cat:0." + "1" * 200,
    "cat:" + " " * 20 + "0.5",
    "9" * 300,
    "%" * 300,
    "1e999",
    "(" * 300,
    "a" * 300,
    "with " * 60,
    "no " * 100,
    "不" * 300,
    "没有" * 150,
    "猫" * 300,
    "的" * 300,
    "red " * 75,
    "wizard and " * 27,
    "ﷺ" * 300,
    "\u202ecat\u202d",
    "c\u200bat",
    "ｃａｔ",
    "🐱",
    "cat🐱dog",
    "{cat} {0} %s",
    "<script>alert(1)</script>",
    "'; drop table cats; --",
    "\ud800",
    "½ cat",
    "cat\ndog",
    "٣ cats",
    "１２３",
    "cat:٣",
    "é" * 300,
    "red haired red haired red",
    "is red is blue",
    "是是是红",
    "half half half",
    "-" * 300,
    "'" * 300,
    "s" * 300,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_breaks_it(text):
    prompt = parse(text)
    assert set(prompt.words) <= set(builtin_vocabulary().names)
    assert all(0 <= weight <= 1 for weight in prompt.words.values())
    assert all(unknown.strip() and unknown.isprintable() for unknown in prompt.unknown)
    builtin_vocabulary().encode(prompt.words)
    for language in ("en", "zh"):
        suggest_completions(text, builtin_vocabulary(), language)
    for unknown in prompt.unknown[:1]:
        assert nearest_words(unknown, builtin_vocabulary())


def test_random_texts_break_nothing_and_lose_no_word():
    """Every word that is typed is understood, or is a word of grammar, or is unknown."""
    chance = random.Random(1)
    lexicon = lexicon_of(builtin_vocabulary())
    pieces = [*map(" ".join, lexicon.english), *lexicon.chinese, *"红蓝的有没，,:.的 ", "0.5", "50%", "qqq", "囧"]
    for _ in range(1500):
        text = chance.choice(("", " ")).join(chance.choices(pieces, k=chance.randint(1, 8)))[:MAX_PROMPT]
        prompt = parse(text)
        assert prompt == parse(text)
        assert all(0 <= weight <= 1 for weight in prompt.words.values())
        if " qqq " in text:
            assert any("qqq" in unknown for unknown in prompt.unknown)
        if "囧" in text:
            assert any("囧" in unknown for unknown in prompt.unknown)


@pytest.mark.parametrize("piece", ["red cat with ", "没有红色的猫", "x ", "囧", ":0.5", "wizard and staff "])
def test_the_longest_text_takes_no_longer_than_its_length(piece):
    start = time.thread_time()
    parse((piece * MAX_PROMPT)[:MAX_PROMPT])
    assert time.thread_time() - start < 2


def test_a_longer_text_is_refused():
    parse("a" * MAX_PROMPT)
    with pytest.raises(UserError, match="at most 300 characters, not 301"):
        parse("a" * (MAX_PROMPT + 1))


# Someone's own words


OWN = Vocabulary((("kind", KINDS), ("folder", ("hero/knight", "black cat", "Blaster MkII", "史莱姆王子", "dog"))))


@pytest.mark.parametrize(
    ("text", "words", "unknown"),
    [
        ("a black cat", {"black cat": 1}, ()),
        ("hero knights", {"hero/knight": 1}, ()),
        ("blaster mkii:0.5", {"Blaster MkII": 0.5}, ()),
        ("两个史莱姆王子", {"史莱姆王子": 1}, ("两",)),
        ("doggo", {"dog": 1}, ()),
        ("red dog", {"dog": 1}, ("red",)),
        ("wizard", {}, ("wizard",)),
        ("monster", {"non-hero": 1}, ()),
        ("狗", {"dog": 1}, ()),
    ],
)
def test_own_names_are_words_and_other_shapes_are_unknown(text, words, unknown):
    prompt = parse_prompt(text, OWN)
    assert (prompt.words, prompt.unknown) == (words, unknown)


# While typing


@pytest.mark.parametrize(
    ("text", "completed"),
    [
        ("wiz", "wizard"),
        ("a blue mush", "a blue mushroom"),
        ("a wizard with a st", "a wizard with a star"),
        ("knight's hel", "knight's helmet"),
        ("kit", "kite"),
        ("史莱", "史莱姆"),
        ("红色的蘑", "红色的蘑菇"),
        ("一只小", "一只小猫"),
        ("cat, dra", "cat, dragon"),
    ],
)
def test_the_last_phrase_is_completed(text, completed):
    found = [suggestion.text for suggestion in suggest_completions(text, builtin_vocabulary(), limit=40)]
    assert completed in found
    assert all(full.startswith(text[:-10]) for full in found)


def test_suggestions_are_labelled_in_the_language_of_the_page_and_are_understood():
    (first, *_) = suggest_completions("drago", builtin_vocabulary(), "zh")
    assert (first.text, first.label) == ("dragon", "龙")
    for text in ("a", "pu", "red c", "龙", "魔", "骑"):
        found = suggest_completions(text, builtin_vocabulary(), "en", 8)
        assert 0 < len(found) <= 8 and len({one.label for one in found}) == len(found)
        for one in found:
            assert not parse(one.text).unknown or one.text.endswith(("hair", "skin")) or parse(one.text).words, one


@pytest.mark.parametrize("text", ["", " ", "cat ", "cat,", "qqqq", "囧"])
def test_nothing_is_suggested_where_nothing_fits(text):
    assert suggest_completions(text, builtin_vocabulary()) == []


@pytest.mark.parametrize(
    ("typed", "offered", "language"),
    [("wizzard", "wizard", "en"), ("bananna", "banana", "en"), ("骷髅人", "骷髅", "zh"), ("kity", "cat", "en")],
)
def test_the_nearest_words_are_offered(typed, offered, language):
    assert offered in nearest_words(typed, builtin_vocabulary(), language)


# Drawn


@pytest.mark.parametrize(
    "text",
    [
        "blue mushroom",
        "拿法杖的红发巫师",
        "a slime with a crown",
        "black and white cat",
        "golden crown",
        "redhead in a blue robe with a sword",
        "food",
        "a potion with a skull",
        "spotted cat",
        "red",
    ],
)
def test_sprites_are_drawn_that_show_all_words(text):
    words = parse(text).words
    found = draw_asked(words, 6)
    assert len({sprite.recipe for sprite in found}) == 6
    for sprite in found:
        assert not sprite.missing and words.keys() <= words_of(sprite.recipe).keys()
    assert draw_asked(words, 6) == found and draw_asked(words, 6, seed=1) != found


def test_what_no_sprite_shows_together_is_said():
    found = draw_asked({"cat": 1, "dog": 0.5, "food": 0}, 8)
    assert {sprite.missing for sprite in found} == {("cat",), ("dog",)}
    for words in ({}, {"cat": 0.0}):
        with pytest.raises(UserError, match="no word is asked for"):
            draw_asked(words, 1)


def test_every_shape_can_be_drawn():
    for name in builtin_vocabulary().groups[1][1][::9]:
        assert not draw_asked({name: 1}, 1)[0].missing, name
