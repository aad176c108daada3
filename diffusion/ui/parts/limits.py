"""How many programs compute at once, and how they get errors."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import gradio as gr

from ...errors import UserError
from ..visitors.callers import Caller, caller_of
from ..words import ENGLISH, translate

GONE = "nobody waits for this answer any more"
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
    def enter(self, caller: Caller | None = None) -> Iterator[None]:
        if not self.admitted.acquire(blocking=False):
            raise UserError(BUSY)
        try:
            while not self.computing.acquire(timeout=0.2):
                check_presence(caller or Caller())
            try:
                yield
            finally:
                self.computing.release()
        finally:
            self.admitted.release()


def check_presence(caller: Caller) -> None:
    """Call it between two steps: a UserError where nobody waits for the answer."""
    if caller.is_gone():
        raise UserError(GONE)


def limit_calls(endpoint: Callable[..., Any], limit: ConcurrencyLimit) -> Callable[..., Any]:
    """The endpoint within a limit. A UserError becomes a sentence for programs; unexpected.py sees to all else.

    endpoint: its last argument is the request.
    """

    @wraps(endpoint)
    def wrapper(*arguments: Any) -> Any:
        try:
            with limit.enter(caller_of(arguments[-1])):
                return endpoint(*arguments)
        except UserError as error:
            raise gr.Error(translate(ENGLISH, error.message), print_exception=False) from error

    return wrapper
