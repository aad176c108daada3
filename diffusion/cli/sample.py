"""draw, sample: verbs that make pictures."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from ..errors import UserError
from ..sprites import KINDS
from .common import ALLOW_PICKLE, Options, Verbs, check_suffix

if TYPE_CHECKING:
    from ..engine import Request
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
    from ..core import SAMPLERS
    from ..engine import Request

    which = verb.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--checkpoint", help="a file such as checkpoints/sprites/model_31.safetensors, or hf://user/repo@v1/model_31"
    )
    which.add_argument("--recipe", type=Path, help="a recipe saved by the app; it decides all but --out and --scale")
    verb.add_argument(
        "--runs", type=Path, default=Path("checkpoints"), help="the folder of runs: of the recipe's, and of the Hub's"
    )
    verb.add_argument(
        "--out", type=Path, required=True, help=".png or .npy: the finished sprites; .gif or .mp4: the film"
    )
    verb.add_argument("--count", type=int, default=32, help="how many sprites, 1 to 64")
    verb.add_argument("--sampler", choices=SAMPLERS, default=Request.sampler)
    verb.add_argument("--steps", type=int, default=Request.steps)
    verb.add_argument("--seed", type=int, default=0, help="same seed, same sprites")
    verb.add_argument("--kind", choices=KINDS, help="what to draw; anything unless given")
    verb.add_argument("--guidance", type=float, default=1.0, help="0 ignores the kind, above 1 exaggerates it")
    verb.add_argument("--eta", type=float, default=0.0, help="ddim: share of fresh noise")
    verb.add_argument("--clip", action="store_true", help="hold the predicted sprite inside [-1, 1]")
    verb.add_argument("--no-fresh-noise", action="store_true", help="the experiment: add no noise back at any step")
    verb.add_argument("--scale", type=int, default=8, help="screen pixels a pixel")
    verb.add_argument("--allow-pickle", action="store_true", help=ALLOW_PICKLE)


def sample(options: Options) -> None:
    """Sample sprites from a checkpoint: finished ones, or the film of their making."""
    from ..engine import Request, generate
    from ..sprites import FORMATS, enlarged, save_animation, save_picture, sheet, to_pixels

    check_suffix(options.out, *FORMATS)
    if not 1 <= options.scale <= 32:
        raise UserError("--scale must be between 1 and 32, not {scale}", scale=options.scale)
    if options.recipe:
        checkpoints, request = _from_recipe(options.recipe, options.runs)
    else:
        checkpoints = [_checkpoint(options)]
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
        save_animation(frames, options.out)
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


def _from_recipe(path: Path, runs: Path) -> tuple[list["Checkpoint"], "Request"]:
    """The checkpoints and the request that a recipe names; one epoch's sprites after the other's."""
    from ..engine import Request
    from ..refs import EpochRef
    from ..store import RunFolder

    try:
        said = json.loads(path.read_text("utf-8"))
        epochs = [EpochRef.parse(name) for name in said.pop("epochs")]
        request = Request(**said | {"kinds": tuple(said["kinds"])})
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError, UnicodeDecodeError):
        raise UserError(
            "{path} is not a recipe; save one with the app's menu Save, Recipe (JSON)", path=path
        ) from None
    if not epochs:
        raise UserError("{path} names no epoch", path=path)
    return [RunFolder(runs / ref.run).load(ref.epoch) for ref in epochs], request


VERBS: Verbs = {"draw": (_draw_options, draw), "sample": (_sample_options, sample)}
