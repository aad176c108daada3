"""Tabs and steps in the address and in the history, the keyboard, and what stands around the tabs."""

import pytest
from playwright.sync_api import expect
from support.app import visitor
from support.pages import LOG

from diffusion.ui.app import TABS
from diffusion.ui.words import CHINESE, ENGLISH

pytestmark = pytest.mark.browser

CHOSEN = "[role=tab][aria-selected=true]"
ARRIVED = "() => document.querySelector('[role=tab][aria-selected=true]') && !document.body.matches('.arriving')"
STEP = "#learn .lesson-bar [aria-current=step] b"
SHIFTS = """window.shifts = [];
new PerformanceObserver((list) => shifts.push(...list.getEntries().filter((one) => !one.hadRecentInput)))
    .observe({ type: 'layout-shift', buffered: true });"""
SHIFTED = """() => [shifts.reduce((sum, one) => sum + one.value, 0),
    shifts.map((one) => one.sources.map(({ node }) => node?.id || node?.className || node?.nodeName))]"""
GROUPS = """() => [...document.querySelectorAll('.block:has(> .wrap [type=radio])')]
    .filter((block) => block.checkVisibility())
    .map((block) => new Set([...block.querySelectorAll('[type=radio]')].map((radio) => radio.name)).size)"""
OUTLINE = """() => {
  const here = document.activeElement;
  const drawn = [here, here.closest('label')].filter(Boolean).map((one) => getComputedStyle(one));
  const isSeen = drawn.some((one) => one.outlineStyle !== 'none' && parseFloat(one.outlineWidth) >= 2);
  return [here.outerHTML.slice(0, 120), isSeen];
}"""


def arrive(page, address):
    page.goto(address)
    page.wait_for_function(ARRIVED, timeout=60_000)


def tab(page, name):
    return page.locator(f"[role=tab][data-tab-id={name}]")


def expect_tab(page, name):
    expect(page.locator(CHOSEN)).to_have_attribute("data-tab-id", name, timeout=30_000)


def test_back_forward_reload_and_a_copied_link_land_on_the_tab(chromium, tiny_app):
    with visitor(chromium) as page:
        arrive(page, f"{tiny_app}/?lang=en")
        for name in ("train", "checkpoints"):
            tab(page, name).click()
            assert page.evaluate("location.search") == f"?tab={name}&lang=en"
        page.go_back()
        expect_tab(page, "train")
        page.go_back()
        expect_tab(page, "watch")
        assert page.evaluate("location.search") == "?lang=en"
        page.go_forward()
        expect_tab(page, "train")
        page.reload()
        page.wait_for_function(ARRIVED, timeout=60_000)
        expect_tab(page, "train")
        page.get_by_role("link", name=ENGLISH.shell["begin"]).click()
        expect_tab(page, "learn")
        assert page.evaluate("performance.getEntriesByType('navigation')[0].type") == "reload", (
            "the link loaded the page"
        )
        copied = page.url
        with visitor(chromium) as other:
            arrive(other, copied)
            expect_tab(other, "learn")


def test_lesson_steps_are_places_too(chromium, tiny_app):
    with visitor(chromium, reduced_motion="reduce") as page:
        arrive(page, f"{tiny_app}/?tab=learn&lang=en")
        steps = page.locator("#learn .lesson-bar li button")
        steps.nth(2).click()
        steps.nth(4).click()
        expect(page.locator(STEP)).to_have_text("5")
        page.wait_for_function("new URLSearchParams(location.search).get('step') === '5'")
        tab(page, "train").click()
        page.go_back()
        expect_tab(page, "learn")
        expect(page.locator(STEP)).to_have_text("5")
        page.go_back()
        expect(page.locator(STEP)).to_have_text("3")
        page.reload()
        page.wait_for_function(ARRIVED, timeout=60_000)
        expect(page.locator(STEP)).to_have_text("3")
        page.go_back()
        expect(page.locator(STEP)).to_have_text("1")


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["desktop", "phone"])
def test_nothing_jumps_while_a_tab_arrives(chromium, tiny_app, size):
    found = {}
    for name in TABS:  # one after the other: a page that nobody sees reports nothing
        with visitor(chromium, viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce") as page:
            page.add_init_script(SHIFTS)
            arrive(page, f"{tiny_app}/?tab={name}&lang=en")
            page.wait_for_timeout(1500)
            found[name] = page.evaluate(SHIFTED)
    assert not {name: moved for name, moved in found.items() if moved[0] >= 0.1}


def test_each_group_of_radios_and_the_row_of_tabs_are_one_stop(chromium, tiny_app):
    with visitor(chromium) as page:
        arrive(page, f"{tiny_app}/?tab=train&lang=en")
        page.wait_for_function(f"({GROUPS})().length > 0")
        assert set(page.evaluate(GROUPS)) == {1}, "a group of radios has several names"
        page.locator(CHOSEN).focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        expect_tab(page, TABS[TABS.index("train") + 1])
        page.keyboard.press("Home")
        page.keyboard.press("Tab")
        assert not page.evaluate("document.activeElement.matches('[role=tab]')"), "a second tab is a stop of its own"


def test_the_arrow_keys_choose_a_radio(chromium, tiny_app):
    with visitor(chromium) as page:
        arrive(page, f"{tiny_app}/?tab=train&lang=en")
        group = page.locator("#site-tabs .block:has(> .wrap [type=radio]):visible").first
        group.locator(":checked").focus()
        before = group.locator(":checked").input_value()
        page.keyboard.press("ArrowRight")
        expect(group.locator("label.selected")).to_have_count(1)
        assert group.locator("label.selected input").input_value() != before


def test_focus_can_be_seen_wherever_the_tab_key_leads(chromium, tiny_app):
    with visitor(chromium) as page:
        arrive(page, f"{tiny_app}/?tab=train&lang=en")
        page.locator("[data-tab-id=train]").wait_for()
        unseen = []
        for _ in range(24):
            page.keyboard.press("Tab")
            what, is_seen = page.evaluate(OUTLINE)
            unseen += [] if is_seen or what.startswith("<body") else [what]  # after the last one
        assert not unseen


def test_colours_are_a_choice_that_is_remembered(chromium, tiny_app):
    is_dark = "document.body.matches('.dark') && getComputedStyle(document.documentElement).colorScheme === 'dark'"
    with visitor(chromium, color_scheme="light") as page:
        arrive(page, f"{tiny_app}/?lang=en")
        assert not page.evaluate(is_dark)
        page.get_by_role("radio", name=ENGLISH.shell["theme_dark"], exact=True).check(force=True)
        assert page.evaluate(is_dark)
        page.reload()
        page.wait_for_function(ARRIVED, timeout=60_000)
        page.wait_for_timeout(300)
        assert page.evaluate(is_dark), "forgotten"
        page.get_by_role("radio", name=ENGLISH.shell["theme_system"], exact=True).check(force=True)
        assert not page.evaluate(is_dark)


def test_gradios_settings_and_menus_are_out_of_the_way(chromium, tiny_app):
    with visitor(chromium) as page:
        arrive(page, f"{tiny_app}/?tab=learn&controls=hide&lang=en")
        for hidden in ("#site-header", "#site-footer", "[role=tablist]"):
            expect(page.locator(hidden)).to_be_hidden()
        assert not page.locator(".overflow-menu, footer button").count()
        assert page.evaluate("document.querySelector('#learn').getBoundingClientRect().y") < 60


def test_a_server_that_does_not_answer_is_said_in_the_pages_language(chromium, tiny_app):
    with visitor(chromium) as page:
        arrive(page, f"{tiny_app}/zh?lang=zh")
        banner = page.locator(".site-banner")
        page.context.set_offline(True)
        expect(banner).to_contain_text(CHINESE.shell["lost"].split("{")[0])
        page.context.set_offline(False)
        expect(banner).to_contain_text(CHINESE.shell["back"], timeout=20_000)


def test_whoever_leaves_in_the_middle_of_a_drawing_is_not_told_that_the_server_was_lost(chromium, tiny_app):
    with visitor(chromium) as page:
        page.goto(f"{tiny_app}/?tab=watch&epochs=tiny/31&sampler=ddpm&steps=500&count=16&lang=en")
        page.wait_for_function(f"({LOG})?.arrived.length > 1", timeout=60_000)
        page.goto(f"{tiny_app}/?tab=checkpoints&lang=en")
        page.locator("#runs-here table").wait_for(timeout=60_000)
        page.wait_for_timeout(500)
        expect(page.locator(".site-banner")).to_be_hidden()
