"""Which run and which epochs are chosen, and where a page finds them."""

from collections.abc import Sequence
from pathlib import Path

import gradio as gr

from ...errors import UserError
from ...refs import EpochRef
from ...store import Checkpoint, RunFolder, list_runs, list_unusable
from .page import Page, PageData

TUTORIAL_EPOCHS = (0, 4, 24, 31)


def find_run(page: PageData, name: str | None) -> RunFolder:
    """A run by the name the picker shows; never a path."""
    found = list_runs(page.runs)
    if not isinstance(name, str) or name not in found:
        words = page.words
        if reason := list_unusable(page.runs).get(name or page.default_run):
            raise UserError(words.cannot_open, run=name or page.default_run, reason=reason)
        raise UserError(words.no_run, name=name) if found else UserError(words.no_runs, folder=page.runs.name)
    return found[name]


def name_of(runs: Path, wanted: str | None) -> str | None:
    """The run wanted if it is there, or the first, or None."""
    found = list_runs(runs)
    return wanted if wanted in found else next(iter(found), None)


def update_pickers(page: Page, name: str | None, epoch: int | None = None) -> tuple[gr.Radio, int | None]:
    """The picker of a run, and its epoch: the run named, or the first; its epoch, if it has that, or its last."""
    found = list_runs(page.runs)
    name = name_of(page.runs, name)
    epochs = list(found[name].epochs()) if name else []
    last = epochs[-1] if epochs else None
    return gr.Radio(choices=list(found), value=name, visible=len(found) > 1), epoch if epoch in epochs else last


def address_pickers(page: Page, wanted: EpochRef) -> tuple[gr.Radio, int]:
    """The pickers as an address wants them, also a run or an epoch that is not there: drawing it then says so."""
    there = list(list_runs(page.runs))
    names = there if wanted.run in there else [*there, wanted.run]
    return gr.Radio(choices=names, value=wanted.run, visible=len(names) > 1), wanted.epoch


def update_epochs(page: Page, wanted: Sequence[EpochRef] = ()) -> gr.Dropdown:
    """Every epoch of every run, with the wanted ones chosen, or the tutorial's four of the default run.

    Its hint says what the runs are that come with the app, where there are several.
    """
    found = list_runs(page.runs)
    shown = name_of(page.runs, page.default_run)
    there = [EpochRef(name, epoch) for name, run in found.items() for epoch in run.epochs()]
    default = [ref for ref in there if ref.run == shown]
    ticked = [ref for ref in wanted if ref in there] or [ref for ref in default if ref.epoch in TUTORIAL_EPOCHS]
    ticked = ticked or default[:: max(1, len(default) // 3)][:4]
    options = [(str(ref.epoch) if len(found) == 1 else f"{ref.run} {ref.epoch}", str(ref)) for ref in there]
    compare = page.words.compare
    about = [compare.runs[name] for name in found if name in compare.runs] if len(found) > 1 else []
    info = ". ".join([compare.epochs_info, *about])
    return gr.Dropdown(choices=options, value=[str(ref) for ref in ticked], multiselect=True, info=info)


def load_shown_epochs(page: PageData, name: str | None) -> dict[int, Checkpoint]:
    """The run's epochs of `shown_epochs`, loaded."""
    run = find_run(page, name)
    return {epoch: run.load(epoch) for epoch in shown_epochs(run)}


def shown_epochs(run: RunFolder) -> list[int]:
    """The tutorial's four epochs, or as many of the run as there are."""
    there = run.epochs()
    return [epoch for epoch in TUTORIAL_EPOCHS if epoch in there] or list(there)[-4:]
