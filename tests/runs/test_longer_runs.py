"""A run goes on to more epochs than it was begun for; and what a run counts where a batch is larger than its data."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from diffusion.__main__ import main
from diffusion.cli.train import sprites_seen
from diffusion.core import EpochDone, StepDone, TrainConfig
from diffusion.core.train_config import OPTIMIZERS
from diffusion.runs import Plan, load_plan, run_plan
from diffusion.store import RunFolder, find_command

SHORT = ["--data", "builtin:40", "--batch-size", "20", "--width", "8", "--no-evaluate"]


def plan(folder: Path, epochs: int = 2) -> Plan:
    return Plan(folder=folder, data="builtin:40", width=8, training=TrainConfig(epochs=epochs, batch_size=20))


def longer(folder: Path, epochs: int) -> Plan:
    before = load_plan(RunFolder(folder))
    return replace(before, training=replace(before.training, epochs=epochs))


def test_a_finished_run_goes_on_from_its_last_epoch_with_the_rate_of_the_longer_run(tmp_path):
    list(run_plan(plan(tmp_path / "mine")))
    run = RunFolder(tmp_path / "mine")
    first, last = run.load(0).network.state_dict(), run.load(1).network.state_dict()
    said = []
    events = list(run_plan(longer(run.path, 5), resume=True, tell=lambda note: said.append(str(note))))
    assert [event.epoch for event in events if isinstance(event, EpochDone)] == [2, 3, 4]
    steps = [event for event in events if isinstance(event, StepDone)]
    assert [step.step for step in steps] == list(range(5, 11)) and {step.total for step in steps} == {10}
    decay = OPTIMIZERS["cosine"][1]
    assert [step.lr for step in steps] == pytest.approx([0.002 * decay(step / 10) for step in range(4, 10)])
    assert list(run.epochs()) == [0, 1, 4] and set(run.metrics()) == {0, 1, 2, 3, 4} and run.is_finished()
    assert run.config().training["epochs"] == 5 and run.resume_state() is None
    assert "was begun for 2 epochs and goes on to 5" in said[0] and "averaged weights of epoch 1" in said[1]
    assert all(torch.equal(run.load(0).network.state_dict()[name], tensor) for name, tensor in first.items())
    moved = [float((run.load(4).network.state_dict()[name] - tensor).abs().max()) for name, tensor in last.items()]
    assert 0 < max(moved) < 1, "it did not go on from the weights of its last epoch"


def test_the_first_step_of_the_longer_run_begins_with_the_saved_weights(tmp_path):
    """Its loss would be that of an untrained network, about 1, if it had begun from the start."""
    trained = replace(plan(tmp_path / "mine", 12), training=TrainConfig(epochs=12, batch_size=8))
    first = next(event for event in run_plan(trained) if isinstance(event, StepDone))
    list(run_plan(replace(trained, folder=tmp_path / "other")))
    again = next(run_plan(longer(tmp_path / "other", 13), resume=True))
    assert isinstance(again, StepDone) and again.loss < 0.7 * first.loss


def test_the_card_of_a_longer_run_names_both_commands(tmp_path):
    list(run_plan(plan(tmp_path / "mine")))
    for epochs in (3, 4):
        list(run_plan(longer(tmp_path / "mine", epochs), resume=True))
    command = find_command(RunFolder(tmp_path / "mine").card())
    begun, *more = command.split(" && ")
    assert "--epochs 2" in begun and "--resume" not in begun
    assert ["--epochs 3" in more[0], "--epochs 4" in more[1], len(more)] == [True, True, 2]
    assert all(part.endswith("--resume") for part in more)


def test_an_unfinished_run_goes_on_to_more_epochs_too(tmp_path):
    events = run_plan(plan(tmp_path / "mine", 3))
    next(event for event in events if isinstance(event, EpochDone))
    events.close()
    said = []
    rest = list(run_plan(longer(tmp_path / "mine", 4), resume=True, tell=lambda note: said.append(str(note))))
    assert [event.epoch for event in rest if isinstance(event, EpochDone)] == [1, 2, 3]
    assert len(said) == 1 and "was begun for 3 epochs and goes on to 4" in said[0]


def test_a_run_without_a_whole_epoch_begins_anew_with_more_epochs(tmp_path):
    events = run_plan(plan(tmp_path / "mine", 2))
    next(events)
    events.close()
    list(run_plan(longer(tmp_path / "mine", 3), resume=True))
    run = RunFolder(tmp_path / "mine")
    assert run.is_finished() and set(run.metrics()) == {0, 1, 2} and "--epochs 3" in find_command(run.card())


def test_a_longer_run_that_is_killed_at_once_is_resumed(tmp_path):
    """Between its new config.json and its first epoch it holds all that resuming needs."""
    list(run_plan(plan(tmp_path / "mine")))
    events = run_plan(longer(tmp_path / "mine", 4), resume=True)
    next(events)
    events.close()
    run = RunFolder(tmp_path / "mine")
    assert not run.is_finished() and run.config().training["epochs"] == 4
    rest = list(run_plan(load_plan(run), resume=True))
    assert [event.epoch for event in rest if isinstance(event, EpochDone)] == [2, 3]


@pytest.mark.parametrize(
    ("epochs", "sentence"),
    [
        (2, "is finished: it has all 2 epochs; to train it further"),
        (1, "was begun for 2 epochs; it can be resumed for as"),
    ],
)
def test_as_many_or_fewer_epochs_are_refused_in_one_sentence(tmp_path, epochs, sentence):
    list(run_plan(plan(tmp_path / "mine")))
    before = {path: path.read_bytes() for path in (tmp_path / "mine").rglob("*") if path.is_file()}
    with pytest.raises(ValueError, match=sentence):
        next(run_plan(longer(tmp_path / "mine", epochs), resume=True))
    assert {path: path.read_bytes() for path in (tmp_path / "mine").rglob("*") if path.is_file()} == before


def test_the_command_line_resumes_with_the_runs_own_settings_and_those_that_are_given(tmp_path, capsys):
    """`--resume` alone meant the defaults: 32 epochs of the built-in sprites."""
    folder = str(tmp_path / "mine")
    assert main(["train", "--run", folder, *SHORT, "--epochs", "2", "--lr", "0.01"]) == 0
    capsys.readouterr()
    assert main(["train", "--run", folder, "--resume", "--no-evaluate"]) == 2
    assert "is finished: it has all 2 epochs" in capsys.readouterr().err
    assert main(["train", "--run", folder, "--resume", "--lr", "0.002", "--no-evaluate"]) == 2
    assert "was begun with another training (lr 0.01, not 0.002)" in capsys.readouterr().err, "2e-3 is the default"
    assert main(["train", "--run", folder, "--resume", "--epochs", "3", "--no-evaluate"]) == 0
    assert "note: " in capsys.readouterr().err
    assert set(RunFolder(tmp_path / "mine").metrics()) == {0, 1, 2}


# Fewer sprites than a batch


@pytest.mark.parametrize(("count", "batch_size"), [(40, 20), (40, 30), (7, 100), (1, 1)])
def test_after_all_steps_all_sprites_were_seen(count, batch_size):
    per_epoch = math.ceil(count / batch_size)
    assert [sprites_seen(per_epoch * epochs, count, batch_size) for epochs in range(4)] == [
        count * epochs for epochs in range(4)
    ]
    assert sprites_seen(1, count, batch_size) == min(count, batch_size)


def test_a_bar_of_fewer_sprites_than_a_batch_ends_at_its_end(tmp_path, monkeypatch):
    """It ended at 1 %, and the speed in metrics.json was that of whole batches."""
    bars = []

    class Bar:
        total, initial, n = None, 0, 0

        def __init__(self, **_):
            bars.append(self)

        def reset(self, total):
            self.total = total

        def update(self, sprites):
            self.n += sprites

        def set_postfix_str(self, *_, **__):
            pass

        write = close = set_postfix_str

    monkeypatch.setattr("diffusion.cli.train.tqdm", Bar)
    clock = iter(range(1000))
    monkeypatch.setattr("diffusion.runs.train_run.time.monotonic", lambda: float(next(clock)))
    words = ["--data", "builtin:7", "--batch-size", "100", "--width", "8", "--no-evaluate"]
    assert main(["train", "--run", str(tmp_path / "mine"), *words, "--epochs", "2"]) == 0
    assert [(bar.n, bar.total) for bar in bars] == [(14, 14)]
    speeds = [entry["sprites_per_second"] for entry in RunFolder(tmp_path / "mine").numbers.read().values()]
    assert speeds == [7, 7], "a fake second passed in every epoch, with seven sprites"
    assert main(["train", "--run", str(tmp_path / "mine"), "--resume", "--epochs", "3", "--no-evaluate"]) == 0
    assert (bars[1].n, bars[1].total) == (21, 21)
