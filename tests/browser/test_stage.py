"""The Watch tab's first screen in a real Chromium: what moves by itself, two sliders, chips, and shared addresses."""

import numpy as np
import pytest
from playwright.sync_api import expect
from support.app import visitor
from support.pages import (
    CHOSEN_EPOCH,
    COMPARE,
    COMPARE_LOG,
    GENERATED,
    LOG,
    PLAYER,
    canvas,
    choose,
    finish,
    open_app,
    open_plain,
    press_generate,
)

pytestmark = pytest.mark.browser

LEVEL = f"document.querySelector('{PLAYER} [data-part=status]').textContent"
SOURCE = f"document.querySelector('{PLAYER} [data-part=source]').textContent"
STANDS = f"{LEVEL}.startsWith('Noise level 0 of 500')"
REEL = f"({LOG})?.run === 'reel' && ({LOG}).done"
MOVES = f"new Set(({LOG}).drawn).size > 3"
IDLE = "!document.querySelector('.generate-row[data-drawing]')"
RECORD = """() => {
  const canvas = document.querySelector('#watch-player canvas');
  const small = document.createElement('canvas');
  [small.width, small.height] = [220, 112]; // of 6 x 3 sprites: two pixels a pixel
  const pen = small.getContext('2d', { willReadFrequently: true });
  pen.imageSmoothingEnabled = false;
  globalThis.recorded = [];
  const record = (now) => {
    pen.clearRect(0, 0, 220, 112);
    pen.drawImage(canvas, 0, 0, 220, 112);
    const { data } = pen.getImageData(0, 0, 220, 112);
    const seen = [];
    for (let y = 1; y < 112; y += 4) for (let x = 1; x < 220; x += 4) {
      const at = 4 * (220 * y + x);
      seen.push(Math.round(0.2126 * data[at] + 0.7152 * data[at + 1] + 0.0722 * data[at + 2]));
    }
    recorded.push([now, seen]);
    requestAnimationFrame(record);
  };
  requestAnimationFrame(record);
}"""


def luminance(values):
    """Relative, 0 to 1, of grey values (WCAG 2)."""
    share = np.asarray(values, float) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def most_flashes(times, pictures):
    """In any second, of any pixel: pairs of opposite changes by 0.1 or more, the darker state below 0.8.

    times: ms, (F,). pictures: luminance, (F, N).
    """
    low, high = pictures[0].copy(), pictures[0].copy()  # since the last change
    rises = np.zeros(pictures.shape[1], int)
    changes = [[] for _ in range(pictures.shape[1])]
    for now, picture in zip(times, pictures, strict=True):
        low, high = np.minimum(low, picture), np.maximum(high, picture)
        up, down = (picture - low >= 0.1) & (low < 0.8), (high - picture >= 0.1) & (picture < 0.8)
        for pixel in np.flatnonzero((up & (rises <= 0)) | (down & (rises >= 0))):
            rises[pixel] = 1 if up[pixel] and rises[pixel] <= 0 else -1
            low[pixel] = high[pixel] = picture[pixel]
            changes[pixel].append(now)
        low, high = (
            np.where(rises < 0, np.minimum(low, picture), low),
            np.where(rises > 0, np.maximum(high, picture), high),
        )
    return max(
        (sum(begin <= one < begin + 1000 for one in one_pixel) // 2 for one_pixel in changes for begin in one_pixel),
        default=0,
    )


def test_flashes_are_counted():
    """What the reel once did: other noise 25 times a second."""
    noise = luminance(np.random.default_rng(0).integers(0, 256, (50, 20)))
    assert most_flashes(np.arange(50) * 40.0, noise) > 3
    slow = luminance(np.linspace(0, 255, 50)[:, None].repeat(20, 1))
    assert most_flashes(np.arange(50) * 40.0, slow) == 0


def test_it_opens_finished_moves_by_itself_without_flashes_and_rests_at_a_touch(page, tiny_app):
    open_app(page, tiny_app)
    page.wait_for_function(REEL)
    assert page.evaluate(f"new Set(({LOG}).drawn).size") == 1 and page.evaluate(STANDS)
    assert "Made before you came" in page.evaluate(SOURCE)
    finished = canvas(page)
    page.evaluate(RECORD)
    page.wait_for_function(f"!{STANDS}", timeout=15_000)
    page.wait_for_function(f"{LEVEL}.startsWith('Noise level 500')", timeout=15_000)
    page.wait_for_timeout(1800)
    recorded = page.evaluate("recorded.splice(0)")
    times, pictures = np.array([now for now, _ in recorded]), luminance([seen for _, seen in recorded])
    assert len(np.unique(pictures, axis=0)) > 20, "it was not seen to move"
    assert most_flashes(times, pictures) <= 3
    page.locator("#watch-prompt input").click()
    assert page.evaluate(STANDS) and np.array_equal(canvas(page), finished)
    drawn = page.evaluate(f"({LOG}).drawn.length")
    page.wait_for_timeout(2500)
    assert page.evaluate(f"({LOG}).drawn.length") == drawn, "it moved on after the touch"


def test_reduced_motion_shows_the_finished_sprites_and_nothing_moves(chromium, tiny_app):
    with visitor(chromium, reduced_motion="reduce") as page:
        open_app(page, tiny_app)
        page.wait_for_function(REEL)
        page.wait_for_timeout(2500)
        assert page.evaluate(f"new Set(({LOG}).drawn).size") == 1 and page.evaluate(STANDS)


def test_a_player_whose_tab_is_not_open_waits(page, tiny_app):
    open_app(page, tiny_app)
    page.wait_for_function(REEL)
    page.locator(PLAYER).get_by_role("button", name="Pause").click()  # of what moves by itself, which ends at a touch
    page.locator(PLAYER).get_by_role("button", name="Play").click()
    page.wait_for_function(MOVES, timeout=15_000)
    page.get_by_role("tab", name="Checkpoints").click()
    page.wait_for_function(f"!document.querySelector('{PLAYER} [data-part=root]').offsetParent")
    page.wait_for_timeout(100)
    drawn = page.evaluate(f"({LOG}).drawn.length")
    page.wait_for_timeout(700)
    assert page.evaluate(f"({LOG}).drawn.length") == drawn
    page.get_by_role("tab", name="Watch").click()
    page.wait_for_function(f"({LOG}).drawn.length > {drawn}", timeout=15_000)


def test_both_sliders_always_answer(page, tiny_app):
    open_app(page, tiny_app)
    page.wait_for_function(REEL)
    noise = page.locator(PLAYER).get_by_label("Position in the film")
    training = page.locator(PLAYER).get_by_label("Trained until")
    finished = canvas(page)
    noise.press("Home")
    assert page.evaluate(LEVEL).startswith("Noise level 500") and not np.array_equal(canvas(page), finished)
    seen = {finished.tobytes()}
    for epoch in ("24", "4", "0"):
        training.press("ArrowLeft")
        assert page.evaluate(STANDS) and noise.input_value() == "1000"
        expect(page.locator(PLAYER).locator("[data-part=epoch-name]")).to_have_text(f"epoch {epoch}")
        seen.add(canvas(page).tobytes())
    assert len(seen) == 4
    page.locator(PLAYER).locator("[data-part=ticks] button", has_text="31").click()
    assert np.array_equal(canvas(page), finished)
    box = noise.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert not page.evaluate(STANDS)
    assert (
        page.locator(f"{PLAYER} [data-part=canvas]")
        .get_attribute("aria-label")
        .startswith("18 sprites: made before you came; Noise")
    )


def test_a_chip_draws_its_kind_and_the_button_says_so(page, tiny_app):
    open_app(page, tiny_app)
    page.wait_for_function(REEL)
    button, stop = page.locator("#watch-generate"), page.get_by_role("button", name="Stop").first
    expect(button).to_have_text("New ones")
    expect(stop).to_be_hidden()
    choose(page, "Steps", 500)
    chips = page.locator("#watch-asking [data-part=names]")
    expect(chips.get_by_role("button", name="Surprise me")).to_have_attribute("aria-pressed", "true")
    chips.get_by_role("button", name="Heroes").click()
    expect(button).to_have_text("Drawing …")
    expect(page.locator("#watch-prompt input")).to_have_value("hero")
    expect(chips.get_by_role("button", name="Surprise me")).to_have_attribute("aria-pressed", "false")
    page.wait_for_function(GENERATED)
    stop.click()
    finish(page)
    expect(button).to_have_text("New ones")
    choose(page, "Steps", 3)
    chips.get_by_role("button", name="Food").click()
    page.wait_for_function(f"({LOG}).done && {STANDS} && {IDLE}")
    expect(page.locator("#watch-prompt input")).to_have_value("food")
    assert page.locator(f"{PLAYER} [data-part=canvas]").get_attribute("aria-label") == "12 sprites: food; finished"


def test_new_ones_are_new_each_time_and_the_same_again_with_another_epoch(page, tiny_app):
    open_app(page, tiny_app)
    page.wait_for_function(REEL)
    choose(page, "Sprites", 3)
    choose(page, "Steps", 3)
    pictures, seeds = [], []
    for _ in range(2):
        press_generate(page)
        finish(page)
        page.wait_for_function(IDLE)
        pictures.append(canvas(page))
        seeds.append(page.get_by_label("Seed", exact=True).input_value())
    assert seeds[0] != seeds[1] and not np.array_equal(*pictures)
    training = page.locator(PLAYER).get_by_label("Trained until")
    expect(training).to_have_attribute("max", "2")  # the run's epochs, 0, 4 and 31
    run = page.evaluate(LOG)["run"]
    training.press("ArrowLeft")
    page.wait_for_function(f"({LOG}).run !== '{run}' && ({LOG}).done && {IDLE}", timeout=60_000)
    assert f"epoch 4, seed {seeds[1]}, " in page.evaluate(SOURCE)
    assert page.evaluate(STANDS) and not np.array_equal(canvas(page), pictures[1])
    assert page.get_by_label("Seed", exact=True).input_value() == seeds[1]
    page.context.set_offline(True)  # what was drawn is here
    training.press("End")
    assert np.array_equal(canvas(page), pictures[1]) and "epoch 31" in page.evaluate(SOURCE)


def test_a_link_to_a_moment_gives_the_same_pixels_in_another_browser(page, chromium, tiny_app):
    open_plain(page, tiny_app, seed=7)
    choose(page, "Sprites", 5)
    choose(page, "Steps", 60)
    page.locator(PLAYER).locator("[data-part=ticks] button", has_text="4").first.click()
    page.wait_for_function(f"{CHOSEN_EPOCH} === '4'")
    press_generate(page)
    finish(page)
    player = page.locator(PLAYER)
    player.get_by_role("radio", name="the predicted sprite").check()
    player.get_by_label("Position in the film").press("Home")
    for _ in range(12):
        player.get_by_label("Position in the film").press("ArrowRight")
    player.get_by_role("button", name="Copy link").click()
    page.wait_for_url("**seed=7*")
    picture = canvas(page)
    assert "surprise" not in page.url and "epochs=tiny/4&" in page.url.replace("%2F", "/")
    with visitor(chromium) as other:
        other.goto(page.url)
        other.wait_for_function(f"({LOG})?.done && {GENERATED}", timeout=60_000)
        assert np.array_equal(canvas(other), picture)
        expect(other.get_by_role("radio", name="the predicted sprite").first).to_be_checked()
        expect(other.locator(PLAYER).locator("[data-part=epoch-name]")).to_have_text("epoch 4")


def test_a_link_to_a_moment_of_the_reel_gives_the_same_pixels_in_another_browser(page, chromium, tiny_app):
    open_app(page, tiny_app)
    page.wait_for_function(REEL)
    player = page.locator(PLAYER)
    player.get_by_label("Trained until").press("ArrowLeft")
    for _ in range(9):
        player.get_by_label("Position in the film").press("ArrowLeft")
    player.get_by_role("button", name="Copy link").click()
    page.wait_for_url("**level=60*")
    picture = canvas(page)
    assert "epochs" not in page.url
    with visitor(chromium) as other:
        other.goto(page.url)
        other.wait_for_function(f"{REEL} && {LEVEL}.startsWith('Noise level 60 ')")
        assert np.array_equal(canvas(other), picture)
        other.wait_for_timeout(2500)
        assert np.array_equal(canvas(other), picture), "it went on"


def test_a_link_without_a_moment_is_drawn_and_stands_finished_also_in_compare(page, tiny_app):
    page.goto(f"{tiny_app}/?tab=watch&epochs=tiny/4&count=2&steps=3&seed=5")
    page.wait_for_function(f"({LOG})?.done && {GENERATED} && {STANDS}", timeout=60_000)
    assert "run “tiny”, epoch 4, seed 5, anything" in page.evaluate(SOURCE)
    page.goto(f"{tiny_app}/?tab=compare")
    caption = page.locator(COMPARE).locator("[data-part=caption]")
    expect(caption).to_contain_text("made before you came", timeout=60_000)
    page.goto(f"{tiny_app}/?tab=compare&epochs=tiny/0,tiny/31&count=2&steps=3")
    page.wait_for_function(f"({COMPARE_LOG})?.done && ({COMPARE_LOG}).run !== 'reel'", timeout=60_000)
    assert page.locator(COMPARE).locator("[data-part=epoch]").get_attribute("max") == "1"
    expect(caption).to_contain_text("2 sprites from the same noise")
    expect(caption).not_to_contain_text("made before you came")


def test_a_link_to_a_run_that_is_not_there_says_so_and_shows_no_other(page, tiny_app):
    page.goto(f"{tiny_app}/?tab=watch&epochs=ghosts/29")
    page.get_by_text("There is no run 'ghosts'").wait_for()
    page.get_by_text("Nothing was drawn").wait_for()
    assert page.evaluate(LOG)["run"] is None


def test_on_a_phone_the_button_lies_under_the_sprites_and_both_fit_one_screen(chromium, tiny_app):
    with visitor(chromium, viewport={"width": 390, "height": 844}, device_scale_factor=3, has_touch=True) as page:
        open_app(page, tiny_app)
        page.wait_for_function(REEL)
        stage = page.locator(f"{PLAYER} [data-part=stage]").bounding_box()
        player, button = page.locator(PLAYER).bounding_box(), page.locator("#watch-generate").bounding_box()
        assert 0 <= button["y"] - player["y"] - player["height"] < 40
        assert button["y"] + button["height"] - stage["y"] < 844
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.locator("#watch-generate").click()
        page.wait_for_function(f"({LOG}).done && {GENERATED}", timeout=60_000)
        stage, drawn = (
            page.locator(f"{PLAYER} {part}").bounding_box() for part in ("[data-part=stage]", "[data-part=canvas]")
        )
        assert drawn["height"] <= stage["height"] and 0 <= drawn["y"] <= drawn["y"] + drawn["height"] <= 844


def test_the_sprite_that_is_clicked_is_chosen_and_told(page, tiny_app):
    open_app(page, tiny_app)
    page.wait_for_function(REEL)
    page.evaluate(
        f"""() => {{
            globalThis.told = [];
            const root = document.querySelector('{PLAYER} [data-part=root]');
            root.addEventListener('sprite-chosen', ({{ detail }}) => told.push(detail.index));
            root.addEventListener('frame-shown', ({{ detail }}) => told.push([detail.frame.t, detail.panel]));
        }}"""
    )
    before = canvas(page)
    box = page.locator(f"{PLAYER} [data-part=canvas]").bounding_box()
    page.locator(f"{PLAYER} [data-part=canvas]").click(position={"x": box["width"] * 2.5 / 6, "y": box["height"] / 2})
    told = page.evaluate("told")
    assert 8 in told and told[-1] == [0, 3]
    assert not np.array_equal(canvas(page), before), "no ring"
