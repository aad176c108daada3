"""The Checkpoints tab in a real Chromium, over a loopback Hub, with the app as a person starts it."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from support.app import running_app, visitor
from support.fakehub import FakeHub
from support.pages import CHOSEN_EPOCH, open_more
from support.runs import make_run

from diffusion.store.run_folder import RunFolder
from diffusion.ui.words import CHINESE, ENGLISH

pytestmark = pytest.mark.browser

SLOW = 60_000  # ms


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[tuple[str, FakeHub, Path]]:
    """(address, hub, runs): the Hub has a run, hangs when asked for the one to open with, and knows the token."""
    runs, hub = tmp_path_factory.mktemp("runs"), FakeHub().start()
    make_run(runs / "own", epochs=(0, 4))
    there = make_run(tmp_path_factory.mktemp("there") / "run", epochs=(0, 4, 31), width=24)
    hub.add("me/run", there.path)
    hub.fault("GET", "/api/models/me/first", delay=60)
    environment = {"HF_ENDPOINT": hub.url, "HF_TOKEN": "hf_me", "SPRITES_RUN": "hf://me/first"}
    with running_app(runs, **environment) as address:
        yield address, hub, runs
    hub.stop()


def open_tab(page, address, words=ENGLISH):
    page.goto(f"{address}/?tab=checkpoints&lang={words.code[:2]}")
    page.locator("#runs-here table").wait_for(timeout=SLOW)
    return page


def look(page, address, words=ENGLISH):
    page.get_by_label(words.hub.address).fill(address)
    page.get_by_role("button", name=words.hub.look, exact=True).click()


def choose_epochs(page, *wanted):
    page.locator("#run-there table").wait_for(timeout=SLOW)
    for epoch in (0, 4, 31):
        page.get_by_role("checkbox", name=str(epoch), exact=True).set_checked(epoch in wanted)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).locator("visible=true").first.click()


@pytest.fixture
def slowly(served):
    """The Hub sends epochs at 150 KB a second."""
    fault = served[1].fault("GET", "/_cdn/", rate=150_000)
    yield fault
    served[1].faults.remove(fault)


def test_one_epoch_is_looked_at_opened_and_watched(page, served, slowly):
    address, hub, _ = served
    open_tab(page, address)
    look(page, "hf://me/run")
    choose_epochs(page, 4)
    assert not hub.asked("model_"), "nothing is downloaded before it is chosen"
    press(page, "Open")
    bar = page.locator("#pull-goes [role=progressbar]")
    bar.wait_for(timeout=SLOW)
    shares = set()
    while bar.is_visible() and len(shares) < 3:
        shares.add(bar.get_attribute("aria-valuenow", timeout=SLOW))
        page.wait_for_timeout(250)
    assert len(shares) == 3, "the bar does not move"
    page.locator("#pull-goes").get_by_text("Opened: me--run, epochs 4.").wait_for(timeout=SLOW)
    assert not hub.asked("model_(0|31)")
    page.locator("#runs-here").get_by_text("me--run", exact=True).wait_for(timeout=SLOW)
    page.locator("#run-there").get_by_text("4 · already here").wait_for(timeout=SLOW)
    page.get_by_role("tab", name="Watch").click()
    open_more(page)
    page.locator("#watch-run").get_by_role("radio", name="me--run").check()
    page.wait_for_function(f"{CHOSEN_EPOCH} === '4'")
    page.get_by_role("tab", name="Checkpoints").click()
    page.locator("#pull-goes").get_by_role("link", name="Watch it").click()
    page.get_by_role("tab", name="Watch", selected=True).wait_for(timeout=SLOW)
    expect(page.locator("#watch-player [data-part=source]")).to_contain_text("run “me--run”, epoch 4", timeout=SLOW)


def test_stop_ends_a_pull_and_a_visitor_who_leaves_does_too(chromium, page, served, slowly):
    address, _, runs = served
    open_tab(page, address)
    look(page, "hf://me/run")
    choose_epochs(page, 0, 31)
    page.get_by_label("Name on this machine").fill("stopped")
    press(page, "Open")
    page.locator("#pull-goes [role=progressbar]").wait_for(timeout=SLOW)
    page.locator("#pull-goes").locator("xpath=preceding::button[normalize-space()='Stop'][1]").click()
    page.locator("#pull-goes").get_by_text("Stopped.").wait_for(timeout=SLOW)
    assert not (runs / "stopped").exists()
    with visitor(chromium) as other:
        open_tab(other, address)
        look(other, "hf://me/run")
        choose_epochs(other, 0, 31)
        other.get_by_label("Name on this machine").fill("stopped")
        press(other, "Open")
        other.locator("#pull-goes [role=progressbar]").wait_for(timeout=SLOW)
    slowly.rate = 0
    page.wait_for_timeout(1000)
    press(page, "Open")
    page.locator("#pull-goes").get_by_text("Opened: stopped, epochs 0, 31.").wait_for(timeout=SLOW)
    assert list(RunFolder(runs / "stopped").epochs()) == [0, 31]


@pytest.mark.parametrize("words", [ENGLISH, CHINESE], ids=["English", "Chinese"])
def test_a_broken_hub_is_a_sentence_in_the_language_of_the_page(page, served, words):
    address, hub, _ = served
    open_tab(page, address, words)
    fault = hub.fault("GET", "/api/models/me/run", status=503)
    look(page, "hf://me/run", words)
    said = {ENGLISH: "the Hub has trouble of its own (error 503)", CHINESE: "Hub 自己出了问题（错误 503）"}[words]
    page.locator("#pull-goes .problem").get_by_text(said).wait_for(timeout=SLOW)
    page.locator(".toast-body").get_by_text(said).wait_for(timeout=SLOW)
    hub.faults.remove(fault)
    look(page, "hf://me/run", words)
    page.locator("#run-there table").wait_for(timeout=SLOW)
    assert page.locator("#pull-goes").inner_text().strip() == ""


def test_a_run_to_open_with_on_a_hub_that_hangs_keeps_nobody_waiting(page, served):
    open_tab(page, served[0])
    page.locator("#opening-run").get_by_text("hf://me/first could not be opened:").wait_for(timeout=SLOW)
    page.locator("#opening-run").get_by_text("has not answered for").wait_for()
    assert page.locator("#runs-here").get_by_text("own", exact=True).is_visible()


def test_a_run_is_taken_along_as_zip_and_to_the_hub(page, served):
    address, hub, runs = served
    open_tab(page, address)
    page.get_by_role("radio", name="own").locator("visible=true").check()
    with page.expect_download(timeout=SLOW) as download:
        press(page, "Download (.zip)")
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
        assert "own/model_4.safetensors" in archive.namelist()
    page.get_by_label("Repository on the Hub").fill("me/new")
    page.get_by_label("Private").check()
    press(page, "Publish on the Hub")
    page.locator("#push-asks").get_by_text("Publish own as me, to hf://me/new?").wait_for(timeout=SLOW)
    assert ("model", "me/new") not in hub.repos, "one click is not enough"
    press(page, "Yes, publish it")
    page.locator("#push-goes").get_by_role("link", name=f"{hub.url}/me/new").wait_for(timeout=2 * SLOW)
    pushed = hub.repos["model", "me/new"]
    assert (
        pushed.private and pushed.head.tree["model_4.safetensors"].data == RunFolder(runs / "own").file(4).read_bytes()
    )
    assert "hf_me" not in page.content()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_tab_fits(chromium, served, width):
    with visitor(chromium, viewport={"width": width, "height": 900}) as page:
        open_tab(page, served[0])
        look(page, "hf://me/run")
        page.locator("#run-there table").wait_for(timeout=SLOW)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
