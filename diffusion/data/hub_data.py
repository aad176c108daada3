"""Reads a data set of the Hub: arrays, a .zip of pictures, or pictures in class folders. Visitors may name any.

All files are of one commit, and the checksum of each is verified before it is read.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ..errors import Message, UserError
from ..refs import HubDataset
from ..store import write_whole
from .array_files import load_arrays, load_labels
from .arrays import Found, read_arrays
from .decode import is_named_as_picture
from .labels import PathLabels
from .names import list_names
from .readers import File, Limits, is_ignored
from .sheets import AUTOMATIC, Sheet
from .sources import read_labelled_pictures, read_source_zip
from .tables import CAPTION, MAX_CAPTION, MAX_TABLE, MAX_TABLES, TABLES, Described, stem_of

if TYPE_CHECKING:
    from huggingface_hub import HfApi

    from ..hub import RemoteFile, Repo

MAX_BYTES = 2**29  # of one file, and of all pictures together
MAX_LABELS = 2**24  # bytes of an array of labels
MAX_FILES = 2000  # pictures, each with a request of its own
AT_ONCE = 8  # requests
LIMITS = Limits(bytes=MAX_BYTES)  # a visitor's
ABOUT = ("readme", "readme.md", "license", "license.md", "license.txt")  # files that nobody expects to be read


def read_hub(ref: HubDataset, sheet: Sheet = AUTOMATIC) -> Found:
    """The sprites of a data set: one .npy or .npz with at most one .npy of labels, one .zip, or single pictures.

    sheet: how sheets of tiles are cut. UserError where it holds something else or more than the limits, and where the
    Hub cannot be reached.
    """
    from huggingface_hub import HfApi  # slow to import, and seldom needed

    from ..hub import as_generator, explain_hub_errors, list_repo, run_to_end, run_with_deadline

    api, name = HfApi(), str(ref)
    with explain_hub_errors(api, name):
        repo = run_to_end(run_with_deadline(as_generator(lambda: list_repo(api, ref.repo, kind="dataset"))))
    files = {path: file for file in repo.files.values() if not is_ignored(path := PurePosixPath(file.name))}
    of_type = {
        end: [path for path in files if path.suffix.lower() == end] for end in (".npy", ".npz", ".zip", ".parquet")
    }
    labels = [path for path in of_type[".npy"] if "label" in path.name.casefold()]
    arrays = [path for path in (*of_type[".npy"], *of_type[".npz"]) if path not in labels]
    pictures = [path for path in files if is_named_as_picture(path.suffix)]
    if len(arrays) == 1 and len(labels) <= 1:
        found = _read_arrays(api, repo, files[arrays[0]], files[labels[0]] if labels else None, name)
        return _say_what_is_left(found, name, [arrays[0], *labels], files)
    if not arrays and not labels and len(of_type[".zip"]) == 1:
        found = _read_zip(api, repo, files[of_type[".zip"][0]], name, sheet)
        return _say_what_is_left(found, name, of_type[".zip"], files)
    if of_type[".parquet"] and not (arrays or labels or of_type[".zip"]):
        raise UserError(
            "{name} holds its pictures as Parquet, which is not read here; save them as one .zip of pictures or one "
            ".npy, and name that file",
            name=name,
        )
    if arrays or labels or of_type[".zip"] or not pictures:
        raise UserError(
            "{name} must hold one .npy of pictures and at most one of labels, or one .zip of pictures, or "
            "pictures alone",
            name=name,
        )
    return _read_pictures(api, repo, pictures, files, name, sheet)


def _read_arrays(api: "HfApi", repo: "Repo", pictures: "RemoteFile", labels: "RemoteFile | None", name: str) -> Found:
    with _downloaded(api, repo, pictures, name, MAX_BYTES) as (path, title):
        array, own = load_arrays(path, None, LIMITS, title)
    if labels and own is not None:
        raise UserError(
            "{name} must hold one .npy of pictures and at most one of labels, or one .zip of pictures, or "
            "pictures alone",
            name=name,
        )
    if labels:
        with _downloaded(api, repo, labels, name, MAX_LABELS) as (path, title):
            own = load_labels(path, Limits(bytes=MAX_LABELS), title)
    return read_arrays(array, own, name, LIMITS)


def _read_zip(api: "HfApi", repo: "Repo", file: "RemoteFile", name: str, sheet: Sheet) -> Found:
    with _downloaded(api, repo, file, name, MAX_BYTES) as (path, title):
        return read_source_zip(path, LIMITS, sheet, title, name)


def _read_pictures(
    api: "HfApi",
    repo: "Repo",
    pictures: list[PurePosixPath],
    files: "dict[PurePosixPath, RemoteFile]",
    name: str,
    sheet: Sheet,
) -> Found:
    if len(pictures) > MAX_FILES:
        raise UserError(
            "{name} holds {count:,} single pictures; at most {most:,} are fetched one by one: put them into one .zip",
            name=name,
            count=len(pictures),
            most=MAX_FILES,
        )
    _check_size(
        Message("{count:,} pictures", count=len(pictures)), name, sum(files[path].size for path in pictures), MAX_BYTES
    )
    tables = [path for path in files if path.suffix.lower() in TABLES]
    small = [path for path in tables if files[path].size <= MAX_TABLE][:MAX_TABLES]
    stems = set(map(stem_of, pictures))
    captions = [path for path in files if path.suffix.lower() == CAPTION and stem_of(path) in stems][:MAX_FILES]
    others = files.keys() - {*pictures, *tables, *captions}
    foreign = [path for path in files if path in others and path.name.lower() not in ABOUT]

    def download(paths: list[PurePosixPath]) -> Iterator[tuple[PurePosixPath, bytes]]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            try:
                yield from zip(paths, pool.map(lambda path: _fetch(api, repo, files[path]), paths), strict=True)
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    described = Described()
    for path, content in chain(download(small), ((path, b"") for path in tables if path not in small)):
        described.read_table(path, content)
    for path, content in download([path for path in captions if files[path].size <= MAX_CAPTION]):
        described.read_caption(path, content)
    unused: Iterator[File] = ((path, b"") for path in foreign)
    labels_of = PathLabels(described, pictures)
    return read_labelled_pictures(chain(download(sorted(pictures)), unused), labels_of, name, LIMITS, sheet)


def _say_what_is_left(
    found: Found, name: str, taken: list[PurePosixPath], files: "dict[PurePosixPath, RemoteFile]"
) -> Found:
    """Adds which files were taken, where there are others that could be data."""
    data = (".npy", ".npz", ".zip", ".parquet", *TABLES)
    left = [
        path
        for path in files
        if path not in taken and (path.suffix.lower() in data or is_named_as_picture(path.suffix))
    ]
    if not left:
        return found
    said = Message(
        "from {name} only {used} was read; {count:,} other files were left out",
        name=name,
        used=list_names(path.name for path in taken),
        count=len(left),
    )
    return replace(found, notes=(said, *found.notes))


def _check_size(file: str | Message, name: str, size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise UserError(
            "{file} of {name} has {size:,} bytes; at most {max_bytes:,} are taken",
            file=file,
            name=name,
            size=size,
            max_bytes=max_bytes,
        )


@contextmanager
def _downloaded(
    api: "HfApi", repo: "Repo", file: "RemoteFile", name: str, max_bytes: int
) -> Iterator[tuple[Path, Message]]:
    """The file in a temporary folder, and how messages call it."""
    _check_size(file.name, name, file.size, max_bytes)
    with TemporaryDirectory() as folder:
        path = Path(folder) / PurePosixPath(file.name).name
        write_whole(path, _fetch(api, repo, file))
        yield path, Message("{file} of {repo}", file=file.name, repo=name)


def _fetch(api: "HfApi", repo: "Repo", file: "RemoteFile") -> bytes:
    from ..hub import fetch, run_to_end

    return run_to_end(fetch(api, repo, file))
