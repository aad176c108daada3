"""One process at a time writes in a run folder: a lock that ends with its process, also after kill -9.

    with lock_run(folder): ...        UserError that names the process which has it

The lock is on a file in the folder, which says whose it is. A file without a lock is one that a killed process left.
It also says how many folders were made for it: a caller that waits may put its own file into them before the one that
made them can remove them, and removes them in its place.
"""

import errno
import json
import logging
import os
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from ..errors import Message, UserError, reason_of

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

LOCK = ".sprite-diffusion.lock"
HELD = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)  # by another process; others: no locks here
BEYOND = 1 << 30  # Windows locks bytes, and nobody may read those: one far behind what the file says
TRY_SECONDS = 0.05
MAX_MADE = 8  # folders to remove after another one: a lock file may say anything


class RunLock:
    """A lock that is held until `release`; or use it as a context manager."""

    def __init__(self, path: Path, file: int, made: Sequence[Path]) -> None:
        self.path, self.file, self.made, self.pid = path, file, made, os.getpid()
        self.is_held = True

    def release(self) -> None:
        """Gives the lock back, and removes its file and the folders made for it where nothing else is in them."""
        if not self.is_held:
            return
        self.is_held = False
        if os.getpid() != self.pid:  # a forked process that ends: the lock is not its own
            return
        with suppress(OSError):  # Windows removes no open file
            self.path.unlink()
        os.close(self.file)
        with suppress(OSError):
            if os.name == "nt":
                self.path.unlink(missing_ok=True)
            for folder in self.made:
                folder.rmdir()

    def __enter__(self) -> "RunLock":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()


def lock_run(folder: Path, wait: float = 0.0) -> RunLock:
    """Locks a run folder for this caller alone, and makes the folder where it is missing.

    wait: seconds to wait for another one. Raises UserError if another process, or another part of this one, has the
    lock, and where the folder cannot be written. On a file system without locks it only says so in the log.
    """
    path, end, made = folder / LOCK, time.monotonic() + wait, 0
    folders = (folder, *folder.parents)  # the innermost first
    try:
        while True:
            made = max(made, sum(not one.exists() for one in folders))
            folder.mkdir(parents=True, exist_ok=True)
            try:
                file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
            except FileNotFoundError:  # the one before has just removed the folder
                continue
            is_free = _is_free(file)
            made = max(made, _made(file))
            if is_free and _is_same(file, path):
                break
            holder = _holder(file)
            os.close(file)
            if is_free:
                continue
            if time.monotonic() >= end:
                raise UserError(
                    "{run} is in use by {holder}; wait until that has ended", run=folder.name, holder=holder
                )
            time.sleep(TRY_SECONDS)
    except OSError as problem:
        where = f"{folder.name}/{LOCK}"
        raise UserError("could not write {path}: {problem}", path=where, problem=reason_of(problem)) from problem
    with suppress(OSError):  # a full disk: then it is a lock without a name
        os.truncate(file, 0)
        since = time.strftime("%Y-%m-%d %H:%M")
        facts = {"pid": os.getpid(), "host": socket.gethostname(), "since": since, "made": made}
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, json.dumps(facts).encode())
    return RunLock(path, file, folders[:made])


def _is_free(file: int) -> bool:
    """Locks the open file; False where another has it."""
    try:
        if sys.platform == "win32":
            os.lseek(file, BEYOND, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
            os.lseek(file, 0, os.SEEK_SET)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        if problem.errno in HELD:
            return False
        logging.getLogger(__name__).warning("runs cannot be locked on this file system: %s", problem)
    return True


def _is_same(file: int, path: Path) -> bool:
    """Whether the file is still the one of that path: the one before removed it when it gave the lock back."""
    with suppress(OSError):
        return os.path.samestat(os.fstat(file), path.stat())
    return False


def _read_facts(file: int) -> Any:
    """What a lock file says. Raises OSError, ValueError or RecursionError."""
    os.lseek(file, 0, os.SEEK_SET)
    return json.loads(os.read(file, 1000))


def _made(file: int) -> int:
    """How many folders were made for the lock, by what its file says; 0 where it does not say."""
    try:
        return min(max(int(_read_facts(file)["made"]), 0), MAX_MADE)
    except (OSError, ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return 0


def _holder(file: int) -> Message:
    """Who has the lock, by what its file says."""
    try:
        facts = _read_facts(file)
        pid, host, since = int(facts["pid"]), str(facts["host"])[:100], str(facts["since"])[:30]
    except (OSError, ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return Message("another process")
    if (pid, host) == (os.getpid(), socket.gethostname()):
        return Message("another part of this program")
    return Message("process {pid} on {host} since {since}", pid=pid, host=host, since=since)
