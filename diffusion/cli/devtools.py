"""The verbs that make what the repository ships, and measure it: samplers, features, reel, poster, lesson, …"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from ..errors import UserError
from .common import Options, Verbs, check_suffix

if TYPE_CHECKING:
    from ..devtools.bench import Table


def _samplers_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--run", type=Path, required=True, help="a run folder such as checkpoints/sprites")
    verb.add_argument("--epoch", type=int, default=31, help="of the run, by its number")
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
    settings = [SweepSetting.parse(text) for text in options.trials] if options.trials else SWEEP_SETTINGS
    bar = tqdm(unit=" evaluations", unit_scale=True, delay=0.1)
    for event in sweep_samplers(
        RunFolder(options.run),
        options.out,
        epoch=options.epoch,
        settings=settings,
        count=options.count,
        seeds=options.seeds,
    ):
        if isinstance(event, SweepProgress):
            bar.total = event.total
            bar.update(event.done - bar.n)
            bar.set_description(f"{event.setting}, seed {event.seed}", refresh=False)
        else:
            distance = event.results.seeds[event.setting][event.seed]["frechet"]
            bar.write(f"{event.setting}, seed {event.seed}: Fréchet distance {distance:.2f}", file=sys.stdout)
    bar.close()
    results = SweepResults.read(options.out)
    save_picture(results, options.out.with_suffix(".svg"))
    print(table(results), summarise_sweep(results), sep="\n\n")


def _features_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--out", type=Path, required=True, help="such as assets/shipped/features.safetensors")
    verb.add_argument("--count", type=int, default=20_000, help="new sprites to learn from in each epoch")
    verb.add_argument("--epochs", type=int, default=24, help="passes over so many sprites")


def features(options: Options) -> None:
    """Train the small network that `evaluate` looks at sprites with; about ten minutes on one core."""
    import torch

    from ..evaluation import SEED, check_features, save_features, train_features

    check_suffix(options.out, ".safetensors")
    torch.set_num_threads(1)  # the same network on every machine of a kind
    bar = tqdm(unit=" steps", delay=0.1)
    for step in train_features(options.count, options.epochs):
        bar.total = step.total
        bar.update()
        bar.set_postfix_str(f"loss {step.loss:.3f}", refresh=False)
    bar.close()
    rates = check_features(step.network)
    facts = {"count": options.count, "epochs": options.epochs, "seed": SEED} | {
        name: f"{rate:.4f}" for name, rate in asdict(rates).items()
    }
    save_features(step.network, options.out, {name: str(fact) for name, fact in facts.items()})
    print(f"{options.out} recognises in new sprites: {rates}")


def _reel_options(verb: argparse.ArgumentParser) -> None:
    from ..devtools.reel import EPOCHS

    verb.add_argument("--run", type=Path, required=True, help="a finished run with all its epochs on the disk")
    verb.add_argument("--out", type=Path, default=Path("assets/shipped/reel.bin"), help="a .bin file")
    verb.add_argument("--epochs", type=int, nargs="+", default=EPOCHS, help="which are compared")
    verb.add_argument("--count", type=int, default=32, help="how many sprites")
    verb.add_argument("--seed", type=int, default=0, help="of the noise")


def reel(options: Options) -> None:
    """Make the reel that the page shows before any model has run."""
    from ..devtools.reel import STEPS, make_reel, save_reel
    from ..store import RunFolder

    run = RunFolder(options.run)
    with tqdm(total=STEPS + 1 + len(run.epochs()), unit=" steps", delay=0.1) as bar:
        content = make_reel(run, options.epochs, options.count, options.seed, on_step=bar.update)
    save_reel(content, options.out)
    print(f"{len(content):,} bytes in {options.out}")


def _poster_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--reel", type=Path, default=Path("assets/shipped/reel.bin"), help="what the verb reel has made")
    verb.add_argument(
        "--out", type=Path, default=Path("assets/shipped/social.png"), help="a .png; icon.png goes beside it"
    )


def poster(options: Options) -> None:
    """Make the picture under a shared link to the page, and the icon of its browser tab."""
    from ..devtools.poster import icon
    from ..devtools.poster import poster as draw_poster
    from ..store import save_picture
    from ..ui.words import ENGLISH

    check_suffix(options.out, ".png")
    save_picture(draw_poster(options.reel, ENGLISH.title, ENGLISH.description), options.out)
    save_picture(icon(options.reel), options.out.with_name("icon.png"))
    print(f"the picture is {options.out}")


def _lesson_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--run", type=Path, default=Path("checkpoints/sprites"), help="a finished run of our network")
    verb.add_argument("--tutorial", type=Path, default=Path("checkpoints/tutorial"), help="one of the tutorial's")
    verb.add_argument(
        "--work", type=Path, default=Path("runs/lesson"), help="where the networks trained for it are kept"
    )
    verb.add_argument(
        "--out", type=Path, default=Path("assets/shipped/lesson.png"), help="a .png; the numbers go beside it"
    )
    verb.add_argument("--count", type=int, default=10_000, help="sprites to train on")
    verb.add_argument("--epochs", type=int, default=16, help="of each training")
    verb.add_argument("--each", type=int, default=500, help="sprites to draw of each, in each of two seeds")
    verb.add_argument(
        "--keep-mistakes", action="store_true", help="only what shows --run anew; the mistakes stay as --out has them"
    )


def lesson(options: Options) -> None:
    """Make the pictures and numbers of the Learn tab: what the published mistakes do; trains three networks."""
    import numpy as np

    from ..devtools import lesson
    from ..evaluation import EvalConfig
    from ..store import RunFolder

    check_suffix(options.out, ".png")
    run = RunFolder(options.run)
    if options.keep_mistakes:
        mistakes, numbers = lesson.kept_mistakes(options.out)
    else:
        experiment = lesson.Experiment(count=options.count, epochs=options.epochs, each=options.each)
        mistakes, numbers = lesson.make_mistakes(RunFolder(options.tutorial), options.work, experiment, report=print)
    rows = np.concatenate([mistakes, lesson.draw_walks(run)])
    print("the rows are drawn; now the distance without fresh noise")
    numbers["without_noise"] = lesson.measure_without_noise(run, EvalConfig(count=4 * options.each))
    lesson.save_lesson(rows, numbers, options.out)
    print(f"{len(rows) // lesson.SHOWN} rows of sprites in {options.out}")


SOAK, MAX_MINUTES = "soak", 24 * 60
BROWSER = "browser"


def _bench_sections() -> dict[str, Callable[[int], Iterator["Table"]]]:
    from ..devtools import bench, bench_app

    return bench.SECTIONS | bench_app.SECTIONS


def _bench_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--rounds", type=int, default=20, help="how often each is measured; the median counts")
    verb.add_argument(
        "--only",
        choices=(*_bench_sections(), SOAK, BROWSER),
        help=f"one section instead of all; {SOAK} and {BROWSER} belong to no other",
    )
    verb.add_argument("--minutes", type=float, default=60, help=f"of {SOAK}: mixed use of the app for so long")
    verb.add_argument("--json", action="store_true", help="print one JSON object instead of tables")


def bench(options: Options) -> None:
    """Measure sampling and training against the course's loop, and the app against an empty one, on this machine."""
    from ..devtools.bench_browser import browser
    from ..devtools.bench_soak import soak
    from ..engine import find_device

    if options.rounds < 1:
        raise UserError("--rounds must be at least 1, not {rounds}", rounds=options.rounds)
    if not 0 < options.minutes <= MAX_MINUTES:
        raise UserError(
            "--minutes must be above 0 and at most {most}, not {minutes}", most=MAX_MINUTES, minutes=options.minutes
        )
    tables = (
        soak(options.minutes)
        if options.only == SOAK
        else browser(options.rounds)
        if options.only == BROWSER
        else (
            table
            for name, section in _bench_sections().items()
            if options.only in (None, name)
            for table in section(options.rounds)
        )
    )
    if options.json:
        print(json.dumps({"machine": str(find_device()), "tables": [asdict(table) for table in tables]}, indent=2))
        return
    print(find_device())
    for table in tables:
        print(f"\n{table.title}\n  {'':30}{table.unit:>10}{'quartiles':>18}{'ratio':>8}{'quartiles':>14}")
        for row in table.rows:
            value = f"{row.value.median:10.1f}{f'{row.value.low:.1f} to {row.value.high:.1f}':>18}"
            ratio = f"{row.ratio.median:8.2f}{f'{row.ratio.low:.2f} to {row.ratio.high:.2f}':>14}" if row.ratio else ""
            print(f"  {row.name:30}{value}{ratio}", flush=True)


def _variety_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--epochs", type=int, default=32, help="how many to draw")
    verb.add_argument("--count", type=int, default=20_000, help="sprites of an epoch")
    verb.add_argument("--seed", type=int, default=0, help="of the sprites")


def variety(options: Options) -> None:
    """Measure how many built-in sprites are distinct when new ones are drawn for every epoch; about two minutes."""
    from ..devtools.variety import measure_variety
    from ..refs import Builtin

    if options.epochs < 1:
        raise UserError("--epochs must be at least 1, not {epochs}", epochs=options.epochs)
    events = measure_variety(Builtin(options.count, options.seed), options.epochs)
    *_, kinds = tqdm(events, total=options.epochs, unit=" epochs", delay=0.1)
    print(f"{'':12}{'sprites':>9}{'distinct':>10}{'in few colours':>16}")
    for kind, found in kinds.items():
        shares = found.shares()
        print(f"{kind:12}{found.count:>9,}{shares['distinct']:>10.1%}{shares['coarse']:>16.1%}")


VERBS: Verbs = {
    "samplers": (_samplers_options, samplers),
    "features": (_features_options, features),
    "reel": (_reel_options, reel),
    "poster": (_poster_options, poster),
    "lesson": (_lesson_options, lesson),
    "bench": (_bench_options, bench),
    "variety": (_variety_options, variety),
}
