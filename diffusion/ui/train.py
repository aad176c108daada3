"""The Train tab: a short run that belongs to the server. Closing or reloading the page changes nothing."""

import itertools
import secrets
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from ..dataset import HUB, Sprites, open_dataset
from ..pace import estimate
from ..refs import RUN, EpochRef
from ..runner import Runner, interrupted
from ..runs import Plan, plan_of
from ..settings import Settings
from ..store import RunFolder, list_runs
from ..training import TrainConfig
from ..uploads import Limits, kept, open_upload
from .controls import PRIVATE, packed, toasted, whole
from .monitor import about_data, curve, duration, film, monitor
from .page import Page, on_disk
from .player import build_player
from .words import Words

LOOK_EVERY = 0.5  # seconds between two looks of a page at the run
MOST_BROWSERS = 500
STEERING = {"pause": ("running",), "go_on": ("paused",), "save_now": ("running",), "stop": ("running", "paused")}


@dataclass(frozen=True)
class Defaults:
    """A run of two to three minutes on two CPU cores that visibly learns."""

    count: int = 4000
    epochs: int = 10
    batch: int = 32
    save: int = 2
    lr: float = 2e-3
    width: int = 32  # 16 was worse after as long; 64 was not compared
    ema: float = 0.98  # no different from 0.99 and 0.995 here


DEFAULTS = Defaults()


@dataclass(frozen=True)
class Wish:
    """What the controls say, in their order."""

    name: str | None
    source: str  # builtin, upload or hub
    count: float  # of built-in sprites
    files: list[str] | None  # what was uploaded
    hub: str | None  # hf://datasets/user/repo
    start: str | None  # an EpochRef as text, or None: from nothing
    epochs: float
    width: int
    batch: float
    save: float
    lr: float
    seed: float
    context: bool


def planned(words: Words, runs: Path, wish: Wish, **data: str) -> Plan:
    """The settings of the page, checked. data: where it is, unless the wish says so itself."""
    if not RUN.fullmatch(wish.name or ""):
        raise ValueError(words.RUN_NAME)
    if wish.source == "hub" and not HUB.fullmatch(wish.hub or ""):
        raise ValueError(words.TRAIN_HUB_NAME)
    start = EpochRef.parse(wish.start) if wish.start else None
    sources = {"builtin": f"builtin:{whole(words, wish.count, words.TRAIN_COUNT)}", "hub": wish.hub}
    return Plan(
        folder=runs / wish.name,
        start=str(RunFolder(runs / start.run).file(start.epoch)) if start else None,
        width=None if start else wish.width,
        training=TrainConfig(
            epochs=whole(words, wish.epochs, words.TRAIN_EPOCHS),
            batch_size=whole(words, wish.batch, words.TRAIN_BATCH),
            lr=wish.lr,
            seed=whole(words, wish.seed, words.SEED),
            ema=DEFAULTS.ema,
            drop_label=TrainConfig.drop_label if wish.context else 1.0,
        ),
        save_every=whole(words, wish.save, words.TRAIN_SAVE_EVERY),
        **{"data": sources.get(wish.source)} | data,
    )


def uploaded(settings: Settings, wish: Wish) -> Sprites:
    limits = Limits(bytes=settings.max_upload_mb * 2**20)
    return open_upload([Path(file) for file in wish.files or ()], limits)


@toasted
def look_at_data(words: Words, settings: Settings, *values: Any) -> tuple[str, list[int]]:
    """The preview: a sheet, how many of each kind, how many are kept out of training; and both numbers, for later."""
    wish = Wish(*values)
    if wish.source == "upload":
        training, held_out = uploaded(settings, wish).split()
    else:
        training, held_out = open_dataset(planned(words, Path(), wish).data)
    return about_data(words, training, held_out), [len(training), len(held_out)]


def about_time(words: Words, runs: Path, seen: list[int] | None, *values: Any) -> str:
    """How long it would take; nothing where the data was not seen, or the settings are no plan, as Train will say.

    seen: how many pictures there are to train on and to test on, of other data than the built-in.
    """
    wish = Wish(*values)
    try:
        plan = planned(words, runs, wish)
        pictures, held_out = (wish.count, min(2000, wish.count)) if wish.source == "builtin" else seen or (0, 0)
        return words.TRAIN_ABOUT.format(time=duration(words, estimate(plan, pictures, held_out))) if pictures else ""
    except ValueError:
        return ""


@toasted
def begin(words: Words, runner: Runner, runs: Path, settings: Settings, owner: str, *values: Any) -> str:
    """Start a run, or let it wait for its turn; refuses before anything is written. Returns a name for the next."""
    wish = Wish(*values)
    if not settings.training:
        raise ValueError(words.TRAIN_OFF)
    plan = planned(words, runs, wish)
    if plan.folder.exists():
        raise ValueError(words.RUN_TAKEN.format(name=wish.name))
    if wish.source == "upload":
        with kept(uploaded(settings, wish), plan.folder) as data:
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
def resume(words: Words, runner: Runner, runs: Path, settings: Settings, owner: str, name: str | None) -> None:
    """Go on with a run that was stopped or interrupted."""
    if not settings.training:
        raise ValueError(words.TRAIN_OFF)
    if name not in resumable(runner, runs):
        raise ValueError(words.NOTHING_TO_RESUME)
    runner.start(plan_of(RunFolder(runs / name)), resume=True, owner=owner)


@toasted
def steer(words: Words, runner: Runner, settings: Settings, act: str, owner: str) -> None:
    """Pause, continue, save or stop; on a shared server only whoever started the run may."""
    now = runner.snapshot()
    if settings.shared and now.owner != owner:
        raise ValueError(words.TRAIN_NOT_YOURS.format(name=now.name))
    getattr(runner, act)()


@toasted
def leave(words: Words, runner: Runner, settings: Settings, owner: str) -> None:
    """Give up one's places among the runs that wait."""
    mine = [name for name in runner.snapshot().waiting if not settings.shared or runner.owner_of(name) == owner]
    if not mine:
        raise ValueError(words.TRAIN_NOT_WAITING)
    for name in mine:
        runner.leave(name)


def resumable(runner: Runner, runs: Path) -> list[str]:
    """Runs that were begun here and not finished, other than those under way or waiting."""
    begun = (RunFolder(path) for path in sorted(runs.iterdir()) if RUN.fullmatch(path.name)) if runs.is_dir() else ()
    return [str(run) for run in begun if interrupted(run) and runner.owner_of(str(run)) is None]


class Looks:
    """What a page is shown of the runs, twice a second: nothing is sent again that has not changed."""

    def __init__(self, words: Words, runner: Runner, runs: Path) -> None:
        self.words, self.runner, self.runs = words, runner, runs
        self.shown: dict[str | None, tuple] = {}  # browser -> the snapshot, the runs there were, the film's last epoch

    def look(self, request: gr.Request, asked: str | None) -> list[Any]:
        """Updates for monitor, curve, film, the four of STEERING, queue, download, runs, unfinished runs, resume."""
        now, names, files = self.runner.snapshot(asked or ""), self.runner.seen(), on_disk(self.runs)
        before, others, epoch = self.shown.get(request.session_hash, (None, None, -1))
        if before is now and others == (names, files):
            return [gr.skip()] * 12
        if len(self.shown) > MOST_BROWSERS:
            self.shown.clear()
        self.shown[request.session_hash] = (now, (names, files), now.samples[-1][0] if now.samples else -1)
        waiting, there = resumable(self.runner, self.runs), now.name in list_runs(self.runs)
        return [
            monitor(self.words, now),
            curve(self.words, now),
            film(self.words, now, epoch if before and before.name == now.name else -1) or gr.skip(),
            *(gr.Button(visible=now.state in states) for states in STEERING.values()),
            gr.Button(visible=bool(now.waiting)),
            gr.Button(visible=there and not now.busy),
            gr.Radio(
                choices=[*((name, "") for name in names[:1]), *names[1:]],  # "" is the run under way, whichever it is
                value=asked if asked in names[1:] else "" if names else None,
                visible=len(names) > 1,
            ),
            gr.Radio(choices=waiting, visible=bool(waiting)),
            gr.Button(visible=bool(waiting)),
        ]


def build(page: Page, tab: gr.Tab, runner: Runner, settings: Settings) -> None:
    """Lay out the tab inside the enclosing gr.Tab and wire it. Every page looks at the one run twice a second."""
    words, runs = page.words, page.runs
    if not settings.training:
        gr.Markdown(words.TRAIN_OFF, elem_classes="intro")
        return
    visitor = gr.BrowserState("", storage_key="sprite-diffusion-visitor", secret="no secret, only a name")
    gr.Markdown(words.TRAIN_INTRO, elem_classes="intro")
    with gr.Row(elem_classes="workbench"):
        with gr.Column(scale=1, min_width=280):
            wish, look_button, sheet, start, about = _controls(words)
            counted = gr.State(None)
        with gr.Column(scale=3, min_width=320):
            seen = gr.Radio([], label=words.RUN, elem_classes="compact", visible=False)
            view = gr.HTML(monitor(words, runner.snapshot()), elem_id="train-monitor")
            with gr.Row(elem_classes="steering"):
                names = (words.TRAIN_PAUSE, words.TRAIN_GO_ON, words.TRAIN_SAVE, words.STOP)
                steering = [gr.Button(said, min_width=80, visible=False) for said in names]
                give_up = gr.Button(words.TRAIN_LEAVE, min_width=80, visible=False)
                take = gr.Button(words.TRAIN_PACK, min_width=80, visible=False)
            with gr.Row():
                with gr.Column(scale=3, min_width=280):
                    hint = words.TRAIN_FILM_HINT
                    player = build_player(words, page.assets, "train-player", with_reel=False, hint=hint)
                loss = gr.HTML(elem_id="train-curve")
            unfinished = gr.Radio([], label=words.TRAIN_UNFINISHED, elem_classes="compact", visible=False)
            again = gr.Button(words.TRAIN_RESUME, visible=False)
            archive = gr.DownloadButton(words.TRAIN_PACK, elem_id="train-zip", elem_classes="offstage")

    quick = {"queue": False, **PRIVATE}
    queued = {"concurrency_id": "training", "concurrency_limit": 4, **PRIVATE}  # outside the queue there are no toasts
    name = wish[0]
    for event in (look_button.click, wish[3].upload):
        event(partial(look_at_data, words, settings), wish, [sheet, counted], **queued)
    begun = start.click(partial(begin, words, runner, runs, settings), [visitor, *wish], name, **queued)
    resumed = again.click(partial(resume, words, runner, runs, settings), [visitor, unfinished], **queued)
    for event in (begun, resumed):
        event.success(lambda: None, outputs=seen, **quick)  # none chosen: the one under way
    for button, act in zip(steering, STEERING, strict=True):
        button.click(partial(steer, words, runner, settings, act), visitor, **queued)
    give_up.click(partial(leave, words, runner, settings), visitor, **queued)
    take.click(
        lambda name: packed(words, runs, archive.GRADIO_CACHE, name or runner.snapshot().name), seen, archive, **queued
    ).success(js="() => document.querySelector('#train-zip a, a#train-zip, #train-zip').click()")
    page.app.load(lambda known: known or secrets.token_hex(8), visitor, visitor, **quick)
    gr.on(
        [tab.select, counted.change, *(control.change for control in wish if not isinstance(control, gr.Textbox))],
        partial(about_time, words, runs),
        [counted, *wish],
        about,
        trigger_mode="always_last",
        **quick,
    )

    looks = Looks(words, runner, runs)
    told = [view, loss, player, *steering, give_up, take, seen, unfinished, again]
    timer = gr.Timer(LOOK_EVERY, active=False)
    tab.select(lambda: gr.Timer(active=True), outputs=timer, **quick)  # see page.py
    for event in (timer.tick, seen.input):
        event(looks.look, inputs=seen, outputs=told, **quick)
    starts = wish[5]
    for event in (page.app.load, page.appeared.change):
        event(partial(first_weights, words, runs), starts, starts, **quick)


def first_weights(words: Words, runs: Path, chosen: str | None) -> gr.Radio:
    """What a run may begin with: random weights, or any epoch there is."""
    there = [str(EpochRef(name, epoch)) for name, run in list_runs(runs).items() for epoch in run.epochs()]
    choices = [(words.TRAIN_FROM_NOTHING, ""), *((name, name) for name in there)]
    return gr.Radio(choices=choices, value=chosen if chosen in there else "")


def _controls(words: Words) -> tuple[list[Any], gr.Button, gr.HTML, gr.Button, gr.Markdown]:
    """The controls in the order of `Wish`; then the button and the place for the preview, Train, and the estimate."""
    slim: dict[str, Any] = {"elem_classes": "slim", "buttons": []}
    name = gr.Textbox("my-run", label=words.TRAIN_NAME, max_lines=1)
    sources = [(said, source) for source, said in words.TRAIN_SOURCES.items()]
    source = gr.Radio(sources, value="builtin", label=words.TRAIN_SOURCE, elem_classes="compact")
    count = gr.Slider(500, 20_000, value=DEFAULTS.count, step=500, label=words.TRAIN_COUNT, **slim)
    with gr.Column(visible=False) as pick_files:
        gr.Markdown(words.TRAIN_FILES_INFO, elem_classes="hint")
        files = gr.File(label=words.TRAIN_FILES, file_count="multiple", height=120, elem_id="train-files")
    hub = gr.Textbox(label=words.TRAIN_HUB, placeholder=words.TRAIN_HUB_HINT, max_lines=1, visible=False)
    look = gr.Button(words.TRAIN_LOOK, size="sm")
    preview = gr.HTML()
    epochs = gr.Slider(1, 64, value=DEFAULTS.epochs, step=1, label=words.TRAIN_EPOCHS, **slim)
    with gr.Accordion(words.TRAIN_MORE, open=False):
        sizes = [(said, size) for size, said in words.TRAIN_WIDTHS.items()]
        width = gr.Radio(sizes, value=DEFAULTS.width, label=words.TRAIN_WIDTH, elem_classes="compact")
        batch = gr.Slider(10, 500, value=DEFAULTS.batch, step=10, label=words.TRAIN_BATCH, **slim)
        save = gr.Slider(1, 16, value=DEFAULTS.save, step=1, label=words.TRAIN_SAVE_EVERY, **slim)
        lr = gr.Number(DEFAULTS.lr, label=words.TRAIN_LR)
        seed = gr.Number(0, precision=0, label=words.SEED)
        context = gr.Checkbox(True, label=words.TRAIN_CONTEXT, info=words.TRAIN_CONTEXT_INFO)
        begin_with = gr.Radio([], label=words.TRAIN_START_FROM, elem_classes="compact")
    start = gr.Button(words.TRAIN_START, variant="primary")
    about = gr.Markdown(elem_classes="hint")

    def show(chosen: str):
        return [*(gr.update(visible=chosen == wanted) for wanted in words.TRAIN_SOURCES), ""]

    source.change(show, source, [count, pick_files, hub, preview], queue=False, **PRIVATE)
    wish = [name, source, count, files, hub, begin_with, epochs, width, batch, save, lr, seed, context]
    return wish, look, preview, start, about
