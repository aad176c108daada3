"""Every kind of source opens as the same array, and every wrong one says what would have been right."""

import io
import os
import pickle
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.fakehub import FakeHub

from diffusion.data.dataset import SpriteSet, from_arrays, open_dataset
from diffusion.data.decode import fit_to_sprite
from diffusion.data.pixelart import draw
from diffusion.sprites import KINDS

REAL = Path(__file__).parent.parent.parent.parent / "shared" / "data"


@pytest.fixture(scope="module")
def sprites() -> tuple[np.ndarray, np.ndarray]:
    """60 sprites as the course's pair: uint8 (N, 16, 16, 3), float64 one-hot."""
    return draw(60, seed=11)


def whole(parts: tuple[SpriteSet, SpriteSet]) -> np.ndarray:
    """Training and held-out pictures together, as a sorted list of bytes: what went in, in any order."""
    return sorted(picture.tobytes() for part in parts for picture in part.pixels)


def as_bytes(pixels: np.ndarray) -> list[bytes]:
    return sorted(picture.tobytes() for picture in pixels)


def png(pixels: np.ndarray | Image.Image) -> bytes:
    content = io.BytesIO()
    (pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)).save(content, "PNG")
    return content.getvalue()


def header_of_a_huge_png(width: int, height: int) -> bytes:
    """A few bytes that claim to be a picture of that size."""
    start = struct.pack(">I4sIIBBBBB", 13, b"IHDR", width, height, 8, 2, 0, 0, 0)
    body = struct.pack(">I4s", 4, b"IDAT") + bytes(4)
    return b"\x89PNG\r\n\x1a\n" + start + struct.pack(">I", zlib.crc32(start[4:])) + body + bytes(4)


# What opens


@pytest.mark.parametrize(
    ("source", "count", "validation"),
    [("builtin:30@0", 30, 30), ("builtin:2100@7", 2100, 2000), ("builtin:1@0", 1, 1)],
)
def test_the_fixed_builtin_draws_as_many_as_asked_and_validates_with_other_shapes(source, count, validation):
    training, test = open_dataset(source)
    assert (len(training), len(test)) == (count, validation)
    seed = int(source.partition("@")[2] or 0)
    assert np.array_equal(training.pixels, draw(count, seed)[0])
    assert np.array_equal(test.pixels, draw(validation, seed, "test")[0])
    assert training.labels.dtype == np.float32
    assert sum(training.counts().values()) == count


def test_the_courses_pair_opens_as_it_is(tmp_path, sprites):
    pixels, labels = sprites
    assert labels.dtype == np.float64
    np.save(tmp_path / "sprites.npy", pixels)
    np.save(tmp_path / "labels.npy", labels)
    training, validation = open_dataset(str(tmp_path / "sprites.npy"), str(tmp_path / "labels.npy"))
    assert training.pixels.dtype == validation.pixels.dtype == np.uint8
    assert whole((training, validation)) == as_bytes(pixels)
    assert len(validation) > 0
    label_of = {picture.tobytes(): label for picture, label in zip(pixels, labels, strict=True)}
    for part in (training, validation):
        for picture, label in zip(part.pixels, part.labels, strict=True):
            assert label.tolist() == label_of[picture.tobytes()].tolist()


def test_npy_without_labels_has_no_labels(tmp_path, sprites):
    np.save(tmp_path / "sprites.npy", sprites[0])
    training, _ = open_dataset(str(tmp_path / "sprites.npy"))
    assert not training.labels.any()
    assert training.labels.shape == (len(training), 5)
    assert training.counts()["no label"] == len(training)


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_subfolders_named_after_kinds_become_labels(tmp_path, sprites, packed):
    pixels, kinds = sprites[0], sprites[1].argmax(1)
    for i, kind in enumerate(kinds):
        path = tmp_path / "mine" / KINDS[kind] / "deeper" / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(pixels[i]))
    (tmp_path / "mine" / "loose.PNG").write_bytes(png(np.zeros((16, 16, 3), np.uint8)))
    (tmp_path / "mine" / "notes.txt").write_text("no picture")
    source = tmp_path / "mine"
    if packed:
        source = tmp_path / "mine.zip"
        with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted((tmp_path / "mine").rglob("*")):
                archive.write(path, path.relative_to(tmp_path / "mine"))
            archive.writestr("__MACOSX/hero/._1.png", b"what a Mac adds")
    training, validation = open_dataset(str(source))
    assert whole((training, validation)) == as_bytes([*pixels, np.zeros((16, 16, 3), np.uint8)])
    found = {kind: sum(part.counts().get(kind, 0) for part in (training, validation)) for kind in (*KINDS, "no label")}
    assert found == {kind: int((kinds == i).sum()) for i, kind in enumerate(KINDS)} | {"no label": 1}


def test_the_projects_real_sprites_open():
    paths = REAL / "dev_cc0_16x16.npy", REAL / "dev_cc0_labels_16x16.npy"
    if not all(path.is_file() for path in paths):
        assert "CI" not in os.environ, f"{REAL} must be there where the project is tested for good"
        pytest.skip(f"the real sprites are not in {REAL}")
    training, validation = open_dataset(*map(str, paths))
    pixels = np.load(paths[0])
    assert len(pixels) == 704
    assert whole((training, validation)) == as_bytes(pixels)
    assert len(validation) >= 20


# One picture


def test_transparency_lies_on_white():
    picture = Image.new("RGBA", (16, 16), (255, 0, 0, 0))
    picture.putpixel((3, 5), (0, 0, 255, 255))
    picture.putpixel((4, 5), (0, 0, 0, 51))
    pixels = fit_to_sprite(picture)
    assert pixels[5, 3].tolist() == [0, 0, 255]
    assert pixels[5, 4].tolist() == [204, 204, 204]  # a fifth of black over white
    assert pixels[0, 0].tolist() == [255, 255, 255]


def sixteen_bits(grey: int) -> Image.Image:
    return Image.fromarray(np.full((16, 16), grey, np.uint16))


def palette_picture(transparent: bool) -> Image.Image:
    picture = Image.new("P", (16, 16), 1)
    picture.putpalette([10, 20, 30, 200, 100, 50])
    if transparent:
        picture.info["transparency"] = 1
    return picture


@pytest.mark.parametrize(
    ("picture", "colour"),
    [
        (Image.new("RGB", (16, 16), (1, 2, 3)), [1, 2, 3]),
        (Image.new("L", (16, 16), 99), [99] * 3),
        (Image.new("LA", (16, 16), (99, 0)), [255] * 3),
        (Image.new("1", (16, 16), 0), [0] * 3),
        (palette_picture(False), [200, 100, 50]),
        (palette_picture(True), [255] * 3),
        (sixteen_bits(0x9C40), [0x9C] * 3),
    ],
    ids=["rgb", "grey", "grey-alpha", "black-and-white", "palette", "palette-transparent", "grey-16-bit"],
)
def test_every_mode_of_png_keeps_its_colour(tmp_path, picture, colour):
    """16 bits of grey once came out white: Pillow clips them at 255."""
    (tmp_path / "one.png").write_bytes(png(picture))
    training, _ = open_dataset(str(tmp_path))
    assert np.unique(training.pixels[0].reshape(-1, 3), axis=0).tolist() == [colour]


@pytest.mark.parametrize("times", [1, 2, 3, 4, 8, 15])
def test_an_enlarged_sprite_gives_back_the_original(sprites, times):
    for sprite in sprites[0][:10]:
        assert np.array_equal(fit_to_sprite(Image.fromarray(sprite.repeat(times, 0).repeat(times, 1))), sprite)


def test_an_array_of_enlarged_sprites_gives_back_the_originals(sprites):
    pixels = sprites[0][:10]
    assert np.array_equal(from_arrays(pixels.repeat(2, 1).repeat(2, 2), None, "large").pixels, pixels)


@pytest.mark.parametrize("side", [1, 2, 4, 8])
def test_a_smaller_sprite_is_enlarged_by_whole_pixels(side):
    small = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
    assert np.array_equal(fit_to_sprite(Image.fromarray(small)), small.repeat(16 // side, 0).repeat(16 // side, 1))


@pytest.mark.parametrize(("width", "height"), [(8, 16), (16, 8), (16, 32), (32, 24)])
def test_a_picture_that_is_not_square_stands_in_the_middle_on_white(width, height):
    pixels = fit_to_sprite(Image.new("RGB", (width, height), "black"))
    share = width * height / max(width, height) ** 2
    dark = (pixels == 0).all(-1)
    assert dark.mean() == share
    assert np.array_equal(dark, dark[::-1])
    assert np.array_equal(dark, dark[:, ::-1])
    assert ((pixels == 255) | (pixels == 0)).all()


def test_20_x_20_is_reduced_with_care():
    """By nearest, a line of one pixel would vanish in every fifth place. Averaged, it leaves a trace."""
    for line in range(20):
        picture = np.full((20, 20, 3), 255, np.uint8)
        picture[line] = 0
        assert fit_to_sprite(Image.fromarray(picture)).mean(axis=(1, 2)).min() < 160, f"line {line} is lost"
    flat = fit_to_sprite(Image.new("RGB", (20, 20), (40, 80, 120)))
    assert np.unique(flat.reshape(-1, 3), axis=0).tolist() == [[40, 80, 120]]


# Splitting and facts


def test_equal_pictures_never_stand_on_both_sides_of_the_split(sprites):
    """The course repeats its pictures about 50 times each: a split by row would leak nearly all of them."""
    rows = np.random.default_rng(0).permutation(np.repeat(np.arange(60), 50))
    data = from_arrays(sprites[0][rows], sprites[1][rows], "course")
    training, validation = data.split(0.2)
    left, right = set(as_bytes(training.pixels)), set(as_bytes(validation.pixels))
    distinct = len(set(as_bytes(sprites[0])))
    assert not left & right
    assert len(left) + len(right) == distinct
    assert len(right) == int(distinct * 0.2)
    assert len(training) + len(validation) == len(data)


def test_the_split_is_the_same_every_time_and_no_larger_than_asked(sprites):
    data = from_arrays(*sprites, "sixty")
    first, again = data.split(0.5), data.split(0.5)
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(first, again, strict=True))
    assert len(data.split(0.5, max_validation=7)[1]) == 7


def test_one_picture_is_trained_on_and_not_for_validation(sprites):
    training, validation = from_arrays(sprites[0][:1], None, "one").split()
    assert (len(training), len(validation)) == (1, 0)


def test_facts_notice_other_data(sprites):
    pixels, labels = sprites
    changed, moved = pixels.copy(), np.roll(labels, 1, axis=1)
    changed[30, 8, 8, 1] ^= 1
    facts = from_arrays(pixels, labels, "a").facts()
    assert facts == from_arrays(pixels.copy(), labels.astype(np.float32), "a").facts()
    assert (facts["name"], facts["count"], facts["labelled"]) == ("a", 60, 60)
    assert from_arrays(pixels, np.eye(1, 5).repeat(60, 0) * (np.arange(60) < 7)[:, None], "a").facts()["labelled"] == 7
    others = [(changed, labels), (pixels, moved), (pixels[::-1], labels), (pixels[:-1], labels[:-1]), (pixels, None)]
    assert len({from_arrays(*other, "a").facts()["sha256"] for other in others} | {facts["sha256"]}) == 6


# What does not open. Each maker writes a file or folder into an empty folder and returns the source to open.

PIXELS = np.zeros((3, 16, 16, 3), np.uint8)
LABELS = np.eye(5)[:3]
Maker = Callable[[Path], str | tuple[str, str]]


def file(name: str, content: bytes) -> Maker:
    def make(folder: Path) -> str:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return str(folder / Path(name).parts[0])

    return make


def array(value: np.ndarray, labels: np.ndarray | None = None) -> Maker:
    def make(folder: Path) -> str | tuple[str, str]:
        np.save(folder / "x.npy", value, allow_pickle=True)
        if labels is None:
            return str(folder / "x.npy")
        np.save(folder / "y.npy", labels, allow_pickle=True)
        return str(folder / "x.npy"), str(folder / "y.npy")

    return make


def npy(value: np.ndarray) -> bytes:
    content = io.BytesIO()
    np.save(content, value)
    return content.getvalue()


def npz(value: np.ndarray) -> bytes:
    content = io.BytesIO()
    np.savez(content, value)
    return content.getvalue()


def lying_npy(shape: tuple[int, ...]) -> bytes:
    content = io.BytesIO()
    np.lib.format.write_array_header_1_0(content, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return content.getvalue() + bytes(768)


def zipped(**members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "."), data)
    return content.getvalue()


def overwritten(content: bytes, start: int, byte: bytes) -> bytes:
    """25 bytes of the first member of a zip, whose packed data begins at 35, replaced."""
    return content[:start] + byte * 25 + content[start + 25 :]


NOISE = np.random.default_rng(0).bytes(4000)
GOOD_PNG = png(draw(1)[0][0])

WRONG: dict[str, tuple[Maker, str]] = {
    "missing": (lambda folder: str(folder / "nowhere.npy"), "does not exist; name builtin"),
    "missing labels": (
        lambda folder: (array(PIXELS)(folder), str(folder / "nowhere.npy")),
        "nowhere.npy does not exist",
    ),
    "builtin:0": (lambda folder: "builtin:0", "1 to 200,000"),
    "builtin too many": (lambda folder: "builtin:200001", "1 to 200,000"),
    "builtin misspelt": (lambda folder: "builtin:many", "does not exist; name builtin"),
    "one picture": (array(PIXELS[0]), "x.npy is one picture, (16, 16, 3); save it as .png, or give it a first axis"),
    "scalar": (array(np.uint8(3)), "must be pictures"),
    "no pictures": (array(PIXELS[:0]), "must be pictures"),
    "pictures without pixels": (array(np.zeros((3, 0, 16, 3), np.uint8)), "must be pictures"),
    "labels of other length": (array(PIXELS, LABELS[:2]), "(3, K) from 0 to 1 with K from 2 to 1,000, not"),
    "labels of too many columns": (array(PIXELS, np.zeros((3, 1001))), "not float64 (3, 1001)"),
    "labels as text": (array(PIXELS, LABELS.astype(str)), "not str"),
    "labels as objects": (array(PIXELS, LABELS.astype(object)), "y.npy is not a .npy array"),
    "labels of NaN": (array(PIXELS, LABELS * np.nan), "from 0 to 1"),
    "labels below 0": (array(PIXELS, -LABELS), "from 0 to 1"),
    "labels above 1": (array(PIXELS, LABELS * 2), "from 0 to 1"),
    "pickled objects": (array(np.array([{"a": 1}, None], object)), "is not a .npy array of plain numbers"),
    "pickle": (file("x.npy", pickle.dumps([1, 2, 3])), "is not a .npy array of plain numbers"),
    "truncated npy": (file("x.npy", npy(PIXELS)[:-100]), "is not a .npy array of plain numbers"),
    "npy of a header alone": (file("x.npy", npy(PIXELS)[:128]), "is not a .npy array of plain numbers"),
    "empty npy": (file("x.npy", b""), "is not a .npy array of plain numbers"),
    "text as npy": (file("x.npy", b"these are not the sprites"), "is not a .npy array of plain numbers"),
    "npz as npy": (file("x.npy", npz(PIXELS)), "is not a .npy array of plain numbers"),
    "npy that claims 700 TB": (file("x.npy", lying_npy((10**12, 16, 16, 3))), "is not a .npy array of plain numbers"),
    "npy beyond numbers": (file("x.npy", lying_npy((10**30, 16, 16, 3))), "is not a .npy array of plain numbers"),
    "broken png": (file("hero/x.png", GOOD_PNG[:60]), "x.png in hero is not a picture"),
    "damaged png": (file("hero/x.png", GOOD_PNG[:16] + b"?" * 9 + GOOD_PNG[25:]), "x.png in hero is not a picture"),
    "png with a short header": (
        file("hero/x.png", GOOD_PNG[:11] + b"\x01" + GOOD_PNG[12:]),
        "x.png in hero is not a pic",
    ),
    "text as png": (file("hero/x.png", b"not a picture"), "x.png in hero is not a picture"),
    "huge png": (file("hero/x.png", header_of_a_huge_png(60_000, 60_000)), "x.png in hero is not a picture"),
    "large png": (file("hero/x.png", header_of_a_huge_png(5000, 5000)), "is 5000 x 5000; at most 4096 x 4096"),
    "long png": (file("hero/x.png", header_of_a_huge_png(1_000_000, 1)), "is 1000000 x 1; at most 4096 x 4096"),
    "empty folder": (str, "holds no pictures (.png"),
    "folder without pictures": (file("hero/x.txt", b"hello"), "hero holds no pictures"),
    "text as zip": (file("x.zip", b"not a zip"), "is not a readable .zip"),
    "truncated zip": (file("x.zip", zipped(a_png=GOOD_PNG)[:-30]), "is not a readable .zip"),
    "zip with another checksum": (
        file("x.zip", overwritten(zipped(a_png=NOISE), 99, b"?")),
        "a.png in x.zip cannot be unpacked",
    ),
    "zip that cannot be unpacked": (
        file("x.zip", overwritten(zipped(a_png=b"sprites" * 999), 35, b"\xff")),
        "a.png in x.zip cannot be unpacked",
    ),
    "zip without pictures": (file("x.zip", zipped(a_txt=b"hello")), "x.zip holds no pictures"),
    "zip with a broken png": (file("x.zip", zipped(a_png=GOOD_PNG[:60])), "a.png in x.zip is not a picture"),
    "zip bomb": (file("x.zip", zipped(a_png=bytes(4 * 4096**2 + 1))), "a.png in x.zip is too large"),
    "unknown suffix": (file("x.tar", b"hello"), "is no data set; name a .npy file, a folder of pictures or a .zip"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_source_says_what_would_have_been_right(tmp_path, wrong):
    make, complaint = WRONG[wrong]
    source = make(tmp_path)
    with pytest.raises(ValueError) as caught, warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        open_dataset(*([source] if isinstance(source, str) else source))
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_paths_in_a_zip_lead_nowhere(tmp_path, sprites):
    """A zip is read in memory: names that point outside are pictures like others, and nothing is written."""
    names = ["../x.png", "/tmp/../../y.png", "hero/../../../z.png", "C:\\w.png"]
    inside = tmp_path / "inside"
    inside.mkdir()
    with zipfile.ZipFile(inside / "tricks.zip", "w") as archive:
        for name, sprite in zip(names, sprites[0], strict=False):
            archive.writestr(name, png(sprite))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert whole(open_dataset(str(inside / "tricks.zip"))) == as_bytes(sprites[0][:4])
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


# The Hub


@pytest.fixture
def hub(monkeypatch) -> Iterator[Callable[..., FakeHub]]:
    """A loopback Hub whose data set someone/sprites holds these files."""
    server = FakeHub().start()
    server.stand_in(monkeypatch)

    def hold(**files: np.ndarray | bytes) -> FakeHub:
        contents = {name: content if isinstance(content, bytes) else npy(content) for name, content in files.items()}
        server.add(
            "someone/sprites", {name.replace("_npy", ".npy"): it for name, it in contents.items()}, type="dataset"
        )
        return server

    yield hold
    server.stop()


def test_a_hub_data_set_opens_with_its_labels(hub, sprites):
    hub(sprites_npy=sprites[0], sprite_labels_npy=sprites[1], README=b"# Sprites")
    training, validation = open_dataset("hf://datasets/someone/sprites")
    assert whole((training, validation)) == as_bytes(sprites[0])
    assert (training.labels.sum(1) == 1).all()
    assert training.name == "hf://datasets/someone/sprites"


def test_a_hub_data_set_may_have_no_labels(hub, sprites):
    hub(sprites_npy=sprites[0])
    assert not open_dataset("hf://datasets/someone/sprites")[0].labels.any()


@pytest.mark.parametrize(
    "files",
    [
        {"README": b""},
        {"labels_npy": LABELS},
        {"a_npy": PIXELS, "b_npy": PIXELS},
        {"labels_npy": LABELS, "a.zip": b""},
        {"a.zip": b"", "b.zip": b""},
    ],
    ids=["no array", "only labels", "two arrays of pictures", "labels and an archive", "two archives"],
)
def test_a_hub_data_set_without_the_one_array_is_refused(hub, files):
    hub(**files)
    with pytest.raises(ValueError, match=r"must hold one \.npy of pictures and at most one of labels, or one \.zip"):
        open_dataset("hf://datasets/someone/sprites")


def test_a_hub_data_set_may_be_a_zip_of_pictures_whose_folders_are_kinds(hub, sprites):
    pictures = {f"hero/{i}.png": png(pixels) for i, pixels in enumerate(sprites[0])}
    hub(**{"data/all.zip": zipped(**pictures), "README": b""})
    training, validation = open_dataset("hf://datasets/someone/sprites")
    assert sorted(whole((training, validation))) == sorted(as_bytes(sprites[0]))
    assert (training.labels == np.eye(5)[0]).all() and training.name == "hf://datasets/someone/sprites"


@pytest.mark.parametrize(
    "content,reason",
    [
        (b"no zip", r"data/all\.zip of hf://datasets/someone/sprites is not a readable \.zip"),
        (lambda: zipped(**{"readme.txt": b"x"}), r"hf://datasets/someone/sprites holds no pictures"),
        (lambda: zipped(**{"big.png": bytes(20 * 2**20)}), r"big\.png in data/all\.zip of .* is too large"),
    ],
    ids=["no zip", "no pictures", "a bomb"],
)
def test_a_zip_on_the_hub_is_believed_as_little_as_an_upload(hub, content, reason):
    hub(**{"data/all.zip": content if isinstance(content, bytes) else content()})
    with pytest.raises(ValueError, match=reason):
        open_dataset("hf://datasets/someone/sprites")


def test_a_hub_file_that_is_no_array_is_refused(hub):
    hub(sprites_npy=b"<html>not found</html>")
    with pytest.raises(ValueError, match=r"sprites\.npy of hf://datasets/someone/sprites is not a \.npy array"):
        open_dataset("hf://datasets/someone/sprites")


def test_both_files_of_a_hub_data_set_are_of_one_commit(hub, sprites):
    server = hub(sprites_npy=sprites[0], sprite_labels_npy=sprites[1])
    open_dataset("hf://datasets/someone/sprites")
    commit = server.repos["dataset", "someone/sprites"].head.id
    assert len(server.asked(f"GET /datasets/someone/sprites/resolve/{commit}/")) == 2


def test_a_hub_file_that_is_too_large_is_not_downloaded(hub, sprites, monkeypatch):
    monkeypatch.setattr("diffusion.data.hub_data.MAX_BYTES", 1000)
    server = hub(sprites_npy=sprites[0])
    with pytest.raises(ValueError, match=r"sprites\.npy of .* has [\d,]+ bytes; at most 1,000 are taken"):
        open_dataset("hf://datasets/someone/sprites")
    assert not server.asked("resolve")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda server: server.stop(), "cannot be reached"),
        (lambda server: server.fault("GET", "/api/", delay=30), "has not answered for 0.5 s"),
        (lambda server: server.fault("GET", "/_cdn/", stall=100), "has not answered for 0.5 s"),
        (lambda server: server.repos.clear(), "there is no hf://datasets/someone/sprites, or it is private"),
        (lambda server: server.fault("GET", "/_cdn/", corrupt=True), "was damaged on its way"),
        (lambda server: server.fault("GET", "/api/", status=503), "error 503"),
    ],
    ids=["no network", "hung", "stalled", "no such data set", "corrupt", "trouble"],
)
def test_trouble_with_the_hub_is_one_line(hub, sprites, monkeypatch, spoil, reason):
    monkeypatch.setattr("diffusion.hub.client.PATIENCE", 0.5 if "0.5 s" in reason else 15)
    spoil(hub(sprites_npy=sprites[0]))
    with pytest.raises(ValueError) as caught:
        open_dataset("hf://datasets/someone/sprites")
    assert reason in str(caught.value) and "\n" not in str(caught.value)
