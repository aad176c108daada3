"""The lesson in a real Chromium: every step, and what a reader does in it."""

import base64
import io
import re
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image
from support.pages import open_more

from diffusion.core.schedule import NoiseSchedule
from diffusion.ui.tabs import learn_facts
from diffusion.ui.words import CHINESE, ENGLISH

pytestmark = pytest.mark.browser

STEPS = ENGLISH.learn["steps"]


@pytest.fixture(scope="module")
def served(tiny_app):
    return tiny_app


def open_step(page, address, step, **knobs):
    """A reader who follows a link to a step; the shipped pictures are there."""
    words = "&".join(f"{name}={value}" for name, value in {"tab": "learn", "step": step, **knobs}.items())
    page.goto(f"{address}/?{words}")
    lesson = page.locator("#learn .lesson")
    lesson.wait_for(timeout=60_000)
    page.get_by_role("heading", name=list(STEPS.values())[step - 1]["title"]).wait_for()
    return lesson


def pixels(lesson, name):
    """A canvas's own pixels, (H, W, 3)."""
    url = lesson.locator(f"[data-canvas={name}]").evaluate("canvas => canvas.toDataURL('image/png')")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))).convert("RGB")).astype(float)


def painted(page, name, than=None):
    """Wait until a canvas shows something, or something else than before; then its pixels."""
    lesson = page.locator("#learn .lesson")
    before = "" if than is None else than
    page.wait_for_function(
        """([name, before]) => {
            const canvas = document.querySelector(`#learn [data-canvas=${name}]`);
            const there = canvas.hasAttribute('aria-label') && !canvas.classList.contains('empty');
            return there && canvas.toDataURL() !== before;
        }""",
        arg=[name, before],
        timeout=60_000,
    )
    return pixels(lesson, name)


def url_of(lesson, name):
    return lesson.locator(f"[data-canvas={name}]").evaluate("canvas => canvas.toDataURL()")


def slide(lesson, knob, value):
    slider = "#lesson-at" if knob == "at" else f"section:not([hidden]) input[type=range][data-knob={knob}]"
    lesson.locator(slider).fill(str(value))


def moves_done(lesson):
    return lesson.locator("[data-part=moves] li.done").count()


def in_address(page, **knobs):
    """The address holds these, soon."""
    page.wait_for_function(
        "knobs => Object.entries(knobs).every(([k, v]) => new URLSearchParams(location.search).get(k) === v)",
        arg={name: str(value) for name, value in knobs.items()},
    )


def test_step_1_stands_finished_and_is_played_by_who_presses_play(page, served):
    page.goto(served)
    page.get_by_role("tab", name="Learn").click()
    lesson = page.locator("#learn .lesson")
    finished = painted(page, "film")
    lesson.get_by_text("Finished", exact=True).wait_for()
    page.wait_for_timeout(500)
    assert np.array_equal(pixels(lesson, "film"), finished), "it moves by itself"
    assert "tab=learn" not in page.url or "step=" not in page.url, "nobody has touched anything"
    last = lesson.locator("#lesson-at").input_value()
    lesson.locator("[data-part=moves]").get_by_role("button", name="Play").click()
    page.wait_for_function("document.querySelector('#lesson-at').value < 9")
    lesson.get_by_role("button", name="Pause").click()
    assert moves_done(lesson) == 0, "it was not watched to its end"
    slide(lesson, "at", 15)
    noisy = url_of(lesson, "film")
    lesson.get_by_role("radio", name=ENGLISH.learn["knobs"]["view_x0"]).check()
    assert url_of(lesson, "film") != noisy
    assert moves_done(lesson) == 2
    in_address(page, tab="learn", step=1, at=15, view="x0")
    slide(lesson, "at", int(last) - 2)
    lesson.locator("[data-part=moves]").get_by_role("button", name="Play").click()
    lesson.get_by_text("Finished", exact=True).wait_for()
    page.wait_for_function("document.querySelectorAll('#learn [data-part=moves] li.done').length === 3")


def test_step_2_mixes_as_the_engine_does(page, served):
    lesson = open_step(page, served, 2, t=0, sprite=1)
    clean = painted(page, "mixture")
    assert np.array_equal(clean, learn_facts.some_sprites()[1])
    slide(lesson, "t", 200)
    mixed, noise, part = (pixels(lesson, name) / 127.5 - 1 for name in ("mixture", "noise", "clean"))
    abar = float(NoiseSchedule.linear().alpha_bar[200])
    assert np.abs(part - abar**0.5 * (clean / 127.5 - 1)).max() < 0.01
    assert lesson.locator("[data-reading=noise]").inner_text() == f"× {(1 - abar) ** 0.5:.2f}"
    whole = np.all([np.abs(x) < 0.99 for x in (mixed, noise)], axis=0)
    assert whole.sum() > 100 and np.abs(noise + part - mixed)[whole].max() < 0.02, "the three do not add up"
    slide(lesson, "t", 500)
    assert lesson.locator("[data-live=abar]").inner_text() == "0.006"
    lesson.get_by_role("button", name="Other noise").click()
    lesson.get_by_role("button", name="Sprite 5").click()
    assert moves_done(lesson) == 3
    in_address(page, step=2, t=500, sprite=4, seed=1)


def test_step_2_noise_has_mean_0_and_spread_1(page, served):
    lesson = open_step(page, served, 2, t=200, sprite=0)
    painted(page, "noise")
    abar = float(NoiseSchedule.linear().alpha_bar[200])
    noise = (pixels(lesson, "noise") / 127.5 - 1) / (1 - abar) ** 0.5
    assert abs(np.median(noise)) < 0.15
    assert 0.6 < (np.abs(noise) < 1).mean() < 0.76, "68 % of normal numbers lie within one"


def test_step_3_asks_the_network_and_subtracts(page, served):
    lesson = open_step(page, served, 3, t=100, sprite=2)
    assert lesson.get_by_role("button", name="Subtract it").is_disabled()
    lesson.get_by_role("button", name="Ask for the noise", exact=True).click()
    painted(page, "guess")
    assert "empty" in lesson.locator("[data-canvas=behind]").get_attribute("class")
    lesson.get_by_role("button", name="Subtract it").click()
    left, x, eps = painted(page, "behind"), pixels(lesson, "asked"), pixels(lesson, "guess")
    whole = np.all([np.abs(a / 127.5 - 1) < 0.99 for a in (left, x, eps)], axis=0)
    signal = float(NoiseSchedule.linear().alpha_bar[100]) ** 0.5
    rebuilt = (x - eps) / 127.5 / signal
    assert whole.sum() > 100 and np.abs(rebuilt - (left / 127.5 - 1))[whole].max() < 0.03
    assert re.search(r"off by \d\.\d\d", lesson.locator("[data-reading=ask]").inner_text())
    slide(lesson, "t", 400)
    answer = "!document.querySelector('#learn [data-canvas=guess]').classList.contains('stale')"
    page.wait_for_function(answer)
    assert moves_done(lesson) == 3
    guess = url_of(lesson, "guess")
    lesson.get_by_role("radio", name="4", exact=True).check()
    page.wait_for_function(answer)
    assert url_of(lesson, "guess") != guess, "another epoch answers the same"
    in_address(page, step=3, t=400, sprite=2, asked=2, model=4)


def test_step_4_one_leap_and_many_steps(page, served):
    lesson = open_step(page, served, 4)
    leap, many = painted(page, "leap"), painted(page, "many")
    assert many.std() > leap.std(), "the leap should be mush beside the sprites of 500 steps"
    before = url_of(lesson, "many")
    lesson.get_by_role("radio", name="5", exact=True).check()
    painted(page, "many", than=before)
    lesson.get_by_text("5 steps", exact=True).wait_for()
    page.wait_for_function("document.querySelector('#learn [data-knob=moment]').value === '100'", timeout=60_000)
    end = url_of(lesson, "many")
    slide(lesson, "moment", 0)
    assert url_of(lesson, "many") != end
    in_address(page, step=4, n=5, moment=0)


def test_step_5_leaves_the_noise_out(page, served):
    lesson = open_step(page, served, 5)
    painted(page, "with_z")
    assert "empty" in lesson.locator("[data-canvas=without_z]").get_attribute("class")
    lesson.get_by_role("button", name="Take z out").click()
    lesson.get_by_text("without z", exact=True).wait_for()
    without = painted(page, "without_z")
    with_z = pixels(lesson, "with_z")
    colourful = [np.abs(x - x.mean(2, keepdims=True)).mean() for x in (with_z, without)]
    assert colourful[0] > 1.5 * colourful[1], "the shipped batch without z is brown and grey"
    page.wait_for_function("document.querySelector('#learn .lesson-status').textContent === ''", timeout=60_000)
    before = url_of(lesson, "without_z")
    lesson.get_by_role("button", name="Other noise").click()
    painted(page, "without_z", than=before)
    assert moves_done(lesson) == 2
    lesson.get_by_role("button", name="Put z back").click()
    in_address(page, step=5, leave=0, seed=1)


def test_step_6_slides_through_the_epochs(page, served):
    lesson = open_step(page, served, 6)
    painted(page, "epochs")
    seen = set()
    for epoch in (0, 4, 24, 31):
        slide(lesson, "epoch", epoch)
        seen.add(url_of(lesson, "epochs"))
    assert len(seen) == 4 and moves_done(lesson) == 3
    in_address(page, step=6, epoch=31)


def test_step_7_blends(page, served):
    lesson = open_step(page, served, 7)
    hero = painted(page, "blend")
    slide(lesson, "blend", 50)
    assert lesson.locator("[data-reading=blend]").inner_text() == "50 % hero, 50 % food"
    half = painted(page, "blend")
    slide(lesson, "blend", 100)
    assert len({picture.tobytes() for picture in (hero, half, painted(page, "blend"))}) == 3
    before = url_of(lesson, "blend")
    lesson.get_by_role("button", name="Other noise").click()
    painted(page, "blend", than=before)
    assert moves_done(lesson) == 3
    in_address(page, step=7, blend=100, seed=1)


def test_step_7_ends_with_the_newest_picture_however_quickly_the_slider_moves(page, served):
    lesson = open_step(page, served, 7, seed=3)
    asked = []
    page.on("request", lambda request: asked.append(request) if "component_server" in request.url else None)
    painted(page, "blend")
    for blend in range(0, 105, 5):
        slide(lesson, "blend", blend)
        assert "empty" not in lesson.locator("[data-canvas=blend]").get_attribute("class")
    slide(lesson, "blend", 40)
    assert "being drawn" in lesson.locator("[data-reading=blend]").inner_text()
    assert "stale" in lesson.locator("[data-canvas=blend]").get_attribute("class")
    lesson.get_by_text("60 % hero, 40 % food", exact=True).wait_for(timeout=60_000)
    assert "stale" not in lesson.locator("[data-canvas=blend]").get_attribute("class")
    assert len(asked) < 8, "every position was asked for"
    newest = url_of(lesson, "blend")
    lesson = open_step(page, served, 7, seed=3, blend=40)
    lesson.get_by_text("60 % hero, 40 % food", exact=True).wait_for(timeout=60_000)
    assert url_of(lesson, "blend") == newest, "an older picture stands there"


def test_the_noise_of_one_step_is_not_that_of_another(page, served):
    lesson = open_step(page, served, 2)
    lesson.get_by_role("button", name="Other noise").click()
    lesson.locator(".lesson-bar li button").nth(6).click()
    painted(page, "blend")
    assert lesson.locator("[data-reading=blend]").inner_text() == "100 % hero, 0 % food", (
        "the shipped picture is there"
    )
    assert lesson.locator("[data-part=status]").inner_text().startswith("Step 7")
    in_address(page, step=7, seed=0)


def test_step_7_asks_for_what_is_typed_and_says_what_is_not_known(page, served):
    lesson = open_step(page, served, 7, blend=50)
    before = painted(page, "blend")
    box = lesson.get_by_label(ENGLISH.learn["knobs"]["wish_to"])
    box.fill("spe")
    page.wait_for_function(
        "[...document.querySelectorAll('#learn datalist option')].some(one => one.value === 'spell')"
    )
    box.fill("spell")
    box.press("Enter")
    lesson.get_by_text("50 % hero, 50 % spell", exact=True).wait_for(timeout=60_000)
    assert not np.array_equal(pixels(lesson, "blend"), before)
    assert moves_done(lesson) == 1
    in_address(page, step=7, to="spell", blend=50)
    address = lesson.get_by_role("link", name="Try it in the Watch tab").get_attribute("href")
    assert parse_qs(urlsplit(address).query)["prompt"] == ["hero:0.5, spell:0.5"]
    box.fill("xyzzy")
    box.press("Enter")
    lesson.locator(".lesson-status.problem").get_by_text("xyzzy").wait_for(timeout=60_000)
    assert "stale" in lesson.locator("[data-canvas=blend]").get_attribute("class")
    lesson.locator("[data-part=pairs] button").first.click()
    lesson.get_by_text("50 % hero, 50 % food", exact=True).wait_for()
    assert lesson.locator("[data-part=status]").inner_text() == "" and np.array_equal(pixels(lesson, "blend"), before)


def test_step_8_hands_over_to_training(page, served):
    lesson = open_step(page, served, 8)
    before = painted(page, "train")
    slide(lesson, "first", 4)
    assert not np.array_equal(pixels(lesson, "train"), before)
    assert lesson.locator("[data-shows=first]").inner_text() == "4" and moves_done(lesson) == 1
    lesson.get_by_role("link", name="Open the Train tab").click()
    page.get_by_role("button", name="Train", exact=True).wait_for()
    assert page.get_by_role("tab", name="Train").get_attribute("aria-selected") == "true"
    page.go_back()
    page.locator("#learn nav li.done").wait_for()


def test_the_six_mistakes_are_shown_and_measured(page, served):
    lesson = open_step(page, served, 9)
    painted(page, "theirs")
    shown, sentences = set(), set()
    for button in lesson.locator("[data-part=mistakes] button").all():
        button.click()
        shown |= {url_of(lesson, "theirs")}
        sentences.add(lesson.locator("[data-part=mistake-measured]").inner_text())
        assert lesson.locator(".lesson-code").count() == 2
    assert len(shown) == len(sentences) == 6
    assert all(re.search(r"\d", sentence) for sentence in sentences)


def test_the_lesson_can_be_walked_by_keyboard_alone(page, served):
    lesson = open_step(page, served, 1, at=31)
    page.keyboard.press("ArrowRight")
    page.get_by_role("heading", name=STEPS["noise"]["title"]).wait_for()
    assert lesson.locator("[data-part=title]").evaluate("title => title === document.activeElement")
    page.keyboard.press("Space")
    page.wait_for_function("Number(document.querySelector('#lesson-t').value) > 20")
    page.keyboard.press("Space")
    assert lesson.get_by_role("button", name="Play").is_visible()
    page.keyboard.press("ArrowLeft")
    page.get_by_role("heading", name=STEPS["film"]["title"]).wait_for()
    lesson.get_by_role("button", name="Next").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.get_by_role("heading", name=STEPS["ask"]["title"]).wait_for()
    assert lesson.locator("nav [aria-current=step]").inner_text().split()[0] == "3"
    lesson.locator("#lesson-ask-t").focus()
    page.keyboard.press("ArrowRight")
    assert lesson.get_by_role("heading", name=STEPS["ask"]["title"]).is_visible(), "a slider's arrows are its own"


@pytest.mark.parametrize("step,reached", [(2, "t"), (6, "epoch"), (7, "blend"), (8, "first")])
def test_play_moves_the_step_s_own_knob(page, served, step, reached):
    lesson = open_step(page, served, step, t=0)
    done = moves_done(lesson)
    knob = f"document.querySelector('#learn section:not([hidden]) [data-knob={reached}]').value"
    before = page.evaluate(knob)
    lesson.get_by_role("button", name="Play").click()
    page.wait_for_function(f"{knob} !== {before!r}", timeout=30_000)
    assert moves_done(lesson) == done, "only what a reader does is ticked"


def test_what_was_done_is_ticked_and_a_reload_keeps_it(page, served):
    lesson = open_step(page, served, 6)
    painted(page, "epochs")
    for epoch in (24, 31):
        slide(lesson, "epoch", epoch)
    ticked = lesson.locator("nav li.done")
    assert ticked.count() == 1 and "From epoch 0" in ticked.inner_text()
    in_address(page, epoch=31)
    page.reload()
    page.locator("#learn nav li.done").wait_for()
    assert page.locator("#learn #lesson-epoch").input_value() == "31"


def test_a_symbol_lights_up_in_the_formula_in_its_meaning_and_in_its_picture(page, served):
    lesson = open_step(page, served, 2)
    lesson.locator("dt[data-means=abar]").hover()
    assert lesson.locator("math .lit, .lit[data-means=abar]").count() >= 3
    lesson.locator("dt[data-means=eps]").hover()
    assert lesson.locator("figure.lit canvas").get_attribute("data-canvas") == "noise"
    lesson.locator("[data-canvas=clean]").hover()
    assert lesson.locator("dt.lit").get_attribute("data-means") == "x0"


def test_the_page_s_history_hears_of_steps_and_opens_them(page, served):
    """What the tabs' history needs: the event with the step's number, and openStep, which says nothing of it."""
    lesson = open_step(page, served, 2, t=300)
    page.evaluate("window.heard = []; document.addEventListener('step-opened', e => window.heard.push(e.detail.step))")
    lesson.get_by_role("button", name="Next").click()
    page.get_by_role("heading", name=STEPS["ask"]["title"]).wait_for()
    assert page.evaluate("window.heard") == [3]
    script = "performance.getEntriesByType('resource').map(e => e.name).find(name => name.endsWith('/lesson.js'))"
    page.evaluate(f"import({script}).then(({{ openStep }}) => openStep(6))")
    page.get_by_role("heading", name=STEPS["epochs"]["title"]).wait_for()
    assert page.evaluate("window.heard") == [3]


def test_links_to_other_tabs_carry_what_is_shown(page, served):
    lesson = open_step(page, served, 7, blend=35, seed=4)
    address = lesson.get_by_role("link", name="Try it in the Watch tab").get_attribute("href")
    said = parse_qs(urlsplit(address).query)
    assert said["kinds"] == ["0.65,0,0.35,0,0"] and said["seed"] == ["4"] and said["epochs"] == ["tiny/31"]
    page.goto(f"{served}/{address}")
    page.get_by_role("tab", name="Watch").and_(page.locator("[aria-selected=true]")).wait_for()
    open_more(page)
    page.wait_for_function("[...document.querySelectorAll('input[type=number]')].some(i => i.value === '0.65')")


def test_a_link_for_the_projector_shows_the_lesson_alone(page, served):
    lesson = open_step(page, served, 2, controls="hide", t=300)
    assert not page.get_by_role("tab", name="Watch").is_visible()
    assert lesson.locator("#lesson-t").input_value() == "300"
    slide(lesson, "t", 301)
    in_address(page, t=301, controls="hide")


# Texts and buttons that are seen outside of what is kept
LEFT_OVER = """(kept) => {
  const isShown = (node) => node.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  const isOther = (node) => !node.closest(kept) && !node.closest('.offstage');
  const says = (node) => node.textContent.trim() || node.matches('svg, button');
  return [...document.querySelectorAll('button, input, a, h1, h2, p, label, svg, table')]
    .filter((node) => isOther(node) && isShown(node) && says(node))
    .map((node) => node.outerHTML.slice(0, 120));
}"""


@pytest.mark.parametrize(
    "tab,kept", [("compare", "#compare-player"), ("train", "#train-player, #train-monitor"), ("learn", "#learn")]
)
def test_without_controls_nothing_speaks_of_controls(page, served, tab, kept):
    page.set_viewport_size({"width": 800, "height": 600})  # where tabs go into a menu
    page.goto(f"{served}/?tab={tab}&controls=hide")
    page.locator(kept).first.wait_for()
    page.locator("body.bare").wait_for()
    left = page.evaluate(LEFT_OVER, kept)
    assert left == [], left


def test_presenting_fills_the_screen_in_larger_type_and_escape_leaves(page, served):
    lesson = open_step(page, served, 2)
    small = lesson.evaluate("lesson => parseFloat(getComputedStyle(lesson).fontSize)")
    lesson.get_by_role("button", name="Present").click()
    page.wait_for_function("document.querySelector('#learn .lesson').clientWidth >= innerWidth - 20")
    assert lesson.evaluate("lesson => parseFloat(getComputedStyle(lesson).fontSize)") > small
    box = page.get_by_role("tab", name="Watch").bounding_box()
    on_top = "([x, y]) => Boolean(document.elementFromPoint(x, y).closest('#learn .lesson'))"
    assert page.evaluate(on_top, [box["x"] + 5, box["y"] + 5]), "the tabs still stand there"
    page.keyboard.press("ArrowRight")
    page.get_by_role("heading", name=STEPS["ask"]["title"]).wait_for()
    page.keyboard.press("ArrowLeft")
    page.get_by_role("heading", name=STEPS["noise"]["title"]).wait_for()
    page.keyboard.press("Escape")
    page.wait_for_function("!document.querySelector('#learn .lesson').classList.contains('presenting')")
    assert not page.evaluate("Boolean(document.fullscreenElement)")
    assert lesson.get_by_role("button", name="Present").get_attribute("aria-pressed") == "false"


@pytest.mark.parametrize("width,height", [(1024, 768), (360, 780)])
def test_an_equation_of_pictures_stands_in_one_row(page, served, width, height):
    page.set_viewport_size({"width": width, "height": height})
    for step in (2, 3):
        lesson = open_step(page, served, step, controls="hide", asked=2)
        rows = lesson.evaluate(
            """lesson => [...lesson.querySelectorAll('section:not([hidden]) .lesson-sum > figure')]
            .map(figure => figure.getBoundingClientRect()).map(({ top, left, right }) => [top, left, right])"""
        )
        assert len({round(top) for top, _, _ in rows}) == 1, rows
        assert all(right <= left for (_, _, right), (_, left, _) in pairwise(rows)), rows
        assert max(right for _, _, right in rows) <= width
    bottom = lesson.locator("section:not([hidden])").evaluate("stage => stage.getBoundingClientRect().bottom")
    assert bottom <= height or width < 600, "slider and epochs lie below the screen"


@pytest.fixture(scope="module", params=[(360, "light"), (1280, "dark")], ids=["360-light", "1280-dark"])
def lesson_at_width(request, chromium, served):
    """(lesson, width): a page on which one goes from step to step."""
    width, scheme = request.param
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    yield open_step(page, served, 1, asked=2, leave=1), width
    page.close()


@pytest.mark.parametrize("step", range(1, 10))
def test_nothing_sticks_out_and_a_step_fits_on_a_screen(lesson_at_width, step):
    lesson, width = lesson_at_width
    page = lesson.page
    lesson.locator(".lesson-bar li button").nth(step - 1).click()
    page.get_by_role("heading", name=list(STEPS.values())[step - 1]["title"]).wait_for()
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width > 1000:
        bottom = lesson.locator("section:not([hidden])").evaluate("stage => stage.getBoundingClientRect().bottom")
        assert bottom <= 900, "the reader must scroll to reach a knob"


def test_the_lesson_in_chinese(page, served):
    page.goto(f"{served}/zh?tab=learn&step=3&t=150")
    lesson = page.locator("#learn .lesson")
    page.get_by_role("heading", name=CHINESE.learn["steps"]["ask"]["title"]).wait_for()
    lesson.get_by_role("button", name=CHINESE.learn["knobs"]["ask"], exact=True).click()
    painted(page, "guess")
    assert "预测的噪声偏差" in lesson.locator("[data-reading=ask]").inner_text()
    assert not re.search("[A-Za-z]{3}", lesson.locator("[data-part=moves]").inner_text())
