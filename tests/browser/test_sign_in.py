"""Signing in with Hugging Face in a real Chromium: the app as a Space starts it, beside a loopback Hub and login."""

import re
from collections.abc import Iterator

import pytest
from support.app import running_app, said_by
from support.fake_login import FakeLogin
from support.fakehub import TOKENS, FakeHub
from support.runs import make_run

from diffusion.ui.words import CHINESE, ENGLISH

pytestmark = pytest.mark.browser

SLOW = 60_000  # ms
TOKEN = "hf_TokenOfTheVisitor"
REFUSAL = ENGLISH.hub.push_needs.login


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[tuple[str, FakeHub]]:
    """(address, hub): the app of a Space whose owner gave it a token of their own, as a secret."""
    runs, hub, login = tmp_path_factory.mktemp("runs"), FakeHub().start(), FakeLogin("visitor", TOKEN).start()
    make_run(runs / "own", epochs=(4,))
    owner = {"HF_ENDPOINT": hub.url, "HF_TOKEN": "hf_me", "PYTHONUNBUFFERED": "1"}
    with pytest.MonkeyPatch.context() as patch, running_app(runs, **owner, **login.environment()) as address:
        patch.setitem(TOKENS, TOKEN, "visitor")
        yield address, hub
    hub.stop()
    login.stop()


@pytest.fixture
def page(page):
    """On a Space the page of Gradio asks huggingface.co about it; here nothing leaves this machine."""
    about = {"id": "owner/sprites", "author": "owner", "likes": 0}
    anybody = {"Access-Control-Allow-Origin": "*"}
    page.route(re.compile("^https://"), lambda route: route.abort("internetdisconnected"))
    page.route(re.compile("/api/spaces/owner/sprites$"), lambda route: route.fulfill(json=about, headers=anybody))
    return page


def open_tab(page, address, words=ENGLISH):
    page.goto(address)
    page.get_by_role("tab", name=words.hub.tab).click()
    page.locator("#runs-here table").wait_for(timeout=SLOW)


def press_sign_in(page, words=ENGLISH):
    page.get_by_role("button", name=words.hub.sign_in).click()
    page.get_by_role("button", name=words.hub.sign_out.format("visitor")).wait_for(timeout=SLOW)


def press_push(page, target):
    page.get_by_role("radio", name="own").locator("visible=true").check()
    page.get_by_label("Repository on the Hub").fill(target)
    page.get_by_role("button", name="Publish on the Hub").click()


def wait_for_refusal(page):
    page.locator("#push-goes .problem").get_by_text(REFUSAL).wait_for(timeout=SLOW)


def assert_the_token_is_not_shown(page, address):
    config, printed = page.request.get(f"{address}/config").text(), said_by(address)
    assert "push-goes" in config and address in printed, "nothing was looked at"
    assert not [text for text in (page.content(), config, printed) if TOKEN in text]
    assert page.evaluate("document.cookie") == "", "scripts can read the cookie, and the token is in it"


def test_without_signing_in_nothing_is_pushed(page, served):
    """Not to the owner's account either, whose token the app could find."""
    address, hub = served
    hub.log.clear()
    open_tab(page, address)
    page.locator(".hint").get_by_text(REFUSAL).wait_for(timeout=SLOW)
    press_push(page, "me/new")
    wait_for_refusal(page)
    assert not hub.log


def test_a_visitor_pushes_with_their_own_token_until_they_sign_out(page, served):
    """The Hub knows who asks from the header Authorization alone, and lets nobody else make visitor/new."""
    address, hub = served
    open_tab(page, address)
    press_sign_in(page)
    press_push(page, "visitor/new")
    page.locator("#push-asks").get_by_text("as visitor, to hf://visitor/new").wait_for(timeout=SLOW)
    page.get_by_role("button", name="Yes, publish it").click()
    page.locator("#push-goes").get_by_role("link", name=f"{hub.url}/visitor/new").wait_for(timeout=2 * SLOW)
    assert "model_4.safetensors" in hub.repos["model", "visitor/new"].head.tree
    assert not page.locator(".hint").get_by_text(REFUSAL).is_visible()
    assert_the_token_is_not_shown(page, address)

    page.get_by_role("button", name="Sign out (visitor)").click()
    page.get_by_role("button", name=ENGLISH.hub.sign_in).wait_for(timeout=SLOW)
    hub.log.clear()
    press_push(page, "visitor/again")
    wait_for_refusal(page)
    assert not hub.log


@pytest.mark.parametrize(("path", "words"), [("/", ENGLISH), ("/zh", CHINESE)], ids=["English", "Chinese"])
def test_signing_in_leads_back_to_the_tab_in_its_language(page, served, path, words):
    open_tab(page, served[0] + path, words)
    press_sign_in(page, words)
    assert page.get_by_role("tab", name=words.hub.tab, selected=True).is_visible()
