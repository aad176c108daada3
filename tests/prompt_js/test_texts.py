"""Texts are read in the browser as they are on the server, word for word; so are suggestions and words instead."""

import random
import unicodedata
from dataclasses import asdict

import pytest

from diffusion.core import nearest
from diffusion.data import (
    builtin_vocabulary,
    nearest_words,
    parse_prompt,
    suggest_completions,
    translate_word,
    write_prompt,
)
from diffusion.data.prompt import clean
from diffusion.ui.parts.asking import replace_typed

from .runs import RUNS, answer_all
from .texts import HOSTILE, cases, mixtures


def parsed(text, vocabulary):
    prompt = parse_prompt(text, vocabulary)
    return {
        "words": list(map(list, prompt.words.items())),
        "unknown": list(prompt.unknown),
        "choices": [{"typed": typed, "names": list(names)} for typed, names in prompt.choices],
        "impossible": [{"typed": t, "shape": shape, "colours": list(found)} for t, shape, found in prompt.impossible],
        "written": write_prompt(prompt.words),
    }


@pytest.mark.parametrize(("run", "count"), [("sprites", 4000), ("own", 500), ("words", 500), ("kinds", 500)])
def test_texts_are_read_alike(ask, run, count):
    texts = [*HOSTILE, *cases(), *mixtures(count, seed=1)]
    ours = answer_all(lambda text: parsed(text, RUNS[run].vocabulary), texts)
    assert different(texts, ours, ask("parse", run, texts)) == []


def test_every_name_is_read_alike_in_both_languages(ask):
    texts = [text for name in builtin_vocabulary().names for text in (name, translate_word(name, "zh"))]
    ours = [parsed(text, builtin_vocabulary()) for text in texts]
    assert different(texts, ours, ask("parse", "sprites", texts)) == []


def different(texts, ours, theirs):
    return [found for found in zip(texts, ours, theirs, strict=True) if found[1] != found[2]]


def test_every_character_is_cleaned_alike(ask):
    """Those that the older of two versions of Unicode names."""
    texts = [f"a{chr(code)}A" for code in range(0x20000) if unicodedata.category(chr(code)) != "Cn"]
    assert different(texts, list(map(clean, texts)), ask("clean", texts)) == []


WORDS = [
    "wizzard",
    "bananna",
    "kity",
    "x",
    "qq",
    "blue wizard",
    "WIZARD",
    "Ünicorn",
    "a" * 200,
    "猫猫",
    "骷髅人",
    "囧",
]


@pytest.mark.parametrize(("run", "language"), [("sprites", "en"), ("sprites", "zh"), ("own", "en"), ("kinds", "zh")])
def test_words_instead_are_the_same(ask, run, language):
    ours = [nearest_words(word, RUNS[run].vocabulary, language, 9) for word in WORDS]
    assert ask("nearestWords", run, WORDS, language) == ours


def test_the_names_nearest_to_any_word_are_the_same(ask):
    names = ["cat", "Cat", "act", "tac", "cats", "a cat", "", "dog", "doge", "𝒳cat", "\uffffcat", "cat cat"]
    chance = random.Random(2)
    typed = ["", *("".join(chance.choices("catdog 𝒳", k=chance.randint(1, 9))) for _ in range(300))]
    assert ask("nearest", typed, names) == [nearest(word, names) for word in typed]


@pytest.mark.parametrize(("run", "language"), [("sprites", "en"), ("sprites", "zh"), ("own", "en")])
def test_suggestions_are_the_same(ask, run, language):
    texts = [*HOSTILE, *(text[: 2 * len(text) // 3] for text in mixtures(150, seed=3))]
    texts += ["a", "pu", "red c", "a blue mush", "knight's hel", "knight’s hel", "龙", "红色的蘑", "cat, dra", "rus"]
    ours = [list(map(asdict, suggest_completions(text, RUNS[run].vocabulary, language))) for text in texts]
    assert different(texts, ours, ask("suggest", run, texts, language)) == []


def test_other_words_stand_in_the_same_place(ask):
    questions = [
        ("a Cat's cat_ cat", "cat", "dog"),
        ("红色的猫猫", "猫", "狗"),
        ("a+b", "a+b", "c"),
        ("İmp", "imp", "cat"),
    ]
    questions += [("red-\nHAT", "red hat", "$& $1 \\1")]
    chance = random.Random(4)
    for text in mixtures(300, seed=5):
        questions.append((text, chance.choice(clean(text).split() or ["a"]), "blue hat"))
    assert ask("replace", questions) == [replace_typed(*question) for question in questions]
