"""Runs that come from the Hub while the app serves: the one it opens with, and those that visitors ask for.

pulls = VisitorPulls(runs, allowance=PullLimits())
pulls.begin(api, ref)                                        in a thread; `pulls.opening` says how it stands
for event in pulls.bring(api, listing, [0, 4], "mine"): ...  as hub.pull, within what a visitor may bring
"""

import threading
from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi

from ..errors import Message, UserError, message_of
from ..hub import Listing, LocalCopy, Progress, PullEvent, find_or_pull, pull_epochs
from ..refs import HubRef
from ..store import list_runs


@dataclass(frozen=True)
class PullLimits:
    """What visitors of a shared server may bring, so that nobody fills its disk."""

    epochs: int = 4  # at a time
    megabytes: int = 64  # at a time
    runs: int = 40  # from the Hub, all visitors together
    total: int = 1000  # megabytes of those


@dataclass(frozen=True)
class StartupPull:
    """How the run stands that the app opens with."""

    ref: HubRef
    state: str = "pulling"  # then here, older (what was pulled before is used) or failed
    message: Message | str = ""  # why
    done: int = 0  # bytes
    total: int = 0


class VisitorPulls:
    """runs: the folder they are pulled into. allowance: of visitors; None where they are no strangers."""

    def __init__(self, runs: Path, allowance: PullLimits | None = None) -> None:
        self.runs, self.allowance = runs, allowance
        self.opening: StartupPull | None = None
        self._under_way: set[str] = set()
        self._lock = threading.Lock()

    def begin(self, api: HfApi, ref: HubRef) -> threading.Thread:
        """Open with this run: all of it, or the epoch it names. The app need not wait for it."""
        self.opening = StartupPull(ref)
        thread = threading.Thread(target=self._open, args=(api, ref), daemon=True)
        thread.start()
        return thread

    def bring(
        self, api: HfApi, listing: Listing, epochs: Collection[int], name: str, *, allow_pickle: bool = False
    ) -> Generator[PullEvent, None, None]:
        """Pull these epochs into the run folder of that name."""
        most = self.allowance
        if most and len(epochs) > most.epochs:
            raise UserError(
                "this server takes up to {epochs} epochs at a time, not {count}", epochs=most.epochs, count=len(epochs)
            )
        with self._alone(name):
            measured = False
            for event in pull_epochs(api, listing, epochs, self.runs / name, allow_pickle=allow_pickle):
                if most and isinstance(event, Progress) and not measured:  # before anything of it is kept
                    self._check_room(most, name, event.total)
                    measured = True
                yield event

    def _check_room(self, most: PullLimits, name: str, coming: int) -> None:
        """coming: bytes"""
        if coming > most.megabytes * 1e6:
            raise UserError(
                "this server takes up to {megabytes} MB at a time, not {coming:.0f}; choose fewer epochs",
                megabytes=most.megabytes,
                coming=coming / 1000000.0,
            )
        pulled = {other: run for other, run in list_runs(self.runs).items() if run.source()}
        sizes = (file.stat().st_size for run in pulled.values() for file in run.path.iterdir() if file.is_file())
        if len(pulled.keys() | {name}) > most.runs or sum(sizes) + coming > most.total * 1e6:
            raise UserError("this server has no room for more runs from the Hub; run python app.py on your machine")

    def _say(self, **changes: Any) -> None:
        assert self.opening
        self.opening = replace(self.opening, **changes)

    def _open(self, api: HfApi, ref: HubRef) -> None:
        try:
            with self._alone(ref.folder()):
                for event in find_or_pull(api, ref, self.runs):
                    if isinstance(event, Progress):
                        self._say(done=event.done, total=event.total)
                    elif isinstance(event, LocalCopy):
                        self._say(state="older", message=event.reason)
            if self.opening and self.opening.state == "pulling":
                self._say(state="here")
        except ValueError as mistake:
            self._say(state="failed", message=message_of(mistake))
        except Exception as bug:
            self._say(state="failed", message=f"{type(bug).__name__}: {bug}")
            raise

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        """Two who write the same folder at once would be in each other's way."""
        with self._lock:
            if name in self._under_way:
                raise UserError("{name} is on its way already; it appears here when it has come", name=name)
            self._under_way.add(name)
        try:
            yield
        finally:
            with self._lock:
                self._under_way.remove(name)
