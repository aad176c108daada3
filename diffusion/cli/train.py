"""train, convert: the verbs that make runs."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from ..core import EpochDone, StepDone, add_flags, from_flags, is_given, settings_of
from ..errors import Message, UserError
from .common import Options, Verbs, hub_ref
from .measure import print_measured
from .trackers import check_tracker, tracking

if TYPE_CHECKING:
    from ..runs import Plan


KEEP = 8  # epochs of a run of so many updates are saved


def train_options(verb: argparse.ArgumentParser) -> None:
    """The flags of `train`, most of them declared with the settings of a Plan."""
    from ..runs import Plan

    add_flags(verb, Plan)
    verb.add_argument(
        "--updates",
        type=int,
        metavar="N",
        help="train for about N updates of the weights, in place of --epochs; few pictures make many short epochs",
    )
    verb.add_argument(
        "--resume",
        action="store_true",
        help="continue after the last whole epoch with the run's own settings; with more --epochs a finished run too",
    )
    verb.add_argument("--no-evaluate", action="store_true", help="do not measure the epochs at the end")
    verb.add_argument("--push-to", metavar="user/repo", help="publish the run on the Hub whenever an epoch is saved")
    verb.add_argument("--log", choices=("bar", "json"), default="bar", help="json: a line for every 20 steps")
    verb.add_argument(
        "--log-with",
        metavar="TRACKER",
        help="send the numbers of every 20 steps to trackio, tensorboard, wandb, … (install it first)",
    )


def train(options: Options) -> None:
    """Train a network and save its epochs in a run folder."""
    from ..engine import make_accelerator
    from ..runs import run_plan, to_line
    from ..store import RunFolder

    plan = _plan_of(options)
    if options.log_with:
        check_tracker(options.log_with)
    accelerator = make_accelerator(options.log_with, plan.folder.parent / "logs" / plan.folder.name)
    publish = _publisher(plan, options.push_to) if options.push_to else None
    # delay: there is no bar before the first step, so that an error is one line
    is_hidden = options.log == "json" or not accelerator.is_main_process
    bar = tqdm(unit=" sprites", unit_scale=True, delay=0.1, disable=is_hidden)
    tell = _print_note if accelerator.is_main_process else (lambda note: None)
    with tracking(accelerator, plan, options.log_with) as log:
        for event in run_plan(plan, resume=options.resume, accelerator=accelerator, tell=tell):
            if not accelerator.is_main_process:
                continue
            log(event)
            if options.log == "json":
                if line := to_line(event):
                    print(line, flush=True)
            elif isinstance(event, StepDone):
                if bar.total is None:
                    batch_size, epochs = plan.training.batch_size, plan.training.epochs
                    count = RunFolder(plan.folder).config().data.get("count") or event.total // epochs * batch_size
                    bar.reset(count * epochs)
                    bar.initial = bar.n = sprites_seen(event.step - 1, count, batch_size)
                bar.update(event.sprites)
                bar.set_postfix_str(f"loss {event.loss:.4f}", refresh=False)
            elif isinstance(event, EpochDone):
                bar.write(
                    f"epoch {event.epoch}: loss {event.loss:.4f}, held out {event.validation_loss:.4f}",
                    file=sys.stdout,
                )
            if publish and isinstance(event, EpochDone) and plan.keeps(event.epoch):
                try:
                    publish()
                except ValueError as error:  # the push of the next epoch includes this one
                    print(f"not pushed: {error}", file=sys.stderr, flush=True)
    bar.close()
    if accelerator.is_main_process and not options.no_evaluate:
        _measure_briefly(plan)
    if accelerator.is_main_process and publish:
        publish()


def sprites_seen(steps: int, count: int, batch_size: int) -> int:
    """How many sprites so many steps have seen; the last batch of an epoch is smaller where `count` leaves a rest."""
    epochs, rest = divmod(steps, -(-count // batch_size))
    return epochs * count + rest * batch_size


def _plan_of(options: Options) -> "Plan":
    """The plan of the flags; of a run that is resumed its own plan, changed by the flags that were given."""
    from ..runs import Plan, load_plan
    from ..store import RunFolder

    plan = from_flags(Plan, options)
    if options.updates is not None:
        return _lasting(plan, options)
    if not options.resume or not (run := RunFolder(plan.folder)).plan():
        return plan
    begun = load_plan(run)
    of_plan, of_training = (
        {name: getattr(config, name) for name in settings_of(config) if is_given(options, name)}
        for config in (plan, plan.training)
    )
    if "data" in of_plan:
        of_plan = {"labels": None} | of_plan
    return replace(begun, **of_plan, training=replace(begun.training, **of_training))


def _lasting(plan: "Plan", options: Options) -> "Plan":
    """The plan with the epochs that `--updates` take with its data."""
    from ..data import open_dataset
    from ..refs import Builtin, parse_data

    if options.resume or is_given(options, "epochs"):
        raise UserError("--updates goes without --epochs and --resume; leave one of them out")
    if options.updates < 1:
        raise UserError("{name} must be at least {low}, not {value}", name="updates", low=1, value=options.updates)
    ref = parse_data(plan.data)
    count = ref.count if isinstance(ref, Builtin) else len(open_dataset(plan.data, plan.labels, plan.sheet())[0])
    return plan.lasting(options.updates, max(1, count), None if is_given(options, "save_every") else KEEP)


def _print_note(note: Message) -> None:
    print(f"note: {note}", file=sys.stderr, flush=True)


def _publisher(plan: "Plan", name: str) -> Callable[[], object]:
    """A function that pushes the run as it is."""
    from huggingface_hub import HfApi
    from huggingface_hub.utils import disable_progress_bars

    from ..hub import run_to_end
    from ..runs import publish_run
    from ..store import RunFolder

    ref, api = hub_ref(name), HfApi()
    disable_progress_bars()
    return lambda: run_to_end(publish_run(api, RunFolder(plan.folder), ref))


def _measure_briefly(plan: "Plan") -> None:
    """Evaluates with a quarter of the sprites of `evaluate`, where there are enough real ones to compare with."""
    from ..evaluation import FEATURE_WEIGHTS, EvalConfig, load_training_data
    from ..store import RunFolder

    run, settings = RunFolder(plan.folder), EvalConfig(count=500)
    if FEATURE_WEIGHTS.is_file() and len(load_training_data(run, plan.data, plan.labels)[1]) >= settings.count:
        print_measured(run, settings, data=plan.data, labels=plan.labels)


def _convert_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "files", type=Path, nargs="+", metavar="FILE.pth", help="state dicts saved by the course's notebooks"
    )
    verb.add_argument("--run", type=Path, required=True, help="the run folder to make")


def convert(options: Options) -> None:
    """Make a run folder of the .pth files that the course's notebooks save."""
    from ..store import COURSE, RunFolder, load_file

    checkpoints = [load_file(path) for path in options.files]
    if len({checkpoint.epoch for checkpoint in checkpoints}) < len(checkpoints):
        raise UserError("two of the files are of the same epoch; name one of each")
    run = RunFolder(options.run)
    run.create(COURSE)
    for checkpoint in checkpoints:
        run.save_epoch(checkpoint.epoch, checkpoint.network.state_dict(), {})
    print(f"epochs {', '.join(map(str, run.epochs()))} in {options.run}")


VERBS: Verbs = {"train": (train_options, train), "convert": (_convert_options, convert)}
