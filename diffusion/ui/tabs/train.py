"""The Train tab: a short run that belongs to the server. Closing or reloading the page changes nothing."""

import itertools
import secrets
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from ...data import open_dataset
from ...errors import UserError
from ...refs import RUN
from ...runs import keep_upload, load_plan, preview_requests
from ...server import RunStatus, Settings, TrainingQueue, is_interrupted
from ...store import RunFolder, list_runs
from ..parts.controls import PRIVATE, packed, toasted
from ..parts.page import Page, on_disk
from ..parts.player import build_player
from ..parts.share_links import link_to
from ..words import Words
from .train_form import QUEUED, TrainForm, build_wish, planned, uploaded
from .train_status import curve, film, losses, monitor

LOOK_EVERY = 0.5  # seconds between two looks of a page at the run
MAX_BROWSERS = 500
STEERING = {  # what one can do, and in which states of a run
    "pause": ("running",),
    "next_epoch": ("paused",),
    "go_on": ("paused",),
    "save_now": ("running",),
    "stop": ("running", "paused"),
}


@toasted
def begin(words: Words, runner: TrainingQueue, runs: Path, settings: Settings, owner: str, *values: Any) -> str:
    """Start a run, or let it wait for its turn; refuses before anything is written. Returns a name for the next."""
    wish = TrainForm(*values)
    if not settings.training:
        raise UserError(words.train.off)
    plan = planned(words, runs, wish)
    if plan.folder.exists():
        raise UserError(words.train.run_taken, name=wish.name)
    if wish.source == "upload":
        with keep_upload(uploaded(settings, wish), plan.folder) as data:
            runner.start(planned(words, runs, wish, **data), owner=owner)
    else:
        open_dataset(plan.data)  # what is wrong is said now, not later by the thread
        runner.start(plan, owner=owner)
    return free_name(runs, wish.name)


def free_name(runs: Path, name: str) -> str:
    """The name, or with the first number that makes it unlike all runs there are."""
    stem = name.rstrip("0123456789").rstrip("-") or name
    return next(new for n in itertools.count(2) if not (runs / (new := f"{stem}-{n}")).exists())


@toasted
def resume(words: Words, runner: TrainingQueue, runs: Path, settings: Settings, owner: str, name: str | None) -> None:
    """Go on with a run that was stopped or interrupted."""
    if not settings.training:
        raise UserError(words.train.off)
    if name not in resumable(runner, runs):
        raise UserError(words.train.nothing_to_resume)
    runner.start(load_plan(RunFolder(runs / name)), resume=True, owner=owner)


@toasted
def steer(words: Words, runner: TrainingQueue, settings: Settings, act: str, owner: str) -> None:
    """Pause, continue, save or stop; on a shared server only whoever started the run may."""
    now = runner.snapshot()
    if settings.shared and now.owner != owner:
        raise UserError(words.train.not_yours, name=now.name)
    getattr(runner, act)()


@toasted
def leave(words: Words, runner: TrainingQueue, settings: Settings, owner: str) -> None:
    """Give up one's places among the runs that wait."""
    mine = [name for name in runner.snapshot().waiting if not settings.shared or runner.owner_of(name) == owner]
    if not mine:
        raise UserError(words.train.not_waiting)
    for name in mine:
        runner.withdraw(name)


def resumable(runner: TrainingQueue, runs: Path) -> list[str]:
    """Runs that were begun here and not finished, other than those under way or waiting."""
    begun = (RunFolder(path) for path in sorted(runs.iterdir()) if RUN.fullmatch(path.name)) if runs.is_dir() else ()
    return [str(run) for run in begun if is_interrupted(run) and runner.owner_of(str(run)) is None]


class StatusPoller:
    """What a page is shown of the runs, twice a second: nothing is sent again that has not changed."""

    def __init__(self, words: Words, runner: TrainingQueue, runs: Path) -> None:
        self.words, self.runner, self.runs = words, runner, runs
        self.numbers = map(str, itertools.count(1))
        self.told: dict[str | None, tuple] = {}  # browser -> number, what it looked at, the snapshot, what it was told

    def look(self, request: gr.Request, asked: str, heard: str) -> dict[str, Any]:
        """Updates for what is new, by the names that `build` gives to the parts of the page; everything is new where
        the last answer was lost on its way.

        asked: the run that is chosen; "" for the one under way, whichever it is. heard: the number of the last answer.
        """
        now, at = self.runner.snapshot(asked), (asked, self.runner.known_runs(), on_disk(self.runs))
        number, was_at, before, told = self.told.get(request.session_hash, ("", None, None, {}))
        if number != heard:
            before, told = None, {}
        if before is now and was_at == at:
            return {}
        if len(self.told) > MAX_BROWSERS:
            self.told.clear()
        shown = before.samples[-1][0] if before and before.name == now.name and before.samples else -1
        telling, number = self._tell(now, asked), next(self.numbers)
        self.told[request.session_hash] = (number, at, now, telling)
        new = {name: update for name, update in telling.items() if update != told.get(name)} | {"heard": number}
        return new | ({"film": frames} if (frames := film(self.words, now, shown)) else {})

    def _tell(self, now: RunStatus, asked: str) -> dict[str, Any]:
        """Everything but the film."""
        words, names, waiting = self.words, self.runner.known_runs(), resumable(self.runner, self.runs)
        run = None if now.busy else list_runs(self.runs).get(now.name)
        current, past = names[0] if names else "", names[1:]  # the first choice is the run under way, whichever it is
        return {
            "monitor": monitor(words, now) + (what_now(words, run) if run else ""),
            "curve": curve(words, now),
            "losses": losses(words, now),
            "fold": gr.update(visible=bool(now.validation_losses)),
            "command": gr.update(value=now.command, visible=bool(now.command)),
            **{act: gr.update(visible=now.state in states) for act, states in STEERING.items()},
            "leave": gr.update(visible=bool(now.waiting)),
            "pack": gr.update(visible=run is not None),
            "seen": gr.update(
                choices=[(current, ""), *past], value=asked if asked in past else "", visible=bool(past)
            ),
            "unfinished": gr.update(choices=waiting, visible=bool(waiting)),
            "resume": gr.update(visible=bool(waiting)),
        }


def what_now(words: Words, run: RunFolder) -> str:
    """Where to go with the epochs of a run that is over; there it draws the first of the kinds that it showed."""
    epochs, first = list(run.epochs()), preview_requests(run.config())[0]
    asked = {"kinds": ",".join(f"{share:g}" for share in first.kinds), "guidance": f"{first.guidance:g}"}
    some = sorted({epochs[round(i * (len(epochs) - 1) / 3)] for i in range(4)})
    links = [link_to("watch", str(run), epochs[-1:], words.train.watch, **asked)]
    if len(some) > 1:
        links.append(link_to("compare", str(run), some, words.train.compare, **asked))
    return f"<p>{' · '.join(links)}</p>"


def build(page: Page, tab: gr.Tab, runner: TrainingQueue, settings: Settings) -> None:
    """Lay out the tab inside the enclosing gr.Tab and wire it. Every page looks at the one run twice a second."""
    words, runs = page.words, page.runs
    if not settings.training:
        gr.Markdown(words.train.off, elem_classes="intro")
        return
    visitor = gr.BrowserState("", storage_key="sprite-diffusion-visitor", secret="no secret, only a name")
    gr.Markdown(words.train.intro, elem_classes="intro")
    with gr.Row(elem_classes="workbench"):
        with gr.Column(scale=1, min_width=280):
            wish, start = build_wish(page, tab, settings)
        with gr.Column(scale=3, min_width=320):
            parts = _stage(page, runner)
            archive = gr.DownloadButton(words.train.acts["pack"], elem_id="train-zip", elem_classes="offstage")

    quick = {"queue": False, **PRIVATE}
    seen = parts["seen"]
    begun = start.click(partial(begin, words, runner, runs, settings), [visitor, *wish], wish[0], **QUEUED)
    resumed = parts["resume"].click(
        partial(resume, words, runner, runs, settings), [visitor, parts["unfinished"]], **QUEUED
    )
    for event in (begun, resumed):
        event.success(lambda: "", outputs=seen, **quick)
    for act in STEERING:
        parts[act].click(partial(steer, words, runner, settings, act), visitor, **QUEUED)
    parts["leave"].click(partial(leave, words, runner, settings), visitor, **QUEUED)
    parts["pack"].click(
        lambda name: packed(words, runs, archive.GRADIO_CACHE, name or runner.snapshot().name), seen, archive, **QUEUED
    ).success(js="() => document.querySelector('#train-zip a, a#train-zip, #train-zip').click()")
    page.app.load(lambda known: known or secrets.token_hex(8), visitor, visitor, **quick)

    looks = StatusPoller(words, runner, runs)

    def look(request: gr.Request, asked: str, heard: str) -> dict[gr.components.Component, Any]:
        new = looks.look(request, asked, heard)
        return {parts[name]: update for name, update in new.items()} or {seen: gr.skip()}

    timer = gr.Timer(LOOK_EVERY, active=False)
    tab.select(lambda: gr.Timer(active=True), outputs=timer, **quick)  # see page.py
    for event in (timer.tick, seen.input):
        event(look, inputs=[seen, parts["heard"]], outputs=list(parts.values()), **quick)


def _stage(page: Page, runner: TrainingQueue) -> dict[str, Any]:
    """Lay out what shows a run, and steers it, by the names that `StatusPoller` tells about."""
    words = page.words
    seen = gr.Radio([("", "")], value="", label=words.run, elem_classes="compact", visible=False)
    view = gr.HTML(monitor(words, runner.snapshot()), elem_id="train-monitor")
    with gr.Row(elem_classes="steering"):
        small = {"min_width": 80, "visible": False, "size": "md"}
        acts = {act: gr.Button(said, **small) for act, said in words.train.acts.items()}
    with gr.Row(elem_id="train-stage"):
        with gr.Column(min_width=280):
            hint = words.train.film_hint
            player = build_player(words, page.assets, "train-player", with_reel=False, hint=hint)
        loss = gr.HTML(elem_id="train-curve")
    with gr.Accordion(words.quality.table, open=False, visible=False) as fold:
        table = gr.HTML(elem_id="train-losses")
    command = gr.Textbox(label=words.same_command, visible=False, buttons=["copy"], elem_id="train-command")
    unfinished = gr.Radio([], label=words.train.unfinished, elem_classes="compact", visible=False)
    again = gr.Button(words.train.resume, visible=False)
    heard = gr.Textbox("", visible="hidden")
    shown = {"monitor": view, "curve": loss, "film": player, "losses": table, "fold": fold, "command": command}
    return {**shown, **acts, "seen": seen, "unfinished": unfinished, "resume": again, "heard": heard}
