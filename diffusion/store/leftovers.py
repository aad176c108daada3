"""What a killed process leaves in a run folder: temporary files, and the parts of a run that never began.

A run has begun when it has a config.json. A folder that holds nothing but our own files from before that is as good as
empty. A file that is not ours is never removed.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

from .checkpoint_files import EPOCH_FILE
from .files import finished_name
from .run_lock import LOCK

FIRST_FILES = (
    "training/data.npy",
    "training/labels.npy",
    "training/owner",
    "training/plan.json",
)  # before config.json
OTHER_FILES = ("config.json", "metrics.json", "README.md", "nearest.png", "hub.json", "training/resume.pt")


def is_unbegun(folder: Path) -> bool:
    """Whether a run of this name can begin: there is no such folder, or nothing in it but our own leftovers."""
    if folder.exists() and not folder.is_dir():
        return False
    try:
        return all(_is_leftover(folder, path) for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    except OSError:
        return False


def clear_unbegun(folder: Path, keep: tuple[Path, ...] = ()) -> None:
    """Removes the leftovers in a folder for which `is_unbegun` holds, but not the lock. keep: files that stay.

    Needs the lock of the folder.
    """
    for path in [*folder.rglob("*")]:
        if not path.is_dir() and path.name != LOCK and path not in keep and _is_leftover(folder, path):
            path.unlink(missing_ok=True)
    with suppress(OSError):  # it is not empty, or not there
        (folder / "training").rmdir()


def sweep_temporary(folder: Path) -> None:
    """Removes the temporary files that a killed process left in a run. Needs the lock of the folder."""
    for path in [*_files(folder), *_files(folder / "training")]:
        if _is_temporary(folder, path):
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _files(folder: Path) -> Iterator[Path]:
    return folder.iterdir() if folder.is_dir() else iter(())


def _is_leftover(folder: Path, path: Path) -> bool:
    name = path.relative_to(folder).as_posix()
    return not path.is_symlink() and (name in (LOCK, *FIRST_FILES) or _is_temporary(folder, path))


def _is_temporary(folder: Path, path: Path) -> bool:
    """Whether `write_whole` made this file for one of a run's own names."""
    inside = PurePosixPath(path.relative_to(folder).as_posix())
    finished = inside.with_name(finished_name(inside.name) or "-").as_posix()
    known = finished in (*FIRST_FILES, *OTHER_FILES) or EPOCH_FILE.fullmatch(finished) or _is_sample(finished)
    return bool(known) and not path.is_symlink() and path.is_file()


def _is_sample(name: str) -> bool:
    number = name.removeprefix("sample_").removesuffix(".png")
    return name == f"sample_{number}.png" and number.isascii() and number.isdigit()
