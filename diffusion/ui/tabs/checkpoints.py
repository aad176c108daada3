"""The Checkpoints tab: shows the runs on this machine, opens runs from the Hub, downloads a run or pushes it there."""

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from html import escape
from typing import Any

import gradio as gr
from huggingface_hub import HfApi

from ...errors import UserError
from ...hub import PATIENCE, Listing, as_generator, list_epochs, run_with_deadline
from ...refs import HubRef, check_run_name, is_run_name
from ...server import Measurements, Settings, VisitorPulls
from ...store import RunFolder, list_runs, list_unusable
from ..parts.controls import PRIVATE, shows_errors
from ..parts.downloads import wire_run_download
from ..parts.hub_progress import HUB_QUEUE, IsOver, error_html, event_html, login_hint, note, show_events, wire_stream
from ..parts.page import POLL_SECONDS, Page, on_disk
from ..parts.run_picker import TUTORIAL_EPOCHS, name_of
from ..parts.share_links import link_to
from . import measure, push
from .run_tables import list_local_runs, list_remote_epochs, startup_pull_html

# The run that a link names is chosen at first, as the Train tab's link to the measurement needs it.
LINKED_RUN = """(seen, chosen) => [
  seen, chosen, decodeURIComponent(new URLSearchParams(location.search).get("epochs") ?? "").split("/")[0],
]"""  # a run that a link names; a control of its own, as a Radio takes only what it offers


def api_for_reading(settings: Settings) -> HfApi:
    """The Hub's client for pulls: on a shared server without a token, because all visitors see what is pulled."""
    return HfApi(token=False if settings.shared else None)


def list_run(page: Page, api: HfApi, address: str) -> Iterator[tuple[str, Listing | None]]:
    """Asks the Hub what a run holds. Yields HTML about the wait, then the listing."""
    try:
        ref = HubRef.parse((address or "").strip())
        yield note(page.words.hub.asking), None
        events = run_with_deadline(
            as_generator(lambda: list_epochs(api, ref)), 4 * PATIENCE
        )  # list_epochs has its own deadline
        while True:
            try:
                event = next(events)
            except StopIteration as found:
                yield "", found.value
                return
            if html := event_html(page.words.hub, event):
                yield html, None
    except ValueError as mistake:
        yield error_html(page, mistake), None
        raise


def show_listing(page: Page, pulls: VisitorPulls, listing: Listing | None) -> list[Any]:
    """Updates for the table, the column of choices, and in it: epochs, consent to pickles, name."""
    words = page.words
    if listing is None:
        return ["", gr.Column(visible=False), gr.skip(), gr.skip(), gr.skip()]
    name, limits = listing.ref.folder(), pulls.limits
    named = [listing.ref.epoch, *(() if listing.ref.epoch is not None else TUTORIAL_EPOCHS)]
    chosen = [epoch for epoch in named if epoch in listing.epochs] or list(listing.epochs)[-1:]
    info = words.hub.epochs_most.format(epochs=limits.epochs, mb=limits.megabytes) if limits else None
    pickles = any(remote.is_pickle for remote in listing.epochs.values()) and not limits
    return [
        list_remote_epochs(words, listing, RunFolder(pulls.runs / name)),
        gr.Column(visible=True),
        gr.CheckboxGroup(choices=list(listing.epochs), value=chosen, info=info),
        gr.Checkbox(value=False, visible=pickles),
        name,
    ]


def open_run(
    page: Page,
    pulls: VisitorPulls,
    api: HfApi,
    is_over: IsOver,
    listing: Listing | None,
    epochs: list[int],
    trusted: bool,
    name: str,
) -> Iterator[str]:
    """Pulls the chosen epochs; yields HTML about the progress."""
    words = page.words
    if listing is None:
        raise UserError(words.hub.look_first)
    if not epochs:
        raise UserError(words.hub.choose_first)
    check_run_name(name or "")
    if any(listing.epochs[epoch].is_pickle for epoch in epochs):
        if pulls.limits:
            raise UserError(words.hub.no_pickles)
        if not trusted:
            raise UserError(words.hub.trust_first)
    with closing(pulls.pull(api, listing, epochs, name, allow_pickle=trusted)) as events:
        yield from show_events(words.hub, events, is_over)
    if is_over():
        yield note(words.hub.stopped)
        return
    opened = words.hub.opened.format(name=escape(name), epochs=", ".join(map(str, sorted(epochs))))
    yield note(f"{opened} {link_to('watch', name, [max(epochs)], words.hub.watch)}")


def poll_runs(page: Page, pulls: VisitorPulls, seen: Any, chosen: str | None, linked: str = "") -> list[Any]:
    """Updates for the last seen state, the table of runs, the startup pull and the picker, if something changed.

    linked: the run that the address names, chosen where nobody has chosen yet.
    """
    words, now = page.words, (on_disk(pulls.runs), pulls.startup)
    if now == seen:
        return [gr.skip()] * 4
    found = list_runs(pulls.runs)
    wanted = [name for name in (chosen, linked) if name in found]
    name = wanted[0] if wanted else name_of(pulls.runs, page.default_run)
    table = list_local_runs(words, found, HfApi().endpoint, list_unusable(pulls.runs))
    startup = startup_pull_html(words, pulls.startup)
    return [now, table, gr.HTML(startup, visible=bool(startup)), gr.Radio(choices=list(found), value=name)]


def build(page: Page, tab: gr.Tab, pulls: VisitorPulls, measurements: Measurements, settings: Settings) -> None:
    """Lay out the tab inside the enclosing gr.Tab and wire it."""
    words = page.words
    gr.Markdown(words.hub.intro, elem_classes="intro")
    startup = gr.HTML(elem_id="opening-run", visible=False)
    table = gr.HTML(elem_id="runs-here")
    with gr.Column(elem_classes="way"):
        _build_pull(page, pulls, settings)
    with gr.Column(elem_classes="way"):
        gr.Markdown(words.hub.use_title, elem_classes="heading")
        chosen = gr.Radio([], label=words.run, elem_id="run-to-use")
        with gr.Row(equal_height=False, elem_classes="uses"):
            with gr.Column(min_width=280):
                gr.Markdown(words.hub.download_title, elem_classes="heading")
                gr.Markdown(words.hub.download_info, elem_classes="hint")
                wire_run_download(page, gr.Button(words.hub.download, min_width=120), chosen, "run-zip", **HUB_QUEUE)
                measure.build(page, tab, measurements, settings, chosen)
            with gr.Column(min_width=280):
                hint = push.build(page, settings, chosen)
    seen, linked = gr.State(), gr.Textbox("", visible="hidden")
    quick: dict[str, Any] = {"queue": False, **PRIVATE}
    timer = gr.Timer(POLL_SECONDS, active=False)
    poll = partial(poll_runs, page, pulls)

    def hint_for(token: gr.OAuthToken | None) -> str:
        return login_hint(words.hub, settings, token)

    tab.select(lambda: gr.Timer(active=True), outputs=timer, **quick)  # see page.py
    tab.select(hint_for, outputs=hint, **quick)
    gr.on(
        [tab.select, timer.tick], poll, [seen, chosen, linked], [seen, table, startup, chosen], js=LINKED_RUN, **quick
    )


def _build_pull(page: Page, pulls: VisitorPulls, settings: Settings) -> None:
    words, listing = page.words, gr.State(time_to_live=3600)
    gr.Markdown(words.hub.open_title, elem_classes="heading")
    with gr.Row(equal_height=False, elem_classes="beside"):
        address = gr.Textbox(label=words.hub.address, placeholder=words.hub.address_hint, max_lines=1, scale=4)
        look_button = gr.Button(words.hub.look, min_width=150, scale=0)
    table = gr.HTML(elem_id="run-there")
    with gr.Column(visible=False) as choice:
        epochs = gr.CheckboxGroup([], label=words.hub.epochs, elem_classes="compact")
        trusted = gr.Checkbox(label=words.hub.pickles, info=words.hub.pickles_info, visible=False)
        name = gr.Textbox(label=words.hub.name_here, max_lines=1)
        with gr.Row():
            start = gr.Button(words.hub.open, variant="primary", min_width=120, scale=2)
            stop = gr.Button(words.stop, min_width=80)
    progress = gr.HTML(elem_id="pull-goes")

    @shows_errors
    def ask(page: Page, address: str) -> Iterator[tuple[str, Listing | None]]:
        yield from list_run(page, api_for_reading(settings), address)

    def pull(token: gr.OAuthToken | None, is_over: IsOver, *values: Any) -> Iterator[str]:
        yield from open_run(page, pulls, api_for_reading(settings), is_over, *values)

    def table_of(found: Listing | None, name: str) -> str:
        here = RunFolder(pulls.runs / name) if is_run_name(name or "") else None
        return list_remote_epochs(words, found, here) if found else ""

    gr.on(
        [look_button.click, address.submit], partial(ask, page), address, [progress, listing], **HUB_QUEUE, **PRIVATE
    ).then(partial(show_listing, page, pulls), listing, [table, choice, epochs, trusted, name], queue=False, **PRIVATE)
    [opened] = wire_stream(page, [start.click], [stop.click], pull, [listing, epochs, trusted, name], progress)
    opened.then(table_of, [listing, name], table, queue=False, **PRIVATE)
