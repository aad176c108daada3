"""Runs to the Hub, over a loopback Hub: one commit a push, nobody's work overwritten, no token to be read anywhere."""

import json
import logging
import os
import re
import time
import traceback
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import hf_xet
import numpy as np
import pytest
import torch
from huggingface_hub import HfApi, ModelCard
from PIL import Image
from support.fakehub import TOKENS, FakeHub
from support.runs import make_run

import diffusion.hub.push as publish
from diffusion.__main__ import main
from diffusion.core.train_config import TrainConfig
from diffusion.engine.generation import Request
from diffusion.hub import client as hub_client
from diffusion.hub.client import Progress, Waiting, run_to_end
from diffusion.hub.listing import list_epochs
from diffusion.hub.pull import pull_epochs
from diffusion.hub.push import Pushed
from diffusion.refs import HubRef
from diffusion.runs import publish_run
from diffusion.store.card import build_card
from diffusion.store.checkpoint import RunConfig
from diffusion.store.quality import read_metrics
from diffusion.store.run_folder import RunFolder

REF = HubRef("me/run")
SENTINEL = "hf_SentinelThatMustNotBeSeen"
METRICS = {"0": {"step": 1, "loss": 0.5, "held_out_loss": 0.4}, "4": {"step": 5, "loss": 0.25}}


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    hub = FakeHub().start()
    yield hub
    hub.stop()


@pytest.fixture
def api(hub) -> HfApi:
    return HfApi(endpoint=hub.url, token="hf_me")


@pytest.fixture(autouse=True)
def quick(monkeypatch, request) -> None:
    """A picture of two steps, no pauses between the client's own tries, and little patience with a Hub that hangs."""
    monkeypatch.setattr("diffusion.engine.card_picture.PICTURE", Request(count=32, steps=2))
    monkeypatch.setattr(hub_client, "POLL_SECONDS", 0.05)
    if "hung" in request.node.name:
        monkeypatch.setattr(publish, "COMMIT_PATIENCE", 0.5)
        monkeypatch.setattr(hub_client, "PATIENCE", 0.5)
    without_sleep = SimpleNamespace(**{name: getattr(time, name) for name in dir(time)} | {"sleep": lambda _: None})
    monkeypatch.setattr("huggingface_hub.utils._http.time", without_sleep)


@pytest.fixture
def run(tmp_path) -> RunFolder:
    """Two epochs, numbers, a card, and a state to resume from."""
    run = make_run(tmp_path / "runs" / "mine", epochs=(0, 4))
    run.save_file("metrics.json", json.dumps(METRICS).encode())
    run.save_card(build_card(run.config(), run.metrics(), "python -m diffusion train --run mine"))
    run.save_picture("nearest.png", np.zeros((4, 4, 3), np.uint8))
    run.save_plan({"data": "builtin"})
    run.save_resume({"epoch": 4})
    return run


def add_epoch(run: RunFolder, epoch: int) -> None:
    torch.manual_seed(epoch)
    run.save_epoch(epoch, run.config().build().state_dict(), {"step": epoch})


def tree(hub: FakeHub) -> dict[str, bytes]:
    return {name: blob.data for name, blob in hub.repos["model", "me/run"].head.tree.items()}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# What a push makes


def test_a_push_is_one_commit_with_all_of_the_run_but_its_training_state(hub, api, run):
    told = list(publish_run(api, run, REF))
    commits = hub.repos["model", "me/run"].commits
    assert [commit.title for commit in commits] == ["initial commit", "Epochs 0, 4"]
    assert told[-1] == Pushed(f"{hub.url}/me/run", commits[-1].id, tuple(told[-1].files))
    expected = {"config.json", "metrics.json", "README.md", "nearest.png", "sample_4.png"}
    expected |= {"model_0.safetensors", "model_4.safetensors"}
    assert tree(hub).keys() - {".gitattributes"} == expected == set(told[-1].files)
    assert all(tree(hub)[name] == (run.path / name).read_bytes() for name in expected - {"README.md"})
    progress = [event for event in told if isinstance(event, Progress)]
    assert len(progress) == len(expected) and progress[-1].done == progress[-1].total
    assert not hub.repos["model", "me/run"].private


@pytest.mark.parametrize(
    ("data", "licence"), [({"name": "builtin:20@0", "count": 20}, "mit"), ({"name": "mine.zip", "count": 20}, None)]
)
def test_a_licence_is_given_only_to_what_learned_from_our_own_pictures(data, licence):
    assert ModelCard(build_card(RunConfig(data=data, training=asdict(TrainConfig())), {}, "")).data.license == licence


def test_the_card_is_valid_for_the_hub_and_shows_a_picture_and_the_numbers(hub, api, run):
    run_to_end(publish_run(api, run, REF))
    made = ModelCard(tree(hub)["README.md"].decode())
    assert made.data.library_name == "sprite-diffusion"
    assert made.data.pipeline_tag == "unconditional-image-generation" and "ddpm" in made.data.tags
    assert set(re.findall(r"!\[[^\]]+\]\(([^)]+)\)", made.text)) <= tree(hub).keys()
    assert "(sample_4.png)" in made.text and "| 4 | 5 | 0.2500 |" in made.text
    assert "python -m diffusion train --run mine" in made.text
    assert "python -m diffusion sample --checkpoint hf://me/run/model_4 --out" in made.text
    with Image.open(run.path / "sample_4.png") as picture:
        assert picture.size == (568, 280) and np.asarray(picture).std() > 10


def test_the_card_names_the_data_set_that_is_on_the_hub():
    config = RunConfig(data={"name": "hf://datasets/me/sprites", "count": 5})
    assert ModelCard(build_card(config, {}, "")).data.datasets == ["me/sprites"]
    assert ModelCard(build_card(RunConfig(data={"name": "x: [", "count": 5}), {}, "")).data.datasets is None


def test_a_card_that_a_person_wrote_goes_as_it_is(hub, api, run):
    run.save_card("---\nlicense: cc0-1.0\n---\n# My heroes\n")
    run_to_end(publish_run(api, run, REF))
    assert tree(hub)["README.md"] == b"---\nlicense: cc0-1.0\n---\n# My heroes\n"


def test_what_is_there_already_is_not_sent_and_makes_no_commit(hub, api, run):
    first = run_to_end(publish_run(api, run, REF))
    hub.log.clear()
    assert run_to_end(publish_run(api, run, REF)) == Pushed(first.url, first.commit, ())
    assert not hub.asked("POST|PUT")
    add_epoch(run, 8)
    pushed = run_to_end(publish_run(api, run, REF))
    assert set(pushed.files) == {"model_8.safetensors", "sample_8.png", "README.md"}
    assert len(hub.asked("PUT")) == 2 and hub.repos["model", "me/run"].head.title == "Epochs 8"
    assert {"model_0.safetensors", "sample_4.png"} <= tree(hub).keys(), "something was removed"


def test_what_was_pushed_is_pulled_and_draws_the_same(hub, api, run, tmp_path):
    run_to_end(publish_run(api, run, REF))
    folder = tmp_path / "runs" / REF.folder()
    list(pull_epochs(api, list_epochs(api, REF), None, folder))
    pulled = RunFolder(folder)
    assert pulled.metrics() == read_metrics(METRICS) and pulled.nearest() == run.nearest()
    mine, theirs = (it.load(4).network.state_dict() for it in (run, pulled))
    assert all(torch.equal(mine[name], theirs[name]) for name in mine)
    assert not (folder / "training").exists()
    assert run_to_end(publish_run(api, pulled, REF)).files == (), "a pulled run is not what was pushed"


def test_the_training_state_goes_only_when_asked_for(hub, api, run):
    run_to_end(publish_run(api, run, REF, with_training=True))
    assert tree(hub)["training/resume.pt"] == (run.path / "training" / "resume.pt").read_bytes()


def test_a_private_run_is_never_put_where_all_can_see_it(hub, api, run):
    run_to_end(publish_run(api, run, REF, private=True))
    assert hub.repos["model", "me/run"].private
    hub.add("me/open", {})
    with pytest.raises(ValueError, match="hf://me/open is public; push to a new name, or make it private"):
        run_to_end(publish_run(api, run, HubRef("me/open"), private=True))
    assert not hub.repos["model", "me/open"].head.tree


# Others' work


def test_a_newer_commit_of_somebody_else_is_not_overwritten(hub, api, run):
    run_to_end(publish_run(api, run, REF))
    theirs = hub.put("me/run", {"README.md": b"# Theirs\n"})
    add_epoch(run, 8)
    with pytest.raises(ValueError, match=r"has moved on to \w{7} since .* pull it first, then push again"):
        run_to_end(publish_run(api, run, REF))
    assert hub.repos["model", "me/run"].head == theirs
    list(pull_epochs(api, list_epochs(api, REF), [4], run.path))
    assert "model_8.safetensors" in run_to_end(publish_run(api, run, REF)).files


def test_a_commit_that_comes_in_between_is_not_overwritten(hub, api, run):
    """The answer 412: after the look, before the commit."""
    work = publish_run(api, run, REF)
    next(event for event in work if isinstance(event, Progress))
    theirs = hub.put("me/run", {"notes.txt": b"Theirs"})
    with pytest.raises(ValueError, match="somebody has changed hf://me/run meanwhile; pull it first, then push again"):
        list(work)
    assert hub.repos["model", "me/run"].head == theirs


def test_another_run_is_not_written_over(hub, api, run, tmp_path):
    run_to_end(publish_run(api, make_run(tmp_path / "runs" / "other", epochs=(4,), width=16), REF))
    before = tree(hub)
    with pytest.raises(ValueError, match=r"already holds a run, and not the one of .*mine; push to a new name"):
        run_to_end(publish_run(api, run, REF))
    assert tree(hub) == before
    hub.add("me/empty", {"README.md": b"# Soon\n"})
    assert run_to_end(publish_run(api, run, HubRef("me/empty"))).files


def test_a_push_whose_answer_was_lost_is_not_made_twice(hub, api, run):
    hub.fault("POST", "/commit/", cut=0, times=1)
    with pytest.raises(ValueError, match="broke off"):
        run_to_end(publish_run(api, run, REF))
    commits = list(hub.repos["model", "me/run"].commits)
    assert len(commits) == 2, "the commit was not made; the test tests nothing"
    assert run_to_end(publish_run(api, run, REF)).files == ()
    assert hub.repos["model", "me/run"].commits == commits
    add_epoch(run, 8)
    assert run_to_end(publish_run(api, run, REF)).files


# When things break

FAILURES = {
    "server down": (lambda hub: hub.stop(), "cannot be reached"),
    "hung": (lambda hub: hub.fault("GET", "", delay=30), "has not answered for 0.5 s"),
    "commit hung": (lambda hub: hub.fault("POST", "/commit/", delay=30), "has not answered for 0.5 s"),
    "token refused": (lambda hub: hub.fault("GET", "", status=401), "does not accept the token, or there is none"),
    "no right to write": (lambda hub: hub.fault("POST", "/preupload/", status=403), "use one that may write"),
    "trouble before": (lambda hub: hub.fault("POST", "/preupload/", status=503), "trouble of its own (error 503)"),
    "trouble in an upload": (lambda hub: hub.fault("PUT", "/_lfs/", status=500), "trouble of its own (error 500)"),
    "trouble in the commit": (lambda hub: hub.fault("POST", "/commit/", status=500), "trouble of its own (error 500)"),
    "too many requests": (lambda hub: hub.fault("POST", "/commit/", status=429), "asks for a pause"),
    "captive portal": (lambda hub: hub.fault("GET", "", status=200, body=b"<html>"), "is not the Hub"),
    "card refused": (
        lambda hub: hub.fault("POST", "/validate-yaml", status=400, body=b"{}"),
        "at the top of README.md",
    ),
    "cut": (lambda hub: hub.fault("POST", "/preupload/", cut=0), "broke off"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_push_that_fails_says_why_and_leaves_no_half_of_it(hub, api, run, name):
    spoil, complaint = FAILURES[name]
    hub.add("me/run", {})
    before = tree(hub)
    spoil(hub)
    started = time.monotonic()
    with pytest.raises(ValueError) as caught:
        run_to_end(publish_run(api, run, REF))
    assert time.monotonic() - started < 15
    assert complaint in str(caught.value) and "\n" not in str(caught.value)
    assert tree(hub) == before and not run.source()
    hub.faults.clear()
    if hub.server is None:
        hub.start()
    assert run_to_end(publish_run(api, run, REF)).files
    assert {"model_0.safetensors", "model_4.safetensors"} <= tree(hub).keys()


def test_waiting_for_an_upload_is_told(hub, api, run):
    hub.fault("PUT", "/_lfs/", delay=0.3, times=1)
    assert any(isinstance(event, Waiting) for event in publish_run(api, run, REF))


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda run: [path.unlink() for path in run.epochs().values()], "holds no epochs to push"),
        (lambda run: (run.path / "model_8.pth").write_bytes(b""), "make .safetensors of them with the verb convert"),
        (lambda run: run.epochs()[4].write_bytes(b""), "is damaged or cut short"),
        (lambda run: (run.path / "config.json").unlink(), "it has no config.json"),
    ],
    ids=["no epochs", "pickles", "damaged", "no config"],
)
def test_a_run_that_cannot_be_pushed_is_one_sentence(hub, api, run, spoil, complaint):
    spoil(run)
    with pytest.raises(ValueError) as caught:
        run_to_end(publish_run(api, run, REF))
    assert complaint in str(caught.value) and "\n" not in str(caught.value)
    assert not hub.asked("/commit/")


def test_numbers_of_another_form_stay_out_of_the_card(hub, api, run):
    run.save_file("metrics.json", b'{"0": {"step": "x", "loss": []}, "4": {"step": 7, "loss": 0.5}}')
    assert run_to_end(publish_run(api, run, REF)).files
    card = tree(hub)["README.md"].decode()
    assert "| 4 | 7 | 0.5000 |" in card and "| 0 |" not in card


@pytest.mark.parametrize("name", ["hf://me/run@v1", "hf://me/run/model_4"])
def test_a_run_goes_to_a_whole_repository(api, run, name):
    with pytest.raises(ValueError, match="a run is pushed to a whole repository such as hf://me/run, not to"):
        run_to_end(publish_run(api, run, HubRef.parse(name)))


# The token


@pytest.mark.parametrize("accepted", [True, False], ids=["accepted", "refused"])
@pytest.mark.parametrize("name", [*FAILURES, "all is well"])
def test_the_token_is_nowhere_to_be_read(hub, run, tmp_path, monkeypatch, capfd, caplog, name, accepted):
    """The loopback Hub repeats a token that it refuses in its answer, as a careless server would."""
    if accepted:
        monkeypatch.setitem(TOKENS, SENTINEL, "me")
    monkeypatch.setenv("HF_TOKEN", SENTINEL)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_IMPLICIT_TOKEN", False)
    hub.stand_in(monkeypatch)
    hub.add("me/run", {})
    FAILURES.get(name, (lambda _: None, ""))[0](hub)
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, "httpcore2")  # below that it writes down all that servers say, word for word
    written = [""]
    for verb in (["push", str(run.path), "--to", "me/run"], ["pull", "hf://me/run", "--runs", str(tmp_path / "to")]):
        main(verb)
    try:
        run_to_end(publish_run(HfApi(), run, REF))
    except ValueError:
        written.append(traceback.format_exc())
    said = capfd.readouterr()
    written += [said.out, said.err, caplog.text]
    written += [content.decode("latin1") for content in contents(tmp_path).values()]
    assert hub.server is None or hub.asked("."), "nothing was asked"
    assert not [text for text in written if SENTINEL in text]
    assert not [text for text in written if SENTINEL[3:] in text]


# The command line


def test_push_publishes_a_run(hub, run, monkeypatch, capsys):
    hub.stand_in(monkeypatch)
    monkeypatch.setenv("HF_TOKEN", "hf_me")
    assert main(["push", str(run.path), "--to", "me/run", "--private"]) == 0
    assert re.search(r"7 files of .*mine are at http://.*/me/run, commit \w{7}\n", capsys.readouterr().out)
    assert main(["push", str(run.path), "--to", "hf://me/run"]) == 0
    assert "has all of" in capsys.readouterr().out
    assert main(["push", str(run.path), "--to", "run"]) == 2
    assert "is no run on the Hub" in capsys.readouterr().err


# The way over xet


class LocalCas:
    """The store behind xet, as a folder: what hf_xet puts there, hf_xet reads again."""

    def __init__(self, folder: Path, sources: Path) -> None:
        self.folder, self.sources = folder, sources

    @property
    def address(self) -> str:
        return f"local://{self.folder}"

    def find(self, sha256: str) -> str:
        """The xet hash of what has this sha256. The real store knows it; here it is found among the sources."""
        import hashlib

        for path in self.sources.rglob("*"):
            if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256:
                return hf_xet.hash_files([str(path)])[0].hash
        return ""

    def __call__(self, xet_hash: str, size: int) -> bytes:
        out = self.folder.parent / "read-back"
        with hf_xet.XetSession().new_file_download_group(endpoint=self.address) as group:
            group.start_download_file(hf_xet.XetFileInfo(xet_hash, size), str(out))
        return out.read_bytes()


def test_a_push_over_xet_comes_back(run, monkeypatch, tmp_path):
    """Uploaded by the real hf_xet into a folder, and nowhere else; served from there."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", False)
    (tmp_path / "cas").mkdir()
    cas = LocalCas(tmp_path / "cas", run.path)
    hub = FakeHub(bridge=cas, cas=cas.address).start()
    try:
        api = HfApi(endpoint=hub.url, token="hf_me")
        run_to_end(publish_run(api, run, REF))
        assert hub.asked("xet-write-token") and not hub.asked("PUT") and not hub.uploaded
        assert sum(len(content) for content in contents(tmp_path / "cas").values()) > 100_000
        list(pull_epochs(api, list_epochs(api, REF), None, tmp_path / "back"))
    finally:
        hub.stop()
    assert (tmp_path / "back" / "model_4.safetensors").read_bytes() == run.epochs()[4].read_bytes()


@pytest.fixture
def read_only(monkeypatch) -> None:
    """As on a disk that is mounted for reading; tests may run as root, who may write everywhere else."""
    plain = open

    def refuse(path: Path, mode: str = "r", *rest: object, **named: object):
        if "w" in mode and Path(path).parent.name == "mine":
            raise PermissionError(13, "Permission denied", str(path))
        return plain(path, mode, *rest, **named)

    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr("diffusion.runs.publish.is_writable", lambda folder: False)


def test_a_run_that_can_only_be_read_is_pushed_and_what_is_missing_is_said(hub, run, monkeypatch, capsys, read_only):
    for path in run.path.glob("sample_*.png"):
        path.unlink()
    hub.stand_in(monkeypatch)
    monkeypatch.setenv("HF_TOKEN", "hf_me")
    before = contents(run.path)
    assert main(["push", str(run.path), "--to", "me/run"]) == 0
    out, err = capsys.readouterr()
    assert "files of" in out and "model_4.safetensors" in hub.repos["model", "me/run"].head.tree
    assert "the card of mine gets no picture: its folder is read-only" in err
    assert "hf://me/run has the run, but mine does not know it: could not write" in err and "read-only" in err
    assert "token" not in err and contents(run.path) == before


def test_a_file_that_cannot_be_read_is_named_and_no_token(hub, api, run, monkeypatch):
    plain = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "model_4.safetensors":
            raise PermissionError(13, "Permission denied", str(path))
        return plain(path)

    run_to_end(publish_run(api, run, REF))
    hub.put("me/run", {"model_4.safetensors": None})
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ValueError, match=r"model_4\.safetensors cannot be read or written: Permission denied"):
        run_to_end(publish.push_run(api, run, HubRef("me/other")))


def test_no_test_can_reach_the_real_hub():
    assert os.environ["HF_ENDPOINT"] == "http://127.0.0.1:9" and HfApi().endpoint == "http://127.0.0.1:9"
