"""pull, push: runs on the Hub."""

import argparse
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from ..errors import UserError
from ..refs import HubRef
from .common import ALLOW_PICKLE, Options, Verbs, hub_ref

if TYPE_CHECKING:
    from ..hub import Listing
    from ..store import RunFolder


def _pull_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("ref", type=str, metavar="hf://user/repo[@revision]", help="a branch, a tag or a commit after @")
    verb.add_argument("--epochs", type=int, nargs="+", help="all unless given")
    verb.add_argument("--list", action="store_true", help="only show what is there")
    verb.add_argument("--runs", type=Path, default=Path("checkpoints"), help="the folder of runs")
    verb.add_argument("--run", type=Path, help="the run folder to make; named after the repository unless given")
    verb.add_argument("--allow-pickle", action="store_true", help=ALLOW_PICKLE)


def pull(options: Options) -> None:
    """List the epochs of a run on the Hub, and download them."""
    from huggingface_hub import HfApi

    from ..hub import list_epochs, pull_epochs

    ref, api = HubRef.parse(options.ref), HfApi()
    listing = list_epochs(api, ref)
    print(_table(listing))
    if options.list:
        return
    epochs = [ref.epoch] if ref.epoch is not None else options.epochs
    folder = options.run or options.runs / ref.folder()
    show_progress(pull_epochs(api, listing, epochs, folder, allow_pickle=options.allow_pickle))
    chosen = ", ".join(map(str, listing.epochs if epochs is None else sorted(set(epochs))))
    print(f"epochs {chosen} are in {folder}")


def _push_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("run", type=Path, metavar="RUN", help="a run folder such as checkpoints/sprites")
    verb.add_argument("--to", required=True, metavar="user/repo", help="made where it does not exist")
    verb.add_argument("--private", action="store_true", help="only you can see it")
    verb.add_argument("--with-training", action="store_true", help="also the optimizer's state, for resuming")


def push(options: Options) -> None:
    """Publish a run on the Hub, with a card, in one commit."""
    from huggingface_hub import HfApi
    from huggingface_hub.utils import disable_progress_bars

    from ..runs import publish_run
    from ..store import RunFolder

    ref, run = hub_ref(options.to), RunFolder(options.run)
    disable_progress_bars()  # the client's own, one a file
    pushed = show_progress(
        publish_run(HfApi(), run, ref, private=options.private, with_training=options.with_training)
    )
    if pushed.files:
        print(f"{len(pushed.files)} files of {run.path} are at {pushed.url}, commit {pushed.commit[:7]}")
    else:
        print(f"{pushed.url} has all of {run.path} already, at {pushed.commit[:7]}")


def find_epoch_on_hub(name: str, runs: Path, allow_pickle: bool) -> "tuple[RunFolder, int]":
    """One epoch of a run on the Hub; pulls it into the folder of runs where it is missing."""
    from huggingface_hub import HfApi

    from ..hub import find_or_pull, list_epochs

    ref, api = HubRef.parse(name), HfApi()
    if ref.epoch is None:
        there = ", ".join(map(str, list_epochs(api, ref).epochs))
        raise UserError(
            "name one epoch, such as {ref}/model_{value}; it has: {there}",
            ref=ref,
            value=there.rpartition(" ")[2],
            there=there,
        )
    run = show_progress(find_or_pull(api, ref, runs, allow_pickle=allow_pickle))
    return run, ref.epoch


def show_progress(events: Generator[Any, None, Any]) -> Any:
    """Shows the events of a pull or a push as a bar; returns what their generator returns."""
    from ..engine import Drawing
    from ..hub import LocalCopy, Progress, PushNote, Waiting

    bar = tqdm(unit="B", unit_scale=True, unit_divisor=1000, delay=0.1)
    try:
        while True:
            event = next(events)
            if isinstance(event, Progress):
                bar.total = event.total
                bar.set_postfix_str(event.file, refresh=False)
                bar.update(event.done - bar.n)
            elif isinstance(event, Waiting) and event.seconds >= 1:
                bar.set_postfix_str(f"waiting for the Hub, {event.seconds:.0f} s")
            elif isinstance(event, Drawing):
                bar.set_postfix_str(f"drawing the card's picture, {event.done} of {event.total}")
            elif isinstance(event, PushNote):
                bar.write(str(event.message), file=sys.stderr)
            elif isinstance(event, LocalCopy):
                print(f"{event.reason}; going on with what was pulled of {event.commit[:7]}", file=sys.stderr)
    except StopIteration as end:
        return end.value
    finally:
        bar.close()


def _table(listing: "Listing") -> str:
    """The epochs there are, with their losses and their distance to real sprites."""
    from ..store import QUALITY_NUMBERS, Measured

    rows = [f"{listing.ref} at {listing.repo.commit[:7]}: {listing.config.network}, {len(listing.epochs)} epochs"]
    rows.append(f"{'epoch':>5} {'size':>9} {'loss':>8} {'held out':>8} {'distance':>8}")
    for epoch, remote in listing.epochs.items():
        size = f"{remote.file.size / 1e6:.1f} MB"
        facts, distance = remote.metrics, ""
        if facts.quality and facts.quality.frechet:
            distance = QUALITY_NUMBERS["frechet"].write(Measured(facts.quality.frechet.mean))
        losses = ("" if loss is None else f"{loss:.4f}" for loss in (facts.loss, facts.validation_loss))
        rows.append(f"{epoch:>5} {size:>9} {' '.join(f'{number:>8}' for number in (*losses, distance))}")
    return "\n".join(rows)


VERBS: Verbs = {"pull": (_pull_options, pull), "push": (_push_options, push)}
