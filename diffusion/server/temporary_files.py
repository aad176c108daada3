"""The app's temporary folder: uploads, packed runs and pictures. Bounds it, and removes what nobody uses any more.

    <hash>/<name>           what a browser has uploaded, until a run has its own copy
    tmp…                    an upload under way, or one that was cut off
    packed/<hash>/<run>.zip  a run, packed once as long as it stays the same
    pictures/<hash>/…       what the API has drawn

A folder that holds more than that, because somebody has named it in GRADIO_TEMP_DIR, keeps the rest.
"""

import hashlib
import math
import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import UserError
from ..store import RunFolder
from .settings import Settings

MB = 10**6
UNDER_WAY = re.compile(r"tmp\w{8}")
OURS = re.compile(
    rf"({UNDER_WAY.pattern}|[0-9a-f]{{64}}/[^/]+|packed/[0-9a-f]{{32}}/[^/]+|pictures/[0-9a-f]{{64}}/[^/]+)"
)


@dataclass(frozen=True, kw_only=True)
class TemporaryLimits:
    """Seconds and megabytes."""

    megabytes: int  # of the whole folder
    visitor_megabytes: int | None  # that one visitor may upload within `max_age`; None: no limit
    max_age: float = 3600.0  # of a file that is not used again
    cut_off: float = 300.0  # after so long without a byte, an upload under way has been cut off
    recent: float = 120.0  # so long a download is left alone, because a browser may be fetching it

    @classmethod
    def of(cls, settings: Settings) -> "TemporaryLimits":
        each = settings.max_upload_mb
        return cls(megabytes=max(1000, 8 * each), visitor_megabytes=3 * each if settings.shared else None)


@dataclass(frozen=True)
class Upload:
    """An upload that was let in."""

    visitor: str
    size: int
    begun: float


class TemporaryFiles:
    """The folder is read anew at each look, so that nothing is missed and nothing is counted twice."""

    def __init__(self, folder: Path, limits: TemporaryLimits) -> None:
        self.folder, self.limits = folder, limits
        self._lock = threading.RLock()  # held for moments only: the server's event loop takes it too
        self._packing = threading.Lock()
        self._uploads: list[Upload] = []  # of the last hour
        self._under_way = 0  # bytes of uploads that are let in and not yet wholly on the disk
        self._swept = -math.inf

    def pack(self, run: RunFolder) -> Path:
        """The run as a .zip; packs it only where it has changed since the last time."""
        with self._packing:
            files = [(file.name, file.stat()) for file in sorted(run.path.iterdir()) if file.is_file()]
            facts = [str(run.path.absolute()), *((name, stat.st_size, stat.st_mtime_ns) for name, stat in files)]
            target = self.folder / "packed" / hashlib.sha256(repr(facts).encode()).hexdigest()[:32] / f"{run}.zip"
            if target.is_file():
                os.utime(target)
                return target
            self.make_room(sum(stat.st_size for _, stat in files))
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(".zip.part")
            try:
                run.pack(part)
                part.replace(target)
            finally:
                part.unlink(missing_ok=True)
            return target

    @contextmanager
    def admit_upload(self, visitor: str, length: str) -> Iterator[None]:
        """Reserves room for an upload while it comes. UserError where there is none, or where it is not their turn.

        visitor: an address, or another name of whoever uploads. length: in bytes, as the header says it.
        """
        if not re.fullmatch(r"[0-9]{1,18}", length):
            raise UserError("an upload must say its size (Content-Length)")
        size = int(length)
        with self._lock:
            now = time.monotonic()
            self._uploads = [upload for upload in self._uploads if now - upload.begun < self.limits.max_age]
            mine = [upload for upload in self._uploads if upload.visitor == visitor]
            most = self.limits.visitor_megabytes
            if most is not None and sum(upload.size for upload in mine) + size > most * MB:
                oldest = mine[0].begun if mine else now
                raise UserError(
                    "this server takes {megabytes} MB of uploads from one visitor in an hour; "
                    "try again in {minutes} minutes",
                    megabytes=most,
                    minutes=max(1, math.ceil((self.limits.max_age - (now - oldest)) / 60)),
                )
            self.make_room(size)
            self._uploads.append(Upload(visitor, size, now))
            self._under_way += size
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= size

    def make_room(self, size: int) -> None:
        """Removes what is old, then what can be made again; UserError where that is not enough."""
        with self._lock:
            files, most = self.sweep(), self.limits.megabytes * MB - self._under_way - size
            total = sum(stat.st_size for stat in files.values())
            remade = [path for path in files if path.relative_to(self.folder).parts[0] in ("packed", "pictures")]
            for path in sorted(remade, key=lambda path: files[path].st_ctime):
                if total > most and time.time() - files[path].st_ctime > self.limits.recent:
                    total -= files[path].st_size
                    self._remove(path)
            if total > most:
                raise UserError(
                    "the room for uploads and downloads ({megabytes} MB) is used up; it is cleared within an hour",
                    megabytes=self.limits.megabytes,
                )

    def sweep(self, now: float | None = None) -> dict[Path, os.stat_result]:
        """Removes what is older than the limits; returns the files that stay. now: for tests."""
        now, stay = time.time() if now is None else now, {}
        with self._lock:
            self._swept = time.monotonic()
            for path, stat in self._files():
                is_under_way = path.parent == self.folder
                age, most = (
                    (now - stat.st_mtime, self.limits.cut_off)
                    if is_under_way
                    else (now - stat.st_ctime, self.limits.max_age)
                )
                if age > most:
                    self._remove(path)
                else:
                    stay[path] = stat
        return stay

    def is_due(self, seconds: float = 60.0) -> bool:
        """Whether the last look at the folder is so long ago; True once, then the caller must look."""
        with self._lock:
            is_due = time.monotonic() - self._swept > seconds
            if is_due:
                self._swept = time.monotonic()
            return is_due

    def keep_small(self) -> None:
        """What is done now and then while the app serves: as before an upload, but nobody is told."""
        with suppress(UserError):
            self.make_room(0)

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        for folder, _, names in os.walk(self.folder):
            for name in names:
                path = Path(folder, name)
                if OURS.fullmatch(path.relative_to(self.folder).as_posix()):
                    with suppress(OSError):  # another thread has just removed it
                        yield path, path.lstat()

    def _remove(self, path: Path) -> None:
        with suppress(OSError):
            path.unlink()
            while path.parent != self.folder:
                path = path.parent
                path.rmdir()
