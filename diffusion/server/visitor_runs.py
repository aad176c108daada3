"""Bounds what strangers train on a shared server: their oldest runs go, the owner's and the shipped ones never."""

import shutil
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import UserError
from ..store import RunFolder

MB = 10**6


@dataclass(frozen=True)
class VisitorRunLimits:
    each: int = 4  # runs of one visitor; their own oldest goes for a new one
    runs: int = 40  # of all visitors together
    megabytes: int = 2000  # of those, with the data that they keep for resuming
    recent: float = 600.0  # seconds after its last change in which nobody else's run makes a run go


@dataclass(frozen=True)
class VisitorRun:
    path: Path
    is_mine: bool  # of the visitor who asks
    size: int  # in bytes
    changed: float

    @classmethod
    def read(cls, path: Path, visitor: str) -> "VisitorRun | None":
        """None for a run that no visitor has trained."""
        run = RunFolder(path)
        if path.is_symlink() or not run.has_owner():
            return None
        with suppress(OSError, ValueError):
            stats = [file.stat() for file in path.rglob("*") if file.is_file()]
            size, changed = sum(stat.st_size for stat in stats), max(stat.st_mtime for stat in stats)
            return cls(path, run.belongs_to(visitor), size, changed)
        return None


class VisitorRuns:
    """runs: the folder of runs."""

    def __init__(self, runs: Path, limits: VisitorRunLimits | None = None) -> None:
        self.runs, self.limits = runs, limits or VisitorRunLimits()

    def make_room(self, visitor: str, in_use: Collection[str]) -> None:
        """Removes the oldest runs until there is room for one more; UserError where there is none.

        in_use: the names of the runs that are being trained, that wait, or that those begin with.
        """
        found = (VisitorRun.read(path, visitor) for path in (self.runs.iterdir() if self.runs.is_dir() else ()))
        runs = sorted((run for run in found if run), key=lambda run: run.changed)
        limits, now = self.limits, time.time()
        free = [run for run in runs if run.path.name not in in_use]
        mine = [run for run in runs if run.is_mine]
        goes = [run for run in free if run.is_mine][: max(0, len(mine) - limits.each + 1)]
        stay = [run for run in runs if run not in goes]
        for run in free:
            is_full = len(stay) >= limits.runs or sum(each.size for each in stay) > limits.megabytes * MB
            if is_full and run in stay and (run.is_mine or now - run.changed > limits.recent):
                stay.remove(run)
                goes.append(run)
        if len(stay) >= limits.runs or sum(run.size for run in stay) > limits.megabytes * MB:
            raise UserError(
                "this server keeps {runs} runs of its visitors ({megabytes} MB), and all are new; "
                "try again in {minutes} minutes",
                runs=limits.runs,
                megabytes=limits.megabytes,
                minutes=round(limits.recent / 60),
            )
        for run in goes:
            (run.path / "config.json").unlink(missing_ok=True)  # first: no page lists half a run
            shutil.rmtree(run.path, ignore_errors=True)
