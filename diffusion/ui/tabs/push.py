"""The part of the Checkpoints tab that publishes a run on the Hub, after a second click.

A push that one click could start might be started by a page of another site, or in the wrong account. So the first
click only asks, and what was asked, not what the fields say by then, is what the second click publishes.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
from huggingface_hub import HfApi

from ...errors import UserError
from ...hub import Pushed, PushNote, check_push, find_account, run_to_end
from ...refs import HubRef
from ...runs import publish_run
from ...server import Settings
from ...store import RunFolder, list_runs
from ..parts.controls import PRIVATE, shows_errors
from ..parts.hub_progress import HUB_QUEUE, IsOver, error_html, login_hint, note, show_events, wire_stream
from ..parts.page import Page
from ..words import translate

# Signing in leaves the page; Gradio comes back to its address with the first parameter only.
RETURN_TO_TAB = "() => history.replaceState(history.state, '', `${location.pathname}?tab=checkpoints`)"


def ask_push(
    page: Page,
    settings: Settings,
    token: gr.OAuthToken | None,
    name: str | None,
    target: str,
    private: bool,
    with_training: bool,
) -> str:
    """The question before a push, as HTML: which run goes to which repository, and who publishes it."""
    hub = page.words.hub
    run, ref, api = find_push(page, settings, token, name, target)
    check_push(run, ref)
    account = run_to_end(find_account(api))
    return hub.push_ask.format(
        run=escape(run.path.name),
        account=escape(account),
        ref=escape(str(ref)),
        visible=hub.push_private if private else hub.push_public,
    )


def find_push(
    page: Page, settings: Settings, token: gr.OAuthToken | None, name: str | None, target: str
) -> tuple[RunFolder, HubRef, HfApi]:
    """The run, the repository and the account of a push; UserError where one of them is missing."""
    words = page.words
    if hint := login_hint(words.hub, settings, token):
        raise UserError(hint)
    run = list_runs(page.runs).get(name or "")
    if run is None:
        raise UserError(words.hub.choose_run)
    ref = HubRef.parse(f"hf://{(target or '').strip().removeprefix('hf://')}")
    return run, ref, HfApi(token=token.token if token else None)


def push_run(
    page: Page,
    settings: Settings,
    token: gr.OAuthToken | None,
    is_over: IsOver,
    name: str | None,
    target: str,
    private: bool,
    with_training: bool,
) -> Iterator[str]:
    """Pushes a run to the account of the token; yields HTML about the progress. The token is not kept."""
    words = page.words
    run, ref, api = find_push(page, settings, token, name, target)
    with (
        push_source(run, settings, with_training) as source,
        closing(publish_run(api, source, ref, private=private, with_training=with_training)) as events,
    ):
        notes = ""
        for event in show_events(words.hub, events, is_over):
            if isinstance(event, PushNote):
                notes += note(escape(translate(words, event.message)), "problem")
                continue
            if isinstance(event, Pushed):
                url = escape(event.url)
                link = f'<a href="{url}" target="_blank" rel="noopener">{url}</a>'
                form = words.hub.pushed if event.files else words.hub.pushed_already
                yield note(form.format(files=len(event.files), link=link)) + notes
                return
            yield event
    yield note(words.hub.push_stopped)


@contextmanager
def push_source(run: RunFolder, settings: Settings, with_training: bool) -> Iterator[RunFolder]:
    """The run; on a shared server a copy of it, because a push writes hub.json and the folder belongs to all."""
    if not settings.shared:
        yield run
        return
    left_out = None if with_training else shutil.ignore_patterns("training")
    with tempfile.TemporaryDirectory() as folder:
        yield RunFolder(shutil.copytree(run.path, Path(folder) / run.path.name, ignore=left_out))


def build(page: Page, settings: Settings, chosen: gr.Radio) -> gr.Markdown:
    """Lays out the part and wires it; returns the line that says what a visitor must do before a push."""
    words = page.words
    gr.Markdown(words.hub.push_title, elem_classes="heading")
    with gr.Column(visible=settings.login or not settings.shared):
        target = gr.Textbox(label=words.hub.push_to, placeholder=words.hub.push_hint, max_lines=1)
        private = gr.Checkbox(label=words.hub.private)
        with_training = gr.Checkbox(label=words.hub.with_training)
        if settings.login:
            gr.LoginButton(words.hub.sign_in, words.hub.sign_out).click(js=RETURN_TO_TAB)
        with gr.Row():
            ask = gr.Button(words.hub.push, variant="primary", min_width=120, scale=2)
            stop = gr.Button(words.stop, min_width=80)
        with gr.Column(visible=False) as question:
            asked = gr.HTML(elem_id="push-asks")
            with gr.Row():
                yes = gr.Button(words.hub.push_yes, variant="primary", min_width=120, scale=2)
                no = gr.Button(words.hub.push_no, min_width=80)
    hint = gr.Markdown(elem_classes="hint")
    progress = gr.HTML(elem_id="push-goes")
    confirmed = gr.State(time_to_live=3600)

    @shows_errors
    def ask_first(page: Page, token: gr.OAuthToken | None, *values: Any) -> Iterator[list[Any]]:
        try:
            yield [gr.Column(visible=False), "", note(words.hub.asking), None]
            text = ask_push(page, settings, token, *values)
            yield [gr.Column(visible=True), note(text), "", values]
        except ValueError as mistake:
            yield [gr.Column(visible=False), "", error_html(page, mistake), None]
            raise

    def ask_for(token: gr.OAuthToken | None, *values: Any) -> Iterator[list[Any]]:
        yield from ask_first(page, token, *values)

    def push(token: gr.OAuthToken | None, is_over: IsOver, values: tuple | None) -> Iterator[str]:
        if values is None:
            raise UserError(words.hub.push_first)
        yield from push_run(page, settings, token, is_over, *values)

    outputs = [question, asked, progress, confirmed]
    ask.click(ask_for, [chosen, target, private, with_training], outputs, **HUB_QUEUE, **PRIVATE)
    wire_stream(page, [yes.click], [stop.click], push, [confirmed], progress)
    gr.on([yes.click, no.click], lambda: gr.Column(visible=False), outputs=question, queue=False, **PRIVATE)
    return hint
