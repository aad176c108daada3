"""The Train tab: starts and steers a run of the server. The run goes on when the page is closed or reloaded."""

import itertools
import secrets
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from ...data import SpriteSet, open_dataset
from ...errors import UserError
from ...runs import keep_upload, load_plan
from ...server import Settings, TrainingQueue
from ...store import RunFolder, is_unbegun, list_runs, lock_run
from ..parts.controls import PRIVATE, shows_errors
from ..parts.downloads import wire_run_download
from ..parts.page import Page
from ..parts.player import build_player
from ..words import translate
from .train_form import QUEUED, build_form
from .train_originals import begin_html, nearest_html
from .train_plan import TrainForm, make_plan, open_uploaded_files
from .train_poller import STEERING, StatusPoller, list_resumable
from .train_status import monitor

POLL_SECONDS = 0.5


@shows_errors
def start_training(page: Page, runner: TrainingQueue, settings: Settings, owner: str, *values: Any) -> str:
    """Starts a run or puts it in the queue. Errors are raised before anything is written. Returns the next name."""
    form, words = TrainForm.read(*values), page.words
    if not settings.training:
        raise UserError(words.train.off)
    plan = make_plan(page, form)
    with runner.reserve(plan.folder.name):
        if not is_unbegun(plan.folder):
            raise UserError(words.train.run_taken, name=form.name)
        if form.source == "upload":
            start_with_upload(page, runner, open_uploaded_files(page, settings, form), form, owner)
        else:
            training, _ = open_dataset(plan.data, sheet=plan.sheet())  # raises its errors now, not later in the thread
            for note in training.notes:  # nobody needs to have looked at the data before
                gr.Info(escape(translate(words, note), quote=False))
            runner.start(make_plan(page, form, len(training)), owner=owner, is_reserved=True)
    return free_name(page.runs, plan.folder.name)


def start_with_upload(page: Page, runner: TrainingQueue, sprites: SpriteSet, form: TrainForm, owner: str) -> None:
    """Copies the pictures into the folder of the run, which from then on is locked for this server."""
    folder, pictures = page.runs / str(form.name), len(sprites.split()[0])
    lock = lock_run(folder)
    try:
        with keep_upload(sprites, folder) as data:
            runner.start(make_plan(page, form, pictures, **data), owner=owner, is_reserved=True, lock=lock)
    except BaseException:
        lock.release()
        raise


def free_name(runs: Path, name: str) -> str:
    """The name with the first number, from 2 on, that no run has."""
    stem = name.rstrip("0123456789").rstrip("-") or name
    return next(new for n in itertools.count(2) if is_unbegun(runs / (new := f"{stem}-{n}")))


@shows_errors
def resume(page: Page, runner: TrainingQueue, settings: Settings, owner: str, name: str | None) -> None:
    """Resumes a run that was stopped or interrupted; on a shared server only whoever began it may."""
    words = page.words
    if not settings.training:
        raise UserError(words.train.off)
    if name is None or name not in list_resumable(runner, page.runs):
        raise UserError(words.train.nothing_to_resume)
    run = RunFolder(page.runs / name)
    if settings.shared and not run.belongs_to(owner):
        raise UserError(words.train.not_yours, name=name)
    runner.start(load_plan(run), resume=True, owner=owner)


@shows_errors
def steer(page: Page, runner: TrainingQueue, settings: Settings, act: str, owner: str) -> None:
    """Pauses, continues, saves or stops the run; on a shared server only its owner may."""
    now = runner.snapshot()
    if settings.shared and (not owner or now.owner != owner):
        raise UserError(page.words.train.not_yours, name=now.name)
    getattr(runner, act)()


@shows_errors
def leave_queue(page: Page, runner: TrainingQueue, settings: Settings, owner: str) -> None:
    """Removes the visitor's runs from the queue."""
    mine = [name for name in runner.snapshot().waiting if not settings.shared or runner.owner_of(name) == owner]
    if not mine:
        raise UserError(page.words.train.not_waiting)
    for name in mine:
        runner.withdraw(name)


@shows_errors
def find_nearest(page: Page, runner: TrainingQueue, chosen: str) -> str:
    """HTML with the picture of one's own that is nearest to each of the last preview sprites."""
    now = runner.snapshot(chosen)
    run = list_runs(page.runs).get(now.name)
    if not (run and run.data() and now.samples):
        raise UserError(page.words.train.no_originals)
    return nearest_html(page.words, run, now)


def build(page: Page, tab: gr.Tab, runner: TrainingQueue, settings: Settings) -> None:
    """Lays out the tab inside the enclosing gr.Tab and wires it."""
    words = page.words
    if not settings.training:
        gr.Markdown(words.train.off, elem_classes="intro")
        return
    visitor = gr.BrowserState("", storage_key="sprite-diffusion-visitor", secret="no secret, only a name")
    gr.Markdown(words.train.intro, elem_classes="intro")
    if runner.visitors:
        limits = runner.visitors.limits
        gr.Markdown(words.train.kept.format(each=limits.each, runs=limits.runs), elem_classes="hint")
    with gr.Row(elem_classes="workbench"):
        with gr.Column(scale=1, min_width=280):
            controls, start = build_form(page, tab, settings, runner.speeds)
        with gr.Column(scale=3, min_width=320):
            parts = _stage(page, runner)

    quick: dict[str, Any] = {"queue": False, **PRIVATE}
    chosen, near = parts["chosen"], parts.pop("near")
    begun = start.click(partial(start_training, page, runner, settings), [visitor, *controls], controls[0], **QUEUED)
    resumed = parts["resume"].click(partial(resume, page, runner, settings), [visitor, parts["unfinished"]], **QUEUED)
    for event in (begun, resumed):
        event.success(lambda: ("", ""), outputs=[chosen, near], **quick)
    parts["nearest"].click(partial(find_nearest, page, runner), chosen, near, **QUEUED)
    chosen.input(lambda: "", outputs=near, **quick)
    for act in STEERING:
        parts[act].click(partial(steer, page, runner, settings, act), visitor, **QUEUED)
    parts["leave"].click(partial(leave_queue, page, runner, settings), visitor, **QUEUED)
    wire_run_download(page, parts["pack"], chosen, "train-zip", lambda name: name or runner.snapshot().name, **QUEUED)
    page.app.load(lambda known: known or secrets.token_hex(8), visitor, visitor, **quick)

    poller = StatusPoller(page, runner, settings)

    def poll(request: gr.Request, name: str, receipt: str, owner: str) -> dict[gr.components.Component, Any]:
        new = poller.poll(request, name, receipt, owner)
        return {parts[part]: update for part, update in new.items()} or {chosen: gr.skip()}

    timer = gr.Timer(POLL_SECONDS, active=False)
    tab.select(lambda: gr.Timer(active=True), outputs=timer, **quick)  # see page.py
    for event in (timer.tick, chosen.input):
        event(poll, inputs=[chosen, parts["receipt"], visitor], outputs=list(parts.values()), **quick)


def _stage(page: Page, runner: TrainingQueue) -> dict[str, Any]:
    """Lays out the parts that show a run and steer it, by the names that `StatusPoller` uses."""
    words = page.words
    chosen = gr.Radio([("", "")], value="", label=words.run, elem_classes="compact", visible=False)
    view = gr.HTML(monitor(words, runner.snapshot()), elem_id="train-monitor")
    with gr.Row(elem_classes="steering"):
        small: dict[str, Any] = {"min_width": 80, "visible": False, "size": "md"}
        acts = {act: gr.Button(label, **small) for act, label in words.train.acts.items()}
    with gr.Row(elem_id="train-stage"):
        with gr.Column(min_width=280):
            hint = begin_html(words, page.assets)
            player = build_player(words, page.assets, "train-player", with_reel=False, hint=hint)
        loss = gr.HTML(elem_id="train-curve")
    originals = gr.HTML(elem_id="train-originals")
    nearest = gr.Button(words.train.nearest, size="sm", visible=False)
    near = gr.HTML(elem_id="train-nearest")
    with gr.Accordion(words.quality.table, open=False, visible=False) as fold:
        table = gr.HTML(elem_id="train-losses")
    command = gr.Textbox(label=words.same_command, visible=False, buttons=["copy"], elem_id="train-command")
    unfinished = gr.Radio([], label=words.train.unfinished, elem_classes="compact", visible=False)
    again = gr.Button(words.train.resume, visible=False)
    receipt = gr.Textbox("", visible="hidden")
    shown = {"monitor": view, "curve": loss, "player": player, "losses": table, "fold": fold, "command": command}
    shown |= {"originals": originals, "nearest": nearest, "near": near}
    return {**shown, **acts, "chosen": chosen, "unfinished": unfinished, "resume": again, "receipt": receipt}
