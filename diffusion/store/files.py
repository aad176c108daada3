"""Writes whole files: after a crash the file has its old or its new content, never half of it."""

import os
import re
from contextlib import suppress
from pathlib import Path

from ..errors import UserError, reason_of

TEMPORARY = re.compile(r"\.(.+)\.part")


def write_whole(path: Path, content: bytes | memoryview, title: str = "") -> None:
    """Writes a temporary file and renames it: the old content stays until the new is on the disk.

    Creates the folder. Raises UserError with the reason, such as a full disk; then nothing is left of the new content.
    title: what the error calls the file; its path unless given.
    """
    temporary = path.with_name(
        f".{path.name}.part"
    )  # always the same name: the next write replaces what a killed process left
    missing = [folder for folder in path.parents if not folder.exists()]  # the innermost first
    is_written = False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        is_written = True
    except OSError as problem:
        raise UserError(
            "could not write {path}: {problem}", path=title or path, problem=reason_of(problem)
        ) from problem
    finally:  # also after Ctrl-C
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        with suppress(OSError):
            for folder in missing if not is_written else ():
                folder.rmdir()  # only where it is empty


def finished_name(name: str) -> str:
    """The name of the file that this temporary file of `write_whole` was to become; empty for any other file."""
    found = TEMPORARY.fullmatch(name)
    return found[1] if found else ""
