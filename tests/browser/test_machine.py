"""The drawn sampling step: its boxes hold the chosen sprite, and the network opens."""

import base64

import numpy as np
import pytest
from support.pages import COMPARE, LOG, PLAYER, choose, finish, open_app, open_plain, press_generate

from diffusion.engine import PAGE, Request, generate
from diffusion.sprites import to_pixels
from diffusion.ui.parts.machine import describe_network

pytestmark = pytest.mark.browser

MACHINE = ".machine"  # of Watch; it stands below the player
PIXELS = """(box) => {
  const canvas = document.querySelector(`.machine [data-box=${box}] canvas`);
  return btoa(String.fromCharCode(...canvas.getContext("2d").getImageData(0, 0, 16, 16).data));
}"""


def tile(page, box):
    """The pixels in a box, uint8 (16, 16, 3)."""
    return np.frombuffer(base64.b64decode(page.evaluate(PIXELS, box)), np.uint8).reshape(16, 16, 4)[..., :3]


def to_frame(page, index):
    scrub = page.locator(PLAYER).get_by_label("Position in the film")
    scrub.press("Home")
    for _ in range(index):
        scrub.press("ArrowRight")


@pytest.fixture
def drawn(page, tiny_app, tiny_run):
    """Three sprites in five steps; every step as the engine computes it, t to Step."""
    open_plain(page, tiny_app)
    choose(page, "Sprites", 3)
    choose(page, "Steps", 5)
    press_generate(page)
    finish(page)
    request = Request(count=3, seed=0, **PAGE | {"steps": 5})
    steps = [step for (step,) in generate([tiny_run.load(31)], request, younger=[tiny_run.load(4)])]
    return page, steps, tiny_run.load(31).config.noise_schedule()


def test_every_box_holds_the_chosen_sprite_at_every_step(drawn):
    page, steps, schedule = drawn
    moments = [0, page.evaluate(LOG)["arrived"][-1] - 1]
    for sprite in (0, 2):
        box = page.locator(f"{PLAYER} canvas[data-part=canvas]").bounding_box()
        page.mouse.click(box["x"] + box["width"] * (sprite + 0.5) / 3, box["y"] + box["height"] / 2)
        assert f"Sprite {sprite + 1} of 3" in page.locator(MACHINE).inner_text()
        for index in moments:
            to_frame(page, index)
            level = page.locator(f"{MACHINE} [data-machine=level]").inner_text()
            (at,) = (i for i, step in enumerate(steps) if level == f"t = {step.t} of 500")
            step, after = steps[at], steps[at + 1]
            assert np.array_equal(tile(page, "x"), to_pixels(step.x)[sprite])
            assert np.array_equal(tile(page, "x0"), to_pixels(step.x0)[sprite])
            assert np.array_equal(tile(page, "s"), to_pixels(after.x)[sprite])
            eps = to_pixels(schedule.noise(step.x, step.t, step.x0))[sprite].astype(int)
            assert np.abs(tile(page, "eps") - eps).max() <= 3, "sent as a third of itself, in bytes"
    assert page.locator(f"{MACHINE} [data-box=s]").get_by_text("the finished sprite").is_visible()
    numbers = page.locator(f"{MACHINE} [data-number]").all_text_contents()
    abar = float(schedule.alpha_bar[step.t])
    assert numbers[:2] == [f"{(1 - abar) ** 0.5:.2f}", f"{abar**0.5:.2f}"]


def test_the_reel_s_noise_is_computed_back(page, tiny_app):
    open_app(page, tiny_app)
    page.wait_for_function("document.querySelector('.machine')?.dataset.state === 'ready'")
    page.locator(PLAYER).get_by_label("Position in the film").focus()
    page.keyboard.press("Home")
    page.wait_for_function("document.querySelector('[data-machine=level]').textContent === 't = 500 of 500'")
    assert "These frames do not keep" in page.locator(MACHINE).inner_text()
    apart = np.abs(tile(page, "eps").astype(int) - tile(page, "x"))
    assert apart.mean() < 40, "at the highest level nearly all is noise"
    assert len({tile(page, box).tobytes() for box in ("x", "eps", "x0", "s")}) == 4


def test_the_network_opens_by_click_and_by_key_and_shows_its_shapes(drawn, tiny_run):
    page = drawn[0]
    button = page.locator(MACHINE).get_by_role("button", name="the network")
    inside = page.locator(f"{MACHINE} #machine-network")
    assert button.get_attribute("aria-expanded") == "false" and not inside.is_visible()
    button.click()
    assert button.get_attribute("aria-expanded") == "true" and inside.is_visible()
    network = describe_network(tiny_run.load(31).config, tiny_run.load(31).network)
    parts = inside.locator("li").all_inner_texts()
    assert len(parts) == len(network["stages"]) == inside.locator("[data-stage]").count()
    for part, stage in zip(parts, network["stages"], strict=True):
        (channels, height, width), name = stage["gives"], stage["name"]
        assert part.startswith(f"{name}: ") and f"→ {height}×{width}×{channels}" in part
    assert {"time embedding", "context embedding"} <= {
        text.split("  ")[0] for text in inside.locator("text.pill-name").all_text_contents()
    }
    inside.locator("[data-stage=look8]").hover()
    assert "attention" in inside.locator(".machine-said").inner_text()
    button.focus()
    page.keyboard.press("Escape")
    assert not inside.is_visible()
    for key, is_open in (("Enter", True), (" ", False), (" ", True)):
        page.keyboard.press(key)
        assert inside.is_visible() is is_open
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(200)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways"
    assert page.locator(f"{COMPARE} .machine").count() == 0
