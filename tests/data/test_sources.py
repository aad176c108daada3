"""Folders, .zip files and data sets of the Hub: which files are taken, which kind they are, and what is said of it."""

import io
import json
import os
import time
import zipfile
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from PIL import Image
from support.fakehub import FakeHub

from diffusion.data import SpriteSet, open_dataset, open_upload
from diffusion.data.kind_names import kind_of_name, kinds_of_path
from diffusion.data.pixelart import draw
from diffusion.data.walk import list_files
from diffusion.sprites import KINDS

PIXELS, ONE_HOT = draw(30, seed=6)


def png(pixels: np.ndarray) -> bytes:
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()


def npy(array: np.ndarray) -> bytes:
    content = io.BytesIO()
    np.save(content, array, allow_pickle=True)
    return content.getvalue()


def written(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def pictures(*names: str) -> dict[str, bytes]:
    return {name: png(PIXELS[i]) for i, name in enumerate(names)}


def opened(source: Path | str) -> tuple[SpriteSet, str]:
    """The whole set, and its notes as one text."""
    parts = open_dataset(str(source))
    labels, pixels = (np.concatenate([getattr(part, each) for part in parts]) for each in ("labels", "pixels"))
    return SpriteSet(pixels, labels, parts[0].name, vocabulary=parts[0].vocabulary), " / ".join(
        map(str, parts[0].notes)
    )


# Names of kinds


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *((kind, kind) for kind in KINDS),
        *((name, "hero") for name in ("Hero", "heroes", "HEROS", "英雄", "0_hero", "01. Heroes", "ｈｅｒｏ")),
        *(
            (name, "non-hero")
            for name in ("NON-HERO", "non_hero", "nonhero", "Non Heroes", "Creature", "非英雄", "生物")
        ),
        *((name, "food") for name in ("Food", "foods", "食物")),
        *((name, "spell") for name in ("Spells", "items", "Item", "法术", "物品")),
        *((name, "side-facing") for name in ("side facing", "side_facing", "SideFacing", "侧面", "侧面英雄")),
        *((name, None) for name in ("herofood", "superhero", "hero2", "train", "", "7", "hero" * 99, "no hero")),
    ],
)
def test_a_kind_is_known_by_every_obvious_name_and_by_no_other(name, kind):
    assert kind_of_name(name) == kind


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("heroes/food/x.png", ("food",)),
        ("items/train/Hero/x.png", ("hero",)),
        ("food/Heroes/x.png", ("hero",)),
        ("hero/side-facing/x.png", ("hero", "side-facing")),  # as earlier versions had it
        ("hero/fire/x.png", ("hero",)),
        ("hero.png", ()),
        ("train/x.png", ()),
    ],
)
def test_the_innermost_folder_that_names_a_kind_counts(path, kinds):
    assert kinds_of_path(PurePosixPath(path)) == kinds


@pytest.mark.parametrize("is_zip", [False, True], ids=["folder", "zip"])
def test_folders_of_other_names_are_taken_as_kinds_and_the_rest_is_named(tmp_path, is_zip):
    files = pictures(
        "Heroes/a.png", "NON_HERO/b.png", "英雄/c.png", "dragons/d.png", "<b>/e.png", "f.png", "food/g.png"
    )
    source = zipped(tmp_path / "x.zip", files) if is_zip else written(tmp_path / "x", files)
    found, said = opened(source)
    assert {kind: count for kind, count in found.counts().items() if count} == {
        "hero": 2,
        "non-hero": 1,
        "food": 1,
        "dragons": 1,
        "b": 1,
        "no label": 1,
    }
    for each in (
        "Heroes = hero",
        "NON_HERO = non-hero",
        "英雄 = hero",
        "1 of 7 pictures have no label",
        "taken as words (2): b, dragons",
    ):
        assert each in said
    assert "food = " not in said and "x)" not in said


def test_pictures_without_any_folder_are_said_to_have_no_label(tmp_path):
    _, said = opened(written(tmp_path / "x", pictures("a.png", "b.png")))
    assert said.startswith("2 of 2 pictures have no label; the name of their folder, a table or a text file")


# Links


def test_links_to_folders_and_files_are_followed_once_and_circles_end(tmp_path):
    store = written(tmp_path / "store", pictures("deep/a.png", "deep/b.png", "c.png"))
    mine = written(tmp_path / "mine", {"food/d.png": png(PIXELS[9])})
    for name, target in {
        "hero": store / "deep",
        "spell": store / "deep",  # the same folder again
        "loose.png": store / "c.png",
        "self": mine,
        "up": tmp_path,
        "again": mine / "food",
        "gone": tmp_path / "nowhere",
    }.items():
        os.symlink(target, mine / name)
    os.symlink(mine / "hero", store / "deep" / "back")
    found, said = opened(mine)
    assert {kind: count for kind, count in found.counts().items() if count} == {"hero": 2, "food": 1, "no label": 1}
    for link in ("spell", "self", "up", "again", "gone"):
        assert link in said
    files, _ = list_files(mine)
    assert len({path.resolve() for path in files}) == len(files) == 4


def test_a_link_in_an_upload_is_never_followed(tmp_path):
    (tmp_path / "secret.png").write_bytes(png(PIXELS[0]))
    link = zipfile.ZipInfo("hero/x.png")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(link, str(tmp_path / "secret.png"))
    with pytest.raises(ValueError, match="is a link"):
        open_upload([tmp_path / "x.zip"])


# Arrays beside pictures

ARCHIVE = {
    **{f"images/image_{i}.png": png(PIXELS[i]) for i in range(30)},
    "labels.csv": b"Image Index,Image Path,Label\n",
    "sprites.npy": npy(PIXELS),
    "sprites_labels.npy": npy(ONE_HOT),
}


@pytest.mark.parametrize("is_zip", [False, True], ids=["folder", "zip"])
def test_the_arrays_of_a_public_archive_are_found_with_their_labels(tmp_path, is_zip):
    """It was trained on the JPEGs, and the labels were lost."""
    source = zipped(tmp_path / "a.zip", ARCHIVE) if is_zip else written(tmp_path / "a", ARCHIVE)
    found, said = opened(source)
    assert len(found) == 30 and (found.labels.sum(1) == 1).all()
    assert "sprites.npy, sprites_labels.npy was read; 31 other files were left out" in said
    if is_zip:
        assert np.array_equal(open_upload([source]).labels, ONE_HOT)


def test_foreign_arrays_beside_pictures_are_named_and_left_out(tmp_path):
    for name, files in {
        "two": {"a.npy": npy(PIXELS), "b.npy": npy(PIXELS)},
        "pickle": {"a.npy": npy(np.array([{}], object))},
        "numbers": {"features.npy": npy(np.zeros((30, 64)))},
    }.items():
        found, said = opened(written(tmp_path / name, files | pictures("hero/a.png", "hero/b.png")))
        assert len(found) == 2 and "holds pictures and arrays" in said and "not used" in said
        assert next(iter(files)) in said
    with pytest.raises(ValueError, match=r"holds the arrays a\.npy, b\.npy; keep one"):
        open_dataset(str(written(tmp_path / "only", {"a.npy": npy(PIXELS), "b.npy": npy(PIXELS)})))
    with pytest.raises(ValueError, match=r"not a \.npy array of plain numbers"):
        open_dataset(str(written(tmp_path / "broken", {"a.npy": b"nothing"})))


# Tables of labels

TABLES = {
    "names.csv": b"file_name,kind\na.png,Hero\nsub/b.png,food\nnowhere.png,spell\n",
    "labels.csv": b'\xef\xbb\xbfFilename, Label\r\na.png,[1.0 0. 0. 0. 0.]\r\nsub\\b.png,"[0., 0., 1., 0., 0.]"\r\n',
    "metadata.jsonl": b'{"file_name": "a.png", "label": "hero"}\n{"file_name": "./sub/b.png", "label": [0,0,1,0,0]}\n',
}
TABLES["labels.csv"] = TABLES["labels.csv"].replace(b"[1.0 0. 0. 0. 0.]", b'"[1.0, 0., 0., 0., 0.]"')


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("is_zip", [False, True], ids=["folder", "zip"])
def test_a_table_that_names_files_and_kinds_gives_the_labels(tmp_path, name, is_zip):
    files = pictures("a.png", "sub/b.png", "sub/c.png") | {name: TABLES[name]}
    source = zipped(tmp_path / "x.zip", files) if is_zip else written(tmp_path / "x", files)
    found, said = opened(source)
    assert found.counts() == {"hero": 1, "non-hero": 0, "food": 1, "spell": 0, "side-facing": 0, "sub": 2}
    assert "2 of 3 pictures have words from the table beside them" in said


@pytest.mark.parametrize(
    "content",
    [
        b"name,colour\na.png,red\n",
        b"file_name,text\na.png,\n",
        b'file_name,label\na.png,"[0, 3, 1]"\n',
        b"",
        b"\xff\xfe\x00",
        b"file_name,kind\n" + b'"' * 200_000,
    ],
    ids=["other columns", "no captions", "numbers", "empty", "no text", "no end"],
)
def test_a_table_of_anything_else_is_said_not_to_be_used(tmp_path, content):
    found, said = opened(written(tmp_path / "x", pictures("hero/a.png", "hero/b.png") | {"labels.csv": content}))
    assert found.counts()["hero"] == 2 and "labels.csv was not used" in said


def test_a_name_that_two_pictures_have_labels_neither(tmp_path):
    files = pictures("one/a.png", "two/a.png", "two/b.png") | {"labels.csv": b"file,kind\na.png,hero\nb.png,food\n"}
    found, _ = opened(written(tmp_path / "x", files))
    assert found.counts()["food"] == 1 and "hero" not in {k for k, count in found.counts().items() if count}
    assert found.counts()["one"] == 1 and found.counts()["two"] == 2


@pytest.mark.parametrize("deep", ["[" * 100_000, '{"a":' * 100_000])
def test_a_table_that_is_nested_without_end_is_not_used(tmp_path, deep):
    _, said = opened(written(tmp_path / "x", pictures("hero/a.png", "hero/b.png") | {"x.jsonl": deep.encode()}))
    assert "x.jsonl was not used" in said


# The Hub


@pytest.fixture
def hub(monkeypatch):
    """A loopback Hub whose data set someone/sprites holds these files."""
    server = FakeHub().start()
    server.stand_in(monkeypatch)

    def hold(files: dict[str, bytes]) -> FakeHub:
        server.add("someone/sprites", files, type="dataset")
        return server

    yield hold
    server.stop()


REPO = "hf://datasets/someone/sprites"


def test_a_picture_folder_on_the_hub_is_read_with_its_folders_as_kinds(hub):
    hub(pictures("train/hero/a.png", "train/Foods/b.png", "test/hero/c.png") | {"README.md": b"# Sprites"})
    found, said = opened(REPO)
    assert found.labels.sum(0).tolist() == [2, 0, 1, 0, 0] and found.name == REPO
    assert sorted(p.tobytes() for p in found.pixels) == sorted(p.tobytes() for p in PIXELS[:3])
    assert "Foods = food" in said


def test_metadata_of_a_picture_folder_on_the_hub_gives_labels(hub):
    rows = [{"file_name": "a.png", "label": "hero"}, {"file_name": "b.png", "label": "spell"}]
    hub(pictures("train/a.png", "train/b.png") | {"train/metadata.jsonl": "\n".join(map(json.dumps, rows)).encode()})
    assert opened(REPO)[0].labels.sum(0).tolist() == [1, 0, 0, 1, 0]


def test_captions_of_a_picture_folder_on_the_hub_are_read(hub):
    captions = {"metadata.csv": b"file_name,text\na.png,a knight\n", "b.txt": b"fire, slime", "notes.txt": b"mine"}
    hub(pictures("a.png", "b.png") | captions)
    found, said = opened(REPO)
    assert {name: count for name, count in found.counts().items() if count} == {"fire": 1, "knight": 1, "slime": 1}
    assert "notes.txt" in said and "b.txt" not in said


def test_the_public_archive_on_the_hub_is_its_arrays(hub):
    hub(ARCHIVE)
    found, said = opened(REPO)
    assert len(found) == 30 and (found.labels.sum(1) == 1).all() and "31 other files were left out" in said


def test_parquet_on_the_hub_says_what_would_be_right(hub):
    server = hub({"data/train-00000-of-00001.parquet": b"PAR1", "banner.png": png(PIXELS[0])})
    with pytest.raises(ValueError, match=r"holds its pictures as Parquet.*one \.zip of pictures or one \.npy"):
        open_dataset(REPO)
    assert not server.asked("resolve")


@pytest.mark.parametrize(
    ("limit", "sentence"), [("MAX_FILES", "3 single pictures; at most 1"), ("MAX_BYTES", "at most 1")]
)
def test_a_picture_folder_on_the_hub_is_bounded_before_anything_is_fetched(hub, monkeypatch, limit, sentence):
    server = hub(pictures("a.png", "b.png", "c.png"))
    monkeypatch.setattr(f"diffusion.data.hub_data.{limit}", 1)
    with pytest.raises(ValueError, match=sentence):
        open_dataset(REPO)
    assert not server.asked("resolve")


def test_labels_on_the_hub_are_bounded(hub, monkeypatch):
    hub({"a.npy": npy(PIXELS), "labels.npy": npy(ONE_HOT)})
    monkeypatch.setattr("diffusion.data.hub_data.MAX_LABELS", 100)
    with pytest.raises(ValueError, match=r"labels\.npy of .* at most 100 are taken"):
        open_dataset(REPO)


def test_a_picture_that_was_damaged_on_its_way_is_not_used(hub):
    server = hub(pictures("hero/a.png", "hero/b.png"))
    server.fault("GET", "b.png", corrupt=True)
    with pytest.raises(ValueError, match="damaged on its way"):
        open_dataset(REPO)


def test_very_many_arrays_and_tables_in_an_upload_take_no_time(tmp_path):
    """Each was looked for in the whole list, and each table may have 8 MB."""
    table = b"file_name,kind\n" + b"a,b\n" * 2_000_000
    files = {f"{i}.npy": npy(PIXELS[:2]) for i in range(3000)} | {f"{i}.csv": table for i in range(3)}
    files |= {f"{i}.csv": b"file_name,kind\n" for i in range(3, 3000)} | pictures("hero/a.png", "hero/b.png")
    begun = time.thread_time()
    found = open_upload([zipped(tmp_path / "x.zip", files)])
    assert time.thread_time() - begun < 20
    assert found.counts()["hero"] == 2
    assert [note for note in map(str, found.notes) if "0.csv, 1.csv" in note or "0.npy, 1.npy" in note]


def test_a_table_of_very_many_columns_is_not_used(tmp_path):
    wide = b",".join(b"%d" % i for i in range(500_000))
    _, said = opened(written(tmp_path / "x", pictures("hero/a.png", "hero/b.png") | {"x.csv": wide + b"\n" + wide}))
    assert "x.csv was not used" in said
