"""How the app looks and reads in a real Chromium: to everybody, on any screen, and under a shared link."""

import io
import re
import urllib.request
from urllib.parse import urlsplit

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from support.app import ROOT, running_app, visitor

from diffusion.devtools.poster import icon, poster
from diffusion.ui.app import TABS
from diffusion.ui.words import CHINESE, ENGLISH

READY = "['ready', 'live'].includes(document.querySelector('#watch-player [data-part=root]')?.dataset.state)"
LOG = "[...document.querySelectorAll('#watch-player, #watch-player *')].find(e => e.playerLog)?.playerLog"
NAMED = """[...document.querySelectorAll(".editor [data-part=clear], #learn [data-part=title]")]
  .every((part) => !part.offsetParent || part.textContent)"""
OPEN_ALL = """() => {
  document.querySelectorAll('button.label-wrap:not(.open)').forEach((accordion) => accordion.click());
  document.querySelectorAll('details').forEach((details) => { details.open = true; });
}"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CUT_BOXES = """() => [...document.querySelectorAll('.slim')].filter((slider) => slider.checkVisibility()
  && slider.querySelector('[type=number]').getBoundingClientRect().right > slider.getBoundingClientRect().right
).map((slider) => slider.innerText)"""


@pytest.fixture(scope="module")
def address():
    """The app over the shipped runs."""
    with running_app(ROOT / "checkpoints") as address:
        yield address


def open_tab(page, tab):
    page.locator(f"[role=tab][data-tab-id={tab}]").click()
    page.locator(f"[role=tab][data-tab-id={tab}][aria-selected=true]").wait_for()
    page.wait_for_function(NAMED, timeout=30_000)  # its script has come, and with it the words
    page.evaluate(OPEN_ALL)
    page.wait_for_timeout(300)  # the accordions open


def theme(page, name):
    page.evaluate(f"document.body.classList.toggle('dark', {'true' if name == 'dark' else 'false'})")


def grave(page, where, context=None):
    """The serious and critical violations, one line each."""
    looked_at = {"include": [[context or "body"]], "exclude": [[".toast-wrap"]]}  # toasts are Gradio's, and go
    found = Axe().run(page, context=looked_at).response["violations"]
    return [
        f"{where}: {broken['id']}, {node['target']}, {node['failureSummary']}"
        for broken in found
        if broken["impact"] in ("serious", "critical")
        for node in broken["nodes"]
    ]


@pytest.mark.browser
@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("zh", 1280), ("en", 360)])
def test_no_tab_shuts_anybody_out_in_either_theme(chromium, address, language, width):
    hosts = set()
    with visitor(chromium, reduced_motion="reduce", viewport={"width": width, "height": 800}) as page:
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        page.goto(f"{address}/?lang={language}")
        page.wait_for_function(READY, timeout=60_000)
        mistakes = []
        for tab in TABS:
            open_tab(page, tab)
            for name in ("light", "dark"):
                theme(page, name)
                mistakes += grave(page, f"{tab}, {name}")
        open_tab(page, "learn")
        steps = page.locator(".lesson-bar li button")
        for step in range(1, steps.count() if (language, width) == ("en", 1280) else 0):
            steps.nth(step).click()
            theme(page, ("light", "dark")[step % 2])
            mistakes += grave(page, f"learn {step + 1}", ".lesson")
        assert not mistakes, "\n".join(mistakes)
    assert hosts - {""} == {address.split("/")[2]}, "something was fetched from elsewhere"  # "": data: and blob:


@pytest.mark.browser
def test_every_tab_fits_on_every_screen(chromium, address):
    with visitor(chromium) as page:
        page.goto(f"{address}/?lang=en")
        page.wait_for_function(READY, timeout=60_000)
        for width, height in ((2560, 1300), (1280, 900), (360, 740)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(500)
            for tab in TABS:
                open_tab(page, tab)
                assert page.evaluate(WIDER) <= 0, f"{tab} is wider than {width} px"
                assert page.evaluate(CUT_BOXES) == [], f"{tab} at {width} px: a number is cut off"


@pytest.mark.browser
def test_nothing_jumps_while_frames_arrive(chromium, address, record_property):
    with visitor(chromium) as page:
        page.goto(f"{address}/?lang=en")
        page.wait_for_function(f"new Set(({LOG})?.drawn).size > 1", timeout=60_000)
        moves = page.evaluate("Math.round(performance.now())")
        sent = page.evaluate("performance.getEntries().reduce((sum, entry) => sum + (entry.transferSize ?? 0), 0)")
        print(f"{sent:,} bytes until the reel moved, {moves} ms after the page was asked for")
        record_property("bytes", sent)
        record_property("reel moves after (ms)", moves)
        place = "JSON.stringify(document.querySelector('#watch-player canvas').getBoundingClientRect())"
        seen = set()
        for _ in range(10):
            seen.add(page.evaluate(place))
            page.wait_for_timeout(100)
        assert len(seen) == 1, f"the sprites moved about: {seen}"


@pytest.mark.parametrize(("path", "words"), [("", ENGLISH), ("zh", CHINESE)])
def test_a_shared_address_shows_the_sprites(address, path, words):
    page = urllib.request.urlopen(f"{address}/{path}").read().decode()
    tags = dict(re.findall(r'<meta (?:property|name)="((?:og|twitter):[^"]+|description)" content="([^"]*)"', page))
    assert page.count('"og:image"') == 1 and "adio" not in " ".join(tags.values()).replace("gradio_api", "")
    assert (tags["og:title"], tags["og:description"]) == (words.title, words.description)
    assert tags["description"] == words.description
    assert f'lang="{words.code}"' in page
    picture = urllib.request.urlopen(tags["og:image"]).read()
    assert Image.open(io.BytesIO(picture)).size == (1200, 630)


def test_behind_a_proxy_with_https_the_picture_has_an_address_with_https(address):
    asked = urllib.request.Request(address, headers={"X-Forwarded-Proto": "https"})
    assert 'property="og:image" content="https://' in urllib.request.urlopen(asked).read().decode()


def test_the_shipped_icon_and_picture_are_made_from_the_reel(address):
    reel = ROOT / "assets" / "shipped" / "reel.bin"
    shipped = urllib.request.urlopen(f"{address}/favicon.ico").read()
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(shipped))), icon(reel))
    drawn, there = poster(reel, "", ""), np.asarray(Image.open(ROOT / "assets" / "shipped" / "social.png"))
    assert np.array_equal(drawn[170:], there[170:]), "other sprites"  # the letters above depend on Pillow
