"""Whatever raises in a handler reaches a visitor or a program as a sentence, and the log has the reason."""

import errno
import logging
import re
import shutil
from pathlib import Path

import gradio as gr
import pytest
from gradio.route_utils import FnIndexInferError
from gradio.state_holder import SessionState
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient
from support.coroutines import wait_for
from support.page import page_of
from support.runs import make_run

from diffusion.errors import UserError, explain
from diffusion.server.settings import Settings
from diffusion.ui.app import build
from diffusion.ui.parts.hub_progress import wire_stream
from diffusion.ui.parts.unexpected import answer_exception
from diffusion.ui.tabs.learn import answering
from diffusion.ui.words import CHINESE, ENGLISH

ODD = (None, {}, [[]], "x" * 300, -1, 10**400, {"path": "/etc/passwd"}, True)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    runs = tmp_path_factory.mktemp("runs")
    make_run(runs / "tiny", epochs=(0, 4), width=8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OAUTH_CLIENT_ID", "none")  # the part that asks for a login too
        return build(runs, Path("assets"), Settings(), "tiny")


@pytest.fixture
def failing(app, monkeypatch):
    """Calls an event whose handler raises."""

    def call(fn, error, values=()):
        async def raising(*_, **__):
            raise error

        async def as_they_are(*_, **__):
            return []

        monkeypatch.setattr(gr.Blocks, "call_function", raising)
        monkeypatch.setattr(gr.Blocks, "preprocess_data", as_they_are)
        with pytest.raises(gr.Error) as caught:
            wait_for(app.process_api(fn, list(values)))
        return caught.value

    return call


def test_no_event_of_the_app_forgets_it(app, failing, caplog):
    """All of them, of both pages and of the API: Gradio would answer {"error": null}."""
    events = [fn for fn in app.fns.values() if fn.fn is not None]
    assert len(events) > 80 and {fn.page for fn in events} == {"", "zh"}
    for fn in events:
        caplog.clear()
        toast = failing(fn, ZeroDivisionError("a secret of the server"))
        pattern = "编号 ([0-9a-f]{4})" if fn.page == "zh" else "went wrong on the server .number ([0-9a-f]{4})"
        number = re.search(pattern, toast.message)[1]
        assert "secret" not in toast.message
        [record] = caplog.records
        assert record.levelno == logging.ERROR and number in record.getMessage()
        assert record.exc_info and "secret" in str(record.exc_info[1])


@pytest.mark.parametrize(
    "error,sentence",
    [
        (UserError("{run} has no epochs", run="mine"), "mine has no epochs"),
        (
            OSError(errno.ENOSPC, "No space left on device", "/srv/secret"),
            "could not do that: the disk is full (number",
        ),
        (PermissionError(errno.EACCES, "Permission denied", "/srv/secret"), "the folder is read-only (number"),
        (OSError(errno.EDQUOT, "x"), "no more room for this user"),
        (OSError(errno.EFBIG, "File too large", "/srv/secret"), "larger than is allowed here"),
        (MemoryError(), "not enough memory"),
        (ValueError("invalid literal"), "something went wrong on the server"),
        (gr.Error("as it is"), "as it is"),
    ],
)
def test_the_true_reason_is_said_where_there_is_one(app, failing, error, sentence):
    event = next(fn for fn in app.fns.values() if fn.fn and not fn.page)
    toast = failing(event, error)
    assert sentence in toast.message and "secret" not in toast.message and "/srv" not in toast.message


def test_what_a_program_sends_wrongly_is_answered_with_a_sentence(app):
    """Every event with odd values for every control, and with too few."""
    events = [fn for fn in app.fns.values() if fn.fn and fn.inputs]
    session = SessionState(app)

    async def send(fn, values):
        try:
            await app.preprocess_data(fn, values, session)
        except gr.Error as toast:
            assert toast.message in (ENGLISH.unreadable, CHINESE.unreadable)  # not what a control says of it

    async def send_all():
        for number, fn in enumerate(events):
            for odd in (ODD[number % len(ODD)], ODD[(number + 3) % len(ODD)]):
                await send(fn, [odd] * len(fn.inputs))
            await send(fn, [])

    wait_for(send_all())


def test_an_event_of_the_browser_alone_is_not_there_for_programs(app):
    event = next(fn for fn in app.fns.values() if fn.fn is None and fn.page == "zh")
    with pytest.raises(gr.Error) as caught:
        wait_for(app.process_api(event, []))
    assert caught.value.message == CHINESE.no_such_event


@pytest.mark.parametrize(
    "path,error,status,sentence",
    [
        ("/upload", OSError(errno.ENOSPC, "No space left on device", "/srv/secret"), 500, "the disk is full"),
        ("/upload", KeyError("/srv/secret"), 500, "went wrong on the server (number"),
        ("/gradio_api/queue/join", KeyError(99999), 404, ENGLISH.no_such_event),
        ("/gradio_api/run/nothing", FnIndexInferError("secret"), 404, ENGLISH.no_such_event),
        ("/gradio_api/call/v2/generate_sprites", TypeError("secret"), 400, ENGLISH.unreadable),
        ("/gradio_api/upload", TypeError("secret"), 400, ENGLISH.unreadable),
    ],
)
def test_what_is_raised_outside_of_all_events_has_a_sentence_too(path, error, status, sentence):
    async def wrong(_):
        raise error

    app = Starlette(routes=[Route(path, wrong)], exception_handlers={Exception: answer_exception})
    answer = TestClient(app, raise_server_exceptions=False).get(path)
    assert answer.status_code == status and sentence in answer.json()["error"] and "secret" not in answer.text


def test_an_error_of_copying_a_folder_names_no_path():
    error = shutil.Error([("/srv/a", "/tmp/a", "[Errno 28] No space left on device: '/tmp/a'")] * 2)
    assert "No space left on device" in str(explain(error)) and "/tmp" not in str(explain(error))


def test_the_lessons_own_calls_say_it_as_well():
    def wrong(_):
        raise ZeroDivisionError

    assert "编号" in answering(CHINESE, wrong)({})["mistake"]


def test_a_stream_leaves_the_sentence_on_the_page():
    """Beside the toast, which goes away: the bar would stand still for ever."""
    with gr.Blocks() as app:
        button, html = gr.Button(), gr.HTML()

        def handler(token, is_over):
            yield "<p>half</p>"
            raise ZeroDivisionError

        wire_stream(page_of(), [button.click], [], handler, [], html)
    stream = next(fn.fn for fn in app.fns.values() if getattr(fn.fn, "__name__", "") == "start_stream")
    seen = []
    with pytest.raises(gr.Error, match="went wrong") as caught:
        for shown in stream(gr.Request(session_hash="me"), None, 0):
            seen.append(shown)
    assert len(seen) == 2 and caught.value.message in seen[1]
