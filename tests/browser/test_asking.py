"""Asked in words, in a real Chromium: the box, its chips and suggestions, links, and the words under sprites."""

import pytest
from playwright.sync_api import expect
from support.app import visitor
from support.pages import GENERATED, PLAYER, canvas, choose, finish, open_app, open_plain, press_generate

pytestmark = pytest.mark.browser

BOX, BELOW = "#watch-prompt input", "#watch-asking"


def few(page):
    choose(page, "Sprites", 3)
    choose(page, "Steps", 2)


def test_a_prompt_becomes_chips_is_drawn_and_its_link_opens_it_again(page, chromium, tiny_app):
    open_plain(page, tiny_app)
    few(page)
    box, below = page.locator(BOX), page.locator(BELOW)
    box.press_sequentially("xyzzy, creat")
    expect(box).to_have_attribute("aria-expanded", "true")
    option = page.get_by_role("option", name="creature")
    expect(option).to_be_visible()
    box.press("Escape")
    expect(option).to_be_hidden()
    box.press_sequentially("u")
    expect(option).to_be_visible()
    box.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    box.press("Enter")
    expect(box).to_have_value("xyzzy, creature")
    expect(below.get_by_role("listitem")).to_have_text(["creature×"])
    expect(below.get_by_role("status")).to_contain_text("Understood: creature Not understood: xyzzy.")
    below.get_by_role("button", name="Food").click()
    expect(below.get_by_role("listitem")).to_have_count(2)
    slider = below.get_by_label("Weight of food")
    slider.fill("0.5")
    expect(box).to_have_value("creature, food:0.5, xyzzy")
    press_generate(page)
    page.get_by_text("Drawn without what was not understood: xyzzy").wait_for()
    finish(page)
    page.get_by_role("button", name="Copy link").first.click()
    page.wait_for_url("**prompt=*")
    picture, link = canvas(page), page.url
    assert "surprise" not in link
    with visitor(chromium) as other:
        open_app(other, link)
        other.wait_for_function(GENERATED, timeout=60_000)
        finish(other)
        expect(other.locator(BOX)).to_have_value("non-hero, food:0.5")
        expect(other.locator(BELOW).get_by_role("listitem")).to_have_count(2)
        assert (canvas(other) == picture).all()


def test_what_no_run_understands_is_said_and_not_drawn(page, tiny_app):
    open_app(page, tiny_app)
    few(page)
    page.locator(BOX).fill("xyzzy")
    page.locator(BOX).press("Enter")
    page.get_by_text("this run does not understand xyzzy").wait_for()
    assert not page.evaluate(GENERATED)


def test_a_surprise_is_read_under_its_sprite_and_can_be_asked_for(page, tiny_app):
    open_app(page, tiny_app)
    few(page)
    press_generate(page)  # a surprise is what the page opens with
    finish(page)
    shown = page.locator(PLAYER).locator("[data-part=asked]")
    expect(shown).to_contain_text("Sprite 1: ")
    words = shown.inner_text().partition(": ")[2].split("\n")[0]
    assert f"What each was asked for: 1: {words}; 2: " in page.locator(f"{PLAYER} [data-part=canvas]").get_attribute(
        "aria-label"
    )
    page.locator(f"{PLAYER} [data-part=canvas]").press("ArrowRight")
    expect(shown).to_contain_text("Sprite 2: ")
    page.locator(f"{PLAYER} [data-part=canvas]").press("ArrowLeft")
    shown.get_by_role("button", name="Ask for this").click()
    expect(page.locator(BOX)).to_have_value(words)
    expect(page.get_by_role("button", name="Surprise me").first).to_have_attribute("aria-pressed", "false")
