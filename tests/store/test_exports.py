"""Transparent backgrounds, small palettes and layouts; the page and the command line make the same of a sprite."""

import base64
import io
import json
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from diffusion.data import draw_builtin
from diffusion.refs import Builtin
from diffusion.sprites import enlarged, sheet
from diffusion.store import (
    cut_out,
    find_palette,
    layout_of,
    limit_colours,
    name_sprites,
    save_animation,
    save_picture,
    save_pictures,
)
from diffusion.store.atlas import slug_of

SCRIPT = Path(__file__).parent.parent / "js" / "exports.mjs"
TEXTS = [
    "a wizard with red hair and a staff",
    "Café, crème brûlée",
    "拿法杖的红发巫师",
    "the " + "x" * 60,
    "an apple 2",
]


def generated(count: int, seed: int = 0) -> np.ndarray:
    """Sprites as a network leaves them: white is 250 to 255, black 0 to 5, hardly two pixels are alike."""
    drawn = draw_builtin(Builtin(count, seed, False), "train").pixels.astype(int)
    jitter = np.random.default_rng(seed).integers(-5, 6, drawn.shape)
    return np.clip(drawn + jitter, 0, 255).astype(np.uint8)


def noise(count: int, signal: float, deviation: float) -> np.ndarray:
    x = np.random.default_rng(1).normal(signal, deviation, (count, 16, 16, 3))
    return np.clip(127.5 * (x + 1), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def sprites() -> np.ndarray:
    black_ground = generated(1, 5)[0]
    black_ground[black_ground.min(-1) > 240] = 0
    return np.concatenate([generated(20), noise(3, 0, 1), black_ground[None], np.full((1, 16, 16, 3), 255, np.uint8)])


@pytest.fixture(scope="module")
def in_browser(node, sprites):
    """What assets/js makes of the same sprites."""
    asked = {
        "sprites": [base64.b64encode(one.tobytes()).decode() for one in sprites],
        "texts": [TEXTS[i % len(TEXTS)] for i in range(len(sprites))],
        "columns": 5,
        "scale": 2,
    }
    ran = subprocess.run([node, SCRIPT], input=json.dumps(asked), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def ghost() -> np.ndarray:
    """White on white, within a black outline that has corners; black eyes with a white pixel in each."""
    sprite = np.full((16, 16, 3), 254, np.uint8)
    sprite[2, 5:11] = sprite[13, 4:12] = 0
    sprite[3:13, 4] = sprite[3:13, 11] = 0
    sprite[6:9, 6:8] = sprite[6:9, 9:11] = 2
    sprite[7, 6] = sprite[7, 9] = 255
    return sprite


def test_white_ink_inside_an_outline_stays_and_the_white_around_it_goes():
    cut = cut_out(ghost())
    alpha = cut[..., 3]
    inside = np.zeros((16, 16), bool)
    inside[3:13, 5:11] = True
    assert alpha[inside].all() and alpha[7, 6] == 255 and cut[7, 6].tolist() == [255] * 4
    assert not alpha[:2].any() and not alpha[14:].any() and not alpha[:, :4].any() and not alpha[:, 12:].any()
    assert not alpha[2, 4], "the outline's corner is open only to diagonals"


def test_a_ring_keeps_the_white_in_its_hole_and_an_open_one_does_not():
    ring = np.full((16, 16, 3), 255, np.uint8)
    ring[4:12, 4:12] = 30
    ring[6:10, 6:10] = 255
    assert cut_out(ring)[6:10, 6:10, 3].all()
    ring[0:6, 8] = 255
    assert not cut_out(ring)[6:10, 6:10, 3].any()


def test_a_shape_that_touches_the_border_keeps_its_outline():
    shield = np.full((16, 16, 3), 252, np.uint8)
    shield[:12] = 5
    shield[1:11, 1:15] = 200
    shield[12:14, 2:14] = 5
    alpha = cut_out(shield)[..., 3]
    assert alpha[:12].all() and not alpha[15].any()


def test_another_ground_is_cut_out_too_and_noise_is_not():
    sprite = np.full((16, 16, 3), (20, 120, 40), np.uint8)
    sprite[5:11, 5:11] = 255
    assert np.array_equal(cut_out(sprite)[..., 3] > 0, (sprite == 255).all(-1))
    for signal, deviation in ((0, 1), (0.4, 0.9), (0.8, 0.6)):
        assert cut_out(noise(50, signal, deviation))[..., 3].all()


@settings(derandomize=True, deadline=None, max_examples=60, database=None)
@given(st.binary(min_size=768, max_size=768), st.integers(0, 3), st.sampled_from([0, 4, 12, 13, 200]))
def test_opaque_pixels_keep_their_colour_and_all_others_are_background(content, margin, spread):
    sprite = np.frombuffer(content, np.uint8).reshape(16, 16, 3).copy()
    ground = np.ones((16, 16), bool)
    ground[margin : 16 - margin, margin : 16 - margin] = False
    sprite[ground] = 255 - sprite[ground] % (spread + 1)
    cut = cut_out(sprite)
    opaque = cut[..., 3] == 255
    assert np.array_equal(cut[opaque][:, :3], sprite[opaque])
    assert not cut[~opaque].any(), "a transparent pixel hides a colour"
    if margin > 1 and spread <= 12:
        assert not opaque[ground].any() and (sprite[~opaque] >= 243).all()


@pytest.mark.parametrize("transparent", [True, False])
@pytest.mark.parametrize("is_shared", [True, False])
def test_a_palette_is_small_near_and_keeps_black_and_alpha(sprites, transparent, is_shared):
    found = cut_out(sprites[:20]) if transparent else sprites[:20]
    limited = limit_colours(found, 16, is_shared)
    opaque = limited[..., 3] > 0 if transparent else np.ones(limited.shape[:3], bool)
    if transparent:
        assert np.array_equal(limited[..., 3], found[..., 3])
    each = [np.unique(one[there][:, :3], axis=0) for one, there in zip(limited, opaque, strict=True)]
    assert max(map(len, each)) <= 16 < max(len(np.unique(one.reshape(-1, 3), axis=0)) for one in sprites[:20])
    assert len(np.unique(np.concatenate(each), axis=0)) <= 16 or not is_shared
    apart = np.abs(limited[..., :3].astype(int) - found[..., :3])[opaque]
    assert apart.mean() < (16 if is_shared else 6)
    if not is_shared:  # the jitter of an outline is gone
        assert min(colours.max(-1).min() for colours in each) <= 2


def test_few_colours_are_kept_and_nothing_gives_an_empty_palette():
    assert find_palette(ghost(), 16).tolist() == [[0] * 3, [2] * 3, [254] * 3, [255] * 3]
    assert find_palette(np.zeros((16, 16, 4), np.uint8), 16).shape == (0, 3)
    assert not limit_colours(np.zeros((2, 16, 16, 4), np.uint8), 4).any()
    assert len(find_palette(generated(2), 2)) == 2


def test_the_browser_cuts_out_and_counts_colours_alike(sprites, in_browser):
    cut = cut_out(sprites)
    for i, one in enumerate(cut):
        assert base64.b64decode(in_browser["cut"][i]) == one.tobytes(), f"sprite {i}"
        assert in_browser["each"][i] == find_palette(one, 16).tolist(), f"sprite {i}"
    assert in_browser["shared"] == find_palette(cut, 16).tolist()


def test_the_browser_s_pngs_are_those_of_the_command_line(sprites, in_browser):
    for colours in ("all", "each", "shared"):
        for transparent in (True, False):
            found = cut_out(sprites) if transparent else sprites
            if colours != "all":
                found = limit_colours(found, 16, colours == "shared")
            expected = enlarged(sheet(found, 5), 2)
            content = base64.b64decode(in_browser["pngs"][f"{colours} {str(transparent).lower()}"])
            with Image.open(io.BytesIO(content)) as picture:
                assert picture.mode == {"all": "RGBA" if transparent else "RGB", "shared": "P"}.get(
                    colours, picture.mode
                )
                rgba = np.asarray(picture.convert("RGBA"))
            assert np.array_equal(rgba[..., : expected.shape[-1]], expected), (colours, transparent)


def test_the_browser_s_animation_has_its_frames_times_and_alpha(sprites, in_browser):
    expected = limit_colours(cut_out(sprites), 16)
    with Image.open(io.BytesIO(base64.b64decode(in_browser["apng"]))) as animation:
        assert (animation.format, animation.n_frames, animation.info["loop"]) == ("PNG", 3, 0)
        for i, duration in enumerate((50, 100, 1500)):
            animation.seek(i)
            assert animation.info["duration"] == duration
            assert np.array_equal(np.asarray(animation.convert("RGBA")), expected[i])


def test_names_and_layouts_are_those_of_the_browser(in_browser):
    texts = [TEXTS[i % len(TEXTS)] for i in range(25)]
    assert in_browser["slugs"] == [slug_of(text) for text in texts]
    assert in_browser["names"] == name_sprites(texts)
    assert in_browser["layout"] == layout_of(name_sprites(texts), 5, 2, "sheet.png")


def test_names_are_ascii_different_and_in_order():
    names = name_sprites(TEXTS)
    assert names[:3] == ["wizard-with-red-hair-and-a-staff-01", "cafe-creme-brulee-02", "sprite-03"]
    assert names[3:] == [f"{'x' * 40}-04", "apple-2-05"]
    assert name_sprites(["a"] * 100)[-1] == "a-100" and all(name.isascii() for name in names)


@pytest.mark.parametrize("gap", [0, 3])
def test_a_layout_says_where_the_sprites_are(tmp_path, sprites, gap):
    cut, names = cut_out(sprites[:7]), name_sprites(["x"] * 7)
    save_picture(enlarged(sheet(cut, 4, gap), 3), tmp_path / "x.png")
    layout = layout_of(names, 4, 3, "x.png", gap)
    with Image.open(tmp_path / layout["meta"]["image"]) as picture:
        assert picture.size == tuple(layout["meta"]["size"].values())
        for name, one in zip(names, cut, strict=True):
            frame = layout["frames"][f"{name}.png"]["frame"]
            box = (frame["x"], frame["y"], frame["x"] + frame["w"], frame["y"] + frame["h"])
            assert np.array_equal(np.asarray(picture.crop(box)), enlarged(one, 3))


def test_files_have_the_palette_and_the_alpha(tmp_path, sprites):
    limited = limit_colours(cut_out(sprites[:4]), 16)
    save_picture(sheet(limited, 2), tmp_path / "x.png", is_indexed=True)
    with Image.open(tmp_path / "x.png") as picture:
        assert picture.mode == "P" and len(picture.getcolors()) <= 17
        assert np.array_equal(np.asarray(picture.convert("RGBA")), sheet(limited, 2))
    save_pictures({f"{i}.png": one for i, one in enumerate(limited)}, tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        for i, name in enumerate(archive.namelist()):
            assert np.array_equal(np.asarray(Image.open(io.BytesIO(archive.read(name)))), limited[i])


@pytest.mark.parametrize("suffix", [".gif", ".apng"])
def test_an_animation_is_transparent_in_every_frame(tmp_path, sprites, suffix):
    moments = limit_colours(cut_out(sprites[:6]), 64)  # few enough for a GIF
    save_animation(list(moments), tmp_path / f"x{suffix}")
    with Image.open(tmp_path / f"x{suffix}") as animation:
        assert animation.n_frames == 6
        for i, expected in enumerate(moments):
            animation.seek(i)
            assert np.array_equal(np.asarray(animation.convert("RGBA"))[..., 3], expected[..., 3]), f"frame {i}"
            assert np.array_equal(np.asarray(animation.convert("RGBA")), expected)
