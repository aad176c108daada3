"""What runs understand of a prompt, as the page shows it: words, what is left over, what to ask instead."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import gradio as gr

from ...core import COLOUR, Vocabulary
from ...data import (
    MAX_PROMPT,
    Language,
    is_builtin,
    language_of,
    nearest_words,
    parse_prompt,
    suggest_completions,
    translate_word,
    word_tables,
    write_prompt,
)
from ...engine import MAX_EPOCHS, MAX_NAMED, REFUSALS, Request, known_prompt_words, words_asked
from ...errors import MAX_VALUE
from ...sprites import KINDS
from ...store import RunConfig
from ..words import LANGUAGES, Words
from .limits import ConcurrencyLimit
from .page import Page, PageData
from .run_picker import find_run

MAX_NOTES, MAX_NEAR, MAX_NAMES, MAX_SUGGESTIONS = 6, 3, 12, 8  # shown at once
SEPARATORS: dict[Language, str] = {"en": ", ", "zh": "、"}
KINDS_OFFERED = KINDS[:4]  # the fifth is a hero too
_limit = ConcurrencyLimit(at_once=2, waiting=16)  # people who type do not take the machine from those who generate

Configs = Mapping[str, RunConfig]  # by the run's name


def read_prompt(page: PageData, runs: Sequence[str], text: str) -> dict[str, Any]:
    """What the browser shows while someone types a prompt for these runs; assets/js/asking.js reads the keys.

    A word counts as understood where every run understands it. The texts under "near" and "suggestions" are whole
    prompts. UserError for a run that is not there, a text that is too long, or while too many others ask.
    """
    with _limit.enter():
        configs = {name: find_run(page, name).config() for name in dict.fromkeys(runs[:MAX_EPOCHS])}
        if not configs:
            return {}
        return _Reading(page.words, configs, text).describe()


def understood_by_all(configs: Configs, text: str) -> tuple[dict[str, float], dict[str, list[str]]]:
    """The words that every run understands, and what some do not: each with the names of those runs."""
    known = {run: known_prompt_words(config, text) for run, config in configs.items()}
    missing: dict[str, list[str]] = {}
    for run, config in configs.items():
        prompt = parse_prompt(text, config.vocabulary)
        for word in (*prompt.unknown, *(word for word in prompt.words if word not in known[run])):
            missing.setdefault(word, []).append(run)
    words = next(iter(known.values()))
    return {
        w: weight for w, weight in words.items() if not missing or all(w in one for one in known.values())
    }, missing


def without_missing(page: Page, configs: Configs, wanted: Request, say: Callable[[str], object] = gr.Info) -> Request:
    """The request with a prompt of only the words that every run understands. say: is told what is left out.

    UserError, with the nearest words, where that is nothing.
    """
    if not wanted.prompt.strip() or not wanted.guidance:
        return wanted
    words, missing = understood_by_all(configs, wanted.prompt)
    if not missing:
        return wanted
    if not words:
        for config in configs.values():
            words_asked(config, wanted)
    left = ", ".join(translate_word(word, page_language(page.words)) for word in missing)
    say(page.words.left_out.format(words=left))
    return replace(wanted, prompt=write_prompt(words))


def words_of_sprites(page: Page, configs: Configs, wanted: Request) -> list[str]:
    """What every sprite is asked for, to be read under it, in the page's language; empty without `surprise`.

    Of several runs, what is asked of all of them.
    """
    if not wanted.surprise:
        return []
    language = page_language(page.words)
    rows = zip(*(words_asked(config, wanted) for config in configs.values()), strict=True)
    return [
        SEPARATORS[language].join(
            translate_word(word, language) for word in first if all(word in one for one in others)
        )
        for first, *others in rows
    ]


def browser_tables() -> str:
    """The JSON that assets/js/prompt/prompt_words.js needs to answer as the functions of this module do."""
    limits = {"notes": MAX_NOTES, "near": MAX_NEAR, "names": MAX_NAMES, "suggestions": MAX_SUGGESTIONS}
    limits |= {"named": MAX_NAMED, "kinds": len(KINDS_OFFERED), "value": MAX_VALUE}
    messages = {
        page_language(words): {reason: _plain(words, template) for reason, template in REFUSALS.items()}
        for words in LANGUAGES.values()
    }
    tables = word_tables() | {"limits": limits, "separators": SEPARATORS, "messages": messages}
    return json.dumps(tables, ensure_ascii=False, separators=(",", ":"))


def _plain(words: Words, template: str) -> str:
    """A template in the page's language, with the names alone in its places."""
    return re.sub(r"\{(\w+)[^}]*\}", r"{\1}", words.messages.get(template, template))


def page_language(words: Words) -> Language:
    return "zh" if words.code.startswith("zh") else "en"


class _Reading:
    """One prompt, read with the vocabularies of some runs."""

    def __init__(self, words: Words, configs: Configs, text: str) -> None:
        self.words, self.configs, self.text = words, configs, text
        self.language = page_language(words)
        self.first: Vocabulary = next(iter(configs.values())).vocabulary

    def describe(self) -> dict[str, Any]:
        words, missing = understood_by_all(self.configs, self.text)
        prompt = parse_prompt(self.text, self.first)
        return {
            "chips": [{"label": self.label(word), "weight": round(weight, 3)} for word, weight in words.items()],
            "unknown": self.notes(missing),
            "choices": [note for one in prompt.choices[:MAX_NOTES] if (note := self.describe_choice(*one))["near"]],
            "suggestions": self.suggestions(),
            **self.offers(),
        }

    def label(self, word: str) -> str:
        return translate_word(word, self.language)

    def colour(self, name: str) -> str:
        return self.label(f"{COLOUR}/{name}").rpartition("/")[2]

    def is_usable(self, text: str) -> bool:
        """Whether every run understands all of a text."""
        words, missing = understood_by_all(self.configs, text)
        return bool(words) and not missing

    def near(self, typed: str, labels: Sequence[str], is_right: Callable[[str], bool]) -> list[dict[str, str]]:
        """Each label with the prompt in which it stands in place of what was typed, where that helps."""
        texts = ((label, replace_typed(self.text, typed, label)) for label in labels)
        found = [{"label": label, "text": text} for label, text in texts if len(text) <= MAX_PROMPT and is_right(text)]
        return found[:MAX_NEAR]

    def notes(self, missing: dict[str, list[str]]) -> list[dict[str, Any]]:
        """What is not understood; words for which there is nothing instead share a note."""
        notes: list[dict[str, Any]] = []
        plain: dict[tuple[str, ...], dict[str, Any]] = {}
        for number, (word, runs) in enumerate(missing.items()):
            note = self.describe_missing(word, runs, with_near=number < MAX_NOTES)
            same = plain.get(tuple(note["runs"]))
            if same and not note["near"]:
                same["texts"] += note["texts"]
                continue
            notes.append(note)
            if not note["near"]:
                plain[tuple(note["runs"])] = note
        return notes

    def describe_missing(self, word: str, runs: list[str], with_near: bool) -> dict[str, Any]:
        """A word that is not understood. Colours that a shape cannot have come with those that it can have."""
        told = {"texts": [self.label(word)], "runs": runs if len(self.configs) > len(runs) else [], "shape": ""}
        if not with_near:
            return told | {"near": []}
        for typed, shape, possible in parse_prompt(self.text, self.configs[runs[0]].vocabulary).impossible:
            if typed == word:
                near = self.near(word, [self.colour(name) for name in possible], lambda text: word not in text)
                return told | {"shape": self.label(shape), "near": near}
        config = self.configs[runs[0]]
        labels = [label for label in _nearest(word, config.vocabulary, self.language) if self.is_usable(label)]
        return told | {"near": self.near(word, labels, lambda text: True)}

    def describe_choice(self, typed: str, names: Sequence[str]) -> dict[str, Any]:
        """A text that has several meanings, of which the first was taken."""
        taken, *others = names
        by_label = {self.label(name): name for name in others}

        def is_right(text: str) -> bool:
            return text != self.text and taken not in parse_prompt(text, self.first).words and self.is_usable(text)

        return {
            "text": typed,
            "taken": self.label(taken),
            "near": [] if taken not in self.first else self.near(typed, list(by_label), is_right),
        }

    def suggestions(self) -> list[dict[str, str]]:
        found = suggest_completions(self.text, self.first, self.language, limit=3 * MAX_SUGGESTIONS)
        is_all_known = is_builtin(self.first)  # "hair" alone asks for nothing, and "red hair" does
        usable = [one for one in found if is_all_known or self.is_usable(one.label)]
        return [{"text": one.text, "label": one.label} for one in usable[:MAX_SUGGESTIONS]]

    def offers(self) -> dict[str, list[str]]:
        """Prompts to click on: examples, and words to add; of a run with other words, those."""
        examples = [text for text in self.words.asking["examples"] if self.is_usable(text)]
        kinds = [label for label in map(self.label, KINDS_OFFERED) if self.is_usable(label)]
        return {"examples": examples, "names": kinds if examples else self.names()}

    def names(self) -> list[str]:
        smallest = min((config.vocabulary for config in self.configs.values()), key=len)
        usable = (label for label in map(self.label, smallest.names) if self.is_usable(label))
        return [label for label, _ in zip(usable, range(MAX_NAMES), strict=False)]


@lru_cache(maxsize=500)  # comparing a word with thousands takes a tenth of a second
def _nearest(word: str, vocabulary: Vocabulary, language: Language) -> list[str]:
    return nearest_words(word, vocabulary, language, limit=3 * MAX_NEAR)


def replace_typed(text: str, typed: str, by: str) -> str:
    """The text with other words in place of the first that were typed so; behind it where they are not found."""
    edge = "" if language_of(typed) == "zh" else r"\b"
    pattern = edge + r"\W+".join(map(re.escape, typed.split())) + edge
    found = re.search(pattern, text, re.IGNORECASE)
    return f"{text[: found.start()]}{by}{text[found.end() :]}" if found else f"{text}, {by}"
