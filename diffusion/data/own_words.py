"""The words of one's own pictures: names of folders, labels and captions, written alike, and the vocabulary of them.

They may be anybody's: a word has only letters, digits, apostrophes and single spaces, and all sizes are bounded.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from ..core import KIND, LABEL, MAX_NAME, Vocabulary, kinds_vocabulary
from ..errors import Message
from ..sprites import KINDS
from .kind_names import kind_of_name
from .lexicon import IS_HAN
from .prompt import clean
from .shape_words import builtin_vocabulary

MAX_OWN = 1000  # names of one vocabulary, beside the kinds
MAX_WORDS, MAX_LETTERS = 24, 300  # of one picture: words, and their characters with ", " between them
MAX_SHOWN = 12  # words in a note
LEADING_NUMBER = re.compile(r"\A\s*\d{1,12}[\s._-]+(?=\S)")
BESIDE_DIGITS = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
COMMAS = re.compile("[,，、]")


def word_of(name: str) -> str:
    """The word for a name: "Fire_Sword" -> "fire sword", "Heroes" -> "hero", "7" -> "class 7"; or none, "".

    Compatible characters are one (NFKC), as are small and capital letters; what is no letter, digit or apostrophe
    is a space. Names of the built-in vocabulary stay as they are there. `word_of(word_of(name)) == word_of(name)`.
    """
    return _word_of(name) if len(name) <= 4 * MAX_NAME else ""


def word_of_folder(name: str) -> str:
    """As `word_of`, without a leading number: "0_slime" -> "slime"."""
    if len(name) > 4 * MAX_NAME:
        return ""
    rest = word_of(LEADING_NUMBER.sub("", name))
    return rest if rest and not rest.startswith("class ") else word_of(name)


def words_of_text(text: str) -> tuple[str, ...]:
    """The words of a text with commas between them."""
    return bounded(word_of(part) for part in COMMAS.split(text[: 8 * MAX_LETTERS]))


def bounded(words: Iterable[str]) -> tuple[str, ...]:
    """The words of one picture, each once, as many as are kept of one."""
    kept: list[str] = []
    letters = 0
    for word in dict.fromkeys(words):
        if not word:
            continue
        letters += len(word) + 2
        if len(kept) == MAX_WORDS or letters > MAX_LETTERS:
            break
        kept.append(word)
    return tuple(kept)


@lru_cache(maxsize=20_000)
def _word_of(name: str) -> str:
    form = _form(name)
    if kind := kind_of_name(name) or kind_of_name(form):
        return kind
    if form in _builtin_names():
        return _builtin_names()[form]
    if not 0 < len(form) <= MAX_NAME or not any(map(str.isalnum, form)):
        return ""
    return form if any(c.isalnum() and not c.isdecimal() for c in form) else f"class {form}"[:MAX_NAME].rstrip()


def _form(name: str) -> str:
    """Small letters, digits, apostrophes, and single spaces; "level2" is "level 2", as a prompt reads it.

    A name with Chinese characters has no spaces, since a prompt reads it as one piece.
    """
    for _ in range(3):  # a letter may have another small form once it is small itself
        name = clean(name).replace("’", "'")
        parts = BESIDE_DIGITS.sub(" ", "".join(c if _is_kept(c) else " " for c in name)).split()
        name = ("" if IS_HAN.search(name) else " ").join(parts).strip("' ")
    return name


def _is_kept(character: str) -> bool:
    return character == "'" or character.isalnum() or unicodedata.category(character)[0] == "M"


@cache
def _builtin_names() -> dict[str, str]:
    return {_form(name): name for name in builtin_vocabulary().names}


@dataclass(frozen=True, eq=False)
class Labelled:
    """Labels over a vocabulary of their own."""

    labels: np.ndarray  # float32 (N, 5) of kinds alone, else uint8 (N, V)
    vocabulary: Vocabulary
    notes: tuple[Message, ...]


def label(rows: Sequence[tuple[str, ...]], places: np.ndarray) -> Labelled:
    """Labels of pictures whose words are rows[places[i]], 1 for each word.

    The vocabulary has the five kinds first where one of them is named, then the other words, sorted; of more than
    MAX_OWN those that most pictures have. Without any word it is that of the kinds.
    """
    counts: Counter[str] = Counter()
    for row, number in zip(rows, np.bincount(places, minlength=len(rows)).tolist(), strict=True):
        counts.update(dict.fromkeys(row, number))
    found = sorted((word for word in counts if word not in KINDS), key=lambda word: (-counts[word], word))
    kept, rare = sorted(found[:MAX_OWN], key=natural_order), found[MAX_OWN:]
    if not kept:
        vocabulary = kinds_vocabulary()
    elif any(kind in counts for kind in KINDS):
        vocabulary = Vocabulary(((KIND, KINDS), (LABEL, tuple(kept))))
    else:
        vocabulary = Vocabulary(((LABEL, tuple(kept)),))
    columns = [[vocabulary.places[word] for word in row if word in vocabulary] for row in rows]
    labels = np.zeros((len(places), len(vocabulary)), np.uint8 if kept else np.float32)
    for picture, place in zip(labels, places.tolist(), strict=True):
        picture[columns[place]] = 1
    return Labelled(labels, vocabulary, tuple(_say(found, len(kept), rare)))


def _say(found: list[str], kept: int, rare: list[str]) -> Iterable[Message]:
    if found:
        yield Message("taken as words ({count:,}): {words}", count=kept, words=list_words(found[:kept]))
    if rare:
        yield Message(
            "only the {most:,} most frequent words are kept; left out: {count:,} ({words})",
            most=MAX_OWN,
            count=len(rare),
            words=list_words(rare),
        )


def list_words(words: Sequence[str]) -> str:
    """The first few, for a message."""
    return ", ".join(words[:MAX_SHOWN]) + (", …" if len(words) > MAX_SHOWN else "")


def natural_order(word: str) -> list[str | int]:
    """For sorting: "class 2" comes before "class 10"."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", word)]


def class_names(count: int) -> tuple[str, ...]:
    """The words for the columns of labels whose names are not known: "class 0", "class 1" …"""
    return tuple(f"class {number}" for number in range(count))
