"""The Train tab in a real Chromium: a run's whole life, its visitors, its uploads, and the end of its server."""

import io
import math
import re
import zipfile
from contextlib import suppress

import pytest
from PIL import Image
from playwright.sync_api import TimeoutError as WaitedInVain
from playwright.sync_api import expect
from support.app import kill_app, running_app
from support.pages import COMPARE_LOG, choose, choose_epochs, finish, open_app, press_generate
from support.runs import make_run

from diffusion.data.pixelart import draw
from diffusion.sprites import data_url, png
from diffusion.store import RunFolder, load_file

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The address of an app over one run of our network with random weights."""
    runs = tmp_path_factory.mktemp("runs")
    make_run(runs / "tiny", epochs=(0, 31), width=64)
    with running_app(runs) as address:
        yield address


def monitored(page):
    return page.locator("#train-monitor").inner_text()


FITTING = "document.querySelector('#train-fitting textarea, #train-fitting input')"
MONITOR = "document.querySelector('#train-monitor').textContent"


def set_up_a_run(page, name, epochs, count=500, source="built-in sprites"):
    """count: of built-in sprites, or how many pictures of one's own there will be to learn from."""
    page.get_by_role("tab", name="Train", exact=True).click()
    is_builtin = source == "built-in sprites"
    if not is_builtin:
        page.get_by_role("radio", name=source).check()
        expect(page.get_by_label("number input for How long").last).to_have_value("320")
    page.get_by_label("Name of the run").fill(name)
    with suppress(WaitedInVain):  # nothing is measured while another run computes
        page.wait_for_function(f"{FITTING}.value", timeout=10_000)  # it would come while this types
    updates = 5 * round(epochs * math.ceil(count / (32 if is_builtin else 16)) / 5)
    for label, value in (*([("Sprites", count)] if is_builtin else []), ("How long", max(10, updates))):
        number = page.get_by_label(f"number input for {label}").last
        number.fill(str(value))
        number.press("Tab")
        expect(number).to_have_value(str(value))


def test_a_run_grows_is_paused_found_again_after_a_reload_stopped_resumed_and_played(page, served):
    """The whole life of a run, as issue and README tell it."""
    open_app(page, served)
    set_up_a_run(page, "fresh", epochs=3)
    page.get_by_text("About", exact=False).last.wait_for()
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_selector("#train-curve svg", timeout=60_000)
    page.get_by_role("button", name="Pause").click()
    page.wait_for_function(f"{MONITOR}.includes('paused')")
    page.reload()
    page.get_by_role("tab", name="Train", exact=True).click()
    page.wait_for_function(f"{MONITOR}.includes('fresh') && {MONITOR}.includes('paused')")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_function(f"{MONITOR}.includes('training')")
    page.get_by_role("button", name="Stop").last.click()
    page.wait_for_function(f"{MONITOR}.includes('stopped')", timeout=60_000)
    page.get_by_role("radio", name="fresh").last.check()
    page.get_by_role("button", name="Resume").click()
    page.wait_for_function(f"{MONITOR}.includes('finished')", timeout=240_000)
    film = "[...document.querySelectorAll('#train-player *')].find(e => e.playerLog)?.playerLog"
    page.wait_for_function(f"({film}).done && ({film}).arrived.at(-1) === 2")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").first.click()
    assert download.value.suggested_filename == "fresh.zip"
    page.get_by_role("tab", name="Watch").click()
    choose(page, "Sprites", 2)
    page.locator("#watch-run").get_by_role("radio", name="fresh").check()  # there without a reload
    press_generate(page)
    assert finish(page)["arrived"][0] == 0
    page.get_by_role("tab", name="Compare").click()
    choose_epochs(page, "fresh 0", "fresh 2")
    page.get_by_role("button", name="Compare them").click()
    page.wait_for_function(f"({COMPARE_LOG})?.run !== 'reel' && ({COMPARE_LOG})?.done", timeout=60_000)
    assert page.locator("#compare-player [data-part=epoch-name]").inner_text() == "epoch 2"


def test_a_run_is_walked_through_epoch_by_epoch_and_what_was_unfolded_stays_so(page, served):
    """As a teacher shows it; and the way from the run to what it draws."""
    page.goto(served)
    set_up_a_run(page, "steps", epochs=3)
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_role("button", name="Pause").click(timeout=60_000)
    page.get_by_role("button", name="Next epoch").click()
    page.get_by_text("The numbers as a table").last.click(timeout=60_000)
    rows = "document.querySelectorAll('#train-losses tr').length"  # the head, and an epoch a row
    page.wait_for_function(f"{rows} === 2 && {MONITOR}.includes('paused')")
    page.get_by_role("button", name="Next epoch").click()
    page.wait_for_function(f"{rows} === 3 && {MONITOR}.includes('paused')", timeout=60_000)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_function(f"{MONITOR}.includes('finished')", timeout=60_000)
    page.wait_for_function(f"{rows} === 4")
    assert page.locator("#train-losses").is_visible(), "it folded up when there was news"
    assert "train --run" in page.locator("#train-command textarea, #train-command input").input_value()
    page.get_by_role("link", name="Compare its epochs").click()
    expect(page.locator("#compare-epochs .token")).to_have_text(["steps 0", "steps 1", "steps 2"])
    page.go_back()
    page.get_by_role("tab", name="Train", exact=True).click()
    page.get_by_role("link", name="Watch it draw").click()
    expect(page.locator("#watch-player [data-part=source]")).to_contain_text("run “steps”, epoch 2", timeout=60_000)


def test_a_folder_arrives_with_its_subfolders(page, served, tmp_path):
    page.goto(served)
    set_up_a_run(page, "mine", epochs=1, source="my pictures")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "notes.txt").write_text("no picture")
    chooser = page.locator("#train-folder input")
    chooser.set_input_files(tmp_path / "notes")
    page.get_by_text("notes.zip holds no pictures").first.wait_for()
    pixels, _ = draw(30)
    for i, sprite in enumerate(pixels):
        path = tmp_path / "mine" / ("hero" if i % 3 else "food") / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(sprite).save(path)
    (tmp_path / "mine" / "hero" / ".hidden.png").write_bytes(b"what a Mac leaves behind")
    chooser.set_input_files(tmp_path / "mine")
    page.get_by_text("to learn from: Hero 20, Food 9").wait_for()
    assert "mine" in page.locator("#train-files").inner_text()
    page.get_by_text("About", exact=False).last.wait_for()
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_function(f"{MONITOR}.includes('finished')", timeout=60_000)


# What a dropped folder is to a page: entries that say what they are and give their files one by one.
DROP = """(names) => {
  const entry = (path, below) => ({ fullPath: path, isDirectory: Boolean(below),
    file: async (take) => take(await (await fetch(files[path])).blob().then((blob) => new File([blob], path))),
    createReader() { const rest = [...below]; return { readEntries: (take) => take(rest.splice(0, 100)) }; } });
  const files = names;
  const folders = [...new Set(Object.keys(files).map((path) => path.split("/")[2]))].map((name) => entry(
    `/mine/${name}`, Object.keys(files).filter((path) => path.split("/")[2] === name).map((path) => entry(path))));
  const event = new Event("drop", { bubbles: true, cancelable: true });
  const items = [{ webkitGetAsEntry: () => entry("/mine", folders) }];
  Object.defineProperty(event, "dataTransfer", { value: { items, types: ["Files"] } });
  document.querySelector("#train-files").dispatchEvent(event);
}"""


def test_forty_pictures_are_dropped_learned_and_stand_beside_what_is_drawn(page, served):
    """From a folder in two subfolders to new sprites of its two words, with a tiny budget."""
    page.goto(served)
    set_up_a_run(page, "slimes", epochs=3, count=38, source="my pictures")
    sprites = [data_url(png(sprite)) for sprite in draw(40)[0]]
    page.evaluate(DROP, {f"/mine/{'slime' if i % 2 else 'ghost'}/{i}.png": url for i, url in enumerate(sprites)})
    said = r"38 to learn from: (ghost|slime) \d+, (ghost|slime) \d+\. 2 more are kept aside"
    page.get_by_text(re.compile(said)).wait_for(timeout=60_000)
    page.get_by_text("mine.zip: 40 files sent").wait_for()
    expect(page.locator("#train-length")).to_contain_text("9 updates: each of 38 pictures 3 ×.")
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_function(f"{MONITOR}.includes('finished')", timeout=120_000)
    expect(page.locator("#train-originals img")).to_have_count(2)
    yours, drawn = page.locator("#train-originals img").all()
    for picture in (yours, drawn):
        expect(picture).to_be_visible()
    assert yours.bounding_box()["width"] == drawn.bounding_box()["width"], "the tiles differ in size"
    page.get_by_role("button", name="Find the nearest of yours").click()
    expect(page.locator(".train-nearest li")).to_have_count(16)
    page.get_by_role("link", name="Watch it draw").click()
    source = page.locator("#watch-player [data-part=source]")
    expect(source).to_contain_text(re.compile("run “slimes”, epoch 2.*"), timeout=60_000)


def test_a_folder_that_is_chosen_before_its_script_has_come_is_taken_too(page, served, tmp_path):
    """On a slow line, or a busy machine."""
    held = []

    def hold(route):
        held.append(route)

    page.route("**/folder.js", hold)
    page.goto(served)
    set_up_a_run(page, "early", epochs=1, source="my pictures")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "notes.txt").write_text("no picture")
    page.locator("#train-folder input").set_input_files(tmp_path / "notes")
    for route in held:
        route.continue_()
    page.get_by_text("notes.zip holds no pictures").first.wait_for()
    assert held


def test_the_updates_fit_a_minute_of_this_machine_unless_they_were_chosen(page, served):
    page.goto(served)
    page.get_by_role("tab", name="Train", exact=True).click()
    updates = page.get_by_label("number input for How long").last
    fitting = page.locator("#train-fitting textarea, #train-fitting input")
    expect(fitting).not_to_have_value("")
    expect(updates).to_have_value(fitting.input_value())
    updates.fill("1000")
    updates.press("Tab")
    for name in ("Watch", "Train"):
        page.get_by_role("tab", name=name, exact=True).click()
    page.wait_for_timeout(1000)
    assert updates.input_value() == "1000", "a choice was taken back"


def test_a_second_visitor_looks_on_and_waits_for_his_turn(chromium, page, served):
    page.goto(served)
    set_up_a_run(page, "hers", epochs=30, count=2000)
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_function(f"{MONITOR}.includes('hers')", timeout=60_000)
    other = chromium.new_page()
    other.goto(served)
    set_up_a_run(other, "his", epochs=1)
    other.wait_for_function(f"{MONITOR}.includes('hers')")
    other.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_function(f"{MONITOR}.includes('waiting: his')", timeout=60_000)
    other.get_by_role("button", name="Leave the queue").click()
    page.wait_for_function(f"!{MONITOR}.includes('waiting')", timeout=60_000)
    page.get_by_role("button", name="Stop").last.click()
    page.wait_for_function(f"{MONITOR}.includes('stopped')", timeout=60_000)
    other.close()


def test_uploaded_pictures_are_shown_and_a_bad_upload_is_said_so(page, served, tmp_path):
    page.goto(served)
    set_up_a_run(page, "mine", epochs=1, source="my pictures")
    (tmp_path / "bad.zip").write_bytes(b"no zip at all")
    page.locator("#train-files input[type=file]").set_input_files(tmp_path / "bad.zip")
    page.get_by_text("bad.zip is not a readable .zip").wait_for()
    page.locator("#train-files").get_by_label("Clear").first.click()
    pixels, _ = draw(30)
    with zipfile.ZipFile(tmp_path / "good.zip", "w") as archive:
        for i, sprite in enumerate(pixels):
            content = io.BytesIO()
            Image.fromarray(sprite).save(content, "PNG")
            archive.writestr(f"hero/{i}.png", content.getvalue())
    page.locator("#train-files input[type=file]").set_input_files(tmp_path / "good.zip")
    page.get_by_text("to learn from: Hero").wait_for()
    page.locator(".data-sheet").wait_for()


def test_a_sheet_shows_its_tiles_and_a_wrong_guess_is_corrected(page, served, tmp_path):
    page.goto(served)
    set_up_a_run(page, "mine", epochs=1, source="my pictures")
    assert not page.get_by_label("Tile size of a sheet").is_visible()
    tiles = draw(24)[0].reshape(4, 6, 16, 16, 3).swapaxes(1, 2).reshape(64, 96, 3)
    Image.fromarray(tiles).save(tmp_path / "sheet.png")
    page.locator("#train-files input[type=file]").set_input_files(tmp_path / "sheet.png")
    page.get_by_text("sheet.png: cut into 24 tiles of 16 x 16 pixels").wait_for()
    page.get_by_label("Tile size of a sheet").fill("32")
    page.get_by_label("Tile size of a sheet").press("Enter")
    page.get_by_text("sheet.png: cut into 6 tiles of 32 x 32 pixels").wait_for()


def test_after_kill_9_the_run_is_listed_and_goes_on(chromium, tmp_path):
    """The server dies in the middle of a run; the next one offers to resume it, and its epochs are whole.

    A page of its own, whose console may say that the server is gone.
    """
    page = chromium.new_page()
    make_run(tmp_path / "tiny", epochs=(31,))
    with running_app(tmp_path) as address:
        open_app(page, address)
        set_up_a_run(page, "killed", epochs=3)
        page.get_by_role("button", name="Train", exact=True).click()
        film = "[...document.querySelectorAll('#train-player *')].find(e => e.playerLog)?.playerLog"
        page.wait_for_function(f"({film})?.arrived.length > 0", timeout=120_000)
        kill_app(address)
    whole = RunFolder(tmp_path / "killed").epochs()
    assert whole and all(load_file(path).network for path in whole.values())
    with running_app(tmp_path) as address:
        page.goto(address)
        page.get_by_role("tab", name="Train", exact=True).click()
        page.get_by_role("radio", name="killed").last.check()
        page.get_by_role("button", name="Resume").click()
        page.wait_for_function(f"{MONITOR}.includes('finished')", timeout=240_000)
    page.close()
    assert list(RunFolder(tmp_path / "killed").epochs()) == [0, 1, 2]
    assert not list((tmp_path / "killed").rglob("*.part"))
