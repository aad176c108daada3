"""What a visitor wants to train: the controls, what they say as a plan, and what that would learn from and take."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from ...core import TrainConfig
from ...data import Limits, SpriteSet, open_dataset, open_upload
from ...engine import is_zero_gpu
from ...errors import UserError
from ...refs import RUN, EpochRef, HubDataset, parse_data
from ...runs import Plan, estimate_epoch_seconds, estimate_seconds
from ...server import Settings
from ...store import RunFolder, list_runs
from ..parts.controls import PRIVATE, toasted, whole
from ..parts.page import Page
from ..parts.scripts import on_load
from ..words import Words
from .train_status import about_data, duration

QUEUED = {"concurrency_id": "training", "concurrency_limit": 4, **PRIVATE}  # outside the queue there are no toasts


@dataclass(frozen=True)
class Defaults:
    """A run that visibly learns; about a minute on two fast CPU cores, on others with fewer epochs: `fitting_epochs`.

    Of 15 settings that take as long, these have the smallest Fréchet distance, 10.9; the others are in .github/LOG.md.
    """

    count: int = 4000
    epochs: int = 10
    batch: int = 32
    save: int = 2
    lr: float = 4e-3
    width: int = 32
    ema: float = 0.98


DEFAULTS = Defaults()
A_MINUTE, LEAST_EPOCHS = 55.0, 3  # seconds, of which the page that looks on takes some more


@dataclass(frozen=True)
class TrainForm:
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


def planned(words: Words, runs: Path, wish: TrainForm, **data: str) -> Plan:
    """The settings of the page, checked. data: where it is, unless the wish says so itself."""
    if not RUN.fullmatch(wish.name or ""):
        raise UserError(words.run_name)
    is_dataset = isinstance(parse_data(wish.hub or ""), HubDataset)
    if wish.source not in words.train.sources or (wish.source == "hub" and not is_dataset):
        raise UserError(words.train.hub_name)
    start = EpochRef.parse(wish.start) if wish.start else None
    sources = {"builtin": f"builtin:{whole(words, wish.count, words.train.count)}", "hub": wish.hub}
    return Plan(
        folder=runs / wish.name,
        start=str(RunFolder(runs / start.run).file(start.epoch)) if start else None,
        width=None if start else wish.width,
        training=TrainConfig(
            epochs=whole(words, wish.epochs, words.train.epochs),
            batch_size=whole(words, wish.batch, words.train.batch),
            lr=wish.lr,
            seed=whole(words, wish.seed, words.settings["seed"]["label"]),
            ema=DEFAULTS.ema,
            drop_label=TrainConfig.drop_label if wish.context else 1.0,
        ),
        save_every=whole(words, wish.save, words.train.save_every),
        **{"data": sources.get(wish.source)} | data,
    )


def uploaded(settings: Settings, wish: TrainForm) -> SpriteSet:
    limits = Limits(bytes=settings.max_upload_mb * 2**20)
    return open_upload([Path(file) for file in wish.files or ()], limits)


def fitting_epochs() -> int:
    """How many epochs of the other defaults take about a minute on this machine."""
    if is_zero_gpu():
        return DEFAULTS.epochs
    plan = Plan(folder=Path(), width=DEFAULTS.width, training=TrainConfig(batch_size=DEFAULTS.batch))
    in_a_minute = int(A_MINUTE / estimate_epoch_seconds(plan, DEFAULTS.count, min(2000, DEFAULTS.count)))
    return min(DEFAULTS.epochs, max(LEAST_EPOCHS, in_a_minute))


@toasted
def look_at_data(words: Words, settings: Settings, *values: Any) -> tuple[str, list[int]]:
    """The preview: a sheet, how many of each kind, how many are kept out of training; and both numbers, for later."""
    wish = TrainForm(*values)
    if wish.source == "upload":
        training, held_out = uploaded(settings, wish).split()
    else:
        training, held_out = open_dataset(planned(words, Path(), wish).data)
    return about_data(words, training, held_out), [len(training), len(held_out)]


def about_time(words: Words, runs: Path, seen: list[int] | None, *values: Any) -> str:
    """How long it would take; nothing where the data was not seen, or the settings are no plan, as Train will say.

    Nothing either where the GPU is lent: here it cannot be measured.

    seen: how many pictures there are to train on and to test on, of other data than the built-in.
    """
    wish = TrainForm(*values)
    if is_zero_gpu():
        return ""
    try:
        plan = planned(words, runs, wish)
        pictures, held_out = (wish.count, min(2000, wish.count)) if wish.source == "builtin" else seen or (0, 0)
        return (
            words.train.about.format(time=duration(words, estimate_seconds(plan, pictures, held_out)))
            if pictures
            else ""
        )
    except ValueError:
        return ""


def first_weights(words: Words, runs: Path, chosen: str | None) -> dict[str, Any]:
    """An update: what a run may begin with, random weights or any epoch there is."""
    there = [str(EpochRef(name, epoch)) for name, run in list_runs(runs).items() for epoch in run.epochs()]
    choices = [(words.train.from_nothing, ""), *((name, name) for name in there)]
    return gr.update(choices=choices, value=chosen if chosen in there else "")


def build_wish(page: Page, tab: gr.Tab, settings: Settings) -> tuple[list[Any], gr.Button]:
    """Lays out and wires what is set before a run: the controls in the order of `TrainForm`, and the button Train."""
    words, runs = page.words, page.runs
    slim: dict[str, Any] = {"elem_classes": "slim", "buttons": []}
    name = gr.Textbox("my-run", label=words.train.name, max_lines=1)
    sources = [(said, source) for source, said in words.train.sources.items()]
    source = gr.Radio(sources, value="builtin", label=words.train.source, elem_classes="compact")
    count = gr.Slider(500, 20_000, value=DEFAULTS.count, step=500, label=words.train.count, **slim)
    with gr.Column(visible=False) as pick_files:
        gr.Markdown(words.train.files_info, elem_classes="hint")
        files = gr.File(label=words.train.files, file_count="multiple", height=120, elem_id="train-files")
        folder = _folder(page, settings)
    hub = gr.Textbox(label=words.train.hub, placeholder=words.train.hub_hint, max_lines=1, visible=False)
    look = gr.Button(words.train.look, size="sm")
    sheet, counted = gr.HTML(), gr.State(None)
    epochs = gr.Slider(1, 64, value=DEFAULTS.epochs, step=1, label=words.train.epochs, **slim)
    with gr.Accordion(words.train.more, open=False):
        sizes = [(said, size) for size, said in words.train.widths.items()]
        width = gr.Radio(sizes, value=DEFAULTS.width, label=words.train.width, elem_classes="compact")
        batch = gr.Slider(8, 512, value=DEFAULTS.batch, step=8, label=words.train.batch, **slim)
        save = gr.Slider(1, 16, value=DEFAULTS.save, step=1, label=words.train.save_every, **slim)
        lr = gr.Number(DEFAULTS.lr, label=words.train.lr)
        seed = gr.Number(0, precision=0, label=words.settings["seed"]["label"])
        context = gr.Checkbox(True, label=words.train.context, info=words.train.context_info)
        begin_with = gr.Radio([], label=words.train.start_from, elem_classes="compact")
    start = gr.Button(words.train.start, variant="primary")
    about = gr.Markdown(elem_classes="hint")
    wish = [name, source, count, files, hub, begin_with, epochs, width, batch, save, lr, seed, context]

    def show(chosen: str) -> list[Any]:
        return [*(gr.update(visible=chosen == wanted) for wanted in words.train.sources), ""]

    quick = {"queue": False, **PRIVATE}
    fitting = gr.Textbox("", visible="hidden", elem_id="train-fitting")  # its `change` comes once; see page.py
    tab.select(lambda: str(fitting_epochs()), outputs=fitting, **quick)
    unless_chosen = f"(epochs, fitting) => epochs === {DEFAULTS.epochs} ? Number(fitting) : epochs"
    fitting.change(None, [epochs, fitting], epochs, js=unless_chosen, **quick)
    source.change(show, source, [count, pick_files, hub, sheet], **quick)
    folded = folder.change(None, folder, files, js="(file) => [[file]]", **quick)
    for event in (look.click, files.upload, folded.then):
        event(partial(look_at_data, words, settings), wish, [sheet, counted], **QUEUED)
    gr.on(
        [tab.select, counted.change, *(control.change for control in wish if not isinstance(control, gr.Textbox))],
        partial(about_time, words, runs),
        [counted, *wish],
        about,
        trigger_mode="always_last",
        **quick,
    )
    for event in (page.app.load, page.appeared.change):
        event(partial(first_weights, words, runs), begin_with, begin_with, **quick)
    return wish, start


def _folder(page: Page, settings: Settings) -> gr.HTML:
    """A button for a whole folder: the browser packs it into a .zip, and so the subfolders arrive too."""
    return gr.HTML(
        html_template=(page.assets / "html" / "folder.html").read_text("utf-8").format(**page.words.folder),
        js_on_load=on_load(page.assets, "folder.js"),
        apply_default_css=False,
        elem_id="train-folder",
        strings=page.words.folder,
        most=settings.max_upload_mb,
    )
