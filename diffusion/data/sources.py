"""Reads folders and .zip files that may hold pictures, arrays and tables of labels, and says which of them it took."""

import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import numpy as np

from ..errors import Message, UserError
from .array_files import (
    MAX_MEMBERS,
    choose,
    load_arrays,
    npy_member_header,
    npy_shape,
    npz_shape,
    open_zip,
    read_member,
    read_npy_member,
)
from .arrays import Found, read_arrays
from .labels import MAX_TABLE, MAX_TABLES, TABLES, PathLabels
from .names import list_names, safe_name
from .readers import OWN_LIMITS, Limits, is_hidden, is_picture_name, read_folder, read_pictures, read_zip
from .walk import list_files

Pictures = Iterator[tuple[PurePosixPath, bytes]]


def read_source_folder(folder: Path) -> Found:
    """The sprites in a folder on one's own disk, and below it."""
    files, notes = list_files(folder)
    names = {PurePosixPath(path.relative_to(folder.parent).as_posix()): path for path in files}
    name = folder.name or folder.resolve().name
    found = _find_arrays(_Folder(names), name)
    if isinstance(found, PathLabels):
        found.root = PurePosixPath(folder.name)
        found = read_labelled_pictures(read_folder(folder), found, name, OWN_LIMITS)
    return replace(found, notes=(*notes, *found.notes))


def read_source_zip(
    path: Path, limits: Limits = OWN_LIMITS, title: str | Message = "", name: str | Message = ""
) -> Found:
    """The sprites in a .zip. title: of the file, for messages; name: of the data set; the file's unless given."""
    title = title or safe_name(path.name)
    with _open_archive(path, limits, title) as source:
        found = _find_arrays(source, name or title)
    del source  # and with it the archive's list, before it is read again
    if isinstance(found, Found):
        return found
    return read_labelled_pictures(read_zip(path, limits, title), found, name or title, limits)


def read_labelled_pictures(pictures: Pictures, labels_of: PathLabels, name: str | Message, limits: Limits) -> Found:
    """Pictures, labelled by their paths."""
    pixels, labels = read_pictures(pictures, name, limits, labels_of)
    return Found(pixels, labels, labels_of.notes())


def _find_arrays(source: "_Folder | _Archive", name: str | Message) -> Found | PathLabels:
    """The sprites of the arrays, where they are unmistakable; else the labels for the pictures there are."""
    count, arrays, tables = 0, [], []  # a .zip may hold very many pictures: their names are not kept
    for path in source.paths():
        count += is_picture_name(path)
        if path.suffix.lower() in source.array_suffixes and not is_hidden(path):
            arrays.append(path)
        elif path.suffix.lower() in TABLES and not is_hidden(path):
            tables.append(path)
    shapes, problem = {}, None
    for path in arrays[: MAX_MEMBERS + 1]:  # so many have more than one meaning anyway
        try:
            shapes[str(path)] = source.shape(path)
        except UserError as error:  # a foreign array beside the pictures, such as a pickle
            problem = error
    if len(arrays) <= MAX_MEMBERS and (chosen := choose(shapes)):
        taken = [PurePosixPath(each) for each in chosen if each]
        found = read_arrays(*source.load(*taken), safe_name(taken[0].name), source.limits)
        left = count + len(arrays) + len(tables) - len(taken)
        used = list_names(path.name for path in taken)
        said = Message(
            "from {name} only {used} was read; {count:,} other files were left out", name=name, used=used, count=left
        )
        return replace(found, notes=(said, *found.notes)) if left else found
    if arrays and not count:
        raise problem or UserError(
            "{name} holds the arrays {arrays}; keep one of pictures, and one of labels at most",
            name=name,
            arrays=list_names(path.name for path in arrays),
        )
    labels_of = PathLabels.from_tables(
        ((path, source.read(path) if number < MAX_TABLES else b"") for number, path in enumerate(tables)),
        (path for path in source.paths() if is_picture_name(path)),
    )
    if arrays:
        unused = list_names(path.name for path in arrays)
        labels_of.said.append(Message("{name} holds pictures and arrays: {arrays} not used", name=name, arrays=unused))
    return labels_of


@dataclass(frozen=True)
class _Folder:
    """Files by their paths, which begin with the folder's name."""

    files: dict[PurePosixPath, Path]
    limits: Limits = OWN_LIMITS
    array_suffixes: tuple[str, ...] = (".npy", ".npz")

    def paths(self) -> Iterable[PurePosixPath]:
        return self.files

    def shape(self, name: PurePosixPath) -> tuple[int, ...]:
        file = self.files[name]
        return npy_shape(file) if name.suffix.lower() == ".npy" else npz_shape(file)

    def load(
        self, pictures: PurePosixPath, labels: PurePosixPath | None = None
    ) -> tuple[np.ndarray, np.ndarray | None]:
        return load_arrays(self.files[pictures], self.files[labels] if labels else None)

    def read(self, name: PurePosixPath) -> bytes:
        if self.files[name].stat().st_size > MAX_TABLE:
            return b""
        return self.files[name].read_bytes()


@dataclass(frozen=True)
class _Archive:
    """Files by their paths in the .zip."""

    archive: zipfile.ZipFile
    limits: Limits
    title: str | Message
    array_suffixes: tuple[str, ...] = (".npy",)  # a .npz is an archive in the archive

    def paths(self) -> Iterable[PurePosixPath]:
        return (path for path, _ in self._members())

    def _members(self) -> Iterator[tuple[PurePosixPath, zipfile.ZipInfo]]:
        for member in self.archive.infolist():
            if member.filename and not member.is_dir():
                yield PurePosixPath(member.filename.replace("\\", "/")), member

    def _find(self, name: PurePosixPath) -> zipfile.ZipInfo:
        return next(member for path, member in self._members() if path == name)

    def shape(self, name: PurePosixPath) -> tuple[int, ...]:
        return npy_member_header(self.archive, self._find(name), self.title)[0]

    def load(
        self, pictures: PurePosixPath, labels: PurePosixPath | None = None
    ) -> tuple[np.ndarray, np.ndarray | None]:
        first = read_npy_member(self.archive, self._find(pictures), self.limits.bytes, self.title)
        left = self.limits.bytes - first.nbytes
        return first, read_npy_member(self.archive, self._find(labels), left, self.title) if labels else None

    def read(self, name: PurePosixPath) -> bytes:
        member = self._find(name)
        return b"" if member.file_size > MAX_TABLE else read_member(self.archive, member, MAX_TABLE, self.title)


@contextmanager
def _open_archive(path: Path, limits: Limits, title: str | Message) -> Iterator[_Archive]:
    with open_zip(path, limits, title) as archive:
        yield _Archive(archive, limits, title)
