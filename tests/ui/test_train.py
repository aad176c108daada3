"""The handlers of the Train tab as plain functions, and what a page is shown."""

import base64
import io
import json
import math
import re
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
from PIL import Image
from support.app import ROOT
from support.page import page_of
from support.runs import make_run, until

from diffusion.core import TrainConfig, settings_of
from diffusion.data import SpriteSet
from diffusion.data.array_labels import read_labels
from diffusion.data.pixelart import draw
from diffusion.errors import UserError
from diffusion.runs import Plan
from diffusion.server.run_queue import TrainingQueue
from diffusion.server.settings import Settings
from diffusion.server.visitor_runs import VisitorRuns
from diffusion.sprites import KINDS
from diffusion.store.run_folder import RunFolder
from diffusion.ui.parts.controls import shows_errors
from diffusion.ui.parts.downloads import pack_run
from diffusion.ui.tabs import train, train_form, train_plan
from diffusion.ui.tabs.train_originals import begin_html, pick_originals
from diffusion.ui.tabs.train_status import about_data, curve, epoch_frames, losses, monitor
from diffusion.ui.words import CHINESE, ENGLISH

HERE, SHARED = Settings(), Settings(shared=True)
FORM = {"source": "builtin", "count": 60, "files": None, "hub": "", "start": "", "width": 8, "context": True}
FORM |= {"updates": 3, "batch_size": 20, "lr": 2e-3, "seed": 0, "keep": 32}


def begin(runner, runs, name="mine", settings=HERE, owner="anna", epochs=None, **changed):
    """epochs: in place of the updates that make them of the built-in sprites, or of the pictures of `pictures`."""
    if epochs is not None:
        count = 38 if changed.get("source") == "upload" else changed.get("count", FORM["count"])
        changed["updates"] = epochs * math.ceil(count / FORM["batch_size"])
    return train.start_training(page_of(runs), runner, settings, owner, name, *(FORM | changed).values())


@pytest.fixture
def pictures(tmp_path_factory):
    """A handful of pictures as a browser uploads them."""
    folder = tmp_path_factory.mktemp("upload")
    pixels, _ = draw(40)
    paths = [folder / f"{i}.png" for i in range(len(pixels))]
    for path, picture in zip(paths, pixels, strict=True):
        Image.fromarray(picture).save(path)
    return [str(path) for path in paths]


@pytest.mark.parametrize(
    "name,changed,answer",
    [
        ("../x", {}, "cannot be a run's name"),
        ("", {}, "give the run a name"),
        (None, {}, "give the run a name"),
        ("x" * 300, {}, "is too long for a run's name"),
        ("taken", {}, "There is a run taken already"),
        ("x", {"updates": 0}, "updates must be at least 1"),
        ("x", {"updates": 1.5}, "Updates must be a whole number"),
        ("x", {"batch_size": None}, "Batch size must be a whole number"),
        ("x", {"lr": 0}, "learning rate must be above 0"),
        ("x", {"lr": float("nan")}, "learning rate must be above 0"),
        ("x", {"seed": -1}, "seed must be between 0"),
        ("x", {"count": 0}, "1 to 200,000 sprites, not 0"),
        ("x", {"keep": 1}, "checkpoints must be at least 2"),
        ("x", {"source": "hub", "hub": "/etc/passwd"}, "Name the data set like hf://datasets"),
        ("x", {"source": "upload"}, "upload a .zip of pictures"),
        ("x", {"source": "upload", "files": [__file__]}, "upload one .zip"),
        ("x", {"start": "taken/7"}, "no such folder|no epoch"),
        ("x", {"start": "../../etc/1"}, "is not an epoch of a run"),
        ("x", {"settings": Settings(training=False)}, "switched off"),
    ],
)
def test_wrong_settings_start_nothing_and_write_nothing(runner, tmp_path, name, changed, answer):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").touch()
    with pytest.raises(gr.Error, match=answer):
        begin(runner, tmp_path, name, **changed)
    assert runner.snapshot().state == "idle" and [path.name for path in tmp_path.rglob("*")] == ["taken", "file"]


def test_an_upload_larger_than_the_server_takes_is_refused(runner, tmp_path, pictures):
    np.save(tmp_path / "large.npy", np.zeros((2000, 16, 16, 3), np.uint8))
    with pytest.raises(gr.Error, match="that is more than 1 MB"):
        begin(
            runner, tmp_path, source="upload", files=[str(tmp_path / "large.npy")], settings=Settings(max_upload_mb=1)
        )


def test_a_run_on_uploaded_pictures_keeps_them_and_needs_the_upload_no_more(runner, tmp_path, pictures):
    assert begin(runner, tmp_path, source="upload", files=pictures, epochs=2) == "mine-2"
    until(runner, lambda now: now.state == "finished")
    run = RunFolder(tmp_path / "mine")
    assert len(np.load(run.data()["data"])) == 40
    assert run.data()["data"] in runner.snapshot().command


def test_leaving_the_queue_leaves_nothing_behind(runner, tmp_path, pictures):
    begin(runner, tmp_path, "first", count=2000, epochs=9)
    begin(runner, tmp_path, "second", source="upload", files=pictures, owner="bert", settings=SHARED)
    assert runner.snapshot().waiting == ("second",)
    with pytest.raises(gr.Error, match="No run of yours is waiting"):
        train.leave_queue(page_of(tmp_path), runner, SHARED, "anna")
    train.leave_queue(page_of(tmp_path), runner, SHARED, "bert")
    assert runner.snapshot().waiting == () and not (tmp_path / "second").exists()


def test_a_run_begins_with_a_checkpoint_and_without_context(runner, tmp_path):
    make_run(tmp_path / "tiny", epochs=(4,), width=16)
    begin(runner, tmp_path, start="tiny/4", context=False)
    until(runner, lambda now: now.state == "finished")
    config = RunFolder(tmp_path / "mine").config()
    assert (config.width, config.training["drop_label"]) == (16, 1.0) and config.start.endswith("model_4.safetensors")


@pytest.mark.parametrize("settings,may", [(HERE, True), (SHARED, False)])
def test_on_a_shared_server_only_whoever_started_a_run_may_stop_it(runner, tmp_path, settings, may):
    begin(runner, tmp_path, count=2000, epochs=9, owner="anna")
    until(runner, lambda now: now.step >= 1)
    if may:
        train.steer(page_of(tmp_path), runner, settings, "stop", "bert")
    else:
        with pytest.raises(gr.Error, match="Only whoever started mine"):
            train.steer(page_of(tmp_path), runner, settings, "stop", "bert")
        assert runner.snapshot().state == "running"
        train.steer(page_of(tmp_path), runner, settings, "stop", "anna")
    until(runner, lambda now: now.state == "stopped")


def test_the_page_shows_the_run_and_the_command_that_does_the_same(runner, tmp_path):
    begin(runner, tmp_path, epochs=2)
    now = until(runner, lambda now: now.state == "finished")
    assert "<strong>mine</strong>" in monitor(ENGLISH, now) and "finished" in monitor(ENGLISH, now)
    assert "<svg" in curve(ENGLISH, now)
    assert losses(ENGLISH, now).count("<tr>") == 3, "the head and both epochs"
    assert now.command.startswith("python -m diffusion train --run") and "--data builtin:60@0" in now.command
    assert "已完成" in monitor(CHINESE, now)


def test_the_film_holds_every_epoch_once_and_goes_on_where_a_page_stopped(runner, tmp_path):
    begin(runner, tmp_path, epochs=3)
    now = until(runner, lambda now: now.state == "finished")
    frames = epoch_frames(ENGLISH, now)
    assert [(frame["seq"], frame["t"]) for frame in frames] == [(0, 2), (1, 1), (2, 0)]
    assert [frame["seq"] for frame in epoch_frames(ENGLISH, now, after=1)] == [2]
    raw = np.frombuffer(base64.b64decode(frames[2]["panels"][0]["x"]), np.uint8).reshape(64, 64, 3)
    assert np.array_equal(raw[:16, :16], now.samples[2][1][0]) and np.array_equal(raw[48:, 48:], now.samples[2][1][15])


class Browser:
    """A page that looks at the runs, and keeps the number of the last answer."""

    def __init__(self, poller, name):
        self.poller, self.request, self.receipt = poller, SimpleNamespace(session_hash=name), ""

    def poll(self, chosen="", arrives=True):
        new = self.poller.poll(self.request, chosen, self.receipt)
        self.receipt = new.pop("receipt", self.receipt) if arrives else self.receipt
        return new


def test_a_page_is_sent_only_what_it_has_not_seen(runner, tmp_path):
    poller = train.StatusPoller(page_of(tmp_path), runner)
    me, you = Browser(poller, "me"), Browser(poller, "you")
    begin(runner, tmp_path, epochs=2)
    until(runner, lambda now: now.state == "finished")
    assert [frame["seq"] for frame in me.poll()["player"]] == [0, 1]
    assert me.poll() == {}, "the same was sent twice"
    assert [frame["seq"] for frame in you.poll()["player"]] == [0, 1]


def test_an_answer_that_was_lost_on_its_way_is_sent_again(runner, tmp_path):
    """The network fails while a page asks: without a receipt it would never hear of what was in that answer."""
    me = Browser(train.StatusPoller(page_of(tmp_path), runner), "me")
    begin(runner, tmp_path, epochs=2)
    until(runner, lambda now: now.state == "finished")
    lost = me.poll(arrives=False)
    assert lost["player"] and lost["monitor"]
    again = me.poll()
    assert again.keys() == lost.keys() - {"receipt"} and again["player"] == lost["player"]
    assert me.poll() == {}


def test_what_stays_is_not_sent_with_what_changes(runner, tmp_path):
    """A table that was unfolded folded up, and a command that was marked lost its mark, twice a second."""
    me = Browser(train.StatusPoller(page_of(tmp_path), runner), "me")
    begin(runner, tmp_path, count=8000, epochs=2)  # an epoch is not over between two looks
    until(runner, lambda now: now.step >= 1)
    first = me.poll()
    assert first["command"]["value"] and first["pause"]["visible"] and not first["pack"]["visible"]
    until(runner, lambda now: now.step >= 3)
    assert me.poll().keys() == {"monitor", "curve"}
    train.steer(page_of(tmp_path), runner, HERE, "pause", "")
    until(runner, lambda now: now.state == "paused")
    changed = me.poll()
    assert {name for name in train.STEERING if changed.get(name, {}).get("visible")} == {"go_on", "next_epoch"}
    assert not changed["pause"]["visible"] and "stop" not in changed, "it could be stopped before, too"


def test_a_run_that_is_over_says_where_to_go(runner, tmp_path):
    begin(runner, tmp_path, epochs=6)
    until(runner, lambda now: now.state == "finished")
    shown = Browser(train.StatusPoller(page_of(tmp_path), runner), "me").poll()["monitor"]
    heroes = "&amp;kinds=1,0,0,0,0&amp;guidance=2"
    assert f'href="?tab=watch&amp;epochs=mine/5{heroes}"' in shown
    assert f'href="?tab=compare&amp;epochs=mine/0,mine/2,mine/3,mine/5{heroes}"' in shown


def test_a_run_that_is_over_is_sent_once_too(runner, tmp_path):
    """It was sent anew at every look while another one trained."""
    for name in ("first", "second"):
        begin(runner, tmp_path, name)
        until(runner, lambda now: now.state == "finished")
    me = Browser(train.StatusPoller(page_of(tmp_path), runner), "me")
    newest = me.poll()
    assert "<strong>second</strong>" in newest["monitor"], "without a choice the newest is shown"
    assert newest["chosen"] == gr.update(choices=[("second", ""), "first"], value="", visible=True)
    past = me.poll("first")
    assert "<strong>first</strong>" in past["monitor"] and past["chosen"]["value"] == "first"
    assert me.poll("first") == {}, "the same was sent twice"
    assert me.poll()["chosen"]["value"] == ""


def test_unfinished_runs_are_offered_and_nothing_else(runner, tmp_path):
    assert train.list_resumable(runner, tmp_path) == []
    begin(runner, tmp_path, count=400, epochs=3)
    until(runner, lambda now: len(now.samples) == 1)
    assert train.list_resumable(runner, tmp_path) == [], "the run under way is offered"
    runner.stop()
    until(runner, lambda now: now.state == "stopped")
    assert train.list_resumable(runner, tmp_path) == ["mine"]
    train.resume(page_of(tmp_path), runner, HERE, "anna", "mine")
    until(runner, lambda now: now.state == "finished")
    assert train.list_resumable(runner, tmp_path) == []
    with pytest.raises(gr.Error, match="Choose an unfinished run"):
        train.resume(page_of(tmp_path), runner, HERE, "anna", None)


def test_the_preview_counts_the_kinds_and_shows_some(tmp_path, pictures):
    page, counted, _ = train_form.preview_data(page_of(tmp_path), HERE, "x", *(FORM | {"count": 500}).values())
    assert counted == [500, 500] and "500 to learn from" in page and "data:image/png" in page and "Creature" in page
    page, counted, cutting = train_form.preview_data(
        page_of(tmp_path), HERE, "x", *(FORM | {"source": "upload", "files": pictures}).values()
    )
    assert counted == [38, 2] and "38 to learn from: none has a word. 2 more are kept aside" in page
    assert not cutting["visible"] and page.count("<li>") == 1
    assert "came without labels" in page or "have no label" in page, "nothing else was done to them"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (ENGLISH, ("red hair 9,", "and 59 more words, without a label 2.")),
        (CHINESE, ("红色头发 9,", "另外还有 59 个词, 没有标签 2。")),
    ],
    ids=["en", "zh"],
)
def test_the_preview_counts_the_words_of_a_hundred_classes(words, expected):
    found = read_labels(np.array(["red hair"] * 9 + [f"name {i}" for i in range(98)] + [""] * 2), 109, "x")
    sprites = SpriteSet(draw(109)[0], found.labels, "x", found.notes, vocabulary=found.vocabulary)
    page = about_data(words, sprites, sprites[np.arange(0)])
    shown = page[: page.index("</p>")]
    assert all(each in shown for each in expected) and shown.count("name ") == 39
    assert len(page[: page.index("<img")]) < 2000 and "data:image/png" in page


def test_the_preview_shows_how_a_sheet_was_cut_and_offers_to_correct_it(tmp_path):
    tiles = draw(24)[0].reshape(4, 6, 16, 16, 3).swapaxes(1, 2).reshape(64, 96, 3)
    Image.fromarray(tiles).save(tmp_path / "<b>.png")
    form = FORM | {"source": "upload", "files": [str(tmp_path / "<b>.png")]}

    def shown(tile=None, gap=None, words=ENGLISH):
        return train_form.preview_data(page_of(tmp_path, words), HERE, "x", *form.values(), tile, gap)

    page, counted, cutting = shown()
    assert sum(counted) == 24 and cutting["visible"]
    assert "<li>?b?.png: cut into 24 tiles of 16 x 16 pixels (0 between them)" in page
    page, counted, cutting = shown(0)
    assert sum(counted) == 1 and cutting["visible"] and "each taken whole, as one sprite" in page
    assert sum(shown(32, 0)[1]) == 6
    with pytest.raises(gr.Error, match="the tile size must be from 4 to 1024 pixels"):
        shown(3)
    with pytest.raises(gr.Error, match="Tile size of a sheet must be a whole number"):
        shown(16.5)
    assert "已切成 24 格" in shown(words=CHINESE)[0]
    assert train_plan.make_plan(page_of(tmp_path), train_plan.TrainForm.read("x", *form.values(), 16, 1)).tile is None


def test_the_tile_size_of_a_hub_data_set_is_part_of_the_plan(tmp_path):
    form = FORM | {"source": "hub", "hub": "hf://datasets/someone/sprites"}
    plan = train_plan.make_plan(page_of(tmp_path), train_plan.TrainForm.read("x", *form.values(), 16.0, 1.0))
    assert (plan.tile, plan.gap) == (16, 1) and "--tile 16 --gap 1" in plan.command()


def told(runs, speed=100.0, seen=None, words=ENGLISH, is_training=False, **changed):
    """What the form says about the time, and whether the page will ask again."""
    speeds = SimpleNamespace(speed=lambda *_: speed, waits_for_training=lambda: is_training)
    text, _, timer = train_form.show_length(page_of(runs, words), speeds, "", seen, "x", *(FORM | changed).values())
    return text, timer.active


def test_the_length_is_told_before_the_start_in_updates_and_time(tmp_path):
    text, again = told(tmp_path)
    assert text.startswith("3 updates: each of 60 pictures 1 ×. About") and not again
    assert told(tmp_path, source="upload") == ("", False)
    own = told(tmp_path, seen=[40, 0], source="upload", updates=320, batch_size=8)[0]
    assert own.startswith("320 updates: each of 40 pictures 64 ×. About")
    assert (
        told(tmp_path, updates=0) == ("", False)
        and told(tmp_path, speed=0.0)[0] == "3 updates: each of 60 pictures 1 ×."
    )


def test_a_page_is_told_that_it_is_measured_and_asks_again(tmp_path):
    for words, training in ((ENGLISH, False), (CHINESE, False), (ENGLISH, True)):
        text, again = told(tmp_path, speed=None, words=words, is_training=training)
        assert text.endswith(words.train.measuring_later if training else words.train.measuring) and again


def test_the_minutes_are_said_in_one_place():
    """The heading promised one minute above a form that said seven."""
    for words in (ENGLISH, CHINESE):
        assert not re.search("minute|分钟", words.train.idle + words.train.intro + words.train.length)


@pytest.mark.parametrize(
    "speed,updates", [(20, 375), (500, 625), (700, 875), (1000, 1250), (50_000, 1250), (None, None)]
)
def test_a_slower_machine_gets_fewer_updates_by_default_so_that_it_takes_a_minute(speed, updates):
    assert train_plan.fitting_updates(lambda *_: speed) == updates


@pytest.mark.parametrize("speed", [500, 50_000])
def test_the_form_begins_with_the_same_minute_as_its_numbers(tmp_path, speed):
    """Ten epochs of the built-in sprites in batches of 32 on a fast machine, and six of them kept, as ever."""
    updates = train_plan.fitting_updates(lambda *_: speed)
    form = FORM | {"count": 4000, "width": 32, "updates": updates, "batch_size": 32, "lr": 4e-3, "keep": 6}
    plan = train_plan.make_plan(page_of(tmp_path), train_plan.TrainForm.read("x", *form.values()), 4000)
    assert plan.training.epochs == (10 if speed == 50_000 else 5)
    kept = [epoch for epoch in range(plan.training.epochs) if plan.keeps(epoch)]
    assert kept == ([0, 2, 4, 6, 8, 9] if speed == 50_000 else [0, 1, 2, 3, 4])


def test_where_a_gpu_is_lent_this_process_measures_nothing(monkeypatch, tmp_path):
    """It has none, and a thread that computes here is in the way of the fork that borrows one."""
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    speeds = SimpleNamespace(speed=lambda *_: pytest.fail("it measured"), waits_for_training=lambda: False)
    assert train_plan.fitting_updates(speeds.speed) == train_plan.BUILTIN.updates
    text, again = train_form.describe_length(page_of(tmp_path), speeds, None, "x", *FORM.values())
    assert text == "3 updates: each of 60 pictures 1 ×." and not again


# One's own pictures


def test_own_pictures_begin_with_the_shipped_run_and_short_updates(tmp_path):
    page = page_of(tmp_path)
    make_run(tmp_path / page.default_run, epochs=(0, 31))
    own, builtin = train_form.preset_values(page, "upload", "875"), train_form.preset_values(page, "builtin", "875")
    assert own == [f"{page.default_run}/31", 320, 16, 1e-3]
    assert builtin == ["", 875, 32, 4e-3]
    assert train_form.preset_values(page_of(tmp_path / "none"), "hub", "")[0] == "", "there is no shipped run"


def test_own_pictures_stand_beside_what_was_drawn_of_them(runner, tmp_path, pictures):
    begin(runner, tmp_path, source="upload", files=pictures, epochs=2)
    until(runner, lambda now: now.state == "finished")
    shown = Browser(train.StatusPoller(page_of(tmp_path), runner), "me").poll()
    assert shown["nearest"]["visible"] and "Yours: 16 of 38" in shown["originals"]
    yours, drawn = (pixels_of(url) for url in re.findall(r'src="([^"]+)"', shown["originals"]))
    assert yours.shape == drawn.shape == (64, 64, 3)
    assert np.array_equal(drawn[:16, :16], runner.snapshot().samples[-1][1][0])
    training = {picture.tobytes() for picture in np.load(RunFolder(tmp_path / "mine").data()["data"])}
    assert all(yours[y : y + 16, x : x + 16].tobytes() in training for y in range(0, 64, 16) for x in range(0, 64, 16))
    near = train.find_nearest(page_of(tmp_path), runner, "")
    assert near.count("<li>") == 16 and re.search(r"Almost one of yours: \d+ of 16", near)
    assert pixels_of(re.findall(r'src="([^"]+)"', near)[1]).tobytes() in training
    begin(runner, tmp_path, "drawn")
    until(runner, lambda now: now.name == "drawn" and now.state == "finished")
    assert (
        train.StatusPoller(page_of(tmp_path), runner).poll(SimpleNamespace(session_hash="x"), "", "")["originals"]
        == ""
    )
    with pytest.raises(gr.Error, match="no pictures of its own"):
        train.find_nearest(page_of(tmp_path), runner, "")


def pixels_of(url):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))))


def test_originals_have_the_columns_of_the_preview(tmp_path):
    names = np.array(["ghost"] * 10 + ["slime"] * 10)
    found = read_labels(names, 20, "x")
    sprites = SpriteSet(draw(20)[0], found.labels, "x", vocabulary=found.vocabulary)
    picked = pick_originals(sprites, ("ghost", "slime", "ghost", "slime"))
    column = {sprite.tobytes(): name for sprite, name in zip(sprites.pixels, names, strict=True)}
    assert [column[sprite.tobytes()] for sprite in picked] == ["ghost", "slime"] * 8
    assert len({sprite.tobytes() for sprite in picked}) == 16, "one is shown twice"
    assert len(pick_originals(sprites, ("ghost", "dragon", "ghost", "slime"))) == 16
    assert len(pick_originals(sprites[np.arange(3)], ())) == 3


def test_a_run_of_enough_pictures_leads_to_its_measurement(runner, tmp_path):
    begin(runner, tmp_path, "few")
    until(runner, lambda now: now.state == "finished")
    begin(runner, tmp_path, "many", count=125)
    until(runner, lambda now: now.name == "many" and now.state == "finished")
    for settings, offered in ((HERE, {"many"}), (SHARED, set())):
        poller = train.StatusPoller(page_of(tmp_path), runner, settings)
        pages = {
            name: poller.poll(SimpleNamespace(session_hash=name), name, "")["monitor"] for name in ("few", "many")
        }
        assert {
            name for name, page in pages.items() if f'href="?tab=checkpoints&amp;epochs={name}/0"' in page
        } == offered


def test_an_earlier_run_stands_where_there_is_none_and_is_still_where_no_motion_is_wanted():
    html = begin_html(ENGLISH, ROOT / "assets")
    assert "minute.gif" in html and ENGLISH.train.example in html
    still = re.search(r'prefers-reduced-motion: reduce\)" srcset="(data:image/png[^"]+)"', html)[1]
    assert pixels_of(still).shape == (222, 222, 3)


def test_nothing_is_promised_of_pictures_that_nobody_keeps_aside(runner, tmp_path, pictures):
    text, counts, _ = train_form.preview_data(
        page_of(tmp_path), HERE, "x", *(FORM | {"source": "upload", "files": pictures[:12]}).values()
    )
    assert counts == [12, 0] and "All 12 are used to learn from" in text and "From 20 different ones on" in text
    begin(runner, tmp_path, source="upload", files=pictures[:12], updates=2)
    now = until(runner, lambda now: now.state == "finished")
    assert ENGLISH.quality.loss_held_out not in losses(ENGLISH, now) + curve(ENGLISH, now)


def test_a_run_can_be_taken_along_and_nothing_else(tmp_path):
    make_run(tmp_path / "tiny")
    archive = pack_run(page_of(tmp_path), "tiny")
    assert archive.endswith("tiny.zip")
    for name in ("../tiny", "none", None):
        with pytest.raises(gr.Error, match="no finished epoch"):
            pack_run(page_of(tmp_path), name)


def test_the_next_name_is_free(tmp_path):
    for taken in ("mine-2", "mine-3"):
        (tmp_path / taken).mkdir()
        (tmp_path / taken / "file").touch()
    (tmp_path / "mine-4").mkdir()  # left by a process that was killed
    assert train.free_name(tmp_path, "mine") == train.free_name(tmp_path, "mine-2") == "mine-4"


def test_a_mistake_becomes_a_toast():
    @shows_errors
    def wrong(page):
        raise UserError("so it is")

    with pytest.raises(gr.Error, match="so it is"):
        wrong(page_of())


def test_every_setting_that_is_declared_as_offered_is_in_the_form():
    """A new one needs no line here, only its declaration and its name in Chinese."""
    offered = {name for config in (Plan, TrainConfig) for name, it in settings_of(config).items() if it.is_offered}
    assert offered | {"updates", "keep"} == {*train_plan.OFFERED}
    with gr.Blocks():
        controls = {name: train_form.build_setting(CHINESE, name) for name in train_plan.OFFERED}
    assert [control.label for control in controls.values()] == ["训练多久", "批大小", "学习率", "种子", "保留几个回合"]
    assert (controls["batch_size"].minimum, controls["batch_size"].maximum, controls["lr"].value) == (8, 512, 4e-3)


# Whose run it is, and the runs of others


def begin_and_stop(runner, runs, owner):
    runner.visitors = VisitorRuns(runs)  # as on a shared server
    begin(runner, runs, count=2000, epochs=9, owner=owner, settings=SHARED)
    until(runner, lambda now: now.step >= 1)
    runner.stop()
    until(runner, lambda now: now.state == "stopped")
    runner.wait()


def test_on_a_shared_server_only_whoever_began_a_run_may_resume_it_also_after_a_restart(runner, tmp_path):
    begin_and_stop(runner, tmp_path, "anna")
    page, restarted = page_of(tmp_path), TrainingQueue()
    for queue in (runner, restarted):
        for other in ("bert", ""):
            with pytest.raises(gr.Error, match="Only whoever started mine"):
                train.resume(page, queue, SHARED, other, "mine")
    offered = {
        owner: train.StatusPoller(page, restarted, SHARED).poll(gr.Request(), "", "", owner)["unfinished"]["choices"]
        for owner in ("anna", "bert")
    }
    assert offered == {"anna": ["mine"], "bert": []}
    train.resume(page, restarted, SHARED, "anna", "mine")
    until(restarted, lambda now: now.state == "running")
    with pytest.raises(gr.Error, match="Only whoever started mine"):
        train.steer(page, restarted, SHARED, "stop", "")
    train.steer(page, restarted, SHARED, "stop", "anna")
    until(restarted, lambda now: now.state == "stopped")
    restarted.wait()


def test_at_home_everybody_may_resume_a_run_whoever_began_it(runner, tmp_path):
    begin_and_stop(runner, tmp_path, "anna")
    train.resume(page_of(tmp_path), runner, HERE, "bert", "mine")
    until(runner, lambda now: now.state == "running")


@pytest.mark.parametrize("config", ['{"format": 1, "kinds": KINDS, "training": {}}', "{}", "[" * 9000, "\x00", "null"])
def test_a_bad_config_of_one_run_never_breaks_the_tab(runner, tmp_path, config):
    """Beside it, another visitor's page goes on; the bad one is the run of which the page last spoke, too."""
    begin(runner, tmp_path)
    until(runner, lambda now: now.state == "finished")
    runner.wait()
    kinds = json.dumps(list(KINDS))
    (tmp_path / "mine" / "config.json").write_text(config.replace("KINDS", kinds))
    (tmp_path / "other" / "training").mkdir(parents=True)
    (tmp_path / "other" / "training" / "plan.json").write_text(config.replace("KINDS", kinds))
    (tmp_path / "other" / "config.json").write_text(config.replace("KINDS", kinds))
    answer = train.StatusPoller(page_of(tmp_path), runner).poll(gr.Request(), "", "")
    assert "mine" in answer["monitor"]


def test_a_name_that_a_killed_server_left_is_free(runner, tmp_path, pictures):
    """kill -9 while an upload was copied."""
    (tmp_path / "mine" / "training").mkdir(parents=True)
    (tmp_path / "mine" / "training" / "labels.npy").write_bytes(b"whole")
    (tmp_path / "mine" / "training" / ".data.npy.part").write_bytes(b"half")
    begin(runner, tmp_path, source="upload", files=pictures)
    until(runner, lambda now: now.state == "finished")
    run = RunFolder(tmp_path / "mine")
    assert len(np.load(run.data()["data"])) == 40 and not list(run.path.rglob(".*"))


def test_the_data_of_a_killed_server_is_not_taken_for_that_of_a_new_run(runner, tmp_path):
    (tmp_path / "mine" / "training").mkdir(parents=True)
    np.save(tmp_path / "mine" / "training" / "data.npy", np.zeros((9, 16, 16, 3), np.uint8))
    begin(runner, tmp_path)
    until(runner, lambda now: now.state == "finished")
    assert not RunFolder(tmp_path / "mine").data()


def test_a_waiting_upload_is_locked_against_another_app_on_the_same_folder(runner, tmp_path, pictures):
    begin(runner, tmp_path, "first", count=2000, epochs=9)
    begin(runner, tmp_path, "second", source="upload", files=pictures)
    other = TrainingQueue()
    with pytest.raises(gr.Error, match="second is in use"):
        begin(other, tmp_path, "second", source="upload", files=pictures)
    begin(other, tmp_path, "second")
    assert "second is in use" in str(until(other, lambda now: now.state == "failed").message)
    runner.stop()
    until(runner, lambda now: now.name == "second" and now.state == "finished")
    assert len(np.load(RunFolder(tmp_path / "second").data()["data"])) == 40
