"""draw, sample: verbs that make pictures."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from ..errors import UserError
from .common import ALLOW_PICKLE, Options, Verbs
from .exports import Export, add_export_options
from .words import hints_for, show, tell_asked, tell_understood

MAX_SETTINGS = 2**16  # bytes of a file of settings

if TYPE_CHECKING:
    from ..core import Setting
    from ..engine import Request, Shares
    from ..store import Checkpoint, RunFolder


def _draw_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--count", type=int, default=400, help="how many sprites")
    verb.add_argument("--prompt", help='what they show, in English or Chinese, such as "blue mushroom"')
    verb.add_argument("--seed", type=int, default=0, help="same seed, same sprites")
    verb.add_argument("--split", choices=("train", "test"), default="train", help="test: shapes kept out of training")
    verb.add_argument("--fixed", action="store_true", help="the set of earlier versions, builtin:COUNT@SEED")
    add_export_options(verb, scale=4)
    verb.add_argument(
        "--out", type=Path, required=True, help=".png: a sheet; .zip: a .png each; .npy (labels go beside it)"
    )


def draw(options: Options) -> None:
    """Draw built-in sprites as a contact sheet or as .npy files in the course's format."""
    from ..data import draw_builtin, translate_word
    from ..refs import Builtin
    from ..sprites import KINDS
    from ..store import save_array

    export = Export.of(options, ".png", ".zip", ".npy")
    if options.prompt is None:
        if options.count < 1:
            raise UserError("count must be at least 1, not {count}", count=options.count)
        drawn = draw_builtin(Builtin(options.count, options.seed, options.fixed), options.split)
        pixels, labels = drawn.pixels, drawn.kinds.astype(np.float64)  # the type of the course's file
    else:
        pixels, labels = _draw_prompt(options)
    kinds = [translate_word(KINDS[kind], "en") for kind in labels.argmax(1)]
    export.save(pixels, [options.prompt or kind for kind in kinds])
    if options.out.suffix == ".npy":
        save_array(labels, options.out.with_stem(f"{options.out.stem}_labels"))
    print(f"{len(pixels)} sprites in {options.out}")


def _draw_prompt(options: Options) -> tuple[np.ndarray, np.ndarray]:
    """Sprites that show the words of --prompt, and their labels; says what it understood and what it did not."""
    from ..data import builtin_vocabulary, draw_asked, language_of, nearest_words, paint, parse_prompt
    from ..sprites import KINDS

    if options.split != "train" or options.fixed:
        raise UserError("--prompt draws from all shapes, also those of the split test; leave out --split and --fixed")
    is_chinese = language_of(options.prompt) == "zh"
    prompt = parse_prompt(options.prompt, builtin_vocabulary())
    hints = hints_for(prompt, lambda typed: nearest_words(typed, builtin_vocabulary(), language_of(options.prompt)))
    if not prompt.words:
        raise UserError("nothing is understood of {text}", text=" and ".join(hints) or repr(options.prompt))
    found = draw_asked(prompt.words, options.count, options.seed)
    tell_understood(prompt.words, prompt, is_chinese)
    for hint in hints:
        print("not understood:", hint, file=sys.stderr)
    missing = list(dict.fromkeys(word for sprite in found for word in sprite.missing))
    if missing:
        full = sum(not sprite.missing for sprite in found)
        lacking = ", ".join(show(word, is_chinese) for word in missing)
        print(f"{full} of them show all of it, the others lack some of: {lacking}", file=sys.stderr)
    if len(found) < options.count:
        print(f"only {len(found)} different ones were found, not {options.count}", file=sys.stderr)
    pixels = np.stack([paint(sprite.recipe) for sprite in found])
    return pixels, np.eye(len(KINDS))[[sprite.recipe.kind for sprite in found]]


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
        "--out",
        type=Path,
        required=True,
        help="the finished sprites as a .png sheet, a .zip of a .png each or an .npy array; "
        "an animation as .gif, .apng or .mp4",
    )
    for name, setting in SETTINGS.items():
        _add_flag(verb, name, setting)
    add_export_options(verb, scale=8)
    verb.add_argument("--allow-pickle", action="store_true", help=ALLOW_PICKLE)


def _add_flag(verb: argparse.ArgumentParser, name: str, setting: "Setting") -> None:
    """The flag of one setting of a request."""
    from ..core import Choice, Number
    from ..engine import Prompt, Request, Shares, Switch

    flag, default = f"--{name.replace('_', '-')}", getattr(Request, name)
    match setting:
        case Number():
            verb.add_argument(flag, type=int if setting.whole else float, default=default, help=setting.help)
        case Choice():
            verb.add_argument(flag, choices=setting.options, default=default, help=setting.help)
        case Switch():
            verb.add_argument(flag, action=argparse.BooleanOptionalAction, default=default, help=setting.help)
        case Prompt():
            verb.add_argument(flag, default=default, metavar="TEXT", help=setting.help)
        case Shares():
            verb.add_argument(
                f"--{setting.flag}",
                dest=name,
                nargs="+",
                default=(),
                metavar="KIND",
                help=f"{setting.help}: {', '.join(setting.names)}; several are blended: hero:0.5 food:0.5",
            )


def _request_of(options: Options) -> "Request":
    """The request that the flags describe."""
    from ..engine import SETTINGS, Request, Shares

    values = {name: getattr(options, name) for name in SETTINGS}
    shares = {name: _blend(one, values[name]) for name, one in SETTINGS.items() if isinstance(one, Shares)}
    return Request(**values | shares)


def _blend(setting: "Shares", chosen: Sequence[str]) -> tuple[float, ...]:
    """The shares of names: "hero", or "hero:0.5" for half of it."""
    shares = dict.fromkeys(setting.names, 0.0)
    for text in chosen:
        name, _, share = text.partition(":")
        try:
            value = float(share or 1)
        except ValueError:
            value = -1.0
        if name not in shares or not 0 <= value <= 1:
            raise UserError(
                "--{flag} takes {names}, each with a share from 0 to 1 as in {example}, not {text!r}",
                flag=setting.flag,
                names=", ".join(setting.names),
                example=f"{setting.names[0]}:0.5",
                text=text,
            )
        shares[name] = value
    return tuple(shares.values())


def sample(options: Options) -> None:
    """Sample sprites from a checkpoint: finished ones, or an animation of the sampling loop."""
    from ..engine import contexts_of, describe_sprites, generate
    from ..sprites import ANIMATED, FORMATS, to_pixels

    export = Export.of(options, *FORMATS)
    if options.request:
        found, request = _from_file(options.request, options.runs)
    else:
        found, request = [_checkpoint(options)], _request_of(options)
    checkpoints = [checkpoint for _, checkpoint in found]
    _tell_notes(checkpoints)
    contexts_of(checkpoints, request)
    for config in {one.config.to_json(): one.config for one in checkpoints}.values():
        tell_asked(config, request)
    younger = [_younger(run, one.epoch) if request.youth != 1 else None for run, one in found]
    animated = options.out.suffix in ANIMATED
    every = max(1, request.steps // 100)
    moments = []
    loop = tqdm(generate(checkpoints, request, younger=younger), total=request.steps + 1, unit=" steps", delay=0.1)
    for number, steps in enumerate(loop):
        if number == request.steps or (animated and number % every == 0):
            moments.append(np.concatenate([to_pixels(step.x) for step in steps]))
    if animated:
        export.save_animation(moments)
    else:
        export.save(moments[-1], [name for one in checkpoints for name in describe_sprites(one.config, request)])
    pairs = zip(checkpoints, younger, strict=True)
    epochs = ", ".join(f"{one.epoch} (guided by {young.epoch})" if young else str(one.epoch) for one, young in pairs)
    print(f"{request.count} sprites of epoch {epochs} in {options.out}")


def _checkpoint(options: Options) -> "tuple[RunFolder | None, Checkpoint]":
    """The checkpoint that the options name, and the run that it is an epoch of."""
    from ..store import RunFolder, load_file

    if not options.checkpoint.startswith("hf://"):
        file = Path(options.checkpoint)
        checkpoint, run = load_file(file), RunFolder(file.absolute().parent)
        is_epoch = any(one.name == file.name for one in run.epochs().values())
        return run if is_epoch else None, checkpoint
    from .hub import find_epoch_on_hub

    run, epoch = find_epoch_on_hub(options.checkpoint, options.runs, options.allow_pickle)
    return run, run.load(epoch)


def _younger(run: "RunFolder | None", epoch: int) -> "Checkpoint | None":
    """The epoch that guides this one; on stderr that there is none."""
    from ..store import load_younger

    found = load_younger(run, epoch) if run else None
    if found is None:
        print(f"epoch {epoch} has no earlier one beside it to be led away from: --youth does nothing", file=sys.stderr)
    return found


def _from_file(path: Path, runs: Path) -> "tuple[list[tuple[RunFolder | None, Checkpoint]], Request]":
    """The checkpoints, each with its run, and the request of a file saved by the app.

    One epoch's sprites after the other's.
    """
    from ..engine import read_request
    from ..store import RunFolder, parse_object

    try:
        with path.open("rb") as file:
            content = file.read(MAX_SETTINGS + 1)
        epochs, request, ignored = read_request(parse_object(content, path.name, MAX_SETTINGS))
    except UserError as mistake:
        raise UserError(
            "{path} holds no settings that can be used ({mistake}); "
            "save them with the app's menu Save, Settings (JSON)",
            path=path,
            mistake=mistake,
        ) from None
    for name in ignored:
        print(f"{path} sets {name}, which no longer exists and is not applied", file=sys.stderr)
    folders = [RunFolder(runs / ref.run) for ref in epochs]
    return [(run, run.load(ref.epoch)) for run, ref in zip(folders, epochs, strict=True)], request


def _tell_notes(checkpoints: "list[Checkpoint]") -> None:
    """What was guessed about the files, on stderr."""
    for note in (note for checkpoint in checkpoints for note in checkpoint.notes):
        print(note, file=sys.stderr)


VERBS: Verbs = {"draw": (_draw_options, draw), "sample": (_sample_options, sample)}
