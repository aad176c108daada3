"""Runs of odd names, damaged runs and hostile words on the page: shown as what they are, and nothing breaks."""

import json
from types import SimpleNamespace
from urllib.parse import parse_qs, urlparse

import gradio as gr
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from support.page import page_of
from support.runs import make_run

from diffusion import ASSETS
from diffusion.engine import Request
from diffusion.errors import UserError
from diffusion.refs import EpochRef
from diffusion.server import Settings, TrainingQueue, VisitorPulls
from diffusion.store import RunFolder, list_runs, list_unusable
from diffusion.ui.api.endpoints import Api, health
from diffusion.ui.app import build
from diffusion.ui.parts.controls import RequestControls, shows_errors
from diffusion.ui.parts.downloads import pack_run
from diffusion.ui.parts.generation import draw
from diffusion.ui.parts.page import on_disk
from diffusion.ui.parts.run_picker import find_run, update_epochs, update_pickers
from diffusion.ui.parts.share_links import epochs_in, link, link_to
from diffusion.ui.tabs import checkpoints, compare, train, train_poller, watch
from diffusion.ui.tabs.run_tables import default_run_html, list_local_runs
from diffusion.ui.words import CHINESE, ENGLISH

NAMES = ["sprites (1)", "我的 训练", "héros", "a,b", "50%2C", "a#b?c&d=e", 'it\'s "q"', "<b>bold&amp;", "é" * 127]
MARKUP = '<a href="https://evil.example"><img src=x onerror=alert(1)>'


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    for name in NAMES:
        make_run(folder / name, epochs=(0, 4))
    return folder


# Names


@pytest.mark.parametrize("name", NAMES)
def test_a_run_of_any_name_works_everywhere(runs, name, tmp_path):
    page = page_of(runs, default_run=name)
    assert find_run(page, name).load(4).epoch == 4
    picker, epochs = update_pickers(page, name)
    assert picker.value == name and epochs == 4
    ticked = update_epochs(page, [EpochRef(name, 0), EpochRef(name, 4)]).value
    assert ticked == [f"{name}/0", f"{name}/4"]
    assert compare.numbers_of(page, name)
    _, facts = Api(runs, "x").generate_sprites(run=name, count=1, steps=1)
    assert facts["recipe"]["epochs"] == [f"{name}/4"]
    packed = pack_run(page, name)
    assert packed.endswith(".zip")


@pytest.mark.parametrize("name", NAMES)
def test_links_to_a_run_of_any_name_come_back(name):
    refs = [EpochRef(name, 4), EpochRef("tiny", 31), EpochRef(name, 0)]
    query = parse_qs(urlparse(link("compare", refs, Request())).query)
    assert epochs_in({"epochs": query["epochs"][0]}) == refs
    html = link_to("watch", name, [4, 0], "x")
    assert html.count("<") == 2 and "'" not in html.removeprefix("<a href=")
    said = html.partition("?")[2].partition('"')[0].replace("&amp;", "&")
    assert epochs_in({"epochs": parse_qs(said)["epochs"][0]}) == [EpochRef(name, 4), EpochRef(name, 0)]


def test_links_of_earlier_versions_still_open():
    assert epochs_in({"epochs": "tiny/0,my run/4,x,../x/1"}) == [EpochRef("tiny", 0), EpochRef("my run", 4)]


def test_the_health_page_lists_them(runs):
    answer = TestClient(Starlette(routes=[health(runs)])).get("/gradio_api/health")
    assert answer.status_code == 200 and answer.json()["runs"] == {name: [0, 4] for name in sorted(NAMES)}


def test_names_reach_the_tables_as_text(runs):
    table = list_local_runs(ENGLISH, list_runs(runs), "https://hub", {MARKUP: "because of <i>that</i>"})
    assert "<b>" not in table and "&lt;b&gt;bold&amp;amp;" in table
    assert "<img" not in table and "<i>" not in table


# Damaged runs


@pytest.fixture
def damaged(tmp_path):
    make_run(tmp_path / "good", epochs=(0, 4))
    make_run(tmp_path / "no-config", epochs=(0,)).path.joinpath("config.json").write_text("{")
    make_run(tmp_path / "no-numbers", epochs=(0,)).path.joinpath("metrics.json").write_text("[" * 9999)
    make_run(tmp_path / "x", epochs=(0,)).path.rename(tmp_path / "line\nbreak")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "odd\udcff").mkdir()
    return tmp_path


def test_a_damaged_run_has_a_row_that_says_so(damaged):
    pulls = VisitorPulls(damaged)
    _, table, _, picker = checkpoints.poll_runs(page_of(damaged), pulls, None, None)
    rows = [row for row in table.split("<tr>") if "problem" in row]
    assert len(rows) == 3
    assert "no-config/config.json is damaged: it is cut short or no JSON" in table
    assert "no-numbers/metrics.json is damaged: it is nested deeper than 24 levels" in table
    assert "cannot be a run&#x27;s name" in table
    assert [name for name, _ in picker.choices] == ["good", "no-numbers"]
    chinese = list_local_runs(CHINESE, list_runs(damaged), "https://hub", list_unusable(damaged))
    assert "嵌套超过 24 层" in chinese


def test_a_damaged_run_breaks_no_other_part(damaged):
    page = page_of(damaged, default_run="no-numbers")
    assert str(on_disk(damaged)).encode()
    assert "it is nested deeper" in compare.numbers_of(page, "no-numbers")
    with pytest.raises(UserError, match=r"no-config cannot be opened: no-config/config\.json is damaged"):
        find_run(page, "no-config")
    assert train.list_resumable(TrainingQueue(), damaged) == []
    answer = TestClient(Starlette(routes=[health(damaged)])).get("/gradio_api/health")
    assert answer.json()["runs"] == {"good": [0, 4], "no-numbers": [0]}
    measured = Api(damaged, "no-numbers").compare_epochs(run="good", epochs=[0, 4], count=1, steps=1)[1]["measured"]
    assert [facts["epoch"] for facts in measured] == [0, 4]


WRONG = {
    "metrics.json": [b"", b'{"0": {"st', b"[]", b'{"0": {"quality": null}}', b'{"floor": []}', b"\xff", b"[" * 9999],
    "config.json": [b"", b'{"format"', b"[]", b'{"format": 1, "kinds": null}', b"\xff", b"[" * 9999],
}


@pytest.mark.parametrize("file", WRONG)
def test_the_app_starts_whatever_its_first_run_holds_and_says_it(tmp_path, monkeypatch, file):
    monkeypatch.setattr("diffusion.ui.app.LANGUAGES", {"": ENGLISH})
    run = make_run(tmp_path / "sprites", epochs=(0, 4))
    for content in WRONG[file]:
        (run.path / file).write_bytes(content)
        said = default_run_html(page_of(tmp_path, default_run="sprites"))
        is_damaged = file == "config.json" or content[:3] not in (b'{"0', b'{"f') or content.endswith(b"st")
        assert (f"sprites/{file}" in said) == is_damaged, content
        if content in (WRONG[file][1], WRONG[file][3]):  # building takes most of a second
            app = build(tmp_path, ASSETS, Settings(), "sprites")
            shows = [one.fn for one in app.fns.values() if "show_problem" in str(one.fn)]
            shown = [show() for show in shows]
            assert [problem.value for problem in shown] == [said]


def test_training_settings_of_a_stranger_do_not_break_the_train_tab(tmp_path):
    """A config with "training": {} answered 500 to everybody."""
    run = make_run(tmp_path / "pulled", epochs=(0, 4))
    config = json.loads((run.path / "config.json").read_text())
    for training in ({}, {"epochs": "x", "drop_label": []}, {"drop_label": 0.1, "epochs": 10**30}):
        (run.path / "config.json").write_text(json.dumps(config | {"training": training}))
        assert train.list_resumable(TrainingQueue(), tmp_path) == []
        assert "pulled" in train_poller.link_epochs(ENGLISH, RunFolder(run.path), Settings())


# Toasts


@pytest.mark.parametrize("is_stream", [True, False])
def test_what_a_toast_quotes_is_text(tmp_path, is_stream):
    """Gradio shows a toast as HTML: a name in a stranger's file became a link, a form or a picture."""

    def handler(page):
        raise UserError(
            "{name} is damaged: {reason}", name=MARKUP, reason=UserError("it names {key} twice", key="<b>")
        )

    def stream(page):
        yield handler(page)

    call = shows_errors(stream if is_stream else handler)
    with pytest.raises(gr.Error) as caught:
        list(call(page_of(tmp_path)) or ())
    assert "<" not in caught.value.message
    assert caught.value.message.startswith('&lt;a href="https://evil.example"&gt;&lt;img')
    assert "&lt;b&gt; twice" in caught.value.message and "&amp;lt;" not in caught.value.message


def test_a_name_in_a_config_reaches_the_visitor_as_text(tmp_path):
    run = make_run(tmp_path / "run", epochs=(0,))
    config = json.loads((run.path / "config.json").read_text())
    (run.path / "config.json").write_text(json.dumps(config | {MARKUP: 1, "network": MARKUP}))
    page = page_of(tmp_path, default_run="run")
    assert "<a" not in default_run_html(page) and "&lt;a href" in default_run_html(page)
    turns = SimpleNamespace(is_over=lambda *_: False)
    values = ["run", 0, *RequestControls.values(Request())]
    with pytest.raises(gr.Error) as caught:
        next(draw(page, watch.prepare, turns, SimpleNamespace(session_hash="x"), 1, *values))
    assert "<a" not in caught.value.message
