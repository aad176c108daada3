"""Lets an upload in only where there is room for it, before it is read, and has the temporary folder swept."""

import asyncio
from contextlib import ExitStack
from http import HTTPStatus

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import UserError
from ..server import TemporaryFiles
from .guard import Refusal, answer, is_upload, route_path, words_of
from .words import translate


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
        if scope["type"] != "http" or scope["method"] != "POST" or not is_upload(path := route_path(scope)):
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        size, visitor = headers.get("content-length", ""), visitor_of(scope, headers)
        with ExitStack() as room:
            try:
                await anyio.to_thread.run_sync(lambda: room.enter_context(self.files.admit_upload(visitor, size)))
            except UserError as mistake:
                refusal = Refusal(413, translate(words_of(headers), mistake.message))
                return await answer(scope, receive, send, refusal, path)
            await self._let_in(scope, receive, send, path)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send, path: str) -> None:
        """An upload of which no byte comes any more is over: its room is for others."""

        async def receive_in_time() -> Message:
            try:
                async with asyncio.timeout(self.files.limits.cut_off):
                    return await receive()
            except TimeoutError:
                return {"type": "http.disconnect"}

        try:
            await self.app(scope, receive_in_time, send)
        except ClientDisconnect:
            cut_off = Refusal(408, HTTPStatus.REQUEST_TIMEOUT.phrase)  # in most cases nobody reads it
            await answer(scope, receive_in_time, send, cut_off, path)


def visitor_of(scope: Scope, headers: Headers) -> str:
    """The address that the last proxy has seen, or that of the line itself."""
    forwarded = headers.get("x-forwarded-for", "").split(",")[-1].strip()
    return forwarded or (scope["client"] or ("",))[0]
