"""Opens picture files with the decoders that we name, whatever the files are called."""

import io
from collections.abc import Iterator
from itertools import count

import numpy as np
from PIL import Image

from .shrink import find_native, lay_on, to_rgba, to_sprite

SUFFIXES = (".png", ".gif", ".bmp", ".jpg", ".jpeg", ".webp", ".tga", ".tif")  # what people are told
OTHER_SUFFIXES = (".jfif", ".jpe", ".apng", ".dib", ".tiff")
PILLOW_FORMATS = (
    "PNG",
    "GIF",
    "BMP",
    "JPEG",
    "WEBP",
)  # the only decoders that Pillow may use; some others run programs
ANIMATED = ("PNG", "GIF", "WEBP")
LOSSY = ("JPEG", "MPO", "WEBP")
HEADS = (b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM", b"\xff\xd8\xff", b"II*\0", b"MM\0*")
HEAD_BYTES = 16  # enough to tell a picture


def is_named_as_picture(suffix: str) -> bool:
    return suffix.lower() in SUFFIXES + OTHER_SUFFIXES


def begins_as_picture(head: bytes) -> bool:
    """Whether a file that begins so is a picture, whatever it is called. A .tga has no such beginning."""
    return head.startswith(HEADS) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def open_picture(content: bytes, suffix: str | None = None) -> Image.Image:
    """A picture file, not decoded yet; raises Pillow's errors. No other decoder is tried: some start programs.

    suffix: the file's; None allows PILLOW_FORMATS only. With one, a .tga may be opened (it cannot be told by its
    content), and a TIFF that is not compressed: those need no library beyond Pillow's own code.
    """
    if suffix is None or (begins_as_picture(content[:HEAD_BYTES]) and content[:4] not in (b"II*\0", b"MM\0*")):
        return Image.open(io.BytesIO(content), formats=PILLOW_FORMATS)
    picture = Image.open(io.BytesIO(content), formats=("TGA",) if suffix.lower() == ".tga" else ("TIFF",))
    if picture.format == "TIFF" and (picture.mode == "F" or {tile[0] for tile in picture.tile} - {"raw"}):
        raise OSError("a TIFF of floats, or one that is compressed")
    return picture


def frames_of(picture: Image.Image) -> Iterator[Image.Image]:
    """The frames of an animation one after the other; of other files the one picture."""
    yield picture
    for number in count(1) if picture.format in ANIMATED else ():
        try:
            picture.seek(number)
        except EOFError:
            return
        yield picture


def fit_to_sprite(picture: Image.Image) -> np.ndarray:
    """Converts any picture to uint8 (16, 16, 3) on white, its aspect kept; see shrink.py."""
    native = find_native(to_rgba(picture), is_lossy=picture.format in LOSSY)
    return lay_on(to_sprite(native)[None], "white")[0]
