"""draw, sample, reel, poster, lesson: verbs that make pictures."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from ..errors import UserError
from .common import ALLOW_PICKLE, Options, Verbs, check_suffix

if TYPE_CHECKING:
    from ..engine import Request, Setting
    from ..store import Checkpoint


def _draw_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--count", type=int, default=400, help="how many sprites")
    verb.add_argument("--seed", type=int, default=0, help="same seed, same sprites")
    verb.add_argument("--split", choices=("train", "test"), default="train", help="test: shapes kept out of training")
    verb.add_argument("--scale", type=int, default=4, help="screen pixels a pixel, for .png")
    verb.add_argument("--out", type=Path, required=True, help="a .png contact sheet, or .npy (labels go beside it)")


def draw(options: Options) -> None:
    """Draw built-in sprites as a contact sheet or as .npy files in the course's format."""
    from ..data import draw as draw_sprites
    from ..sprites import enlarged, save_picture, sheet

    check_suffix(options.out, ".png", ".npy")
    if not 1 <= options.scale <= 32:
        raise UserError("--scale must be between 1 and 32, not {scale}", scale=options.scale)
    pixels, labels = draw_sprites(options.count, options.seed, options.split)
    if options.out.suffix == ".npy":
        options.out.parent.mkdir(parents=True, exist_ok=True)
        np.save(options.out, pixels)
        np.save(options.out.with_stem(f"{options.out.stem}_labels"), labels)
    else:
        save_picture(enlarged(sheet(pixels, gap=2), options.scale), options.out)
    print(f"{len(pixels)} sprites in {options.out}")


def _sample_options(verb: argparse.ArgumentParser) -> None:
    from ..engine import SETTINGS

    which = verb.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--checkpoint", help="a file such as checkpoints/sprites/model_31.safetensors, or hf://user/repo@v1/model_31"
    )
    which.add_argument(
        *("--request", "--recipe"), type=Path, help="settings saved by the app (JSON); all but --out and --scale"
    )
    verb.add_argument(
        "--runs", type=Path, default=Path("checkpoints"), help="the folder of runs: of the settings', and of the Hub's"
    )
    verb.add_argument(
        "--out", type=Path, required=True, help=".png or .npy: the finished sprites; .gif or .mp4: an animation"
    )
    for name, setting in SETTINGS.items():
        _add_flag(verb, name, setting)
    verb.add_argument("--scale", type=int, default=8, help="screen pixels a pixel")
    verb.add_argument("--allow-pickle", action="store_true", help=ALLOW_PICKLE)


def _add_flag(verb: argparse.ArgumentParser, name: str, setting: "Setting") -> None:
    """The flag of one setting of a request."""
    from ..engine import Choice, Number, Request, Shares, Switch

    flag, default = f"--{name.replace('_', '-')}", getattr(Request, name)
    match setting:
        case Number():
            verb.add_argument(flag, type=int if setting.whole else float, default=default, help=setting.help)
        case Choice():
            verb.add_argument(flag, choices=setting.options, default=default, help=setting.help)
        case Switch():
            verb.add_argument(flag, action=argparse.BooleanOptionalAction, default=default, help=setting.help)
        case Shares():
            verb.add_argument(f"--{setting.flag}", dest=name, choices=setting.names, help=setting.help)


def _request_of(options: Options) -> "Request":
    """The request that the flags describe."""
    from ..engine import SETTINGS, Request, Shares

    values = {name: getattr(options, name) for name in SETTINGS}
    shares = {name: one.only(values[name]) for name, one in SETTINGS.items() if isinstance(one, Shares)}
    return Request(**values | shares)


def sample(options: Options) -> None:
    """Sample sprites from a checkpoint: finished ones, or an animation of the sampling loop."""
    from ..engine import generate
    from ..sprites import FORMATS, enlarged, save_film, save_picture, sheet, to_pixels

    check_suffix(options.out, *FORMATS)
    if not 1 <= options.scale <= 32:
        raise UserError("--scale must be between 1 and 32, not {scale}", scale=options.scale)
    if options.request:
        checkpoints, request = _from_file(options.request, options.runs)
    else:
        checkpoints, request = [_checkpoint(options)], _request_of(options)
    animated = options.out.suffix in (".gif", ".mp4")
    every = max(1, request.steps // 100)
    frames, sprites = [], np.empty(0)
    loop = tqdm(generate(checkpoints, request), total=request.steps + 1, unit=" steps", delay=0.1)
    for number, steps in enumerate(loop):
        if number == request.steps or (animated and number % every == 0):
            sprites = np.concatenate([to_pixels(step.x) for step in steps])
            frames.append(enlarged(sheet(sprites, gap=2), options.scale))
    if animated:
        save_film(frames, options.out)
    elif options.out.suffix == ".png":
        save_picture(frames[-1], options.out)
    else:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        np.save(options.out, sprites)
    epochs = ", ".join(str(checkpoint.epoch) for checkpoint in checkpoints)
    print(f"{request.count} sprites of epoch {epochs} in {options.out}")


def _checkpoint(options: Options) -> "Checkpoint":
    from ..store import load_file

    if not options.checkpoint.startswith("hf://"):
        return load_file(Path(options.checkpoint))
    from .hub import checkpoint_from_hub

    return checkpoint_from_hub(options.checkpoint, options.runs, options.allow_pickle)


def _from_file(path: Path, runs: Path) -> "tuple[list[Checkpoint], Request]":
    """The checkpoints and the request of a file saved by the app; one epoch's sprites after the other's."""
    from ..engine import read_request
    from ..store import RunFolder

    try:
        epochs, request, ignored = read_request(json.loads(path.read_text("utf-8")))
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError, UnicodeDecodeError):
        raise UserError(
            "{path} holds no settings; save them with the app's menu Save, Settings (JSON)", path=path
        ) from None
    if not epochs:
        raise UserError("{path} names no epoch", path=path)
    for name in ignored:
        print(f"{path} sets {name}, which no longer exists and is not applied", file=sys.stderr)
    return [RunFolder(runs / ref.run).load(ref.epoch) for ref in epochs], request


def _reel_options(verb: argparse.ArgumentParser) -> None:
    from ..devtools.reel import EPOCHS

    verb.add_argument("--run", type=Path, required=True, help="a finished run with all its epochs on the disk")
    verb.add_argument("--out", type=Path, default=Path("assets/shipped/reel.bin"))
    verb.add_argument("--epochs", type=int, nargs="+", default=EPOCHS, help="which are compared")
    verb.add_argument("--count", type=int, default=32, help="how many sprites")
    verb.add_argument("--seed", type=int, default=0)


def reel(options: Options) -> None:
    """Make the reel that the page shows before any model has run."""
    from ..devtools.reel import make_reel, save_reel
    from ..store import RunFolder

    run = RunFolder(options.run)
    steps = 501 + len(run.epochs())
    with tqdm(total=steps, unit=" steps", delay=0.1) as bar:
        made = make_reel(run, options.epochs, options.count, options.seed, on_step=bar.update)
    save_reel(made, options.out)
    print(f"{len(made):,} bytes in {options.out}")


def _poster_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--reel", type=Path, default=Path("assets/shipped/reel.bin"), help="what the verb reel has made")
    verb.add_argument(
        "--out", type=Path, default=Path("assets/shipped/social.png"), help="a .png; icon.png goes beside it"
    )


def poster(options: Options) -> None:
    """Make the picture under a shared link to the page, and the icon of its browser tab."""
    from ..devtools.poster import icon
    from ..devtools.poster import poster as draw_poster
    from ..sprites import save_picture
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
    verb.add_argument("--epochs", type=int, default=6, help="of each training")
    verb.add_argument("--each", type=int, default=500, help="sprites to draw of each, in each of two seeds")


def lesson(options: Options) -> None:
    """Make the pictures and numbers of the Learn tab: what the published mistakes do; trains three networks."""
    from ..devtools.lesson import Experiment, make_lesson, save_lesson
    from ..store import RunFolder

    check_suffix(options.out, ".png")
    experiment = Experiment(count=options.count, epochs=options.epochs, each=options.each)
    runs = (RunFolder(options.run), RunFolder(options.tutorial))
    picture, numbers = make_lesson(*runs, options.work, experiment, said=print)
    save_lesson(picture, numbers, options.out)
    print(f"{len(picture) // 16} rows of sprites in {options.out}")


VERBS: Verbs = {
    "draw": (_draw_options, draw),
    "sample": (_sample_options, sample),
    "reel": (_reel_options, reel),
    "poster": (_poster_options, poster),
    "lesson": (_lesson_options, lesson),
}
