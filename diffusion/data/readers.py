"""Reads pictures and arrays from untrusted files; sizes and types that a file states are checked, not trusted.

Nothing is unpacked to the disk. Of a name in an archive only the suffix and the folders named after kinds are used, so
no name can lead outside. The amount of data is counted while it is read; see Limits.
"""

import io
import math
import re
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from ..errors import Message, UserError
from .decode import HEAD_BYTES, begins_as_picture, is_named_as_picture

NPY_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
ENCRYPTED = 1  # a bit of a zip member's flags
IGNORED = ("thumbs.db",)  # and hidden files: what systems add by themselves

File = tuple[
    PurePosixPath, bytes | Message
]  # a file's path, and its content, or of what cannot be used the reason, without `what`


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much is read at most. The defaults are for visitors' uploads; a user's own files have OWN_LIMITS.

    ValueError for limits below 1.
    """

    bytes: int = 200 * 2**20  # of all files together, as uploaded; the course's pictures have 69 MB
    unpacked: int = 2**30  # bytes of a .zip's content, and of all pictures with four bytes a pixel
    files: int = 100_000  # and pictures: the course has 89,400
    side: int = 2048  # pixels of a picture's longer side
    seconds: float = 40  # to read all of it

    def __post_init__(self) -> None:
        if min(self.bytes, self.unpacked, self.files, self.side) < 1 or self.seconds <= 0:
            raise UserError("limits must be at least 1, not {limits}", limits=self)


OWN_LIMITS = Limits(bytes=2**40, unpacked=2**40, files=200_000, side=4096, seconds=86_400)


class RefusedError(UserError):
    """A file was read and is wrong; the message is for people."""


@contextmanager
def refuse_as(message: Message) -> Iterator[None]:
    """Replaces any exception of a library, from struct.error to MemoryError, by a RefusedError with this message."""
    try:
        yield
    except RefusedError:
        raise
    except Exception:
        raise RefusedError(message) from None


def safe_name(name: object) -> str:
    """An untrusted file name for a message: at most 80 printable characters, without HTML."""
    text = re.sub(r"[<>&]", "?", "".join(c if c.isprintable() else "?" for c in str(name)))
    return text if len(text) <= 80 else f"…{text[-79:]}"


def format_megabytes(count: int) -> str:
    return f"{count / 2**20:,.4g} MB"


def load_npy(path: Path, limits: Limits = OWN_LIMITS, name: str | Message = "") -> np.ndarray:
    """Reads an array of plain numbers, of any shape. Never opens a pickle, or a .npz, which is a zip.

    name: for messages, where not the file's. ValueError for other files and for more than limits.bytes.
    """
    name = name or safe_name(path.name)
    if not path.is_file():
        raise UserError("{path} does not exist", path=path)
    if path.stat().st_size > limits.bytes:
        raise UserError("{path} has more than {bytes}", path=name, bytes=format_megabytes(limits.bytes))
    with refuse_as(Message("{path} is not a .npy array of plain numbers", path=name)), open(path, "rb") as file:
        shape, _, dtype = NPY_HEADERS[np.lib.format.read_magic(file)](file)
        if math.prod(shape) * dtype.itemsize > path.stat().st_size:
            raise UserError("the file is shorter than its header says")  # numpy would allocate all of it
        file.seek(0)
        return np.load(file, allow_pickle=False)


def read_folder(folder: Path) -> Iterator[File]:
    """The files in a folder and below it: (path that begins with the folder's name, content)."""
    for path in sorted(folder.rglob("*")):
        name = PurePosixPath(path.relative_to(folder.parent).as_posix())
        if path.is_file() and not is_ignored(PurePosixPath(path.relative_to(folder).as_posix())):
            yield read_file(path, name)


def read_file(path: Path, name: PurePosixPath) -> File:
    """One file; of what is no picture only the beginning, and of a file that may not be read the reason."""
    try:
        with open(path, "rb") as file:
            head = file.read(HEAD_BYTES)
            is_picture = is_named_as_picture(name.suffix) or begins_as_picture(head)
            return name, head + file.read() if is_picture else head
    except OSError as problem:
        return name, Message("{what} could not be opened: {problem}", problem=problem.strerror)


def read_zip(path: Path, limits: Limits = OWN_LIMITS, name: str | Message = "") -> Iterator[File]:
    """The files in a .zip: (path, content), or (path, reason) of those that cannot be used.

    Those are encrypted members, links, damaged ones, those larger than any picture, and those not packed by deflate.
    ValueError for a damaged archive and for more than the limits.
    """
    archive_name = name or safe_name(path.name)
    bytes_left = limits.unpacked
    with _LimitedArchive(path, limits.files, archive_name) as file:
        with refuse_as(Message("{path} is not a readable .zip", path=archive_name)):
            archive = zipfile.ZipFile(file)
        for member in sorted(archive.infolist(), key=lambda member: member.filename):
            picture = PurePosixPath(member.filename.replace("\\", "/"))  # some programs on Windows write \
            if member.filename.endswith("/") or is_ignored(picture):
                continue
            max_bytes = min(4 * limits.side**2, bytes_left)
            content = _read_member(archive, member, picture.suffix, max_bytes)
            if isinstance(content, bytes):
                bytes_left -= len(content)
                if bytes_left < 0:
                    raise UserError(
                        "{path} unpacks to more than {unpacked}; upload fewer pictures",
                        path=archive_name,
                        unpacked=format_megabytes(limits.unpacked),
                    )
                if len(content) > max_bytes:
                    content = Message("{what} is too large for a sprite")
            yield picture, content


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, suffix: str, max_bytes: int) -> bytes | Message:
    """The content, or why it cannot be read. Of what is no picture: its beginning; of a long one: a byte too many."""
    if member.flag_bits & ENCRYPTED:
        return Message("{what} is locked with a password; make the .zip without one")
    if stat.S_ISLNK(member.external_attr >> 16):
        return Message("{what} is a link; put the picture itself into the .zip")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others cannot be read in part
        return Message("{what} is packed in an unusual way; make the .zip with the usual one, deflate")
    try:
        with archive.open(member) as compressed:
            head = compressed.read(HEAD_BYTES)
            is_picture = is_named_as_picture(suffix) or begins_as_picture(head)
            return head + compressed.read(max_bytes + 1 - len(head)) if is_picture else head
    except Exception:  # of zipfile and zlib, from struct.error to NotImplementedError
        return Message("{what} cannot be unpacked: the .zip is damaged there")


def is_ignored(name: PurePosixPath) -> bool:
    """Whether a system made this file by itself: hidden files and folders, and what a Mac or Windows adds."""
    is_hidden = any(part.startswith(".") and part.strip(".") for part in name.parts)
    return is_hidden or "__MACOSX" in name.parts or name.name.lower() in IGNORED


class _LimitedArchive(io.FileIO):
    """An archive's file that refuses to be read if it lists too many members.

    zipfile reads the whole list at once and keeps it in memory, whatever number the archive's header states.
    """

    def __init__(self, path: Path, max_files: int, archive_name: str | Message) -> None:
        super().__init__(path)
        self.max_files, self.archive_name = max_files, archive_name

    def read(self, size: int | None = -1, /) -> bytes:
        content = super().read(size)
        if content.count(b"PK\1\2") > 2 * self.max_files:  # a Mac adds a second, hidden file for each
            raise RefusedError("{name} holds more than {files:,} files", name=self.archive_name, files=self.max_files)
        return content
