"""Which generation of a browser is the current one."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator

from ...engine import Frame


class GenerationTurns:
    """A new Generate, or Stop, takes the next turn; the generation of an older turn ends at its next step.

    So a generation that still waits in the queue can be replaced too, which Gradio's own `cancels` cannot do.
    """

    def __init__(self, max_browsers: int = 1000) -> None:
        self.max_browsers = max_browsers
        self.newest: OrderedDict[str | None, int] = OrderedDict()

    def next(self, browser: str | None) -> int:
        turn = self.newest.pop(browser, 0) + 1
        self.newest[browser] = turn
        while len(self.newest) > self.max_browsers:
            self.newest.popitem(last=False)
        return turn

    def is_over(self, browser: str | None, turn: int) -> bool:
        return self.newest.get(browser) != turn

    def while_current(self, browser: str | None, turn: int, frames: Iterable[Frame]) -> Iterator[Frame]:
        """The frames as long as the turn is the newest; then a last message that says they ended."""
        for frame in frames:
            if self.is_over(browser, turn):
                yield {"run": frame["run"], "ended": True}
                return
            yield frame
