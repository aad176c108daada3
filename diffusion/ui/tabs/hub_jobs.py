"""The part of the Checkpoints tab that trains on a GPU of Hugging Face: shows the cost, starts, follows, cancels."""

import shlex
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
from huggingface_hub import HfApi

from ...core import StepDone, TrainConfig
from ...errors import UserError
from ...hub import Waiting, list_epochs
from ...refs import HubRef
from ...runs import (
    EpochLine,
    Hardware,
    JobEnded,
    JobEvent,
    JobPlan,
    LogLine,
    Plan,
    cancel_job,
    find_job,
    follow_job,
    list_hardware,
    start_job,
)
from ...server import RunStatus, Settings, VisitorPulls, extend_curve
from ..parts.controls import PRIVATE, shows_errors, whole
from ..parts.hub_progress import IsOver, error_html, login_hint, note, show_events, wire_stream
from ..parts.page import Page
from ..parts.share_links import link_to
from ..words import Words
from ..words.schema_hub import GpuWords
from .train_status import curve, losses, monitor

JOB_QUEUE: dict[str, Any] = {"concurrency_id": "jobs", "concurrency_limit": 16}  # a call lasts as long as its job
SECONDS_BETWEEN = 0.5  # two views of a job
QUIET = 15.0  # seconds without a log line after which the page says so
MAX_HOURS = 8  # then a visitor's login ends, and the job may not push any more
FIRST_CHOICE = "t4-small"


@dataclass(frozen=True)
class JobForm:
    """The values of the controls, in their order."""

    target: str | None
    private: bool
    count: float  # of built-in sprites
    epochs: float
    machine: str | None  # the name of a Hardware
    hours: float
    max_cost: float | None  # dollars that were shown
    agreed: bool


JobRecord = dict[str, Any]  # what a browser remembers of its job: id, repo, epochs


def api_for_jobs(page: Page, settings: Settings, token: gr.OAuthToken | None) -> HfApi:
    """The Hub's client with the visitor's token; on one's own machine with the stored one."""
    if hint := login_hint(page.words.hub, settings, token):
        raise UserError(hint)
    return HfApi(token=token.token if token else None)


@shows_errors
def load_prices(page: Page, settings: Settings, token: gr.OAuthToken | None) -> tuple[list[Hardware], gr.Dropdown]:
    """All hardware, and the choice of what has a GPU, with prices, the cheapest first."""
    found = list_hardware(HfApi(token=token.token if token else False if settings.shared else None))
    price = page.words.hub.gpu.price
    choices = [(price.format(title=it.title, dollars=it.dollars_an_hour), it.name) for it in found if it.gpu]
    names = [name for _, name in choices]
    likely = FIRST_CHOICE if FIRST_CHOICE in names else next(iter(names), None)
    return found, gr.Dropdown(choices=choices, value=likely)


def estimate_cost(
    gpu: GpuWords, found: list[Hardware] | None, machine: str | None, hours: float
) -> tuple[str, float | None]:
    """The highest cost, in words and in dollars."""
    price = next((it.dollars_an_hour for it in found or () if it.name == machine), None)
    if price is None:
        return "", None
    return gpu.cost.format(most=price * hours, hours=hours, dollars=price), price * hours


@shows_errors
def begin_job(page: Page, settings: Settings, token: gr.OAuthToken | None, *values: Any) -> JobRecord:
    """Starts the job if it costs no more than the visitor agreed to. values: of a JobForm."""
    words, form, api = page.words, JobForm(*values), api_for_jobs(page, settings, token)
    ref = HubRef.parse(f"hf://{(form.target or '').strip().removeprefix('hf://')}")
    training = TrainConfig(epochs=whole(words, form.epochs, words.train.epochs))
    data = f"builtin:{whole(words, form.count, words.train.count)}"
    plan = JobPlan(
        plan=Plan(folder=Path(ref.folder()), data=data, training=training),
        ref=ref,
        hardware=form.machine or "",
        hours=form.hours,
        private=form.private,
    )
    _, max_cost = estimate_cost(words.hub.gpu, list_hardware(api), form.machine, form.hours)
    if max_cost is None:
        raise UserError(words.hub.gpu.choose)
    if not form.agreed or form.max_cost is None or max_cost > form.max_cost:
        raise UserError(words.hub.gpu.agree_first, most=max_cost)
    job = start_job(api, plan)
    return {"id": job.id, "repo": ref.repo, "epochs": training.epochs}


def read_record(page: Page, record: Any) -> tuple[str, HubRef, int]:
    """The job's id, its repository and its epochs, from what the browser remembers."""
    try:
        return str(record["id"]), HubRef.parse(f"hf://{record['repo']}"), int(record["epochs"])
    except (KeyError, TypeError):
        raise UserError(page.words.hub.gpu.none) from None


@shows_errors
def end_job(page: Page, settings: Settings, token: gr.OAuthToken | None, record: JobRecord | None) -> None:
    """Cancels the job of this browser."""
    job_id, _, _ = read_record(page, record)
    api = api_for_jobs(page, settings, token)
    cancel_job(api, find_job(api, job_id))


def show_job(
    page: Page,
    settings: Settings,
    pulls: VisitorPulls,
    token: gr.OAuthToken | None,
    is_over: IsOver,
    record: JobRecord | None,
) -> Iterator[str]:
    """Yields the state of the job as HTML, from its first line on; pulls the run when the job has ended."""
    words = page.words
    job_id, ref, epochs = read_record(page, record)
    api = api_for_jobs(page, settings, token)
    job = find_job(api, job_id)
    head = note(words.hub.gpu.started.format(link=_link(job.url, job.id), repo=escape(str(ref))))
    yield head
    began = RunStatus(
        state="starting",
        name=ref.repo,
        epochs=epochs,
        command=shlex.join(["python", "-m", "diffusion", "job", "--to", ref.repo, "--follow", job.id]),
    )
    view, shown = "", 0.0
    with closing(follow_job(api, job)) as events:
        for now, last in track(began, events):
            if is_over():
                return
            if isinstance(last, JobEnded):
                head = note(f"{words.hub.gpu.stages.get(last.stage, escape(last.stage))} {escape(last.message)}")
            elif (
                time.monotonic() - shown < SECONDS_BETWEEN
            ):  # a job that has run for a while sends its whole log at once
                continue
            log_line = _last_line(words.hub.gpu, last)
            view = f"{head}{monitor(words, now)}{log_line}{curve(words, now)}{_numbers_html(words, now)}"
            yield view
            shown = time.monotonic()
    if settings.shared:
        yield view + note(words.hub.gpu.there.format(link=_link(f"{api.endpoint}/{ref.repo}", str(ref))))
        return
    try:
        listing = list_epochs(api, ref)
        with closing(pulls.pull(api, listing, list(listing.epochs), ref.folder())) as pull:
            for html in show_events(words.hub, pull, is_over):
                yield view + html
    except ValueError as mistake:  # a job that failed may have pushed nothing; its last view stays on the page
        yield view + error_html(page, mistake)
        return
    here = words.hub.opened.format(name=ref.folder(), epochs=", ".join(map(str, listing.epochs)))
    yield view + note(f"{here} {link_to('watch', ref.folder(), [max(listing.epochs)], words.hub.watch)}")


def track(now: RunStatus, events: Iterable[JobEvent]) -> Iterator[tuple[RunStatus, JobEvent]]:
    """The status of the run after each event, in the form of the server's own runs."""
    for event in events:
        if isinstance(event, StepDone):
            curve = extend_curve(now.curve, event.step, event.loss, event.total)
            now = replace(now, state="running", step=event.step, total=event.total, lr=event.lr, curve=curve)
        elif isinstance(event, EpochLine):
            now = replace(now, validation_losses=(*now.validation_losses, (event.epoch, event.validation_loss)))
        elif isinstance(event, JobEnded):
            now = replace(now, state="finished" if event.stage == "COMPLETED" else "failed")
        yield now, event


def _last_line(gpu: GpuWords, event: JobEvent) -> str:
    """A log line that is no number, such as what is being installed; or how long there was none."""
    if isinstance(event, LogLine):
        return f'<p class="hint">{escape(event.text[:200])}</p>'
    if isinstance(event, Waiting) and event.seconds >= QUIET:
        return f'<p class="hint">{gpu.quiet.format(seconds=int(event.seconds))}</p>'
    return ""


def _numbers_html(words: Words, now: RunStatus) -> str:
    """The losses as a folded table, and the command line that follows the same job."""
    table = losses(words, now)
    folded = f"<details><summary>{words.quality.table}</summary>{table}</details>" if table else ""
    return f'{folded}<p class="hint">{words.same_command}: <code>{escape(now.command)}</code></p>'


def _link(address: str, text: str) -> str:
    return f'<a href="{escape(address)}" target="_blank" rel="noopener">{escape(text)}</a>'


def build(page: Page, pulls: VisitorPulls, settings: Settings) -> None:
    """Lays out the folded part inside the tab and wires it. Prices are loaded when it is opened."""
    words, gpu = page.words, page.words.hub.gpu
    slim: dict[str, Any] = {"elem_classes": "slim", "buttons": []}
    record = gr.BrowserState(None, storage_key="sprite-diffusion-job", secret="diffusion.ui.jobs")  # as it always was
    prices, max_cost = gr.State(), gr.State()
    with gr.Accordion(gpu.title, open=False, elem_id="gpu-job") as fold:
        gr.Markdown(gpu.intro, elem_classes="intro")
        with gr.Row(equal_height=False, elem_classes="halves"):
            with gr.Column(min_width=320):
                target = gr.Textbox(label=gpu.to, placeholder=words.hub.push_hint, max_lines=1)
                private = gr.Checkbox(label=words.hub.private)
                count = gr.Slider(1000, 20_000, value=20_000, step=1000, label=words.train.count, **slim)
                epochs = gr.Slider(1, 128, value=32, step=1, label=words.train.epochs, **slim)
                machine = gr.Dropdown([], label=gpu.hardware)
                hours = gr.Slider(0.5, MAX_HOURS, value=1, step=0.5, label=gpu.hours, **slim)
                cost = gr.Markdown()
                agreed = gr.Checkbox(label=gpu.agree)
                with gr.Row():
                    go = gr.Button(gpu.start, variant="primary", min_width=120)
                    again = gr.Button(gpu.follow, min_width=80)
                    stop = gr.Button(gpu.cancel, variant="stop", min_width=80)
            with gr.Column(min_width=320):
                progress = gr.HTML(elem_id="job-goes")

    def load(token: gr.OAuthToken | None) -> tuple[list[Hardware], gr.Dropdown]:
        return load_prices(page, settings, token)

    def show_cost(found: list[Hardware] | None, name: str | None, hours: float) -> tuple[str, float | None, bool]:
        return *estimate_cost(gpu, found, name, hours), False

    def start(token: gr.OAuthToken | None, *values: Any) -> tuple[JobRecord, bool]:
        return begin_job(page, settings, token, *values), False  # the box is ticked anew for the next job

    def end(token: gr.OAuthToken | None, known: JobRecord | None) -> None:
        end_job(page, settings, token, known)

    options: dict[str, Any] = JOB_QUEUE | PRIVATE
    fold.expand(load, outputs=[prices, machine], **options)
    gr.on(
        [prices.change, machine.change, hours.change],
        show_cost,
        [prices, machine, hours],
        [cost, max_cost, agreed],
        **options,
    )
    form = [target, private, count, epochs, machine, hours, max_cost, agreed]
    started = go.click(start, form, [record, agreed], **options)
    stop.click(end, record, **options)
    show = partial(show_job, page, settings, pulls)
    wire_stream(page, [started.success, again.click], [], show, [record], progress, JOB_QUEUE)
