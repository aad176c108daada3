"""Pulls runs from the Hub while the app serves: the run that the app starts with, and those that visitors ask for.

pulls = VisitorPulls(runs, limits=PullLimits())
pulls.start(api, ref)                                       in a thread; `pulls.startup` is its state
for event in pulls.pull(api, listing, [0, 4], "mine"): ...  as hub.pull_epochs, within the limits
"""

import threading
from collections.abc import Collection, Generator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi

from ..errors import Message, UserError, explain
from ..hub import Listing, LocalCopy, Progress, PullEvent, find_or_pull, pull_epochs
from ..refs import HubRef
from ..store import list_runs
from .run_names import RunNames


@dataclass(frozen=True)
class PullLimits:
    """What visitors of a shared server may pull, so that nobody fills its disk."""

    epochs: int = 4  # at a time
    megabytes: int = 64  # at a time
    runs: int = 40  # from the Hub, all visitors together
    total: int = 1000  # megabytes of those


@dataclass(frozen=True)
class StartupPull:
    """The state of the run that the app starts with."""

    ref: HubRef
    state: str = "pulling"  # later "here", "older" (an earlier pull is used) or "failed"
    message: Message | str = ""  # the reason of "older" or "failed"
    done: int = 0  # bytes
    total: int = 0


class VisitorPulls:
    """runs: the folder of runs. limits: None where all visitors are trusted."""

    def __init__(self, runs: Path, limits: PullLimits | None = None) -> None:
        self.runs, self.limits = runs, limits
        self.names = RunNames()  # shared with the trainings of the same server
        self.startup: StartupPull | None = None

    def start(self, api: HfApi, ref: HubRef) -> threading.Thread:
        """Pulls the run that the app starts with, or the one epoch that the ref names, in a thread."""
        self.startup = StartupPull(ref)
        thread = threading.Thread(target=self._pull_startup, args=(api, ref), daemon=True)
        thread.start()
        return thread

    def pull(
        self, api: HfApi, listing: Listing, epochs: Collection[int], name: str, *, allow_pickle: bool = False
    ) -> Generator[PullEvent, None, None]:
        """Pulls these epochs into the run folder of that name."""
        limits = self.limits
        if limits and len(epochs) > limits.epochs:
            raise UserError(
                "this server takes up to {epochs} epochs at a time, not {count}",
                epochs=limits.epochs,
                count=len(epochs),
            )
        with self._reserve(name):
            checked = limits is None
            for event in pull_epochs(api, listing, epochs, self.runs / name, allow_pickle=allow_pickle):
                if limits and isinstance(event, Progress) and not checked:  # before anything is written
                    self._check_room(limits, name, event.total)
                    checked = True
                yield event

    def _check_room(self, limits: PullLimits, name: str, size: int) -> None:
        """size: of the pull, in bytes"""
        if size > limits.megabytes * 1e6:
            raise UserError(
                "this server takes up to {megabytes} MB at a time, not {size:.0f}; choose fewer epochs",
                megabytes=limits.megabytes,
                size=size / 1e6,
            )
        pulled = {other: run for other, run in list_runs(self.runs).items() if run.source()}
        sizes = (file.stat().st_size for run in pulled.values() for file in run.path.iterdir() if file.is_file())
        if len(pulled.keys() | {name}) > limits.runs or sum(sizes) + size > limits.total * 1e6:
            raise UserError("this server has no room for more runs from the Hub; run python app.py on your machine")

    def _update(self, **changes: Any) -> None:
        assert self.startup
        self.startup = replace(self.startup, **changes)

    def _pull_startup(self, api: HfApi, ref: HubRef) -> None:
        try:
            with self._reserve(ref.folder()):
                for event in find_or_pull(api, ref, self.runs):
                    if isinstance(event, Progress):
                        self._update(done=event.done, total=event.total)
                    elif isinstance(event, LocalCopy):
                        self._update(state="older", message=event.reason)
            if self.startup and self.startup.state == "pulling":
                self._update(state="here")
        except Exception as problem:
            self._update(state="failed", message=explain(problem))

    def _reserve(self, name: str) -> AbstractContextManager[None]:
        """Refuses the name of another pull, and of a training that runs, waits or is being prepared."""
        reason = Message("{name} is on its way already; it appears here when it has come", name=name)
        return self.names.hold(name, reason)
