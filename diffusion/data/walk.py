"""Lists the files of a folder on one's own disk, links to folders included."""

from pathlib import Path

from ..errors import Message, UserError
from .names import list_names


def list_files(folder: Path) -> tuple[list[Path], tuple[Message, ...]]:
    """All files in a folder and below it, sorted, and notes about links that were not followed.

    Links to files and folders are followed. No folder is read twice: not by a link in a circle, nor where a link leads
    to a folder that is read anyway. UserError where a folder may not be read.
    """
    files: list[Path] = []
    seen: set[tuple[int, int]] = set()
    links: list[Path] = []
    left_out: list[Path] = []
    pending, above = [folder], {_identity(path) for path in folder.resolve().parents}
    while pending or links:
        if not pending:  # the folders themselves come first, then what links lead to
            link = links.pop(0)
            if _identity(link) in seen | above:
                left_out.append(link)
                continue
            pending.append(link)
        here = pending.pop()
        seen.add(_identity(here))
        try:
            for path in sorted(here.iterdir()):
                if path.is_file():
                    files.append(path)
                elif path.is_dir():
                    (links if path.is_symlink() else pending).append(path)
                elif path.is_symlink():
                    left_out.append(path)
        except OSError as problem:
            raise UserError("could not read {path}: {problem}", path=here, problem=problem.strerror) from problem
    if not left_out:
        return sorted(files), ()
    named = list_names(path.relative_to(folder) for path in left_out)
    return sorted(files), (
        Message("links that lead nowhere, or to a folder that is read anyway: {links}", links=named),
    )


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino
