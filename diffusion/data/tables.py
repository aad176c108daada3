"""What tables and text files beside the pictures say of them: their words by the name of the file.

A table is a .csv or .jsonl with a column of file names, and columns of labels (a word, several with commas, a JSON
list) or of descriptions. A text file, knight.txt beside knight.png, is a description. All of it may be anybody's.
"""

import csv
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from ..core import MAX_NAME
from ..errors import Message
from ..sprites import KINDS
from .lexicon import IS_HAN
from .names import list_names
from .own_words import COMMAS, bounded, word_of, words_of_text
from .prompt import MAX_PROMPT, parse_prompt
from .shape_words import builtin_vocabulary

FILE_COLUMNS = ("file_name", "filename", "file", "path", "image", "image path", "image_path", "picture")
LABEL_COLUMNS = ("kind", "label", "labels", "class", "category", "tags")
TEXT_COLUMNS = ("caption", "text", "prompt")
TABLES = (".csv", ".jsonl")
CAPTION = ".txt"
MAX_TABLE = 2**23  # bytes: 40 for each of 200,000 pictures
MAX_TABLES = 4
MAX_ROWS, MAX_ROW = 250_000, 10_000  # of a table; characters of a row
MAX_CAPTION = 2**12  # bytes of a text file; all of them together have MAX_TABLE
MAX_UNDERSTOOD = 500_000  # characters of sentences that are looked up, since each takes a millisecond or two
HAN_SENTENCE = 5  # characters, from which on a Chinese text without commas is a sentence

Words = tuple[str, ...]


@dataclass
class Described:
    """The words of files by their names, and how many descriptions were understood, taken whole, or left out."""

    of_file: dict[str, Words] = field(default_factory=dict)  # in a table; the name or the path
    of_stem: dict[str, Words] = field(default_factory=dict)  # by a text file; the path without its suffix
    unused: list[PurePosixPath] = field(default_factory=list)  # tables
    sentences: dict[str, str] = field(default_factory=dict)  # what became of each
    looked_up: int = 0  # characters

    def read_table(self, path: PurePosixPath, content: bytes) -> None:
        """Reads a .csv or .jsonl. File names in it count from its own folder, or stand alone."""
        rows = self._rows(path, content)
        if not rows:
            self.unused.append(path)
        self.of_file |= rows | {str(path.parent / name): words for name, words in rows.items()}

    def read_caption(self, path: PurePosixPath, content: bytes) -> None:
        """Reads the text file of a picture; an unreadable or empty one has no words."""
        try:
            text = content.decode("utf-8-sig") if len(content) <= MAX_CAPTION else ""
        except ValueError:
            text = ""
        self.of_stem[stem_of(path)] = self.words_of_description(text)

    def words_of_description(self, text: str) -> Words:
        """Words between commas; of a sentence without commas its words of the built-in vocabulary, or else itself."""
        text = " ".join(text.split())
        is_sentence = " " in text or (bool(IS_HAN.search(text)) and len(text) >= HAN_SENTENCE)
        if not is_sentence or COMMAS.search(text.rstrip(",，、")):
            return words_of_text(text)
        self.looked_up += len(text)
        is_read = len(text) <= MAX_PROMPT and self.looked_up <= MAX_UNDERSTOOD
        if is_read and (words := bounded(parse_prompt(text, builtin_vocabulary()).words)):
            self.sentences[text] = "understood"
            return words
        words = words_of_text(text) if len(text) <= MAX_NAME else ()
        self.sentences[text] = "whole" if words else "left out"
        return words

    def notes(self) -> Iterable[Message]:
        if self.unused:
            yield Message(
                "{tables} was not used: labels are read from a column file_name and a column label or caption",
                tables=list_names(self.unused),
            )
        if found := self._of_fate("understood"):
            yield Message(
                "{count:,} sentences were read as words of the built-in sprites: {texts}",
                count=len(found),
                texts=list_names(found),
            )
        if found := self._of_fate("whole"):
            yield Message(
                "{count:,} sentences have no word of the built-in sprites; each is one word itself: {texts}",
                count=len(found),
                texts=list_names(found),
            )
        if found := self._of_fate("left out"):
            yield Message(
                "{count:,} sentences without commas are longer than {most} characters and were left out: {texts}",
                count=len(found),
                most=MAX_NAME,
                texts=list_names(found),
            )

    def _of_fate(self, fate: str) -> list[str]:
        return [text for text, became in self.sentences.items() if became == fate]

    def _rows(self, path: PurePosixPath, content: bytes) -> dict[str, Words]:
        """{file name: words}; empty unless one column names files and another one words."""
        try:
            lines = content.decode("utf-8-sig").splitlines()
            if len(lines) > MAX_ROWS or any(len(line) > MAX_ROW for line in lines):
                return {}
            rows = csv.DictReader(lines) if path.suffix.lower() == ".csv" else map(json.loads, lines)
            return dict(filter(None, map(self._row, rows)))
        except (ValueError, csv.Error, RecursionError):
            return {}

    def _row(self, row: Any) -> tuple[str, Words] | None:
        if not isinstance(row, dict):
            return None
        values = {name.strip().casefold(): value for name, value in row.items() if isinstance(name, str)}
        file = next((values[name] for name in FILE_COLUMNS if values.get(name)), None)
        found = [word for name in LABEL_COLUMNS for word in words_of_value(values.get(name))]
        texts = [text for name in TEXT_COLUMNS if isinstance(text := values.get(name), str)]
        found += [word for text in texts for word in self.words_of_description(text)]
        words = bounded(filter(is_named, found)) or bounded(found)  # a number beside a name says nothing
        if not isinstance(file, str) or not words:
            return None
        return "/".join(part for part in file.strip().replace("\\", "/").split("/") if part not in ("", ".")), words


def is_named(word: str) -> bool:
    """Whether it is not the number of a class."""
    return not re.fullmatch(r"class \d+", word)


def words_of_value(value: object) -> Words:
    """The words of a label: of text with commas, a list, or a number; of a list with 1 for one kind and 0 for others.

    Other lists of numbers may mean anything, and have none.
    """
    if isinstance(value, bool):
        return ()
    if isinstance(value, int | float):
        return (word_of(f"{value:g}"),) if value >= 0 and value == int(value) < 10**6 else ()
    if isinstance(value, str) and value.strip().startswith("["):  # a list in a .csv
        inside = value.strip().strip("[]")
        value = re.findall(r"\d+\.?\d*", inside) if re.fullmatch(r"[\d., ]*", inside) else re.split(r"[,'\"]+", inside)
    if isinstance(value, str):
        return words_of_text(value)
    if not isinstance(value, list):
        return ()
    numbers = [number for part in value if (number := _number(part)) is not None]
    if len(numbers) == len(value):
        is_kind = len(value) == len(KINDS) and sorted(numbers) == [0, 0, 0, 0, 1]
        return (KINDS[numbers.index(1)],) if is_kind else ()
    return bounded(word for part in value if isinstance(part, str) for word in words_of_text(part))


def _number(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, str | int | float) else None
    except (ValueError, OverflowError):
        return None


def stem_of(path: PurePosixPath) -> str:
    """The path of a file without its suffix: what a picture and its text file have in common."""
    return str(path.parent / path.stem)
