"""Run folders: what is written comes back, nothing is ever half written, and nothing foreign is believed."""

import builtins
import errno
import io
import json
import os
import pickle
import zipfile
from functools import partial
from pathlib import Path

import pytest
import torch
from safetensors.torch import save as to_safetensors
from support.runs import make_run
from torch import Tensor, nn

from diffusion.core.context_unet import ContextUnet
from diffusion.sprites import KINDS
from diffusion.store import EpochMetrics, RunFolder, list_runs, load_file
from diffusion.store.checkpoint import COURSE, RunConfig

TINY = RunConfig(network="context-unet", width=8)
COURSE_NAMES = [
    "init_conv.conv1.0.weight",
    "init_conv.conv1.1.running_mean",
    "init_conv.conv2.0.bias",
    "init_conv.conv2.1.num_batches_tracked",
    "down1.model.0.conv1.0.weight",
    "down1.model.1.conv2.1.weight",
    "down2.model.0.conv1.0.weight",
    "timeembed1.model.0.weight",
    "timeembed2.model.2.bias",
    "contextembed1.model.0.weight",
    "contextembed2.model.2.weight",
    "up0.0.weight",
    "up0.1.weight",
    "up1.model.0.weight",
    "up1.model.2.conv2.0.weight",
    "up2.model.0.bias",
    "up2.model.1.conv1.1.bias",
    "out.0.weight",
    "out.1.weight",
    "out.3.weight",
    "out.3.bias",
]


def weights(seed: int = 0, config: RunConfig = TINY) -> dict[str, Tensor]:
    torch.manual_seed(seed)
    return config.build().state_dict()


def prediction(network: nn.Module) -> Tensor:
    """What a network answers to one fixed question."""
    chance = torch.Generator().manual_seed(0)
    x, context = torch.randn(2, 3, 16, 16, generator=chance), torch.eye(5)[:2]
    with torch.inference_mode():
        return network.eval()(x, torch.tensor([0.3, 0.9]), context)


def leftovers(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if ".part" in path.name]


@pytest.fixture
def run(tmp_path) -> RunFolder:
    """A run with epoch 0."""
    run = RunFolder(tmp_path / "run")
    run.create(TINY)
    run.save_epoch(0, weights(), {"loss": 0.5})
    return run


# The settings


@pytest.mark.parametrize(
    "config",
    [
        RunConfig(),
        COURSE,
        RunConfig(
            network="context-unet",
            width=8,
            schedule="cosine",
            levels=100,
            training={"epochs": 3, "lr": 1e-3, "flip": True},
            data={"name": "mine", "count": 7, "sha256": "ab"},
        ),
    ],
    ids=["default", "course", "all"],
)
def test_settings_come_back_from_json(tmp_path, config):
    run = RunFolder(tmp_path / "run")
    run.create(config)
    assert run.config() == config
    assert RunConfig.from_json(config.to_json()) == config


def edited(**changes: object) -> str:
    """A good config.json with these entries changed; None removes one."""
    fields = json.loads(TINY.to_json()) | changes
    return json.dumps({name: value for name, value in fields.items() if value is not None})


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "run/config.json is damaged: it is empty"),
        ("not json", "is cut short or no JSON (line 1, column 1)"),
        ("[1, 2]", "it holds no names and values"),
        ("null", "it holds no names and values"),
        ('{"model_type": "bert"}', "is not a run's"),
        (edited(format=None), "is not a run's"),
        (edited(vocabulary=None), "is not a run's"),
        (edited(format=2), "has format 2; this version reads format 1"),
        (edited(kinds=["hero", "villain"]), "lists the kinds"),
        (edited(kinds=list(reversed(KINDS))), "lists the kinds"),
        (edited(colour="red", age=3), "does not know: age, colour"),
        (edited(network="transformer"), "network must be one of sprite-unet, context-unet, not 'transformer'"),
        (edited(network=["context-unet"]), "network must be one of"),
        (edited(schedule="wild"), "schedule must be one of"),
        (edited(variant="new"), "variant must be one of"),
        (edited(width=0), "width must be a whole number"),
        (edited(width=8.5), "width must be a whole number"),
        (edited(width="64"), "width must be a whole number"),
        (edited(width=12), "width must be a multiple of 8"),
        (edited(width=10**9), "width must be a whole number from 1 to 512"),
        (edited(levels=0), "levels must be a whole number"),
    ],
)
def test_settings_that_are_not_understood_are_refused(run, text, complaint):
    (run.path / "config.json").write_text(text)
    for attempt in (run.config, lambda: run.load(0), lambda: load_file(run.path / "model_0.safetensors")):
        with pytest.raises(ValueError) as caught:
            attempt()
        assert complaint in str(caught.value)


# The epochs


def test_epochs_are_ordered_by_number_whatever_the_files_are_called(tmp_path):
    names = ["model_100.safetensors", "model_31.pth", "context_model_4.pth", "model_0.safetensors", "model_24.pth"]
    names += ["model_7.ckpt", "model_8.pt", "model_9.bin"]
    others = [
        "model_x.pth",
        "model_7.h5",
        "my_model_8.pth",
        "model_9.pth.bak",
        ".model_5.safetensors.part",
        "README.md",
    ]
    for name in names + others:
        (tmp_path / name).touch()
    assert [(epoch, path.name) for epoch, path in RunFolder(tmp_path).epochs().items()] == [
        (0, "model_0.safetensors"),
        (4, "context_model_4.pth"),
        (7, "model_7.ckpt"),
        (8, "model_8.pt"),
        (9, "model_9.bin"),
        (24, "model_24.pth"),
        (31, "model_31.pth"),
        (100, "model_100.safetensors"),
    ]


@pytest.mark.parametrize("config", [TINY, RunConfig(width=8)], ids=lambda config: config.network)
def test_an_epoch_comes_back_with_the_same_answers(tmp_path, config):
    run = RunFolder(tmp_path / "run")
    run.create(config)
    saved = {epoch: weights(epoch, config) for epoch in (0, 12)}
    for epoch, state in saved.items():
        run.save_epoch(epoch, state, {})
    for epoch, state in saved.items():
        network = config.build()
        network.load_state_dict(state)
        checkpoint = run.load(epoch)
        assert (checkpoint.epoch, checkpoint.config) == (epoch, config)
        assert not checkpoint.network.training
        assert torch.equal(prediction(checkpoint.network), prediction(network))


def test_half_precision_halves_the_file_and_comes_back_as_float32(run):
    run.save_epoch(1, weights(), {}, torch.float16)
    full, half = (run.epochs()[epoch].stat().st_size for epoch in (0, 1))
    assert half < 0.7 * full
    network = run.load(1).network
    assert {p.dtype for p in network.parameters()} == {torch.float32}
    assert network.state_dict()["init_conv.conv1.1.num_batches_tracked"].dtype == torch.int64
    torch.testing.assert_close(prediction(network), prediction(run.load(0).network), atol=2e-2, rtol=2e-2)
    assert not torch.equal(prediction(network), prediction(run.load(0).network))


def test_safetensors_win_over_a_pth_of_the_same_epoch(run):
    torch.save(weights(seed=1), run.path / "model_0.pth")
    torch.save(weights(seed=1), run.path / "context_model_0.pth")
    assert run.epochs()[0].name == "model_0.safetensors"
    network = TINY.build()
    network.load_state_dict(weights(seed=0))
    assert torch.equal(prediction(run.load(0).network), prediction(network))


def test_an_epoch_that_is_not_there_names_those_that_are(run):
    run.save_epoch(12, weights(), {})
    with pytest.raises(ValueError, match=r"has no epoch 3; it has: 0, 12$"):
        run.load(3)


def test_metrics_and_resume_state_come_back(run):
    assert run.metrics() == {}
    assert run.resume_state() is None
    run.save_metrics(0, {"loss": 0.5})
    run.save_metrics(1, {"loss": 0.25})
    run.save_resume({"epoch": 1, "network": weights()})
    assert run.metrics() == {0: EpochMetrics(loss=0.5), 1: EpochMetrics(loss=0.25)}
    state = run.resume_state()
    assert state["epoch"] == 1
    assert all(torch.equal(state["network"][name], tensor) for name, tensor in weights().items())
    (run.path / "training" / "resume.pt").write_bytes(b"half a f")
    with pytest.raises(ValueError, match=r"run/training/resume\.pt is no file of weights"):
        run.resume_state()


# The course's files


def test_a_flat_folder_of_the_courses_files_opens_as_a_run(tmp_path):
    """Its own checkpoints are ContextUnets of 64 features; their names are the course's, so they load as they are."""
    folder = tmp_path / "weights"
    folder.mkdir()
    torch.manual_seed(0)
    state = ContextUnet(variant="course").state_dict()
    assert not [name for name in COURSE_NAMES if name not in state]
    assert not [name for name in state if "shortcut" in name], "the course's shortcut is in no checkpoint"
    torch.save(state, folder / "model_0.pth")
    torch.save(state, folder / "context_model_4.pth")
    run = RunFolder(folder)
    assert run.config() == COURSE
    assert list(run.epochs()) == [0, 4]
    checkpoint = run.load(4)
    assert (checkpoint.config.variant, checkpoint.config.schedule, checkpoint.epoch) == ("course", "course", 4)
    assert all(torch.equal(checkpoint.network.state_dict()[name], tensor) for name, tensor in state.items())
    assert list(list_runs(tmp_path)) == ["weights"]


# Nothing is half written

WRITERS = {
    "epoch": ("model_0.safetensors", lambda run: run.save_epoch(0, weights(seed=9), {})),
    "metrics": ("metrics.json", lambda run: run.save_metrics(0, {"loss": 9.0})),
    "resume": ("training/resume.pt", lambda run: run.save_resume({"epoch": 9, "network": weights(seed=9)})),
    "card": ("README.md", lambda run: run.save_card("# Nine")),
}


def full_disk(_: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def read_only(*_: object, **__: object) -> None:
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def no_writing_opened(path: Path | str, mode: str = "r", *rest: object, **named: object) -> object:
    return read_only() if "w" in mode else OPEN(path, mode, *rest, **named)


def interrupted(_: int) -> None:
    raise KeyboardInterrupt


OPEN = builtins.open
TROUBLE = {
    "disk full": ((os, "fsync", full_disk), ValueError, "the disk is full"),
    "read-only folder": ((builtins, "open", no_writing_opened), ValueError, "the folder is read-only"),
    "no renaming": ((Path, "replace", read_only), ValueError, "the folder is read-only"),
    "Ctrl-C": ((os, "fsync", interrupted), KeyboardInterrupt, ""),
}


@pytest.mark.parametrize("trouble", TROUBLE)
@pytest.mark.parametrize("what", WRITERS)
def test_a_failed_write_leaves_the_file_before_it_whole(run, monkeypatch, what, trouble):
    run.save_metrics(0, {"loss": 1.0})
    run.save_resume({"epoch": 0, "network": weights()})
    run.save_card("# One")
    name, write = WRITERS[what]
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    patched, error, complaint = TROUBLE[trouble]
    with monkeypatch.context() as patch:
        patch.setattr(*patched)
        with pytest.raises(error) as caught:
            write(run)
    assert complaint in str(caught.value)
    assert error is not ValueError or f"{run}/{name}" in str(caught.value)
    assert {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()} == before
    write(run)
    assert (run.path / name).read_bytes() != before[run.path / name]
    assert not leftovers(run.path)


class FillingUp(io.FileIO):
    """A file on a disk with room for 50,000 bytes."""

    def write(self, data: bytes) -> int:
        if self.tell() + len(data) > 50_000:
            full_disk(0)
        return super().write(data)


@pytest.mark.parametrize("what", ["epoch", "resume"])
def test_a_disk_that_fills_up_in_the_middle_of_a_file_is_named(run, monkeypatch, what):
    """torch.save hid it behind an error of its own ("enforce fail at inline_container.cc")."""
    before = sorted(path for path in run.path.rglob("*") if path.is_file())
    with monkeypatch.context() as patch:
        patch.setattr(builtins, "open", lambda path, mode="r", *_, **__: FillingUp(path, mode.replace("b", "")))
        with pytest.raises(ValueError, match="the disk is full"):
            WRITERS[what][1](run)
    assert sorted(path for path in run.path.rglob("*") if path.is_file()) == before


def test_what_a_killed_process_left_half_written_is_written_over(run):
    (run.path / ".model_1.safetensors.part").write_bytes(b"half")
    run.save_epoch(1, weights(), {})
    assert not leftovers(run.path)
    assert run.load(1).epoch == 1


def test_a_full_disk_while_creating_leaves_nothing_and_the_name_can_be_used(tmp_path, monkeypatch):
    run = RunFolder(tmp_path / "run")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full_disk)
        with pytest.raises(ValueError, match="the disk is full"):
            run.create(TINY)
    assert not run.path.exists()
    run.create(TINY)
    assert run.config() == TINY


def test_a_folder_in_use_is_not_begun_anew(run):
    before = sorted(run.path.iterdir())
    with pytest.raises(ValueError, match="is not empty; use --resume"):
        run.create(TINY)
    assert sorted(run.path.iterdir()) == before
    (run.path.parent / "other").mkdir()
    RunFolder(run.path.parent / "other").create(TINY)


def test_a_file_where_the_folder_should_be_is_refused(tmp_path):
    (tmp_path / "run").write_text("a file")
    with pytest.raises(ValueError, match="could not write"):
        RunFolder(tmp_path / "run").create(TINY)
    assert (tmp_path / "run").read_text() == "a file"


# Nothing foreign is believed


class Bomb:
    """A pickle that writes a file when it is opened the unsafe way."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return os.system, (f"touch {self.path}",)


@pytest.mark.parametrize("through", [partial(pickle.dump, protocol=2), torch.save], ids=["pickle", "torch"])
def test_code_in_a_pth_is_refused_and_not_run(tmp_path, through):
    with (tmp_path / "model_0.pth").open("wb") as file:
        through({"weights": Bomb(tmp_path / "ran")}, file)
    for attempt in (lambda: load_file(tmp_path / "model_0.pth"), lambda: RunFolder(tmp_path).load(0)):
        with pytest.raises(ValueError, match=r"holds a pickled object \((?:posix|nt)\.system\), not weights alone"):
            attempt()
    assert not (tmp_path / "ran").exists()


def without(name: str) -> dict[str, Tensor]:
    return {key: tensor for key, tensor in weights().items() if key != name}


def with_nan() -> dict[str, Tensor]:
    state = weights()
    state["out.3.bias"][1] = torch.nan
    return state


SAFETENSORS = {
    "cut short": (to_safetensors(weights())[:-100], "is damaged or cut short"),
    "cut in the header": (to_safetensors(weights())[:100], "is damaged or cut short"),
    "empty": (b"", "is damaged or cut short"),
    "text": (b"these are not the weights you are looking for", "is no file of weights"),
    "foreign": (to_safetensors({"bert.embeddings.weight": torch.zeros(3)}), "is not a checkpoint of context-unet"),
    "one missing": (to_safetensors(without("out.3.bias")), "it lacks out.3.bias"),
    "one too many": (to_safetensors(weights() | {"extra": torch.zeros(1)}), "it has extra"),
    "not a number": (to_safetensors(with_nan()), "is damaged: out.3.bias holds values that are not finite"),
    "another width": (to_safetensors(weights(config=RunConfig(network="context-unet", width=16))), "of another size"),
    "another network": (to_safetensors(weights(config=RunConfig(width=8))), "is not a checkpoint of context-unet"),
    "the course's": (
        to_safetensors(weights(config=RunConfig(network="context-unet", width=8, variant="course"))),
        "it lacks init_conv.shortcut.bias",
    ),
}


@pytest.mark.parametrize("wrong", SAFETENSORS)
def test_weights_that_are_not_this_networks_are_refused(run, wrong):
    content, complaint = SAFETENSORS[wrong]
    (run.path / "model_3.safetensors").write_bytes(content)
    for attempt in (lambda: run.load(3), lambda: load_file(run.path / "model_3.safetensors")):
        with pytest.raises(ValueError) as caught:
            attempt()
        assert complaint in str(caught.value)
        assert "model_3.safetensors" in str(caught.value)
    assert run.load(0).epoch == 0


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ([1, 2, 3], "holds no state dict"),
        ({"epoch": 3, "weights": {}}, "holds no state dict"),
        (torch.zeros(3), "holds no state dict"),
        ({}, "is not a checkpoint of context-unet (course)"),
        ({1: torch.zeros(1), "a": torch.zeros(1)}, "is not a checkpoint of context-unet (course)"),
    ],
    ids=["list", "training state", "tensor", "empty", "keys of two types"],
)
def test_a_pth_that_is_no_state_dict_is_refused(tmp_path, content, complaint):
    torch.save(content, tmp_path / "model_0.pth")
    with pytest.raises(ValueError) as caught:
        load_file(tmp_path / "model_0.pth")
    assert complaint in str(caught.value)


def test_a_pth_cut_short_is_refused(tmp_path):
    torch.save(weights(), tmp_path / "model_0.pth")
    content = (tmp_path / "model_0.pth").read_bytes()
    for length in (0, 10, len(content) // 2, len(content) - 50):
        (tmp_path / "model_0.pth").write_bytes(content[:length])
        with pytest.raises(ValueError, match=r"model_0\.pth is damaged"):
            load_file(tmp_path / "model_0.pth")


@pytest.mark.parametrize("name", ["nowhere", "file", "empty", "notes"])
def test_what_is_no_run_folder_says_so(tmp_path, name):
    (tmp_path / "file").write_text("hello")
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "README.md").write_text("hello")
    run = RunFolder(tmp_path / name)
    for attempt in (run.config, lambda: run.load(0)):
        with pytest.raises(ValueError, match=f"{name} is not a run folder"):
            attempt()


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("model_7.safetensors", "does not exist; a checkpoint is a file such as"),
        ("training", "does not exist; a checkpoint is a file such as"),
        ("config.json", "config.json is"),
    ],
)
def test_a_file_that_is_no_checkpoint_says_so(run, name, complaint):
    (run.path / "training").mkdir()
    with pytest.raises(ValueError) as caught:
        load_file(run.path / name)
    assert complaint in str(caught.value)


def test_the_list_of_runs_passes_over_what_is_broken(tmp_path):
    for name in ("b-good", "a-good", "no-epochs", "broken-config"):
        run = RunFolder(tmp_path / name)
        run.create(TINY)
        if name != "no-epochs":
            run.save_epoch(0, weights(), {})
    (tmp_path / "broken-config" / "config.json").write_text("{")
    (tmp_path / "no-config").mkdir()
    (tmp_path / "no-config" / "model_0.safetensors").write_bytes(to_safetensors(weights()))
    (tmp_path / "empty").mkdir()
    (tmp_path / "README.md").write_text("hello")
    assert list(list_runs(tmp_path)) == ["a-good", "b-good"]
    assert str(list_runs(tmp_path)["a-good"]) == "a-good"
    assert list_runs(tmp_path / "nowhere") == {}


def test_a_packed_run_opens_as_the_run_it_was_without_what_resuming_needs(tmp_path):
    run = make_run(tmp_path / "mine")
    run.save_resume({"epoch": 0})
    run.save_metrics(0, {"loss": 0.5})
    run.pack(tmp_path / "mine.zip")
    (tmp_path / "elsewhere").mkdir()
    with zipfile.ZipFile(tmp_path / "mine.zip") as archive:
        archive.extractall(tmp_path / "elsewhere")
    again = RunFolder(tmp_path / "elsewhere" / "mine")
    assert list(again.epochs()) == list(run.epochs()) and again.metrics() == run.metrics()
    assert torch.equal(again.load(4).network.first.weight, run.load(4).network.first.weight)
    assert not (again.path / "training").exists()


def test_a_run_that_cannot_be_packed_leaves_no_half_zip(tmp_path):
    with pytest.raises(ValueError, match="could not pack"):
        RunFolder(tmp_path / "none").pack(tmp_path / "none.zip")
    assert not list(tmp_path.iterdir())
