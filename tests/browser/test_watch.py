"""The app in a real Chromium, as `python app.py` serves it."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect
from support.app import visitor
from support.pages import (
    CHOSEN_EPOCH,
    COMPARE,
    COMPARE_LOG,
    GENERATED,
    LOG,
    MORE,
    PLAYER,
    READY,
    canvas,
    choose,
    compare_canvas,
    compare_three,
    finish,
    keep_seed,
    open_app,
    open_compare,
    open_plain,
    press_generate,
    save,
    sprites_on,
)

from diffusion.__main__ import main
from diffusion.engine import PAGE, Request, generate
from diffusion.sprites import to_pixels
from diffusion.ui.words import CHINESE, ENGLISH

pytestmark = pytest.mark.browser

LIVE = f"document.querySelector('{PLAYER} [data-part=root]').dataset.state === 'live'"
LEVEL = f"document.querySelector('{PLAYER} [data-part=status]').textContent"


@pytest.fixture(scope="module")
def served(tiny_app, tiny_run):
    """(address, run): an app over one run of our network with random weights."""
    return tiny_app, tiny_run


def test_generate_plays_distinct_frames_in_order_and_ends_with_what_sampling_gives(page, served):
    address, run = served
    open_plain(page, address)
    choose(page, "Sprites", 24)
    press_generate(page)
    seen = finish(page)
    assert seen["arrived"] == list(range(21)), "a frame was lost or came twice"
    assert seen["drawn"] == sorted(set(seen["drawn"])) and {0, 20} < set(seen["drawn"])
    *_, (last,) = generate([run.load(31)], Request(count=24, seed=0, **PAGE), younger=[run.load(4)])
    assert np.array_equal(sprites_on(canvas(page), 24), to_pixels(last.x))
    page.locator(PLAYER).get_by_label("Position in the film").press("Home")
    pictures = {canvas(page).tobytes()}
    for _ in range(20):
        page.keyboard.press("ArrowRight")
        pictures.add(canvas(page).tobytes())
    assert len(pictures) == 21, "two frames look the same"


def test_everything_after_the_last_frame_works_without_the_server(page, served):
    open_app(page, served[0])
    page.wait_for_function(f"({LOG}).drawn.length > 0")
    noise = page.locator(PLAYER).get_by_role("radio", name="the predicted noise", include_hidden=True)
    noise.wait_for(state="hidden")  # the reel does not have it
    keep_seed(page, 0)
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
    page.locator(PLAYER).get_by_role("radio", name="the predicted sprite").check()
    clean = canvas(page)
    noise.check()
    assert len({picture.tobytes() for picture in (noisy, clean, canvas(page))}) == 3
    page.locator(PLAYER).get_by_role("radio", name="the noisy picture").check()
    assert np.array_equal(canvas(page), noisy)
    player.focus()
    page.keyboard.press("ArrowRight")
    assert not page.evaluate(LEVEL).startswith("Noise level 500")
    page.locator(PLAYER).get_by_label("One step back").click()
    assert page.evaluate(LEVEL).startswith("Noise level 500")
    player.focus()
    page.keyboard.press(" ")
    assert page.locator(PLAYER).get_by_role("button", name="Pause").is_visible()
    page.wait_for_function(f"({LEVEL}).startsWith('Noise level 0 ')")
    page.locator(PLAYER).get_by_role("button", name="Play").wait_for()
    assert np.array_equal(np.asarray(Image.open(save(page, "picture")).convert("RGB")), canvas(page))


def test_stop_keeps_what_was_shown_and_generate_works_again(page, served):
    open_app(page, served[0])
    choose(page, "Steps", 500)
    press_generate(page)
    page.wait_for_function(f"({LOG}).arrived.length > 3")
    page.get_by_role("button", name="Stop").first.click()
    stopped = finish(page)
    assert stopped["arrived"] and "stopped" in page.evaluate(LEVEL)
    page.locator(PLAYER).get_by_label("Position in the film").press("Home")
    assert page.evaluate(LEVEL).startswith("Noise level 500")
    expect(page.get_by_role("button", name="Stop").first).to_be_hidden()
    choose(page, "Steps", 5)
    press_generate(page)
    assert finish(page)["run"] != stopped["run"]


def test_a_new_generate_replaces_the_running_one(page, served):
    """It is asked for when the messages of the one before have ended: Gradio's page may lose it otherwise."""
    open_app(page, served[0])
    happened = []
    page.on("request", lambda request: "queue/join" in request.url and happened.append("asked"))
    for ended in ("requestfinished", "requestfailed"):
        page.on(ended, lambda request: "queue/data" in request.url and happened.append("ended"))
    choose(page, "Steps", 500)
    press_generate(page)
    first = page.evaluate(LOG)["run"]
    choose(page, "Steps", 8)
    press_generate(page)
    seen = finish(page)
    assert seen["run"] != first and seen["arrived"] == list(range(9))
    assert page.evaluate(LEVEL).startswith("Noise level 0 of 500")
    page.locator("#watch-generate").dblclick()
    page.wait_for_function(f"({LOG}).run !== '{seen['run']}' && !globalThis.drawing.watch")
    assert finish(page)["arrived"] == list(range(9))
    assert happened[:3] == ["asked", "ended", "asked"] and "asked asked" not in " ".join(happened)


def test_frames_that_come_before_the_player_s_script_are_kept(page, served):
    held = []
    page.route("**/js/watch.js", lambda route: held.append(route))  # noqa: PLW0108 (a builtin takes no attributes)
    page.goto(served[0])
    page.wait_for_function(f"{CHOSEN_EPOCH} === '31'")
    choose(page, "Steps", 4)
    page.locator("#watch-generate").click()
    page.wait_for_timeout(3000)
    assert held and not page.evaluate(LOG)
    for route in held:
        route.continue_()
    page.wait_for_function(LOG)
    seen = finish(page)
    assert len(seen["arrived"]) > 2 and seen["arrived"] == list(range(len(seen["arrived"])))


def test_two_visitors_each_get_their_own_film(chromium, page, served):
    other = chromium.new_context().new_page()
    for one, seed in ((page, 1), (other, 2)):
        open_plain(one, served[0], seed)
        choose(one, "Sprites", 2)
        one.locator("#watch-generate").click()
    for one, seed in ((page, 1), (other, 2)):
        one.wait_for_function(GENERATED, timeout=60_000)  # the reel is ready too, and may begin late
        one.wait_for_function(READY, timeout=120_000)
        run = served[1]
        *_, (last,) = generate([run.load(31)], Request(count=2, seed=seed, **PAGE), younger=[run.load(4)])
        assert np.array_equal(sprites_on(canvas(one), 2), to_pixels(last.x))
    other.context.close()


def test_bad_input_is_a_toast_and_the_tab_lives_on(page, served):
    open_app(page, served[0])
    page.wait_for_function(f"({LOG}).run === 'reel'")
    keep_seed(page, "")
    page.locator("#watch-generate").click()
    page.get_by_text("Seed must be a whole number").wait_for()
    expect(page.locator("#watch-generate")).to_have_text("New ones")  # not "Drawing …" any more
    assert page.evaluate(LOG)["run"] == "reel"
    keep_seed(page, 3)
    choose(page, "Steps", 5)
    press_generate(page)
    assert finish(page)["arrived"][0] == 0


@pytest.mark.parametrize("width", [360, 768, 2560])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_sprites_are_whole_pixels_at_every_width(chromium, served, width, scheme):
    size = {"width": width, "height": 800}
    context = chromium.new_context(viewport=size, color_scheme=scheme, device_scale_factor=2)
    page = open_plain(context.new_page(), served[0])
    choose(page, "Sprites", 24)
    choose(page, "Steps", 4)
    press_generate(page)
    finish(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways"
    box = page.locator(f"{PLAYER} canvas[data-part=canvas]").bounding_box()
    assert (
        box["width"] <= width and box["height"] <= page.locator(f"{PLAYER} [data-part=stage]").bounding_box()["height"]
    )
    assert sprites_on(canvas(page), 24).shape == (24, 16, 16, 3)
    assert box["width"] * 2 == pytest.approx(canvas(page).shape[1], abs=1), "the browser rescales the canvas"
    context.close()


# Compare, One step, and what one can take along

ANSWERED = "[...document.querySelectorAll('#one-step, #one-step *')].find(e => e.answered)?.answered"


def test_time_and_training_are_two_axes_that_need_no_server(page, served):
    player = compare_three(page, served[0])
    moving = player.locator("[data-part=epoch]")
    moving.press("Home")  # while it is still running
    page.wait_for_function(f"({COMPARE_LOG}).done", timeout=120_000)
    page.context.set_offline(True)
    player.get_by_label("Position in the film").press("Home")
    starts = set()
    for _ in range(3):
        starts.add(compare_canvas(page))
        moving.press("ArrowRight")
    assert player.locator("[data-part=epoch-name]").inner_text() == "epoch 31"
    marked = player.locator("[data-part=lens]").evaluate("lens => lens.toDataURL()")
    assert len(starts) == 1, "the epochs do not start from the same noise"
    player.get_by_label("Position in the film").press("End")
    ends = set()
    for _ in range(3):
        ends.add(compare_canvas(page))
        moving.press("ArrowLeft")
    assert len(ends) == 3, "the epochs end alike"
    assert player.locator("[data-part=lens]").evaluate("lens => lens.toDataURL()") != marked


def test_new_frames_take_the_place_of_the_animation_of_learning(page, served):
    player = open_compare(page, served[0])
    player.get_by_role("radio", name="the film of its learning").check()
    page.get_by_role("button", name="Compare them").click()
    page.wait_for_function(f"({COMPARE_LOG}).done && ({COMPARE_LOG}).run !== 'reel'", timeout=120_000)
    arrived = page.evaluate(COMPARE_LOG)["arrived"]
    assert arrived == list(range(len(arrived)))
    assert player.get_by_role("radio", name="one epoch").is_checked()


def test_wipe_grid_and_lens(page, served):
    player = compare_three(page, served[0])
    page.wait_for_function(f"({COMPARE_LOG}).done", timeout=120_000)
    one = compare_canvas(page)
    player.get_by_role("radio", name="wipe between two").check()
    middle = compare_canvas(page)
    player.get_by_label("Where the two epochs meet").press("Home")
    assert len({one, middle, compare_canvas(page)}) == 3
    player.get_by_role("radio", name="epochs × time").check()
    grid = compare_canvas(page)
    assert grid not in (one, middle)
    player.get_by_role("radio", name="one epoch").check()
    before = player.locator("[data-part=lens]").evaluate("lens => lens.toDataURL()")
    player.locator("canvas[data-part=canvas]").hover(position={"x": 200, "y": 60})
    assert player.locator("[data-part=lens]").evaluate("lens => lens.toDataURL()") != before


def test_a_move_of_the_epoch_slider_is_painted_at_once(page, served):
    """In the event itself: so it is on the screen with the very next frame, however slow the machine."""
    player = compare_three(page, served[0])
    page.wait_for_function(f"({COMPARE_LOG}).done", timeout=120_000)
    same = player.locator("[data-part=epoch]").evaluate(
        """slider => {
            const canvas = slider.closest('[data-part=root]').querySelector('[data-part=canvas]');
            const before = canvas.toDataURL();
            slider.value = 0;
            slider.dispatchEvent(new Event('input'));
            return canvas.toDataURL() === before;
        }"""
    )
    assert not same


def test_everything_can_be_taken_along(page, served, tmp_path):
    compare_three(page, served[0])
    page.wait_for_function(f"({COMPARE_LOG}).done", timeout=120_000)

    def saved(kind):
        return save(page, kind, COMPARE, transparent=False)

    count = page.evaluate(COMPARE_LOG)["arrived"][-1] + 1
    with Image.open(saved("gif")) as film:
        assert film.n_frames == count
        assert film.size == (6 * 16, 3 * 16)
    recipe = saved("recipe")
    out = tmp_path / "again.npy"
    words = ["sample", "--request", str(recipe), "--runs", str(served[1].path.parent), "--out", str(out)]
    assert main(words) == 0
    sprites = np.load(out).reshape(3, 16, 16, 16, 3)[-1]  # of the last epoch, which is the one shown
    with Image.open(saved("sheet")) as sheet:
        native = np.asarray(sheet.convert("RGB"))
    assert np.array_equal(native[:16, :16], sprites[0])
    with zipfile.ZipFile(saved("sprites")) as archive:
        names = sorted(archive.namelist())
        pictures = [np.asarray(Image.open(io.BytesIO(archive.read(name))).convert("RGB")) for name in names]
    assert np.array_equal(np.stack(pictures), sprites)
    assert Image.open(saved("picture")).width > 16


# Languages


def language(page):
    """What the page is in, once its player is there."""
    page.wait_for_function(LOG)
    return page.evaluate("document.documentElement.lang")


def test_a_chinese_browser_lands_on_chinese_and_the_switch_overrides_it_for_good(chromium, served):
    address = served[0]
    with visitor(chromium, locale="zh-CN") as page:
        page.goto(f"{address}/?tab=compare#here")
        page.wait_for_url(f"{address}/zh?tab=compare#here")
        assert language(page) == "zh-CN"
        page.get_by_role("button", name=CHINESE.compare.generate).wait_for()
        page.get_by_role("tab", name=CHINESE.one_step_tab).click()
        page.get_by_role("link", name="English").click()
        page.wait_for_url(f"{address}/?tab=one-step&lang=en#here")
        assert language(page) == "en"
        page.get_by_role("button", name=ENGLISH.one_step["noise"]).wait_for()
        page.reload()
        assert language(page) == "en"
        page.goto(address)
        page.get_by_role("button", name="New ones").wait_for()
        assert language(page) == "en" and page.url == f"{address}/"
        page.get_by_role("link", name="中文").click()
        page.get_by_role("button", name=CHINESE.new_ones).wait_for()
        page.goto(address)
        page.wait_for_url(f"{address}/zh")
        assert language(page) == "zh-CN"


@pytest.mark.parametrize(
    "locale,asked,landed,code",
    [
        ("en-GB", "/", "/", "en"),
        ("en-GB", "/zh", "/zh", "zh-CN"),
        ("de-DE", "/?lang=zh", "/zh?lang=zh", "zh-CN"),
        ("zh-TW", "/zh?lang=en", "/?lang=en", "en"),
    ],
)
def test_the_address_outweighs_the_browser(chromium, served, locale, asked, landed, code):
    with visitor(chromium, locale=locale) as page:
        page.goto(served[0] + asked)
        page.wait_for_url(lambda url: url == served[0] + landed)
        assert language(page) == code


def test_the_chinese_page_generates_explains_mistakes_and_copies_links_in_chinese(chromium, served):
    address = served[0]
    with visitor(chromium, locale="zh-CN") as page:
        page.goto(f"{address}/zh")
        page.wait_for_function(LOG)
        page.wait_for_function(f"{CHOSEN_EPOCH} === '31'")
        page.get_by_role("button", name=CHINESE.asking["surprise"], pressed=True).first.click()
        page.locator(MORE).click()
        page.get_by_label(CHINESE.keep_seed).check()
        page.get_by_label(CHINESE.settings["seed"]["label"], exact=True).fill("-3")
        page.get_by_role("button", name=CHINESE.new_ones).click()
        page.get_by_text("种子须在 0 到 4294967295 之间，而不是 -3").wait_for()
        page.get_by_label(CHINESE.settings["seed"]["label"], exact=True).fill("3")
        page.get_by_label(f"number input for {CHINESE.settings['count']['label']}").first.fill("2")
        page.get_by_label(f"number input for {CHINESE.settings['count']['label']}").first.press("Tab")
        before = page.evaluate(LOG)["run"]
        page.get_by_role("button", name=CHINESE.new_ones).click()
        page.wait_for_function(f"({LOG}).run !== {before!r}", timeout=60_000)
        assert len(finish(page)["arrived"]) > 5 and sprites_on(canvas(page), 2).std() > 0
        assert page.evaluate(LEVEL).startswith("噪声程度 0 / 500")
        page.locator(PLAYER).get_by_role("button", name=CHINESE.player["share"]).click()
        assert page.url.startswith(f"{address}/zh?tab=watch&epochs=tiny")
        page.get_by_role("tab", name=CHINESE.compare.tab).click()
        page.locator(COMPARE).get_by_role("radio", name=CHINESE.player["mode_learning"]).check()
        page.wait_for_function(f"document.querySelector('{COMPARE} [data-part=status]').textContent.startsWith('第 ')")
        page.get_by_role("tab", name=CHINESE.one_step_tab).click()
        page.wait_for_function(f"({ANSWERED})?.t === 200", timeout=30_000)
        assert page.locator("#one-step tbody th").all_inner_texts()[:2] == [
            CHINESE.one_step["truth"],
            CHINESE.epoch_number.format(epoch=0),
        ]
        page.get_by_role("tab", name=CHINESE.train.tab, exact=True).click()
        page.get_by_text(CHINESE.train.idle).wait_for()
        page.get_by_label(CHINESE.train.name).fill("../x")
        page.get_by_role("button", name=CHINESE.train.start).click()
        page.get_by_text("不能作训练任务的名字").wait_for()
