"""What words of English and Chinese mean: the tables in assets/words/, made ready for a vocabulary.

A phrase of English is a tuple of stems ("wizards' hats" and "wizard hat" are the same), one of Chinese a string. Every
name of the vocabulary is a phrase too, also those of someone's own data, which no table knows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import Literal

from .. import ASSETS
from ..core import Vocabulary
from .parts import read_lines
from .shape_words import COLOURS, MATERIALS

WORDS = ASSETS / "words"
Language = Literal["en", "zh"]
ROLES = ("ignored", "is", "and", "attached", "without", "half")
HAN = "\u3400-\u4dbf\u4e00-\u9fff"
IS_HAN = re.compile(f"[{HAN}]")
SHOWN_IN_ENGLISH = {"non-hero": "creature", "spell": "item", "side-facing": "sideways hero"}
US_AND_IRREGULAR = {
    **{"gray": "grey", "color": "colour", "colored": "coloured", "armor": "armour", "armored": "armoured"},
    **{"mice": "mouse", "geese": "goose", "feet": "foot", "teeth": "tooth", "oxen": "ox", "cacti": "cactus"},
    **{"children": "child", "people": "people", "glasses": "glasses", "eyeglasses": "eyeglasses"},
}

Phrase = tuple[str, ...] | str


@dataclass(frozen=True)
class Meaning:
    """One or more of the four."""

    names: tuple[str, ...] = ()  # of the vocabulary; the first is meant unless its colour fits another one
    colour: str = ""
    material: str = ""
    role: str = ""  # one of ROLES


Meanings = tuple[tuple[str, Meaning], ...]  # each with the text that has it


@dataclass(frozen=True)
class Lexicon:
    english: dict[tuple[str, ...], Meaning] = field(default_factory=dict)
    chinese: dict[str, Meaning] = field(default_factory=dict)
    typed: dict[str, Meaning] = field(default_factory=dict)  # phrases as they are written, for suggestions

    @cached_property
    def longest(self) -> tuple[int, int]:
        """The most words of an English phrase, the most characters of a Chinese one."""
        return max(map(len, self.english), default=0), max(map(len, self.chinese), default=0)


def stem(word: str) -> str:
    """A word without its plural: "witches" and "witch" have one stem, as have "knives" and "knife"."""
    word = US_AND_IRREGULAR.get(word, word)
    if word in US_AND_IRREGULAR.values():
        return word
    if word.endswith("men") and len(word) > 3:
        return f"{word[:-2]}an"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 2:
        word = word[:-1]
    if word.endswith(("ve", "fe")):
        return f"{word[:-2]}f"
    if word.endswith(("se", "xe", "ze", "che", "she", "oe", "ie")) and len(word) > 3:
        word = word[:-1]
    return f"{word[:-1]}i" if word.endswith("y") and len(word) > 2 else word


def split_english(text: str) -> list[str]:
    """The words of a phrase, without apostrophes, and with hyphens as spaces."""
    return re.sub("['’`]", "", text.lower()).replace("-", " ").replace("_", " ").replace("/", " ").split()


def phrase_of(text: str) -> Phrase:
    return text.lower() if IS_HAN.search(text) else tuple(map(stem, split_english(text)))


@lru_cache(maxsize=8)
def lexicon_of(vocabulary: Vocabulary) -> Lexicon:
    """All phrases that mean something for this vocabulary."""
    lexicon = Lexicon()
    for text, meaning in _meanings(vocabulary):
        phrase = phrase_of(text)
        if not phrase:
            continue
        table: dict = lexicon.chinese if isinstance(phrase, str) else lexicon.english
        known = table.get(phrase, Meaning())
        table[phrase] = merged = Meaning(
            tuple(dict.fromkeys((*meaning.names, *known.names))),
            known.colour or meaning.colour,
            known.material or meaning.material,
            known.role or meaning.role,
        )
        if not merged.role:
            lexicon.typed[text.lower()] = merged
    return lexicon


def _meanings(vocabulary: Vocabulary) -> Iterator[tuple[str, Meaning]]:
    """(text, one of its meanings) of all tables and of the vocabulary's names."""
    first, then = written_meanings()
    yield from first
    yield from ((name, Meaning((name,))) for name in vocabulary.names if not _is_colour(name))
    for text, meaning in then:
        known = tuple(name for name in meaning.names if name in vocabulary)
        if known or not meaning.names:
            yield text, Meaning(known, meaning.colour, meaning.material)


@cache
def written_meanings() -> tuple[Meanings, Meanings]:
    """All meanings of the tables, for any vocabulary: those before the vocabulary's own names, and those after."""
    first = [
        (f"一{text}", Meaning(role="ignored")) if role == "measures" else (text, Meaning(role=role))
        for role, phrases in _read("grammar.txt")
        for text in phrases
    ]
    first += [(colour, Meaning(colour=colour)) for colour in COLOURS]
    first += [(material, Meaning(material=material)) for material in MATERIALS]
    then = [
        (text, _meaning_of(name))
        for file in ("english.txt", "chinese.txt")
        for name, texts in _read(file)
        for text in texts
    ]
    then += [
        (text, Meaning(tuple(names[0].split(" | "))))
        for typed, names in _read("several.txt")
        for text in typed.split(", ")
    ]
    return tuple(first), tuple(then)


def _meaning_of(name: str) -> Meaning:
    """What "colour/red", "material/hair" or the name of a word stands for."""
    group, _, base = name.partition("/")
    if group == "colour":
        return Meaning(colour=base)
    return Meaning(material=base) if group == "material" else Meaning((name,))


@cache
def chinese_names() -> dict[str, str]:
    """The Chinese word for every name of the built-in vocabulary, and for "colour/red" and "material/hair"."""
    return {name: phrases[0] for name, phrases in _read("chinese.txt")}


@cache
def clothes() -> dict[str, tuple[str, ...]]:
    """What a hero wears who is drawn from parts."""
    return dict(_read("clothes.txt"))


@cache
def worn_forms() -> dict[str, tuple[str, ...]]:
    """The parts that show a thing where someone has it: "sword" -> ("sword in hand", "sword emblem")."""
    forms: dict[str, list[str]] = {}
    for name, things in _read("worn.txt"):
        for thing in things:
            forms.setdefault(thing, []).append(name)
    named = {name for names in forms.values() for name in names}
    for name in (name for name in chinese_names() if name not in named):
        for ending in (" in hand", " on the head", " emblem"):
            if name.endswith(ending):
                forms.setdefault(name.removesuffix(ending), []).append(name)
    return {thing: tuple(dict.fromkeys(names)) for thing, names in forms.items()}


def language_of(text: str) -> Language:
    """Chinese where it has a Chinese character."""
    return "zh" if IS_HAN.search(text) else "en"


def translate_word(name: str, language: Language) -> str:
    """What a page shows for a name of a vocabulary; names that no table knows stay as they are."""
    if language == "en":
        return SHOWN_IN_ENGLISH.get(name, name)
    shown = chinese_names().get(name)
    if not shown and _is_colour(name):
        colour, _, material = name.partition(" ")
        shown = chinese_names()[f"colour/{colour}"] + chinese_names()[f"material/{material}"]
    return shown or name


def translate_words(words: dict[str, float], language: Language) -> dict[str, float]:
    """Words with their weights as a page shows them; `parse_prompt` understands them again."""
    return {translate_word(name, language): weight for name, weight in words.items()}


def _is_colour(name: str) -> bool:
    colour, _, material = name.partition(" ")
    return colour in COLOURS and material in MATERIALS


def _read(file: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for line in read_lines(WORDS / file):
        name, _, phrases = line.partition(": ")
        yield name, tuple(phrases.split(", "))
