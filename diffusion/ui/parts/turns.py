"""Which walk of a browser is the current one."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any


class GenerationTurns:
    """A new Generate, or Stop, takes the next turn, and the walk of an older turn ends at its next step.

    So a walk that waits in the queue behind others can be overtaken too, which Gradio's own `cancels` cannot do.
    """

    def __init__(self, most: int = 1000) -> None:
        self.most = most
        self.newest: OrderedDict[str, int] = OrderedDict()

    def next(self, browser: str) -> int:
        turn = self.newest.pop(browser, 0) + 1
        self.newest[browser] = turn
        while len(self.newest) > self.most:
            self.newest.popitem(last=False)
        return turn

    def is_over(self, browser: str, turn: int) -> bool:
        return self.newest.get(browser) != turn

    def while_current(self, browser: str, turn: int, frames: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """The frames as long as the turn is the newest; then one last message that says it ended."""
        for frame in frames:
            if self.is_over(browser, turn):
                yield {"run": frame["run"], "ended": True}
                return
            yield frame
