"""Places in Gradio's queue: for visitors who listen, and a bounded number for each.

Gradio computes an event to its end, and keeps its messages, whether or not anybody has ever opened the stream that
brings them. So every `Patience.check` seconds those who do not listen lose their places. This file alone, with
`sessions.py`, uses what Gradio keeps to itself; tests/ui/test_visitors.py fails where that changes. Everything here
runs on the server's event loop.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from gradio.data_classes import PredictBodyInternal
from gradio.queueing import Event
from gradio.routes import App
from gradio.server_messages import ProcessCompletedMessage

from .callers import KEY, Caller, Patience
from .sessions import Sessions

MAX_WALKS = 2  # of one page, computing or waiting; a third ends the oldest
MAX_CALLS = 8  # of one program, computing or waiting; more are told that the queue is full
WALKS, CALLS = "sampling", "api"  # lines of the queue, Gradio's concurrency_id
FULL = "Queue is full."  # as Gradio says it, which its clients know


@dataclass
class Visit:
    """A session that has something in the queue, or listens."""

    patience: float
    streams: int = 0
    silent_since: float = 0.0


class Places:
    """Stands before `Queue.push`, and clears away what nobody listens to."""

    def __init__(self, app: App, patience: Patience) -> None:
        self.app, self.patience = app, patience
        self.queue = app.get_blocks()._queue
        self.visits: dict[str, Visit] = {}
        self.pages: Counter[str] = Counter()  # heartbeats of open pages, by session
        self.sweeping: asyncio.Task | None = None
        self._push = self.queue.push
        setattr(self.queue, "push", self.push)  # noqa: B010 (a type checker takes a method for no attribute)
        Sessions(app, self.is_open)

    # ---- who is there ----

    def is_open(self, session: str) -> bool:
        """Whether a page, or the stream of a program, is connected."""
        return session in self.pages or bool((visit := self.visits.get(session)) and visit.streams)

    @contextmanager
    def page(self, session: str) -> Iterator[None]:
        """While the heartbeat of a page is connected."""
        self.pages[session] += 1
        try:
            yield
        finally:
            self.pages[session] -= 1
            if not self.pages[session]:
                del self.pages[session]

    @contextmanager
    def stream(self, session: str) -> Iterator[None]:
        """While a stream of messages is connected; who listens is served before those who do not."""
        visit = self.visits.setdefault(session, Visit(self.patience.listen))
        visit.streams += 1
        for event in self.events(session):
            caller(event).arrive()
            self.queue.event_queue_per_concurrency_id[event.concurrency_id].queue.sort(key=self.is_silent)
        try:
            yield
        finally:
            visit.streams -= 1
            visit.silent_since = time.monotonic() - visit.patience  # who has left is not waited for
            self._sweep_soon()

    def session_of(self, event_id: str) -> str:
        """Of an event that is asked for by its number; a finished one of a program without a session is its own."""
        event = self.queue.event_ids_to_events.get(event_id)
        return event.session_hash if event else event_id

    # ---- what is in the queue ----

    def events(self, session: str | None = None) -> list[Event]:
        """Computing and waiting, in their order; of one session, or all."""
        found = list(self.queue.event_ids_to_events.values())
        return [event for event in found if session is None or event.session_hash == session]

    def is_waiting(self, event: Event) -> bool:
        return event in self.queue.event_queue_per_concurrency_id[event.concurrency_id].queue

    def is_silent(self, event: Event) -> bool:
        visit = self.visits.get(event.session_hash)
        return not (visit and visit.streams)

    # ---- coming ----

    async def push(self, body: PredictBodyInternal, request: Request, username: str | None) -> tuple[bool, Any, Any]:
        """In place of Gradio's, which it calls once there is room for this visitor."""
        session, has_page = body.session_hash, body.session_hash is not None
        if session is not None and not self._make_place(session, body.fn_index):
            return False, FULL, "queue_full"
        if self.queue.max_size is not None and len(self.queue) >= self.queue.max_size:
            self._displace()
        answer = success, event_id, _ = await self._push(body, request, username)
        if not success:
            return answer
        session = session or str(event_id)
        visit = self.visits.setdefault(session, Visit(self.patience.listen if has_page else self.patience.fetch))
        visit.silent_since = time.monotonic()
        request.scope[KEY] = found = Caller(has_page, lambda: self._unread(session))
        if visit.streams:
            found.arrive()
        self._sweep_soon()
        return answer

    def _make_place(self, session: str, fn_index: int | None) -> bool:
        """A new event takes the place of the page's older one; False where a program has too many already."""
        fn = self.app.get_blocks().fns.get(-1 if fn_index is None else fn_index)
        if fn is None:
            return True
        line = [event for event in self.events(session) if event.concurrency_id == fn.concurrency_id]
        if fn.concurrency_id == CALLS:
            return len(line) < MAX_CALLS
        for event in [event for event in line if event.fn == fn and self.is_waiting(event)]:
            self._remove(event)
            line.remove(event)
        if fn.concurrency_id == WALKS and len(line) >= MAX_WALKS:
            oldest = line[0]
            if self.is_waiting(oldest):
                self._remove(oldest)
            else:
                caller(oldest).leave()  # its generator says that it ended, and ends
        return True

    def _displace(self) -> None:
        """Removes the oldest waiting event without a listener, of the address that has most of them."""
        waiting = [event for event in self.events() if self.is_silent(event) and self.is_waiting(event)]
        silent = Counter(address(event.request) for event in waiting)
        if waiting:
            self._remove(max(waiting, key=lambda event: silent[address(event.request)]), error=FULL)

    def _remove(self, event: Event, error: str = "") -> None:
        """Takes a waiting event from the queue; its page is told why, or that it is complete and nothing changed."""
        self.queue.event_queue_per_concurrency_id[event.concurrency_id].queue.remove(event)
        self.queue.event_ids_to_events.pop(event._id, None)
        caller(event).leave()
        nothing = {"data": [{"__type__": "update"} for _ in event.fn.outputs], "is_generating": False}
        output: dict[str, Any] = {"error": error} if error else nothing
        if event.session_hash in self.queue.pending_messages_per_session:
            self.queue.send_message(event, ProcessCompletedMessage(output=output, success=not error))

    def _unread(self, session: str) -> int:
        messages = self.queue.pending_messages_per_session.get(session)
        return messages.qsize() if messages else 0

    # ---- leaving ----

    def _sweep_soon(self) -> None:
        if self.sweeping is None or self.sweeping.done():
            self.sweeping = asyncio.get_running_loop().create_task(self._sweep())

    async def _sweep(self) -> None:
        """Drops those who do not listen, until nobody has a place any more."""
        while self.visits:
            for session, visit in list(self.visits.items()):
                if not visit.streams and time.monotonic() - visit.silent_since >= visit.patience:
                    await self._drop(session)
            await asyncio.sleep(self.patience.check)

    async def _drop(self, session: str) -> None:
        for event in self.events(session):
            caller(event).leave()
        await self.queue.clean_events(session_hash=session)
        if not self.events(session) and not self.visits[session].streams:  # one that computes ends at its next step
            self.queue.pending_messages_per_session.pop(session, None)
            self.queue.pending_event_ids_session.pop(session, None)
            del self.visits[session]


def caller(event: Event) -> Caller:
    return event.request.scope.get(KEY) or Caller()


def address(request: Request) -> str:
    return request.client.host if request.client else ""
