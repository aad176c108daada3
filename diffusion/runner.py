"""One training run at a time, in a thread of the server: it belongs to nobody's browser.

Whoever asks gets the same snapshot, so a page that was closed or reloaded finds the run again.
"""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .checkpoint import restore
from .generate import Request, finished
from .pixels import to_pixels
from .runs import Plan, carry_out
from .store import Checkpoint, RunFolder
from .training import EpochDone, MidEpoch, StepDone

CURVE_POINTS = 300
SAMPLE = Request(count=16, steps=30, seed=0)  # the fixed sprites after each epoch
STATES = ("idle", "starting", "running", "paused", "stopping", "stopped", "finished", "failed")


@dataclass(frozen=True, eq=False)
class Snapshot:
    """How the run stands; everything a page needs to show it from nothing."""

    state: str = "idle"  # one of STATES
    name: str = ""
    command: str = ""  # the command line that does the same
    message: str = ""  # why it failed
    step: int = 0
    total: int = 0
    epochs: int = 0
    sprites_per_second: float = 0.0
    seconds_left: float = 0.0
    lr: float = 0.0
    curve: tuple[tuple[int, float], ...] = ()  # (step, mean loss around it), at most CURVE_POINTS
    held_out: tuple[tuple[int, float], ...] = ()  # (epoch, loss)
    samples: tuple[tuple[int, np.ndarray], ...] = ()  # (epoch, uint8 (16, 16, 16, 3)), from the same noise

    @property
    def busy(self) -> bool:
        return self.state in ("starting", "running", "paused", "stopping")


class Runner:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._go = threading.Event()  # cleared while paused
        self._stop = threading.Event()
        self._save = threading.Event()
        self._now = Snapshot()
        self._thread: threading.Thread | None = None

    def snapshot(self) -> Snapshot:
        return self._now

    def start(self, plan: Plan, *, resume: bool = False) -> None:
        """Begin, or go on with, a run. ValueError while another one is under way."""
        with self._lock:
            if self._now.busy:
                raise ValueError(f"{self._now.name} is being trained; stop it first, or wait until it is finished")
            before = _history(RunFolder(plan.folder), self._now) if resume else {}
            self._now = Snapshot(
                state="starting", name=plan.folder.name, command=plan.command(), epochs=plan.training.epochs, **before
            )
            self._go.set()
            self._stop.clear()
            self._save.clear()
            self._thread = threading.Thread(target=self._work, args=(plan, resume), daemon=True)
            self._thread.start()

    def pause(self) -> None:
        self._turn(("running",), "paused", self._go.clear)

    def go_on(self) -> None:
        self._turn(("paused",), "running", self._go.set)

    def save_now(self) -> None:
        """Keep all that is needed to go on from here, at the end of the step."""
        self._save.set()

    def stop(self) -> None:
        """Save and end, at the end of the step."""

        def halt() -> None:
            self._stop.set()
            self._go.set()

        self._turn(("starting", "running", "paused"), "stopping", halt)

    def wait(self, seconds: float | None = None) -> None:
        """Until the run is over; for tests and for shutting down."""
        if self._thread:
            self._thread.join(seconds)

    def _turn(self, before: tuple[str, ...], after: str, then: Callable[[], None] = lambda: None) -> None:
        """From one of these states into another, and what goes with it; nothing where it stands elsewhere."""
        with self._lock:
            if self._now.state in before:
                self._now = replace(self._now, state=after)
                then()

    def _update(self, **changes: object) -> None:
        """Under the lock: a state that a visitor changes meanwhile must not be written over."""
        with self._lock:
            self._now = replace(self._now, **changes)

    def _work(self, plan: Plan, resume: bool) -> None:
        try:
            ended = self._follow(plan, resume)
            self._update(state="stopped" if ended else "finished", seconds_left=0.0)
        except ValueError as mistake:
            self._update(state="failed", message=str(mistake))
        except Exception as bug:
            self._update(state="failed", message=f"{type(bug).__name__}: {bug}")
            raise

    def _follow(self, plan: Plan, resume: bool) -> bool:
        """Until the end, or until stopped: True then."""
        losses = list(self._now.curve)
        first, started = None, 0.0
        events = carry_out(plan, resume=resume, wants_state=lambda: self._stop.is_set() or self._save.is_set())
        for event in events:
            if isinstance(event, StepDone):
                now = time.monotonic()
                first, started = (first, started) if first else (event.step, now)
                losses.append((event.step, event.loss))
                speed = (event.step - first) * event.sprites / (now - started) if event.step > first else 0.0
                left = (event.total - event.step) * event.sprites / speed if speed else 0.0
                self._turn(("starting",), "running")
                self._update(
                    step=event.step,
                    total=event.total,
                    lr=event.lr,
                    sprites_per_second=speed,
                    seconds_left=left,
                    curve=thinned(losses),
                )
            elif isinstance(event, MidEpoch):
                self._save.clear()
                if self._stop.is_set():
                    events.close()
                    return True
            elif isinstance(event, EpochDone):
                self._show(plan, event)
            paused = time.monotonic()
            self._go.wait()
            started += time.monotonic() - paused
        return False

    def _show(self, plan: Plan, event: EpochDone) -> None:
        """The fixed sprites, as they are after this epoch."""
        config = RunFolder(plan.folder).config()
        checkpoint = Checkpoint(config, event.epoch, restore(config, event.weights, f"epoch {event.epoch}"))
        sprites = to_pixels(finished(checkpoint, SAMPLE))
        held_out = (*self._now.held_out, (event.epoch, event.held_out_loss))
        self._update(held_out=held_out, samples=(*self._now.samples, (event.epoch, sprites)))


def _history(run: RunFolder, last: Snapshot) -> dict[str, tuple]:
    """What a resumed run has shown already: all of it if this server saw it, else the means of its epochs."""
    if last.name == run.path.name:
        return {"curve": last.curve, "held_out": last.held_out, "samples": last.samples}
    epochs = sorted((int(epoch), facts) for epoch, facts in run.metrics().items())
    return {
        "curve": tuple((facts["step"], facts["loss"]) for _, facts in epochs),
        "held_out": tuple((epoch, facts.get("held_out_loss", math.nan)) for epoch, facts in epochs),
    }


def thinned(losses: list[tuple[int, float]], most: int = CURVE_POINTS) -> tuple[tuple[int, float], ...]:
    """At most `most` points: the means of equal stretches, each at the stretch's last step."""
    if len(losses) <= most:
        return tuple(losses)
    parts = np.array_split(np.array(losses), most)
    return tuple((int(part[-1, 0]), float(part[:, 1].mean())) for part in parts)


def interrupted(run: RunFolder) -> bool:
    """Was this run begun here and never finished?"""
    try:
        return bool(run.plan()) and str(run.config().training["epochs"] - 1) not in run.metrics()
    except ValueError:  # a folder that is no run, or not ours
        return False
