"""Painting in a real Chromium: in the tabs Paint and One step."""

import base64
import io

import numpy as np
import pytest
from PIL import Image
from support.app import visitor

from diffusion.ui.tabs.paint_starters import STARTERS, picture
from diffusion.ui.words import ENGLISH

pytestmark = pytest.mark.browser

WORDS = ENGLISH.paint
PAINTED = "[...document.querySelectorAll('#paint, #paint *')].find(e => e.painted)?.painted"
ANSWERED = "[...document.querySelectorAll('#one-step, #one-step *')].find(e => e.answered)?.answered"
SCALE = 24  # canvas pixels a cell


def open_paint(page, address, search="?tab=paint&lang=en"):
    page.goto(f"{address}/{search}")
    page.wait_for_function(f"({PAINTED})?.times === 1", timeout=60_000)
    return page.locator("#paint")


def pixels_of(page, part, tab="paint"):
    """A canvas's picture at native size, (16, 16, 3)."""
    url = page.evaluate(f"document.querySelector('#{tab} [data-part={part}]').toDataURL()")
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))).convert("RGB"))
    step = shown.shape[0] // 16
    return shown[step // 2 :: step, step // 2 :: step]


def painting_of(page):
    sent = np.frombuffer(base64.b64decode(page.evaluate(PAINTED)["pixels"]), np.uint8)
    return sent.reshape(16, 16, 3)


def next_answer(page, act):
    before = page.evaluate(PAINTED)["times"]
    act()
    page.wait_for_function(f"({PAINTED}).times > {before}", timeout=60_000)
    page.wait_for_function("document.querySelector('#paint [data-part=root]').dataset.state === 'ready'")


def stroke(page, *cells):
    """By the mouse, from cell to cell, as fast as it can."""
    box = page.locator("#paint canvas[data-part=editor]").bounding_box()
    side = box["width"] / 16
    places = [(box["x"] + (x + 0.5) * side, box["y"] + (y + 0.5) * side) for x, y in cells]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place)
    page.mouse.up()


def test_the_tab_opens_with_a_hero_and_every_stroke_draws_another_one(page, tiny_app):
    bench = open_paint(page, tiny_app)
    assert np.array_equal(painting_of(page), picture(STARTERS["hero"]))
    assert page.evaluate(PAINTED)["prompt"] == "hero" and page.evaluate(PAINTED)["t"] == 180
    first = pixels_of(page, "result")
    assert bench.locator("[data-part=variants] button").count() == 8
    bench.locator("[data-hex=fe1b1b]").first.click()
    next_answer(page, lambda: stroke(page, (1, 1), (12, 1)))
    red = (painting_of(page) == (0xFE, 0x1B, 0x1B)).all(2)
    assert red[1, 1:13].all() and red.sum() == 12, "a fast stroke left gaps"
    second = pixels_of(page, "result")
    assert not np.array_equal(second, first)
    next_answer(page, lambda: page.keyboard.press("Control+z"))
    assert np.array_equal(painting_of(page), picture(STARTERS["hero"]))
    assert np.array_equal(pixels_of(page, "result"), first)
    next_answer(page, lambda: bench.get_by_role("button", name="Redo").click())
    assert np.array_equal(pixels_of(page, "result"), second)
    other = bench.locator("[data-part=variants] button").nth(3)
    other.click()
    assert other.get_attribute("aria-checked") == "true" and not np.array_equal(pixels_of(page, "result"), second)


def test_tools_keys_and_words(page, tiny_app):
    bench = open_paint(page, tiny_app)
    next_answer(page, lambda: bench.get_by_role("button", name="Clear").click())
    assert (painting_of(page) == 255).all()
    bench.get_by_role("radio", name="Fill").click()
    bench.locator("[data-hex='34c040']").first.click()
    next_answer(page, lambda: stroke(page, (5, 5)))
    assert (painting_of(page) == (0x34, 0xC0, 0x40)).all()
    bench.get_by_role("radio", name="Eraser").click()
    bench.get_by_role("button", name="Large brush").click()
    next_answer(page, lambda: stroke(page, (4, 4)))
    assert (painting_of(page) == 255).all(2).sum() == 4
    bench.get_by_role("radio", name="Pick a colour").click()
    stroke(page, (4, 4))
    assert bench.get_by_role("radio", name="Pencil").get_attribute("aria-checked") == "true"
    canvas = bench.locator("canvas[data-part=editor]")
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        canvas.press(key)
    assert "column 7, row 6" in bench.locator("[data-part=cell]").inner_text()
    next_answer(page, lambda: canvas.press("Space"))
    assert (painting_of(page) == 255).all(2)[5:7, 6:8].all(), "the colour that was picked was not painted"
    next_answer(page, lambda: page.locator("#paint-prompt input").fill("food"))
    assert page.evaluate(PAINTED)["prompt"] == "food"
    next_answer(page, lambda: bench.locator("[data-part=level]").fill("100"))
    assert page.evaluate(PAINTED)["t"] == 60
    next_answer(page, lambda: bench.get_by_role("button", name=f"{WORDS['starter']}: sword").click())
    assert page.locator("#paint-prompt input").input_value() == page.evaluate(PAINTED)["prompt"] == "sword"
    assert np.array_equal(painting_of(page), picture(STARTERS["sword"]))


def test_a_copied_link_opens_the_same_painting_and_the_same_result(page, chromium, tiny_app):
    bench = open_paint(page, tiny_app)
    next_answer(page, lambda: stroke(page, (2, 2), (9, 13)))
    next_answer(page, lambda: page.locator("#paint-prompt input").fill("creature"))
    next_answer(page, lambda: bench.locator("[data-part=level]").fill("80"))
    next_answer(page, lambda: bench.get_by_role("button", name=WORDS["again"]).click())
    bench.locator("[data-part=variants] button").nth(2).click()
    bench.get_by_role("button", name=ENGLISH.editor["share"]).click()
    page.wait_for_url("**sprite=**")
    assert len(page.url) < 600 and "variant=2" in page.url
    with visitor(chromium) as other:
        open_paint(other, tiny_app, page.url.partition("/?")[2].join(["?", ""]))
        asked = [
            {k: v for k, v in one.evaluate(PAINTED).items() if k in "pixels t seed prompt run"}
            for one in (page, other)
        ]
        assert asked[0] == asked[1]
        assert np.array_equal(pixels_of(page, "result"), pixels_of(other, "result"))
        other.wait_for_function("document.querySelector('#paint-prompt input').value === 'creature'")
        assert other.evaluate(PAINTED)["prompt"] == "creature"


def test_results_are_saved_taken_up_and_shown_for_all_epochs(page, tiny_app, tmp_path):
    bench = open_paint(page, tiny_app)
    result = pixels_of(page, "result")
    with page.expect_download() as download:
        bench.locator("[data-part=save]").select_option("1")
    download.value.save_as(tmp_path / "one.png")
    assert np.array_equal(np.asarray(Image.open(tmp_path / "one.png").convert("RGB")), result)
    next_answer(page, lambda: bench.get_by_role("button", name=WORDS["take"]).click())
    assert np.array_equal(painting_of(page), result)
    next_answer(page, lambda: bench.get_by_text(WORDS["epochs-name"]).click())
    assert bench.locator("figcaption").all_inner_texts() == ["epoch 4", "epoch 0"]
    Image.new("RGBA", (32, 64), (255, 0, 0, 255)).save(tmp_path / "tall.png")
    next_answer(page, lambda: bench.locator("[data-part=upload]").set_input_files(tmp_path / "tall.png"))
    assert "32 × 64" in bench.locator("[data-part=told]").inner_text()
    assert (painting_of(page)[:, 4:12] == (255, 0, 0)).all() and (painting_of(page)[:, :4] == 255).all()
    (tmp_path / "x.png").write_text("no picture")
    bench.locator("[data-part=upload]").set_input_files(tmp_path / "x.png")
    bench.get_by_text(ENGLISH.editor["unreadable"]).wait_for()


def test_a_finger_paints_and_sees_the_result_on_one_screen(chromium, tiny_app):
    with visitor(chromium, viewport={"width": 390, "height": 844}, has_touch=True) as page:
        bench = open_paint(page, tiny_app)
        canvas = bench.locator("canvas[data-part=editor]")
        box = canvas.bounding_box()
        next_answer(page, lambda: page.touchscreen.tap(box["x"] + 3, box["y"] + 3))
        assert (painting_of(page)[0, 0] == 0).all()
        result = bench.locator("canvas[data-part=result]").bounding_box()
        assert result["y"] + result["height"] - box["y"] < 800, "the result is not on the screen of the canvas"


# One step


def open_one_step(page, address, search="?tab=one-step&lang=en"):
    page.goto(f"{address}/{search}")
    page.wait_for_function(ANSWERED, timeout=30_000)
    return page.locator("#one-step")


def test_one_step_answers_and_its_link_brings_everything_back(page, tiny_app):
    bench = open_one_step(page, tiny_app)
    rows = bench.locator("tbody tr")
    assert page.evaluate(ANSWERED)["t"] == 200
    assert rows.first.locator("th").inner_text() == "truth" and rows.count() == 4
    for column in (4, 5):
        errors = [float(rows.nth(row).locator("td").nth(column - 1).inner_text()[:5]) for row in (1, 2, 3)]
        marked = [rows.nth(row).locator("td").nth(column - 1).evaluate("e => e.matches('.best')") for row in (1, 2, 3)]
        assert marked == [error == min(errors) for error in errors]
        assert ENGLISH.one_step["best_said"] in rows.nth(1 + errors.index(min(errors))).inner_text()
    bench.get_by_role("button", name="Clear").click()
    editor = bench.locator("canvas[data-part=editor]")
    editor.click(position={"x": 100, "y": 100})
    editor.press("ArrowDown")
    editor.press("Space")
    bench.locator("#one-step-t").fill("300")
    page.wait_for_function(f"({ANSWERED})?.t === 300")
    bench.get_by_role("button", name=ENGLISH.one_step["noise"]).click()
    page.locator("#one-step-prompt input").fill("hero")
    page.wait_for_timeout(1000)
    bench.get_by_role("button", name=ENGLISH.editor["share"]).click()
    page.wait_for_url("**sprite=**")
    assert "prompt=hero" in page.url and "level=300" in page.url and "seed=1" in page.url and "run=tiny" in page.url
    seen = rows.all_inner_texts(), pixels_of(page, "editor", "one-step")
    assert (seen[1] == 0).all(2).sum() == 2, "painting left no mark"
    page.goto(page.url)
    page.wait_for_function(f"({ANSWERED})?.t === 300", timeout=30_000)
    page.wait_for_function("document.querySelector('#one-step-prompt input').value === 'hero'")
    page.wait_for_timeout(500)
    assert rows.all_inner_texts() == seen[0] and np.array_equal(pixels_of(page, "editor", "one-step"), seen[1])


def test_a_sprite_of_one_step_goes_to_paint(page, tiny_app):
    bench = open_one_step(page, tiny_app)
    bench.locator(".one-step-gallery button").nth(5).click()
    sprite = pixels_of(page, "editor", "one-step")
    bench.get_by_role("button", name=ENGLISH.one_step["paint"]).click()
    page.wait_for_function(f"({PAINTED})?.prompt === ''", timeout=60_000)
    assert np.array_equal(painting_of(page), sprite)


def test_a_picture_that_is_none_is_said_so(page, tiny_app, tmp_path):
    bench = open_one_step(page, tiny_app)
    (tmp_path / "x.png").write_text("no picture")
    bench.locator("[data-part=upload]").set_input_files(tmp_path / "x.png")
    bench.get_by_text(ENGLISH.editor["unreadable"]).wait_for()
    Image.new("RGBA", (32, 32), (255, 0, 0, 255)).save(tmp_path / "y.png")
    bench.locator("[data-part=upload]").set_input_files(tmp_path / "y.png")
    page.wait_for_function("document.querySelector('#one-step [data-part=status]').textContent === ''")
