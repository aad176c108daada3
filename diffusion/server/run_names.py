"""The names of runs that trainings and pulls of this server have taken, though their folders may not be there yet."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import Message, UserError


class RunNames:
    """Each name is taken by one at a time, from the moment it is asked for until its run is over."""

    def __init__(self) -> None:
        self._taken: dict[str, Message] = {}
        self._lock = threading.Lock()

    def take(self, name: str, reason: Message) -> None:
        """reason: what the next one who asks for the name is told, as a UserError."""
        with self._lock:
            if name in self._taken:
                raise UserError(self._taken[name])
            self._taken[name] = reason

    def release(self, name: str) -> None:
        with self._lock:
            self._taken.pop(name, None)

    @contextmanager
    def hold(self, name: str, reason: Message) -> Iterator[None]:
        """Takes the name for the block."""
        self.take(name, reason)
        try:
            yield
        finally:
            self.release(name)
