"""Read pictures and arrays that came from somebody else, without believing what they say of themselves.

Nothing is unpacked to the disk: of a name in an archive only the suffix and the kinds among its folders count, so no
name can point anywhere. How much there is gets counted while it is read; see Limits.
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
from PIL import Image

from ..errors import Message, UserError
from ..sprites import KINDS

SIZE = 16
SUFFIXES = (".png", ".gif", ".bmp", ".jpg", ".jpeg", ".webp")
FORMATS = ("PNG", "GIF", "BMP", "JPEG", "WEBP")  # all that Pillow may try, whatever a file is called
NPY_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
ENCRYPTED = 1  # bit of a zip member's flags


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much is read. These are for what visitors upload; a person's own files on the command line have OWN."""

    bytes: int = 200 * 2**20  # of all files together, as they come; the course's pictures are 69 MB
    unpacked: int = 2**30  # of all that a .zip holds, and of all pictures at four bytes a pixel
    files: int = 200_000
    side: int = 2048  # pixels of one picture

    def __post_init__(self) -> None:
        if min(self.bytes, self.unpacked, self.files, self.side) < 1:
            raise UserError("limits must be at least 1, not {value}", value=self)


OWN = Limits(bytes=2**40, unpacked=2**40, side=4096)


class RefusedError(UserError):
    """Read so far and found wrong: its text is for people as it stands."""


@contextmanager
def refuse_as(message: Message) -> Iterator[None]:
    """Whatever a library raises over a foreign file, from struct.error to MemoryError, becomes this one sentence."""
    try:
        yield
    except RefusedError:
        raise
    except Exception:
        raise RefusedError(message) from None


def safe_name(name: object) -> str:
    """A foreign file's name for a message: short, in one line, and nothing that a browser could take for HTML."""
    text = re.sub(r"[<>&]", "?", "".join(c if c.isprintable() else "?" for c in str(name)))
    return text if len(text) <= 80 else f"…{text[-79:]}"


def format_megabytes(count: int) -> str:
    return f"{count / 2**20:,.4g} MB"


def load_npy(path: Path, limits: Limits = OWN, name: str | Message = "") -> np.ndarray:
    """Plain numbers of any shape. No pickle is ever opened, nor a .npz, which is a zip. name: for people."""
    name = name or safe_name(path.name)
    if not path.is_file():
        raise UserError("{path} does not exist", path=path)
    if path.stat().st_size > limits.bytes:
        raise UserError("{path} has more than {bytes}", path=name, bytes=format_megabytes(limits.bytes))
    with refuse_as(Message("{path} is not a .npy array of plain numbers", path=name)), open(path, "rb") as file:
        shape, _, dtype = NPY_HEADERS[np.lib.format.read_magic(file)](file)
        if math.prod(shape) * dtype.itemsize > path.stat().st_size:
            raise UserError("numpy would ask for all that memory first")
        file.seek(0)
        return np.load(file, allow_pickle=False)


def fit_to_sprite(picture: Image.Image) -> np.ndarray:
    """Any picture as uint8 (16, 16, 3): transparency onto white; whole multiples by nearest, else a good reduction."""
    if picture.mode.startswith("I"):  # 16 bits of grey, which Pillow would clip to white
        picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    picture = picture.convert("RGBA")
    ground = Image.new("RGBA", picture.size, "white")
    picture = Image.alpha_composite(ground, picture).convert("RGB")
    side = max(picture.size)
    if picture.width != picture.height:
        square = Image.new("RGB", (side, side), "white")
        square.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
        picture = square
    whole = side % SIZE == 0 or SIZE % side == 0
    return np.asarray(picture.resize((SIZE, SIZE), Image.Resampling.NEAREST if whole else Image.Resampling.LANCZOS))


def read_pictures(
    pictures: Iterator[tuple[PurePosixPath, bytes]], name: str | Message, limits: Limits = OWN
) -> tuple[np.ndarray, np.ndarray]:
    """uint8 (N, 16, 16, 3), and float32 (N, 5): 1 where a folder of the path is named after the kind.

    Of an animation the first frame counts.
    """
    pixels, labels, unpacked = bytearray(), bytearray(), 0
    for path, content in pictures:
        what = Message("{picture} in {name}", picture=safe_name(path), name=name)
        with (
            refuse_as(Message("{what} is not a picture that can be read", what=what)),
            Image.open(io.BytesIO(content), formats=FORMATS) as picture,
        ):
            width, height = picture.size  # known before any of it is unpacked
            if max(width, height) > limits.side:
                raise RefusedError(
                    "{what} is {width} x {height}; at most {side} x {side2}",
                    what=what,
                    width=width,
                    height=height,
                    side=limits.side,
                    side2=limits.side,
                )
            unpacked += 4 * width * height
            if unpacked > limits.unpacked:
                raise RefusedError(
                    "the pictures in {name} take more than {unpacked}; make them smaller",
                    name=name,
                    unpacked=format_megabytes(limits.unpacked),
                )
            pixels += fit_to_sprite(picture).tobytes()
        labels += bytes(kind in path.parts[:-1] for kind in KINDS)
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
    """(path that begins with the folder's name, content) of the pictures in a folder and below."""
    for path in sorted(folder.rglob("*")):
        name = PurePosixPath(path.relative_to(folder.parent).as_posix())
        if path.is_file() and _may_be_picture(name):
            yield name, path.read_bytes()


def read_zip(path: Path, limits: Limits = OWN, name: str | Message = "") -> Iterator[tuple[PurePosixPath, bytes]]:
    """(path, content) of the pictures in an archive. Refuses locked and linked ones, and any packing but deflate."""
    archive_name = name or safe_name(path.name)
    unreadable = Message("{path} is not a readable .zip", path=archive_name)
    left = limits.unpacked
    with _ShortList(path, limits.files, archive_name) as file:
        with refuse_as(unreadable):
            archive = zipfile.ZipFile(file)
        for member in sorted(archive.infolist(), key=lambda member: member.filename):
            picture = PurePosixPath(member.filename.replace("\\", "/"))  # as some programs on Windows write it
            if not _may_be_picture(picture) or member.is_dir():
                continue
            what = Message("{picture} in {name}", picture=safe_name(picture), name=archive_name)
            if member.flag_bits & ENCRYPTED:
                raise UserError("{what} is locked with a password; make the .zip without one", what=what)
            if stat.S_ISLNK(member.external_attr >> 16):
                raise UserError("{what} is a link; put the picture itself into the .zip", what=what)
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others cannot be stopped
                raise UserError(
                    "{what} is packed in an unusual way; make the .zip with the usual one, deflate", what=what
                )
            most = min(4 * limits.side**2, left)
            with refuse_as(unreadable), archive.open(member) as packed:
                content = packed.read(most + 1)
            if len(content) > most:
                raise (
                    UserError("{what} is too large for a sprite", what=what)
                    if most < left
                    else UserError(
                        "{path} unpacks to more than {unpacked}; upload fewer pictures",
                        path=archive_name,
                        unpacked=format_megabytes(limits.unpacked),
                    )
                )
            left -= len(content)
            yield picture, content


class _ShortList(io.FileIO):
    """An archive that refuses to say what is in it where that is too much.

    zipfile reads the list of files in one piece and keeps it in memory, whatever the archive's header says.
    """

    def __init__(self, path: Path, most: int, archive_name: str | Message) -> None:
        super().__init__(path)
        self.most, self.archive_name = most, archive_name

    def read(self, size: int | None = -1, /) -> bytes:
        content = super().read(size)
        if content.count(b"PK\1\2") > 2 * self.most:  # a Mac puts a second, hidden file beside each
            raise RefusedError("{name} holds more than {most:,} files", name=self.archive_name, most=self.most)
        return content


def _may_be_picture(name: PurePosixPath) -> bool:
    hidden = name.name.startswith(".") or "__MACOSX" in name.parts
    return name.suffix.lower() in SUFFIXES and not hidden
