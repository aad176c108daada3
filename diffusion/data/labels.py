"""The words of a picture: by the folders that it lies in, a table of labels, or a text file beside it.

Names of folders, files and columns may be anybody's: they are looked up and counted, and shown only by `safe_name`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

import numpy as np

from ..core import MAX_NAME
from ..errors import Message
from ..sprites import KINDS
from .kind_names import folders_of, kind_of_name, kinds_of_path
from .names import MAX_NAMES, list_names, safe_name
from .own_words import Labelled, bounded, label, word_of_folder
from .tables import Described, Words, stem_of

SPLITS = frozenset({"train", "training", "test", "testing", "val", "valid", "validation", "dev"})


class PathLabels:
    """Numbers for the words of pictures: call it with the path of each, and afterwards `label` with all numbers.

    described: what tables and text files say; paths: of all pictures, needed with tables.
    """

    def __init__(self, described: Described | None = None, paths: Iterable[PurePosixPath] = ()) -> None:
        self.described = described or Described()
        self.bare_names = Counter(path.name for path in paths) if self.described.of_file else Counter()
        self.rows: Counter[tuple[Words, Words, Words]] = Counter()  # (kinds, other folders, what is said) -> pictures
        self.numbers: dict[tuple[Words, Words, Words], int] = {}
        self.from_table = self.from_caption = 0
        self.guessed: dict[str, str] = {}  # folders whose name is not one of KINDS
        self.wordless: dict[str, None] = {}  # folders without a word, in order
        self.root = PurePosixPath()  # the folder that was opened
        self.said: list[Message] = []  # notes of before

    def __call__(self, path: PurePosixPath) -> int:
        """The number of the words of this picture; pictures with the same words have the same one."""
        in_table, in_caption = self._in_table(path), self.described.of_stem.get(stem_of(path), ())
        self.from_table += bool(in_table)
        self.from_caption += bool(in_caption)
        said = bounded((*in_table, *in_caption))
        kinds = () if any(word in KINDS for word in said) else kinds_of_path(path)
        for name in folders_of(path) if kinds else ():
            if name not in KINDS and len(self.guessed) <= MAX_NAMES and kind_of_name(name) in kinds:
                self.guessed[name] = str(kind_of_name(name))
        row = kinds, self._words_of_folders(path), said
        self.rows[row] += 1
        return self.numbers.setdefault(row, len(self.numbers))

    def label(self, numbers: np.ndarray) -> Labelled:
        """The labels of the pictures that got these numbers, and what the person should know of them.

        A folder that all pictures lie in says nothing of them, nor does "train" or "test" where all have one of them.
        """
        rows = list(self.rows)
        shared = set(rows[0][1]).intersection(*(row[1] for row in rows)) if rows else set()
        if all(SPLITS.intersection(folders) for _, folders, _ in rows):
            shared |= SPLITS
        words = [bounded((*k, *(word for word in folders if word not in shared), *said)) for k, folders, said in rows]
        found = label(words, numbers)
        left_out = [word for word in dict.fromkeys(word for row in rows for word in row[1]) if word in shared]
        without = sum(
            count
            for row, count in zip(words, self.rows.values(), strict=True)
            if not any(word in found.vocabulary for word in row)
        )
        return Labelled(found.labels, found.vocabulary, (*self._notes(left_out, without), *found.notes))

    def _words_of_folders(self, path: PurePosixPath) -> Words:
        """Of those that are no kind, without the opened folder."""
        words = []
        inside = path.relative_to(self.root) if path.is_relative_to(self.root) else path
        for name in folders_of(inside):
            if kind_of_name(name) or name in ("/", ".."):
                continue
            if word := word_of_folder(name):
                words.append(word)
            elif len(self.wordless) <= MAX_NAMES:
                self.wordless[name] = None
        return bounded(words)

    def _notes(self, left_out: list[str], without: int) -> Iterator[Message]:
        total = self.rows.total()
        yield from self.said
        yield from self.described.notes()
        if self.from_table:
            yield Message(
                "{count:,} of {total:,} pictures have words from the table beside them",
                count=self.from_table,
                total=total,
            )
        elif self.described.of_file:
            yield Message("the table of labels names none of the pictures and was not used")
        if self.from_caption:
            yield Message(
                "{count:,} of {total:,} pictures have words from the text file beside them",
                count=self.from_caption,
                total=total,
            )
        if self.guessed:
            pairs = [f"{safe_name(name)} = {kind}" for name, kind in self.guessed.items()]
            taken = ", ".join(pairs[:MAX_NAMES]) + (", …" if len(pairs) > MAX_NAMES else "")
            yield Message("folders taken as kinds: {taken}", taken=taken)
        if left_out:
            yield Message("no words, since all pictures lie in them: {folders}", folders=list_names(left_out))
        if self.wordless:
            yield Message(
                "no words, without a letter or digit or longer than {most} characters: {folders}",
                most=MAX_NAME,
                folders=list_names(self.wordless),
            )
        if without:
            yield Message(
                "{count:,} of {total:,} pictures have no label; the name of their folder, a table or a text file "
                "beside them would give them one",
                count=without,
                total=total,
            )

    def _in_table(self, path: PurePosixPath) -> Words:
        """By the path or an end of it; by the name alone only where one picture has it."""
        of_file = self.described.of_file
        if not of_file:
            return ()
        for start in range(min(len(path.parts), 20) - 1):
            if words := of_file.get("/".join(path.parts[start:])):
                return words
        return of_file.get(path.name, ()) if self.bare_names[path.name] == 1 else ()
