"""Runs from the Hub, over a loopback Hub: listed, pulled, checked, gone on with; and every way in which that fails."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from huggingface_hub import HfApi
from safetensors.torch import load, save
from support.app import ROOT
from support.fakehub import FakeHub
from support.runs import make_run

from diffusion.__main__ import main
from diffusion.errors import UserError
from diffusion.hub import client as hub_client
from diffusion.hub.client import PATIENCE, Progress, Waiting, run_to_end
from diffusion.hub.listing import list_epochs
from diffusion.hub.pull import EpochHere, LocalCopy, find_or_pull, pull_epochs
from diffusion.refs import HubRef
from diffusion.store import RunFolder, list_runs
from diffusion.store.checkpoint import COURSE, RunConfig
from diffusion.store.quality import EpochMetrics, read_metrics
from diffusion.store.run_lock import LOCK, lock_run

REF = HubRef("me/run")
METRICS = {"0": {"step": 1, "loss": 0.5, "held_out_loss": 0.4}, "4": {"step": 5, "quality": {"frechet": {"mean": 2}}}}
LOGIN_PAGE = b"<html>Welcome to the hotel's network</html>"


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, bytes]:
    """A run of three epochs, whose numbers are not in the order of their names."""
    run = make_run(tmp_path_factory.mktemp("made") / "run", epochs=(0, 4, 12))
    run.save_card("# Mine\n")
    run.save_picture("nearest.png", np.zeros((4, 4, 3), np.uint8))
    run.save_file("metrics.json", json.dumps(METRICS).encode())
    return {path.name: path.read_bytes() for path in run.path.iterdir()}


@pytest.fixture
def hub(files) -> Iterator[FakeHub]:
    hub = FakeHub().start()
    hub.add("me/run", files)
    yield hub
    hub.stop()


@pytest.fixture
def api(hub) -> HfApi:
    return HfApi(endpoint=hub.url, token=False)


@pytest.fixture
def quick(monkeypatch, request) -> None:
    """Short pauses; and where it is waited for that patience runs out, half a second of it instead of fifteen."""
    monkeypatch.setattr(hub_client, "POLL_SECONDS", 0.05)
    if any(word in request.node.name for word in ("hung", "stalled")):
        monkeypatch.setattr(hub_client, "PATIENCE", 0.5)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}


def events(work: Iterator) -> list:
    """All but the bytes."""
    return [event for event in work if not isinstance(event, Progress | Waiting)]


def here(*epochs: int) -> list[EpochHere]:
    return [EpochHere(epoch, True) for epoch in epochs]


def shift(weights: bytes) -> bytes:
    """Other weights of the same network."""
    return save({name: tensor + 1 for name, tensor in load(weights).items()})


# Listing


def test_a_listing_shows_the_epochs_in_order_with_sizes_and_numbers_before_any_is_downloaded(hub, api, files):
    listing = list_epochs(api, REF)
    assert list(listing.epochs) == [0, 4, 12]
    assert [remote.file.size for remote in listing.epochs.values()] == [
        len(files[f"model_{epoch}.safetensors"]) for epoch in (0, 4, 12)
    ]
    assert [remote.metrics for remote in listing.epochs.values()] == [*read_metrics(METRICS).values(), EpochMetrics()]
    assert listing.repo.commit == hub.repos["model", "me/run"].head.id
    assert listing.config == RunConfig(width=8)
    assert not hub.asked("model_|_cdn")


@pytest.mark.parametrize("revision", ["v1", "refs/pr/1", "COMMIT", None])
def test_a_revision_is_a_branch_a_tag_or_a_commit_and_stays_what_it_was(hub, api, files, tmp_path, revision):
    repo = hub.repos["model", "me/run"]
    repo.revisions |= {"v1": repo.head, "refs/pr/1": repo.head}
    before = repo.head.id
    if revision is None:
        listing = list_epochs(api, REF)
    hub.put("me/run", {"model_0.safetensors": shift(files["model_0.safetensors"])})
    if revision is not None:
        listing = list_epochs(api, HubRef("me/run", before if revision == "COMMIT" else revision))
    assert listing.repo.commit == before
    assert events(pull_epochs(api, listing, [0], tmp_path / "r")) == here(0)
    assert contents(tmp_path / "r")["model_0.safetensors"] == files["model_0.safetensors"]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({f"model_{epoch}.safetensors": None for epoch in (0, 4, 12)}, "no files like model_31.safetensors"),
        ({"config.json": None}, "it has no config.json"),
        ({"config.json": b'{"model_type": "bert"}'}, "it needs at least format and vocabulary"),
        ({"config.json": b"\xff\xfe"}, "holds no run that can be opened"),
        ({"config.json": b"[" * 100_000}, "holds no run that can be opened"),
        ({"config.json": b'{"format": 1, "kinds": ["hero"]}'}, "this version knows hero, non-hero"),
    ],
    ids=["no epochs", "no config", "another model", "no text", "deep", "other kinds"],
)
def test_a_repository_that_is_no_run_is_refused(hub, api, changes, complaint):
    hub.put("me/run", changes)
    with pytest.raises(ValueError, match=complaint) as caught:
        list_epochs(api, REF)
    assert str(caught.value).startswith("hf://me/run holds no run")


@pytest.mark.parametrize("said", [b"", b"null", b"[1]", b'{"0": 5}', b'{"<script>": {}}', b"\xff", b"[" * 99_999])
def test_numbers_that_are_not_ours_are_not_taken(hub, api, tmp_path, said):
    hub.put("me/run", {"metrics.json": said})
    listing = list_epochs(api, REF)
    assert not any(remote.metrics != EpochMetrics() for remote in listing.epochs.values())
    assert (listing.problem is None) == (said[:1] == b"{")
    assert events(pull_epochs(api, listing, [0], tmp_path / "r")) == here(0)
    assert RunFolder(tmp_path / "r").metrics() == {}


# Pulling


def test_a_pulled_run_is_a_run_like_any_other(hub, api, files, tmp_path):
    listing = list_epochs(api, REF)
    told = list(pull_epochs(api, listing, [4, 0], tmp_path / REF.folder()))
    assert [event for event in told if isinstance(event, EpochHere)] == here(0, 4)
    progress = [event for event in told if isinstance(event, Progress)]
    assert [event.done for event in progress] == sorted(event.done for event in progress)
    assert progress[-1].done == progress[-1].total
    run = list_runs(tmp_path)["me--run"]
    assert list(run.epochs()) == [0, 4]
    assert run.load(4).epoch == 4
    assert (run.config(), run.metrics(), run.card()) == (RunConfig(width=8), read_metrics(METRICS), "# Mine\n")
    found = contents(run.path)
    assert found.keys() == {*files, "hub.json"} - {"model_12.safetensors"}
    found.pop(LOCK, None)  # which ended with the process
    assert all(found[name] == files[name] for name in found if name != "hub.json")
    source = run.source()
    assert (source["repo"], source["revision"], source["commit"]) == ("me/run", None, listing.repo.commit)
    assert not hub.asked("model_12")


def test_what_is_here_is_not_downloaded_again(hub, api, tmp_path):
    listing = list_epochs(api, REF)
    events(pull_epochs(api, listing, [0], tmp_path / "r"))
    hub.log.clear()
    assert events(pull_epochs(api, listing, None, tmp_path / "r")) == [EpochHere(0, False), *here(4, 12)]
    assert not hub.asked("model_0|README|nearest|metrics")
    hub.log.clear()
    assert events(pull_epochs(api, listing, None, tmp_path / "r")) == [EpochHere(epoch, False) for epoch in (0, 4, 12)]
    assert not hub.log


def test_an_epoch_that_is_not_there_is_refused(api, tmp_path):
    with pytest.raises(ValueError, match=r"hf://me/run has no epoch 3; it has: 0, 4, 12"):
        list(pull_epochs(api, list_epochs(api, REF), [0, 3], tmp_path / "r"))
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(
    "name",
    [
        *(
            "../model_7.safetensors",
            "/tmp/model_7.safetensors",
            "a/../../model_7.safetensors",
            "sub/model_7.safetensors",
        ),
        *(
            "model_7.safetensors/x",
            "model_٧.safetensors",
            "model_7.safetensors\n",
            "model_-7.safetensors",
            "..",
            "hub.json",
        ),
        *("training/resume.pt", "run.py", ".model_7.safetensors.part", "sample_../x.png"),
    ],
)
def test_only_a_runs_own_file_names_are_looked_at(hub, api, files, tmp_path, name):
    hub.put("me/run", {name: files["model_0.safetensors"]})
    (tmp_path / "inside").mkdir()
    listing = list_epochs(api, REF)
    assert list(listing.epochs) == [0, 4, 12]
    events(pull_epochs(api, listing, None, tmp_path / "inside" / "r"))
    assert {path.name for path in tmp_path.iterdir()} == {"inside"}
    assert contents(tmp_path / "inside" / "r").keys() == {*files, "hub.json"}


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda _: b"<html>", "is a web page, not weights"),
        (lambda weights: weights[:-8], "is damaged or cut short"),
        (lambda weights: save({"a": torch.ones(2)}), "is not a checkpoint of sprite-unet"),
        (lambda weights: save({name: t[None].contiguous() for name, t in load(weights).items()}), "of another size"),
        (lambda weights: save({name: t * torch.nan for name, t in load(weights).items()}), "not finite"),
    ],
    ids=["html", "cut", "another network", "another size", "not finite"],
)
def test_weights_that_cannot_be_used_are_not_kept(hub, api, files, tmp_path, spoil, complaint):
    hub.put("me/run", {"model_4.safetensors": spoil(files["model_4.safetensors"])})
    with pytest.raises(ValueError, match=complaint) as caught:
        list(pull_epochs(api, list_epochs(api, REF), None, tmp_path / "r"))
    assert str(caught.value).startswith("hf://me/run cannot be used: model_4.safetensors ")
    assert list(RunFolder(tmp_path / "r").epochs()) == [0]


def test_a_picture_that_is_none_is_not_kept(hub, api, tmp_path):
    hub.put("me/run", {"nearest.png": b"<svg onload=alert(1)>"})
    events(pull_epochs(api, list_epochs(api, REF), [0], tmp_path / "r"))
    assert RunFolder(tmp_path / "r").nearest() == b""


# The course's files


@pytest.fixture
def course(hub) -> None:
    for name in ("model_0.pth", "model_31.pth", "context_model_4.pth"):
        content = io.BytesIO()
        torch.manual_seed(0)
        torch.save(COURSE.build().state_dict(), content)
        hub.add("me/course", {}) if ("model", "me/course") not in hub.repos else None
        hub.put("me/course", {name: content.getvalue()})


def test_the_courses_files_open_only_with_consent(hub, api, course, tmp_path):
    listing = list_epochs(api, HubRef("me/course"))
    assert listing.config == COURSE and all(remote.is_pickle for remote in listing.epochs.values())
    with pytest.raises(ValueError, match=r"holds pickles \(\.pth\).*--allow-pickle"):
        list(pull_epochs(api, listing, [0], tmp_path / "r"))
    assert not (tmp_path / "r").exists() and not hub.asked("resolve")
    assert events(pull_epochs(api, listing, None, tmp_path / "r", allow_pickle=True)) == here(0, 4, 31)
    assert RunFolder(tmp_path / "r").load(4).config == COURSE


class Payload:
    def __reduce__(self):
        return (os.system, ("touch /tmp/sprites-were-here",))


def test_a_pickle_that_would_run_code_is_not_run(hub, api, tmp_path):
    content = io.BytesIO()
    torch.save({"a": Payload()}, content)
    hub.add("me/evil", {"model_0.pth": content.getvalue()})
    with pytest.raises(ValueError, match=r"hf://me/evil cannot be used: model_0\.pth holds a pickled object"):
        list(pull_epochs(api, list_epochs(api, HubRef("me/evil")), None, tmp_path / "r", allow_pickle=True))
    assert not Path("/tmp/sprites-were-here").exists() and not (tmp_path / "r").exists()


# Going on, and what was made here


def test_epochs_that_came_later_are_added(hub, api, files, tmp_path):
    events(pull_epochs(api, list_epochs(api, REF), None, tmp_path / "r"))
    hub.put("me/run", {"model_16.safetensors": shift(files["model_0.safetensors"]), "README.md": b"# Better\n"})
    hub.log.clear()
    listing = list_epochs(api, REF)
    assert events(pull_epochs(api, listing, [16], tmp_path / "r")) == here(16)
    assert not hub.asked(r"resolve/\w+/model_(0|4|12)\.")
    run = RunFolder(tmp_path / "r")
    assert run.card() == "# Better\n" and run.source()["commit"] == listing.repo.commit


def test_numbers_and_a_card_that_were_changed_here_stay(hub, api, tmp_path):
    run = RunFolder(tmp_path / "r")
    events(pull_epochs(api, list_epochs(api, REF), None, run.path))
    run.save_card("# My notes\n")
    run.save_metrics(0, {"loss": 9.0})
    hub.put("me/run", {"README.md": b"# Theirs\n", "metrics.json": b"{}", "nearest.png": None})
    events(pull_epochs(api, list_epochs(api, REF), None, run.path))
    assert run.card() == "# My notes\n" and run.metrics()[0] == EpochMetrics(loss=9.0) and run.nearest()


def test_weights_that_changed_on_the_hub_are_not_mixed_with_older_ones(hub, api, files, tmp_path):
    events(pull_epochs(api, list_epochs(api, REF), [0, 4], tmp_path / "r"))
    before = contents(tmp_path / "r")
    new = {f"model_{epoch}.safetensors": shift(files[f"model_{epoch}.safetensors"]) for epoch in (0, 4)}
    hub.put("me/run", new)
    listing = list_epochs(api, REF)
    with pytest.raises(ValueError, match="has newer weights of epoch 4; pull those too, or name a new folder"):
        list(pull_epochs(api, listing, [0, 12], tmp_path / "r"))
    assert contents(tmp_path / "r") == before
    assert events(pull_epochs(api, listing, [0, 4], tmp_path / "r")) == here(0, 4)
    assert contents(tmp_path / "r")["model_4.safetensors"] == new["model_4.safetensors"]


def test_a_file_that_is_damaged_here_is_pulled_again_and_one_made_here_is_not_lost(hub, api, files, tmp_path):
    listing, path = list_epochs(api, REF), tmp_path / "r" / "model_4.safetensors"
    events(pull_epochs(api, listing, None, tmp_path / "r"))
    path.write_bytes(files[path.name][:1000])
    assert here(4)[0] in events(pull_epochs(api, listing, None, tmp_path / "r"))
    assert path.read_bytes() == files[path.name]
    mine = shift(files[path.name])
    path.write_bytes(mine)
    with pytest.raises(ValueError, match=r"model_4\.safetensors was changed here .* move it away first"):
        list(pull_epochs(api, listing, None, tmp_path / "r"))
    assert path.read_bytes() == mine


def test_a_folder_that_holds_another_run_is_left_alone(hub, api, tmp_path):
    mine = make_run(tmp_path / "mine")
    before = contents(mine.path)
    with pytest.raises(ValueError, match="holds another run, not one of hf://me/run; name a new folder"):
        list(pull_epochs(api, list_epochs(api, REF), None, mine.path))
    assert contents(mine.path) == before
    pulled = tmp_path / "r"
    events(pull_epochs(api, list_epochs(api, REF), [0], pulled))
    before = contents(pulled)
    hub.put("me/run", {"config.json": RunConfig(width=8, schedule="cosine").to_json().encode()})
    with pytest.raises(ValueError, match="holds another run than when it was pulled"):
        list(pull_epochs(api, list_epochs(api, REF), None, pulled))
    assert contents(pulled) == before


# When things break

Break = Callable[[FakeHub], object]
FAILURES: dict[str, tuple[Break, str]] = {
    "server down": (
        lambda hub: hub.stop(),
        "the Hub at http://127.0.0.1:PORT cannot be reached; check the connection",
    ),
    "hung": (lambda hub: hub.fault("GET", "", delay=30), "has not answered for 0.5 s; try again later"),
    "error 500": (lambda hub: hub.fault("GET", "", status=500), "the Hub has trouble of its own (error 500)"),
    "error 503": (lambda hub: hub.fault("GET", "", status=503), "the Hub has trouble of its own (error 503)"),
    "too many requests": (
        lambda hub: hub.fault("GET", "", status=429, headers={"Retry-After": "7"}),
        "the Hub asks for a pause, there were too many requests; try again in 7 s",
    ),
    "too many requests, for how long is not said": (
        lambda hub: hub.fault("GET", "", status=429),
        "try again in a few minutes",
    ),
    "token refused": (
        lambda hub: hub.fault("GET", "", status=401),
        "the Hub does not accept the token, or there is none; log in with",
    ),
    "forbidden": (lambda hub: hub.fault("GET", "", status=403), "the token may not do that with hf://me/run"),
    "not found": (lambda hub: hub.fault("GET", "", status=404), "there is no hf://me/run"),
    "private": (
        lambda hub: setattr(hub.repos["model", "me/run"], "private", True),
        "or it is private; check the name, or log in with `hf auth login`, or set HF_TOKEN",
    ),
    "removed": (lambda hub: hub.repos.clear(), "there is no hf://me/run"),
    "gated": (
        lambda hub: setattr(hub.repos["model", "me/run"], "gated", True),
        "is gated; ask for access at http://127.0.0.1:PORT/me/run, then log in",
    ),
    "captive portal": (
        lambda hub: hub.fault("GET", "", status=200, body=LOGIN_PAGE),
        "is not the Hub; is there a network",
    ),
    "history rewritten": (
        lambda hub: (hub.repos["model", "me/run"].commits.clear(), hub.repos["model", "me/run"].revisions.clear()),
        "the repository has no such branch, tag or commit",
    ),
}
DOWNLOAD_FAILURES: dict[str, tuple[Break, str]] = FAILURES | {
    "cut again and again": (lambda hub: hub.fault("GET", "/_cdn/", cut=1000), "the connection to the Hub at http://127"),
    "stalled in the middle": (lambda hub: hub.fault("GET", "/_cdn/", stall=1000), "has not answered for 0.5 s"),
    "short": (lambda hub: hub.fault("GET", "/_cdn/", short=1000), "came as 1,000 of"),
    "corrupt, of the same length": (lambda hub: hub.fault("GET", "/_cdn/", corrupt=True), "was damaged on its way"),
    "gone since it was listed": (
        lambda hub: hub.repos["model", "me/run"].head.tree.pop("model_4.safetensors"),
        "a file of hf://me/run@COMMIT is gone since it was listed; list it again",
    ),
}  # fmt: skip


def said_of(failure: str, hub: FakeHub, commit: str) -> str:
    return failure.replace("PORT", str(hub.port)).replace("COMMIT", commit[:7])


@pytest.mark.parametrize("name", FAILURES)
def test_a_listing_that_fails_says_why_in_a_sentence_and_soon(hub, api, quick, name):
    spoil, complaint = FAILURES[name]
    spoil(hub)
    started = time.monotonic()
    with pytest.raises(ValueError) as caught:
        list_epochs(api, REF)
    assert time.monotonic() - started < 5
    assert said_of(complaint, hub, "") in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", DOWNLOAD_FAILURES)
def test_a_download_that_fails_says_why_keeps_what_is_whole_and_goes_on_later(hub, api, files, quick, tmp_path, name):
    spoil, complaint = DOWNLOAD_FAILURES[name]
    listing, folder = list_epochs(api, REF), tmp_path / "r"
    repo, commits = hub.repos["model", "me/run"], list(hub.repos["model", "me/run"].commits)
    tree = dict(repo.head.tree)
    events(pull_epochs(api, listing, [0], folder))
    before = contents(folder)
    spoil(hub)
    started = time.monotonic()
    with pytest.raises(ValueError) as caught:
        list(pull_epochs(api, listing, None, folder))
    assert time.monotonic() - started < 8
    assert said_of(complaint, hub, listing.repo.commit) in str(caught.value) and "\n" not in str(caught.value)
    assert contents(folder) == before
    assert RunFolder(folder).load(0).epoch == 0, "what was pulled before does not play any more"

    hub.faults.clear()
    hub.repos["model", "me/run"], repo.commits, repo.private, repo.gated = repo, commits, False, False
    repo.head.tree.update(tree) if repo.revisions else repo.revisions.update(main=commits[0])
    if hub.server is None:
        hub.start()
    hub.log.clear()
    assert events(pull_epochs(api, listing, None, folder)) == [EpochHere(0, False), *here(4, 12)]
    assert not hub.asked("model_0")
    assert {name: content for name, content in contents(folder).items() if name != "hub.json"} == files


def test_the_patience_is_fifteen_seconds_and_silence_is_told_long_before():
    assert PATIENCE <= 15 and hub_client.POLL_SECONDS <= 1 and hub_client.TIMEOUT <= PATIENCE


def test_silence_is_told_and_can_be_cancelled(hub, api, monkeypatch, tmp_path):
    monkeypatch.setattr(hub_client, "POLL_SECONDS", 0.05)
    hub.fault("GET", "/_cdn/.*model_4", stall=1000)
    work = pull_epochs(api, list_epochs(api, REF), [0, 4], tmp_path / "r")
    waits = [event for event, _ in zip((e for e in work if isinstance(e, Waiting)), range(3), strict=False)]
    assert [event.seconds for event in waits] == sorted(event.seconds for event in waits)
    started = time.monotonic()
    work.close()
    assert time.monotonic() - started < 1
    assert list(RunFolder(tmp_path / "r").epochs()) == [0]
    assert not [name for name in contents(tmp_path / "r") if ".part" in name]


def test_a_slow_server_is_waited_for_as_long_as_something_comes(hub, api, files, monkeypatch, tmp_path):
    listing = list_epochs(api, REF)
    monkeypatch.setattr(hub_client, "PATIENCE", 2.0)
    hub.fault("GET", "/_cdn/.*model_4", rate=len(files["model_4.safetensors"]) / 3)
    started = time.monotonic()
    assert events(pull_epochs(api, listing, [4], tmp_path / "r")) == here(4)
    assert time.monotonic() - started > 2.2, "the server was not slow"


@pytest.mark.parametrize("sent", [0, 50_000])
def test_a_connection_that_breaks_off_once_is_taken_up_where_it_broke(hub, api, files, tmp_path, sent):
    hub.fault("GET", "/_cdn/.*model_0", times=1, cut=sent)
    assert events(pull_epochs(api, list_epochs(api, REF), [0], tmp_path / "r")) == here(0)
    assert contents(tmp_path / "r")["model_0.safetensors"] == files["model_0.safetensors"]
    assert len(hub.asked("_cdn/.*model_0")) == 2
    assert len(hub.asked(r"_cdn/.*model_0.* bytes=[1-9]\d*-$")) == (sent > 0)


@pytest.mark.parametrize("token", ["hf_ключ", "hf_a\nb", "hf_unknown"])
def test_a_token_that_is_none_is_never_repeated(hub, token):
    with pytest.raises(ValueError, match="token") as caught:
        list_epochs(HfApi(endpoint=hub.url, token=token), REF)
    assert token not in str(caught.value) and "ключ" not in str(caught.value)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


# Without the Hub


def test_what_was_pulled_plays_without_the_hub(hub, api, quick, tmp_path):
    run = run_to_end(find_or_pull(api, HubRef("me/run", None, 4), tmp_path))
    commit = run.source()["commit"]
    hub.put("me/run", {"README.md": b"# Newer\n"})
    hub.stop()
    told = list(find_or_pull(api, HubRef("me/run", None, 4), tmp_path))
    assert [type(event) for event in told] == [LocalCopy]
    assert "cannot be reached" in str(told[0].reason) and told[0].commit == commit
    with pytest.raises(ValueError, match="cannot be reached"):
        list(find_or_pull(api, HubRef("me/run", None, 12), tmp_path))
    with pytest.raises(ValueError, match="cannot be reached"):
        list(find_or_pull(api, HubRef("me/run", "v2", 4), tmp_path))


def test_a_copy_of_an_older_commit_is_brought_up_to_date_where_the_hub_answers(hub, api, tmp_path):
    run_to_end(find_or_pull(api, HubRef("me/run", None, 4), tmp_path))
    newer = hub.put("me/run", {"README.md": b"# Newer\n"})
    run = run_to_end(find_or_pull(api, HubRef("me/run", None, 4), tmp_path))
    assert run.source()["commit"] == newer.id and run.card() == "# Newer\n"


# The command line


@pytest.fixture
def at_home(hub, monkeypatch, tmp_path) -> Path:
    """The verbs ask the loopback Hub; an empty working directory."""
    hub.stand_in(monkeypatch)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_pull_lists_and_brings_what_was_asked_for(hub, at_home, capsys):
    assert main(["pull", "hf://me/run", "--list"]) == 0
    table = capsys.readouterr().out.splitlines()
    assert table[0].endswith("sprite-unet, 3 epochs")
    assert [line.split()[0] for line in table[2:]] == ["0", "4", "12"]
    assert table[2].split()[-2:] == ["0.5000", "0.4000"] and table[3].split()[-1] == "2.00"
    assert not list(at_home.iterdir()) and not hub.asked("model_")
    assert main(["pull", "hf://me/run", "--epochs", "12", "0"]) == 0
    assert capsys.readouterr().out.endswith("epochs 0, 12 are in checkpoints/me--run\n")
    assert list(RunFolder("checkpoints/me--run").epochs()) == [0, 12]
    assert main(["pull", "hf://me/run/model_4", "--run", "mine"]) == 0
    assert list(RunFolder("mine").epochs()) == [4]


def test_sample_takes_an_epoch_from_the_hub_and_again_without_it(hub, at_home, capsys):
    words = ["sample", "--checkpoint", "hf://me/run@main/model_4", "--steps", "2", "--count", "2", "--out"]
    assert main([*words, "a.npy"]) == 0
    assert RunFolder("checkpoints/me--run--main").load(4).epoch == 4
    hub.stop()
    assert main([*words, "b.npy"]) == 0
    assert np.array_equal(np.load("a.npy"), np.load("b.npy"))
    assert "cannot be reached" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["pull", "me/run"], "is no run on the Hub; write it like hf://user/repo"),
        (["pull", "hf://me/walk"], "there is no hf://me/walk, or it is private"),
        (["pull", "hf://me/run@v9"], "there is no hf://me/run@v9: the repository has no such branch"),
        (["sample", "--checkpoint", "hf://me/run", "--out", "x.png"], "name one epoch, such as hf://me/run/model_12"),
        (["sample", "--checkpoint", "hf://me/run/model_5", "--out", "x.png"], "has no epoch 5; it has: 0, 4, 12"),
    ],
)
def test_wrong_names_are_one_line(at_home, capsys, words, expected):
    assert main(words) == 2
    said = capsys.readouterr()
    assert expected in said.err and said.err.count("\n") == 1 and not said.out
    assert not list(at_home.iterdir())


def test_a_pull_that_is_killed_leaves_whole_files_and_goes_on(hub, files, tmp_path):
    """A real process, kill -9 in the middle of its second epoch."""
    stalled = hub.fault("GET", "/_cdn/.*model_4", stall=len(files["model_4.safetensors"]) // 2)
    command = [sys.executable, "-m", "diffusion", "pull", "hf://me/run", "--runs", str(tmp_path)]
    environment = os.environ | {"HF_ENDPOINT": hub.url, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    while not hub.asked("_cdn/.*model_4") and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    assert process.wait(10) == -signal.SIGKILL
    folder = tmp_path / "me--run"
    found = contents(folder)
    assert "model_0.safetensors" in found and "model_4.safetensors" not in found
    found.pop(LOCK, None)  # which ended with the process
    assert all(found[name] == files[name] for name in found if name != "hub.json")
    assert list(RunFolder(folder).epochs()) == [0]

    stalled.times = 0
    hub.log.clear()
    api = HfApi(endpoint=hub.url, token=False)
    assert events(pull_epochs(api, list_epochs(api, REF), None, folder)) == [EpochHere(0, False), *here(4, 12)]
    assert not hub.asked("model_0")
    found = contents(folder)
    assert {name: found[name] for name in files} == files and found.keys() == {*files, "hub.json"}


# Leftovers and other processes


@pytest.mark.parametrize("name", [LOCK, ".hub.json.part", ".config.json.part", "training/labels.npy"])
def test_what_a_killed_process_left_is_no_other_run(api, files, tmp_path, name):
    """Of a pull that was killed at its first file, or of an upload that was being copied into a run of that name."""
    (tmp_path / "run" / name).parent.mkdir(parents=True)
    (tmp_path / "run" / name).write_bytes(b"half")
    assert EpochHere(0, True) in list(pull_epochs(api, list_epochs(api, REF), [0], tmp_path / "run"))
    found = contents(tmp_path / "run")
    assert found["model_0.safetensors"] == files["model_0.safetensors"]
    assert found.keys() <= files.keys() | {"hub.json"}


def test_a_file_of_a_person_keeps_a_pull_out(api, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match="run holds another run"):
        list(pull_epochs(api, list_epochs(api, REF), [0], tmp_path / "run"))
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["notes.txt"]


def test_a_pull_waits_for_no_training_and_says_who_has_the_folder(api, tmp_path, monkeypatch):
    monkeypatch.setattr("diffusion.hub.pull.LOCK_SECONDS", 0.1)
    with lock_run(tmp_path / "run"), pytest.raises(UserError, match="run is in use"):
        list(pull_epochs(api, list_epochs(api, REF), [0], tmp_path / "run"))
