"""Notices who listens: an ASGI middleware around the whole app.

It knows the pages and streams that are connected, ends a stream that is not read, and tells a call without the queue
(of MCP, or a plain POST) when its caller has left.
"""

import asyncio
import re
from contextlib import AbstractContextManager, nullcontext
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .callers import KEY, Caller, Patience
from .places import Places

CALL = re.compile(r"/gradio_api/call/(v2/)?[^/]+/[^/]+/?$")  # a program fetches the answer to an earlier request


class VisitorMiddleware:
    def __init__(self, app: ASGIApp, patience: Patience) -> None:
        self.app, self.patience = app, patience
        self.places: Places | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.places is None:  # with the first message, before the first request
            self.places = Places(scope["app"], self.patience)
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["method"] == "POST":
            await self._call(scope, receive, send)
        elif session := stream_of(self.places, scope):
            with self.places.stream(session):
                await self._stream(scope, receive, send)
        else:
            with page_of(self.places, scope):
                await self.app(scope, receive, send)

    async def _call(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A request that may compute. Once it has been read, nothing but its end can come from the caller."""
        scope[KEY] = caller = Caller()
        watching: asyncio.Task | None = None

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            caller.leave()

        async def receive_and_watch() -> Message:
            nonlocal watching
            message = await receive()
            if watching is None and message["type"] == "http.request" and not message.get("more_body"):
                watching = asyncio.create_task(watch())
            return message

        try:
            await self.app(scope, receive_and_watch, send)
        finally:
            if watching:
                watching.cancel()

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A stream of messages. One that is not read for `patience.read` seconds is as good as closed."""
        over = asyncio.Event()

        async def send_in_time(message: Message) -> None:
            if over.is_set():
                return
            try:
                async with asyncio.timeout(self.patience.read):
                    await send(message)
            except TimeoutError:
                over.set()

        async def listen() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            over.set()

        async def receive_end() -> Message:
            if not over.is_set():
                await over.wait()
            return {"type": "http.disconnect"}

        listening = asyncio.create_task(listen())
        try:
            await self.app(scope, receive_end, send_in_time)
        except Exception as error:
            # Gradio tells the listener that there is no such session, and raises it; it does so for who has left, too.
            if not over.is_set() and not isinstance(error.__cause__, HTTPException):
                raise
            await send_in_time({"type": "http.response.body", "body": b""})
        finally:
            listening.cancel()


def stream_of(places: Places, scope: Scope) -> str:
    """The session whose messages a request wants; empty for any other request."""
    parts = scope["path"].rstrip("/").split("/")
    if parts[-2:] == ["queue", "data"]:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        return query.get("session_hash", [""])[0]
    return places.session_of(parts[-1]) if CALL.search(scope["path"]) else ""


def page_of(places: Places, scope: Scope) -> AbstractContextManager:
    """Entered while a page's heartbeat is connected; nothing for any other request."""
    before, _, session = scope["path"].rpartition("/")
    return places.page(session) if before.endswith("/heartbeat") else nullcontext()


def visitors(patience: Patience | None = None) -> Middleware:
    """For `launch(app_kwargs={"middleware": …})`."""
    return Middleware(VisitorMiddleware, patience=patience or Patience())
