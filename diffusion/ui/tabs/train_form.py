"""The form of the Train tab: its controls, a preview of the data, and how long the run takes."""

import math
from functools import partial
from typing import Any

import gradio as gr

from ...data import Sheet, may_be_sheets, open_dataset
from ...engine import is_zero_gpu
from ...errors import UserError
from ...refs import EpochRef
from ...runs import estimate_seconds
from ...server import Settings, SpeedMeter
from ...store import list_runs
from ..parts.controls import PRIVATE, shows_errors
from ..parts.page import Page
from ..parts.scripts import on_load
from ..words import Words
from .train_plan import (
    BUILTIN,
    DEFAULT_COUNT,
    DEFAULTS,
    OFFERED,
    PRESETS,
    TrainForm,
    first_weights,
    fitting_updates,
    label_of,
    make_plan,
    open_uploaded_files,
)
from .train_status import about_data, duration

QUEUED: dict[str, Any] = {
    "concurrency_id": "training",
    "concurrency_limit": 4,
    **PRIVATE,
}  # outside the queue there are no toasts
MEASURE_SECONDS = 1.0  # until a page asks again for a time that is being measured
SLIM: dict[str, Any] = {"elem_classes": "slim", "buttons": []}


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


def describe_length(page: Page, speeds: SpeedMeter, counts: list[int] | None, *values: Any) -> tuple[str, bool]:
    """How long the run is, in updates, epochs and minutes: the only place that says so; and whether its minutes are
    being measured. Empty without a preview of the data, and with wrong settings, which the button Train names. Without
    the minutes where ZeroGPU lends the GPU, which this process cannot measure.

    counts: how many pictures there are to train on and for validation, of other data than the built-in sprites.
    """
    form, words = TrainForm.read(*values), page.words
    try:
        pictures, validation = (form.count, min(2000, form.count)) if form.source == "builtin" else counts or (0, 0)
        if not pictures:
            return "", False
        plan = make_plan(page, form, int(pictures))
        seconds = math.inf if is_zero_gpu() else estimate_seconds(plan, int(pictures), int(validation), speeds.speed)
    except ValueError:
        return "", False
    epochs, batches = plan.training.epochs, math.ceil(pictures / plan.training.batch_size)
    length = words.train.length.format(updates=epochs * batches, pictures=int(pictures), epochs=epochs)
    if seconds is None:
        waits = words.train.measuring_later if speeds.waits_for_training() else words.train.measuring
        return f"{length} {waits}", True
    about = words.train.about.format(time=duration(words, seconds)) if math.isfinite(seconds) else ""
    return f"{length} {about}".strip(), False


def show_length(page: Page, speeds: SpeedMeter, fitting: str, counts: list[int] | None, *values: Any) -> list[Any]:
    """Updates for the length in words, the updates that fit into a minute, and the timer, which asks again until both
    are known. Nothing is measured here: see SpeedMeter."""
    updates = fitting or fitting_updates(speeds.speed)
    text, is_measured = describe_length(page, speeds, counts, *values)
    return [text, str(updates or ""), gr.Timer(active=is_measured or not updates)]


def list_start_weights(page: Page, chosen: str | None) -> dict[str, Any]:
    """An update of the choice of first weights: random ones, or those of any epoch there is."""
    epochs = [str(EpochRef(name, epoch)) for name, run in list_runs(page.runs).items() for epoch in run.epochs()]
    choices = [(page.words.train.from_nothing, ""), *((name, name) for name in epochs)]
    return gr.update(choices=choices, value=chosen if chosen in epochs else "")


def build_setting(words: Words, name: str) -> gr.Slider | gr.Number:
    """A slider, or a box for a number, as the setting is declared."""
    setting, value = OFFERED[name]
    label, info = words.train.settings.get(name, (label_of(words, name, setting), None))
    if setting.step is None:
        return gr.Number(value, label=label, info=info, precision=0 if setting.whole else None)
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
    with gr.Column(visible=False, elem_id="train-upload") as pick_files:
        gr.Markdown(words.train.files_info, elem_classes="hint")
        files = gr.File(label=words.train.files, file_count="multiple", height=120, elem_id="train-files")
        folder = _folder(page, settings)
    hub = gr.Textbox(label=words.train.hub, placeholder=words.train.hub_hint, max_lines=1, visible=False)
    preview = gr.Button(words.train.look, size="sm")
    with gr.Row(visible=False) as cutting:
        tile = gr.Number(None, label=words.train.tile, info=words.train.tile_info, precision=0, min_width=120)
        gap = gr.Number(None, label=words.train.gap, info=words.train.gap_info, precision=0, min_width=120)
    sheet, counts = gr.HTML(), gr.State(None)
    start_from = gr.Dropdown([(words.train.from_nothing, "")], value="", label=words.train.start_from)
    numbers = {"updates": build_setting(words, "updates")}
    length = gr.Markdown(elem_classes="hint", elem_id="train-length", min_height=44)
    with gr.Accordion(words.train.more, open=False):
        sizes = [(label, size) for size, label in words.train.widths.items()]
        width = gr.Radio(sizes, value=DEFAULTS.width, label=words.train.width, elem_classes="compact")
        numbers |= {other: build_setting(words, other) for other in OFFERED if other != "updates"}
        context = gr.Checkbox(True, label=words.train.context, info=words.train.context_info)
    start = gr.Button(words.train.start, variant="primary")
    controls = [name, source, count, files, hub, start_from, width, context, *(numbers[each] for each in OFFERED)]
    controls += [tile, gap]
    of_preset = [start_from, *(numbers[each] for each in ("updates", "batch_size", "lr"))]

    def show_source(chosen: str, fitting: str) -> list[Any]:
        return [
            *(gr.update(visible=chosen == each) for each in words.train.sources),
            "",
            None,
            *other_files(),
            *preset_values(page, chosen, fitting),
        ]

    def other_files() -> list[Any]:
        return [gr.update(visible=False), None, None]  # what was set for other sheets

    quick: dict[str, Any] = {"queue": False, **PRIVATE}
    fitting = gr.Textbox("", visible="hidden", elem_id="train-fitting")  # its `change` comes once; see page.py
    again = gr.Timer(MEASURE_SECONDS, active=False)
    unless_chosen = f"(updates, fitting) => updates === {BUILTIN.updates} ? Number(fitting) : updates"
    fitting.change(None, [numbers["updates"], fitting], numbers["updates"], js=unless_chosen, **quick)
    start_from.change(lambda chosen: gr.update(visible=not chosen), start_from, width, **quick)
    of_sheets = [cutting, tile, gap]
    shown = [count, pick_files, hub, sheet, counts, *of_sheets, *of_preset]
    source.change(show_source, [source, fitting], shown, **quick)
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
        partial(show_length, page, speeds),
        [fitting, counts, *controls],
        [length, fitting, again],
        trigger_mode="always_last",
        **quick,
    )
    for event in (page.app.load, page.appeared.change):
        event(partial(list_start_weights, page), start_from, start_from, **quick)
    return controls, start


def preset_values(page: Page, source: str, fitting: str) -> list[Any]:
    """What a source begins with: first weights, updates, batch size and learning rate."""
    preset = PRESETS.get(source) if isinstance(source, str) else None
    is_number = isinstance(fitting, str) and fitting.isdecimal() and len(fitting) < 10
    if preset is None or (fitting and not is_number):
        raise UserError(page.words.unreadable)
    updates = int(fitting) if preset is BUILTIN and fitting else preset.updates
    return [first_weights(page, source), updates, preset.batch_size, preset.lr]


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
