"""The command line: python -m diffusion <verb>. Wrong input is one line and exit status 2."""

import argparse
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from .kinds import KINDS
from .training import RECIPES, StepDone, TrainConfig

if TYPE_CHECKING:
    from .evaluate import Exam
    from .runs import Plan
    from .store import RunFolder

Options = argparse.Namespace


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m diffusion", description="Draw sprites, train on them, and sample new ones."
    )
    verbs = parser.add_subparsers(metavar="verb", required=True, dest="verb")
    for name, (describe, run) in VERBS.items():
        verb = verbs.add_parser(
            name, help=run.__doc__, description=run.__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
        )
        describe(verb)
    options = parser.parse_args(arguments)
    try:
        VERBS[options.verb][1](options)
    except (ValueError, OSError) as mistake:
        print(f"{parser.prog} {options.verb}: {mistake}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\n{parser.prog} {options.verb}: stopped", file=sys.stderr)
        return 130
    return 0


def _draw_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--count", type=int, default=400, help="how many sprites")
    verb.add_argument("--seed", type=int, default=0, help="same seed, same sprites")
    verb.add_argument("--split", choices=("train", "test"), default="train", help="test: shapes kept out of training")
    verb.add_argument("--scale", type=int, default=4, help="screen pixels a pixel, for .png")
    verb.add_argument("--out", type=Path, required=True, help="a .png contact sheet, or .npy (labels go beside it)")


def draw(options: Options) -> None:
    """Draw built-in sprites as a contact sheet or as .npy files in the course's format."""
    from .pixelart import draw as draw_sprites
    from .render import enlarged, save_picture, sheet

    _check_suffix(options.out, ".png", ".npy")
    if not 1 <= options.scale <= 32:
        raise ValueError(f"--scale must be between 1 and 32, not {options.scale}")
    pixels, labels = draw_sprites(options.count, options.seed, options.split)
    if options.out.suffix == ".npy":
        options.out.parent.mkdir(parents=True, exist_ok=True)
        np.save(options.out, pixels)
        np.save(options.out.with_stem(f"{options.out.stem}_labels"), labels)
    else:
        save_picture(enlarged(sheet(pixels, gap=2), options.scale), options.out)
    print(f"{len(pixels)} sprites in {options.out}")


def _train_options(verb: argparse.ArgumentParser) -> None:
    from .checkpoint import NETWORKS
    from .schedule import SCHEDULES

    default = TrainConfig()
    verb.add_argument("--run", type=Path, required=True, help="the run folder to make")
    verb.add_argument(
        "--data", default="builtin", help="builtin[:count][@seed], a .npy, a folder, a .zip, hf://datasets/…"
    )
    verb.add_argument("--labels", help="the .npy of labels that goes with a .npy of pictures")
    verb.add_argument("--network", choices=NETWORKS, default="sprite-unet")
    verb.add_argument("--schedule", choices=SCHEDULES, default="linear", help="how the noise grows")
    verb.add_argument("--epochs", type=int, default=default.epochs)
    verb.add_argument("--batch-size", type=int, default=default.batch_size, help="over all processes together")
    verb.add_argument("--lr", type=float, default=default.lr, help="the highest learning rate")
    verb.add_argument(
        "--recipe", choices=RECIPES, default=default.recipe, help="Adam falling linearly, or AdamW on a cosine"
    )
    verb.add_argument("--drop-label", type=float, default=default.drop_label, help="share trained without its label")
    verb.add_argument("--ema", type=float, default=default.ema, help="what the averaged weights keep at each step")
    verb.add_argument("--flip", action="store_true", help="mirror half of the pictures")
    verb.add_argument("--seed", type=int, default=default.seed)
    verb.add_argument("--save-every", type=int, default=4, help="epochs; the first and the last are always saved")
    verb.add_argument("--half", action="store_true", help="save in half precision")
    verb.add_argument("--resume", action="store_true", help="go on after the last whole epoch")
    verb.add_argument("--no-evaluate", action="store_true", help="do not measure the epochs at the end")


def train(options: Options) -> None:
    """Train a network and save its epochs in a run folder."""
    from .runs import Plan, carry_out, make_accelerator

    settings = {name: getattr(options, name) for name in TrainConfig.__dataclass_fields__}
    plan = Plan(
        folder=options.run,
        data=options.data,
        labels=options.labels,
        network=options.network,
        schedule=options.schedule,
        training=TrainConfig(**settings),
        save_every=options.save_every,
        half=options.half,
    )
    accelerator = make_accelerator()
    # delay: no bar before the first step, so that a mistake stays one line
    bar = tqdm(unit=" sprites", unit_scale=True, delay=0.1, disable=not accelerator.is_main_process)
    for event in carry_out(plan, resume=options.resume, accelerator=accelerator):
        if isinstance(event, StepDone):
            if bar.total is None:
                bar.reset(event.total * plan.training.batch_size)
                bar.initial = (event.step - 1) * plan.training.batch_size
                bar.n = bar.initial
            bar.update(event.sprites)
            bar.set_postfix_str(f"loss {event.loss:.4f}", refresh=False)
        elif accelerator.is_main_process:
            bar.write(
                f"epoch {event.epoch}: loss {event.loss:.4f}, held out {event.held_out_loss:.4f}", file=sys.stdout
            )
    bar.close()
    if accelerator.is_main_process and not options.no_evaluate:
        _measure_briefly(plan)


def _measure_briefly(plan: "Plan") -> None:
    """After training, where there are enough real sprites to compare with: a quarter of what `evaluate` draws."""
    from .evaluate import FEATURES, Exam, trained_on
    from .store import RunFolder

    run, exam = RunFolder(plan.folder), Exam(count=500)
    if FEATURES.is_file() and len(trained_on(run, plan.data, plan.labels)[1]) >= exam.count:
        _print_measured(run, exam, data=plan.data, labels=plan.labels)


def _sample_options(verb: argparse.ArgumentParser) -> None:
    from .sampling import SAMPLERS

    which = verb.add_mutually_exclusive_group(required=True)
    which.add_argument("--checkpoint", type=Path, help="a file such as checkpoints/sprites/model_31.safetensors")
    which.add_argument("--recipe", type=Path, help="a recipe saved by the app; it decides all but --out and --scale")
    verb.add_argument("--runs", type=Path, default=Path("checkpoints"), help="where the recipe's run is looked for")
    verb.add_argument(
        "--out", type=Path, required=True, help=".png or .npy: the finished sprites; .gif or .mp4: the film"
    )
    verb.add_argument("--count", type=int, default=32, help="how many sprites, 1 to 64")
    verb.add_argument("--sampler", choices=SAMPLERS, default="ddpm")
    verb.add_argument("--steps", type=int, default=50)
    verb.add_argument("--seed", type=int, default=0, help="same seed, same sprites")
    verb.add_argument("--kind", choices=KINDS, help="what to draw; anything unless given")
    verb.add_argument("--guidance", type=float, default=1.0, help="0 ignores the kind, above 1 exaggerates it")
    verb.add_argument("--eta", type=float, default=0.0, help="ddim: share of fresh noise")
    verb.add_argument("--clip", action="store_true", help="hold the predicted sprite inside [-1, 1]")
    verb.add_argument("--no-fresh-noise", action="store_true", help="the experiment: add no noise back at any step")
    verb.add_argument("--scale", type=int, default=8, help="screen pixels a pixel")


def sample(options: Options) -> None:
    """Sample sprites from a checkpoint: finished ones, or the film of their making."""
    from .generate import Request, generate
    from .pixels import to_pixels
    from .render import FORMATS, enlarged, save_film, save_picture, sheet
    from .store import load_file

    _check_suffix(options.out, *FORMATS)
    if not 1 <= options.scale <= 32:
        raise ValueError(f"--scale must be between 1 and 32, not {options.scale}")
    if options.recipe:
        checkpoints, request = _from_recipe(options.recipe, options.runs)
    else:
        checkpoints = [load_file(options.checkpoint)]
        request = Request(
            count=options.count,
            sampler=options.sampler,
            steps=options.steps,
            seed=options.seed,
            kinds=tuple(float(kind == options.kind) for kind in KINDS),
            guidance=options.guidance,
            eta=options.eta,
            clip=options.clip,
            fresh_noise=not options.no_fresh_noise,
        )
    film = options.out.suffix in (".gif", ".mp4")
    every = max(1, request.steps // 100)
    frames, sprites = [], np.empty(0)
    walk = tqdm(generate(checkpoints, request), total=request.steps + 1, unit=" steps", delay=0.1)
    for number, steps in enumerate(walk):
        if number == request.steps or (film and number % every == 0):
            sprites = np.concatenate([to_pixels(step.x) for step in steps])
            frames.append(enlarged(sheet(sprites, gap=2), options.scale))
    if film:
        save_film(frames, options.out)
    elif options.out.suffix == ".png":
        save_picture(frames[-1], options.out)
    else:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        np.save(options.out, sprites)
    epochs = ", ".join(str(checkpoint.epoch) for checkpoint in checkpoints)
    print(f"{request.count} sprites of epoch {epochs} in {options.out}")


def _from_recipe(path: Path, runs: Path) -> tuple[list, object]:
    """The checkpoints and the request that a recipe names; one epoch's sprites after the other's."""
    from .generate import Request
    from .store import RunFolder

    try:
        said = json.loads(path.read_text("utf-8"))
        run, epochs = str(said.pop("run")), [int(epoch) for epoch in said.pop("epochs")]
        request = Request(**said | {"kinds": tuple(said["kinds"])})
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError, UnicodeDecodeError):
        raise ValueError(f"{path} is not a recipe; save one with the app's menu Save, Recipe (JSON)") from None
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", run):
        raise ValueError(f"{path} names no run: {run!r}")
    folder = RunFolder(runs / run)
    return [folder.load(epoch) for epoch in epochs], request


def _features_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--out", type=Path, required=True, help="such as assets/features.safetensors")
    verb.add_argument("--count", type=int, default=20_000, help="sprites to learn from")
    verb.add_argument("--epochs", type=int, default=10)


def features(options: Options) -> None:
    """Train the small network that `evaluate` looks at sprites with; about a minute."""
    from .features import SEED, accuracy, save_features, train_features

    _check_suffix(options.out, ".safetensors")
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
    from .evaluate import Exam
    from .store import RunFolder

    exam = Exam(count=options.count, seeds=options.seeds, steps=options.steps)
    _print_measured(RunFolder(options.run), exam, epochs=options.epochs, data=options.data, labels=options.labels)


def _print_measured(run: "RunFolder", exam: "Exam", **options: Any) -> None:
    """Measure, with a bar; a line an epoch, and the answer at the end."""
    from .evaluate import Sampled
    from .evaluate import evaluate as measure
    from .report import answer, late_pair

    bar = tqdm(unit=" sprites", delay=0.1)
    for event in measure(run, exam, **options):
        if isinstance(event, Sampled):
            bar.total = event.total
            bar.update(event.done - bar.n)
            bar.set_description(f"epoch {event.epoch}", refresh=False)
        else:
            frechet, precision = event.quality["frechet"], event.quality["precision"]
            bar.write(
                f"epoch {event.epoch}: Fréchet distance {frechet['mean']:.2f} ± {frechet['spread']:.2f}, "
                f"precision {precision['mean']:.2f}, recall {event.quality['recall']['mean']:.2f}",
                file=sys.stdout,
            )
    bar.close()
    if pair := late_pair(run.metrics()):
        print(answer(run.metrics(), *pair))


def _convert_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "files", type=Path, nargs="+", metavar="FILE.pth", help="state dicts saved by the course's notebooks"
    )
    verb.add_argument("--run", type=Path, required=True, help="the run folder to make")


def convert(options: Options) -> None:
    """Make a run folder of the .pth files that the course's notebooks save."""
    from .checkpoint import COURSE
    from .store import RunFolder, load_file

    checkpoints = [load_file(path) for path in options.files]
    if len({checkpoint.epoch for checkpoint in checkpoints}) < len(checkpoints):
        raise ValueError("two of the files are of the same epoch; name one of each")
    run = RunFolder(options.run)
    run.create(COURSE)
    for checkpoint in checkpoints:
        run.save_epoch(checkpoint.epoch, checkpoint.network.state_dict(), {})
    print(f"epochs {', '.join(map(str, run.epochs()))} in {options.run}")


def _bench_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--rounds", type=int, default=10, help="how often each is measured; the median counts")


def bench(options: Options) -> None:
    """Measure training and sampling against the course's loop, in turn, on this machine."""
    from .bench import step_time, training_speed
    from .device import find_device

    if options.rounds < 1:
        raise ValueError(f"--rounds must be at least 1, not {options.rounds}")
    print(find_device())
    print("\nTraining, batches of 100:")
    speeds = training_speed(options.rounds)
    base = next(iter(speeds.values()))
    for name, speed in speeds.items():
        print(f"  {name:30} {speed:6.0f} sprites/s  {speed / base:5.2f} x")
    print("\nOne step of 32 sprites:")
    times = step_time(options.rounds)
    base = next(iter(times.values()))
    for name, seconds in times.items():
        print(f"  {name:30} {1000 * seconds:6.1f} ms         {base / seconds:5.2f} x")


def _reel_options(verb: argparse.ArgumentParser) -> None:
    from .reel import EPOCHS

    verb.add_argument("--run", type=Path, required=True, help="a finished run with all its epochs on the disk")
    verb.add_argument("--out", type=Path, default=Path("assets/reel.bin"))
    verb.add_argument("--epochs", type=int, nargs="+", default=EPOCHS, help="which are compared")
    verb.add_argument("--count", type=int, default=32, help="how many sprites")
    verb.add_argument("--seed", type=int, default=0)


def reel(options: Options) -> None:
    """Make the reel that the page shows before any model has run."""
    from .reel import make_reel, save_reel
    from .store import RunFolder

    run = RunFolder(options.run)
    steps = 501 + 51 * len(run.epochs())
    with tqdm(total=steps, unit=" steps", delay=0.1) as bar:
        made = make_reel(run, options.epochs, options.count, options.seed, on_step=bar.update)
    save_reel(made, options.out)
    print(f"{len(made):,} bytes in {options.out}")


def _check_suffix(path: Path, *allowed: str) -> None:
    if path.suffix not in allowed:
        raise ValueError(f"--out must end in {', '.join(allowed)}, not {path.name!r}")


VERBS: dict[str, tuple[Callable[[argparse.ArgumentParser], None], Callable[[Options], None]]] = {
    "draw": (_draw_options, draw),
    "train": (_train_options, train),
    "sample": (_sample_options, sample),
    "evaluate": (_evaluate_options, evaluate),
    "features": (_features_options, features),
    "convert": (_convert_options, convert),
    "reel": (_reel_options, reel),
    "bench": (_bench_options, bench),
}

if __name__ == "__main__":
    sys.exit(main())
