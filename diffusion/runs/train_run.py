"""A training run: opens its data, trains, and saves its epochs in its run folder."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import torch
from accelerate import Accelerator

from ..core import EpochDone, MidEpoch, StepDone, TrainEvent, train
from ..data import SpriteSet, as_tensors, keep_labels, open_dataset
from ..engine import make_accelerator
from ..errors import Message
from ..refs import Builtin, parse_data
from ..store import (
    EpochMetrics,
    RunConfig,
    RunFolder,
    build_card,
    fit_vocabulary,
    load_file,
    lock_run,
    sweep_temporary,
)
from .plan import Plan, make_config
from .resume import command_of, extend, state_to_resume

FEW = 1000  # pictures
MAX_LOST_SECONDS = 5.0  # of epochs that are not kept: the state has 20 MB, and forty pictures make a hundred epochs


def run_plan(
    plan: Plan,
    *,
    resume: bool = False,
    accelerator: Accelerator | None = None,
    wants_state: Callable[[], bool] = lambda: False,
    tell: Callable[[Message], object] = lambda note: None,
) -> Iterator[TrainEvent]:
    """Trains, and yields the events of `train` after their files are on the disk.

    A process that is killed loses at most the unfinished epoch and MAX_LOST_SECONDS before it; `resume` goes on from
    there, or with a finished run up to more epochs. tell: is called with each note about data and run, at first.
    Raises UserError while another process writes in the run folder.
    """
    accelerator = accelerator or make_accelerator()
    if resume:
        RunFolder(plan.folder).config()  # no folder is made for a run that is not there
    with lock_run(plan.folder) if accelerator.is_main_process else nullcontext():
        sweep_temporary(plan.folder)
        yield from _run_locked(plan, resume, accelerator, wants_state, tell)


def _run_locked(
    plan: Plan,
    resume: bool,
    accelerator: Accelerator,
    wants_state: Callable[[], bool],
    tell: Callable[[Message], object],
) -> Iterator[TrainEvent]:
    run = RunFolder(plan.folder)
    training, validation = open_dataset(plan.data, plan.labels, plan.sheet())
    first = None if resume or not plan.start else load_file(Path(plan.start))
    config = make_config(
        plan,
        run.config() if resume else first.config if first else RunConfig(),
        training.facts() | plan.sheet().facts(),
        training.vocabulary,
    )
    advice = () if resume else _advise(plan, len(training))
    notes = [*training.notes, *(first.notes if first else ()), *advice]
    state = state_to_resume(run, config, notes.append) if resume else None
    torch.manual_seed(plan.training.seed)  # the network's first weights
    network = config.build()
    if first:
        first_weights = fit_vocabulary(first.network.state_dict(), first.config, len(config.vocabulary))
        network.load_state_dict(first_weights)
    if accelerator.is_main_process and not resume:
        run.create(config, plan.other_settings())
        run.save_card(build_card(config, {}, plan.command()))
    elif accelerator.is_main_process:
        extend(run, config, plan, state)
    for note in notes:  # not before: an error is one line
        tell(note)
    started = saved = time.monotonic()
    seen = 0
    events = train(
        network,
        config.noise_schedule(),
        as_tensors(training, config.vocabulary),
        plan.training,
        validation=as_tensors(validation, config.vocabulary) if len(validation) else None,
        resume=state,
        accelerator=accelerator,
        wants_state=wants_state,
    )
    for event in events:
        if isinstance(event, StepDone):
            seen += event.sprites
        if isinstance(event, MidEpoch) and accelerator.is_main_process:
            run.save_resume(event.resume | {"step": event.step})
        if isinstance(event, EpochDone) and accelerator.is_main_process:
            now = time.monotonic()
            is_due = plan.keeps(event.epoch) or now - saved > MAX_LOST_SECONDS
            _save_epoch(run, plan, config, event, seen / (now - started), is_due)
            saved = now if is_due else saved
        yield event


def _advise(plan: Plan, pictures: int) -> Iterator[Message]:
    """What to do where a run can hardly succeed: a few dozen pictures teach nothing to random weights."""
    if pictures < FEW and not plan.start and not isinstance(parse_data(plan.data), Builtin):
        yield Message(
            "{count:,} pictures are few to learn from nothing; to draw in their style, begin with a trained network: "
            "--from checkpoints/sprites/model_31.safetensors --updates 320 --batch-size 16 --lr 0.001",
            count=pictures,
        )


def _save_epoch(run: RunFolder, plan: Plan, config: RunConfig, event: EpochDone, speed: float, is_due: bool) -> None:
    """Saves the weights, the numbers, and, where it is due, the state to resume from. speed: sprites a second."""
    facts = {"step": event.step, "loss": round(event.loss, 5), "sprites_per_second": round(speed)}
    if not math.isnan(event.validation_loss):
        facts["held_out_loss"] = round(event.validation_loss, 5)
    if plan.keeps(event.epoch):
        run.save_epoch(event.epoch, event.weights, facts, torch.float16 if plan.half else torch.float32)
    last = event.epoch == plan.training.epochs - 1
    if last:  # before the numbers that mark the run as finished: after a full disk it can be resumed
        metrics = run.metrics() | {event.epoch: EpochMetrics.from_json(facts)}
        run.save_card(build_card(config, metrics, command_of(run, plan), run.baseline()))
    run.save_metrics(event.epoch, facts)
    if last:
        run.remove_resume()
    elif is_due:
        run.save_resume(event.resume | {"step": event.step})


@contextmanager
def keep_upload(sprites: SpriteSet, folder: Path) -> Iterator[dict[str, str]]:
    """Puts a copy of the pictures into the folder of a new run, and removes it again if the block raises.

    Yields `data` and `labels` as a Plan takes them. Needs the lock of the folder.
    """
    run = RunFolder(folder)
    run.save_data(sprites.pixels, keep_labels(sprites.labels, sprites.vocabulary))
    try:
        yield run.data()
    except BaseException:
        run.remove_data()
        raise
