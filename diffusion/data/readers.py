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
            raise ValueError(f"limits must be at least 1, not {self}")


OWN = Limits(bytes=2**40, unpacked=2**40, side=4096)


class RefusedError(ValueError):
    """Read so far and found wrong: its text is for people as it stands."""


@contextmanager
def refuse_as(sentence: str) -> Iterator[None]:
    """Whatever a library raises over a foreign file, from struct.error to MemoryError, becomes this one sentence."""
    try:
        yield
    except RefusedError:
        raise
    except Exception:
        raise RefusedError(sentence) from None


def safe_name(name: object) -> str:
    """A foreign file's name for a message: short, in one line, and nothing that a browser could take for HTML."""
    text = re.sub(r"[<>&]", "?", "".join(c if c.isprintable() else "?" for c in str(name)))
    return text if len(text) <= 80 else f"…{text[-79:]}"


def format_megabytes(count: int) -> str:
    return f"{count / 2**20:,.4g} MB"


def load_npy(path: Path, limits: Limits = OWN) -> np.ndarray:
    """Plain numbers of any shape. No pickle is ever opened, nor a .npz, which is a zip."""
    if not path.is_file():
        raise ValueError(f"{path} does not exist")
    if path.stat().st_size > limits.bytes:
        raise ValueError(f"{safe_name(path.name)} has more than {format_megabytes(limits.bytes)}")
    with refuse_as(f"{safe_name(path.name)} is not a .npy array of plain numbers"), open(path, "rb") as file:
        shape, _, dtype = NPY_HEADERS[np.lib.format.read_magic(file)](file)
        if math.prod(shape) * dtype.itemsize > path.stat().st_size:
            raise ValueError("numpy would ask for all that memory first")
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
    pictures: Iterator[tuple[PurePosixPath, bytes]], name: str, limits: Limits = OWN
) -> tuple[np.ndarray, np.ndarray]:
    """uint8 (N, 16, 16, 3), and float32 (N, 5): 1 where a folder of the path is named after the kind.

    Of an animation the first frame counts.
    """
    pixels, labels, unpacked = bytearray(), bytearray(), 0
    for path, content in pictures:
        what = f"{safe_name(path)} in {name}"
        with (
            refuse_as(f"{what} is not a picture that can be read"),
            Image.open(io.BytesIO(content), formats=FORMATS) as picture,
        ):
            width, height = picture.size  # known before any of it is unpacked
            if max(width, height) > limits.side:
                raise RefusedError(f"{what} is {width} x {height}; at most {limits.side} x {limits.side}")
            unpacked += 4 * width * height
            if unpacked > limits.unpacked:
                raise RefusedError(
                    f"the pictures in {name} take more than {format_megabytes(limits.unpacked)}; make them smaller"
                )
            pixels += fit_to_sprite(picture).tobytes()
        labels += bytes(kind in path.parts[:-1] for kind in KINDS)
        if len(labels) > limits.files * len(KINDS):
            raise ValueError(f"{name} holds more than {limits.files:,} pictures")
    if not labels:
        raise ValueError(f"{name} holds no pictures ({', '.join(SUFFIXES)}); a .zip or .npy inside it is not opened")
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


def read_zip(path: Path, limits: Limits = OWN) -> Iterator[tuple[PurePosixPath, bytes]]:
    """(path, content) of the pictures in an archive. Refuses locked and linked ones, and any packing but deflate."""
    unreadable = f"{safe_name(path.name)} is not a readable .zip"
    left = limits.unpacked
    with _ShortList(path, limits.files) as file:
        with refuse_as(unreadable):
            archive = zipfile.ZipFile(file)
        for member in sorted(archive.infolist(), key=lambda member: member.filename):
            name = PurePosixPath(member.filename.replace("\\", "/"))  # as some programs on Windows write it
            if not _may_be_picture(name) or member.is_dir():
                continue
            what = f"{safe_name(name)} in {safe_name(path.name)}"
            if member.flag_bits & ENCRYPTED:
                raise ValueError(f"{what} is locked with a password; make the .zip without one")
            if stat.S_ISLNK(member.external_attr >> 16):
                raise ValueError(f"{what} is a link; put the picture itself into the .zip")
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others cannot be stopped
                raise ValueError(f"{what} is packed in an unusual way; make the .zip with the usual one, deflate")
            most = min(4 * limits.side**2, left)
            with refuse_as(unreadable), archive.open(member) as packed:
                content = packed.read(most + 1)
            if len(content) > most:
                raise ValueError(
                    f"{what} is too large for a sprite"
                    if most < left
                    else f"{safe_name(path.name)} unpacks to more than {format_megabytes(limits.unpacked)}; upload fewer pictures"
                )
            left -= len(content)
            yield name, content


class _ShortList(io.FileIO):
    """An archive that refuses to say what is in it where that is too much.

    zipfile reads the list of files in one piece and keeps it in memory, whatever the archive's header says.
    """

    def __init__(self, path: Path, most: int) -> None:
        super().__init__(path)
        self.most = most

    def read(self, size: int | None = -1, /) -> bytes:
        content = super().read(size)
        if content.count(b"PK\1\2") > 2 * self.most:  # a Mac puts a second, hidden file beside each
            raise RefusedError(f"{safe_name(Path(self.name).name)} holds more than {self.most:,} files")
        return content


def _may_be_picture(name: PurePosixPath) -> bool:
    hidden = name.name.startswith(".") or "__MACOSX" in name.parts
    return name.suffix.lower() in SUFFIXES and not hidden
