"""Runs one training run at a time, in a thread of the server; other runs wait in a queue.

Each run leaves the process as large as the one before: all threads share one heap, and what a run has freed goes back.

A run does not depend on a browser. Every page gets the same snapshot, so a page that was reloaded finds the run again.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..core import EpochDone, MidEpoch, StepDone
from ..engine import return_freed_memory, share_one_heap
from ..errors import Message, UserError, explain
from ..runs import Plan, draw_previews, is_previewed, preview_words, run_plan_on_lent_gpu
from ..sprites import to_pixels
from ..store import Checkpoint, RunFolder, RunLock, clear_unbegun, is_unbegun, lock_run, restore
from .queued_run import QueuedRun
from .run_history import earlier_progress
from .run_names import RunNames
from .run_status import RunStatus, extend_curve
from .speed_meter import SpeedMeter
from .step_timer import StepTimer
from .visitor_runs import VisitorRuns

MAX_WAITING = MAX_PAST = 8


class TrainingQueue:
    """max_seconds: the time after which a run is saved and stopped; None: no limit.

    names: shared with the pulls of the same server.
    visitors: bounds what strangers train; None where all visitors are trusted.
    """

    def __init__(
        self, max_seconds: float | None = None, names: RunNames | None = None, visitors: VisitorRuns | None = None
    ) -> None:
        self.max_seconds, self.names, self.visitors = max_seconds, names or RunNames(), visitors
        self._past: dict[str, RunStatus] = {}  # runs that are over, the newest last
        self._waiting: list[QueuedRun] = []
        self._lock = threading.Lock()
        self._may_run = threading.Event()  # cleared while paused
        self._stop = threading.Event()
        self._save = threading.Event()
        self._pause_after_epoch = threading.Event()
        self._now = RunStatus()
        self._thread: threading.Thread | None = None
        self._plan: Plan | None = None  # of the current run
        self.speeds = SpeedMeter(lambda: self._now.busy and self._now.state != "paused")
        share_one_heap()

    def snapshot(self, name: str = "") -> RunStatus:
        """The status of a run that this server has trained; without a name of the current run, or the last."""
        now = self._now
        return now if name in ("", now.name) else self._past.get(name, now)

    def known_runs(self) -> tuple[str, ...]:
        """The names that `snapshot` knows, the newest first."""
        with self._lock:
            return tuple(dict.fromkeys([self._now.name, *reversed(self._past)])) if self._now.name else ()

    @contextmanager
    def reserve(self, name: str) -> Iterator[None]:
        """Takes the name of a run whose data is not ready yet; `start` in the block goes on with it."""
        self._take(name)
        try:
            yield
        except BaseException:
            self.names.release(name)
            raise

    def start(
        self,
        plan: Plan,
        *,
        resume: bool = False,
        owner: str = "",
        is_reserved: bool = False,
        lock: RunLock | None = None,
    ) -> None:
        """Starts or resumes a run, now or after the runs before it. Raises UserError where the queue is full.

        is_reserved: within `reserve`. lock: of the run's folder; the queue releases it.
        """
        name = plan.folder.name
        if not is_reserved:
            self._take(name)
        try:
            with self._lock:
                queued = QueuedRun(plan, resume, owner, lock)
                if self._now.busy and len(self._waiting) >= MAX_WAITING:
                    raise UserError(
                        "{max_waiting} runs wait already; try again when one has finished", max_waiting=MAX_WAITING
                    )
                if self.visitors and not resume:
                    self.visitors.make_room(owner, self._names_in_use(plan))
                if not self._now.busy:
                    self._begin(queued)
                    return
                self._waiting.append(queued)
                self._update_waiting()
        except BaseException:
            if not is_reserved:
                self.names.release(name)
            raise

    def _take(self, name: str) -> None:
        self.names.take(name, Message("{name} is being trained or waits for its turn; choose another name", name=name))

    def withdraw(self, name: str) -> None:
        """Removes a run from the queue."""
        with self._lock:
            for queued in self._waiting:
                if queued.name != name:
                    continue
                if not queued.resume:
                    RunFolder(queued.plan.folder).remove_data()
                if queued.lock:
                    queued.lock.release()
                self.names.release(name)
            self._waiting = [queued for queued in self._waiting if queued.name != name]
            self._update_waiting()

    def owner_of(self, name: str) -> str | None:
        """The owner of the current run or of a waiting one; None for any other run."""
        with self._lock:
            if self._now.busy and name == self._now.name:
                return self._now.owner
            return next((queued.owner for queued in self._waiting if queued.name == name), None)

    def _names_in_use(self, new: Plan) -> set[str]:
        """Of the runs that are trained, that wait, and that those begin with. Needs the lock."""
        plans = [new, *(queued.plan for queued in self._waiting), *([self._plan] if self._plan else ())]
        starts = {Path(plan.start).parent.name for plan in plans if plan.start}
        return starts | {plan.folder.name for plan in plans}

    def _begin(self, queued: QueuedRun) -> None:
        """Needs the lock."""
        plan, resume = queued.plan, queued.resume
        self._plan = plan
        before = earlier_progress(RunFolder(plan.folder), self._past.get(queued.name)) if resume else {}
        self._now = RunStatus(
            state="starting",
            name=queued.name,
            owner=queued.owner,
            command=plan.command(),
            epochs=plan.training.epochs,
            **before,
        )
        self._update_waiting()
        self._may_run.set()
        for event in (self._stop, self._save, self._pause_after_epoch):
            event.clear()
        self._thread = threading.Thread(target=queued.context.run, args=(self._run_thread, queued), daemon=True)
        self._thread.start()

    def _update_waiting(self) -> None:
        """Needs the lock."""
        self._now = replace(self._now, waiting=tuple(queued.name for queued in self._waiting))

    def pause(self) -> None:
        self._change_state(("running",), "paused", self._may_run.clear)

    def go_on(self) -> None:
        self._change_state(("paused",), "running", self._pause_after_epoch.clear, self._may_run.set)

    def next_epoch(self) -> None:
        """Trains until the epoch is done and its samples are there, then pauses again."""
        self._change_state(("paused",), "running", self._pause_after_epoch.set, self._may_run.set)

    def save_now(self) -> None:
        """Saves the state for resuming, at the end of the step."""
        self._save.set()

    def stop(self) -> None:
        """Saves and ends the run, at the end of the step."""
        self._change_state(("starting", "running", "paused"), "stopping", self._stop.set, self._may_run.set)

    def wait(self, seconds: float | None = None) -> None:
        """Waits until the run and the waiting ones are over; for tests and for shutting down."""
        while self._thread and self._thread.is_alive():
            thread = self._thread
            thread.join(seconds)
            if thread.is_alive():
                return

    def _change_state(self, before: tuple[str, ...], after: str, *acts: Callable[[], None]) -> None:
        """Changes the state and calls `acts`, if the run is in one of the states `before`; does nothing otherwise."""
        with self._lock:
            if self._now.state in before:
                self._now = replace(self._now, state=after)
                for act in acts:
                    act()

    def _update(self, **changes: Any) -> None:
        """Takes the lock, so that a state which a visitor changes at the same time is not overwritten."""
        with self._lock:
            self._now = replace(self._now, **changes)

    def _run_thread(self, queued: QueuedRun) -> None:
        plan = queued.plan
        try:
            self._prepare(queued)
            was_stopped = self._carry_out(plan, queued.resume)
        except Exception as error:
            with suppress(UserError, OSError), lock_run(plan.folder):  # nothing stays of a run that did not begin
                if is_unbegun(plan.folder):
                    clear_unbegun(plan.folder)
            with suppress(OSError):
                plan.folder.rmdir()  # only where it is empty
            self._finish("failed", explain(error))
        else:
            self._finish("stopped" if was_stopped else "finished")

    def _prepare(self, queued: QueuedRun) -> None:
        """Writes whose run it is, and leaves the folder to the training."""
        folder = queued.plan.folder
        with queued.lock or lock_run(folder):
            if self.visitors and not queued.resume and is_unbegun(folder):
                RunFolder(folder).save_owner(queued.owner)

    def _finish(self, state: str, message: Message | str = "") -> None:
        """Ends the run and begins the next one."""
        return_freed_memory()
        with self._lock:
            self._now = replace(self._now, state=state, message=message, seconds_left=0.0)
            self._plan = None
            self.names.release(self._now.name)
            self._past.pop(self._now.name, None)
            self._past[self._now.name] = replace(self._now, waiting=())
            while len(self._past) > MAX_PAST:
                del self._past[next(iter(self._past))]
            if self._waiting:
                self._begin(self._waiting.pop(0))

    def _carry_out(self, plan: Plan, resume: bool) -> bool:
        """Trains until the end, or until `stop`; True if it was stopped."""
        timer = StepTimer()
        deadline = time.monotonic() + self.max_seconds if self.max_seconds else math.inf

        def wants_state() -> bool:
            if time.monotonic() > deadline:
                self._update(out_of_time=True)
                self.stop()
            return self._stop.is_set() or self._save.is_set()

        events = run_plan_on_lent_gpu(plan, resume=resume, wants_state=wants_state)
        for event in events:
            if isinstance(event, StepDone):
                pace = timer.take(event, time.monotonic())
                self._change_state(("starting",), "running")
                self._update(
                    step=event.step,
                    total=event.total,
                    lr=event.lr,
                    curve=extend_curve(self._now.curve, event.step, event.loss, event.total),
                    **pace,
                )
            elif isinstance(event, MidEpoch):
                self._save.clear()
                self._update(saved_at=event.step)
                if self._stop.is_set():
                    events.close()
                    return True
            elif isinstance(event, EpochDone):
                self._add_epoch(plan, event)
                if self._pause_after_epoch.is_set() and event.epoch + 1 < plan.training.epochs:
                    self.pause()
            paused = time.monotonic()
            while not self._may_run.wait(1) and time.monotonic() < deadline:
                pass
            self._may_run.set()
            timer.leave_out(time.monotonic() - paused)
        return False

    def _add_epoch(self, plan: Plan, event: EpochDone) -> None:
        """Adds the numbers of this epoch, and its preview sprites, which are always drawn from the same noise."""
        losses = (*self._now.validation_losses, (event.epoch, event.validation_loss))
        if not is_previewed(plan, event.epoch) and not self._pause_after_epoch.is_set():
            self._update(validation_losses=losses)
            return
        config = RunFolder(plan.folder).config()
        checkpoint = Checkpoint(config, event.epoch, restore(config, event.weights, f"epoch {event.epoch}"))
        sprites = to_pixels(draw_previews(checkpoint))
        samples = (*self._now.samples, (event.epoch, sprites))
        self._update(validation_losses=losses, kinds=preview_words(config), samples=samples)
