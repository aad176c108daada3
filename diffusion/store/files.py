"""Writes whole files: after a crash the file has its old or its new content, never half of it."""

import errno
import os
from contextlib import suppress
from pathlib import Path

from ..errors import Message, UserError


def write_whole(path: Path, content: bytes | memoryview) -> None:
    """Writes a temporary file and renames it: the old content stays until the new is on the disk."""
    temporary = path.with_name(
        f".{path.name}.part"
    )  # always the same name: the next write replaces what a killed process left
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as problem:
        raise UserError("could not write {path}: {problem}", path=path, problem=reason_of(problem)) from problem
    finally:  # also after Ctrl-C
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def reason_of(problem: BaseException) -> Message | str:
    """An OSError in a few words, without its path."""
    code = getattr(problem, "errno", None)
    if code == errno.ENOSPC:
        return Message("the disk is full")
    if code in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Message("the folder is read-only")
    return str(getattr(problem, "strerror", None) or problem).splitlines()[0]
