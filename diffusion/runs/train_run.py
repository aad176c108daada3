"""Carry out a training run: open its data, train, and keep every epoch in its run folder."""

import math
import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import torch
from accelerate import Accelerator

from ..core import EpochDone, MidEpoch, TrainConfig, TrainEvent, train
from ..data import SpriteSet, as_tensors, open_dataset
from ..engine import make_accelerator
from ..errors import UserError
from ..store import EpochMetrics, RunConfig, RunFolder, build_card, load_file

KEPT = ("data", "labels", "save_every", "half", "start")  # of a Plan, beside what config.json holds
NETWORK = ("network", "width", "schedule")  # of a Plan and of config.json
OPTIONS = {"start": "from"}  # of the command line, where they are not called like the field


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to train on what, and where to keep it."""

    folder: Path
    data: str = "builtin"
    labels: str | None = None  # the .npy beside a .npy of pictures
    start: str | None = None  # a checkpoint file to begin with: its network, width and schedule, and its weights
    network: str | None = None  # unless begun with a checkpoint: sprite-unet, 64, linear
    width: int | None = None
    schedule: str | None = None
    training: TrainConfig = field(default_factory=TrainConfig)
    save_every: int = 4  # epochs; the first and the last are always kept
    half: bool = False  # keep the weights in half precision, as the shipped runs do

    def __post_init__(self) -> None:
        if self.save_every < 1:
            raise UserError("save every must be at least 1 epoch, not {save_every}", save_every=self.save_every)

    def keeps(self, epoch: int) -> bool:
        """Are the weights of this epoch saved?"""
        return epoch % self.save_every == 0 or epoch == self.training.epochs - 1

    def command(self) -> str:
        """The command line that does the same."""
        folder = self.folder.relative_to(Path.cwd()) if self.folder.is_relative_to(Path.cwd()) else self.folder
        words = ["python", "-m", "diffusion", "train", "--run", folder.as_posix()]
        unlike = {
            name: value for name, value in asdict(self).items() if value != Plan.__dataclass_fields__[name].default
        }
        settings = asdict(self.training)
        unlike |= {
            name: value for name, value in settings.items() if value != TrainConfig.__dataclass_fields__[name].default
        }
        for name, value in unlike.items():
            if name not in ("folder", "training"):
                words += [f"--{OPTIONS.get(name, name.replace('_', '-'))}", *([] if value is True else [str(value)])]
        return shlex.join(words)


def run_plan(
    plan: Plan,
    *,
    resume: bool = False,
    accelerator: Accelerator | None = None,
    wants_state: Callable[[], bool] = lambda: False,
) -> Iterator[TrainEvent]:
    """Train as planned and pass on what happens. What is to be kept is safe on the disk before its event is passed on.

    Killed at any moment, at most the unfinished epoch is lost; `resume` goes on after the last whole one.
    """
    accelerator = accelerator or make_accelerator()
    run = RunFolder(plan.folder)
    training, held_out = open_dataset(plan.data, plan.labels)
    first = None if resume or not plan.start else load_file(Path(plan.start))
    config = make_config(plan, run.config() if resume else first.config if first else RunConfig(), training.facts())
    state = _state_to_resume(run, config) if resume else None
    torch.manual_seed(plan.training.seed)  # the network's first weights
    network = config.build()
    if first:
        network.load_state_dict(first.network.state_dict())
    if accelerator.is_main_process and not resume:
        run.create(config)
        run.save_plan({name: getattr(plan, name) for name in KEPT})
        run.save_card(build_card(config, {}, plan.command()))
    started, steps_before = time.monotonic(), (state["step"] if state else 0)
    events = train(
        network,
        config.noise_schedule(),
        as_tensors(training),
        plan.training,
        held_out=as_tensors(held_out) if len(held_out) else None,
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
            if not math.isnan(event.held_out_loss):
                facts["held_out_loss"] = round(event.held_out_loss, 5)
            if plan.keeps(event.epoch):
                run.save_epoch(event.epoch, event.weights, facts, torch.float16 if plan.half else torch.float32)
            last = event.epoch == plan.training.epochs - 1
            if last:  # before the numbers that say the run is finished: a full disk leaves it to be resumed
                metrics = run.metrics() | {event.epoch: EpochMetrics.from_json(facts)}
                run.save_card(build_card(config, metrics, plan.command(), run.baseline()))
            run.save_metrics(event.epoch, facts)
            if last:
                run.remove_resume()
            else:
                run.save_resume(event.resume | {"step": event.step})
        yield event


def load_plan(run: RunFolder) -> Plan:
    """The plan that a run was begun with, to go on with it. Its own copy of the data is found where the run is now."""
    config, kept = run.config(), run.plan()
    if not kept:
        raise UserError("{path} cannot be resumed here: it does not say where its data is", path=run.path)
    training = TrainConfig(**config.training)
    usual = RunConfig()
    chosen = {name: getattr(config, name) for name in NETWORK if getattr(config, name) != getattr(usual, name)}
    return Plan(folder=run.path, training=training, **chosen, **kept | run.data())


def make_config(plan: Plan, like: RunConfig, data: dict[str, str | int]) -> RunConfig:
    """What config.json says of a run of this plan, whose network is as in `like` unless the plan says otherwise."""
    asked = {name: getattr(plan, name) for name in NETWORK if getattr(plan, name) is not None}
    if plan.start:
        for name, value in asked.items():
            if value != getattr(like, name):
                raise UserError(
                    "{start} has {name} {like}, not {value}; leave --{name2} out",
                    start=plan.start,
                    name=name,
                    like=getattr(like, name),
                    value=value,
                    name2=name,
                )
    return replace(like, **asked, training=asdict(plan.training), data=data, start=plan.start or like.start)


def _state_to_resume(run: RunFolder, config: RunConfig) -> dict | None:
    """Where to go on; None where the run has not finished an epoch. Refuses to mix two runs."""
    found = run.config()
    for what in (*NETWORK, "training", "data"):
        was, asked = getattr(found, what), getattr(config, what)
        if what == "data":
            asked = {name: asked[name] for name in asked if name in was}  # older runs say less of theirs
        if was != asked:
            was, asked = _first_difference(was, asked)
            raise UserError(
                "{path} was begun with another {what} ({was}, not {asked}); resume with the same",
                path=run.path,
                what=what,
                was=was,
                asked=asked,
            )
    if run.is_finished():
        raise UserError(
            "{path} is finished: it has all {training} epochs", path=run.path, training=config.training["epochs"]
        )
    return run.resume_state()


def _first_difference(was: object, asked: object) -> tuple[str, str]:
    if isinstance(was, dict) and isinstance(asked, dict):
        name = next(name for name in asked if was.get(name) != asked[name])
        return f"{name} {was.get(name)}", f"{asked[name]}"
    return str(was), str(asked)


@contextmanager
def keep_upload(sprites: SpriteSet, folder: Path) -> Iterator[dict[str, str]]:
    """Put a copy into the folder of a new run, for whatever starts it; taken away again if that fails.

    Yields `data` and `labels` as a Plan has them.
    """
    run = RunFolder(folder)
    run.save_data(sprites.pixels, sprites.labels)
    try:
        yield run.data()
    except BaseException:
        run.remove_data()
        raise
