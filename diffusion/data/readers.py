"""Reads pictures and arrays from untrusted files; sizes and types that a file states are checked, not trusted.

Nothing is unpacked to the disk. Of a name in an archive only the suffix and the folders named after kinds are used, so
no name can lead outside. The amount of data is counted while it is read; see Limits.
"""

import io
import stat
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image

from ..errors import Message, UserError
from ..sprites import KINDS, SIZE
from .labels import PathLabels
from .names import safe_name
from .walk import list_files

SUFFIXES = (".png", ".gif", ".bmp", ".jpg", ".jpeg", ".webp")
PILLOW_FORMATS = ("PNG", "GIF", "BMP", "JPEG", "WEBP")  # the only decoders that Pillow may use, whatever the suffix
ENCRYPTED = 1  # a bit of a zip member's flags


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much is read at most. The defaults are for visitors' uploads; a user's own files have OWN_LIMITS.

    ValueError for limits below 1.
    """

    bytes: int = 200 * 2**20  # of all files together, as uploaded; the course's pictures have 69 MB
    unpacked: int = 2**30  # bytes of a .zip's content, and of all pictures with four bytes a pixel
    files: int = 200_000
    side: int = 2048  # pixels of a picture's longer side

    def __post_init__(self) -> None:
        if min(self.bytes, self.unpacked, self.files, self.side) < 1:
            raise UserError("limits must be at least 1, not {limits}", limits=self)


OWN_LIMITS = Limits(bytes=2**40, unpacked=2**40, side=4096)


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


def open_picture(content: bytes) -> Image.Image:
    """A picture file, not decoded yet; raises Pillow's errors. No other decoder is tried: some start programs."""
    return Image.open(io.BytesIO(content), formats=PILLOW_FORMATS)


def fit_to_sprite(picture: Image.Image) -> np.ndarray:
    """Converts any picture to uint8 (16, 16, 3) on white: padded to a square, then resized.

    Resizes with the nearest neighbour where one side is a multiple of the other, else with Lanczos.
    """
    if picture.mode.startswith("I"):  # 16-bit grey, which Pillow would clip to white
        picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    picture = picture.convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    picture = Image.alpha_composite(white, picture).convert("RGB")
    side = max(picture.size)
    if picture.width != picture.height:
        square = Image.new("RGB", (side, side), "white")
        square.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
        picture = square
    is_multiple = side % SIZE == 0 or SIZE % side == 0
    resampling = Image.Resampling.NEAREST if is_multiple else Image.Resampling.LANCZOS
    return np.asarray(picture.resize((SIZE, SIZE), resampling))


def read_pictures(
    pictures: Iterator[tuple[PurePosixPath, bytes]],
    name: str | Message,
    limits: Limits = OWN_LIMITS,
    label_of: Callable[[PurePosixPath], Sequence[int]] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Reads pictures as uint8 (N, 16, 16, 3), with labels float32 (N, 5): 1 where a folder of the path is named so.

    pictures: (path, content of the file); name: of their source, for messages. Reads the first frame of an animation.
    label_of: the labels of the picture with this path; those of its folders unless given.
    ValueError for anything that is not a picture, for no picture at all, and for more than the limits.
    """
    label_of = label_of or PathLabels()
    pixels, labels, unpacked = bytearray(), bytearray(), 0
    for path, content in pictures:
        what = Message("{picture} in {name}", picture=safe_name(path), name=name)
        with (
            refuse_as(Message("{what} is not a picture that can be read", what=what)),
            open_picture(content) as picture,
        ):
            width, height = picture.size  # known before it is decoded
            if max(width, height) > limits.side:
                raise RefusedError(
                    "{what} is {width} x {height}; at most {side} x {side}",
                    what=what,
                    width=width,
                    height=height,
                    side=limits.side,
                )
            unpacked += 4 * width * height
            if unpacked > limits.unpacked:
                raise RefusedError(
                    "the pictures in {name} take more than {unpacked}; make them smaller",
                    name=name,
                    unpacked=format_megabytes(limits.unpacked),
                )
            pixels += fit_to_sprite(picture).tobytes()
        labels += bytes(label_of(path))
        if len(labels) > limits.files * len(KINDS):
            raise UserError("{name} holds more than {files:,} pictures", name=name, files=limits.files)
    if not labels:
        raise UserError(
            "{name} holds no pictures ({suffixes}); a .zip or .npy inside it is not opened",
            name=name,
            suffixes=", ".join(SUFFIXES),
        )
    return (
        np.frombuffer(pixels, np.uint8).reshape(-1, SIZE, SIZE, 3),
        np.frombuffer(labels, np.uint8).reshape(-1, len(KINDS)).astype(np.float32),
    )


def read_folder(folder: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    """The pictures in a folder and below it: (path that begins with the folder's name, content)."""
    for path in list_files(folder)[0]:
        name = PurePosixPath(path.relative_to(folder.parent).as_posix())
        if is_picture_name(name):
            yield name, path.read_bytes()


def read_zip(
    path: Path, limits: Limits = OWN_LIMITS, name: str | Message = ""
) -> Iterator[tuple[PurePosixPath, bytes]]:
    """The pictures in a .zip: (path, content).

    ValueError for encrypted members, links, compression other than deflate, and more than the limits.
    """
    archive_name = name or safe_name(path.name)
    unreadable = Message("{path} is not a readable .zip", path=archive_name)
    bytes_left = limits.unpacked
    with LimitedArchive(path, limits.files, archive_name) as file:
        with refuse_as(unreadable):
            archive = zipfile.ZipFile(file)
        for member in sorted(archive.infolist(), key=lambda member: member.filename):
            picture = PurePosixPath(member.filename.replace("\\", "/"))  # some programs on Windows write \
            if not is_picture_name(picture) or member.is_dir():
                continue
            what = Message("{picture} in {name}", picture=safe_name(picture), name=archive_name)
            if member.flag_bits & ENCRYPTED:
                raise UserError("{what} is locked with a password; make the .zip without one", what=what)
            if stat.S_ISLNK(member.external_attr >> 16):
                raise UserError("{what} is a link; put the picture itself into the .zip", what=what)
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others cannot be read in part
                raise UserError(
                    "{what} is packed in an unusual way; make the .zip with the usual one, deflate", what=what
                )
            max_bytes = min(4 * limits.side**2, bytes_left)
            with refuse_as(unreadable), archive.open(member) as compressed:
                content = compressed.read(max_bytes + 1)
            if len(content) > max_bytes:
                raise (
                    UserError("{what} is too large for a sprite", what=what)
                    if max_bytes < bytes_left
                    else UserError(
                        "{path} unpacks to more than {unpacked}; upload fewer pictures",
                        path=archive_name,
                        unpacked=format_megabytes(limits.unpacked),
                    )
                )
            bytes_left -= len(content)
            yield picture, content


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


def is_picture_name(name: PurePosixPath) -> bool:
    """Whether a file may be a picture, by its suffix; hidden files are not."""
    return name.suffix.lower() in SUFFIXES and not is_hidden(name)


def is_hidden(name: PurePosixPath) -> bool:
    return name.name.startswith(".") or "__MACOSX" in name.parts
