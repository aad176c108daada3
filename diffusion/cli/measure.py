"""evaluate: the verb that measures a run."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from .common import Options, Verbs

if TYPE_CHECKING:
    from ..evaluation import EvalConfig
    from ..store import RunFolder


def _evaluate_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--run", type=Path, required=True, help="a run folder such as checkpoints/sprites")
    verb.add_argument("--epochs", type=int, nargs="+", help="all unless given")
    verb.add_argument("--count", type=int, default=2000, help="sprites to draw for each epoch, over all seeds")
    verb.add_argument("--seeds", type=int, default=4, help="groups of sprites, for the spread")
    verb.add_argument("--steps", type=int, default=50, help="of DDPM")
    verb.add_argument("--data", help="what it was trained on, where that is not built in")
    verb.add_argument("--labels", help="the .npy of labels that goes with a .npy of pictures")


def evaluate(options: Options) -> None:
    """Measure how good each epoch of a run is; the numbers go into its metrics.json and its card."""
    from ..evaluation import EvalConfig
    from ..store import RunFolder

    config = EvalConfig(count=options.count, seeds=options.seeds, steps=options.steps)
    print_measured(RunFolder(options.run), config, epochs=options.epochs, data=options.data, labels=options.labels)


def print_measured(run: "RunFolder", config: "EvalConfig", **options: Any) -> None:
    """Measures a run with a progress bar; prints one line for each epoch, then compares two late epochs.

    options: as for `evaluate_run`.
    """
    from ..evaluation import SpritesDrawn, evaluate_run
    from ..store import QUALITY_NUMBERS, compare_epochs, pick_late_pair

    bar = tqdm(unit=" sprites", delay=0.1)
    for event in evaluate_run(run, config, **options):
        if isinstance(event, SpritesDrawn):
            bar.total = event.total
            bar.update(event.done - bar.n)
            bar.set_description(f"epoch {event.epoch}", refresh=False)
        else:
            shown = ("frechet", "precision", "recall")
            numbers = (
                f"{QUALITY_NUMBERS[n].title} {QUALITY_NUMBERS[n].write(getattr(event.quality, n))}" for n in shown
            )
            bar.write(f"epoch {event.epoch}: {', '.join(numbers)}", file=sys.stdout)
    bar.close()
    if pair := pick_late_pair(run.metrics()):
        print(compare_epochs(run.metrics(), *pair))


VERBS: Verbs = {"evaluate": (_evaluate_options, evaluate)}
