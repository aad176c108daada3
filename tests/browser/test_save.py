"""Sprites saved from the page, one close up, and the tray of those that are kept: on the reel, without a model."""

import base64
import io
import json
import re
import zipfile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect
from support.app import visitor
from support.pages import LOG, PLAYER, save

from diffusion.sprites import columns_for, enlarged, sheet
from diffusion.store import cut_out, limit_colours
from diffusion.ui.words import CHINESE, ENGLISH

pytestmark = pytest.mark.browser

CLOSEUP, TRAY = f"{PLAYER} [data-part=closeup]", f"{PLAYER} [data-part=tray]"


def open_reel(page, address, path=""):
    page.goto(address + path)
    page.wait_for_function(f"({LOG})?.run === 'reel' && ({LOG}).done", timeout=60_000)
    return page


@pytest.fixture
def reel(chromium, tiny_app):
    """The page of somebody who wants no motion, on the finished sprites of the reel."""
    with visitor(chromium, reduced_motion="reduce") as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield open_reel(page, tiny_app)


def read(content):
    with Image.open(io.BytesIO(content)) as picture:
        return np.asarray(picture.convert("RGBA"))


def unzip(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sprites_in(path):
    """The sprites of a ZIP, by their names; RGBA (N, 16, 16, 4)."""
    return np.stack([read(content) for content in unzip(path).values()])


def part(page, name):
    return page.locator(f"{PLAYER} [data-part={name}]")


def enlarge_first(page):
    part(page, "canvas").dblclick(position={"x": 24, "y": 24})
    page.locator(CLOSEUP).wait_for()


def test_pictures_are_transparent_small_in_colours_and_as_the_command_line_s(reel):
    path = save(reel, "sprites", transparent=False)
    opaque = sprites_in(path)
    count, rgb = len(opaque), opaque[..., :3]
    assert path.name == "sprite-epoch-31-sprites.zip" and (opaque[..., 3] == 255).all()
    assert list(unzip(path)) == [f"sprite-{i + 1:02}.png" for i in range(count)]
    cut = sprites_in(save(reel, "sprites", transparent=True))
    assert np.array_equal(cut, cut_out(rgb)) and 0.2 < (cut[..., 3] == 0).mean() < 0.8
    assert all(not one[[0, 0, -1, -1], [0, -1, 0, -1], 3].all() for one in cut), "a background was left"
    each = save(reel, "sprites", colours="each", scale=8)
    for content, one in zip(unzip(each).values(), limit_colours(cut, 16, False), strict=True):
        with Image.open(io.BytesIO(content)) as picture:
            assert picture.mode == "P" and picture.size == (128, 128) and len(picture.getcolors()) <= 17
        assert np.array_equal(read(content), enlarged(one, 8))
    shared, columns = limit_colours(cut, 16), columns_for(count)
    with Image.open(save(reel, "sheet", colours="shared", scale=1)) as picture:
        assert picture.mode == "P" and len(picture.getcolors()) <= 17
        assert np.array_equal(np.asarray(picture.convert("RGBA")), sheet(shared, columns))
    files = unzip(save(reel, "layout"))  # with the last choice: 16 colours, native
    names, layout = list(files), json.loads(files["sprite-epoch-31-sheet.json"])
    assert names == ["sprite-epoch-31-sheet.png", "sprite-epoch-31-sheet.json"] and layout["meta"]["image"] == names[0]
    with Image.open(io.BytesIO(files[names[0]])) as picture:
        assert picture.size == (layout["meta"]["size"]["w"], layout["meta"]["size"]["h"])
        for (name, frame), one in zip(layout["frames"].items(), shared, strict=True):
            x, y, w, h = frame["frame"].values()
            assert np.array_equal(np.asarray(picture.crop((x, y, x + w, y + h)).convert("RGBA")), one), name


def test_animations_are_transparent_and_end_on_the_finished_sprites(reel):
    cut = sprites_in(save(reel, "sprites", transparent=True))
    limited, columns = limit_colours(cut, 16), columns_for(len(cut))
    for what in ("apng", "gif"):
        with Image.open(save(reel, what, colours="shared")) as animation:
            assert animation.n_frames > 20 and animation.size == (columns * 16, -(-len(cut) // columns) * 16)
            assert np.asarray(animation.convert("RGBA"))[..., 3].mean() > 250, "noise is opaque"
            animation.seek(animation.n_frames - 1)
            assert animation.info["duration"] == 2000
            assert np.array_equal(np.asarray(animation.convert("RGBA")), sheet(limited, columns)), what


def test_finished_sprites_are_saved_unless_this_moment_is_asked_for(chromium, tiny_app, reel):
    finished = sprites_in(save(reel, "sprites", transparent=True))
    with visitor(chromium) as page:  # whose film plays
        open_reel(page, tiny_app)
        part(page, "play").click() if "▶" in part(page, "play").inner_text() else None
        assert np.array_equal(sprites_in(save(page, "sprites")), finished)
        part(page, "scrub").press("Home")
        assert np.array_equal(sprites_in(save(page, "sprites")), finished)
        path = save(page, "sprites", moment="now")
        assert "level-500" in path.name and (sprites_in(path)[..., 3] == 255).all()
        part(page, "save").click()
        expect(page.locator(f"{PLAYER} input[name=moment][value=finished]")).to_be_checked()


def test_a_sprite_close_up_in_every_epoch_is_copied_saved_kept_and_painted_on(reel, tmp_path):
    files = unzip(save(reel, "sprites", transparent=True, colours="all", scale=1))
    enlarge_first(reel)
    expect(part(reel, "closeup-title")).to_have_text(re.compile(r"Sprite 1 of \d+"))
    epochs = part(reel, "closeup-epochs").locator("button")
    assert epochs.all_inner_texts() == ["epoch 0", "epoch 4", "epoch 24", "epoch 31"]
    expect(epochs.nth(3)).to_have_attribute("aria-pressed", "true")
    drawn = "canvas => canvas.toDataURL()"
    last = part(reel, "closeup-canvas").evaluate(drawn)
    assert np.array_equal(read(base64.b64decode(last.split(",")[1])), read(files["sprite-01.png"]))
    reel.keyboard.press("ArrowLeft")
    expect(epochs.nth(2)).to_have_attribute("aria-pressed", "true")
    assert part(reel, "closeup-canvas").evaluate(drawn) != last
    reel.keyboard.press("ArrowRight")
    with reel.expect_download() as download:
        part(reel, "closeup-save").click()
    assert download.value.suggested_filename == "sprite-01.png"
    assert np.array_equal(read(download.value.path().read_bytes()), read(files["sprite-01.png"]))
    part(reel, "closeup-copy").click()
    reel.get_by_text(ENGLISH.save["copy_done"]).wait_for()
    copied = reel.evaluate(
        """async () => {
            const [item] = await navigator.clipboard.read();
            const bytes = new Uint8Array(await (await item.getType("image/png")).arrayBuffer());
            return btoa(String.fromCharCode(...bytes));
        }"""
    )
    assert np.array_equal(read(base64.b64decode(copied)), read(files["sprite-01.png"]))
    reel.keyboard.press("ArrowDown")
    expect(part(reel, "closeup-title")).to_have_text(re.compile(r"Sprite 2 of \d+"))
    reel.evaluate("document.addEventListener('sprite-for-paint', () => (name = sessionStorage['sprite-for-paint']))")
    part(reel, "closeup-paint").click()
    reel.wait_for_function("name")
    pixels = np.frombuffer(base64.b64decode(reel.evaluate("name")), np.uint8).reshape(16, 16, 3)
    assert np.array_equal(cut_out(pixels), read(files["sprite-02.png"]))


def test_kept_sprites_outlive_the_page_and_are_saved_together(reel, tiny_app):
    files = list(unzip(save(reel, "sprites", transparent=True, colours="all", scale=1)).values())
    expect(reel.locator(TRAY)).to_be_hidden()
    enlarge_first(reel)
    for _ in range(3):
        part(reel, "closeup-keep").click()
        expect(part(reel, "closeup-keep")).to_have_attribute("aria-pressed", "true")
        part(reel, "closeup-forward").click()
        expect(part(reel, "closeup-keep")).to_have_attribute("aria-pressed", "false")
    reel.keyboard.press("Escape")
    expect(reel.locator(CLOSEUP)).to_be_hidden()
    open_reel(reel, tiny_app)
    expect(part(reel, "tray-title")).to_have_text("Kept sprites (3)")
    reel.get_by_role("button", name="Remove sprite-02").click()
    expect(part(reel, "tray-title")).to_have_text("Kept sprites (2)")
    part(reel, "tray-save").click()
    assert not reel.locator(f"{PLAYER} input[name=what][value=gif]").is_visible(), "two sprites are no animation"
    with reel.expect_download() as download:
        part(reel, "save-go").click()
    assert download.value.suggested_filename == "kept-sprites.zip"
    kept = unzip(download.value.path())
    assert list(kept) == ["sprite-01.png", "sprite-02.png"]
    assert [read(one).tobytes() for one in kept.values()] == [read(files[i]).tobytes() for i in (0, 2)]
    reel.locator(f"{TRAY} li button").first.press("Enter")
    expect(part(reel, "closeup-title")).to_have_text("Sprite 1 of 2")
    assert not part(reel, "closeup-epochs").is_visible()
    part(reel, "closeup-close").click()
    reel.on("dialog", lambda dialog: dialog.accept())
    part(reel, "tray-empty").click()
    expect(reel.locator(TRAY)).to_be_hidden()


def test_the_dialogs_fit_a_phone_and_speak_chinese(chromium, tiny_app):
    size = {"width": 360, "height": 640}
    with visitor(chromium, viewport=size, reduced_motion="reduce", locale="zh-CN") as page:
        open_reel(page, tiny_app, "/zh")
        part(page, "save").click()
        page.get_by_role("heading", name=CHINESE.save["save_title"]).wait_for()
        for dialog in ("save-dialog", "closeup"):
            if dialog == "closeup":
                page.keyboard.press("Escape")
                part(page, "closeup-open").click()
            box = part(page, dialog).bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= 360 and box["y"] + box["height"] <= 640.5
            assert part(page, dialog).evaluate("one => one.scrollWidth <= one.clientWidth")
        page.get_by_role("button", name=CHINESE.save["keep"], exact=True).click()
        page.get_by_role("button", name=CHINESE.save["kept"]).wait_for()
