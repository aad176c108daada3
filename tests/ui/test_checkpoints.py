"""The handlers of the Checkpoints tab and what brings runs from the Hub, over a loopback Hub; no browser."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest
from huggingface_hub import HfApi
from support.app import ROOT
from support.fakehub import TOKENS, FakeHub
from support.page import page_of
from support.runs import make_run

from diffusion import ASSETS
from diffusion.engine.generation import Request
from diffusion.hub import client as hub_client
from diffusion.hub.client import Progress, Waiting
from diffusion.hub.pull import Listing
from diffusion.refs import HubRef
from diffusion.server.settings import Settings
from diffusion.server.visitor_pulls import PullLimits, VisitorPulls
from diffusion.store import RunFolder, list_runs
from diffusion.ui.app import build
from diffusion.ui.parts import hub_progress as streams
from diffusion.ui.parts.run_picker import update_pickers
from diffusion.ui.tabs import checkpoints, push, run_tables
from diffusion.ui.words import CHINESE, ENGLISH, translate

HERE, SHARED, SPACE = Settings(), Settings(shared=True), Settings(shared=True, login=True)
QUALITY = {"frechet": {"mean": 1.674, "spread": 0.17}}
METRICS = {"0": {"step": 200, "loss": 0.5}, "12": {"step": 2600, "loss": 0.03, "quality": QUALITY}}


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, bytes]:
    """A run of four epochs, whose numbers are not in the order of their names."""
    run = make_run(tmp_path_factory.mktemp("made") / "run", epochs=(0, 4, 8, 12))
    run.save_file("metrics.json", json.dumps(METRICS).encode())
    return {path.name: path.read_bytes() for path in run.path.iterdir()}


@pytest.fixture
def hub(files, monkeypatch) -> Iterator[FakeHub]:
    hub = FakeHub().start()
    hub.add("me/run", files)
    hub.stand_in(monkeypatch)
    monkeypatch.setattr(hub_client, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(streams, "SECONDS_BETWEEN", 0)
    monkeypatch.setattr("diffusion.engine.card_picture.PICTURE", Request(count=32, steps=2))
    yield hub
    hub.stop()


@pytest.fixture
def pulls(tmp_path) -> VisitorPulls:
    return VisitorPulls(tmp_path / "runs")


def looked(address: str, settings: Settings = HERE) -> Listing:
    *_, (said, listing) = checkpoints.list_run(page_of(), checkpoints.api_for_reading(settings), address)
    assert said == ""
    return listing


def never() -> bool:
    return False


def opened(
    pulls: VisitorPulls, listing: Listing, epochs: list[int], name: str = "mine", trusted: bool = False, over=never
):
    api = checkpoints.api_for_reading(HERE)
    return list(checkpoints.open_run(page_of(), pulls, api, over, listing, epochs, trusted, name))


# Look


def test_looking_shows_what_is_there_and_downloads_none_of_it(hub, pulls):
    listing = looked(" hf://me/run ")
    table, _, epochs, trusted, name = checkpoints.show_listing(page_of(), pulls, listing)
    rows = [row.split("<td")[0].split(">")[-2].split("<")[0] for row in table.split("<tr>")[2:]]
    assert rows == ["0", "4", "8", "12"]
    assert "0.5000" in table and "1.67 ± 0.17" in table and "MB" in table
    assert (epochs.choices, epochs.value) == ([(str(e), e) for e in (0, 4, 8, 12)], [0, 4])
    assert (trusted.visible, name) == (False, "me--run")
    assert not hub.asked("model_")
    assert not pulls.runs.exists()


def test_an_address_that_names_an_epoch_ticks_that_one(hub, pulls):
    assert checkpoints.show_listing(page_of(), pulls, looked("hf://me/run/model_8"))[2].value == [8]


def asked(words, address: str) -> tuple[list[str], str]:
    """What the page shows of a look that fails, and the mistake."""
    seen = []
    with pytest.raises(ValueError) as caught:
        for said, listing in checkpoints.list_run(page_of(words=words), checkpoints.api_for_reading(HERE), address):
            assert listing is None
            seen.append(said)
    return seen, str(caught.value)


def test_trouble_is_a_toast_and_stays_on_the_page_in_its_words(hub):
    seen, mistake = asked(CHINESE, "hf://me/nothing")
    assert mistake.startswith("there is no hf://me/nothing")
    assert "没有 hf://me/nothing" in seen[-1]


def test_waiting_is_said_before_the_hub_is_given_up(hub, monkeypatch):
    monkeypatch.setattr(hub_client, "PATIENCE", 1.5)
    hub.fault("GET", "/api/models", delay=5)
    seen, mistake = asked(ENGLISH, "hf://me/run")
    assert "has not answered for 1.5 s" in mistake
    assert any("Waiting for the Hub: 1 s" in said for said in seen)


def test_visitors_of_a_shared_server_see_public_runs_only(hub, files, monkeypatch):
    """The server's own token would open the owner's private runs, and what is opened is on show to all."""
    hub.add("me/secret", files, private=True)
    monkeypatch.setenv("HF_TOKEN", "hf_me")
    assert looked("hf://me/secret").repo.private
    with pytest.raises(ValueError, match="there is no hf://me/secret"):
        looked("hf://me/secret", SHARED)


# Open


def test_only_the_chosen_epochs_come_and_are_in_the_pickers_at_once(hub, pulls):
    seen = opened(pulls, looked("hf://me/run"), [4, 12])
    assert sorted(entry.split("model_")[1] for entry in hub.asked("resolve.*model_")) == [
        "12.safetensors",
        "4.safetensors",
    ]
    assert "epochs 4, 12" in seen[-1] and "?tab=watch&amp;epochs=mine/12" in seen[-1]
    shares = [float(said.split('aria-valuenow="')[1].split('"')[0]) for said in seen if "progressbar" in said]
    assert shares and shares == sorted(shares) and shares[-1] <= 100
    run, epoch = update_pickers(page_of(pulls.runs), "mine")
    assert (run.value, epoch) == ("mine", 12)
    run_there = run_tables.list_remote_epochs(ENGLISH, looked("hf://me/run"), RunFolder(pulls.runs / "mine"))
    assert run_there.count("· already here") == 2


def test_stopped_what_is_whole_is_kept_and_opening_goes_on(hub, pulls):
    listing = looked("hf://me/run")
    first = opened(pulls, listing, [0, 4, 8, 12], over=(pulls.runs / "mine" / "model_0.safetensors").exists)
    assert "Stopped" in first[-1]
    assert list(RunFolder(pulls.runs / "mine").epochs()) == [0]
    hub.log.clear()
    assert "Opened: " in opened(pulls, listing, [0, 4, 8, 12])[-1]
    assert not hub.asked("resolve.*model_0")


@pytest.mark.parametrize(
    ("epochs", "name", "complaint"),
    [
        ([], "mine", ENGLISH.hub.choose_first),
        ([0], "../mine", "cannot be a run's name"),
        ([0], "", "give the run a name"),
        ([0], "taken", "taken holds another run, not one of hf://me/run"),
    ],
    ids=["no epoch", "path", "no name", "another run"],
)
def test_what_cannot_be_opened_is_refused_in_a_sentence(hub, pulls, epochs, name, complaint):
    before = make_run(pulls.runs / "taken", epochs=(0,))
    content = before.file(0).read_bytes()
    with pytest.raises(ValueError, match=complaint.replace("(", r"\(")):
        opened(pulls, looked("hf://me/run"), epochs, name)
    assert list(list_runs(pulls.runs)) == ["taken"]
    assert before.file(0).read_bytes() == content


def test_nothing_is_opened_before_it_was_looked_at(pulls):
    with pytest.raises(ValueError, match="Show the epochs of a run on the Hub first"):
        opened(pulls, None, [0])


def test_pickles_need_consent_and_a_shared_server_takes_none(hub, pulls):
    hub.add("me/old", {"model_0.pth": b"x" * 100})
    listing = looked("hf://me/old")
    assert checkpoints.show_listing(page_of(), pulls, listing)[3].visible
    with pytest.raises(ValueError, match="tick the box if you trust their author"):
        opened(pulls, listing, [0])
    with pytest.raises(ValueError, match="cannot be used"):  # with consent it is read, and is no weights
        opened(pulls, listing, [0], trusted=True)
    shared = VisitorPulls(pulls.runs, PullLimits())
    assert not checkpoints.show_listing(page_of(), shared, listing)[3].visible
    with pytest.raises(ValueError, match=r"opens \.safetensors files only"):
        opened(shared, listing, [0], trusted=True)
    assert not list_runs(pulls.runs)


@pytest.mark.parametrize(
    ("limits", "complaint"),
    [
        (PullLimits(epochs=1), "takes up to 1 epochs at a time, not 2"),
        (PullLimits(megabytes=0), "takes up to 0 MB at a time"),
        (PullLimits(total=0), "no room for more runs from the Hub"),
        (PullLimits(runs=1), "no room for more runs from the Hub"),
    ],
    ids=["epochs", "megabytes", "total", "runs"],
)
def test_visitors_cannot_fill_the_disk(hub, tmp_path, limits, complaint):
    runs = tmp_path / "runs"
    opened(VisitorPulls(runs), looked("hf://me/run"), [0], "before")
    make_run(runs / "made-here", epochs=(0,))
    with pytest.raises(ValueError, match=complaint):
        opened(VisitorPulls(runs, limits), looked("hf://me/run"), [0, 4])
    assert sorted(list_runs(runs)) == ["before", "made-here"]
    assert "Opened: " in opened(VisitorPulls(runs, PullLimits(runs=2)), looked("hf://me/run"), [0, 4])[-1]


def test_pictures_count_too(hub, tmp_path):
    """A repository can hold small epochs and a thousand large pictures beside them."""
    hub.put("me/run", {f"sample_{number}.png": b"x" * 400_000 for number in range(5)})
    with pytest.raises(ValueError, match="takes up to 1 MB at a time, not 3"):
        opened(VisitorPulls(tmp_path / "runs", PullLimits(megabytes=1)), looked("hf://me/run"), [0])
    assert not list_runs(tmp_path / "runs")


def test_two_do_not_write_the_same_run_at_once(hub, pulls):
    listing = looked("hf://me/run")
    first = pulls.pull(HfApi(token=False), listing, [0, 4], "mine")
    assert isinstance(next(first), Progress | Waiting)
    with pytest.raises(ValueError, match="mine is on its way already"):
        opened(pulls, listing, [0])
    first.close()  # as when its visitor goes away
    assert "Opened: " in opened(pulls, listing, [0])[-1]


# What is here


def test_the_table_of_runs_says_what_they_are_and_where_they_came_from(hub, pulls):
    opened(pulls, looked("hf://me/run"), [12, 4], "mine")
    make_run(pulls.runs / "own", epochs=(0,), width=16)
    table = run_tables.list_local_runs(ENGLISH, list_runs(pulls.runs), hub.url)
    mine, own = table.split('<th scope="row">')[1:]
    assert "4, 12 (0.6 MB each)" in mine and "2,600" in mine and "1.67 ± 0.17" in mine
    commit = hub.repos["model", "me/run"].head.id
    assert f'href="{hub.url}/me/run/tree/{commit}"' in mine and f"hf://me/run ({commit[:7]})" in mine
    assert "this machine" in own and "2 runs" in own


@pytest.mark.parametrize(
    "said", [b"[1]", b'{"0": 5}', b'{"0": {"step": "<b>", "quality": 3}}', b'{"0": {"quality": {"frechet": NaN}}}']
)
def test_foreign_numbers_are_shown_as_nothing(tmp_path, said):
    run = make_run(tmp_path / "run", epochs=(0,))
    run.save_file("metrics.json", said)
    table = run_tables.list_local_runs(ENGLISH, {"run": run}, "https://hub")
    assert "<b>" not in table and "nan" not in table.lower()


def test_the_page_is_told_only_what_is_new(pulls):
    make_run(pulls.runs / "one", epochs=(0,))
    seen, table, _, picker = checkpoints.poll_runs(page_of(pulls.runs), pulls, None, None)
    assert "one" in table and picker.value == "one"
    assert checkpoints.poll_runs(page_of(pulls.runs), pulls, seen, "one") == [gr.skip()] * 4
    make_run(pulls.runs / "two", epochs=(0,))
    assert "two" in checkpoints.poll_runs(page_of(pulls.runs), pulls, seen, "one")[1]


# Push


def pushed(runs: Path, settings: Settings, token: str | None, target: str = "me/new", **changed) -> list[str]:
    values = {"name": "own", "target": target, "private": False, "with_training": False} | changed
    given = SimpleNamespace(token=token) if token else None
    return list(push.push_run(page_of(runs), settings, given, never, *values.values()))


@pytest.fixture
def runs(tmp_path) -> Path:
    make_run(tmp_path / "runs" / "own", epochs=(0, 4))
    return tmp_path / "runs"


@pytest.mark.parametrize(
    ("settings", "token", "complaint"),
    [
        (HERE, None, "log in once on this machine: hf auth login"),
        (SPACE, None, "sign in first"),
        (SHARED, None, "Only the owner of this server can publish"),
    ],
    ids=["here", "on a Space", "on another shared server"],
)
def test_without_a_token_it_says_how_to_get_one(hub, runs, settings, token, complaint):
    with pytest.raises(ValueError, match=complaint):
        pushed(runs, settings, token)
    assert not hub.log


def test_a_shared_server_never_lends_its_own_token(hub, runs, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_me")
    for settings in (SHARED, SPACE):
        with pytest.raises(ValueError):
            pushed(runs, settings, None)
    assert not hub.log
    assert "Published" in pushed(runs, HERE, None)[-1]


def test_a_visitor_pushes_to_an_account_of_ones_own(hub, runs):
    before = sorted(path.name for path in (runs / "own").iterdir())
    seen = pushed(runs, SPACE, "hf_other", "hf://other/new")
    tree = hub.repos["model", "other/new"].head.tree
    assert {"model_0.safetensors", "model_4.safetensors", "config.json", "README.md"} <= tree.keys()
    assert tree["model_4.safetensors"].data == (runs / "own" / "model_4.safetensors").read_bytes()
    assert f'href="{hub.url}/other/new"' in seen[-1]
    assert not any(token in said for said in seen for token in TOKENS)
    assert sorted(path.name for path in (runs / "own").iterdir()) == before, "the folder is everybody's"
    with pytest.raises(ValueError, match="the token may not do that"):
        pushed(runs, SPACE, "hf_other", "me/new")


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"name": None}, "Choose a run first"),
        ({"name": "../own"}, "Choose a run first"),
        ({"target": "new"}, "no run"),
    ],
)
def test_what_cannot_be_pushed_is_refused(hub, runs, changed, complaint):
    with pytest.raises(ValueError, match=complaint):
        pushed(runs, SPACE, "hf_me", **changed)
    assert not hub.log


def test_a_push_that_is_stopped_leaves_no_commit(hub, runs):
    given = SimpleNamespace(token="hf_me")
    work = push.push_run(page_of(runs), SPACE, given, lambda: True, "own", "me/new", False, False)
    assert "Stopped" in list(work)[-1]
    assert not hub.asked("commit")


# The run that the app opens with


def test_it_is_pulled_while_the_app_serves(hub, pulls):
    hub.fault("GET", "/api/models", delay=0.5, times=1)
    thread = pulls.start(HfApi(), HubRef("me/run"))
    assert pulls.startup.state == "pulling" and thread.is_alive()
    assert "Downloading hf://me/run" in run_tables.startup_pull_html(ENGLISH, pulls.startup)
    thread.join(30)
    assert pulls.startup.state == "here" and run_tables.startup_pull_html(ENGLISH, pulls.startup) == ""
    assert list(list_runs(pulls.runs)["me--run"].epochs()) == [0, 4, 8, 12]


def test_where_the_hub_is_down_it_says_so_in_the_page_s_words(hub, pulls):
    hub.stop()
    pulls.start(HfApi(), HubRef("me/run")).join(30)
    assert pulls.startup.state == "failed"
    assert "could not be opened" in run_tables.startup_pull_html(ENGLISH, pulls.startup)
    assert "无法连接" in run_tables.startup_pull_html(CHINESE, pulls.startup)
    assert translate(CHINESE, pulls.startup.message) != str(pulls.startup.message)


def test_where_the_hub_is_down_what_was_pulled_before_serves(hub, pulls):
    pulls.start(HfApi(), HubRef("me/run")).join(30)
    hub.stop()
    pulls.start(HfApi(), HubRef("me/run")).join(30)
    assert pulls.startup.state == "older"
    assert "from an earlier download" in run_tables.startup_pull_html(ENGLISH, pulls.startup)
    assert "me--run" in list_runs(pulls.runs)


def test_a_name_that_is_none_stops_the_app_before_it_starts(tmp_path):
    command = [sys.executable, "app.py", "--runs", str(tmp_path)]
    environment = {"SPRITES_RUN": "me/run", "PATH": "", "HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert (
        done.stderr.strip()
        == "app.py: 'me/run' is no run on the Hub; write it like hf://user/repo or hf://user/repo@v1"
    )


# The question before a push


def test_a_push_is_asked_about_first_with_its_account_and_its_repository(hub, runs):
    given = SimpleNamespace(token="hf_other")
    asked = push.ask_push(page_of(runs), SPACE, given, "own", " hf://me/new ", False, False)
    assert "<strong>own</strong> as other, to <strong>hf://me/new</strong>" in asked
    assert hub.log == ["GET /api/whoami-v2"], "nothing is made by asking"
    private = push.ask_push(page_of(runs, CHINESE), SPACE, given, "own", "me/new", True, False)
    assert CHINESE.hub.push_private in private and "other" in private


@pytest.mark.parametrize(
    ("token", "name", "target", "complaint"),
    [
        (None, "own", "me/new", "sign in first"),
        ("hf_me", None, "me/new", "Choose a run first"),
        ("hf_me", "own", "new", "no run"),
        ("hf_me", "own", "me/new@v1", "pushed to a whole repository"),
        ("hf_wrong", "own", "me/new", "the Hub does not accept the token"),
    ],
)
def test_what_cannot_be_pushed_is_refused_before_it_is_asked(hub, runs, token, name, target, complaint):
    given = SimpleNamespace(token=token) if token else None
    with pytest.raises(ValueError, match=complaint):
        push.ask_push(page_of(runs), SPACE, given, name, target, False, False)


def test_no_control_of_the_page_can_spend_money(runs):
    app = build(runs, ASSETS, HERE, "own")
    texts = str(app.get_config_file()).lower()
    assert "publish on the hub" in texts and not [
        word for word in ("costs money", "start the job", "gpu-job") if word in texts
    ]
