"""The Checkpoints tab: the runs on this machine; others opened from the Hub; one taken along, or pushed there."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from huggingface_hub import HfApi

from ...errors import UserError
from ...hub import PATIENCE, Listing, Pushed, as_generator, list_epochs, run_with_deadline
from ...refs import RUN, HubRef
from ...runs import publish_run
from ...server import Settings, VisitorPulls
from ...store import RunFolder, list_runs
from ..parts.controls import PRIVATE, explained, packed
from ..parts.hub_progress import IN_LINE, IsOver, bar, bars, note, problem, token_needed, wire_stream
from ..parts.page import POLL_SECONDS, Page, on_disk
from ..parts.run_picker import TUTORIAL_EPOCHS, name_of
from ..parts.share_links import link_to
from ..words import Words
from . import hub_jobs as jobs
from .run_tables import opening, run_there, runs_here

# Signing in leaves the page, and Gradio leads back to its address with the first parameter alone.
COME_BACK = "() => history.replaceState(history.state, '', `${location.pathname}?tab=checkpoints`)"


def reader(settings: Settings) -> HfApi:
    """Who asks the Hub for runs: on a shared server nobody in particular, since all its visitors see what comes."""
    return HfApi(token=False if settings.shared else None)


def look(words: Words, api: HfApi, address: str) -> Iterator[tuple[str, Listing | None]]:
    """How the asking goes, then the listing."""
    try:
        ref = HubRef.parse((address or "").strip())
        yield note(words.hub.asking), None
        asking = run_with_deadline(
            as_generator(lambda: list_epochs(api, ref)), 4 * PATIENCE
        )  # it has a patience of its own
        while True:
            try:
                event = next(asking)
            except StopIteration as found:
                yield "", found.value
                return
            if said := bar(words, event):
                yield said, None
    except ValueError as mistake:
        yield problem(words, mistake), None
        raise


def offer(words: Words, pulls: VisitorPulls, listing: Listing | None) -> list[Any]:
    """Updates for the table, the choice and what is in it: epochs, consent, name."""
    if listing is None:
        return ["", gr.Column(visible=False), gr.skip(), gr.skip(), gr.skip()]
    name, most = listing.ref.folder(), pulls.allowance
    named = [listing.ref.epoch, *(() if listing.ref.epoch is not None else TUTORIAL_EPOCHS)]
    chosen = [epoch for epoch in named if epoch in listing.epochs] or list(listing.epochs)[-1:]
    info = words.hub.epochs_most.format(epochs=most.epochs, mb=most.megabytes) if most else None
    pickles = any(remote.is_pickle for remote in listing.epochs.values()) and not most
    return [
        run_there(words, listing, RunFolder(pulls.runs / name)),
        gr.Column(visible=True),
        gr.CheckboxGroup(choices=list(listing.epochs), value=chosen, info=info),
        gr.Checkbox(value=False, visible=pickles),
        name,
    ]


def open_run(
    words: Words,
    pulls: VisitorPulls,
    api: HfApi,
    is_over: IsOver,
    listing: Listing | None,
    epochs: list[int],
    trusted: bool,
    name: str,
) -> Iterator[str]:
    """Pull the chosen epochs, and say how it goes."""
    if listing is None:
        raise UserError(words.hub.look_first)
    if not epochs:
        raise UserError(words.hub.choose_first)
    if not RUN.fullmatch(name or ""):
        raise UserError(words.run_name)
    if any(listing.epochs[epoch].is_pickle for epoch in epochs):
        if pulls.allowance:
            raise UserError(words.hub.no_pickles)
        if not trusted:
            raise UserError(words.hub.trust_first)
    with closing(pulls.bring(api, listing, epochs, name, allow_pickle=trusted)) as events:
        yield from bars(words, events, is_over)
    if is_over():
        yield note(words.hub.stopped)
        return
    said = words.hub.opened.format(name=name, epochs=", ".join(map(str, sorted(epochs))))
    yield note(f"{said} {link_to('watch', name, [max(epochs)], words.hub.watch)}")


def push_run(
    words: Words,
    settings: Settings,
    runs: Path,
    token: gr.OAuthToken | None,
    is_over: IsOver,
    name: str | None,
    target: str,
    private: bool,
    with_training: bool,
) -> Iterator[str]:
    """Push a run to the account whose token it is, and say how it goes. The token stays in here."""
    if missing := token_needed(words, settings, token):
        raise UserError(missing)
    run = list_runs(runs).get(name or "")
    if run is None:
        raise UserError(words.hub.choose_run)
    ref = HubRef.parse(f"hf://{(target or '').strip().removeprefix('hf://')}")
    api = HfApi(token=token.token if token else None)
    with (
        source_of(run, settings, with_training) as source,
        closing(publish_run(api, source, ref, private=private, with_training=with_training)) as events,
    ):
        for event in bars(words, events, is_over):
            if isinstance(event, Pushed):
                link = f'<a href="{event.url}" target="_blank" rel="noopener">{event.url}</a>'
                form = words.hub.pushed if event.files else words.hub.pushed_already
                yield note(form.format(files=len(event.files), link=link))
                return
            yield event
    yield note(words.hub.push_stopped)


@contextmanager
def source_of(run: RunFolder, settings: Settings, with_training: bool) -> Iterator[RunFolder]:
    """The run, or where its folder belongs to all visitors a copy, which may note where it was pushed to."""
    if not settings.shared:
        yield run
        return
    left_out = None if with_training else shutil.ignore_patterns("training")
    with tempfile.TemporaryDirectory() as folder:
        yield RunFolder(shutil.copytree(run.path, Path(folder) / run.path.name, ignore=left_out))


def look_around(words: Words, pulls: VisitorPulls, default_run: str, seen: Any, chosen: str | None) -> list[Any]:
    """Updates for what was seen, the runs here, the run that the app opens with, and the picker; if there is news."""
    now = (on_disk(pulls.runs), pulls.opening)
    if now == seen:
        return [gr.skip()] * 4
    found = list_runs(pulls.runs)
    name = chosen if chosen in found else name_of(pulls.runs, default_run)
    table, comes = runs_here(words, found, HfApi().endpoint), opening(words, pulls.opening)
    return [now, table, gr.HTML(comes, visible=bool(comes)), gr.Radio(choices=list(found), value=name)]


def build(page: Page, tab: gr.Tab, pulls: VisitorPulls, settings: Settings) -> None:
    """Lay out the tab inside the enclosing gr.Tab and wire it."""
    words = page.words
    gr.Markdown(words.hub.intro, elem_classes="intro")
    comes = gr.HTML(elem_id="opening-run", visible=False)
    here = gr.HTML(elem_id="runs-here")
    with gr.Row(equal_height=False, elem_classes="shelf-halves"):
        with gr.Column(min_width=320):
            _open_part(page, pulls, settings)
        with gr.Column(min_width=320):
            chosen, missing = _take_part(page, settings)
    if settings.login or not settings.shared:
        jobs.build(page, pulls, settings)
    seen, quick = gr.State(), {"queue": False, **PRIVATE}
    timer = gr.Timer(POLL_SECONDS, active=False)
    around = partial(look_around, words, pulls, page.default_run)

    def needed(token: gr.OAuthToken | None) -> str:
        return token_needed(words, settings, token)

    tab.select(lambda: gr.Timer(active=True), outputs=timer, **quick)  # see page.py
    tab.select(needed, outputs=missing, **quick)
    gr.on([tab.select, timer.tick], around, [seen, chosen], [seen, here, comes, chosen], **quick)


def _open_part(page: Page, pulls: VisitorPulls, settings: Settings) -> None:
    words, listing = page.words, gr.State(time_to_live=3600)
    gr.Markdown(words.hub.open_title)
    with gr.Row(equal_height=False, elem_classes="beside"):
        address = gr.Textbox(label=words.hub.address, placeholder=words.hub.address_hint, max_lines=1, scale=4)
        look_button = gr.Button(words.hub.look, min_width=90, scale=0)
    table = gr.HTML(elem_id="run-there")
    with gr.Column(visible=False) as choice:
        epochs = gr.CheckboxGroup([], label=words.hub.epochs, elem_classes="compact")
        trusted = gr.Checkbox(label=words.hub.pickles, info=words.hub.pickles_info, visible=False)
        name = gr.Textbox(label=words.hub.name_here, max_lines=1)
        with gr.Row():
            start = gr.Button(words.hub.open, variant="primary", min_width=120, scale=2)
            stop = gr.Button(words.stop, min_width=80)
    going = gr.HTML(elem_id="pull-goes")

    @explained
    def ask(words: Words, address: str) -> Iterator[tuple[str, Listing | None]]:
        yield from look(words, reader(settings), address)

    def pulled(token: gr.OAuthToken | None, is_over: IsOver, *values: Any) -> Iterator[str]:
        yield from open_run(words, pulls, reader(settings), is_over, *values)

    def table_of(found: Listing | None, name: str) -> str:
        return run_there(words, found, RunFolder(pulls.runs / name)) if found else ""

    gr.on(
        [look_button.click, address.submit], partial(ask, words), address, [going, listing], **IN_LINE, **PRIVATE
    ).then(partial(offer, words, pulls), listing, [table, choice, epochs, trusted, name], queue=False, **PRIVATE)
    [opened] = wire_stream(words, [start.click], [stop.click], pulled, [listing, epochs, trusted, name], going)
    opened.then(table_of, [listing, name], table, queue=False, **PRIVATE)


def _take_part(page: Page, settings: Settings) -> tuple[gr.Radio, gr.Markdown]:
    """The picker of runs, and the place that says what must be done before one can be pushed."""
    words = page.words
    gr.Markdown(words.hub.take_title)
    chosen = gr.Radio([], label=words.run, elem_classes="compact")
    take = gr.Button(words.hub.download, min_width=120)
    archive = gr.DownloadButton(words.hub.download, elem_id="shelf-zip", elem_classes="offstage")
    take.click(partial(packed, words, page.runs, archive.GRADIO_CACHE), chosen, archive, **IN_LINE, **PRIVATE).success(
        js="() => document.querySelector('#shelf-zip a, a#shelf-zip, #shelf-zip').click()"
    )
    with gr.Column(visible=settings.login or not settings.shared):
        target = gr.Textbox(label=words.hub.push_to, placeholder=words.hub.push_hint, max_lines=1)
        private = gr.Checkbox(label=words.hub.private)
        with_training = gr.Checkbox(label=words.hub.with_training)
        if settings.login:
            gr.LoginButton(words.hub.sign_in, words.hub.sign_out).click(js=COME_BACK)
        with gr.Row():
            start = gr.Button(words.hub.push, variant="primary", min_width=120, scale=2)
            stop = gr.Button(words.stop, min_width=80)
    missing = gr.Markdown(elem_classes="hint")
    going = gr.HTML(elem_id="push-goes")

    def pushed(token: gr.OAuthToken | None, is_over: IsOver, *values: Any) -> Iterator[str]:
        yield from push_run(words, settings, page.runs, token, is_over, *values)

    wire_stream(words, [start.click], [stop.click], pushed, [chosen, target, private, with_training], going)
    return chosen, missing
