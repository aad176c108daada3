"""evaluate, features, bench: verbs that measure."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from ..errors import UserError
from .common import Options, Verbs, check_suffix

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

    exam = EvalConfig(count=options.count, seeds=options.seeds, steps=options.steps)
    print_measured(RunFolder(options.run), exam, epochs=options.epochs, data=options.data, labels=options.labels)


def print_measured(run: "RunFolder", exam: "EvalConfig", **options: Any) -> None:
    """Measure, with a bar; a line an epoch, and the answer at the end."""
    from ..evaluation import SpritesDrawn
    from ..evaluation import evaluate_run as measure
    from ..store import QUALITY_NUMBERS, compare_epochs, pick_late_pair

    bar = tqdm(unit=" sprites", delay=0.1)
    for event in measure(run, exam, **options):
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


def _samplers_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--run", type=Path, required=True, help="a run folder such as checkpoints/sprites")
    verb.add_argument("--epoch", type=int, default=31)
    verb.add_argument("--trials", nargs="+", metavar="SAMPLER:STEPS", help="such as ddpm:50; a table unless given")
    verb.add_argument("--count", type=int, default=2000, help="sprites of a trial, over all seeds")
    verb.add_argument("--seeds", type=int, default=4, help="groups of sprites, for the spread")
    verb.add_argument(
        "--out", type=Path, required=True, help="such as assets/shipped/samplers.json; the picture goes beside it"
    )


def samplers(options: Options) -> None:
    """Measure every sampler at several numbers of steps; hours, but it goes on where it stopped."""
    from ..evaluation import (
        SWEEP_SETTINGS,
        SweepProgress,
        SweepResults,
        SweepSetting,
        save_picture,
        summarise_sweep,
        sweep_samplers,
        table,
    )
    from ..store import RunFolder

    check_suffix(options.out, ".json")
    trials = [SweepSetting.parse(words) for words in options.trials] if options.trials else SWEEP_SETTINGS
    asked = {"epoch": options.epoch, "trials": trials, "count": options.count, "seeds": options.seeds}
    bar = tqdm(unit=" evaluations", unit_scale=True, delay=0.1)
    for event in sweep_samplers(RunFolder(options.run), options.out, **asked):
        if isinstance(event, SweepProgress):
            bar.total = event.total
            bar.update(event.done - bar.n)
            bar.set_description(f"{event.trial}, seed {event.seed}", refresh=False)
        else:
            distance = event.book.seeds[event.trial][event.seed]["frechet"]
            bar.write(f"{event.trial}, seed {event.seed}: Fréchet distance {distance:.2f}", file=sys.stdout)
    bar.close()
    book = SweepResults.read(options.out)
    save_picture(book, options.out.with_suffix(".svg"))
    print(table(book), summarise_sweep(book), sep="\n\n")


def _features_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--out", type=Path, required=True, help="such as assets/shipped/features.safetensors")
    verb.add_argument("--count", type=int, default=20_000, help="sprites to learn from")
    verb.add_argument("--epochs", type=int, default=10)


def features(options: Options) -> None:
    """Train the small network that `evaluate` looks at sprites with; about a minute."""
    from ..evaluation import SEED, accuracy, save_features, train_features

    check_suffix(options.out, ".safetensors")
    bar = tqdm(unit=" steps", delay=0.1)
    for lesson in train_features(options.count, options.epochs):
        bar.total = lesson.total
        bar.update()
        bar.set_postfix_str(f"loss {lesson.loss:.3f}", refresh=False)
    bar.close()
    right = f"{accuracy(lesson.network):.4f}"
    facts = {"accuracy": right, "count": str(options.count), "epochs": str(options.epochs), "seed": str(SEED)}
    save_features(lesson.network, options.out, facts)
    print(f"{options.out} recognises the kind of {float(right):.1%} of the held-out sprites")


def _bench_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--rounds", type=int, default=20, help="how often each is measured; the median counts")
    verb.add_argument(
        "--only",
        choices=("sampling", "sharing", "training", "beside-training", "start", "memory"),
        help="one section instead of all",
    )
    verb.add_argument("--json", action="store_true", help="print one JSON object instead of tables")


def bench(options: Options) -> None:
    """Measure sampling and training against the course's loop, and the app against an empty one, on this machine."""
    from ..devtools.bench import SECTIONS
    from ..devtools.bench_app import memory, start
    from ..engine import find_device

    if options.rounds < 1:
        raise UserError("--rounds must be at least 1, not {rounds}", rounds=options.rounds)
    measured = (
        table
        for name, section in (SECTIONS | {"start": start, "memory": memory}).items()
        if options.only in (None, name)
        for table in section(options.rounds)
    )
    if options.json:
        print(json.dumps({"machine": str(find_device()), "tables": [asdict(table) for table in measured]}, indent=2))
        return
    print(find_device())
    for table in measured:
        print(f"\n{table.title}\n  {'':30}{table.unit:>10}{'quartiles':>18}{'ratio':>8}{'quartiles':>14}")
        for row in table.rows:
            value = f"{row.value.median:10.1f}{f'{row.value.low:.1f} to {row.value.high:.1f}':>18}"
            ratio = f"{row.ratio.median:8.2f}{f'{row.ratio.low:.2f} to {row.ratio.high:.2f}':>14}" if row.ratio else ""
            print(f"  {row.name:30}{value}{ratio}", flush=True)


VERBS: Verbs = {
    "evaluate": (_evaluate_options, evaluate),
    "samplers": (_samplers_options, samplers),
    "features": (_features_options, features),
    "bench": (_bench_options, bench),
}
