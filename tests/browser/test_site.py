"""The page without a server in a real Chromium, from a host that serves nothing but files."""

import functools
import http.server
import threading

import pytest
from playwright.sync_api import expect
from support.app import visitor
from support.pages import canvas, sprites_on
from support.runs import measured

from diffusion.__main__ import main
from diffusion.engine import Request, generate
from diffusion.sprites import to_pixels
from diffusion.store import RunFolder

pytestmark = pytest.mark.browser

LOG = "document.querySelector('{player}').playerLog"
DRAWN = f"{LOG}?.done && {LOG}.run !== 'reel'"
PIXELS = "document.querySelector('{player} [data-part=canvas]').toDataURL()"


class Files(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site(tiny_run, tmp_path_factory):
    """The address of a page over a run of our network with random weights, epochs 0, 4 and 31, all measured."""
    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RunFolder, "metrics", lambda run: measured(0, 4, 31))
        assert main(["site", str(folder), "--run", str(tiny_run.path)]) == 0
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def page(chromium, site):
    """A visitor who fails the test at the first error, and at the first request that leaves the host."""
    with visitor(chromium) as page:
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        yield page
        elsewhere = [url for url in page.asked if not url.startswith((site, "data:", "blob:"))]
        assert not elsewhere, elsewhere


def drawn(page, player):
    page.wait_for_function(DRAWN.format(player=player), timeout=60_000)
    return page.evaluate(LOG.format(player=player))


def weights(page):
    return [url.partition("/model_")[2].partition(".")[0] for url in page.asked if ".safetensors" in url]


def test_watch_opens_with_the_reel_and_draws_when_asked(page, site):
    page.goto(site)
    page.wait_for_function(f"{LOG.format(player='#watch-player')}?.run === 'reel'")
    assert weights(page) == [], "an epoch is fetched when it is asked for"
    page.get_by_role("button", name="New ones").click()
    log = drawn(page, "#watch-player")
    assert log["arrived"] == list(range(21)), "a frame was lost"
    assert weights(page) == ["31"]
    assert "seed" in page.locator("[data-part=source]").first.inner_text()


def test_both_sliders_move_what_was_drawn(page, site, tiny_run):
    page.goto(f"{site}?tab=watch&epochs=tiny/31&count=2&seed=3&steps=4&prompt=hero")
    drawn(page, "#watch-player")
    *_, (last,) = generate([tiny_run.load(31)], Request(count=2, seed=3, steps=4, prompt="hero"))
    apart = sprites_on(canvas(page), 2).astype(int) - to_pixels(last.x)
    assert abs(apart).mean() < 0.1, "the same seed gives the same sprites as in the app"
    pixels = PIXELS.format(player="#watch-player")
    finished = page.evaluate(pixels)
    page.locator("#watch-player [data-part=scrub]").press("Home")
    noise = page.evaluate(pixels)
    assert noise != finished
    first = page.evaluate(LOG.format(player="#watch-player"))["run"]
    page.locator("#watch-player [data-part=epoch]").press("ArrowLeft")
    page.wait_for_function(f"{LOG.format(player='#watch-player')}.run !== '{first}'")
    drawn(page, "#watch-player")
    assert page.locator("#watch-player [data-part=epoch-name]").inner_text() == "epoch 4"
    assert page.evaluate(pixels) not in (finished, noise)
    assert weights(page) == ["31", "4"]


def test_a_kind_is_asked_for_and_a_word_that_is_none_is_said(page, site):
    page.goto(site)
    page.get_by_role("button", name="Heroes").click()
    drawn(page, "#watch-player")
    assert page.locator("#watch-prompt input").input_value() == "hero"
    page.locator("#watch-prompt input").fill("a hero, qwertyuiop")
    page.locator("#watch-asking [data-kind=unknown]").wait_for()
    page.locator("#watch-prompt input").press("Enter")
    page.get_by_text("Drawn without what was not understood: qwertyuiop").wait_for()
    page.locator("#watch-prompt input").fill("qwertyuiop")
    page.locator("#watch-prompt input").press("Enter")
    page.get_by_text("does not understand qwertyuiop").wait_for()


def test_the_settings_are_those_of_the_address(page, site):
    page.goto(f"{site}?tab=watch&epochs=tiny/4&count=3&seed=17&sampler=ddim&steps=5&guidance=2")
    drawn(page, "#watch-player")
    page.locator(".more summary").click()
    values = {name: page.locator(f"#watch-{name}").input_value() for name in ("count", "seed", "steps", "guidance")}
    assert values == {"count": "3", "seed": "17", "steps": "5", "guidance": "2"}
    assert page.locator("#watch-sampler input:checked").input_value() == "ddim"


def test_compare_draws_its_epochs_in_lockstep(page, site):
    page.goto(f"{site}?tab=compare&epochs=tiny/0,tiny/31&count=2&seed=1&steps=4")
    assert drawn(page, "#compare-player")["arrived"] == [0, 1, 2, 3, 4]
    assert sorted(weights(page)) == ["0", "31"]
    question, comparison = page.locator("#numbers .question"), page.locator("#numbers .comparison")
    expect(question).to_have_text("Do epochs 0 and 31 really differ?")
    page.locator("#compare-epochs input[value='4']").check()
    expect(question).to_have_text("Do epochs 4 and 31 really differ?")
    page.locator("#compare-epochs input[value='31']").uncheck()
    expect(question).to_have_text("Do epochs 0 and 4 really differ?")
    expect(comparison).to_contain_text("Between epochs 0 and 4")
    page.locator("#compare-epochs input[value='0']").uncheck()
    page.get_by_role("button", name="Compare them").click()
    page.get_by_text("Choose between 2 and 6 epochs").wait_for()


def test_paint_and_one_step_answer(page, site):
    page.goto(f"{site}?tab=paint")
    page.wait_for_function("document.querySelector('#paint').painted")
    page.get_by_role("tab", name="One step").click()
    page.wait_for_function("document.querySelector('#one-step').answered?.t === 200")
    assert page.locator("#one-step tbody th").all_inner_texts()[1:] == ["epoch 0", "epoch 4", "epoch 31"]


def test_the_chinese_page_and_the_dark_one(page, site):
    page.goto(site)
    page.get_by_role("link", name="中文").click()
    page.wait_for_url("**/zh.html?**")
    page.get_by_role("button", name="画新的").wait_for()
    page.get_by_role("radio", name="深色").check(force=True)
    assert page.evaluate("document.body.classList.contains('dark')")


def test_the_lesson_asks_the_network(page, site):
    page.goto(f"{site}?tab=learn&step=3&t=150&asked=2")
    page.get_by_text("the guess is off by").wait_for()
    assert page.locator("#learn [data-part=steps] li").count() == 9
    page.goto(f"{site}?tab=learn&step=7&blend=40&from=hero&to=item")
    link = page.get_by_role("link", name="Try it in the Watch tab")  # it is there once the blend is drawn
    assert "prompt=hero%3A0.6%2C+spell%3A0.4" in link.get_attribute("href")
    page.goto(f"{site}?tab=learn&step=8")
    page.get_by_text("python app.py on a machine of yours").wait_for()
    assert (
        page.locator("#learn [data-part=moves] li").count() == 1 and not page.locator("#learn a.lesson-main").count()
    )
