"""Every training setting has one declaration, from which flags, commands, files and comparisons are made."""

import argparse
import json
import shlex
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import pytest

from diffusion.core import (
    Choice,
    EpochDone,
    Number,
    Setting,
    Size,
    TrainConfig,
    add_flags,
    declare,
    from_flags,
    settings_of,
)
from diffusion.runs import Plan, is_previewed, load_plan, run_plan
from diffusion.store import RunConfig, RunFolder

DECLARED = {**settings_of(Plan), **settings_of(TrainConfig)}


def parse(plan: type, command: str) -> Plan:
    parser = argparse.ArgumentParser()
    add_flags(parser, plan)
    return from_flags(plan, parser.parse_args(shlex.split(command)[4:]))


def another_value(setting: Setting, default: object) -> object:
    """An allowed value that is not the default."""
    if isinstance(setting, Choice):
        return next(name for name in setting.options if name != default)
    if isinstance(setting, Size):
        return setting.multiple_of
    if isinstance(setting, Number):
        if setting.high == 1024:  # the tile size of a sheet, which is 0 or at least 4
            return 16
        return setting.low + 1 + bool(default == setting.low + 1) if setting.whole else setting.high / 4
    return True if default is False else "some/file"


def test_every_field_of_a_plan_is_declared_with_a_help():
    assert {part.name for part in fields(Plan)} | {part.name for part in fields(TrainConfig)} == {
        *DECLARED,
        "training",
    }
    assert [name for name, setting in DECLARED.items() if not setting.help] == []


@pytest.mark.parametrize("name", [name for name in DECLARED if name != "folder"])
def test_a_plan_with_any_setting_changed_is_read_from_its_own_command(name, tmp_path):
    training, plan = TrainConfig(), Plan(folder=tmp_path)
    if name in settings_of(TrainConfig):
        training = replace(training, **{name: another_value(DECLARED[name], getattr(training, name))})
        changed = replace(plan, training=training)
    else:
        changed = replace(plan, **{name: another_value(DECLARED[name], getattr(plan, name))})
    assert changed != plan and parse(Plan, changed.command()) == changed
    assert len(changed.command()) > len(plan.command())


@dataclass(frozen=True, kw_only=True)
class MomentumConfig(TrainConfig):
    momentum: float = declare(0.9, Number(low=0, high=1, help="of the optimizer"))


@dataclass(frozen=True, kw_only=True)
class LargerPlan(Plan):
    training: MomentumConfig = field(default_factory=MomentumConfig)
    note: str = declare("", Setting(help="what it is for"))


def test_a_new_setting_needs_no_line_but_its_declaration(tmp_path):
    plan = parse(LargerPlan, f"python -m diffusion train --run {tmp_path} --momentum 0.5 --note mine")
    assert (plan.training.momentum, plan.note) == (0.5, "mine")
    assert plan.command().endswith("--momentum 0.5 --note mine") and parse(LargerPlan, plan.command()) == plan
    assert plan.other_settings()["note"] == "mine", "plan.json would lose it"
    with pytest.raises(ValueError, match="momentum must be between 0 and 1, not 2"):
        MomentumConfig(momentum=2)


def begun(folder: Path) -> RunFolder:
    """A run with the first of its two epochs."""
    plan = Plan(
        folder=folder, data="builtin:40", width=8, schedule="cosine", training=TrainConfig(epochs=2, batch_size=20)
    )
    events = run_plan(plan)
    next(event for event in events if isinstance(event, EpochDone))
    events.close()
    return RunFolder(folder)


def test_a_plan_comes_back_from_its_run_folder(tmp_path):
    run = begun(tmp_path / "mine")
    assert load_plan(run).schedule == "cosine" and load_plan(run).width == 8
    assert load_plan(run).training == TrainConfig(epochs=2, batch_size=20)
    assert set(run.plan()) == {"data", "labels", "tile", "gap", "start", "save_every", "half"}
    assert json.loads((run.path / "config.json").read_text())["training"]["optimizer"] == "cosine"


def test_a_run_of_an_earlier_version_goes_on_with_the_fixed_sprites_that_its_plan_called_builtin(tmp_path):
    """There `builtin:40` meant what is now `builtin:40@0`, and config.json says so."""
    plan = Plan(folder=tmp_path / "old", data="builtin:40@0", width=8, training=TrainConfig(epochs=2, batch_size=20))
    events = run_plan(plan)
    next(event for event in events if isinstance(event, EpochDone))
    events.close()
    run = RunFolder(plan.folder)
    run.save_plan(run.plan() | {"data": "builtin:40"})
    assert load_plan(run).data == "builtin:40@0"
    assert [event.epoch for event in run_plan(load_plan(run), resume=True) if isinstance(event, EpochDone)] == [1]


@pytest.mark.parametrize("name", [name for name in settings_of(TrainConfig) if name != "epochs"])
def test_a_run_is_not_resumed_with_another_training_setting(name, tmp_path):
    run = begun(tmp_path / "mine")
    plan = load_plan(run)
    other = another_value(DECLARED[name], getattr(plan.training, name))
    changed = replace(plan, training=replace(plan.training, **{name: other}))
    with pytest.raises(ValueError, match=rf"was begun with another training \({name} .*, not {other}\)"):
        next(run_plan(changed, resume=True))


def test_the_settings_of_the_network_are_declared_in_config_json_alone():
    shared = [name for name, setting in settings_of(Plan).items() if settings_of(RunConfig).get(name) is setting]
    assert shared == ["network", "width", "schedule"]


@pytest.mark.parametrize(
    ("updates", "pictures", "epochs", "kept"),
    [
        (320, 38, 107, [0, 22, 44, 66, 88, 106]),
        (1250, 4000, 39, [0, 8, 16, 24, 32, 38]),
        (5, 4000, 1, [0]),
        (6, 16, 6, [0, 1, 2, 3, 4, 5]),
    ],
)
def test_a_length_in_updates_makes_whole_epochs_of_which_a_few_are_kept(updates, pictures, epochs, kept):
    plan = Plan(folder=Path("x"), training=TrainConfig(batch_size=16 if pictures < 4000 else 125)).lasting(
        updates, pictures, keep=6
    )
    assert plan.training.epochs == epochs
    assert [epoch for epoch in range(epochs) if plan.keeps(epoch)] == kept


def test_a_hundred_short_epochs_draw_previews_a_few_times_and_ten_long_ones_every_time():
    for epochs, times in ((1, 1), (10, 10), (16, 16), (17, 9), (107, 17)):
        plan = Plan(folder=Path("x"), training=TrainConfig(epochs=epochs))
        drawn = [epoch for epoch in range(epochs) if is_previewed(plan, epoch)]
        assert len(drawn) == times and drawn[0] == 0 and drawn[-1] == epochs - 1


@pytest.mark.parametrize(("seconds", "saved"), [(1e9, 0), (-1, 2)])
def test_short_epochs_that_are_not_kept_save_their_state_now_and_then(tmp_path, monkeypatch, seconds, saved):
    monkeypatch.setattr("diffusion.runs.train_run.MAX_LOST_SECONDS", seconds)
    training = TrainConfig(epochs=5, batch_size=20)
    plan = Plan(folder=tmp_path / "run", data="builtin:20@0", width=8, save_every=9, training=training)
    events = run_plan(plan)
    next(event for event in events if isinstance(event, EpochDone) and event.epoch == 2)
    events.close()
    run = RunFolder(plan.folder)
    assert run.resume_state()["epoch"] == saved
    *_, last = run_plan(load_plan(run), resume=True)
    assert last.epoch == 4 and run.is_finished() and list(run.metrics()) == [0, 1, 2, 3, 4]
