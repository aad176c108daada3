"""One's own words: folders, tables, text files and arrays of any names, written alike, bounded and said."""

import io
import unicodedata
import zipfile
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from PIL import Image

from diffusion.core import COLOUR, Vocabulary, kinds_vocabulary
from diffusion.data import (
    SpriteSet,
    builtin_vocabulary,
    keep_labels,
    make_preview_sheet,
    open_dataset,
    open_upload,
    parse_prompt,
)
from diffusion.data.array_labels import read_labels
from diffusion.data.arrays import read_arrays
from diffusion.data.labels import PathLabels
from diffusion.data.own_words import MAX_LETTERS, MAX_OWN, MAX_WORDS, word_of, word_of_folder
from diffusion.data.pixelart import draw
from diffusion.data.readers import path_of
from diffusion.data.tables import Described
from diffusion.sprites import KINDS

PIXELS, ONE_HOT = draw(30, seed=6)


def png(i: int) -> bytes:
    content = io.BytesIO()
    Image.fromarray(PIXELS[i % 30]).save(content, "PNG")
    return content.getvalue()


def pictures(*names: str) -> dict[str, bytes]:
    return {name: png(i) for i, name in enumerate(names)}


def uploaded(folder: Path, files: dict[str, bytes]) -> tuple[SpriteSet, str]:
    """What a .zip of these files holds, and its notes."""
    with zipfile.ZipFile(folder / "x.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    found = open_upload([folder / "x.zip"])
    return found, " / ".join(map(str, found.notes))


def seen(found: SpriteSet) -> dict[str, int]:
    return {name: count for name, count in found.counts().items() if count}


def words(found: SpriteSet) -> list[set[str]]:
    """The words of every sprite."""
    return [set(found.vocabulary.decode(row)) for row in found.labels]


# Names


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Slimes", "slimes"),
        ("fire_sword", "fire sword"),
        ("Fire-Sword", "fire sword"),
        ("ＦＩＲＥ\u3000ｓｗｏｒｄ", "fire sword"),
        ("  <b>bold</b> & co.", "b bold b co"),
        ("史莱姆", "史莱姆"),
        ("Red Hair", "red hair"),
        ("Jack_o'_Lantern", "jack-o'-lantern"),
        ("knight’s helmet", "knight's helmet"),
        ("Heroes", "hero"),
        ("NON_HERO", "non-hero"),
        ("7", "class 7"),
        ("2 handed sword", "2 handed sword"),
        ("Level2b", "level 2 b"),
        ("火_剑 3", "火剑3"),
        ("sl\u200bi\u202eme", "slime"),
        ("שלום", "שלום"),
        ("red, blue", "red blue"),
        *((name, "") for name in ("", "..", "---", "🔥", "\u200b\u202e", "a" * 81, "x" * 5000, "\udc80")),
        ("a" * 80, "a" * 80),
    ],
)
def test_names_are_written_alike(name, word):
    assert word_of(name) == word


@pytest.mark.parametrize(
    ("name", "word"), [("0_slime", "slime"), ("01. Big-Slime", "big slime"), ("3", "class 3"), ("1_2", "class 1 2")]
)
def test_a_folder_loses_its_leading_number(name, word):
    assert word_of_folder(name) == word


def test_a_word_stays_itself_and_is_a_name_for_a_vocabulary():
    """What is saved as names is read again as the same."""
    random = np.random.default_rng(0)
    drawn = ["".join(map(chr, random.integers(1, 0x11000, random.integers(1, 9)))) for _ in range(2000)]
    drawn += [f"{a}{b}" for a in "İßŒﬁΣ１'’ﷺ" for b in ("", "hero", " 1", "<")] + ["<heroes>", "(1) items", "'"]
    found = {word for name in (*drawn, *builtin_vocabulary().names) for word in (word_of(name), word_of_folder(name))}
    found.discard("")
    assert len(found) > 1500 and all(word_of(word) == word for word in found)
    assert not [w for w in found if "," in w or "、" in w or unicodedata.normalize("NFKC", w).count(",")]
    Vocabulary((("label", tuple(sorted(found))[:4000]),))


def test_all_builtin_names_are_words_themselves():
    assert [name for name in builtin_vocabulary().names if word_of(name) != name] == []


def test_a_prompt_asks_for_every_ordinary_word_as_it_was_written():
    typed = [
        "Fire_Sword",
        "Level2",
        "class 7",
        "7",
        "火_剑 3",
        "ice-cave",
        "knight’s helmet",
        "שלום",
        "Straße",
        "Łódź",
    ]
    vocabulary = Vocabulary((("label", tuple(dict.fromkeys(map(word_of, typed)))),))
    for name in typed:
        prompt = parse_prompt(word_of(name), vocabulary)
        assert prompt.words == {word_of(name): 1.0} and not prompt.unknown, name


# Folders


def test_nested_folders_are_words_beside_the_kinds(tmp_path):
    names = (
        "pack/hero/knight/a.png",
        "pack/heroes/Mage/b.png",
        "pack/slimes/c.png",
        "pack/d.png",
        "pack/Slimes/e.png",
    )
    found, said = uploaded(tmp_path, pictures(*names))
    assert found.vocabulary.groups == (("kind", KINDS), ("label", ("knight", "mage", "slimes")))
    assert sorted(map(sorted, words(found))) == [[], ["hero", "knight"], ["hero", "mage"], ["slimes"], ["slimes"]]
    for each in (
        "taken as words (3): slimes, knight, mage",
        "no words, since all pictures lie in them: pack",
        "folders taken as kinds: heroes = hero",
        "1 of 5 pictures have no label",
    ):
        assert each in said
    assert found.counts() == dict.fromkeys(KINDS, 0) | {"hero": 2, "slimes": 2, "knight": 1, "mage": 1, "no label": 1}


def test_the_opened_folder_and_the_splits_of_a_data_set_are_no_words(tmp_path):
    for name, content in pictures("train/slime/a.png", "test/slime/b.png", "val/fire/c.png").items():
        path = tmp_path / "Monsters" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    training, _ = open_dataset(str(tmp_path / "Monsters"))
    assert training.vocabulary.groups == (("label", ("fire", "slime")),)
    found, _ = uploaded(tmp_path, pictures("train/a.png", "plane/b.png"))
    assert seen(found) == {"train": 1, "plane": 1}, "a train is a train where other folders are no parts of a data set"


def test_a_hundred_classes_are_a_hundred_words_and_all_are_in_the_preview_that_fit(tmp_path):
    found, said = uploaded(tmp_path, pictures(*(f"class_{i:02}/{i}.png" for i in range(100)), "class_07/x.png"))
    assert len(found.vocabulary) == 100 and seen(found)["class 07"] == 2 and next(iter(seen(found))) == "class 07"
    assert "taken as words (100)" in said and len(said) < 500
    assert make_preview_sheet(found).shape == (4 * 17 - 1, 16 * 17 - 1, 3)
    assert found.facts()["frequent"][0] == "class 07" and found.facts()["unseen"] == []


def test_ten_thousand_folders_give_a_thousand_words_and_the_rest_is_said():
    number_of = PathLabels()
    paths = [f"often {i}/{j}.png" for i in range(3) for j in range(2)] + [f"w{i}/{i}.png" for i in range(10_000)]
    found = number_of.label(np.array([number_of(PurePosixPath(path)) for path in paths]))
    said = " / ".join(map(str, found.notes))
    assert len(found.vocabulary) == MAX_OWN and found.labels.dtype == np.uint8
    assert found.labels[:, found.vocabulary.places["often 1"]].sum() == 2
    assert "only the 1,000 most frequent words are kept; left out: 9,003" in said and len(said) < 1500
    assert "9,003 of 10,006 pictures have no label" in said


def test_hostile_folder_names_are_bounded_harmless_and_named(tmp_path):
    names = [
        "..",
        "a" * 5000,
        "<script>",
        "sl\u200bime",
        "Slime",
        "SLIME",
        "\u202egnp",
        "x/" * 2000 + "y",
        "q, r",
        "🔥",
    ]
    found, said = uploaded(tmp_path, pictures(*(f"{name}/{i}.png" for i, name in enumerate(names))))
    assert seen(found)["slime"] == 3 and seen(found)["no label"] == 3
    assert set(found.vocabulary.names) == {"slime", "gnp", "q r", "script", "x", "y"}
    assert "longer than 80 characters" in said and "🔥" in said
    assert said.isprintable() and "<" not in said and len(said) < 1500


# Tables and text files


def test_tables_hold_any_words_several_and_descriptions(tmp_path):
    table = (
        b"file,label,tags,caption\n"
        b'a.png,slime,"Blue, wet",\n'
        b"b.png,3,,a red knight with a sword\n"
        b"c.png,\"['Ghost', 'hero']\",,\n"
        b"d.png,7,dragon,\n"
        b"e.png,,,the Blorbo of Zanth\n"
    )
    found, said = uploaded(tmp_path, pictures("a.png", "b.png", "c.png", "d.png", "e.png", "f.png") | {"x.csv": table})
    a, b, c, d, e, f = words(found)
    assert (a, c, d, e, f) == ({"slime", "blue", "wet"}, {"ghost", "hero"}, {"dragon"}, {"the blorbo of zanth"}, set())
    assert "class 3" not in b and {"knight's helmet", "sword in hand"} <= b
    assert "1 sentences were read as words of the built-in sprites: a red knight with a sword" in said
    assert (
        "each is one word itself: the Blorbo of Zanth" in said and "5 of 6 pictures have words from the table" in said
    )
    assert found.vocabulary.has_kinds()


def test_a_json_list_and_numbers_are_labels(tmp_path):
    rows = b'{"file_name": "a.png", "label": ["fire", "Ice Cave"]}\n{"file_name": "b.png", "label": 12}\n'
    found, _ = uploaded(tmp_path, pictures("a.png", "b.png") | {"metadata.jsonl": rows})
    assert words(found) == [{"fire", "ice cave"}, {"class 12"}]


def test_a_text_file_beside_a_picture_says_its_words(tmp_path):
    files = pictures("knight.png", "sub/b.gif.png", "c.png", "sub/c.png") | {
        "knight.txt": "\ufeffknight, Red_Hair,  shiny ".encode(),
        "sub/b.gif.txt": "一个拿法杖的红发巫师".encode(),
        "c.txt": b"slime.",
        "LICENSE.txt": b"free, for all",
        "sub/x.txt": b"nothing",
    }
    found, said = uploaded(tmp_path, files)
    by_word = {word: row for row in words(found) for word in row}
    assert by_word["knight"] == {"knight", "red hair", "shiny"} and by_word["slime"] == {"slime"}
    assert {"red hair", "mage robe", "sub"} <= by_word["wizard hat"]
    assert "LICENSE.txt" in said and "sub/x.txt" in said and "knight.txt" not in said
    assert "3 of 4 pictures have words from the text file beside them" in said
    loose = []
    for name in ("knight.png", "knight.txt", "LICENSE.txt"):
        (tmp_path / name).write_bytes(files[name])
        loose.append(tmp_path / name)
    assert words(alone := open_upload(loose)) == [{"knight", "red hair", "shiny"}] and alone.name == "one picture"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a" * 5000, b"", b",,,", "🔥".encode(), b"\0" * 4000], ids=repr)
def test_a_text_file_of_anything_else_has_no_words(tmp_path, content):
    found, _ = uploaded(tmp_path, pictures("a.png", "b.png") | {"a.txt": content[:6000]})
    assert seen(found) == {"no label": 2}


def test_text_files_are_read_in_bounded_amounts(tmp_path):
    many = b", ".join(b"word %d" % i for i in range(300))
    long = b"sentence " * 40
    found, said = uploaded(tmp_path, pictures("a.png", "b.png") | {"a.txt": many, "b.txt": long})
    assert 20 < len(words(found)[0]) <= MAX_WORDS and sum(len(word) + 2 for word in words(found)[0]) <= MAX_LETTERS
    assert words(found)[1] == set() and "longer than 80 characters and were left out" in said


def test_only_so_many_sentences_are_looked_up(monkeypatch):
    monkeypatch.setattr("diffusion.data.tables.MAX_UNDERSTOOD", 25)
    described = Described()
    assert described.words_of_description("a wizard hat") == ("wizard hat",)
    assert described.words_of_description("a blue wizard hat") == ("a blue wizard hat",)


def test_very_many_text_files_are_found_in_one_pass(tmp_path, monkeypatch):
    """Each was looked for in the whole list of an archive."""
    passes = []
    monkeypatch.setattr("diffusion.data.sources.path_of", lambda member: passes.append(member) or path_of(member))
    files = pictures(*(f"{i}.png" for i in range(50))) | {f"{i}.txt": b"fire" if i % 2 else b"ice" for i in range(50)}
    assert seen(uploaded(tmp_path, files)[0]) == {"fire": 25, "ice": 25}
    assert len(passes) < 10 * len(files)


# Arrays


def labels_of(array: np.ndarray, count: int = 30) -> tuple[list[set[str]], str]:
    found = read_labels(array, count, "x")
    rows = [set(found.vocabulary.decode(row)) for row in found.labels]
    return rows, " / ".join(map(str, found.notes))


def test_arrays_of_any_names_numbers_and_columns_are_labels():
    rows, said = labels_of(np.array(["Slime", "slime, Fire", "", "hero", "0"] * 6))
    assert rows[:5] == [{"slime"}, {"slime", "fire"}, set(), {"hero"}, {"class 0"}]
    assert ("6 of 30 labels of x have no word" in said and "taken as words (3): class 0, fire, slime" in said) or said
    rows, said = labels_of(np.arange(30) % 12)
    assert rows[11] == {"class 11"} and "taken as words (12): class" in said
    names = read_labels(np.arange(30) % 12, 30, "x").vocabulary.names
    assert names == tuple(f"class {i}" for i in range(12)), "not class 1, class 10, class 11, class 2"
    rows, said = labels_of(np.eye(7)[np.arange(30) % 7])
    assert rows[6] == {"class 6"} and "have no names: they are called class 0 to class 6" in said
    assert labels_of(np.array([b"fire"] * 30))[0] == [{"fire"}] * 30


def test_five_columns_and_small_numbers_stay_kinds():
    assert read_labels(ONE_HOT, 30, "x").vocabulary == kinds_vocabulary()
    assert read_labels(ONE_HOT.argmax(1), 30, "x").vocabulary == kinds_vocabulary()
    assert read_labels(np.array(["Heroes"] * 30), 30, "x").labels.dtype == np.float32


def test_more_numbers_than_words_are_kept_keep_the_most_frequent():
    found = read_labels(np.array([*range(7, 3007), 3006]), 3001, "x")
    assert len(found.vocabulary) == MAX_OWN and "class 3006" in found.vocabulary
    assert "left out: 2,000" in str(found.notes[-1])


# What a run keeps


SETS = {
    "own words": np.array(["slime", "fire, slime", "", "ice cave"] * 7 + ["a", "b"]),
    "kinds and words": np.array(["hero, knight", "food", "jack-o'-lantern", "red hair"] * 7 + ["", "x"]),
    "kinds": np.array(["hero", ""] * 15),
    "nothing": np.array([""] * 30),
    "ten numbers": np.arange(30) % 10,
    "some numbers": np.arange(30) % 10 * 100,
    "one number": np.full(30, 9),
    "five numbers": np.arange(30) % 5 + 3,
    "one-hot": np.eye(12)[np.arange(30) % 12],
    "one-hot of numbers that are not there": np.eye(12)[np.arange(30) % 3],
    "soft": np.linspace(0, 1, 90).reshape(30, 3),
}


@pytest.mark.parametrize("name", SETS)
def test_the_labels_that_a_run_keeps_give_the_same_set_again(tmp_path, name):
    found = read_arrays(PIXELS, SETS[name], "x")
    whole = SpriteSet(found.pixels, found.labels, "x", vocabulary=found.vocabulary)
    np.save(tmp_path / "labels.npy", keep_labels(whole.labels, whole.vocabulary))
    np.save(tmp_path / "data.npy", PIXELS)
    again = open_dataset(str(tmp_path / "data.npy"), str(tmp_path / "labels.npy"))
    for part, expected in zip(again, whole.split(), strict=True):
        assert part.vocabulary == expected.vocabulary and np.array_equal(part.labels, expected.labels)
        assert part.facts()["sha256"] == expected.facts()["sha256"]


def test_what_is_kept_is_small_whatever_one_picture_says():
    found = read_labels(np.array([", ".join(f"word {i}" for i in range(500)), *[""] * 29]), 30, "x")
    assert keep_labels(found.labels, found.vocabulary).dtype.itemsize <= 4 * MAX_LETTERS


def test_counts_and_what_is_unseen_of_a_part():
    found = read_arrays(PIXELS, np.array(["slime"] * 29 + ["fire"]), "x")
    part = SpriteSet(found.pixels, found.labels, "x", vocabulary=found.vocabulary)[np.arange(29)]
    assert part.counts() == {"slime": 29, "fire": 0} and part.facts()["unseen"] == ["fire"]
    assert part.facts()["labelled"] == 29 and COLOUR not in dict(part.vocabulary.groups)
