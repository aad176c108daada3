"""What visitors upload: whatever is wrong with it is said in one sentence, and nothing of it stays anywhere."""

import errno
import io
import os
import pickle
import stat
import struct
import subprocess
import sys
import tempfile
import time
import tracemalloc
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from diffusion.core.train_config import TrainConfig
from diffusion.core.trainer import EpochDone
from diffusion.data.dataset import SpriteSet, open_dataset
from diffusion.data.names import safe_name
from diffusion.data.pixelart import draw
from diffusion.data.readers import Limits
from diffusion.data.uploads import make_preview_sheet, open_upload
from diffusion.runs import Plan, keep_upload, load_plan, run_plan
from diffusion.sprites import KINDS
from diffusion.store.run_folder import RunFolder

ROOT = Path(__file__).parent.parent.parent
SMALL = Limits(bytes=3 * 2**20, unpacked=2**24, files=50, side=512)
SPRITES, LABELS = draw(20, seed=3)


def encoded(pixels: np.ndarray | Image.Image = SPRITES[0], form: str = "PNG", **options: object) -> bytes:
    content = io.BytesIO()
    picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    picture.save(content, form, **options)
    return content.getvalue()


PNG = encoded()
FLAT_PNG = encoded(Image.new("P", (500, 500)))  # 1 MB once it is open


def npy(array: np.ndarray) -> bytes:
    content = io.BytesIO()
    np.save(content, array, allow_pickle=True)
    return content.getvalue()


def npy_saying(header: str, version: bytes = b"\1\0") -> bytes:
    """An array with 768 bytes of numbers and a header made by hand."""
    text = (header + "\n").encode("latin1")
    return b"\x93NUMPY" + version + struct.pack("<H", len(text)) + text + bytes(768)


def npy_of(shape: str, descr: str = "'|u1'") -> bytes:
    return npy_saying(f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}")


def npz() -> bytes:
    content = io.BytesIO()
    np.savez(content, SPRITES)
    return content.getvalue()


Members = Iterable[tuple[str | zipfile.ZipInfo, bytes]]


def zipped(members: Members, method: int = zipfile.ZIP_DEFLATED, change: Callable = lambda listed: None) -> bytes:
    """change: what to do to each member's entry in the list at the end of the archive."""
    content = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(content, "w", method, compresslevel=1) as archive:
        warnings.simplefilter("ignore", UserWarning)  # two of one name
        for name, data in members:
            archive.writestr(name, data)
        for listed in archive.infolist():
            change(listed)
    return content.getvalue()


def one(name: str, data: bytes = PNG, **options: object) -> bytes:
    return zipped([(name, data)], **options)


def link(name: str, target: bytes) -> bytes:
    member = zipfile.ZipInfo(name)
    member.create_system, member.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return zipped([(member, target)])


def setting(**values: int) -> Callable:
    def change(listed: zipfile.ZipInfo) -> None:
        for name, value in values.items():
            setattr(listed, name, value)

    return change


def locked(listed: zipfile.ZipInfo) -> None:
    listed.flag_bits |= 1


def swapped(content: bytes, old: bytes, new: bytes) -> bytes:
    assert old in content and len(old) == len(new)
    return content.replace(old, new)


def listing(count: int) -> bytes:
    """An archive that is nothing but its list: the shortest entry there is, again and again."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, *[0] * 8, 1, *[0] * 6) + b"x"
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, count * len(entry), 0, 0)
    return entry * count + end


def huge(width: int, height: int, form: str = "PNG") -> bytes:
    """A few bytes that claim to be a picture of that size."""
    if form == "GIF":
        return (
            b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + bytes(6) + b",\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
        )
    if form == "BMP":
        return (
            b"BM" + struct.pack("<LLLLllHHLLllLL", 100, 0, 54, 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0) + bytes(46)
        )
    start = struct.pack(">I4sIIBBBBB", 13, b"IHDR", width, height, 8, 2, 0, 0, 0)
    body = struct.pack(">I4s", 4, b"IDAT") + bytes(4)
    return b"\x89PNG\r\n\x1a\n" + start + struct.pack(">I", zlib.crc32(start[4:])) + body + bytes(4)


def with_text_bomb() -> bytes:
    """A sprite with a comment of 40 MB, packed into 40 KB."""
    text = PngImagePlugin.PngInfo()
    text.add_text("comment", "a" * 40_000_000, zip=True)
    return encoded(form="PNG", pnginfo=text)


def pair(pictures: np.ndarray | bytes, labels: np.ndarray | bytes) -> dict[str, bytes]:
    return {
        name: value if isinstance(value, bytes) else npy(value)
        for name, value in (("sprites.npy", pictures), ("labels.npy", labels))
    }


def labelled(labels: np.ndarray | bytes) -> dict[str, bytes]:
    return pair(SPRITES, labels)


def spoilt(value: float, dtype: type = np.float64) -> np.ndarray:
    labels = LABELS.astype(dtype)
    labels[7, 2] = value
    return labels


CHOOSE = "upload one .zip, one .npy or .npz of pictures with at most one .npy of labels, or pictures, not "
NO_PICTURE = "is not a picture that can be read"
NO_ARRAY = "is not a .npy array of plain numbers"
NO_ZIP = "is not a readable .zip"
DAMAGED = "a.png in a.zip cannot be unpacked: the .zip is damaged there"
NOTHING_IN_IT = (
    "holds no pictures (.png, .gif, .bmp, .jpg, .jpeg, .webp, .tga, .tif) and no .npy of pictures; "
    "a .zip inside it is not opened, nor a .npz inside a .zip"
)
SHAPE = "must be pictures (N, height, width, 3) of numbers from 0 to 255, not "
RANGE = "the labels of sprites.npy must be numbers from 0 to 1"
TOO_MUCH = "that is more than 3 MB; upload fewer pictures, or smaller ones"

# name: (the files of the upload, what the one sentence must hold)
WRONG: dict[str, tuple[dict[str, bytes] | Callable[[], dict[str, bytes]], str]] = {
    # which files belong together
    "nothing": ({}, "upload a .zip of pictures, pictures (.png"),
    "a text": ({"notes.txt": b"hello"}, CHOOSE + "notes.txt"),
    "no suffix": ({"sprites": b"hello"}, CHOOSE + "sprites"),
    "suffix in the middle": ({"x.png.exe": b"MZ"}, CHOOSE + "x.png.exe"),
    "npz in a zip": ({"a.zip": one("x.npz", npz())}, NOTHING_IN_IT),
    "tar": ({"x.tar.gz": b"\x1f\x8b"}, CHOOSE + "x.tar.gz"),
    "weights": ({"model_31.pth": b"PK"}, CHOOSE + "model_31.pth"),
    "svg": ({"x.svg": b"<svg/>"}, CHOOSE + "x.svg"),
    "two zips": ({"a.zip": one("a.png"), "b.zip": one("b.png")}, CHOOSE + "a.zip, b.zip"),
    "zip and picture": ({"a.zip": one("a.png"), "b.png": PNG}, CHOOSE + "a.zip, b.png"),
    "zip and labels": ({"a.zip": one("a.png"), "b.npy": npy(LABELS)}, CHOOSE + "a.zip, b.npy"),
    "picture and array": ({"a.png": PNG, "b.npy": npy(SPRITES)}, CHOOSE + "a.png, b.npy"),
    "three arrays": ({f"{i}.npy": npy(SPRITES) for i in range(3)}, CHOOSE + "0.npy, 1.npy, 2.npy"),
    "many wrong ones": ({f"{i}.txt": b"" for i in range(9)}, "0.txt, 1.txt, 2.txt, …"),
    "two arrays of pictures": (
        pair(SPRITES, SPRITES),
        "one of two arrays must be pictures, uint8 (N, 16, 16, 3), and",
    ),
    "two arrays of labels": (pair(LABELS, LABELS), "not (20, 5) and (20, 5)"),
    "a name that is HTML": ({"<img src=x onerror=alert(1)>.txt": b""}, CHOOSE + "?img src=x onerror=alert(1)?.txt"),
    # how much
    "too large a file": ({"a.zip": bytes(3 * 2**20 + 1)}, TOO_MUCH),
    "too large an array": ({"a.npy": bytes(3 * 2**20 + 1)}, TOO_MUCH),
    "too large together": ({f"{i}.png": bytes(2**20) for i in range(4)}, TOO_MUCH),
    "too large a pair": (pair(bytes(2**21), bytes(2**21)), TOO_MUCH),
    "too many pictures": ({f"{i}.png": PNG for i in range(51)}, "the upload holds more than 50 pictures"),
    "too many in a zip": (
        {"a.zip": zipped((f"{i}.png", PNG) for i in range(51))},
        "a.zip holds more than 50 pictures",
    ),
    "too many in an array": ({"a.npy": npy(np.zeros((51, 16, 16, 3), np.uint8))}, "a.npy holds more than 50 pictures"),
    "too long a list": ({"a.zip": listing(101)}, "a.zip holds more than 50 files"),
    "too long a list of text": (
        {"a.zip": zipped([*((f"{i}.txt", b"") for i in range(100)), ("a.png", PNG)])},
        "a.zip holds more than 50 files",
    ),
    "bomb of one file": ({"a.zip": one("a.png", bytes(2**26))}, "a.png in a.zip is too large for a sprite"),
    "bomb behind a sprite": ({"a.zip": one("a.png", PNG + bytes(2**21))}, "a.png in a.zip is too large for a sprite"),
    "bomb of many files": (
        {"a.zip": zipped((f"{i:02}.png", PNG + bytes(990_000)) for i in range(20))},
        "a.zip unpacks to more than 16 MB; upload fewer pictures",
    ),
    "bomb that says it is small": (
        {"a.zip": one("a.png", PNG + bytes(2**21), change=setting(file_size=len(PNG)))},
        DAMAGED,
    ),
    "bomb of pixels": ({f"{i}.png": FLAT_PNG for i in range(20)}, "take more than 16 MB; make them smaller"),
    "bomb of pixels in a zip": (
        {"a.zip": zipped((f"{i}.png", FLAT_PNG) for i in range(20))},
        "the pictures in a.zip take more than 16 MB",
    ),
    "bomb in a comment": (lambda: {"a.png": with_text_bomb()}, NO_PICTURE),
    "wide png": ({"a.png": huge(1_000_000_000, 1)}, NO_PICTURE),
    "high png": ({"a.png": huge(1, 1_000_000)}, "a.png in the upload is 1 x 1000000; at most 512 x 512"),
    "huge png": ({"a.png": huge(60_000, 60_000)}, NO_PICTURE),
    "large png": ({"a.png": huge(600, 600)}, "is 600 x 600; at most 512 x 512"),
    "huge gif": ({"a.gif": huge(65_535, 65_535, "GIF")}, NO_PICTURE),
    "large gif": ({"a.gif": huge(5000, 2, "GIF")}, "is 5000 x 2; at most 512 x 512"),
    "huge bmp": ({"a.bmp": huge(2**30, 2**30, "BMP")}, NO_PICTURE),
    "large bmp": ({"a.bmp": huge(9000, 1, "BMP")}, "is 9000 x 1; at most 512 x 512"),
    "wide sprites in an array": (
        {"a.npy": npy(np.zeros((2, 1, 9000, 3), np.uint8))},
        "the pictures of a.npy are 9000 x 1; at most 512 x 512",
    ),
    # archives
    "empty zip file": ({"a.zip": b""}, NO_ZIP),
    "text as zip": ({"a.zip": b"these are my sprites"}, NO_ZIP),
    "picture as zip": ({"a.zip": PNG}, NO_ZIP),
    "array as zip": ({"a.zip": npy(SPRITES)}, NO_ZIP),
    "noise as zip": ({"a.zip": np.random.default_rng(0).bytes(5000)}, NO_ZIP),
    "start of a zip": ({"a.zip": one("a.png")[:60]}, NO_ZIP),
    "zip without its end": ({"a.zip": one("a.png")[:-10]}, NO_ZIP),
    "zip without its beginning": ({"a.zip": one("a.png")[200:]}, DAMAGED),
    "zip without its list": ({"a.zip": swapped(one("a.png"), b"PK\1\2", b"PK\1\3")}, NO_ZIP),
    "zip without the file": ({"a.zip": swapped(one("a.png"), b"PK\3\4", b"PK\3\5")}, DAMAGED),
    "zip with another name inside": ({"a.zip": one("a.png").replace(b"a.png", b"b.png", 1)}, DAMAGED),
    "zip with another checksum": ({"a.zip": one("a.png", change=setting(CRC=7))}, DAMAGED),
    "zip that says too little": ({"a.zip": one("a.png", change=setting(compress_size=9))}, DAMAGED),
    "zip that points outside": ({"a.zip": one("a.png", change=setting(header_offset=2**31))}, DAMAGED),
    "zip of a later version": ({"a.zip": one("a.png", change=setting(extract_version=99))}, NO_ZIP),
    "zip with damaged data": ({"a.zip": swapped(one("a.png"), PNG[-12:], bytes(12))}, DAMAGED),
    "zip with a name in no alphabet": ({"a.zip": swapped(one("ä.png"), "ä.png".encode(), b"\xff\xff.png")}, NO_ZIP),
    "zip of nothing": ({"a.zip": zipped([])}, NOTHING_IN_IT),
    "zip of a text": ({"a.zip": one("a.txt", b"hello")}, NOTHING_IN_IT),
    "zip in a zip": ({"a.zip": one("b.zip", one("a.png"))}, NOTHING_IN_IT),
    "zip of a folder called x.png": ({"a.zip": one("x.png/", b"")}, NOTHING_IN_IT),
    "zip of a Mac's hidden files": ({"a.zip": zipped([("__MACOSX/._a.png", PNG), ("._b.png", PNG)])}, NOTHING_IN_IT),
    "zip of a name that ends early": ({"a.zip": one("a.txt\0.png", b"hello")}, NOTHING_IN_IT),
    "locked zip": ({"a.zip": one("a.png", change=locked)}, "a.png in a.zip is locked with a password; make the .zip"),
    "link in a zip": ({"a.zip": link("a.png", b"/etc/passwd")}, "a.png in a.zip is a link; put the picture itself"),
    "link to a neighbour": ({"a.zip": link("hero/a.png", b"../b.png")}, "hero/a.png in a.zip is a link"),
    "bzip2": ({"a.zip": one("a.png", method=zipfile.ZIP_BZIP2)}, "a.png in a.zip is packed in an unusual way"),
    "lzma": ({"a.zip": one("a.png", method=zipfile.ZIP_LZMA)}, "make the .zip with the usual one, deflate"),
    "unknown method": ({"a.zip": one("a.png", change=setting(compress_type=93))}, "is packed in an unusual way"),
    "broken picture far outside": (
        {"a.zip": one("../../../etc/a.png", b"x")},
        "../../../etc/a.png in a.zip " + NO_PICTURE,
    ),
    "broken picture of Windows": ({"a.zip": one("C:\\a\\b.png", b"x")}, "C:/a/b.png in a.zip " + NO_PICTURE),
    "broken picture at the root": ({"a.zip": one("/etc/a.png", b"x")}, "/etc/a.png in a.zip " + NO_PICTURE),
    "a name of two lines": ({"a.zip": one("a\nb\r.png", b"x")}, "a?b?.png in a.zip " + NO_PICTURE),
    "a name that is HTML in a zip": ({"a.zip": one("<b>&.png", b"x")}, "?b??.png in a.zip " + NO_PICTURE),
    "a name that runs backwards": ({"a.zip": one("a\u202egnp.png", b"x")}, "a?gnp.png in a.zip " + NO_PICTURE),
    "a name without end": ({"a.zip": one("n" * 60_000 + ".png", b"x")}, "nnn.png in a.zip " + NO_PICTURE),
    "an empty picture in a zip": ({"a.zip": one("a.png", b"")}, "a.png in a.zip " + NO_PICTURE),
    # pictures
    "empty picture": ({"a.png": b""}, "a.png in the upload " + NO_PICTURE),
    "text as png": ({"a.png": b"not a picture"}, NO_PICTURE),
    "web page as png": ({"a.png": b"<!doctype html><title>404</title>"}, NO_PICTURE),
    "svg as png": ({"a.png": b'<svg xmlns="http://www.w3.org/2000/svg"/>'}, NO_PICTURE),
    "zip as png": ({"a.png": one("a.png")}, NO_PICTURE),
    "array as png": ({"a.png": npy(SPRITES)}, NO_PICTURE),
    "PostScript as png": ({"a.png": encoded(form="EPS")}, NO_PICTURE),
    "compressed tiff": ({"a.tif": encoded(form="TIFF", compression="tiff_lzw")}, NO_PICTURE),
    "icon as png": ({"a.png": encoded(form="ICO", sizes=[(16, 16)])}, NO_PICTURE),
    "pdf as png": ({"a.png": encoded(form="PDF")}, NO_PICTURE),
    "floats": ({"a.tif": encoded(Image.new("F", (16, 16), 0.5), "TIFF")}, NO_PICTURE),
    "png of 0 x 16": ({"a.png": huge(0, 16)}, NO_PICTURE),
    "png with another checksum": ({"a.png": PNG[:29] + b"????" + PNG[33:]}, NO_PICTURE),
    "png without pixels": ({"a.png": PNG[: PNG.index(b"IDAT") - 4]}, NO_PICTURE),
    "png of a header": ({"a.png": PNG[:8]}, NO_PICTURE),
    "half a gif": ({"a.gif": encoded(form="GIF")[:200]}, NO_PICTURE),
    "half a jpeg": ({"a.jpg": encoded(form="JPEG")[:300]}, NO_PICTURE),
    "half a bmp": ({"a.bmp": encoded(form="BMP")[:300]}, NO_PICTURE),
    "half a webp": ({"a.webp": encoded(form="WEBP")[:60]}, NO_PICTURE),
    # arrays of pictures
    "empty array file": ({"a.npy": b""}, NO_ARRAY),
    "text as array": ({"a.npy": b"0 1 2 3"}, NO_ARRAY),
    "picture as array": ({"a.npy": PNG}, NO_ARRAY),
    "pickle as array": ({"a.npy": pickle.dumps([1, 2])}, NO_ARRAY),
    "objects": ({"a.npy": npy(np.array([{"a": 1}], object))}, NO_ARRAY),
    "npz as array": ({"a.npy": npz()}, NO_ARRAY),
    "list of files as array": ({"a.npy": listing(1000)}, NO_ARRAY),
    "half an array": ({"a.npy": npy(SPRITES)[:5000]}, NO_ARRAY),
    "array that claims too much": ({"a.npy": npy_of("(1000000000, 16, 16, 3)")}, NO_ARRAY),
    "array beyond numbers": ({"a.npy": npy_of(f"({10**30}, 16, 16, 3)")}, NO_ARRAY),
    "array of a negative number": ({"a.npy": npy_of("(-1, 16, 16, 3)")}, NO_ARRAY),
    "array of version 9": ({"a.npy": b"\x93NUMPY\x09\0" + npy(SPRITES)[8:]}, NO_ARRAY),
    "header that is code": ({"a.npy": npy_saying("__import__('os').system('true')")}, NO_ARRAY),
    "header too deep": ({"a.npy": npy_saying("(" * 9000)}, NO_ARRAY),
    "header too long": ({"a.npy": npy_saying(" " * 30_000)}, NO_ARRAY),
    "header of half a string": ({"a.npy": npy_saying("{'descr': '''")}, NO_ARRAY),
    "header of zero bytes": ({"a.npy": npy_saying("\0" * 50)}, NO_ARRAY),
    "header without shape": ({"a.npy": npy_saying("{'descr': '|u1', 'fortran_order': False}")}, NO_ARRAY),
    "header with an unknown type": ({"a.npy": npy_of("(1, 16, 16, 3)", "'?x9'")}, NO_ARRAY),
    "type within type": ({"a.npy": npy_of("(1,)", "(" * 90 + "'|u1'" + ",)" * 90)}, NO_ARRAY),
    "numbers without size": ({"a.npy": npy_of("(1000000000,)", "'|V0'")}, SHAPE + "void (1000000000,)"),
    "records": ({"a.npy": npy(np.zeros(3, [("r", "u1"), ("g", "u1")]))}, SHAPE),
    "NaN pictures": ({"a.npy": npy(SPRITES * np.float32(np.nan))}, "a.npy holds 15,360 numbers that are not finite"),
    "signed pictures": (
        {"a.npy": npy(SPRITES.astype(np.int8))},
        "the numbers of a.npy go from -128 to 127, which is none of",
    ),
    "complex pictures": ({"a.npy": npy(SPRITES.astype(np.complex64))}, SHAPE + "complex64"),
    "dates": ({"a.npy": npy(np.zeros((1, 16, 16, 3), "M8[s]"))}, SHAPE + "datetime64"),
    "text pictures": ({"a.npy": npy(SPRITES[:1].astype(str))}, SHAPE + "str96"),
    "one picture without its axis": ({"a.npy": npy(SPRITES[0])}, "a.npy is one picture, (16, 16, 3); save it as .png"),
    "five axes": ({"a.npy": npy(SPRITES[None])}, SHAPE + "uint8 (1, 20, 16, 16, 3)"),
    "flattened": ({"a.npy": npy(SPRITES.reshape(20, -1))}, SHAPE + "uint8 (20, 768)"),
    "no pictures": ({"a.npy": npy(SPRITES[:0])}, SHAPE + "uint8 (0, 16, 16, 3)"),
    "pictures without height": ({"a.npy": npy(SPRITES[:, :0])}, SHAPE + "uint8 (20, 0, 16, 3)"),
    "a number": ({"a.npy": npy(np.uint8(7))}, SHAPE + "uint8 ()"),
    "labels alone": ({"labels.npy": npy(LABELS)}, "labels.npy " + SHAPE + "float64 (20, 5)"),
    # labels
    "labels one short": (
        labelled(LABELS[:-1]),
        "the labels of sprites.npy must be names or numbers (20,), or (20, K)",
    ),
    "labels one more": (labelled(np.vstack([LABELS, LABELS[:1]])), "not float64 (21, 5)"),
    "no labels in it": (labelled(LABELS[:0]), "not float64 (0, 5)"),
    "one column of names": (labelled(LABELS[:, :2].astype(str)), "not str1024 (20, 2)"),
    "too many columns": (labelled(np.zeros((20, 1001))), "not float64 (20, 1001)"),
    "labels on their side": (labelled(LABELS.T), "not float64 (5, 20)"),
    "labels of one more axis": (labelled(LABELS[None]), "one of two arrays must be pictures"),
    "labels as text": (labelled(LABELS.astype(str)), "not str1024 (20, 5)"),
    "labels as complex numbers": (labelled(LABELS.astype(complex)), "not complex128 (20, 5)"),
    "labels as objects": (labelled(LABELS.astype(object)), "labels.npy " + NO_ARRAY),
    "labels as a pickle": (labelled(pickle.dumps(LABELS)), "labels.npy " + NO_ARRAY),
    "labels cut short": (labelled(npy(LABELS)[:-9]), "labels.npy " + NO_ARRAY),
    "one label NaN": (labelled(spoilt(np.nan)), RANGE),
    "one label infinite": (labelled(spoilt(np.inf)), RANGE),
    "one label minus infinite": (labelled(spoilt(-np.inf, np.float16)), RANGE),
    "one label beyond float32": (labelled(spoilt(1e300)), RANGE),
    "one label below 0": (labelled(spoilt(-0.01)), RANGE),
    "one label above 1": (labelled(spoilt(1.01)), RANGE),
    "one label 255": (labelled(spoilt(255, np.uint8)), RANGE),
    "one label -1": (labelled(spoilt(-1, np.int64)), RANGE),
}


def written(folder: Path, files: dict[str, bytes]) -> list[Path]:
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]


def everything(*folders: Path) -> dict[Path, int]:
    return {path: path.lstat().st_mtime_ns for folder in folders for path in folder.rglob("*")}


def test_a_hundred_wrong_uploads_and_more():
    assert len(WRONG) > 150


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.filterwarnings("error")  # nor is anything printed
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_wrong_upload_is_answered_in_one_sentence_and_leaves_nothing(tmp_path, monkeypatch, wrong):
    files, sentence = WRONG[wrong]
    paths = written(tmp_path / "browser", files() if callable(files) else files)
    for folder in ("runs", "temporary"):
        (tmp_path / folder).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.chdir(tmp_path / "runs")
    before = everything(tmp_path)
    tracemalloc.start()
    started = time.thread_time()
    with pytest.raises(ValueError) as caught, keep_upload(open_upload(paths, SMALL), tmp_path / "runs" / "mine"):
        pass
    seconds, (_, peak) = time.thread_time() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    said = str(caught.value)
    assert sentence in said
    assert said.isprintable() and len(said) < 300 and "<" not in said
    assert str(tmp_path) not in said, "where the server keeps its files is nobody's business"
    assert everything(tmp_path) == before
    assert seconds < 5 and peak < 30 * 2**20


def flat_pngs() -> bytes:
    picture = encoded(Image.new("P", (2000, 2000)))
    return zipped((f"{i}.png", picture) for i in range(80))


BOMBS = {
    "one GiB of zeros": (lambda: zipped((f"{i:02}.png", PNG + bytes(2**24 - 999)) for i in range(66)), "1,024 MB"),
    "a million names": (lambda: listing(1_000_000), "more than 100,000 files"),
    "1.2 GiB of pixels": (flat_pngs, "1,024 MB"),
    "a list of names that calls itself an array": (lambda: listing(1_000_000), NO_ARRAY),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_before_it_fills_the_memory(tmp_path, bomb):
    """In a process of its own, whose largest size counts what Pillow and zlib take, too."""
    make, sentence = BOMBS[bomb]
    path = tmp_path / ("bomb.npy" if sentence is NO_ARRAY else "bomb.zip")
    path.write_bytes(make())
    code = (
        "import sys, resource, time; from pathlib import Path; from diffusion.data.uploads import open_upload\n"
        "size = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024\n"
        "before = size(), time.process_time()\n"
        "try: open_upload([Path(sys.argv[1])])\n"
        "except ValueError as said: print(size() - before[0], time.process_time() - before[1], said)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, cwd=ROOT, timeout=300, check=True
    )
    grown, seconds, said = done.stdout.split(maxsplit=2)
    print(bomb, path.stat().st_size, grown, "MB", seconds, "s", said)
    assert sentence in said
    assert int(grown) < 200 and float(seconds) < 30
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


VALID = {
    "a.zip": zipped([(f"{KINDS[i % 5]}/{i}.png", encoded(SPRITES[i])) for i in range(10)]),
    "stored.zip": zipped([(f"{i}.png", encoded(SPRITES[i])) for i in range(4)], method=zipfile.ZIP_STORED),
    "a.npy": npy(SPRITES),
    "a.png": PNG,
    "palette.png": encoded(Image.fromarray(SPRITES[1]).quantize(16)),
    "a.gif": encoded(form="GIF", save_all=True, append_images=[Image.fromarray(SPRITES[1])]),
    "a.jpg": encoded(form="JPEG"),
    "a.bmp": encoded(form="BMP"),
    "a.webp": encoded(form="WEBP"),
}


def corrupted(content: bytes, number: int) -> bytes:
    """Cut short, or with a few bytes or a whole stretch replaced; headers, at either end, more often than not."""
    chance = np.random.default_rng(number)
    spoilt = bytearray(content)
    reach = len(spoilt) if number % 2 else min(len(spoilt), 150)
    for at in chance.integers(0, reach, 1 + number % 4):
        spoilt[at if number % 3 else -1 - at] = chance.choice([0, 1, 0x7F, 0xFF, chance.integers(256)])
    if number % 5 == 0:
        spoilt = spoilt[: chance.integers(len(spoilt))]
    if number % 7 == 0:
        at = chance.integers(len(spoilt) + 1)
        spoilt[at : at + 20] = chance.bytes(20)
    return bytes(spoilt)


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("name", VALID)
def test_whatever_is_changed_in_a_good_file_it_opens_or_is_refused(tmp_path, name):
    answers = {"opened": 0, "refused": 0}
    path = tmp_path / name
    for number in range(300):
        path.write_bytes(corrupted(VALID[name], number))
        try:
            found = open_upload([path], SMALL)
        except ValueError as said:
            assert name in str(said) or "pictures" in str(said), said
            answers["refused"] += 1
        else:
            assert found.pixels.dtype == np.uint8 and found.pixels.shape == (len(found), 16, 16, 3)
            assert found.labels.dtype == np.float32 and found.labels.shape == (len(found), 5)
            answers["opened"] += 1
    assert min(answers.values()) > 0, answers
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_whatever_is_changed_in_the_labels_they_are_numbers_from_0_to_1_or_refused(tmp_path):
    pictures, labels = written(tmp_path / "browser", labelled(LABELS))
    refused = 0
    for number in range(300):
        labels.write_bytes(corrupted(npy(LABELS), number))
        try:
            found = open_upload([pictures, labels], SMALL).labels
            assert found.shape == (20, 5) and found.min() >= 0 and found.max() <= 1
        except ValueError:
            refused += 1
    assert 0 < refused < 300


# What opens


@pytest.mark.parametrize("order", [1, -1], ids=["pictures first", "labels first"])
@pytest.mark.parametrize("names", [("a.npy", "b.npy"), ("labels.npy", "SPRITES.NPY")])
def test_the_labels_are_told_by_their_shape_not_by_their_name(tmp_path, order, names):
    files = written(tmp_path / "browser", dict(zip(names, (npy(SPRITES), npy(LABELS)), strict=True)))
    found = open_upload(files[::order])
    assert np.array_equal(found.pixels, SPRITES) and np.array_equal(found.labels, LABELS)
    assert found.name == names[0]


def test_pictures_are_taken_in_the_order_of_their_names(tmp_path):
    files = written(tmp_path / "browser", {"b.PNG": encoded(SPRITES[1]), "a.gif": PNG, "c.png": encoded(SPRITES[2])})
    found = open_upload(files)
    assert np.array_equal(found.pixels, SPRITES[:3]) and found.name == "3 pictures"
    assert found.counts()["no label"] == 3


def test_folders_in_a_zip_are_kinds_however_they_are_written(tmp_path):
    names = ["hero/a.png", "pack\\food\\b.png", "../spell/c.png", "/non-hero/d.png", "herofood/e.png"]
    content = zipped((name, encoded(SPRITES[i])) for i, name in enumerate(names))
    found = open_upload(written(tmp_path / "browser", {"MINE.ZIP": content}))
    kinds = {"hero": 1, "non-hero": 1, "food": 1, "spell": 1, "side-facing": 0}
    assert found.counts() == kinds | {"herofood": 1, "pack": 1}


def test_every_frame_of_an_animation_is_a_picture_and_that_is_said(tmp_path):
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "lime", "blue")]
    files = {"a.gif": encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])}
    files["b.png"] = encoded(frames[0], "PNG", save_all=True, append_images=frames[1:])
    files["c.webp"] = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    found = open_upload(written(tmp_path / "browser", files))
    assert found.pixels[:, 8, 8].tolist() == [[255, 0, 0], [0, 255, 0], [0, 0, 255]] * 3
    first, other = map(str, found.notes)
    assert first == "a.gif, b.png, c.webp: every frame is a picture, 9 in all"
    assert other.startswith("3 of 3 pictures have no label; the name of their folder")


def test_a_picture_opens_by_what_it_is_not_by_what_it_is_called(tmp_path):
    assert np.array_equal(open_upload(written(tmp_path / "browser", {"a.jpg": PNG})).pixels, SPRITES[:1])


HELD = """
import sys, tracemalloc
from pathlib import Path
from diffusion.data.uploads import open_upload
tracemalloc.start()
found = open_upload([Path(sys.argv[1])])
print(len(found), found.pixels.nbytes, tracemalloc.get_traced_memory()[1])
"""


def test_many_small_pictures_are_not_held_twice(tmp_path):
    """In a process of its own: here other tests' servers take memory meanwhile."""
    (path,) = written(
        tmp_path / "browser", {"a.zip": zipped((f"{i}.png", encoded(SPRITES[i % 20])) for i in range(5000))}
    )
    told = subprocess.run([sys.executable, "-c", HELD, path], cwd=ROOT, capture_output=True, text=True, check=True)
    count, size, peak = map(int, told.stdout.split())
    names = 5000 * 1000  # what zipfile keeps of each
    assert count == 5000 and peak < 1.5 * size + names


def test_limits_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="limits must be at least 1"):
        Limits(bytes=0)


def test_names_in_messages_are_short_and_harmless():
    assert safe_name("sub folder/ä-1.png") == "sub folder/ä-1.png"
    assert safe_name("<b>\n\x1b[31m") == "?b???[31m" and len(safe_name("x" * 999)) == 80


# What is shown before a run


def test_the_preview_shows_every_kind_there_is_from_first_to_last():
    rare = np.zeros((1003, 5), np.float32)
    rare[:1000, 1], rare[1001, 4], rare[1002, 0] = 1, 1, 0.4
    pixels = np.arange(1003, dtype=np.uint16).view(np.uint8).reshape(1003, 1, 1, 2).repeat(16, 1).repeat(16, 2)
    shades = np.concatenate([pixels, np.zeros((1003, 16, 16, 1), np.uint8)], 3)
    page = make_preview_sheet(SpriteSet(shades, rare, "rare"))
    there = [int(page[8 + 17 * y, 8 + 17 * x, :2].copy().view(np.uint16)[0]) for y in range(2) for x in range(16)]
    ordinary = sorted(number for number in there if number < 1000)
    assert {1000, 1001, 1002} <= set(there) and len(set(ordinary)) == 21
    assert (ordinary[0], ordinary[-1]) == (0, 999) and max(np.diff(ordinary)) <= 51


@pytest.mark.parametrize(("count", "size"), [(1, (16, 16, 3)), (20, (33, 271, 3)), (64, (67, 271, 3))])
def test_the_preview_is_a_sheet_of_at_most_64(count, size):
    page = make_preview_sheet(SpriteSet(np.zeros((count, 16, 16, 3), np.uint8), np.zeros((count, 5), np.float32), "x"))
    assert page.shape == size and page.dtype == np.uint8


# What is kept of it

TINY = TrainConfig(epochs=2, batch_size=10)


def test_a_run_trains_on_its_own_copy_and_goes_on_with_it_wherever_it_is_moved(tmp_path):
    files = written(tmp_path / "browser", labelled(LABELS))
    upload, folder = open_upload(files), tmp_path / "runs" / "mine"
    with keep_upload(upload, folder) as own:
        plan = Plan(folder=folder, training=TINY, **own)
    for file in files:
        file.unlink()  # as the browser's files are
    events = run_plan(plan)
    next(event for event in events if isinstance(event, EpochDone))
    events.close()
    training, _ = upload.split()
    assert RunFolder(folder).config().data["sha256"] == training.facts()["sha256"]
    assert (
        f"--data {folder.as_posix()}/training/data.npy --labels {folder.as_posix()}/training/labels.npy"
        in plan.command()
    )
    moved = folder.rename(tmp_path / "runs" / "other")
    assert load_plan(RunFolder(moved)).data == str(moved / "training" / "data.npy")
    *_, last = run_plan(load_plan(RunFolder(moved)), resume=True)
    assert last.epoch == 1 and not folder.exists()


def test_what_is_kept_is_what_was_uploaded(tmp_path):
    soft = SpriteSet(SPRITES, (LABELS * 0.7).astype(np.float32), "soft")
    with keep_upload(soft, tmp_path / "mine") as own:
        pass
    both = open_dataset(**{"source": own["data"], "labels": own["labels"]})
    assert [part.facts()["sha256"] for part in both] == [part.facts()["sha256"] for part in soft.split()]
    assert (tmp_path / "mine" / "training" / "data.npy").stat().st_size == SPRITES.nbytes + 128


def test_a_start_that_fails_takes_the_copy_away(tmp_path):
    with (
        pytest.raises(ValueError, match="another is being trained"),
        keep_upload(open_files(tmp_path), tmp_path / "mine"),
    ):
        raise ValueError("another is being trained")
    assert not (tmp_path / "mine").exists()


def open_files(folder: Path) -> SpriteSet:
    return open_upload(written(folder / "browser", labelled(LABELS)))


@pytest.mark.parametrize("full_after", [0, 1])
def test_a_disk_that_is_full_keeps_nothing_of_it(tmp_path, monkeypatch, full_after):
    upload, flushed = open_files(tmp_path), []

    def full(_: int) -> None:
        flushed.append(1)
        if len(flushed) > full_after:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ValueError, match="the disk is full"), keep_upload(upload, tmp_path / "mine"):
        pass
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize("there", ["config.json", "training/mine.npy", "training/resume.pt", "notes.txt"])
def test_a_folder_in_use_is_not_touched(tmp_path, there):
    used = tmp_path / "mine" / there
    used.parent.mkdir(parents=True)
    used.write_text("mine")
    upload, before = open_files(tmp_path), everything(tmp_path / "mine")
    with pytest.raises(ValueError, match="is not empty"), keep_upload(upload, tmp_path / "mine"):
        pass
    assert everything(tmp_path / "mine") == before
