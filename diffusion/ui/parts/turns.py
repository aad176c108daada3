"""Which generation of a browser is the current one, and whether somebody still watches it."""

import itertools
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from ..visitors.callers import Caller, caller_of


@dataclass(frozen=True)
class Audience:
    """Who watches a generation; without turns and a caller, somebody who watches it to the end."""

    turns: "GenerationTurns | None" = None
    browser: str | None = None
    turn: int = 0
    caller: Caller = field(default_factory=Caller)

    def is_over(self) -> bool:
        """Whether the generation has been replaced or stopped, or nobody watches it. It may wait for a watcher."""
        return bool(self.turns and self.turns.is_over(self.browser, self.turn)) or self.caller.is_gone()

    def is_behind(self) -> bool:
        """Whether frames are made faster than they are read."""
        return self.caller.is_behind()


class GenerationTurns:
    """A new Generate, or Stop, takes the next turn; what runs of an older turn ends at its next step.

    A number is used once. Where more browsers came than are remembered, the oldest is forgotten: its generation goes
    on, and its next Stop is a newer turn all the same. So what others send cannot end a generation.
    """

    def __init__(self, max_browsers: int = 1000) -> None:
        self.max_browsers = max_browsers
        self.newest: OrderedDict[str | None, int] = OrderedDict()
        self.numbers, self.lock = itertools.count(1), threading.Lock()

    def next(self, browser: str | None) -> int:
        turn = self.take()
        self.begin(browser, turn)
        return turn

    def take(self) -> int:
        """A turn that ends the older ones only when it begins."""
        return next(self.numbers)

    def begin(self, browser: str | None, turn: int) -> bool:
        """False where a newer one has begun."""
        with self.lock:
            if self.newest.get(browser, turn) > turn:
                return False
            self.newest[browser] = turn
            self.newest.move_to_end(browser)
            if len(self.newest) > self.max_browsers:
                self.newest.popitem(last=False)
            return True

    def is_over(self, browser: str | None, turn: int) -> bool:
        return self.newest.get(browser, turn) != turn

    def audience(self, request: Any, turn: int) -> Audience:
        """request: the gr.Request that asked for the generation."""
        return Audience(self, request.session_hash, turn, caller_of(request))
