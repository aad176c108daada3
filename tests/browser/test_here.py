"""A visitor's own graphics card draws on every tab, and the server where it cannot."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect
from support.app import ROOT, visitor
from support.engine_js import WEBGPU
from support.pages import COMPARE_LOG, LOG, canvas, open_more

pytestmark = pytest.mark.browser

TABS = {  # what each shows of a network's work, and the place in it; in this order the last three fetch weights
    "learn 4": ("#learn [data-canvas=many]", "&step=4&n=2"),
    "learn": ("#learn [data-canvas=guess]", "&step=3&t=200&model=4&asked=2"),
    "paint": ("#paint [data-part=result], #paint [data-part=variants] canvas", "&t=60"),
    "one-step": ("#one-step tbody canvas", ""),
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
WARNS = "this browser could not"
COLLECT = """globalThis.said = new Set();
new MutationObserver(() => document.querySelectorAll('[data-part=status]').forEach((one) => said.add(one.textContent)))
    .observe(document, { subtree: true, childList: true });"""
FETCHING = re.compile(r"Fetching epoch \d+: [\d.]+ of [\d.]+ MB")
GO_TO = "search => { history.pushState(null, '', search); dispatchEvent(new PopStateEvent('popstate')); }"
KEPT, BY_BROWSER = "const KEPT = 8;", '"place":"browser"'


@pytest.fixture(scope="module")
def gpu_browser(launch):
    """With WebGPU, by a software adapter."""
    browser = launch(["--no-sandbox", *WEBGPU])
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def here(gpu_browser, tiny_app):
    """A page that draws by itself; one, because the software adapter compiles its shaders for 20 seconds.

    It keeps one network at a time: those in use have to stay all the same.
    """
    kept = (ROOT / "assets/js/local_drawing.js").read_text("utf-8")
    assert KEPT in kept
    body = kept.replace(KEPT, "const KEPT = 1;")
    with visitor(gpu_browser) as page:
        page.route("**/local_drawing.js", lambda route: route.fulfill(body=body, content_type="text/javascript"))
        page.said, page.asked, page.planned = [], [], []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("request", lambda request: BY_BROWSER in (request.post_data or "") and page.planned.append(request))
        page.add_init_script(COLLECT)
        draw(page, tiny_app, "browser")
        yield page
        assert not any(WARNS in text for text in page.said)
        assert not any("queue/join" in url for url in page.asked), "the server has drawn"


def weights(urls):
    return {url.partition("/weights/")[2].partition("?")[0] for url in urls if "/weights/" in url}


def draw(page, address, place):
    page.goto(f"{address}/?tab=watch&{ASKED}&in={place}")
    page.wait_for_function(f"({LOG})?.done && ({LOG}).run !== 'reel'", timeout=120_000)
    page.wait_for_timeout(300)
    return canvas(page)


def test_the_browser_draws_what_the_server_draws(here, gpu_browser, tiny_app):
    here.get_by_role("tab", name="Watch").click()
    expect(here.locator("#watch-generate")).to_have_text("New ones")
    assert "tiny/31" in weights(here.asked)
    with visitor(gpu_browser) as other:
        asked = []
        other.on("request", lambda request: asked.append(request.url))
        there = draw(other, tiny_app, "server")
        assert not weights(asked)
    assert np.abs(canvas(here).astype(int) - there).max() <= 1


def test_several_epochs_are_compared_in_the_browser(here):
    here.get_by_role("tab", name="Compare").click()
    panel = here.get_by_role("tabpanel").locator("visible=true")
    panel.locator("button.label-wrap").click()
    for label, value in (("Sprites", 2), ("Steps", 3)):
        box = panel.get_by_label(f"number input for {label}")
        box.fill(str(value))
        box.press("Tab")
    here.get_by_role("button", name="Compare them").click()
    here.wait_for_function(f"({COMPARE_LOG})?.done && ({COMPARE_LOG}).run !== 'reel'", timeout=120_000)
    assert here.evaluate(COMPARE_LOG)["arrived"] == [0, 1, 2, 3]
    assert {"tiny/0", "tiny/4", "tiny/31"} <= weights(here.asked)


def pictures(page, tab):
    """The canvases of a tab, once they show the same for a while."""
    before = None
    for _ in range(240):
        page.wait_for_timeout(500)
        shown = page.evaluate(PICTURES, TABS[tab][0])
        if shown and shown == before:
            return shown
        before = shown
    raise AssertionError("nothing is drawn")


def address_of(tab, place):
    return f"/?tab={tab.split()[0]}{TABS[tab][1]}&lang=en&in={place}"


@pytest.mark.parametrize("tab", TABS)
def test_the_other_tabs_are_computed_in_the_browser_as_on_the_server(here, gpu_browser, tiny_app, tab):
    before = len(here.asked)
    here.planned.clear()
    here.evaluate("said.clear()")
    here.evaluate(GO_TO, address_of(tab, "browser"))
    ours = pictures(here, tab)
    assert here.planned
    assert any(map(FETCHING.fullmatch, here.evaluate("[...said]"))) == bool(weights(here.asked[before:]))
    with visitor(gpu_browser) as other:
        asked = []
        other.on("request", lambda request: asked.append(request.url))
        other.goto(tiny_app + address_of(tab, "server"))
        theirs = pictures(other, tab)
        assert not weights(asked)
    assert len(ours) == len(theirs) > 0
    apart = [int(np.abs(np.subtract(one, two)).max()) for one, two in zip(ours, theirs, strict=True)]
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
        page.goto(tiny_app + address_of("paint", "browser"))
        assert len(pictures(page, "paint")) == 9 and any(WARNS in text for text in said)


def test_weights_that_do_not_come_are_no_end(gpu_browser, tiny_app):
    with visitor(gpu_browser) as page:
        page.route("**/gradio_api/weights/**", lambda route: route.fulfill(status=200, body=b"no weights"))
        said = []
        page.on("console", lambda message: said.append(message.text))
        draw(page, tiny_app, "browser")
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
        draw(page, tiny_app, "browser")
        assert any("graphics card is off by" in text for text in asked)


def test_without_a_graphics_card_the_server_draws(page, tiny_app):
    page.goto(f"{tiny_app}/?tab=watch&{ASKED}&in=browser")
    page.wait_for_function(f"({LOG})?.done && ({LOG}).run !== 'reel'", timeout=60_000)
    open_more(page)
    expect(page.locator("#watch-place [data-part=note]")).to_contain_text("reaches no graphics card")
