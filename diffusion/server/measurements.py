"""Measures one run at a time, in a thread of the server. It goes on while no page is open.

measurements = Measurements()
measurements.start(run)     measurements.snapshot()     measurements.stop()
"""

import threading
from dataclasses import dataclass, replace
from typing import Any

from ..engine import is_zero_gpu
from ..errors import Message, UserError, explain
from ..evaluation import EpochMeasured, EvalConfig, SpritesDrawn, evaluate_run
from ..store import RunFolder

MEASURE_CONFIG = EvalConfig(count=500)  # a quarter of what `python -m diffusion evaluate` draws


@dataclass(frozen=True)
class MeasureStatus:
    state: str = "idle"  # later "running", "stopping", then "finished", "stopped" or "failed"
    name: str = ""  # of the run
    owner: str = ""  # the visitor who started it, as the caller names visitors
    epoch: int | None = None  # the one that is drawn
    done: int = 0  # sprites
    total: int = 0  # 0 while real sprites are measured, before the first is drawn
    measured: tuple[int, ...] = ()  # epochs whose numbers are saved
    message: Message | str = ""  # why it failed

    @property
    def busy(self) -> bool:
        return self.state in ("running", "stopping")


class Measurements:
    """config: how to measure."""

    def __init__(self, config: EvalConfig = MEASURE_CONFIG) -> None:
        self.config = config
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._now = MeasureStatus()
        self._thread: threading.Thread | None = None

    def snapshot(self) -> MeasureStatus:
        return self._now

    def start(self, run: RunFolder, owner: str = "") -> None:
        """Measures all epochs of a run in a thread.

        UserError where another one is measured, it has no epochs, or nothing is left to measure. What only shows later
        is in `snapshot().message`.
        """
        if is_zero_gpu():
            raise UserError("this Space lends its GPU for a minute only; measure runs on your own machine")
        metrics, epochs = run.metrics(), run.epochs()
        if not epochs:
            raise UserError("{name} has no epoch to measure", name=str(run))
        if all(epoch in metrics and metrics[epoch].quality for epoch in epochs):
            raise UserError("all epochs of {name} are measured already", name=str(run))
        with self._lock:
            if self._now.busy:
                raise UserError(
                    "{name} is being measured; try again when that has finished or was stopped", name=self._now.name
                )
            self._stop.clear()
            self._now = MeasureStatus("running", str(run), owner)
            self._thread = threading.Thread(target=self._measure, args=(run,), daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Ends it after the batch that is drawn; the numbers of finished epochs stay."""
        with self._lock:
            if self._now.state == "running":
                self._now = replace(self._now, state="stopping")
                self._stop.set()

    def wait(self, seconds: float | None = None) -> None:
        """Waits until it is over; for tests."""
        if self._thread:
            self._thread.join(seconds)

    def _measure(self, run: RunFolder) -> None:
        try:
            for event in evaluate_run(run, self.config, needs=self.config.sprites_per_seed):
                if isinstance(event, SpritesDrawn):
                    self._update(epoch=event.epoch, done=event.done, total=event.total)
                elif isinstance(event, EpochMeasured):
                    self._update(measured=(*self._now.measured, event.epoch))
                if self._stop.is_set():
                    self._update(state="stopped")
                    return
            self._update(state="finished")
        except Exception as error:
            self._update(state="failed", message=explain(error))

    def _update(self, **changes: Any) -> None:
        with self._lock:
            self._now = replace(self._now, **changes)
