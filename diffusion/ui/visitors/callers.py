"""Who asked for what is computed: whether somebody listens to the answer, and how much of it waits to be read.

The server's event loop decides (`places.py`, `middleware.py`); the threads that compute ask.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

KEY = "sprites.caller"  # in the ASGI scope of a request that asks for something
MAX_SECONDS = 60.0  # of waiting for a decision; the server takes fewer
MAX_UNREAD = 8  # messages; a frame of 32 sprites has 100 KB, and 8 frames are a quarter of a second


@dataclass(frozen=True)
class Patience:
    """Seconds that the server waits for those who do not do their part."""

    listen: float = 5.0  # from asking to listening; a page does it at once
    fetch: float = 30.0  # the same for a program that fetches the answer with a second request, perhaps by hand
    read: float = 15.0  # for the next message to be taken by a listener who does not read
    check: float = 0.5  # between two looks at who is there


@dataclass(frozen=True, eq=False)
class Caller:
    """One call. Without a server nobody can leave, so a new Caller is there until it is told otherwise.

    is_pending: nobody listens yet; the computing thread waits until that is decided.
    unread: the number of messages that the listener has not read.
    """

    is_pending: bool = False
    unread: Callable[[], int] = lambda: 0
    _decided: threading.Event = field(default_factory=threading.Event)
    _gone: threading.Event = field(default_factory=threading.Event)

    def is_gone(self) -> bool:
        """Whether nobody listens any more. Waits for the first listener, at most as long as the server does."""
        if self.is_pending:
            self._decided.wait(MAX_SECONDS)
        return self._gone.is_set()

    def is_behind(self) -> bool:
        """Whether the listener has so much to read that more would only be kept for later."""
        return self.unread() > MAX_UNREAD

    def arrive(self) -> None:
        """Somebody listens."""
        self._decided.set()

    def leave(self) -> None:
        """Nobody listens any more, or the answer is not wanted."""
        self._gone.set()
        self._decided.set()


def caller_of(request: Any) -> Caller:
    """The caller behind a gr.Request or a Starlette request; one who stays where there is no server."""
    inner = getattr(request, "request", None) or request
    return getattr(inner, "scope", {}).get(KEY) or Caller()
