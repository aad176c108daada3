"""Reads folders and .zip files that may hold pictures, arrays and tables of labels, and says which of them it took."""

import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import ClassVar

import numpy as np

from ..errors import Message, UserError
from .array_files import (
    ARRAYS,
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
from .decode import is_named_as_picture
from .labels import PathLabels
from .names import list_names, safe_name
from .pictures import read_pictures
from .readers import OWN_LIMITS, File, Limits, is_ignored, path_of, read_file, read_zip
from .sheets import AUTOMATIC, Sheet
from .tables import CAPTION, MAX_CAPTION, MAX_TABLE, MAX_TABLES, TABLES, Described, stem_of
from .walk import list_files


def read_source_folder(folder: Path, sheet: Sheet = AUTOMATIC) -> Found:
    """The sprites in a folder on one's own disk, and below it. sheet: how sheets of tiles are cut."""
    paths, notes = list_files(folder)
    below = folder.parent  # names begin with the folder's own
    files = {
        PurePosixPath(path.relative_to(below).as_posix()): path
        for path in paths
        if not is_ignored(PurePosixPath(path.relative_to(folder).as_posix()))
    }
    source, name = _Folder(files), folder.name or folder.resolve().name
    found = _find_arrays(source, name)
    if isinstance(found, PathLabels):
        found.root = PurePosixPath(folder.name)
        is_said = _is_said(source, found)
        pictures = (read_file(path, name) for name, path in files.items() if not is_said(name))
        found = read_labelled_pictures(pictures, found, name, OWN_LIMITS, sheet)
    return replace(found, notes=(*notes, *found.notes))


def read_loose(files: Sequence[Path], title: str | Message, limits: Limits, sheet: Sheet = AUTOMATIC) -> Found:
    """The sprites of single files, with the tables and text files among them. title: for messages."""
    named = [(name, file) for file in sorted(files) if not is_ignored(name := PurePosixPath(file.name))]
    source = _Folder(dict(named))
    labels_of = PathLabels(describe(source), (name for name, _ in named))  # two may have one name
    is_said = _is_said(source, labels_of)
    pictures = (read_file(file, name) for name, file in named if not is_said(name))
    return read_labelled_pictures(pictures, labels_of, title, limits, sheet)


def read_source_zip(
    path: Path,
    limits: Limits = OWN_LIMITS,
    sheet: Sheet = AUTOMATIC,
    title: str | Message = "",
    name: str | Message = "",
) -> Found:
    """The sprites in a .zip. title: of the file, for messages; name: of the data set; the file's unless given."""
    title = title or safe_name(path.name)
    with _open_archive(path, limits, title) as source:
        found = _find_arrays(source, name or title)
    del source  # and with it the archive's list, before it is read again
    if isinstance(found, Found):
        return found
    is_said = _is_said(_Archive, found)
    pictures = (file for file in read_zip(path, limits, title) if not is_said(file[0]))
    return read_labelled_pictures(pictures, found, title, limits, sheet)


def read_labelled_pictures(
    files: Iterator[File],
    labels_of: PathLabels,
    name: str | Message,
    limits: Limits = OWN_LIMITS,
    sheet: Sheet = AUTOMATIC,
) -> Found:
    """Pictures, labelled by their paths. Files that are none are named in the notes."""
    pixels, places, notes = read_pictures(files, name, limits, sheet, labels_of)
    found = labels_of.label(places)
    return Found(pixels, found.labels, (*notes, *found.notes), found.vocabulary)


def _is_said(source: "type[_Archive] | _Folder", labels_of: PathLabels) -> Callable[[PurePosixPath], bool]:
    """Whether `_find_arrays` or `_describe` has used a file, or said that it is not used."""

    def is_said(path: PurePosixPath) -> bool:
        suffix = path.suffix.lower()
        is_caption = suffix == CAPTION and stem_of(path) in labels_of.described.of_stem
        return is_caption or suffix in (*source.array_suffixes, *TABLES)

    return is_said


def _find_arrays(source: "_Folder | _Archive", name: str | Message) -> Found | PathLabels:
    """The sprites of the arrays, where they are unmistakable; else the labels for the pictures there are."""
    count, has_pictures, arrays = 0, False, []  # of very many pictures the names are not kept
    for path in source.paths():
        count += 1
        if path.suffix.lower() in source.array_suffixes:
            arrays.append(path)
        has_pictures |= is_named_as_picture(path.suffix)
    shapes, problem = {}, None
    for path in arrays[: MAX_MEMBERS + 1]:  # so many have more than one meaning anyway
        try:
            shapes[str(path)] = source.shape(path)
        except UserError as error:  # a foreign array beside the pictures, such as a pickle
            problem = error
    if len(arrays) <= MAX_MEMBERS and (chosen := choose(shapes)):
        taken = [PurePosixPath(each) for each in chosen if each]
        found = read_arrays(*source.load(*taken), safe_name(taken[0].name), source.limits)
        left = count - len(taken)
        used = list_names(path.name for path in taken)
        said = Message(
            "from {name} only {used} was read; {count:,} other files were left out", name=name, used=used, count=left
        )
        return replace(found, notes=(said, *found.notes)) if left else found
    if arrays and not has_pictures:
        raise problem or UserError(
            "{name} holds the arrays {arrays}; keep one of pictures, and one of labels at most",
            name=name,
            arrays=list_names(path.name for path in arrays),
        )
    labels_of = PathLabels(describe(source), source.paths())
    if arrays:
        unused = list_names(path.name for path in arrays)
        labels_of.said.append(Message("{name} holds pictures and arrays: {arrays} not used", name=name, arrays=unused))
    return labels_of


def describe(source: "_Folder | _Archive") -> Described:
    """What the tables and text files in a source say of its pictures."""
    described, tables, captions = Described(), [], {}
    for path in source.paths():
        if path.suffix.lower() in TABLES:
            tables.append(path)
        elif path.suffix.lower() == CAPTION:
            captions[stem_of(path)] = path
    for number, path in enumerate(tables):
        described.read_table(path, source.read(path) if number < MAX_TABLES else b"")
    if captions:
        beside = (stem_of(path) for path in source.paths() if is_named_as_picture(path.suffix))
        paths, left = {captions[stem] for stem in beside if stem in captions}, MAX_TABLE
        for path, content in source.read_small(paths):
            left -= len(content)
            described.read_caption(path, content if left >= 0 else b"")
    return described


@dataclass(frozen=True)
class _Folder:
    """Files by their paths, which begin with the folder's name."""

    files: dict[PurePosixPath, Path]
    limits: ClassVar = OWN_LIMITS
    array_suffixes: ClassVar = ARRAYS

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

    def read_small(self, names: Collection[PurePosixPath]) -> Iterator[tuple[PurePosixPath, bytes]]:
        """Text files, and nothing of those that are larger than MAX_CAPTION or may not be read."""
        for name in names:
            content = b""
            with suppress(OSError), open(self.files[name], "rb") as file:
                content = file.read(MAX_CAPTION + 1)
            yield name, content if len(content) <= MAX_CAPTION else b""


@dataclass(frozen=True)
class _Archive:
    """Files by their paths in the .zip."""

    archive: zipfile.ZipFile
    limits: Limits
    title: str | Message
    array_suffixes: ClassVar = (".npy",)  # a .npz is an archive in the archive

    def paths(self) -> Iterable[PurePosixPath]:
        return (path for path, _ in self._members())

    def _members(self) -> Iterator[tuple[PurePosixPath, zipfile.ZipInfo]]:
        for member in self.archive.infolist():
            path = path_of(member)
            if not member.filename.endswith("/") and not is_ignored(path):
                yield path, member

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

    def read_small(self, names: Collection[PurePosixPath]) -> Iterator[tuple[PurePosixPath, bytes]]:
        """As `_Folder.read_small`, in one pass over the archive's list."""
        for name, member in self._members():
            if name in names:
                content = b""
                with suppress(UserError):
                    content = read_member(self.archive, member, MAX_CAPTION, self.title)
                yield name, content


@contextmanager
def _open_archive(path: Path, limits: Limits, title: str | Message) -> Iterator[_Archive]:
    with open_zip(path, limits, title) as archive:
        yield _Archive(archive, limits, title)
