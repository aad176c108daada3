"""A training run: opens its data, trains, and saves its epochs in its run folder."""

import math
import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import MISSING, asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator

from ..core import (
    EpochDone,
    MidEpoch,
    Number,
    Setting,
    TrainConfig,
    TrainEvent,
    check_settings,
    declare,
    settings_of,
    to_flags,
    train,
)
from ..data import SpriteSet, as_tensors, open_dataset
from ..engine import make_accelerator
from ..errors import Message, UserError
from ..refs import Builtin, parse_data
from ..store import EpochMetrics, RunConfig, RunFolder, build_card, load_file


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to train on which data, and in which folder."""

    folder: Path = declare(MISSING, Setting(flags=("--run",), help="the run folder to make"))  # noqa: RUF009 (a field)
    data: str = declare("builtin", Setting(help="builtin[:count][#seed], a .npy, a folder, a .zip, hf://datasets/…"))
    labels: str | None = declare(None, Setting(help="the .npy of labels that goes with a .npy of pictures"))
    start: str | None = declare(
        None, Setting(flags=("--from",), metavar="FILE", help="begin with the weights of this checkpoint")
    )
    network: str | None = declare(None, settings_of(RunConfig)["network"])  # None: as in `start`, or the default
    width: int | None = declare(None, settings_of(RunConfig)["width"])
    schedule: str | None = declare(None, settings_of(RunConfig)["schedule"])
    training: TrainConfig = field(default_factory=TrainConfig)
    save_every: int = declare(
        4,
        Number(
            low=1,
            unit=Message("epoch"),
            whole=True,
            step=1,
            slider_high=16,
            is_offered=True,
            help="epochs; the first and the last are always saved",
        ),
    )
    half: bool = declare(False, Setting(help="save in half precision, as the shipped runs do"))

    def __post_init__(self) -> None:
        check_settings(self)

    def keeps(self, epoch: int) -> bool:
        """Whether the weights of this epoch are saved."""
        return epoch % self.save_every == 0 or epoch == self.training.epochs - 1

    def command(self) -> str:
        """The command line that does the same."""
        folder = self.folder.relative_to(Path.cwd()) if self.folder.is_relative_to(Path.cwd()) else self.folder
        return shlex.join(["python", "-m", "diffusion", "train", *to_flags(replace(self, folder=folder))])

    def other_settings(self) -> dict[str, Any]:
        """What plan.json holds: all that resuming needs beside config.json."""
        return {name: getattr(self, name) for name in settings_of(self) if name not in (*NETWORK, "folder")}


NETWORK = tuple(name for name, own in settings_of(Plan).items() if own is settings_of(RunConfig).get(name))


def run_plan(
    plan: Plan,
    *,
    resume: bool = False,
    accelerator: Accelerator | None = None,
    wants_state: Callable[[], bool] = lambda: False,
) -> Iterator[TrainEvent]:
    """Trains, and yields the events of `train` after their files are on the disk.

    A process that is killed loses at most the unfinished epoch; `resume` continues after the last whole epoch.
    """
    accelerator = accelerator or make_accelerator()
    run = RunFolder(plan.folder)
    training, validation = open_dataset(plan.data, plan.labels)
    first = None if resume or not plan.start else load_file(Path(plan.start))
    config = make_config(plan, run.config() if resume else first.config if first else RunConfig(), training.facts())
    state = _state_to_resume(run, config) if resume else None
    torch.manual_seed(plan.training.seed)  # the network's first weights
    network = config.build()
    if first:
        network.load_state_dict(first.network.state_dict())
    if accelerator.is_main_process and not resume:
        run.create(config)
        run.save_plan(plan.other_settings())
        run.save_card(build_card(config, {}, plan.command()))
    started, steps_before = time.monotonic(), (state["step"] if state else 0)
    events = train(
        network,
        config.noise_schedule(),
        as_tensors(training),
        plan.training,
        validation=as_tensors(validation) if len(validation) else None,
        resume=state,
        accelerator=accelerator,
        wants_state=wants_state,
    )
    for event in events:
        if isinstance(event, MidEpoch) and accelerator.is_main_process:
            run.save_resume(event.resume | {"step": event.step})
        if isinstance(event, EpochDone) and accelerator.is_main_process:
            speed = (event.step - steps_before) * plan.training.batch_size / (time.monotonic() - started)
            facts = {"step": event.step, "loss": round(event.loss, 5), "sprites_per_second": round(speed)}
            if not math.isnan(event.validation_loss):
                facts["held_out_loss"] = round(event.validation_loss, 5)
            if plan.keeps(event.epoch):
                run.save_epoch(event.epoch, event.weights, facts, torch.float16 if plan.half else torch.float32)
            last = event.epoch == plan.training.epochs - 1
            if last:  # before the numbers that mark the run as finished: after a full disk it can be resumed
                metrics = run.metrics() | {event.epoch: EpochMetrics.from_json(facts)}
                run.save_card(build_card(config, metrics, plan.command(), run.baseline()))
            run.save_metrics(event.epoch, facts)
            if last:
                run.remove_resume()
            else:
                run.save_resume(event.resume | {"step": event.step})
        yield event


def load_plan(run: RunFolder) -> Plan:
    """The plan that a run was begun with, for resuming it. Its copy of the data is looked for where the run is now."""
    config, others = run.config(), run.plan()
    if not others:
        raise UserError("{path} cannot be resumed here: it does not say where its data is", path=run.path)
    chosen = {name: getattr(config, name) for name in NETWORK if getattr(config, name) != getattr(RunConfig, name)}
    if isinstance(parse_data(name := str(config.data.get("name"))), Builtin):
        others["data"] = (
            name  # `builtin` alone meant other sprites in earlier versions; the name in config.json is exact
        )
    return Plan(folder=run.path, training=_training_of(run), **chosen, **others | run.data())


def make_config(plan: Plan, like: RunConfig, data: dict[str, str | int]) -> RunConfig:
    """What config.json says of a run of this plan; the network is that of `like` unless the plan names another."""
    chosen = {name: getattr(plan, name) for name in NETWORK if getattr(plan, name) is not None}
    for name, wanted in chosen.items() if plan.start else ():
        if wanted != (found := getattr(like, name)):
            raise UserError(
                "{start} has {name} {found}, not {wanted}; leave --{name} out",
                start=plan.start,
                name=name,
                found=found,
                wanted=wanted,
            )
    return replace(like, **chosen, training=asdict(plan.training), data=data, start=plan.start or like.start)


def _training_of(run: RunFolder) -> TrainConfig:
    """The training settings of a run. Raises UserError where an earlier version had one that this one has not."""
    training = run.config().training
    if unknown := sorted(training.keys() - TrainConfig.__dataclass_fields__.keys()):
        raise UserError(
            "{path} cannot be resumed: it was begun with {settings}, which this version does not have; "
            "resume it with the version that began it",
            path=run.path,
            settings=", ".join(unknown),
        )
    return TrainConfig(**training)


def _state_to_resume(run: RunFolder, config: RunConfig) -> dict[str, Any] | None:
    """The state to continue from; None where the run has not finished an epoch. Refuses to mix two runs."""
    _training_of(run)
    before = run.config()
    for what in (*NETWORK, "training", "data"):
        found, wanted = getattr(before, what), getattr(config, what)
        if what == "data":
            wanted = {name: wanted[name] for name in wanted if name in found}  # earlier versions wrote fewer entries
        if found != wanted:
            found, wanted = _first_difference(found, wanted)
            raise UserError(
                "{path} was begun with another {what} ({found}, not {wanted}); resume with the same",
                path=run.path,
                what=what,
                found=found,
                wanted=wanted,
            )
    if run.is_finished():
        raise UserError(
            "{path} is finished: it has all {epochs} epochs", path=run.path, epochs=before.training["epochs"]
        )
    return run.resume_state()


def _first_difference(found: object, wanted: object) -> tuple[str, str]:
    if isinstance(found, dict) and isinstance(wanted, dict):
        name = next(name for name in wanted if found.get(name) != wanted[name])
        return f"{name} {found.get(name)}", f"{wanted[name]}"
    return str(found), str(wanted)


@contextmanager
def keep_upload(sprites: SpriteSet, folder: Path) -> Iterator[dict[str, str]]:
    """Puts a copy of the pictures into the folder of a new run, and removes it again if the block raises.

    Yields `data` and `labels` as a Plan takes them.
    """
    run = RunFolder(folder)
    run.save_data(sprites.pixels, sprites.labels)
    try:
        yield run.data()
    except BaseException:
        run.remove_data()
        raise
