"""Lets an upload in only where there is room for it, before it is read, and has the temporary folder swept."""

import asyncio
from contextlib import ExitStack

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ..errors import Message, UserError
from ..server import TemporaryFiles
from .words import LANGUAGES, Words, translate

UPLOAD = "/gradio_api/upload"


def guard_uploads(files: TemporaryFiles) -> Middleware:
    """For `launch(app_kwargs={"middleware": …})`."""
    return Middleware(UploadGuard, files=files)


class UploadGuard:
    """An ASGI middleware. A request for anything else passes unchanged; now and then one has the folder swept."""

    def __init__(self, app: ASGIApp, files: TemporaryFiles) -> None:
        self.app, self.files = app, files
        self.sweeps: set[asyncio.Task] = set()  # the loop itself holds a task only weakly

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self.files.is_due():
            task = asyncio.create_task(anyio.to_thread.run_sync(self.files.keep_small))
            self.sweeps.add(task)
            task.add_done_callback(self.sweeps.discard)
        if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].endswith(UPLOAD):
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        size, visitor = headers.get("content-length", ""), visitor_of(scope, headers)
        with ExitStack() as room:
            try:
                await anyio.to_thread.run_sync(lambda: room.enter_context(self.files.admit_upload(visitor, size)))
            except UserError as refusal:
                return await refuse(refusal.message, headers, scope, receive, send)
            await self.app(scope, receive, send)


def visitor_of(scope: Scope, headers: Headers) -> str:
    """The address that the last proxy has seen, or that of the line itself."""
    forwarded = headers.get("x-forwarded-for", "").split(",")[-1].strip()
    return forwarded or (scope["client"] or ("",))[0]


async def refuse(message: Message, headers: Headers, scope: Scope, receive: Receive, send: Send) -> None:
    answer = PlainTextResponse(translate(words_of(headers), message), 413, {"Connection": "close"})
    await answer(scope, receive, send)


def words_of(headers: Headers) -> Words:
    """The language of the page that asks."""
    page = headers.get("referer", "").partition("?")[0].rstrip("/").rpartition("/")[2]
    return LANGUAGES.get(page, LANGUAGES[""])
