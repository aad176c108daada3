"""What Gradio keeps of each session, made small; and the sessions of open pages are kept before all others."""

from collections import ChainMap
from collections.abc import Callable
from copy import copy
from typing import Any, cast

from gradio.blocks import Blocks
from gradio.routes import App
from gradio.state_holder import SessionState, StateHolder


class SmallSession(SessionState):
    """A session without the settings of every component (700 KB), which Gradio keeps for its deep links alone.

    Components that were changed for the session lie over those that all sessions share.
    """

    def __init__(self, blocks: Blocks) -> None:
        shared = blocks.default_config
        self.blocks_config = copy(shared)
        self.blocks_config.blocks = cast(dict, ChainMap({}, cast(dict, shared.blocks)))
        self.blocks_config.fns = shared.fns
        self.config_values = {}
        self.state_data, self._state_ttl = {}, {}
        self.is_closed = False
        self.STATE_TTL_WHEN_CLOSED = 3600

    def __setitem__(self, key: int, value: Any) -> None:
        super().__setitem__(key, value)
        self.config_values.clear()

    def _update_config(self, key: int) -> None:
        pass

    def _update_value_in_config(self, key: int, value: Any) -> None:
        pass


class Sessions(StateHolder):
    """The sessions. Where there are more than `capacity`, the oldest goes that no open page belongs to."""

    def __init__(self, app: App, is_open: Callable[[str], bool]) -> None:
        super().__init__()
        self.is_open = is_open
        self.set_blocks(app.get_blocks())
        app.state_holder = self

    def __getitem__(self, session_id: str) -> SessionState:
        if session_id not in self.session_data:
            self.session_data[session_id] = SmallSession(self.blocks)
        return super().__getitem__(session_id)

    def update(self, session_id: str) -> None:
        with self.lock:
            if session_id in self.session_data:
                self.session_data.move_to_end(session_id)
            if len(self.session_data) > self.capacity:
                closed = (one for one in self.session_data if not self.is_open(one) and one != session_id)
                if oldest := next(closed, None):
                    del self.session_data[oldest]
                    self.time_last_used.pop(oldest, None)
