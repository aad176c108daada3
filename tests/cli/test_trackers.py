"""train --log-with: an experiment tracker gets the numbers of a run."""

import pytest
from accelerate import tracking
from accelerate.utils import LoggerType

from diffusion.__main__ import main
from diffusion.cli import trackers
from diffusion.runs import log_lines
from diffusion.store import RunFolder

SHORT = ["--data", "builtin:60", "--epochs", "2", "--batch-size", "20", "--width", "8", "--no-evaluate"]  # 6 steps


class Fake(tracking.GeneralTracker):
    """One that is registered with Accelerate, and remembers what it gets."""

    name, requires_logging_directory = "fake", True
    calls: list  # of the test
    fails = ""  # the method that raises

    def __init__(self, project, logging_dir, **settings):
        super().__init__()
        self.calls.append(("project", project, logging_dir))

    tracker = None

    def _take(self, *call):
        self.calls.append(call)
        if call[0] == self.fails:
            raise ConnectionError("nobody is logged in")

    def start(self):
        self._take("start")

    def store_init_configuration(self, values):
        self._take("settings", values)

    def log(self, values, step=None, **others):
        self._take("log", values, step)

    def finish(self):
        self._take("finish")


@pytest.fixture
def fake(monkeypatch):
    monkeypatch.setitem(tracking.LOGGER_TYPE_TO_CLASS, "fake", Fake)
    monkeypatch.setattr(Fake, "calls", [], raising=False)
    monkeypatch.setattr(log_lines, "STEPS_PER_LINE", 2)
    return Fake


def names(fake):
    return [name for name, *_ in fake.calls]


def train(folder, *words):
    return main(["train", "--run", str(folder), *SHORT, "--log-with", "fake", *words])


def test_a_tracker_gets_every_line_s_step_and_every_epoch(fake, tmp_path, capsys):
    assert train(tmp_path / "mine") == 0
    assert fake.calls[0][1] == "sprite-diffusion" and fake.calls[0][2] == tmp_path / "logs" / "mine"
    [settings] = [call[1] for call in fake.calls if call[0] == "settings"]
    assert settings["run"] == "mine" and "--batch-size 20" in settings["command"]
    assert "--log-with" not in settings["command"] and "log_with" not in str(RunFolder(tmp_path / "mine").plan())
    logged = [call[1:] for call in fake.calls if call[0] == "log"]
    steps = [(step, values) for values, step in logged if "loss" in values]
    total = steps[-1][0]
    assert [step for step, _ in steps] == [*range(2, total + 1, 2)] and total < 10
    assert all(values["learning_rate"] >= 0 and values["sprites_per_second"] > 0 for _, values in steps)
    epochs = [(step, values) for values, step in logged if "epoch" in values]
    assert [(step, values["epoch"]) for step, values in epochs] == [(total // 2, 0), (total, 1)]
    assert all(values["held_out_loss"] > 0 for _, values in epochs)
    assert names(fake)[-1] == "finish" and names(fake).count("start") == names(fake).count("finish") == 1

    fake.calls.clear()
    assert main(["train", "--run", str(tmp_path / "mine"), "--resume", "--epochs", "3", "--no-evaluate"]) == 0
    assert fake.calls == [], "it does not belong to the run"


@pytest.mark.parametrize("place", [(RunFolder, "save_epoch"), (Fake, "log")])
def test_a_tracker_is_closed_when_the_training_is_stopped(fake, tmp_path, monkeypatch, place):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(*place, stop)
    assert train(tmp_path / "mine") == 130
    assert names(fake)[-1] == "finish"


def test_a_tracker_that_cannot_begin_is_said_at_once(fake, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(Fake, "fails", "start")
    assert train(tmp_path / "mine") == 2
    err = capsys.readouterr().err
    assert err.endswith("train: --log-with fake: nobody is logged in\n") and err.count("\n") == 1


@pytest.mark.parametrize("method", ["log", "finish"])
def test_a_tracker_that_fails_later_is_left_out(fake, tmp_path, monkeypatch, capsys, method):
    monkeypatch.setattr(Fake, "fails", method)
    assert train(tmp_path / "mine", "--log", "json") == 0
    assert RunFolder(tmp_path / "mine").is_finished() and names(fake).count(method) == 1
    assert capsys.readouterr().err.count("note: fake gets nothing more: nobody is logged in") == 1


def test_nothing_is_begun_for_a_training_that_is_refused(fake, tmp_path, capsys):
    assert main(["train", "--run", str(tmp_path / "mine"), "--data", "none.npy", "--log-with", "fake"]) == 2
    assert fake.calls == [] and not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "name,expected",
    [
        ("nonsense", "--log-with nonsense: there is no such tracker; it is one of aim, "),
        ("all", "--log-with all: there is no such tracker; it is one of aim, "),
        ("tensorboard", "--log-with tensorboard needs one more package: pip install tensorboard"),
        ("comet_ml", "--log-with comet_ml needs one more package: pip install comet-ml"),
    ],
)
def test_a_tracker_that_is_not_there_is_one_line_and_makes_nothing(tmp_path, monkeypatch, capsys, name, expected):
    monkeypatch.setattr(tracking, "get_available_trackers", lambda: [LoggerType.WANDB])
    assert main(["train", "--run", str(tmp_path / "mine"), *SHORT, "--log-with", name]) == 2
    out, err = capsys.readouterr()
    assert expected in err and err.count("\n") == 1 and not out and not list(tmp_path.iterdir())


def test_one_that_is_installed_is_taken(monkeypatch):
    monkeypatch.setattr(tracking, "get_available_trackers", lambda: [LoggerType.WANDB])
    trackers.check_tracker("wandb")
