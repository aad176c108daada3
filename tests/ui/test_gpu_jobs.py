"""Training on a GPU of Hugging Face from the page, over a loopback Hub: nothing that costs money happens unasked."""

import json
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from support.fakehub import TOKENS, FakeHub
from support.page import page_of
from support.runs import make_run

from diffusion.core.trainer import StepDone
from diffusion.hub import client as hub_client
from diffusion.runs.hub_jobs import JobEnded, LogLine
from diffusion.runs.log_lines import EpochLine
from diffusion.server.run_status import RunStatus
from diffusion.server.settings import Settings
from diffusion.server.visitor_pulls import PullLimits, VisitorPulls
from diffusion.store import list_runs
from diffusion.ui.tabs import hub_jobs as jobs
from diffusion.ui.words import ENGLISH

HERE, SHARED, SPACE = Settings(), Settings(shared=True), Settings(shared=True, login=True)
ME = SimpleNamespace(token="hf_me")
WISH = {
    "target": "me/mine",
    "private": True,
    "count": 2000,
    "epochs": 2,
    "machine": "t4-small",
    "hours": 2,
    "max_cost": 0.81,
    "agreed": True,
}
LINES = [
    "Cloning into <b>code</b>",
    json.dumps({"event": "step", "step": 20, "total": 40, "loss": 0.5, "lr": 0.001, "sprites": 100}),
    json.dumps({"event": "epoch", "epoch": 0, "step": 20, "loss": 0.5, "held_out_loss": 0.4}),
    json.dumps({"event": "step", "step": 40, "total": 40, "loss": 0.25, "lr": 0.001, "sprites": 100}),
    json.dumps({"event": "epoch", "epoch": 1, "step": 40, "loss": 0.3, "held_out_loss": 0.2}),
]


@pytest.fixture
def hub(monkeypatch) -> Iterator[FakeHub]:
    hub = FakeHub().start()
    hub.stand_in(monkeypatch)
    monkeypatch.setenv("SPRITES_CODE", "https://huggingface.co/spaces/me/sprites@v1")
    monkeypatch.setattr(hub_client, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(jobs, "SECONDS_BETWEEN", 0)
    without_sleep = SimpleNamespace(
        **{name: getattr(time, name) for name in dir(time)} | {"sleep": lambda _: time.sleep(0.01)}
    )
    monkeypatch.setattr("huggingface_hub.hf_api.time", without_sleep)
    yield hub
    hub.stop()


def begun(settings: Settings = SPACE, token=ME, **changed) -> dict:
    return jobs.begin_job.__wrapped__(page_of(), settings, token, *(WISH | changed).values())


def test_only_machines_with_a_gpu_are_offered_each_with_its_price(hub):
    found, choice = jobs.load_prices(page_of(), HERE, None)
    assert choice.choices == [("Nvidia T4 - small: $0.40 an hour", "t4-small")]
    assert [it.name for it in found] == ["cpu-basic", "t4-small"]
    said, max_cost = jobs.estimate_cost(ENGLISH.hub.gpu, found, "t4-small", 2)
    assert max_cost == pytest.approx(0.8, abs=0.001)
    assert "At most $0.80" in said and "2 h at $0.40 an hour" in said
    assert jobs.estimate_cost(ENGLISH.hub.gpu, found, None, 2) == ("", None)


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"agreed": False}, r"Tick the box first: the job costs up to \$0.80"),
        ({"max_cost": None}, "Tick the box first"),
        ({"max_cost": 0.4}, r"costs up to \$0.80"),  # what was agreed to was another sum
        ({"machine": None}, "Choose the hardware first"),
        ({"machine": "h200"}, "Choose the hardware first"),
        ({"hours": 0}, "a job may take up to 24 hours, not 0"),
        ({"target": "mine"}, "is no run on the Hub"),
        ({"epochs": 0}, "epochs must be at least 1"),
    ],
)
def test_nothing_is_started_that_was_not_agreed_to(hub, changed, complaint):
    with pytest.raises(ValueError, match=complaint):
        begun(**changed)
    assert not hub.jobs and not hub.repos


def test_only_the_visitor_who_asked_pays(hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_me")
    for settings in (SHARED, SPACE):
        with pytest.raises(ValueError):
            begun(settings, None)
    assert not hub.jobs
    begun(SPACE, SimpleNamespace(token="hf_other"), target="other/mine")
    assert hub.jobs[0].spec["secrets"] == {"HF_TOKEN": "hf_other"}


def test_what_is_started_is_what_was_chosen_and_the_browser_gets_no_token(hub):
    memo = begun()
    assert memo == {"id": "job0", "repo": "me/mine", "epochs": 2}
    spec = hub.jobs[0].spec
    assert (spec["flavor"], spec["timeoutSeconds"]) == ("t4-small", 7200)
    assert "--data builtin:2000 --epochs 2 --log json --push-to me/mine" in spec["command"][-1]
    assert hub.repos["model", "me/mine"].private


def followed(pulls: VisitorPulls, memo: dict | None, settings: Settings = SPACE, is_over=lambda: False) -> list[str]:
    return list(jobs.show_job(page_of(), settings, pulls, ME, is_over, memo))


def test_a_job_is_followed_as_a_curve_and_what_it_pushed_comes_here(hub, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_me")
    memo, pulls = begun(HERE, None), VisitorPulls(tmp_path / "runs")
    hub.jobs[0].lines, hub.jobs[0].stage = LINES, "COMPLETED"
    hub.add("me/mine", make_run(tmp_path / "made", epochs=(0, 1)).path)
    seen = followed(pulls, memo, HERE)
    assert "Job <a" in seen[0] and "until it ends it costs" in seen[0]
    assert any("Cloning into &lt;b&gt;" in said for said in seen)
    assert any("step 20 of 40" in said for said in seen)
    assert "The job is done." in seen[-1] and "<svg" in seen[-1] and "0.2000" in seen[-1]
    assert "python -m diffusion job --to me/mine --follow job0" in seen[-1]
    assert "Here now: me--mine, epochs 0, 1." in seen[-1]
    assert list(list_runs(pulls.runs)["me--mine"].epochs()) == [0, 1]
    assert not any(token in said for said in seen for token in TOKENS)


def test_on_a_shared_server_what_a_visitor_trained_stays_the_visitor_s(hub, tmp_path):
    memo = begun()
    hub.jobs[0].lines, hub.jobs[0].stage = LINES, "COMPLETED"
    seen = followed(VisitorPulls(tmp_path / "runs", PullLimits()), memo)
    assert f'What it has pushed is at <a href="{hub.url}/me/mine"' in seen[-1]
    assert not list_runs(tmp_path / "runs")


def test_a_cancelled_job_ends_and_says_so(hub, tmp_path):
    memo = begun()
    jobs.end_job(page_of(), SPACE, ME, memo)
    assert hub.jobs[0].stage == "CANCELED"
    assert "The job was cancelled." in followed(VisitorPulls(tmp_path), memo)[-1]


def test_leaving_the_page_leaves_the_job(hub, tmp_path):
    memo = begun()
    hub.jobs[0].lines = LINES
    assert len(followed(VisitorPulls(tmp_path), memo, is_over=lambda: True)) == 1
    assert hub.jobs[0].stage == "RUNNING"


def test_without_a_job_there_is_nothing_to_follow(hub, tmp_path):
    with pytest.raises(ValueError, match="No job was started from this browser"):
        followed(VisitorPulls(tmp_path), None)


def test_a_job_stands_as_the_server_s_own_runs_do():
    step, epoch = StepDone(20, 40, 0.5, 0.001, 100), EpochLine(0, 20, 0.5, 0.4)
    events = [LogLine("pip"), step, epoch, JobEnded("ERROR", "out of memory")]
    states = [now for now, _ in jobs.track(RunStatus(state="starting", epochs=2), events)]
    assert [now.state for now in states] == ["starting", "running", "running", "failed"]
    assert (states[-1].curve, states[-1].validation_losses, states[-1].total) == (((20, 0.5),), ((0, 0.4),), 40)
