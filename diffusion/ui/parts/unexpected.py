"""Every error on its way to a browser or a program becomes a sentence: its own, or one with a number for the log.

Gradio answers {"error": null} to every exception but gr.Error. All events and endpoints pass through `SafeBlocks`, so
no handler can forget it; an exception outside of them, such as in the upload of a file, reaches `answer_exception`.
"""

from html import escape
from typing import Any

import gradio as gr
from gradio.route_utils import FnIndexInferError
from starlette.requests import Request as WebRequest
from starlette.responses import JSONResponse

from ...errors import explain
from ..words import ENGLISH, LANGUAGES, Words, translate

SECONDS_SHOWN = 8
READ = ("/call/v2/", "/upload")  # where Gradio meets arguments that are not there, and a form without a file
CALLS = ("/queue/join", "/run/", "/api/", "/call/", "/component_server")  # addresses that name an event


def to_toast(words: Words, error: Exception) -> gr.Error:
    """The error as a toast in these words. A gr.Error stays what it is; what is no UserError goes into the log.

    Gradio shows a toast as HTML: what a message quotes, such as a name in a stranger's file, stays text.
    """
    if isinstance(error, gr.Error):
        return error
    said = escape(translate(words, explain(error)), quote=False)
    return gr.Error(said, duration=SECONDS_SHOWN, print_exception=False)


class SafeBlocks(gr.Blocks):
    """A Gradio app in which every exception of an event is shown in the words of the event's page."""

    async def process_api(self, block_fn: Any, *arguments: Any, **named: Any) -> dict[str, Any]:
        if getattr(block_fn, "fn", True) is None:  # an event of the browser alone
            raise gr.Error(self._words_of(block_fn).no_such_event, SECONDS_SHOWN, print_exception=False)
        try:
            return await super().process_api(block_fn, *arguments, **named)
        except Exception as error:
            raise to_toast(self._words_of(block_fn), error) from error

    async def preprocess_data(self, block_fn: Any, *arguments: Any, **named: Any) -> list[Any]:
        """What the browser sent, as its controls read it: what they cannot read is the sender's mistake.

        A control's own sentence is English, and repeats what was sent, however long, as HTML.
        """
        try:
            return await super().preprocess_data(block_fn, *arguments, **named)
        except Exception as error:
            words = self._words_of(block_fn)
            cause = error.__cause__  # Gradio puts an exception of its own around that of a control
            if isinstance(cause, OSError | MemoryError):
                raise to_toast(words, cause) from error
            if isinstance(error, OSError | MemoryError):
                raise to_toast(words, error) from error
            raise gr.Error(words.unreadable, SECONDS_SHOWN, print_exception=False) from error

    def _words_of(self, block_fn: Any) -> Words:
        block_fn = self.fns.get(block_fn) if isinstance(block_fn, int) else block_fn
        return LANGUAGES.get(getattr(block_fn, "page", ""), ENGLISH)


async def answer_exception(request: WebRequest, error: Exception) -> JSONResponse:
    """For `launch(app_kwargs={"exception_handlers": {Exception: …}})`: what is raised outside of all events."""
    status, words = 500, ENGLISH
    if any(way in request.url.path for way in CALLS) and isinstance(error, KeyError | FnIndexInferError):
        status, message = 404, words.no_such_event
    elif isinstance(error, TypeError) and any(way in request.url.path for way in READ):
        status, message = 400, words.unreadable
    else:
        message = translate(words, explain(error))
    return JSONResponse({"error": message, "detail": message}, status_code=status)
