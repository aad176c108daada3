"""The file metrics.json of a run: entries of epochs, whose names are numbers as text, and "floor". See quality.py."""

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import UserError
from .checkpoint_files import read_bounded
from .files import write_whole
from .json_text import MAX_BYTES
from .quality import read_entries

METRICS, ASIDE = "metrics.json", "metrics.json.damaged"
Entries = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class MetricsFile:
    folder: Path
    run: str  # its name, for messages

    def read(self) -> Entries:
        """The entries as they are written; empty without the file. A UserError where it is damaged."""
        path = self.folder / METRICS
        return read_entries(read_bounded(path, MAX_BYTES), self._title()) if os.path.isfile(path) else {}

    def read_or_empty(self) -> Entries:
        """As `read`; empty where the file is damaged."""
        with suppress(UserError):  # `RunFolder.problems` says it
            return self.read()
        return {}

    def read_to_change(self) -> Entries:
        """As `read`; a damaged file is put aside first, so that what can be saved of it is not lost."""
        with suppress(UserError):
            return self.read()
        with suppress(OSError):  # where it cannot be renamed, it cannot be written either, and that is said
            (self.folder / METRICS).replace(self.folder / ASIDE)
        return {}

    def save(self, entries: Entries) -> None:
        write_whole(self.folder / METRICS, (json.dumps(entries, indent=2) + "\n").encode(), self._title())

    def is_put_aside(self) -> bool:
        """Whether an earlier file was damaged."""
        return os.path.isfile(self.folder / ASIDE)

    def is_damaged(self) -> bool:
        """Whether this file or an earlier one is."""
        return self.is_put_aside() or (os.path.isfile(self.folder / METRICS) and not self.read_or_empty())

    def _title(self) -> str:
        return f"{self.run}/{METRICS}"
