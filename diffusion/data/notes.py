"""What is said of the files that were read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..errors import Message
from .sheets import Cut
from .shrink import Native

MAX_NAMES = 3  # in one note


class SheetNote(Message):
    """A note about a sheet, or about what may be one: after it the page offers the tile size."""


def may_be_sheets(notes: Iterable[Message]) -> bool:
    """Whether any of the notes is about sheets, cut or not."""
    return any(isinstance(note, SheetNote) for note in notes)


@dataclass(frozen=True, eq=False)
class CutFile:
    file: str
    native: Native
    cut: Cut
    start: int  # the number of its first sprite

    def notes(self) -> Iterator[Message]:
        factors, columns, rows = self.native.factors, self.cut.grid.columns, self.cut.grid.rows
        yield SheetNote(
            "{file}: cut into {count:,} tiles of {tile} x {tile} pixels ({gap} between them); "
            "if that is wrong, set the tile size",
            file=self.file,
            count=len(self.cut.tiles),
            tile=round(columns.tile * factors[0]),
            gap=round(columns.gap * factors[0]),
        )
        if self.cut.empty:
            yield SheetNote("{file}: {count:,} empty tiles are left out", file=self.file, count=self.cut.empty)
        right, below = (axis.rest if axis.rest > axis.margin else 0 for axis in (columns, rows))
        if right or below:
            yield SheetNote(
                "{file}: {right} pixels at the right and {below} at the bottom belong to no tile and are left out",
                file=self.file,
                right=round(right * factors[0]),
                below=round(below * factors[1]),
            )


def list_files(names: list[str]) -> str | Message:
    """The first few names."""
    distinct = list(dict.fromkeys(names))
    few, more = ", ".join(distinct[:MAX_NAMES]), len(distinct) - MAX_NAMES
    return Message("{names} and {count:,} more", names=few, count=more) if more > 0 else few


def join(messages: list[Message]) -> Message:
    """One message of a few."""
    whole, *others = messages[:MAX_NAMES]
    for other in others:
        whole = Message("{one}; {other}", one=whole, other=other)
    return Message("{one}; …", one=whole) if len(messages) > MAX_NAMES else whole
