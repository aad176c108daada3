"""Arrays as people save them: what has one meaning gives the same sprites, what has two is refused."""

import io
from pathlib import Path

import numpy as np
import pytest

from diffusion.data import open_dataset, open_upload
from diffusion.data.array_files import load_npz
from diffusion.data.arrays import read_arrays
from diffusion.data.pixelart import draw
from diffusion.data.readers import Limits
from diffusion.sprites import KINDS

PIXELS, ONE_HOT = draw(30, seed=5)
NUMBERS = ONE_HOT.argmax(1)
GREY = np.repeat(PIXELS[..., :1], 3, axis=3)
ALPHA = np.where((PIXELS == 255).all(-1, keepdims=True), 0, 255).astype(np.uint8)

ACCEPTED = {  # array: (what it shows, a part of the note)
    "uint8": (PIXELS, PIXELS, ""),
    "int64": (PIXELS.astype(np.int64), PIXELS, ""),
    "uint16, big endian": (PIXELS.astype(">u2"), PIXELS, ""),
    "-1..1": ((PIXELS / 127.5 - 1).astype(np.float32), PIXELS, "(float32) are read as -1..1"),
    "-1..1, half": ((PIXELS / 127.5 - 1).astype(np.float16), None, "(float16) are read as -1..1"),
    "0..1": (PIXELS / 255, PIXELS, "(float64) are read as 0..1"),
    "0..1 and a rounding": (PIXELS / 255 * 1.0005, None, "are read as 0..1"),
    "0..255 as floats": (PIXELS.astype(np.float16), PIXELS, "(float16) are read as 0..255"),
    "true and false": (PIXELS > 99, ((PIXELS > 99) * 255).astype(np.uint8), "black and white"),
    "0 and 1 as uint8": ((PIXELS > 99).astype(np.uint8), ((PIXELS > 99) * 255).astype(np.uint8), "read as 0..1"),
    "channels first": (PIXELS.transpose(0, 3, 1, 2), PIXELS, "(30, 3, 16, 16) is read as pictures 16 x 16"),
    "floats, channels first": (PIXELS.transpose(0, 3, 1, 2) / 127.5 - 1, PIXELS, "channels first"),
    "grey": (PIXELS[..., 0], GREY, "are grey"),
    "grey with an axis": (PIXELS[..., :1], GREY, "are grey"),
    "grey, first": (PIXELS[:, None, :, :, 0], GREY, "are grey"),
    "RGBA": (np.concatenate([PIXELS // 2, ALPHA], 3), np.where(ALPHA, PIXELS // 2, 255), "put on white"),
    "grey and alpha": (np.concatenate([PIXELS[..., :1], ALPHA], 3), None, "put on white"),
    "in the order of Fortran": (np.asfortranarray(PIXELS), PIXELS, ""),
    "twice as large": (PIXELS.repeat(2, 1).repeat(2, 2), PIXELS, "are 32 x 32 and were resized to 16 x 16"),
    "three of 16 x 16": (PIXELS[:3], PIXELS[:3], ""),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_an_array_of_one_meaning_gives_its_sprites_and_says_how(tmp_path, name):
    array, expected, note = ACCEPTED[name]
    np.save(tmp_path / "x.npy", array)
    found = read_arrays(np.load(tmp_path / "x.npy"), None, "x.npy")
    assert found.pixels.dtype == np.uint8 and found.pixels.shape == (len(array), 16, 16, 3)
    if expected is not None:
        assert np.array_equal(found.pixels, expected)
    assert note in " / ".join(map(str, found.notes))
    assert note or [str(said) for said in found.notes] == ["x.npy came without labels: the run will know no words"]
    training, validation = open_dataset(str(tmp_path / "x.npy"))
    assert sorted(p.tobytes() for part in (training, validation) for p in part.pixels) == sorted(
        p.tobytes() for p in found.pixels
    )
    assert training.notes[: len(found.notes)] == found.notes, "a part of the set lost the notes"


def test_half_precision_and_grey_with_alpha_are_near_what_they_show():
    half = read_arrays((PIXELS / 127.5 - 1).astype(np.float16), None, "x").pixels
    assert np.abs(half.astype(int) - PIXELS).max() <= 1
    on_white = read_arrays(np.concatenate([PIXELS[..., :1], ALPHA], 3), None, "x").pixels
    assert np.array_equal(on_white, np.where(ALPHA, GREY, 255))


NAN = (PIXELS / 255).astype(np.float32)
NAN[3, 4, 5] = np.nan
REFUSED = {
    "NaN": (NAN, "x holds 3 numbers that are not finite"),
    "infinite": (np.where(np.isnan(NAN), np.inf, NAN), "x holds 3 numbers that are not finite"),
    "standardised": ((PIXELS - 128.0) / 40, "go from -3.2 to 3.175, which is none of 0..255, 0..1 and -1..1"),
    "0..1 with overshoot": (PIXELS / 255 * 1.2 - 0.1, "go from -0.1 to 1.1, which is none of"),
    "0..2": (PIXELS / 127.5, "go from 0 to 2, which is none of"),
    "twelve bits": (PIXELS.astype(np.uint16) * 16, "go from 0 to 4080"),
    "signed": (PIXELS.astype(np.int16) - 128, "go from -128 to 127"),
    "one picture": (PIXELS[0], "x is one picture, (16, 16, 3); save it as .png, or give it a first axis"),
    "one picture with alpha": (np.zeros((64, 32, 4), np.uint8), "x is one picture, (64, 32, 4)"),
    "one or three": (PIXELS[0].transpose(2, 0, 1), "x (3, 16, 16) may be 3 grey pictures or one"),
    "which axis": (np.zeros((5, 3, 3, 3), np.uint8), "x (5, 3, 3, 3) may have its channels first or last"),
    "seven channels": (np.zeros((5, 16, 16, 7), np.uint8), "x (5, 16, 16, 7) has no axis of 1, 3 or 4 channels"),
    "rows": (
        PIXELS.reshape(30, -1),
        "x must be pictures (N, height, width, 3) of numbers from 0 to 255, not uint8 (30",
    ),
    "none": (PIXELS[:0], "x must be pictures"),
    "complex": (PIXELS.astype(complex), "x must be pictures"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_array_of_two_meanings_or_none_is_refused_with_the_way_out(name):
    array, sentence = REFUSED[name]
    with pytest.raises(ValueError) as caught:
        read_arrays(array, None, "x")
    assert sentence in str(caught.value) and "\n" not in str(caught.value)


# Labels

LABELS = {
    "one-hot": ONE_HOT,
    "one-hot of true and false": ONE_HOT.astype(bool),
    "one-hot of whole numbers": ONE_HOT.astype(np.int8),
    "numbers": NUMBERS,
    "numbers with an axis": NUMBERS[:, None].astype(np.uint8),
    "numbers as floats": NUMBERS.astype(np.float32),
    "names": np.array(KINDS)[NUMBERS],
    "names as others write them": np.array(["Hero", "NON_HERO", "foods", "Items", "侧面"])[NUMBERS],
    "names as bytes": np.array([kind.encode() for kind in KINDS])[NUMBERS],
}


@pytest.mark.parametrize("name", LABELS)
def test_labels_of_every_form_say_the_same(name):
    found = read_arrays(PIXELS, LABELS[name], "x")
    assert found.labels.dtype == np.float32 and np.array_equal(found.labels, ONE_HOT)
    is_numbered = name.startswith("numbers")
    assert [str(note) for note in found.notes] == (
        ["the labels of x are numbers of kinds: 0 = hero, 1 = non-hero, 2 = food, 3 = spell, 4 = side-facing"]
        if is_numbered
        else []
    )


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (NUMBERS + 1, "are the numbers 1 to 5: the kinds (hero, non-hero, food, spell, side-facing), or classes"),
        (NUMBERS - 1, "must be whole numbers from 0 on"),
        (NUMBERS + 0.5, "must be whole numbers from 0 on"),
        (NUMBERS * np.nan, "must be whole numbers from 0 on"),
        (NUMBERS * 1e300, "must be whole numbers from 0 on"),
        (
            NUMBERS[:-1],
            "must be names or numbers (30,), or (30, K) from 0 to 1 with K from 2 to 1,000, not int64 (29,)",
        ),
        (NUMBERS > 2, "must be names or numbers (30,), or (30, K) from 0 to 1 with K from 2 to 1,000, not bool (30,)"),
        (np.zeros((30, 1001)), "not float64 (30, 1001)"),
        (np.zeros((29, 3)), "not float64 (29, 3)"),
        (ONE_HOT.astype(str), "not str1024 (30, 5)"),
        (ONE_HOT[:, :3] * 2, "must be numbers from 0 to 1"),
        (ONE_HOT * 2, "must be numbers from 0 to 1"),
    ],
)
def test_other_labels_are_refused(labels, sentence):
    with pytest.raises(ValueError) as caught:
        read_arrays(PIXELS, labels, "x")
    assert sentence in str(caught.value)


@pytest.mark.parametrize("source", ["folder", "folder.zip", "builtin:20", "hf://datasets/a/b", "nowhere", "both.npz"])
def test_labels_that_go_with_nothing_are_refused_whether_they_exist_or_not(tmp_path, source):
    """They were ignored: a run without labels came out, and nothing was said."""
    (tmp_path / "folder").mkdir()
    np.savez(tmp_path / "both.npz", a=PIXELS, b=ONE_HOT)
    path = source if ":" in source else str(tmp_path / source)
    with pytest.raises(ValueError, match=r"has labels of its own|--labels goes with a \.npy of pictures, not with"):
        open_dataset(path, str(tmp_path / "nowhere.npy"))


# .npz


def npz(path: Path, **arrays: np.ndarray) -> Path:
    np.savez_compressed(path, **arrays)
    return path


@pytest.mark.parametrize("arrays", [{"images": PIXELS, "labels": NUMBERS}, {"y": ONE_HOT, "x": PIXELS / 255}], ids=str)
def test_a_npz_holds_pictures_and_labels_whatever_their_names(tmp_path, arrays):
    path = npz(tmp_path / "both.npz", **arrays)
    training, validation = open_dataset(str(path))
    assert len(training) + len(validation) == 30 and (training.labels.sum(1) == 1).all()
    uploaded = open_upload([path])
    assert np.array_equal(uploaded.pixels, PIXELS) and np.array_equal(uploaded.labels, ONE_HOT)


def test_a_npz_of_pictures_alone_takes_labels_from_another_file(tmp_path):
    path = npz(tmp_path / "x.npz", images=PIXELS)
    np.save(tmp_path / "y.npy", NUMBERS)
    assert open_dataset(str(path), str(tmp_path / "y.npy"))[0].counts()["hero"] > 0
    assert open_upload([tmp_path / "y.npy", path]).counts() == dict(
        zip(KINDS, ONE_HOT.sum(0).astype(int), strict=True)
    )


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"x_train": PIXELS, "y_train": NUMBERS, "x_test": PIXELS}, "x.npz holds the arrays x_train, y_train, x_test"),
        ({"a": PIXELS, "b": PIXELS}, "one of two arrays must be pictures"),
        ({"a": NUMBERS, "b": ONE_HOT}, "one of two arrays must be pictures"),
        ({"a": np.array([{}], object)}, "a.npy in x.npz is not a .npy array of plain numbers"),
    ],
)
def test_a_npz_of_anything_else_is_refused(tmp_path, arrays, sentence):
    path = npz(tmp_path / "x.npz", **arrays)
    for read in (lambda: open_dataset(str(path)), lambda: open_upload([path])):
        with pytest.raises(ValueError) as caught:
            read()
        assert sentence in str(caught.value)


def test_what_a_npz_unpacks_to_is_refused_before_it_is_unpacked(tmp_path):
    path = npz(tmp_path / "x.npz", a=np.zeros((5000, 64, 64, 3), np.uint8))
    assert path.stat().st_size < 2**20
    with pytest.raises(ValueError, match=r"a\.npy in x\.npz has more than 1 MB"):
        load_npz(path, Limits(bytes=2**20))


def test_the_largest_pictures_and_the_most_are_bounded():
    for array, sentence in ((np.zeros((1, 600, 9, 3), np.uint8), "at most 512"), (PIXELS, "more than 20 pictures")):
        with pytest.raises(ValueError, match=sentence):
            read_arrays(array, None, "x", Limits(side=512, files=20))


def test_all_pictures_alike_are_refused_and_few_are_noted(tmp_path):
    for name, array in (("blank", PIXELS[:1].repeat(9, 0)), ("few", PIXELS[:3].repeat(9, 0)), ("one", PIXELS[:1])):
        np.save(tmp_path / f"{name}.npy", array)
    with pytest.raises(ValueError, match=r"all 9 pictures of blank\.npy are equal"):
        open_dataset(str(tmp_path / "blank.npy"))
    assert "only 3 of 27 pictures are different" in map(str, open_dataset(str(tmp_path / "few.npy"))[0].notes)
    assert len(open_dataset(str(tmp_path / "one.npy"))[0]) == 1


def test_an_upload_with_alpha_that_would_vanish_on_white_lies_on_black(tmp_path):
    white = np.full((9, 16, 16, 4), 255, np.uint8)
    white[..., 3] = np.random.default_rng(0).integers(0, 2, (9, 16, 16)) * 255
    content = io.BytesIO()
    np.save(content, white)
    (tmp_path / "x.npy").write_bytes(content.getvalue())
    found = open_upload([tmp_path / "x.npy"])
    assert np.array_equal(found.pixels, np.where(white[..., 3:], 255, 0).repeat(3, 3))
    said = " / ".join(map(str, found.notes))
    assert "9 of 9 pictures lie on black" in said and "put on white" not in said


def test_large_pictures_with_alpha_keep_their_lines_and_their_clear_ground():
    large = np.zeros((4, 32, 32, 4), np.uint8)
    for i, picture in enumerate(large):
        picture[4:28, 5 + 4 * i] = (0, 0, 0, 255)
        picture[8 + i, 3:30] = (200, 30, 60, 255)
    found = read_arrays(large, None, "x").pixels
    assert (found[:, 0, 0] == 255).all() and ((found == 0).all(-1).sum((1, 2)) >= 8).all()


def test_of_two_layouts_the_one_with_square_pictures_is_read():
    small = np.random.default_rng(0).integers(0, 256, (5, 4, 4, 3), np.uint8)
    first = read_arrays(small.transpose(0, 3, 1, 2), None, "x").pixels
    assert np.array_equal(first, small.repeat(4, 1).repeat(4, 2))
    assert np.array_equal(first, read_arrays(small, None, "x").pixels)
