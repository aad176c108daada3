"""The part of the Checkpoints tab that trains on a GPU of Hugging Face: what it costs, start, follow, cancel."""

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
from ..parts.controls import PRIVATE, toasted, whole
from ..parts.hub_progress import IsOver, bars, note, problem, token_needed, wire_stream
from ..parts.page import Page
from ..parts.share_links import link_to
from ..words import Words
from .train_status import curve, losses, monitor

FOLLOWED: dict[str, Any] = {"concurrency_id": "jobs", "concurrency_limit": 16}  # each lasts as long as its job
VIEWS_EVERY = 0.5  # seconds
QUIET = 15.0  # seconds without a word that are said
MAX_HOURS = 8  # a visitor's login ends then, and with it what the job may push
FIRST_CHOICE = "t4-small"


@dataclass(frozen=True)
class JobForm:
    """What the controls say, in their order."""

    target: str | None
    private: bool
    count: float  # of built-in sprites
    epochs: float
    machine: str | None  # the name of a Hardware
    hours: float
    most: float | None  # dollars that were shown
    agreed: bool


Memo = dict[str, Any]  # what a browser remembers of its job: id, repo, epochs


def payer(words: Words, settings: Settings, token: gr.OAuthToken | None) -> HfApi:
    """The visitor's account, or on one's own machine the one that is logged in."""
    if missing := token_needed(words, settings, token):
        raise UserError(missing)
    return HfApi(token=token.token if token else None)


@toasted
def hardware(words: Words, settings: Settings, token: gr.OAuthToken | None) -> tuple[list[Hardware], gr.Dropdown]:
    """All there is, and the choice of those with a GPU, with their prices, the cheapest first."""
    found = list_hardware(HfApi(token=token.token if token else False if settings.shared else None))
    price = words.hub.gpu.price
    choices = [(price.format(title=it.title, dollars=it.dollars_an_hour), it.name) for it in found if it.gpu]
    names = [name for _, name in choices]
    likely = FIRST_CHOICE if FIRST_CHOICE in names else next(iter(names), None)
    return found, gr.Dropdown(choices=choices, value=likely)


def cost(words: Words, found: list[Hardware] | None, machine: str | None, hours: float) -> tuple[str, float | None]:
    """What it may cost, in words and in dollars."""
    price = next((it.dollars_an_hour for it in found or () if it.name == machine), None)
    if price is None:
        return "", None
    return words.hub.gpu.cost.format(most=price * hours, hours=hours, dollars=price), price * hours


@toasted
def begin(words: Words, settings: Settings, token: gr.OAuthToken | None, *values: Any) -> Memo:
    """Start the job, if it still costs no more than was agreed to. values: of a JobForm."""
    wish, api = JobForm(*values), payer(words, settings, token)
    ref = HubRef.parse(f"hf://{(wish.target or '').strip().removeprefix('hf://')}")
    training = TrainConfig(epochs=whole(words, wish.epochs, words.train.epochs))
    data = f"builtin:{whole(words, wish.count, words.train.count)}"
    plan = JobPlan(
        plan=Plan(folder=Path(ref.folder()), data=data, training=training),
        ref=ref,
        hardware=wish.machine or "",
        hours=wish.hours,
        private=wish.private,
    )
    _, most = cost(words, list_hardware(api), wish.machine, wish.hours)
    if most is None:
        raise UserError(words.hub.gpu.choose)
    if not wish.agreed or wish.most is None or most > wish.most:
        raise UserError(words.hub.gpu.agree_first, most=most)
    job = start_job(api, plan)
    return {"id": job.id, "repo": ref.repo, "epochs": training.epochs}


@toasted
def end(words: Words, settings: Settings, token: gr.OAuthToken | None, memo: Memo | None) -> None:
    """Cancel the job of this browser."""
    if not memo:
        raise UserError(words.hub.gpu.none)
    api = payer(words, settings, token)
    cancel_job(api, find_job(api, memo["id"]))


def show_job(
    words: Words,
    settings: Settings,
    pulls: VisitorPulls,
    token: gr.OAuthToken | None,
    is_over: IsOver,
    memo: Memo | None,
) -> Iterator[str]:
    """How the job stands, from its first line on; when it has ended, what it pushed is pulled."""
    if not memo:
        raise UserError(words.hub.gpu.none)
    ref, api = HubRef.parse(f"hf://{memo['repo']}"), payer(words, settings, token)
    job = find_job(api, memo["id"])
    head = note(words.hub.gpu.started.format(link=_link(job.url, job.id), repo=escape(str(ref))))
    yield head
    began = RunStatus(
        state="starting",
        name=ref.repo,
        epochs=int(memo["epochs"]),
        command=shlex.join(["python", "-m", "diffusion", "job", "--to", ref.repo, "--follow", job.id]),
    )
    view, shown = "", 0.0
    with closing(follow_job(api, job)) as events:
        for now, last in stands(began, events):
            if is_over():
                return
            if isinstance(last, JobEnded):
                head = note(f"{words.hub.gpu.stages.get(last.stage, escape(last.stage))} {escape(last.message)}")
            elif time.monotonic() - shown < VIEWS_EVERY:  # a job that is followed late says much at once
                continue
            view = f"{head}{monitor(words, now)}{_last_words(words, last)}{curve(words, now)}{_in_numbers(words, now)}"
            yield view
            shown = time.monotonic()
    if settings.shared:
        yield view + note(words.hub.gpu.there.format(link=_link(f"{api.endpoint}/{ref.repo}", str(ref))))
        return
    try:
        listing = list_epochs(api, ref)
        with closing(pulls.bring(api, listing, list(listing.epochs), ref.folder())) as coming:
            for said in bars(words, coming, is_over):
                yield view + said
    except ValueError as mistake:  # a job that failed may have pushed nothing; what it said stays to be read
        yield view + problem(words, mistake)
        return
    here = words.hub.opened.format(name=ref.folder(), epochs=", ".join(map(str, listing.epochs)))
    yield view + note(f"{here} {link_to('watch', ref.folder(), [max(listing.epochs)], words.hub.watch)}")


def stands(now: RunStatus, events: Iterable[JobEvent]) -> Iterator[tuple[RunStatus, JobEvent]]:
    """The run after each event, as the server's own runs are shown."""
    for event in events:
        if isinstance(event, StepDone):
            grown = extend_curve(now.curve, event.step, event.loss, event.total)
            now = replace(now, state="running", step=event.step, total=event.total, lr=event.lr, curve=grown)
        elif isinstance(event, EpochLine):
            now = replace(now, validation_losses=(*now.validation_losses, (event.epoch, event.validation_loss)))
        elif isinstance(event, JobEnded):
            now = replace(now, state="finished" if event.stage == "COMPLETED" else "failed")
        yield now, event


def _last_words(words: Words, event: JobEvent) -> str:
    """A line that is no number, such as what is being installed; or that there was none for a while."""
    if isinstance(event, LogLine):
        return f'<p class="hint">{escape(event.text[:200])}</p>'
    if isinstance(event, Waiting) and event.seconds >= QUIET:
        return f'<p class="hint">{words.hub.gpu.quiet.format(seconds=int(event.seconds))}</p>'
    return ""


def _in_numbers(words: Words, now: RunStatus) -> str:
    """Below the curve: the same as a table, folded, and the command line that does the same."""
    table = losses(words, now)
    folded = f"<details><summary>{words.quality.table}</summary>{table}</details>" if table else ""
    return f'{folded}<p class="hint">{words.same_command}: <code>{escape(now.command)}</code></p>'


def _link(address: str, said: str) -> str:
    return f'<a href="{escape(address)}" target="_blank" rel="noopener">{escape(said)}</a>'


def build(page: Page, pulls: VisitorPulls, settings: Settings) -> None:
    """Lay out the part inside the tab, folded away, and wire it. The Hub is asked for prices when it is opened."""
    words, gpu = page.words, page.words.hub.gpu
    slim: dict[str, Any] = {"elem_classes": "slim", "buttons": []}
    memo = gr.BrowserState(None, storage_key="sprite-diffusion-job", secret=__name__)
    prices, most = gr.State(), gr.State()
    with gr.Accordion(gpu.title, open=False, elem_id="gpu-job") as fold:
        gr.Markdown(gpu.intro, elem_classes="intro")
        with gr.Row(equal_height=False, elem_classes="shelf-halves"):
            with gr.Column(min_width=320):
                target = gr.Textbox(label=gpu.to, placeholder=words.hub.push_hint, max_lines=1)
                private = gr.Checkbox(label=words.hub.private)
                count = gr.Slider(1000, 20_000, value=20_000, step=1000, label=words.train.count, **slim)
                epochs = gr.Slider(1, 128, value=32, step=1, label=words.train.epochs, **slim)
                machine = gr.Dropdown([], label=gpu.hardware)
                hours = gr.Slider(0.5, MAX_HOURS, value=1, step=0.5, label=gpu.hours, **slim)
                said = gr.Markdown()
                agreed = gr.Checkbox(label=gpu.agree)
                with gr.Row():
                    go = gr.Button(gpu.start, variant="primary", min_width=120)
                    again = gr.Button(gpu.follow, min_width=80)
                    stop = gr.Button(gpu.cancel, variant="stop", min_width=80)
            with gr.Column(min_width=320):
                going = gr.HTML(elem_id="job-goes")

    def ask(token: gr.OAuthToken | None) -> tuple[list[Hardware], gr.Dropdown]:
        return hardware(words, settings, token)

    def priced(found: list[Hardware] | None, name: str | None, wanted: float) -> tuple[str, float | None, bool]:
        return *cost(words, found, name, wanted), False

    def started(token: gr.OAuthToken | None, *values: Any) -> tuple[Memo, bool]:
        return begin(words, settings, token, *values), False  # the next one is agreed to anew

    def ended(token: gr.OAuthToken | None, known: Memo | None) -> None:
        end(words, settings, token, known)

    fold.expand(ask, outputs=[prices, machine], **FOLLOWED, **PRIVATE)
    gr.on(
        [prices.change, machine.change, hours.change],
        priced,
        [prices, machine, hours],
        [said, most, agreed],
        **FOLLOWED,
        **PRIVATE,
    )
    wishes = [target, private, count, epochs, machine, hours, most, agreed]
    begun = go.click(started, wishes, [memo, agreed], **FOLLOWED, **PRIVATE)
    stop.click(ended, memo, **FOLLOWED, **PRIVATE)
    wire_stream(
        words, [begun.success, again.click], [], partial(show_job, words, settings, pulls), [memo], going, FOLLOWED
    )
