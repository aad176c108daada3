"""How many programs compute at once, and how they get errors."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import gradio as gr

from ...errors import UserError, message_of
from ..words import ENGLISH, translate

BUSY = "the server is busy; try again in a minute"
AT_ONCE, MAX_WAITING = 2, 8  # calls that compute, and that wait to


class ConcurrencyLimit:
    """Lets `at_once` calls compute and `waiting` calls wait, and refuses the others.

    Calls of the MCP server do not pass through Gradio's queue.
    """

    def __init__(self, at_once: int = AT_ONCE, waiting: int = MAX_WAITING) -> None:
        self.computing = threading.BoundedSemaphore(at_once)
        self.admitted = threading.BoundedSemaphore(at_once + waiting)

    @contextmanager
    def enter(self) -> Iterator[None]:
        if not self.admitted.acquire(blocking=False):
            raise UserError(BUSY)
        try:
            with self.computing:
                yield
        finally:
            self.admitted.release()


def limit_calls(endpoint: Callable[..., Any], limit: ConcurrencyLimit) -> Callable[..., Any]:
    """The endpoint within a limit. A ValueError becomes a sentence for programs; any other exception stays a bug."""

    @wraps(endpoint)
    def wrapper(*arguments: Any) -> Any:
        try:
            with limit.enter():
                return endpoint(*arguments)
        except ValueError as error:
            raise gr.Error(translate(ENGLISH, message_of(error)), print_exception=False) from error

    return wrapper
