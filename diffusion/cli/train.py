"""train, convert: verbs that make runs."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from ..core import OPTIMIZERS, EpochDone, StepDone, TrainConfig
from ..errors import UserError
from .common import Options, Verbs, hub_ref
from .measure import print_measured

if TYPE_CHECKING:
    from ..runs import Plan


def train_options(verb: argparse.ArgumentParser) -> None:
    from ..core import SCHEDULES
    from ..store import NETWORKS

    default = TrainConfig()
    verb.add_argument("--run", type=Path, required=True, help="the run folder to make")
    verb.add_argument(
        "--data", default="builtin", help="builtin[:count][@seed], a .npy, a folder, a .zip, hf://datasets/…"
    )
    verb.add_argument("--labels", help="the .npy of labels that goes with a .npy of pictures")
    verb.add_argument("--from", dest="start", metavar="FILE", help="begin with the weights of this checkpoint")
    verb.add_argument("--network", choices=NETWORKS, help="sprite-unet, or that of --from, unless given")
    verb.add_argument("--width", type=int, help="features at full resolution; 64, or those of --from, unless given")
    verb.add_argument("--schedule", choices=SCHEDULES, help="how the noise grows; linear unless given")
    verb.add_argument("--epochs", type=int, default=default.epochs)
    verb.add_argument("--batch-size", type=int, default=default.batch_size, help="over all processes together")
    verb.add_argument("--lr", type=float, default=default.lr, help="the highest learning rate")
    verb.add_argument(
        "--recipe", choices=OPTIMIZERS, default=default.recipe, help="Adam falling linearly, or AdamW on a cosine"
    )
    verb.add_argument("--drop-label", type=float, default=default.drop_label, help="share trained without its label")
    verb.add_argument("--ema", type=float, default=default.ema, help="what the averaged weights keep at each step")
    verb.add_argument("--flip", action="store_true", help="mirror half of the pictures")
    verb.add_argument("--seed", type=int, default=default.seed)
    verb.add_argument("--save-every", type=int, default=4, help="epochs; the first and the last are always saved")
    verb.add_argument("--half", action="store_true", help="save in half precision")
    verb.add_argument("--resume", action="store_true", help="go on after the last whole epoch")
    verb.add_argument("--no-evaluate", action="store_true", help="do not measure the epochs at the end")
    verb.add_argument("--push-to", metavar="user/repo", help="publish the run on the Hub whenever an epoch is saved")
    verb.add_argument("--log", choices=("bar", "json"), default="bar", help="json: a line for every 20 steps")


def train(options: Options) -> None:
    """Train a network and save its epochs in a run folder."""
    from ..engine import make_accelerator
    from ..runs import run_plan, to_line

    plan, accelerator = plan_of_options(options), make_accelerator()
    publish = _publisher(plan, options.push_to) if options.push_to else None
    # delay: no bar before the first step, so that a mistake stays one line
    hidden = options.log == "json" or not accelerator.is_main_process
    bar = tqdm(unit=" sprites", unit_scale=True, delay=0.1, disable=hidden)
    for event in run_plan(plan, resume=options.resume, accelerator=accelerator):
        if not accelerator.is_main_process:
            continue
        if options.log == "json":
            if line := to_line(event):
                print(line, flush=True)
        elif isinstance(event, StepDone):
            if bar.total is None:
                bar.reset(event.total * plan.training.batch_size)
                bar.initial = (event.step - 1) * plan.training.batch_size
                bar.n = bar.initial
            bar.update(event.sprites)
            bar.set_postfix_str(f"loss {event.loss:.4f}", refresh=False)
        elif isinstance(event, EpochDone):
            bar.write(
                f"epoch {event.epoch}: loss {event.loss:.4f}, held out {event.held_out_loss:.4f}", file=sys.stdout
            )
        if publish and isinstance(event, EpochDone) and plan.keeps(event.epoch):
            try:
                publish()
            except ValueError as trouble:  # the next epoch brings this one along
                print(f"not pushed: {trouble}", file=sys.stderr, flush=True)
    bar.close()
    if accelerator.is_main_process and not options.no_evaluate:
        _measure_briefly(plan)
    if accelerator.is_main_process and publish:
        publish()


def plan_of_options(options: Options) -> "Plan":
    from ..runs import Plan

    settings = {name: getattr(options, name) for name in TrainConfig.__dataclass_fields__}
    return Plan(
        folder=options.run,
        data=options.data,
        labels=options.labels,
        start=options.start,
        network=options.network,
        width=options.width,
        schedule=options.schedule,
        training=TrainConfig(**settings),
        save_every=options.save_every,
        half=options.half,
    )


def _publisher(plan: "Plan", name: str) -> Callable[[], object]:
    """What pushes the run as it stands."""
    from huggingface_hub import HfApi
    from huggingface_hub.utils import disable_progress_bars

    from ..hub import run_to_end
    from ..runs import publish_run
    from ..store import RunFolder

    ref, api = hub_ref(name), HfApi()
    disable_progress_bars()
    return lambda: run_to_end(publish_run(api, RunFolder(plan.folder), ref))


def _measure_briefly(plan: "Plan") -> None:
    """After training, where there are enough real sprites to compare with: a quarter of what `evaluate` draws."""
    from ..evaluation import FEATURE_WEIGHTS, EvalConfig, load_training_data
    from ..store import RunFolder

    run, exam = RunFolder(plan.folder), EvalConfig(count=500)
    if FEATURE_WEIGHTS.is_file() and len(load_training_data(run, plan.data, plan.labels)[1]) >= exam.count:
        print_measured(run, exam, data=plan.data, labels=plan.labels)


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


VERBS: Verbs = {
    "train": (train_options, train),
    "convert": (_convert_options, convert),
}
