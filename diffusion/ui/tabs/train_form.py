"""The form of the Train tab: its controls, the plan they make, a preview of the data and of the time it takes."""

import math
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any, Self

import gradio as gr

from ...core import Number, Setting, TrainConfig, name_of, settings_of
from ...data import Limits, Sheet, SpriteSet, may_be_sheets, open_dataset, open_upload
from ...engine import is_zero_gpu
from ...errors import UserError
from ...refs import EpochRef, HubDataset, check_run_name, parse_data
from ...runs import Plan, Speed, estimate_epoch_seconds, estimate_seconds
from ...server import Settings, SpeedMeter
from ...store import RunFolder, list_runs
from ..parts.controls import PRIVATE, shows_errors, whole
from ..parts.page import Page
from ..parts.scripts import on_load
from ..words import Words, translate
from .train_status import about_data, duration

QUEUED: dict[str, Any] = {
    "concurrency_id": "training",
    "concurrency_limit": 4,
    **PRIVATE,
}  # outside the queue there are no toasts

# A run that visibly learns; about a minute on two fast CPU cores, on others with fewer epochs: `fitting_epochs`.
# Of 15 settings that take as long, these have the smallest Fréchet distance, 10.9; the others are in .github/LOG.md.
DEFAULT_COUNT = 4000
MAX_FIXED = 10_000  # the fixed set repeats itself beyond
DEFAULTS = Plan(
    folder=Path(), width=32, training=TrainConfig(epochs=10, batch_size=32, lr=4e-3, ema=0.98), save_every=2
)
TARGET_SECONDS, MIN_EPOCHS = 55.0, 3  # the open page takes some more seconds
MEASURE_SECONDS = 1.0  # until a page asks again for a time that is being measured
OFFERED = {  # the settings that the form sets, in the order of the declarations, with their values
    name: (setting, getattr(config, name))
    for config in (DEFAULTS.training, DEFAULTS)
    for name, setting in settings_of(config).items()
    if isinstance(setting, Number) and setting.is_offered
}
SLIM: dict[str, Any] = {"elem_classes": "slim", "buttons": []}


@dataclass(frozen=True)
class TrainForm:
    """The values of the controls, in their order."""

    name: str | None
    source: str  # builtin, upload or hub
    count: float  # of built-in sprites
    files: list[str] | None  # what was uploaded
    hub: str | None  # hf://datasets/user/repo
    start: str | None  # an EpochRef as text, or None: random weights
    width: int
    context: bool
    settings: dict[str, float]  # of each name in OFFERED
    tile: float | None = None  # of a sheet: pixels; None: found by itself; 0: not cut
    gap: float | None = None

    @classmethod
    def read(cls, *values: Any) -> Self:
        own = [part.name for part in fields(cls)].index("settings")
        rest = own + len(OFFERED)
        of_controls = [*values[:own], dict(zip(OFFERED, values[own:rest], strict=True)), *values[rest:]]
        return cls(*of_controls)

    def sheet(self, words: Words) -> Sheet:
        """How uploaded sheets are cut."""
        sizes = ((self.tile, words.train.tile), (self.gap, words.train.gap))
        return Sheet(*(None if size is None else whole(words, size, name) for size, name in sizes))


def builtin_source(count: int) -> str:
    """Few sprites are those of the fixed set: a minute is too short for new ones of 1,182 shapes in every epoch."""
    return f"builtin:{count}@0" if count <= MAX_FIXED else f"builtin:{count}"


def make_plan(page: Page, form: TrainForm, **data: str) -> Plan:
    """The plan of the form, checked. data: the plan's data and labels, of an upload."""
    words = page.words
    check_run_name(form.name or "")
    is_dataset = isinstance(parse_data(form.hub or ""), HubDataset)
    if form.source not in words.train.sources or (form.source == "hub" and not is_dataset):
        raise UserError(words.train.hub_name)
    start = EpochRef.parse(form.start) if form.start else None
    sources = {"builtin": builtin_source(whole(words, form.count, words.train.count)), "hub": form.hub}
    source: dict[str, Any] = {"data": sources.get(form.source)} | data
    values: dict[str, Any] = {
        name: whole(words, form.settings[name], label_of(words, name, setting))
        if setting.whole
        else form.settings[name]
        for name, (setting, _) in OFFERED.items()
    }
    if form.source == "hub":
        values |= form.sheet(words).facts()
    of_training = {name: values.pop(name) for name in settings_of(TrainConfig).keys() & values.keys()}
    drop_label = TrainConfig.drop_label if form.context else 1.0
    return replace(
        DEFAULTS,
        folder=page.runs / (form.name or ""),
        start=str(RunFolder(page.runs / start.run).file(start.epoch)) if start else None,
        width=None if start else form.width,
        training=replace(DEFAULTS.training, drop_label=drop_label, **of_training),
        **values,
        **source,
    )


def label_of(words: Words, name: str, setting: Setting) -> str:
    """The name of a setting, with a capital letter."""
    text = translate(words, name_of(name, setting))
    return text[:1].upper() + text[1:]


def open_uploaded_files(page: Page, settings: Settings, form: TrainForm) -> SpriteSet:
    limits = Limits(bytes=settings.max_upload_mb * 2**20)
    return open_upload([Path(file) for file in form.files or ()], limits, form.sheet(page.words))


def fitting_epochs(speed: Speed) -> int | None:
    """How many epochs of the other defaults take about a minute on this machine; None where that is not known yet."""
    epochs = DEFAULTS.training.epochs
    if is_zero_gpu():
        return epochs
    seconds = estimate_epoch_seconds(DEFAULTS, DEFAULT_COUNT, min(2000, DEFAULT_COUNT), speed)
    return None if seconds is None else min(epochs, max(MIN_EPOCHS, int(TARGET_SECONDS / seconds)))


@shows_errors
def preview_data(page: Page, settings: Settings, *values: Any) -> tuple[str, list[int], dict[str, Any]]:
    """HTML with what was done to the pictures, some of them and the number of each kind; how many pictures to train on
    and for validation; and whether the controls for sheets are shown: an update."""
    form = TrainForm.read(*values)
    if form.source == "upload":
        training, validation = open_uploaded_files(page, settings, form).split()
    else:
        plan = make_plan(page, form)
        training, validation = open_dataset(plan.data, sheet=plan.sheet())
    offers_cutting = form.sheet(page.words) != Sheet() or may_be_sheets(training.notes)
    return (
        about_data(page.words, training, validation),
        [len(training), len(validation)],
        gr.update(visible=offers_cutting),
    )


def describe_time(page: Page, speeds: SpeedMeter, counts: list[int] | None, *values: Any) -> str | None:
    """How long the run would take; None while that is being measured. Empty where it is unknown: without a preview of
    the data, with wrong settings (the button Train names them), and where ZeroGPU lends the GPU, which this process
    cannot measure.

    counts: how many pictures there are to train on and for validation, of other data than the built-in sprites.
    """
    form, words = TrainForm.read(*values), page.words
    if is_zero_gpu():
        return ""
    try:
        plan = make_plan(page, form)
        pictures, validation = (form.count, min(2000, form.count)) if form.source == "builtin" else counts or (0, 0)
        if not pictures:
            return ""
        seconds = estimate_seconds(plan, int(pictures), int(validation), speeds.speed)
    except ValueError:
        return ""
    if seconds is None:
        return None
    return words.train.about.format(time=duration(words, seconds)) if math.isfinite(seconds) else ""


def show_time(page: Page, speeds: SpeedMeter, fitting: str, counts: list[int] | None, *values: Any) -> list[Any]:
    """Updates for the time in words, the epochs that fit into a minute, and the timer, which asks again until both are
    known. Nothing is measured here: see SpeedMeter."""
    epochs = fitting or fitting_epochs(speeds.speed)
    text = describe_time(page, speeds, counts, *values)
    words = page.words
    waits = words.train.measuring_later if speeds.waits_for_training() else words.train.measuring
    return [waits if text is None else text, str(epochs or ""), gr.Timer(active=text is None or not epochs)]


def list_start_weights(page: Page, chosen: str | None) -> dict[str, Any]:
    """An update of the choice of first weights: random ones, or those of any epoch there is."""
    epochs = [str(EpochRef(name, epoch)) for name, run in list_runs(page.runs).items() for epoch in run.epochs()]
    choices = [(page.words.train.from_nothing, ""), *((name, name) for name in epochs)]
    return gr.update(choices=choices, value=chosen if chosen in epochs else "")


def build_setting(words: Words, name: str) -> gr.Slider | gr.Number:
    """A slider, or a box for a number, as the setting is declared."""
    setting, value = OFFERED[name]
    label = label_of(words, name, setting)
    if setting.step is None:
        return gr.Number(value, label=label, precision=0 if setting.whole else None)
    low = setting.low if setting.slider_low is None else setting.slider_low
    high = setting.slider_high or setting.high
    assert high is not None
    return gr.Slider(low, high, value=value, step=setting.step, label=label, **SLIM)


def build_form(page: Page, tab: gr.Tab, settings: Settings, speeds: SpeedMeter) -> tuple[list[Any], gr.Button]:
    """Lays out and wires the controls; returns them in the order of `TrainForm`, and the button Train."""
    words = page.words
    name = gr.Textbox("my-run", label=words.train.name, max_lines=1)
    sources = [(label, source) for source, label in words.train.sources.items()]
    source = gr.Radio(sources, value="builtin", label=words.train.source, elem_classes="compact")
    count = gr.Slider(
        500, 20_000, value=DEFAULT_COUNT, step=500, label=words.train.count, info=words.train.count_info, **SLIM
    )
    with gr.Column(visible=False) as pick_files:
        gr.Markdown(words.train.files_info, elem_classes="hint")
        files = gr.File(label=words.train.files, file_count="multiple", height=120, elem_id="train-files")
        folder = _folder(page, settings)
    hub = gr.Textbox(label=words.train.hub, placeholder=words.train.hub_hint, max_lines=1, visible=False)
    preview = gr.Button(words.train.look, size="sm")
    with gr.Row(visible=False) as cutting:
        tile = gr.Number(None, label=words.train.tile, info=words.train.tile_info, precision=0, min_width=120)
        gap = gr.Number(None, label=words.train.gap, info=words.train.gap_info, precision=0, min_width=120)
    sheet, counts = gr.HTML(), gr.State(None)
    numbers = {"epochs": build_setting(words, "epochs")}
    with gr.Accordion(words.train.more, open=False):
        sizes = [(label, size) for size, label in words.train.widths.items()]
        width = gr.Radio(sizes, value=DEFAULTS.width, label=words.train.width, elem_classes="compact")
        numbers |= {other: build_setting(words, other) for other in OFFERED if other != "epochs"}
        context = gr.Checkbox(True, label=words.train.context, info=words.train.context_info)
        start_from = gr.Radio([], label=words.train.start_from, elem_classes="compact")
    start = gr.Button(words.train.start, variant="primary")
    time = gr.Markdown(elem_classes="hint")
    epochs = numbers["epochs"]
    controls = [name, source, count, files, hub, start_from, width, context, *(numbers[each] for each in OFFERED)]
    controls += [tile, gap]

    def show_source(chosen: str) -> list[Any]:
        return [*(gr.update(visible=chosen == each) for each in words.train.sources), "", *other_files()]

    def other_files() -> list[Any]:
        return [gr.update(visible=False), None, None]  # what was set for other sheets

    quick: dict[str, Any] = {"queue": False, **PRIVATE}
    fitting = gr.Textbox("", visible="hidden", elem_id="train-fitting")  # its `change` comes once; see page.py
    again = gr.Timer(MEASURE_SECONDS, active=False)
    unless_chosen = f"(epochs, fitting) => epochs === {DEFAULTS.training.epochs} ? Number(fitting) : epochs"
    fitting.change(None, [epochs, fitting], epochs, js=unless_chosen, **quick)
    of_sheets = [cutting, tile, gap]
    source.change(show_source, source, [count, pick_files, hub, sheet, *of_sheets], **quick)
    folded = folder.change(None, folder, files, js="(file) => [[file]]", **quick)
    new_files = [event(other_files, outputs=of_sheets, **quick).then for event in (files.upload, folded.then)]
    for event in (preview.click, tile.submit, gap.submit, *new_files):
        seen = event(partial(preview_data, page, settings), controls, [sheet, counts, cutting], **QUEUED)
        seen.failure(lambda source: gr.update(visible=source != "builtin"), source, cutting, **quick)  # it may help
    gr.on(
        [
            *(tab.select, again.tick, counts.change),
            *(control.change for control in controls if not isinstance(control, gr.Textbox)),
        ],
        partial(show_time, page, speeds),
        [fitting, counts, *controls],
        [time, fitting, again],
        trigger_mode="always_last",
        **quick,
    )
    for event in (page.app.load, page.appeared.change):
        event(partial(list_start_weights, page), start_from, start_from, **quick)
    return controls, start


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
