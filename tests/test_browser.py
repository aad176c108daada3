"""The app in a real Chromium, as `python app.py` serves it."""

import base64
import io

import numpy as np
import pytest
from conftest import make_run, running_app
from PIL import Image

from diffusion.generate import Request, generate
from diffusion.pixels import to_pixels

pytestmark = pytest.mark.browser

PLAYER = "#watch-player"
READY = f"document.querySelector('{PLAYER} [data-part=root]').dataset.state === 'ready'"
LIVE = f"document.querySelector('{PLAYER} [data-part=root]').dataset.state === 'live'"
LOG = f"[...document.querySelectorAll('{PLAYER}, {PLAYER} *')].find(e => e.playerLog)?.playerLog"
LEVEL = f"document.querySelector('{PLAYER} [data-part=status]').textContent"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """(address, run): an app over one run of our network with random weights."""
    runs = tmp_path_factory.mktemp("runs")
    run = make_run(runs / "tiny", epochs=(0, 4, 31), width=64)
    with running_app(runs, 7977) as address:
        yield address, run


def open_app(page, address):
    page.goto(address)
    page.wait_for_function(LOG)
    page.get_by_label("31", exact=True).wait_for()
    return page


def choose(page, label, value):
    box = page.get_by_label(f"number input for {label}")
    if not box.is_visible():
        page.get_by_text("Sampler and experiments").click()
    box.fill(str(value))
    box.press("Tab")


def press_generate(page):
    before = page.evaluate(LOG)["run"]
    page.get_by_role("button", name="Generate").click()
    page.wait_for_function(f"({LOG}).run !== {before!r}".replace("None", "null"), timeout=60_000)


def finish(page):
    page.wait_for_function(READY, timeout=120_000)
    return page.evaluate(LOG)


def canvas(page):
    """The canvas's own pixels, (H, W, 3)."""
    url = page.evaluate(f"document.querySelector('{PLAYER} canvas').toDataURL('image/png')")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))).convert("RGB"))


def sprites_on(picture, count):
    """Cut the canvas back into sprites at native size: a whole scale, gaps of two sprite pixels."""
    for columns in range(count, 0, -1):
        rows = -(-count // columns)
        scale, rest = divmod(picture.shape[1], columns * 18 + 2)
        if scale and not rest and picture.shape[0] == (rows * 18 + 2) * scale:
            native = picture[scale // 2 :: scale, scale // 2 :: scale]
            at = [(2 + i // columns * 18, 2 + i % columns * 18) for i in range(count)]
            return np.stack([native[y : y + 16, x : x + 16] for y, x in at])
    raise AssertionError(f"no grid of {count} sprites has the shape {picture.shape}")


def test_generate_plays_distinct_frames_in_order_and_ends_with_what_sampling_gives(page, served):
    address, run = served
    open_app(page, address)
    choose(page, "Sprites", 6)
    press_generate(page)
    seen = finish(page)
    drawn = list(dict.fromkeys(seen["drawn"]))
    assert seen["arrived"] == list(range(len(seen["arrived"]))), "a frame was lost or came twice"
    assert drawn == seen["arrived"], "a frame that arrived was not drawn, or not in its order"
    assert len(drawn) > 10
    *_, (last,) = generate([run.load(31)], Request(count=6, steps=50, seed=0))
    assert np.array_equal(sprites_on(canvas(page), 6), to_pixels(last.x))
    page.get_by_label("Position in the film").press("Home")
    pictures = {canvas(page).tobytes()}
    for _ in drawn[1:]:
        page.keyboard.press("ArrowRight")
        pictures.add(canvas(page).tobytes())
    assert len(pictures) == len(drawn), "two frames look the same"


def test_everything_after_the_last_frame_works_without_the_server(page, served):
    open_app(page, served[0])
    choose(page, "Sprites", 2)
    choose(page, "Steps", 12)
    press_generate(page)
    finish(page)
    page.context.set_offline(True)
    player = page.locator(f"{PLAYER} [data-part=root]")
    player.focus()
    page.keyboard.press("Home")
    assert page.evaluate(LEVEL).startswith("Noise level 500 of 500")
    noisy = canvas(page)
    page.get_by_role("radio", name="the predicted sprite").check()
    clean = canvas(page)
    page.get_by_role("radio", name="the predicted noise").check()
    assert len({picture.tobytes() for picture in (noisy, clean, canvas(page))}) == 3
    page.get_by_role("radio", name="the noisy picture").check()
    assert np.array_equal(canvas(page), noisy)
    player.focus()
    page.keyboard.press("ArrowRight")
    assert not page.evaluate(LEVEL).startswith("Noise level 500")
    page.get_by_label("One step back").click()
    assert page.evaluate(LEVEL).startswith("Noise level 500")
    page.get_by_label("Repeat").click()
    player.focus()
    page.keyboard.press(" ")
    assert page.get_by_label("Pause").is_visible()
    page.wait_for_function(f"({LEVEL}).startsWith('Noise level 0 ')")
    page.get_by_label("Play", exact=True).wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save picture").click()
    assert np.array_equal(np.asarray(Image.open(download.value.path()).convert("RGB")), canvas(page))


def test_stop_keeps_what_was_shown_and_generate_works_again(page, served):
    open_app(page, served[0])
    choose(page, "Steps", 500)
    press_generate(page)
    page.wait_for_function(f"({LOG}).arrived.length > 3")
    page.get_by_role("button", name="Stop").click()
    stopped = finish(page)
    assert stopped["arrived"] and "stopped" in page.evaluate(LEVEL)
    page.keyboard.press("Tab")
    page.get_by_label("Position in the film").press("Home")
    assert page.evaluate(LEVEL).startswith("Noise level 500")
    choose(page, "Steps", 5)
    press_generate(page)
    assert finish(page)["run"] != stopped["run"]


def test_a_new_generate_replaces_the_running_one(page, served):
    open_app(page, served[0])
    choose(page, "Steps", 500)
    press_generate(page)
    first = page.evaluate(LOG)["run"]
    choose(page, "Steps", 8)
    press_generate(page)
    seen = finish(page)
    assert seen["run"] != first
    assert page.evaluate(LEVEL).startswith("Noise level 0 of 500")


def test_two_visitors_each_get_their_own_film(chromium, page, served):
    other = chromium.new_context().new_page()
    for visitor, seed in ((page, 1), (other, 2)):
        open_app(visitor, served[0])
        choose(visitor, "Sprites", 2)
        visitor.get_by_label("Seed").fill(str(seed))
        visitor.get_by_label("Seed").press("Tab")
        visitor.get_by_role("button", name="Generate").click()
    for visitor, seed in ((page, 1), (other, 2)):
        visitor.wait_for_function(READY, timeout=120_000)
        *_, (last,) = generate([served[1].load(31)], Request(count=2, steps=50, seed=seed))
        assert np.array_equal(sprites_on(canvas(visitor), 2), to_pixels(last.x))
    other.context.close()


def test_bad_input_is_a_toast_and_the_tab_lives_on(page, served):
    open_app(page, served[0])
    page.get_by_label("Seed").fill("")
    page.get_by_label("Seed").press("Tab")
    page.get_by_role("button", name="Generate").click()
    page.get_by_text("Seed must be a whole number").wait_for()
    page.get_by_label("Seed").fill("3")
    choose(page, "Steps", 5)
    press_generate(page)
    assert finish(page)["arrived"][0] == 0


@pytest.mark.parametrize("width", [360, 768, 2560])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_sprites_are_whole_pixels_at_every_width(chromium, served, width, scheme):
    size = {"width": width, "height": 800}
    context = chromium.new_context(viewport=size, color_scheme=scheme, device_scale_factor=2)
    page = open_app(context.new_page(), served[0])
    choose(page, "Steps", 4)
    press_generate(page)
    finish(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways"
    box = page.locator(f"{PLAYER} canvas").bounding_box()
    assert box["width"] <= width and sprites_on(canvas(page), 32).shape == (32, 16, 16, 3)
    assert box["width"] * 2 == pytest.approx(canvas(page).shape[1], abs=1), "the browser rescales the canvas"
    context.close()
