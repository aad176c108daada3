"""The kind of a picture: by the folder that it lies in, or by a table of labels beside the pictures.

Names of folders, files and columns may be anybody's: they are looked up and counted, and shown only by `safe_name`.
"""

import csv
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from ..errors import Message
from ..sprites import KINDS
from .names import MAX_NAMES, list_names, safe_name

NAMES = {  # of each kind, without separators, in small letters: ours, the page's in both languages, the plural
    "hero": ("hero", "heros", "heroes", "英雄"),
    "non-hero": ("nonhero", "nonheros", "nonheroes", "creature", "creatures", "非英雄", "生物"),
    "food": ("food", "foods", "食物"),
    "spell": ("spell", "spells", "item", "items", "法术", "法術", "物品"),
    "side-facing": (
        *("side", "sidefacing", "sidefacinghero", "sidefacingheroes", "herosideways", "heroessideways"),
        *("侧面", "側面", "侧面英雄", "側面英雄"),
    ),
}
KIND_OF = {name: kind for kind, names in NAMES.items() for name in names}
FILE_COLUMNS = ("file_name", "filename", "file", "path", "image", "image path", "image_path", "picture")
KIND_COLUMNS = ("kind", "label", "labels", "class", "category")
TABLES = (".csv", ".jsonl")
MAX_TABLE = 2**23  # bytes: 40 for each of 200,000 pictures
MAX_TABLES = 4
MAX_ROWS, MAX_ROW = 250_000, 10_000  # of a table; characters of a row


def kind_of_name(name: str) -> str | None:
    """The kind that a word stands for, whatever its case, separators, plural and leading number; None for others."""
    if len(name) > 40:
        return None
    word = unicodedata.normalize("NFKC", name).casefold().strip()
    word = re.sub(r"\A\d+[\s._-]+", "", word)  # 0_hero, 1. food
    return KIND_OF.get(re.sub(r"[\s._-]", "", word))


def kinds_of_path(path: PurePosixPath) -> tuple[str, ...]:
    """The kinds that the folders of a path name. The innermost counts; all of them where it is written as in KINDS."""
    folders = path.parts[:-1]
    innermost = next(((kind, name) for name in reversed(folders) if (kind := kind_of_name(name))), None)
    if not innermost:
        return ()
    kind, name = innermost
    return tuple(each for each in KINDS if each in folders) if name in KINDS else (kind,)


class PathLabels:
    """Labels of pictures by their paths: call it with each path; afterwards `notes` says what was guessed or left out.

    tables: the kinds of a table by file name, as `read_table` gives them; paths: of all pictures, needed with tables.
    """

    def __init__(self, tables: dict[str, str] | None = None, paths: Iterable[PurePosixPath] = ()) -> None:
        self.tables = tables or {}
        self.bare_names = Counter(path.name for path in paths) if self.tables else Counter()
        self.total = self.from_table = self.without = 0
        self.guessed: dict[str, str] = {}  # folders whose name is not one of KINDS
        self.unknown: dict[str, None] = {}  # folders that are no kind, in order
        self.root = PurePosixPath()  # the folder that was opened
        self.said: list[Message] = []  # notes of before

    @classmethod
    def from_tables(cls, files: Iterable[tuple[PurePosixPath, bytes]], paths: Iterable[PurePosixPath]) -> "PathLabels":
        """files: (path, content) of .csv and .jsonl files; paths: of all pictures."""
        kinds, notes = read_tables(files)
        made = cls(kinds, paths)
        made.said.extend(notes)
        return made

    def __call__(self, path: PurePosixPath) -> tuple[int, ...]:
        """1 for each kind that the picture has, 0 for the others, in the order of KINDS."""
        self.total += 1
        by_table = self._in_table(path) if self.tables else None
        kinds = (by_table,) if by_table else kinds_of_path(path)
        if by_table:
            self.from_table += 1
        elif kinds:
            for name in path.parts[:-1]:
                if name not in KINDS and len(self.guessed) <= MAX_NAMES and kind_of_name(name) in kinds:
                    self.guessed[name] = str(kind_of_name(name))
        else:
            self.without += 1
            if path.parent.name and path.parent != self.root and len(self.unknown) <= MAX_NAMES:
                self.unknown[path.parent.name] = None
        return tuple(int(kind in kinds) for kind in KINDS)

    def notes(self) -> tuple[Message, ...]:
        """What the person should know of the labels."""
        notes, kinds = [*self.said], ", ".join(KINDS)
        if self.from_table:
            notes.append(
                Message(
                    "{count:,} of {total:,} pictures have their kind from the table beside them",
                    count=self.from_table,
                    total=self.total,
                )
            )
        elif self.tables:
            notes.append(Message("the table of labels names none of the pictures and was not used"))
        if self.guessed:
            pairs = [f"{safe_name(name)} = {kind}" for name, kind in self.guessed.items()]
            taken = ", ".join(pairs[:MAX_NAMES]) + (", …" if len(pairs) > MAX_NAMES else "")
            notes.append(Message("folders taken as kinds: {taken}", taken=taken))
        if self.without and self.unknown:
            notes.append(
                Message(
                    "{count:,} of {total:,} pictures have no label: their folders ({folders}) are no kind; "
                    "the kinds are {kinds}",
                    count=self.without,
                    total=self.total,
                    folders=list_names(self.unknown),
                    kinds=kinds,
                )
            )
        elif self.without:
            notes.append(
                Message(
                    "{count:,} of {total:,} pictures have no label; folders named {kinds} would give them one",
                    count=self.without,
                    total=self.total,
                    kinds=kinds,
                )
            )
        return tuple(notes)

    def _in_table(self, path: PurePosixPath) -> str | None:
        """By the path or an end of it; by the name alone only where one picture has it."""
        for start in range(min(len(path.parts), 20) - 1):
            if kind := self.tables.get("/".join(path.parts[start:])):
                return kind
        return self.tables.get(path.name) if self.bare_names[path.name] == 1 else None


def read_tables(files: Iterable[tuple[PurePosixPath, bytes]]) -> tuple[dict[str, str], tuple[Message, ...]]:
    """The kinds in the tables of labels among these files, and which of the files were not used.

    files: (path, content) of .csv and .jsonl files. File names in a table count from its own folder, or stand alone.
    """
    kinds: dict[str, str] = {}
    unused = []
    for path, content in files:
        rows = read_table(path, content)
        if not rows:
            unused.append(path)
        kinds |= rows | {str(path.parent / name): kind for name, kind in rows.items()}
    if not unused:
        return kinds, ()
    note = Message(
        "{tables} was not used: labels are read from a column file_name and a column kind ({kinds})",
        tables=list_names(unused),
        kinds=", ".join(KINDS),
    )
    return kinds, (note,)


def read_table(path: PurePosixPath, content: bytes) -> dict[str, str]:
    """{file name: kind} of a .csv or .jsonl; empty unless one column names files and one names kinds."""
    try:
        lines = content.decode("utf-8-sig").splitlines()
        if len(lines) > MAX_ROWS or any(len(line) > MAX_ROW for line in lines):
            return {}
        rows = csv.DictReader(lines) if path.suffix.lower() == ".csv" else map(json.loads, lines)
        found = dict(filter(None, map(_read_row, rows)))
    except (ValueError, csv.Error, RecursionError):
        return {}
    return found


def _read_row(row: Any) -> tuple[str, str] | None:
    if not isinstance(row, dict):
        return None
    values = {name.strip().casefold(): value for name, value in row.items() if isinstance(name, str)}
    file = next((values[name] for name in FILE_COLUMNS if values.get(name)), None)
    kind = next((kind for name in KIND_COLUMNS if (kind := _read_kind(values.get(name)))), None)
    if not isinstance(file, str) or not kind:
        return None
    return "/".join(part for part in file.strip().replace("\\", "/").split("/") if part not in ("", ".")), kind


def _read_kind(value: object) -> str | None:
    """Of a word, or of a list with 1 for one kind and 0 for the others. A number alone may be of any numbering."""
    if isinstance(value, str) and (word := kind_of_name(value)):
        return word
    if isinstance(value, str) and re.fullmatch(r"\[[\d., ]{1,80}\]", value):
        value = re.findall(r"\d+\.?\d*", value)
    if isinstance(value, list) and len(value) == len(KINDS) and sorted(map(_number, value)) == [0, 0, 0, 0, 1]:
        return KINDS[list(map(_number, value)).index(1)]
    return None


def _number(value: object) -> float:
    return float(value) if isinstance(value, str | int | float) else -1.0
