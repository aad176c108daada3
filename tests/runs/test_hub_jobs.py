"""Training on the Hub's machines, over a loopback Hub: what a job is given, what it says, and how it ends."""

import json
import math
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import pytest
from huggingface_hub import HfApi
from support.app import ROOT
from support.fakehub import FakeHub

from diffusion.__main__ import main
from diffusion.core.train_config import TrainConfig
from diffusion.core.trainer import EpochDone, MidEpoch, StepDone
from diffusion.engine.generation import Request
from diffusion.hub import client as hub_client
from diffusion.refs import HubRef
from diffusion.runs import Plan
from diffusion.runs.hub_jobs import (
    Hardware,
    JobEnded,
    JobPlan,
    LogLine,
    cancel_job,
    find_job,
    follow_job,
    list_hardware,
    start_job,
)
from diffusion.runs.log_lines import STEPS_PER_LINE, EpochLine, from_line, to_line
from diffusion.store.run_folder import RunFolder

REF = HubRef("me/mine")
CODE = "https://huggingface.co/spaces/me/sprites@v1"
STEP = StepDone(step=STEPS_PER_LINE, total=100, loss=0.25, lr=0.001, sprites=100)


@pytest.fixture
def hub(monkeypatch) -> Iterator[FakeHub]:
    hub = FakeHub().start()
    monkeypatch.delenv("SPACE_ID", raising=False)
    monkeypatch.delenv("SPRITES_CODE", raising=False)
    without_sleep = SimpleNamespace(
        **{name: getattr(time, name) for name in dir(time)} | {"sleep": lambda _: time.sleep(0.01)}
    )
    monkeypatch.setattr("huggingface_hub.hf_api.time", without_sleep)
    yield hub
    hub.stop()


@pytest.fixture
def api(hub) -> HfApi:
    return HfApi(endpoint=hub.url, token="hf_me")


def job_plan(**changes: object) -> JobPlan:
    plan = Plan(folder=Path("x"), data="builtin:60", training=TrainConfig(epochs=2, batch_size=20))
    return JobPlan(**{"plan": plan, "ref": REF, "code": CODE} | changes)


# Events as lines


@pytest.mark.parametrize("step", [0, 1, STEPS_PER_LINE - 1, STEPS_PER_LINE, STEPS_PER_LINE + 1, 99, 100])
def test_every_twentieth_step_and_the_last_are_told(step):
    line = to_line(StepDone(step or 1, 100, 0.25, 0.001, 20))
    assert bool(line) == (step in (STEPS_PER_LINE, 100))
    assert not line or from_line(line) == StepDone(step, 100, 0.25, 0.001, 20)


@pytest.mark.parametrize("loss", [0.5, math.nan])
def test_an_epoch_is_told_without_its_weights(loss):
    told = from_line(to_line(EpochDone(3, 12, 0.25, loss, {}, {})))
    assert asdict(told) | {"validation_loss": 0} == asdict(EpochLine(3, 12, 0.25, 0))
    assert told.validation_loss == loss or (math.isnan(loss) and math.isnan(told.validation_loss))
    assert to_line(MidEpoch(0, 1, {})) == ""


@pytest.mark.parametrize(
    "text",
    [
        *("", "Cloning into 'code'...", "{", "[]", "5", "null", "{}", '{"event": "step"}', '{"event": []}'),
        *(
            '{"event": "epoch", "epoch": 0, "step": 1, "loss": "x", "held_out_loss": 1}',
            '{"event": "other", "step": 1}',
        ),
        '{"event": "step", "step": -1, "total": 5, "loss": 0.1, "lr": 0.1, "sprites": 1}',
        '{"event": "step", "step": 1, "total": 5, "loss": 0.1, "lr": 0.1, "sprites": 1, "more": 1}',
    ],
)
def test_other_lines_are_no_events(text):
    assert from_line(text) is None


def test_train_tells_its_events_as_lines(tmp_path, capsys):
    words = ["--data", "builtin:60", "--epochs", "1", "--batch-size", "2", "--no-evaluate", "--log", "json"]
    assert main(["train", "--run", str(tmp_path / "r"), *words]) == 0
    said = capsys.readouterr()
    told = [from_line(line) for line in said.out.splitlines()]
    assert None not in told and not said.err
    epochs = [event for event in told if isinstance(event, EpochLine)]
    assert [event.epoch for event in epochs] == [0]
    metrics = RunFolder(tmp_path / "r").metrics()
    assert [round(event.loss, 5) for event in epochs] == [metrics[0].loss]
    steps = [event for event in told if isinstance(event, StepDone)]
    assert steps[-1].step == steps[-1].total and len(steps) == math.ceil(steps[-1].total / STEPS_PER_LINE)


# What a job is given


def test_prices_are_asked_for_and_the_cheapest_is_first(api):
    assert list_hardware(api) == [
        Hardware("cpu-basic", "CPU Basic", "", pytest.approx(0.01, abs=1e-4)),
        Hardware("t4-small", "Nvidia T4 - small", "T4", pytest.approx(0.40, abs=1e-4)),
    ]


def test_a_job_gets_the_code_the_training_and_the_token_as_a_secret(hub, api):
    started = start_job(api, job_plan(hours=1.5, private=True))
    assert (started.id, started.owner, started.url) == ("job0", "me", f"{hub.url}/jobs/me/job0")
    spec = hub.jobs[0].spec
    assert spec["secrets"] == {"HF_TOKEN": "hf_me"}
    assert "hf_me" not in json.dumps({name: value for name, value in spec.items() if name != "secrets"})
    assert (spec["flavor"], spec["timeoutSeconds"], spec["dockerImage"]) == ("t4-small", 5400, "python:3.12-bookworm")
    assert spec["command"][:2] == ["bash", "-euc"]
    assert spec["command"][2].splitlines() == [
        "git clone -q https://huggingface.co/spaces/me/sprites code",
        "cd code",
        "git checkout -q v1",
        "pip install -q --root-user-action ignore -r requirements.txt",
        "python -m diffusion train --run checkpoints/me--mine --data builtin:60 --epochs 2 --batch-size 20 "
        "--log json --push-to me/mine",
    ]
    assert hub.repos["model", "me/mine"].private
    assert find_job(api, "job0") == started


def test_the_code_is_the_space_that_this_is_unless_said_otherwise(monkeypatch):
    monkeypatch.setenv("SPACE_ID", "me/app")
    plan = Plan(folder=Path("x"))
    assert JobPlan(plan=plan, ref=REF).code == "https://huggingface.co/spaces/me/app"
    monkeypatch.setenv("SPRITES_CODE", CODE)
    assert JobPlan(plan=plan, ref=REF).code == CODE


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"hours": 0}, "up to 24 hours, not 0"),
        ({"hours": math.nan}, "up to 24 hours, not nan"),
        ({"hours": 25}, "up to 24 hours, not 25"),
        ({"code": ""}, "set SPRITES_CODE to one such as https://huggingface.co/spaces"),
        ({"code": "/home/me/code"}, "is no address of this code"),
        ({"code": "https://x.y/z; rm -rf /"}, "is no address of this code"),
        ({"code": "https://me:secret@x.y/z"}, "is no address of this code"),
        ({"code": "https://x.y/z@--detach"}, "is no address of this code"),
        ({"ref": HubRef("me/mine", "v1")}, "pushes to a whole repository such as hf://me/mine"),
        ({"plan": Plan(folder=Path("x"), data="sprites.npy")}, "cannot see sprites.npy on this machine"),
        ({"plan": Plan(folder=Path("x"), labels="labels.npy")}, "train on builtin, or on hf://datasets/user/repo"),
    ],
)
def test_a_job_that_cannot_work_is_refused_before_it_costs_anything(changes, complaint):
    with pytest.raises(ValueError) as caught:
        job_plan(**changes)
    assert complaint in str(caught.value)


# What it says


def test_a_job_is_followed_until_it_ends(hub, api):
    job = start_job(api, job_plan())
    epoch = EpochLine(0, 20, 0.25, 0.5)

    def work() -> None:
        for text in ("Cloning", "", to_line(STEP), to_line(EpochDone(0, 20, 0.25, 0.5, {}, {})), "Done"):
            hub.jobs[0].lines.append(text)
            time.sleep(0.05)
        hub.jobs[0].stage = "COMPLETED"

    threading.Thread(target=work, daemon=True).start()
    events = [event for event in follow_job(api, job) if not isinstance(event, hub_client.Waiting)]
    assert events == [LogLine("Cloning"), STEP, epoch, LogLine("Done"), JobEnded("COMPLETED", "")]


def test_a_silent_job_is_waited_for_and_left_running_when_no_longer_followed(hub, api, monkeypatch):
    monkeypatch.setattr(hub_client, "POLL_SECONDS", 0.05)
    job = start_job(api, job_plan())
    events = follow_job(api, job)
    assert isinstance(next(events), hub_client.Waiting)
    events.close()
    assert hub.jobs[0].stage == "RUNNING"


def test_a_cancelled_job_ends(hub, api):
    job = start_job(api, job_plan())
    cancel_job(api, job)
    assert [event for event in follow_job(api, job) if isinstance(event, JobEnded)] == [JobEnded("CANCELED", "")]


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda hub: hub.stop(), "cannot be reached"),
        (lambda hub: hub.fault("POST", "/api/jobs", delay=30), "has not answered for 0.5 s"),
        (lambda hub: hub.fault("POST", "/api/jobs", status=402), "the account has no credit left"),
        (lambda hub: hub.fault("POST", "/api/jobs", status=403), "the token may not do that"),
        (lambda hub: hub.fault("POST", "/api/jobs", status=503), "error 503"),
        (lambda hub: hub.fault("POST", "/api/repos", status=403), "the token may not do that"),
    ],
    ids=["down", "hung", "no credit", "forbidden", "trouble", "wrong name"],
)
def test_a_job_that_cannot_be_started_is_one_sentence(hub, api, monkeypatch, spoil, complaint):
    if "0.5 s" in complaint:
        monkeypatch.setattr(hub_client, "PATIENCE", 0.5)
    spoil(hub)
    with pytest.raises(ValueError) as caught:
        start_job(api, job_plan())
    assert complaint in str(caught.value) and "\n" not in str(caught.value) and "hf_me" not in str(caught.value)
    assert not hub.jobs


@pytest.mark.parametrize("ask", [cancel_job, lambda api, job: list(follow_job(api, job))])
def test_a_job_that_is_gone_is_one_sentence(hub, api, ask):
    job = start_job(api, job_plan())
    hub.jobs.clear()
    with pytest.raises(ValueError, match="there is no job job0"):
        ask(api, job)


def test_nobody_pays_without_being_known(hub):
    with pytest.raises(ValueError, match="who pays for it; log in with"):
        start_job(HfApi(endpoint=hub.url, token=False), job_plan())
    assert not hub.log


# All of it


@pytest.fixture
def machine(tmp_path, hub) -> dict[str, str]:
    """A machine that runs jobs, without a network: git fetches this code, and all it needs is installed."""
    tools = tmp_path / "machine" / "bin"
    tools.mkdir(parents=True)
    scripts = {
        "git": f'[ $1 = clone ] || exit 0\nmkdir "$4"; ln -s {ROOT}/diffusion {ROOT}/assets {ROOT}/*.txt "$4"',
        "pip": 'test -f "${!#}"',
        "python": f'exec {sys.executable} "$@"',
    }
    for name, script in scripts.items():
        (tools / name).write_text(f"#!/bin/bash\n{script}\n")
        (tools / name).chmod(0o755)
    return os.environ | {"PATH": f"{tools}:{os.environ['PATH']}", "HF_ENDPOINT": hub.url, "OMP_NUM_THREADS": "1"}


def test_the_verb_says_the_price_starts_follows_and_pulls(hub, machine, tmp_path, monkeypatch, capsys):
    """The job's command is carried out for real, by a shell, on a machine that stands in for the Hub's."""
    hub.stand_in(monkeypatch)
    monkeypatch.setenv("HF_TOKEN", "hf_me")
    monkeypatch.setenv("SPRITES_CODE", CODE)
    monkeypatch.chdir(tmp_path)
    words = ["job", "--to", "me/mine", "--hours", "2", "--hardware", "t4-small"]
    train = ["--", "--data", "builtin:60", "--epochs", "1", "--batch-size", "20", "--half"]
    assert main([*words, *train]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Nvidia T4 - small: $0.40 an hour; at most $0.80 for 2 hours\n")
    assert "nothing was started; say --yes to start it" in said and not hub.jobs and not hub.repos

    def work() -> None:
        while not hub.jobs:
            time.sleep(0.05)
        job = hub.jobs[0]
        process = subprocess.Popen(
            job.spec["command"],
            cwd=tmp_path / "machine",
            env=machine | job.spec["secrets"] | job.spec["environment"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for line in process.stdout:
            job.lines.append(line)
        job.stage = "COMPLETED" if process.wait() == 0 else "ERROR"

    threading.Thread(target=work, daemon=True).start()
    assert main([*words, "--yes", *train]) == 0
    said = capsys.readouterr()
    assert re.search(r"^epoch 0: loss \d\.", said.out, re.M), said
    assert said.out.endswith("epochs 0 are in checkpoints/me--mine\n")
    assert [commit.title for commit in hub.repos["model", "me/mine"].commits] == ["initial commit", "Epochs 0"]
    run = RunFolder(tmp_path / "checkpoints" / "me--mine")
    assert run.load(0).epoch == 0 and "--epochs 1" in run.card()
    assert not (tmp_path / "machine" / "code" / "checkpoints" / "me--mine" / "hub.json").read_text().count("hf_me")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--hardware", "abacus"], "there is no hardware abacus; there is: cpu-basic, t4-small"),
        (["--hours", "-1"], "up to 24 hours"),
        (["--follow", "job9"], "there is no job job9"),
        (["--cancel", "job9"], "there is no job job9"),
    ],
)
def test_wrong_words_are_one_line(hub, monkeypatch, capsys, words, expected):
    hub.stand_in(monkeypatch)
    monkeypatch.setenv("HF_TOKEN", "hf_me")
    monkeypatch.setenv("SPRITES_CODE", CODE)
    assert main(["job", "--to", "me/mine", *words]) == 2
    said = capsys.readouterr()
    assert expected in said.err and said.err.count("\n") == 1 and not hub.jobs


def test_training_goes_on_when_the_hub_does_not(hub, tmp_path, monkeypatch, capsys):
    """Trouble in the middle is told and made good with the next push; trouble at the end is a failure."""
    hub.stand_in(monkeypatch)
    monkeypatch.setenv("HF_TOKEN", "hf_me")
    monkeypatch.setattr("diffusion.engine.card_picture.PICTURE", Request(count=32, steps=2))
    words = ["--data", "builtin:60", "--epochs", "2", "--batch-size", "50", "--save-every", "1", "--no-evaluate"]
    hub.fault("GET", "/api/models", status=503, times=1)
    assert main(["train", "--run", str(tmp_path / "a"), *words, "--push-to", "me/mine"]) == 0
    assert "not pushed: the Hub has trouble of its own (error 503)" in capsys.readouterr().err
    assert {"model_0.safetensors", "model_1.safetensors"} <= hub.repos["model", "me/mine"].head.tree.keys()
    hub.stop()
    assert main(["train", "--run", str(tmp_path / "b"), *words, "--epochs", "1", "--push-to", "me/b"]) == 2
    assert list(RunFolder(tmp_path / "b").epochs()) == [0]
