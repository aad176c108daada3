"""What tests do on the page: open it, choose, generate, read the canvas."""

import base64
import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

PLAYER = "#watch-player"
LOG = f"[...document.querySelectorAll('{PLAYER}, {PLAYER} *')].find(e => e.playerLog)?.playerLog"
READY = f"document.querySelector('{PLAYER} [data-part=root]').dataset.state === 'ready'"
GENERATED = f"![null, 'reel'].includes(({LOG}).run)"
COMPARE = "#compare-player"
COMPARE_LOG = LOG.replace(PLAYER, COMPARE)


CHOSEN_EPOCH = "document.querySelector('#watch-epoch input')?.value"
MORE = ".stage-controls .more button.label-wrap"


def open_app(page, address):
    page.goto(address)
    page.wait_for_function(LOG)
    page.wait_for_function(f"{CHOSEN_EPOCH} === '31'")
    return page


def open_more(page):
    if not page.locator(f"{MORE}.open").count():
        page.locator(MORE).click()
    page.get_by_label("Keep the seed").wait_for()


def open_plain(page, address, seed=0):
    """The app as it draws what `Request` says: one seed, nothing asked for."""
    open_app(page, address)
    page.get_by_role("button", name="Surprise me", pressed=True).first.click()
    keep_seed(page, seed)
    return page


def keep_seed(page, seed):
    open_more(page)
    page.get_by_label("Keep the seed").check()
    page.get_by_label("Seed", exact=True).fill(str(seed))
    page.get_by_label("Seed", exact=True).press("Tab")


def choose(page, label, value):
    open_more(page)
    box = page.get_by_label(f"number input for {label}").first
    box.fill(str(value))
    box.press("Tab")


def choose_epochs(page, *names):
    """In Compare: these epochs and no others, as its list names them."""
    box = page.locator("#compare-epochs")
    box.locator(".remove-all").click()
    for name in names:
        box.locator("input").fill(name)
        page.get_by_role("option", name=name, exact=True).wait_for()
        box.locator("input").press("Enter")
        box.locator(".token", has_text=name).wait_for()


def press_generate(page):
    before = page.evaluate(LOG)["run"]
    page.locator("#watch-generate").click()
    others = json.dumps([None, "reel", before])  # the reel may begin only now
    page.wait_for_function(f"!{others}.includes(({LOG}).run)", timeout=60_000)


def finish(page):
    page.wait_for_function(READY, timeout=120_000)
    return page.evaluate(LOG)


def canvas(page):
    """The canvas's own pixels, (H, W, 3)."""
    url = page.evaluate(f"document.querySelector('{PLAYER} canvas').toDataURL('image/png')")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))).convert("RGB"))


def sprites_on(picture, count):
    """Cut the canvas back into sprites at native size: a whole scale, gaps of two sprite pixels."""
    for columns in range(count, 0, -1):
        rows = -(-count // columns)
        scale, rest = divmod(picture.shape[1], columns * 18 + 2)
        if scale and not rest and picture.shape[0] == (rows * 18 + 2) * scale:
            native = picture[scale // 2 :: scale, scale // 2 :: scale]
            at = [(2 + i // columns * 18, 2 + i % columns * 18) for i in range(count)]
            return np.stack([native[y : y + 16, x : x + 16] for y, x in at])
    raise AssertionError(f"no grid of {count} sprites has the shape {picture.shape}")


def compare_canvas(page):
    return page.evaluate(f"document.querySelector('{COMPARE} [data-part=canvas]').toDataURL()")


def open_compare(page, address):
    open_app(page, address)
    page.get_by_role("tab", name="Compare").click()
    page.wait_for_function(COMPARE_LOG)
    return page.locator(COMPARE)


def compare_three(page, address):
    player = open_compare(page, address)
    page.get_by_role("button", name="Compare them").click()
    page.wait_for_function(f"({COMPARE_LOG}).arrived.length > 2 && ({COMPARE_LOG}).run !== 'reel'", timeout=60_000)
    return player


def save(page, what, player=PLAYER, **look):
    """Has a player save something, and gives the file's path. look: transparent, scale, colours, moment."""
    page.locator(f"{player} [data-part=save]").click()
    dialog = page.locator(f"{player} [data-part=save-dialog]")
    dialog.locator(f"input[name=what][value={what}]").check()
    for name, value in look.items():
        if name == "transparent":
            dialog.locator("input[name=transparent]").set_checked(value)
        else:
            dialog.locator(f"input[name={name}][value='{value}']").check()
    with page.expect_download(timeout=60_000) as download:
        dialog.locator("[data-part=save-go]").click()
    dialog.wait_for(state="hidden")
    path = Path(download.value.path())
    return path.rename(path.with_name(download.value.suggested_filename))
