"""Pictures as people have them: sheets, enlarged ones, thin lines, white on nothing, other formats, damaged ones."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from diffusion.core.train_config import TrainConfig
from diffusion.data.dataset import SpriteSet, from_arrays, open_dataset
from diffusion.data.decode import fit_to_sprite
from diffusion.data.notes import may_be_sheets
from diffusion.data.pixelart import draw
from diffusion.data.readers import Limits
from diffusion.data.sheets import AUTOMATIC, Sheet
from diffusion.data.uploads import open_upload
from diffusion.runs import Plan, load_plan, run_plan
from diffusion.store.run_folder import RunFolder

SPRITES = draw(120, seed=5)[0]
CLEAR, WHITE, PINK, NIGHT = (0, 0, 0, 0), (255, 255, 255, 255), (255, 0, 255, 255), (30, 40, 60, 255)


def on(ground: tuple[int, ...], sprite: np.ndarray) -> Image.Image:
    """A sprite on a ground of another colour than white."""
    picture = Image.new("RGBA", (16, 16), ground)
    outside = Image.new("RGB", (18, 18), "white")
    outside.paste(Image.fromarray(sprite), (1, 1))
    ImageDraw.floodfill(outside, (0, 0), (1, 254, 3))
    solid = (np.asarray(outside)[1:-1, 1:-1] != (1, 254, 3)).any(-1)
    picture.paste(Image.fromarray(sprite), mask=Image.fromarray(solid))
    return picture


def sheet(
    columns: int, rows: int, *, tile: int = 16, gap: int = 0, margin: int = 0, ground=CLEAR, lines=None, empty=()
) -> Image.Image:
    width, height = (count * (tile + gap) - gap + 2 * margin for count in (columns, rows))
    picture = Image.new("RGBA", (width, height), lines or ground)
    for number in range(columns * rows):
        cell = Image.new("RGBA", (tile, tile), ground)
        if number not in empty:
            sprite = on(CLEAR, SPRITES[number % len(SPRITES)])
            cell.alpha_composite(sprite.resize((tile, tile), 0))
        at = margin + number % columns * (tile + gap), margin + number // columns * (tile + gap)
        picture.paste(cell, at)
    return picture


def enlarged(picture: Image.Image, times: int) -> Image.Image:
    return picture.resize((picture.width * times, picture.height * times), 0)


def folder_of(path: Path, **pictures: Image.Image) -> Path:
    path.mkdir()
    for name, picture in pictures.items():
        picture.save(path / f"{name}.png")
    return path


def whole(source: Path, how: Sheet = AUTOMATIC) -> SpriteSet:
    """Training and validation pictures of a source together."""
    parts = open_dataset(str(source), sheet=how)
    assert parts[0].notes == parts[1].notes
    pixels, labels = (np.concatenate([getattr(part, name) for part in parts]) for name in ("pixels", "labels"))
    return SpriteSet(pixels, labels, parts[0].name, parts[0].notes)


def said(sprites: SpriteSet) -> str:
    return " | ".join(map(str, sprites.notes))


def as_bytes(pixels: np.ndarray) -> list[bytes]:
    return sorted(picture.tobytes() for picture in pixels)


# Sheets

SHEETS = {
    "clear": (sheet(8, 8), 64, 16, 0),
    "white": (sheet(8, 8, ground=WHITE), 64, 16, 0),
    "coloured": (sheet(8, 8, ground=PINK), 64, 16, 0),
    "gap": (sheet(12, 6, gap=1), 72, 16, 1),
    "gap and margin": (sheet(6, 5, gap=2, margin=2, ground=NIGHT), 30, 16, 2),
    "lines": (sheet(6, 6, gap=1, margin=1, ground=WHITE, lines=(128, 128, 128, 255)), 36, 16, 1),
    "strip": (sheet(8, 1), 8, 16, 0),
    "column": (sheet(1, 6), 6, 16, 0),
    "four": (sheet(2, 2), 4, 16, 0),
    "small tiles": (sheet(8, 8, tile=8), 64, 8, 0),
    "24": (sheet(8, 5, tile=24), 40, 24, 0),
    "enlarged": (enlarged(sheet(8, 4, gap=1), 3), 32, 48, 3),
}


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_is_cut_into_its_tiles_and_that_is_said(tmp_path, name):
    picture, count, tile, gap = SHEETS[name]
    found = whole(folder_of(tmp_path / "my", sheet=picture))
    assert len(found) == count and may_be_sheets(found.notes)
    assert f"my/sheet.png: cut into {count} tiles of {tile} x {tile} pixels ({gap} between them)" in said(found)
    if tile % 16 == 0 and name not in ("coloured", "gap and margin"):
        assert as_bytes(found.pixels) == as_bytes(
            np.stack([fit_to_sprite(on(CLEAR, sprite)) for sprite in SPRITES[:count]])
        )


@pytest.mark.parametrize("ground", [CLEAR, WHITE, PINK], ids=["clear", "white", "pink"])
def test_empty_tiles_are_left_out(tmp_path, ground):
    found = whole(folder_of(tmp_path / "my", sheet=sheet(8, 4, ground=ground, empty=(3, 8, 9, 31))))
    assert len(found) == 28 and "4 empty tiles are left out" in said(found)


def test_opaque_tiles_without_a_ground_are_cut(tmp_path):
    rng = np.random.default_rng(0)
    tiles = rng.integers(0, 256, (64, 1, 1, 3)) + 25 * (rng.random((64, 16, 16, 1)) < 0.2)
    pixels = tiles.clip(0, 255).astype(np.uint8).reshape(8, 8, 16, 16, 3).swapaxes(1, 2).reshape(128, 128, 3)
    assert len(whole(folder_of(tmp_path / "my", map=Image.fromarray(pixels)))) == 64


@pytest.mark.parametrize("source", ["folder", "zip", "upload", "upload of a zip", "file"])
def test_a_sheet_is_cut_wherever_it_comes_from(tmp_path, source):
    folder = folder_of(tmp_path / "my", sheet=sheet(4, 4))
    file, archive = folder / "sheet.png", tmp_path / "my.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.write(file, "hero/sheet.png")
    uploads = {"upload": file, "upload of a zip": archive}
    found = (
        open_upload([uploads[source]])
        if source in uploads
        else whole({"zip": archive, "file": file}.get(source, folder))
    )
    assert len(found) == 16 and "cut into 16 tiles" in said(found)
    assert found.counts()["hero"] == (16 if "zip" in source else 0)


def large_sprite(size: int, colour: str = "brown") -> Image.Image:
    picture = Image.new("RGBA", (size, size))
    pen, unit = ImageDraw.Draw(picture), size / 32
    pen.ellipse([4 * unit, 3 * unit, 27 * unit, 29 * unit], fill=colour, outline="black")
    pen.line([2 * unit, 30 * unit, 30 * unit, 2 * unit], fill=(90, 90, 200))
    return picture


@pytest.mark.parametrize("size", [24, 32, 48, 64, 128, 256])
def test_a_large_sprite_stays_one_and_it_is_said_that_it_was_taken_so(tmp_path, size):
    found = whole(folder_of(tmp_path / "my", one=large_sprite(size), two=large_sprite(size + 1, "teal")))
    assert len(found) == 2
    assert "my/one.png, my/two.png: each taken whole, as one sprite, and reduced to 16 x 16" in said(found)
    assert may_be_sheets(found.notes)


def test_tiles_that_are_not_square_are_refused_with_the_way_out(tmp_path):
    picture = Image.new("RGBA", (96, 96))
    for number in range(24):
        x, y = number % 6 * 16, number // 6 * 24
        ImageDraw.Draw(picture).ellipse([x + 2, y + 1, x + 12, y + 22], fill=(9 * number, 90, 60), outline="black")
    source = folder_of(tmp_path / "my", tall=picture)
    with pytest.raises(ValueError, match="a sheet of tiles of 16 x 24, which are not square; cut it"):
        open_dataset(str(source))
    assert len(whole(source, Sheet(0))) == 1


def test_most_pictures_of_one_size_decide_what_the_others_are(tmp_path):
    """Among many large sprites one that falls apart into four is no sheet."""
    pictures = {f"p{i}": large_sprite(32) for i in range(5)}
    pictures |= {f"q{i}": large_sprite(32).transpose(Image.Transpose.FLIP_LEFT_RIGHT) for i in range(2)}
    found = whole(folder_of(tmp_path / "my", **pictures, four=sheet(2, 2)))
    assert len(found) == 8 and "cut into" not in said(found)


def test_a_wrong_guess_is_corrected_by_the_tile_size_and_the_gap(tmp_path):
    source = folder_of(tmp_path / "my", sheet=sheet(6, 4, gap=1), small=on(CLEAR, SPRITES[0]))
    assert len(whole(source)) == 25
    assert len(whole(source, Sheet(0))) == 2
    assert (
        len(whole(source, Sheet(16, 1))) == len(whole(source, Sheet(16))) == len(whole(source, Sheet(None, 1))) == 25
    )
    wrong = whole(source, Sheet(20, 0))
    assert len(wrong) == 5 * 3 + 1 and "1 pixels at the right and 7 at the bottom belong to no tile" in said(wrong)


@pytest.mark.parametrize(
    "tile, gap", [(3, None), (1025, None), (-1, None), (16, -1), (16, 65), ("16", None), (16, 1.5)]
)
def test_sizes_that_no_sheet_has_are_refused(tile, gap):
    with pytest.raises(ValueError, match="pixels"):
        Sheet(tile, gap)


def test_a_run_is_resumed_and_measured_with_the_tiles_it_was_begun_with(tmp_path):
    source = folder_of(tmp_path / "my", sheet=sheet(6, 6))
    training = TrainConfig(epochs=2, batch_size=8)
    plan = Plan(folder=tmp_path / "run", data=str(source), tile=8, gap=0, width=8, training=training)
    events = run_plan(plan)
    for event in events:
        if type(event).__name__ == "EpochDone":
            break
    events.close()
    again = load_plan(RunFolder(plan.folder))
    assert (again.tile, again.gap) == (8, 0) and "--tile 8 --gap 0" in plan.command()
    assert RunFolder(plan.folder).config().data["tile"] == 8
    *_, last = run_plan(again, resume=True)
    assert last.epoch == 1


# One picture


@pytest.mark.parametrize("size", [(32, 32), (100, 100), (37, 37), (24, 24), (250, 250), (128, 128)])
def test_enlarged_pixel_art_gives_back_the_original(size):
    for sprite in SPRITES[:8]:
        assert np.array_equal(fit_to_sprite(Image.fromarray(sprite).resize(size, 0)), sprite)


@pytest.mark.parametrize("times", [4, 8, 10])
def test_enlarged_pixel_art_is_recognised_through_the_noise_of_jpeg(times):
    for sprite in SPRITES[:8]:
        file = io.BytesIO()
        enlarged(Image.fromarray(sprite), times).save(file, "JPEG", quality=85)
        assert np.abs(fit_to_sprite(Image.open(file)).astype(int) - sprite).mean() < 4


def test_an_enlarged_sprite_stays_one_sprite(tmp_path):
    found = whole(folder_of(tmp_path / "my", **{f"p{i}": enlarged(on(CLEAR, SPRITES[i]), 8) for i in range(9)}))
    assert len(found) == 9 and said(found).startswith("9 of 9 pictures have no label") and len(found.notes) == 1
    odd = whole(folder_of(tmp_path / "odd", a=on(CLEAR, SPRITES[0]).resize((100, 100), 0)))
    assert "odd/a.png: pixel art enlarged by a factor that is not whole" in said(odd)


@pytest.mark.parametrize("size", [20, 24, 32, 48, 64])
def test_no_line_of_one_pixel_is_lost(size):
    for ground, ink in (("white", "black"), ((150, 200, 180), "black"), ((20, 30, 60), (250, 250, 200))):
        for place in range(size // 3, size // 3 + 6):
            picture = Image.new("RGB", (size, size), ground)
            ImageDraw.Draw(picture).line([(place, 0), (place, size)], fill=ink)
            ImageDraw.Draw(picture).point((1, 1), fill="red")  # so that it is no enlarged picture
            columns = (fit_to_sprite(picture) == np.asarray(Image.new("RGB", (1, 1), ink))).all(-1).all(0)
            assert columns.sum() == 1, f"a line at {place} of {size} came out {columns.sum()} pixels wide"


def test_lines_between_other_colours_stay_as_dark_as_they_are():
    picture = Image.new("RGBA", (32, 32), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle([4, 4, 27, 27], fill=(150, 200, 180))
    for x in range(6, 28, 4):
        pen.line([(x, 4), (x, 27)], fill="black")
    pixels = fit_to_sprite(picture)
    assert (pixels[8] == 0).all(-1).sum() == 6
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) == 3, "no colour was mixed"


def test_clear_margins_are_cut_off_before_a_sprite_is_reduced():
    picture = Image.new("RGBA", (64, 64))
    picture.alpha_composite(on(CLEAR, SPRITES[3]), (40, 41))
    solid = (np.asarray(on(CLEAR, SPRITES[3]))[..., 3] > 0).sum()
    assert (fit_to_sprite(picture) != 255).any(-1).sum() >= 0.9 * (SPRITES[3] != 255).any(-1).sum() and solid > 20


def test_a_picture_a_little_smaller_than_a_sprite_keeps_its_pixels():
    small = np.asarray(Image.fromarray(SPRITES[0]))[2:14, 3:13]
    pixels = fit_to_sprite(Image.fromarray(small))
    assert np.array_equal(pixels[2:14, 3:13], small) and (pixels[:2] == 255).all()


# White on nothing, equal pictures


def scribble(seed: int, colour: str = "white") -> Image.Image:
    picture, rng = Image.new("RGBA", (16, 16)), np.random.default_rng(seed)
    for _ in range(5):
        ImageDraw.Draw(picture).line([int(v) for v in rng.integers(2, 14, 4)], fill=colour)
    return picture


def test_white_on_a_clear_ground_lies_on_black(tmp_path):
    found = whole(folder_of(tmp_path / "my", **{f"p{i}": scribble(i) for i in range(12)}))
    assert (found.pixels[:, 0, 0] == 0).all() and (found.pixels == 255).any((1, 2, 3)).all()
    assert "12 of 12 pictures lie on black" in said(found)


def test_a_few_white_ones_among_others_lie_on_black_alone(tmp_path):
    pictures = {f"p{i}": scribble(i, "red") for i in range(8)} | {f"q{i}": scribble(i) for i in range(2)}
    found = whole(folder_of(tmp_path / "my", **pictures))
    assert sorted(found.pixels[:, 0, 0, 0].tolist()) == [0, 0] + [255] * 8 and "2 of 10 pictures lie on black" in said(
        found
    )


def test_equal_pictures_are_refused_or_told(tmp_path):
    same = {f"p{i}": scribble(0, "red") for i in range(19)}
    with pytest.raises(ValueError, match="all 19 pictures of same are equal once they are 16 x 16"):
        open_dataset(str(folder_of(tmp_path / "same", **same)))
    with pytest.raises(ValueError, match=r"all 40 pictures of blank\.npy are equal"):
        from_arrays(np.full((40, 16, 16, 3), 255, np.uint8), None, "blank.npy")
    assert "19 of 20 pictures are equal" in said(whole(folder_of(tmp_path / "near", **same, other=scribble(1, "red"))))


# Other formats, damaged files, bounds


def test_the_frames_of_an_animation_are_no_sheets_and_an_empty_sheet_is_one_picture(tmp_path):
    folder = tmp_path / "my"
    folder.mkdir()
    first, second = sheet(4, 4), sheet(4, 4).transpose(Image.Transpose.ROTATE_90)
    first.save(folder / "a.png", save_all=True, append_images=[second])
    Image.new("RGBA", (32, 32)).save(folder / "b.png")
    assert len(whole(folder)) == 3
    assert len(whole(folder, Sheet(16))) == 33


def test_every_format_that_is_named_is_read_and_the_rest_is_named(tmp_path):
    folder = folder_of(tmp_path / "my", a=scribble(0, "red"))
    for number, (suffix, form) in enumerate(
        [("jfif", "JPEG"), ("jpe", "JPEG"), ("tif", "TIFF"), ("tga", "TGA"), ("webp", "WEBP"), ("bmp", "BMP")], 1
    ):
        scribble(number, "blue").convert("RGB").save(folder / f"b{number}.{suffix}", form)
    scribble(9, "lime").save(folder / "without_suffix", "PNG")
    for name in ("c.aseprite", "d.psd", "notes.txt", "e.eps"):
        (folder / name).write_bytes(b"8BPS")
    for name in (".DS_Store", "Thumbs.db", ".hidden.png"):
        (folder / name).write_bytes(b"x")
    found = whole(folder)
    assert len(found) == 8
    assert "files not used: 4 (each of my/c.aseprite, my/d.psd, my/e.eps and 1 more in my is no picture" in said(found)


def test_damaged_pictures_are_named_together_and_the_others_used(tmp_path):
    good = io.BytesIO()
    scribble(0, "red").save(good, "PNG")
    path = tmp_path / "my.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(6):
            file = io.BytesIO()
            scribble(number, "red").save(file, "PNG")
            archive.writestr(f"hero/{number}.png", file.getvalue())
        for number in range(5):
            archive.writestr(f"hero/bad{number}.png", good.getvalue()[:70])
    found = open_upload([path])
    assert found.counts()["hero"] == 6
    assert "each of hero/bad0.png, hero/bad1.png, hero/bad2.png and 2 more in my.zip is not a picture" in said(found)
    loose = folder_of(tmp_path / "loose", a=scribble(1, "red"))
    (loose / "b.png").write_bytes(b"")
    uploaded = open_upload(sorted(loose.iterdir()))
    assert len(uploaded) == 1 and "files not used: 1 (b.png in the upload is not a picture" in said(uploaded)


def test_if_nothing_is_left_the_files_are_named(tmp_path):
    folder = tmp_path / "my"
    folder.mkdir()
    (folder / "a.png").write_bytes(b"x")
    Image.new("RGB", (3, 3)).save(folder / "b.png")
    with pytest.raises(ValueError) as caught:
        open_dataset(str(folder))
    assert str(caught.value) == (
        "my holds nothing to train on: my/a.png in my is not a picture that can be read; "
        "my/b.png in my is 3 x 3; at least 4 x 4"
    )


def test_reading_ends_when_its_time_is_over(tmp_path):
    with pytest.raises(ValueError, match=r"reading the upload takes longer than 0\.01 seconds"):
        folder = folder_of(tmp_path / "my", **{f"p{i}": large_sprite(200 + i) for i in range(12)})
        open_upload(sorted(folder.iterdir()), Limits(seconds=0.01))
    with pytest.raises(ValueError, match="at least 4 x 4"):
        Image.new("RGB", (2048, 1)).save(folder / "p0.png")
        open_upload([folder / "p0.png"])
