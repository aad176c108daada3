"""One training run at a time, in a thread of the server: it belongs to nobody's browser. Others wait for their turn.

Whoever asks gets the same snapshot, so a page that was closed or reloaded finds the run again.
"""

import math
import threading
import time
from collections.abc import Callable
from contextvars import Context, copy_context
from dataclasses import dataclass, field, replace
from typing import Any

from ..core import EpochDone, MidEpoch, StepDone
from ..errors import Message, UserError, message_of
from ..runs import Plan, draw_previews, preview_kinds, run_plan_on_lent_gpu
from ..sprites import to_pixels
from ..store import Checkpoint, RunFolder, restore
from .run_status import RunStatus, extend_curve

MAX_WAITING = MAX_PAST = 8


@dataclass(frozen=True)
class QueuedRun:
    plan: Plan
    resume: bool
    owner: str
    context: Context = field(default_factory=copy_context)  # of the request: a lent GPU is lent to whoever asked


class TrainingQueue:
    """longest: seconds that a run may take before it is saved and stopped; None for as long as it needs."""

    def __init__(self, longest: float | None = None) -> None:
        self.longest = longest
        self._past: dict[str, RunStatus] = {}  # runs that are over, the newest last
        self._waiting: list[QueuedRun] = []
        self._lock = threading.Lock()
        self._go = threading.Event()  # cleared while paused
        self._stop = threading.Event()
        self._save = threading.Event()
        self._one_epoch = threading.Event()
        self._now = RunStatus()
        self._thread: threading.Thread | None = None

    def snapshot(self, name: str = "") -> RunStatus:
        """How a run stands that this server has seen; the one under way, or the last, unless named."""
        now = self._now
        return now if name in ("", now.name) else self._past.get(name, now)

    def seen(self) -> tuple[str, ...]:
        """The runs that `snapshot` knows, the newest first."""
        with self._lock:
            return tuple(dict.fromkeys([self._now.name, *reversed(self._past)])) if self._now.name else ()

    def start(self, plan: Plan, *, resume: bool = False, owner: str = "") -> None:
        """Begin, or go on with, a run: at once, or after those before it. ValueError where it cannot wait either."""
        name = plan.folder.name
        with self._lock:
            if name in self._now.waiting or (self._now.busy and name == self._now.name):
                raise UserError("{name} is being trained or waits for its turn; choose another name", name=name)
            if not self._now.busy:
                self._begin(QueuedRun(plan, resume, owner))
                return
            if len(self._waiting) >= MAX_WAITING:
                raise UserError(
                    "{max_waiting} runs wait already; try again when one has finished", max_waiting=MAX_WAITING
                )
            self._waiting.append(QueuedRun(plan, resume, owner))
            self._tell_who_waits()

    def leave(self, name: str) -> None:
        """Give up a place among those that wait."""
        with self._lock:
            for one in self._waiting:
                if one.plan.folder.name == name and not one.resume:
                    RunFolder(one.plan.folder).remove_data()
            self._waiting = [one for one in self._waiting if one.plan.folder.name != name]
            self._tell_who_waits()

    def owner_of(self, name: str) -> str | None:
        """Who started the run under way, or waits with one; None for a run that does neither."""
        with self._lock:
            if self._now.busy and name == self._now.name:
                return self._now.owner
            return next((one.owner for one in self._waiting if one.plan.folder.name == name), None)

    def _begin(self, next_one: QueuedRun) -> None:
        """Under the lock."""
        plan, resume = next_one.plan, next_one.resume
        before = _history(RunFolder(plan.folder), self._past.get(plan.folder.name)) if resume else {}
        self._now = RunStatus(
            state="starting",
            name=plan.folder.name,
            owner=next_one.owner,
            command=plan.command(),
            epochs=plan.training.epochs,
            **before,
        )
        self._tell_who_waits()
        self._go.set()
        for wish in (self._stop, self._save, self._one_epoch):
            wish.clear()
        self._thread = threading.Thread(target=next_one.context.run, args=(self._work, plan, resume), daemon=True)
        self._thread.start()

    def _tell_who_waits(self) -> None:
        """Under the lock."""
        self._now = replace(self._now, waiting=tuple(one.plan.folder.name for one in self._waiting))

    def pause(self) -> None:
        self._turn(("running",), "paused", self._go.clear)

    def go_on(self) -> None:
        def run() -> None:
            self._one_epoch.clear()
            self._go.set()

        self._turn(("paused",), "running", run)

    def next_epoch(self) -> None:
        """Go on until the epoch is done and its sprites are there, then pause again."""

        def walk() -> None:
            self._one_epoch.set()
            self._go.set()

        self._turn(("paused",), "running", walk)

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
        """Until the run is over, and those that wait; for tests and for shutting down."""
        while self._thread and self._thread.is_alive():
            thread = self._thread
            thread.join(seconds)
            if thread.is_alive():
                return

    def _turn(self, before: tuple[str, ...], after: str, then: Callable[[], None] = lambda: None) -> None:
        """From one of these states into another, and what goes with it; nothing where it stands elsewhere."""
        with self._lock:
            if self._now.state in before:
                self._now = replace(self._now, state=after)
                then()

    def _update(self, **changes: Any) -> None:
        """Under the lock: a state that a visitor changes meanwhile must not be written over."""
        with self._lock:
            self._now = replace(self._now, **changes)

    def _work(self, plan: Plan, resume: bool) -> None:
        try:
            ended = self._follow(plan, resume)
            self._finish("stopped" if ended else "finished")
        except ValueError as mistake:
            self._finish("failed", message_of(mistake))
        except Exception as bug:
            self._finish("failed", f"{type(bug).__name__}: {bug}")
            raise

    def _finish(self, state: str, message: Message | str = "") -> None:
        """The run is over; the next one begins."""
        with self._lock:
            self._now = replace(self._now, state=state, message=message, seconds_left=0.0)
            self._past.pop(self._now.name, None)
            self._past[self._now.name] = replace(self._now, waiting=())
            while len(self._past) > MAX_PAST:
                del self._past[next(iter(self._past))]
            if self._waiting:
                self._begin(self._waiting.pop(0))

    def _follow(self, plan: Plan, resume: bool) -> bool:
        """Until the end, or until stopped: True then."""
        steps, sprites, started = 0, 0, 0.0  # since the first step, which is not timed
        deadline = time.monotonic() + self.longest if self.longest else math.inf

        def wants_state() -> bool:
            if time.monotonic() > deadline:
                self._update(out_of_time=True)
                self.stop()
            return self._stop.is_set() or self._save.is_set()

        events = run_plan_on_lent_gpu(plan, resume=resume, wants_state=wants_state)
        for event in events:
            if isinstance(event, StepDone):
                now = time.monotonic()
                if started:
                    steps, sprites, took = steps + 1, sprites + event.sprites, now - started
                else:
                    started, took = now, math.inf
                self._turn(("starting",), "running")
                self._update(
                    step=event.step,
                    total=event.total,
                    lr=event.lr,
                    sprites_per_second=sprites / took,
                    seconds_left=(event.total - event.step) * took / steps if steps else 0.0,
                    curve=extend_curve(self._now.curve, event.step, event.loss, event.total),
                )
            elif isinstance(event, MidEpoch):
                self._save.clear()
                self._update(saved_at=event.step)
                if self._stop.is_set():
                    events.close()
                    return True
            elif isinstance(event, EpochDone):
                self._show(plan, event)
                if self._one_epoch.is_set() and event.epoch + 1 < plan.training.epochs:
                    self.pause()
            paused = time.monotonic()
            while not self._go.wait(1) and time.monotonic() < deadline:
                pass
            self._go.set()
            started += time.monotonic() - paused
        return False

    def _show(self, plan: Plan, event: EpochDone) -> None:
        """The fixed sprites, as they are after this epoch."""
        config = RunFolder(plan.folder).config()
        checkpoint = Checkpoint(config, event.epoch, restore(config, event.weights, f"epoch {event.epoch}"))
        sprites = to_pixels(draw_previews(checkpoint))
        held_out = (*self._now.held_out, (event.epoch, event.held_out_loss))
        samples = (*self._now.samples, (event.epoch, sprites))
        self._update(held_out=held_out, kinds=preview_kinds(config), samples=samples)


def _history(run: RunFolder, last: RunStatus | None) -> dict[str, Any]:
    """What a resumed run has shown already: all of it if this server saw it, else the means of its epochs."""
    if last:
        return {name: getattr(last, name) for name in ("curve", "held_out", "samples", "kinds")}
    epochs = run.metrics()
    losses = {epoch: facts.validation_loss for epoch, facts in epochs.items()}
    return {
        "curve": tuple((facts.step, facts.loss) for facts in epochs.values() if None not in (facts.step, facts.loss)),
        "held_out": tuple((epoch, math.nan if loss is None else loss) for epoch, loss in losses.items()),
    }


def is_interrupted(run: RunFolder) -> bool:
    """Was this run begun here and never finished?"""
    try:
        return bool(run.plan()) and not run.is_finished()
    except ValueError:  # a folder that is no run, or not ours
        return False
