"""How many programs are answered at once, and how their mistakes are said."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import gradio as gr

from ...errors import UserError

BUSY = "the server is busy; try again in a minute"
AT_ONCE, MAX_WAITING = 2, 8  # calls that compute, and that wait to


class ConcurrencyLimit:
    """So many calls at a time, so many before the door, and to the others it is closed.

    Calls of the MCP server do not pass through Gradio's queue.
    """

    def __init__(self, at_once: int = AT_ONCE, waiting: int = MAX_WAITING) -> None:
        self.inside = threading.BoundedSemaphore(at_once)
        self.before = threading.BoundedSemaphore(at_once + waiting)

    @contextmanager
    def entered(self) -> Iterator[None]:
        if not self.before.acquire(blocking=False):
            raise UserError(BUSY)
        try:
            with self.inside:
                yield
        finally:
            self.before.release()


def answered(endpoint: Callable[..., Any], door: ConcurrencyLimit) -> Callable[..., Any]:
    """One after the other, and with a mistake said in a sentence; any other exception stays a bug."""

    @wraps(endpoint)
    def wrapper(*arguments: Any) -> Any:
        try:
            with door.entered():
                return endpoint(*arguments)
        except ValueError as mistake:
            raise gr.Error(str(mistake), print_exception=False) from mistake

    return wrapper
