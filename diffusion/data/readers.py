"""Reads files that may be pictures, loose or in a .zip; nobody trusts them, and what they state is checked.

Nothing is unpacked to the disk. Of a name in an archive only the suffix and the words of its folders are used, so no
name can lead outside. The amount of data is counted while it is read; see Limits.
"""

import io
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..errors import Message, UserError
from .decode import HEAD_BYTES, begins_as_picture, is_named_as_picture
from .names import safe_name

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
    seconds: float = 40  # to make sprites of them; the time to fetch them is not counted

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


def format_megabytes(count: int) -> str:
    return f"{count / 2**20:,.4g} MB"


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
    with LimitedArchive(path, limits.files, archive_name) as file:
        with refuse_as(Message("{path} is not a readable .zip", path=archive_name)):
            archive = zipfile.ZipFile(file)
        for member in sorted(archive.infolist(), key=lambda member: member.filename):
            picture = path_of(member)
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
    if problem := why_closed(member):
        return problem
    try:
        with archive.open(member) as compressed:
            head = compressed.read(HEAD_BYTES)
            is_picture = is_named_as_picture(suffix) or begins_as_picture(head)
            return head + compressed.read(max_bytes + 1 - len(head)) if is_picture else head
    except Exception:  # of zipfile and zlib, from struct.error to NotImplementedError
        return Message("{what} cannot be unpacked: the .zip is damaged there")


def path_of(member: zipfile.ZipInfo) -> PurePosixPath:
    return PurePosixPath(member.filename.replace("\\", "/"))  # some programs on Windows write \


def why_closed(member: zipfile.ZipInfo) -> Message | None:
    """Why a member of a .zip is not opened, without `what`; None where it is."""
    if member.flag_bits & ENCRYPTED:
        return Message("{what} is locked with a password; make the .zip without one")
    if stat.S_ISLNK(member.external_attr >> 16):
        return Message("{what} is a link; put the picture itself into the .zip")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others cannot be read in part
        return Message("{what} is packed in an unusual way; make the .zip with the usual one, deflate")
    return None


def is_ignored(name: PurePosixPath) -> bool:
    """Whether a system made this file by itself: hidden files and folders, and what a Mac or Windows adds."""
    is_hidden = any(part.startswith(".") and part.strip(".") for part in name.parts)
    return is_hidden or "__MACOSX" in name.parts or name.name.lower() in IGNORED


class LimitedArchive(io.FileIO):
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
