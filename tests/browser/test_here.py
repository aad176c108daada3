"""A visitor's own graphics card draws on every tab, and the server where it cannot."""

import numpy as np
import pytest
from playwright.sync_api import expect
from support.app import ROOT, visitor
from support.engine_js import WEBGPU
from support.pages import COMPARE_LOG, LOG, canvas, open_more

pytestmark = pytest.mark.browser

TABS = {  # where each shows what a network made, and what is asked for
    "one-step": ("#one-step tbody canvas", ""),
    "paint": ("#paint [data-part=result], #paint [data-part=variants] canvas", ""),
    "learn": ("#learn [data-canvas=guess]", "&step=3&t=200&model=4&asked=2"),
    "learn 7": ("#learn [data-canvas=blend]", "&step=7&blend=37&seed=3"),
}
PICTURES = """selector => {
    const all = [...document.querySelectorAll(selector)];
    const drawn = all.filter((one) => !one.matches('.empty, .stale'));  // what stands in until the answer is there
    const pixels = drawn.map((canvas) => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return [...data];
    });
    return pixels.filter((one) => one.some(Boolean));
}"""
ASKED = "epochs=tiny/31&count=2&steps=3&seed=5&sampler=sa&lang=en"
WARNS = "this browser could not draw"


@pytest.fixture(scope="module")
def gpu_browser(launch):
    """With WebGPU, by a software adapter."""
    browser = launch(["--no-sandbox", *WEBGPU])
    yield browser
    browser.close()


def drawn(page, address, place):
    page.goto(f"{address}/?tab=watch&{ASKED}&in={place}")
    page.wait_for_function(f"({LOG})?.done && ({LOG}).run !== 'reel'", timeout=120_000)
    page.wait_for_timeout(300)
    return canvas(page)


def test_the_browser_draws_what_the_server_draws(gpu_browser, tiny_app):
    with visitor(gpu_browser) as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        here = drawn(page, tiny_app, "browser")
        assert any("gradio_api/weights/tiny/31" in url for url in asked)
        expect(page.locator("#watch-generate")).to_have_text("New ones")
        asked.clear()
        there = drawn(page, tiny_app, "server")
        assert not any("gradio_api/weights" in url for url in asked)
        assert np.abs(here.astype(int) - there).max() <= 1


def test_several_epochs_are_compared_in_the_browser(gpu_browser, tiny_app):
    with visitor(gpu_browser) as page:
        page.goto(f"{tiny_app}/?tab=compare&{ASKED.replace('tiny/31', 'tiny/0,tiny/31')}&in=browser")
        page.wait_for_function(f"({COMPARE_LOG})?.done && ({COMPARE_LOG}).run !== 'reel'", timeout=120_000)
        assert page.evaluate(COMPARE_LOG)["arrived"] == [0, 1, 2, 3]


def test_networks_that_are_in_use_stay_however_few_are_kept(gpu_browser, tiny_app):
    kept = (ROOT / "assets/js/local_drawing.js").read_text("utf-8")
    assert "const KEPT = 8;" in kept
    with visitor(gpu_browser) as page:
        body = kept.replace("const KEPT = 8;", "const KEPT = 1;")
        page.route("**/local_drawing.js", lambda route: route.fulfill(body=body, content_type="text/javascript"))
        said = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"{tiny_app}/?tab=compare&{ASKED.replace('tiny/31', 'tiny/0,tiny/31')}&in=browser")
        page.wait_for_function(f"({COMPARE_LOG})?.done && ({COMPARE_LOG}).run !== 'reel'", timeout=120_000)
        assert not any(WARNS in text for text in said)


def pictures(page, address, tab, place):
    """The canvases of a tab, once they show the same for a while, and what was fetched for it."""
    selector, asked = TABS[tab]
    fetched, before = [], None
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(f"{address}/?tab={tab.split()[0]}{asked}&lang=en&in={place}")
    for _ in range(240):
        page.wait_for_timeout(500)
        shown = page.evaluate(PICTURES, selector)
        if shown and shown == before and (place == "server" or any("weights" in url for url in fetched)):
            return shown, fetched
        before = shown
    raise AssertionError("nothing is drawn")


@pytest.mark.parametrize("tab", TABS)
def test_the_other_tabs_are_computed_in_the_browser_as_on_the_server(gpu_browser, tiny_app, tab):
    with visitor(gpu_browser) as page, visitor(gpu_browser) as other:
        said = []
        page.on("console", lambda message: said.append(message.text))
        here, fetched = pictures(page, tiny_app, tab, "browser")
        there, others = pictures(other, tiny_app, tab, "server")
        assert any("weights/tiny" in url for url in fetched) and not any("weights/tiny" in url for url in others)
        assert not any("could not" in text for text in said)
        assert len(here) == len(there) > 0
        apart = [int(np.abs(np.subtract(one, two)).max()) for one, two in zip(here, there, strict=True)]
        assert max(apart) <= 1, apart


def test_while_weights_are_on_their_way_one_step_says_that_it_works(gpu_browser, tiny_app):
    with visitor(gpu_browser) as page:
        page.route("**/gradio_api/weights/**", lambda route: None)  # they never come
        page.goto(f"{tiny_app}/?tab=one-step&lang=en&in=browser")
        expect(page.locator("#one-step [data-part=status]")).to_have_text("The network is at work …", timeout=60_000)


def test_what_this_browser_cannot_compute_the_server_does(gpu_browser, tiny_app):
    with visitor(gpu_browser) as page:
        page.route("**/gradio_api/weights/**", lambda route: route.fulfill(status=200, body=b"no weights"))
        said = []
        page.on("console", lambda message: said.append(message.text))
        shown, _ = pictures(page, tiny_app, "paint", "browser")
        assert len(shown) == 9 and any("could not compute" in text for text in said)


def test_weights_that_do_not_come_are_no_end(gpu_browser, tiny_app):
    with visitor(gpu_browser) as page:
        page.route("**/gradio_api/weights/**", lambda route: route.fulfill(status=200, body=b"no weights"))
        said = []
        page.on("console", lambda message: said.append(message.text))
        drawn(page, tiny_app, "browser")
        assert any(WARNS in text for text in said)
        open_more(page)
        expect(page.locator("#watch-place input[value=server]")).to_be_checked()
        expect(page.locator("#watch-place input[value=browser]")).to_be_disabled()


def test_a_card_that_computes_wrongly_draws_nothing(gpu_browser, tiny_app):
    """Its shaders take x * x for SiLU."""
    right, wrong = "return x / (1 + exp(-x));", "return x * x;"
    shaders = (ROOT / "assets/js/engine/shaders.js").read_text("utf-8")
    assert right in shaders
    with visitor(gpu_browser) as page:
        body = shaders.replace(right, wrong)
        page.route("**/engine/shaders.js", lambda route: route.fulfill(body=body, content_type="text/javascript"))
        asked = []
        page.on("console", lambda message: asked.append(message.text))
        drawn(page, tiny_app, "browser")
        assert any("graphics card is off by" in text for text in asked)


def test_without_a_graphics_card_the_server_draws(page, tiny_app):
    page.goto(f"{tiny_app}/?tab=watch&{ASKED}&in=browser")
    page.wait_for_function(f"({LOG})?.done && ({LOG}).run !== 'reel'", timeout=60_000)
    open_more(page)
    expect(page.locator("#watch-place [data-part=note]")).to_contain_text("reaches no graphics card")
