"""Whole files: what is written is on the disk in full, or not at all."""

import errno
import os
from contextlib import suppress
from pathlib import Path

from ..errors import Message, UserError


def write_whole(path: Path, content: bytes | memoryview) -> None:
    """All of it or nothing: what was there stays until the new content is on the disk."""
    temporary = path.with_name(f".{path.name}.part")  # one name, so what a killed process left is written over
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
    code = getattr(problem, "errno", None)
    if code == errno.ENOSPC:
        return Message("the disk is full")
    if code in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Message("the folder is read-only")
    return str(getattr(problem, "strerror", None) or problem).splitlines()[0]
