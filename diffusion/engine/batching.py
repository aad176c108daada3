"""Many walks, one device: what they ask of one network at about the same time is answered in one evaluation.

A walk goes on in a thread of its own, by the same code as alone (sampling.py). Only its question, which noise is in
these pictures?, goes to the one thread that owns the device. It answers the oldest question first, and together with
it all others that wait for the same network. Nobody has two questions waiting, so the walks take turns, and whoever
leaves has asked for the last time.
"""

import atexit
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

import torch
from torch import Tensor

from ..errors import UserError
from .cpu import keep_freed_memory, release_openmp_threads, wait_for_thread_exit

Predict = Callable[[Tensor, Tensor, Tensor], Tensor]  # x: (B, 3, H, W), t / T: (B,), context: (B, 5) -> eps, like x

MAX_SPRITES = 128  # in one evaluation, 0.13 s on two cores: a sprite is not cheaper in more
MAX_WALKS = 32  # with 32 sprites each, every one of them moves on once a second on two cores


@dataclass(frozen=True, eq=False)
class PredictionRequest:
    predict: Predict
    x: Tensor
    time: Tensor
    context: Tensor
    eps: Future[Tensor] = field(default_factory=Future)

    def fits(self, other: "PredictionRequest") -> bool:
        return self.predict is other.predict and self.x.shape[1:] == other.x.shape[1:]


class Batcher:
    """The thread that owns the device: there while somebody walks."""

    def __init__(self, max_sprites: int = MAX_SPRITES, max_loops: int = MAX_WALKS) -> None:
        self.max_sprites, self.max_loops = max_sprites, max_loops
        self.questions: deque[PredictionRequest] = deque()
        self.changed = threading.Condition()
        self.walks, self.closed, self.serves = 0, False, False
        self.thread: threading.Thread | None = None  # the one that serves, or the last that did

    @contextmanager
    def admit(self) -> Iterator[None]:
        """A place among those who may ask."""
        with self.changed:
            if self.walks == self.max_loops:
                raise UserError(
                    "{max_loops} others are drawing sprites just now; try again in a minute", max_loops=self.max_loops
                )
            self.walks += 1
            if not self.serves:
                self.serves = True
                self.thread = threading.Thread(target=self._serve, name="engine", daemon=True)
                self.thread.start()
        try:
            yield
        finally:
            with self.changed:
                self.walks -= 1
                self.changed.notify()

    def wrap(self, predict: Predict) -> Predict:
        """The same answers, given by the thread that owns the device. To be called inside a `walk`."""

        def ask(x: Tensor, time: Tensor, context: Tensor) -> Tensor:
            question = PredictionRequest(predict, x, time, context)
            release_openmp_threads()
            with self.changed:
                self.questions.append(question)
                self.changed.notify()
            return question.eps.result()

        return ask

    def wait_until_idle(self, seconds: float = 5.0) -> None:
        """Wait, but not for ever, until nobody walks and the thread is gone: before this process is forked.

        A thread that is on its way out tidies up in MKL, and a copy of that, half done, made the child go in circles.
        """
        with self.changed:
            thread = self.thread
        if thread:
            thread.join(seconds)
            wait_for_thread_exit(thread, seconds)

    def close(self) -> None:
        """End after the evaluation under way, and let those who asked go.

        A process that exits while one of its threads is inside torch would be aborted.
        """
        with self.changed:
            self.closed, thread = True, self.thread
            self.changed.notify()
        if thread:
            thread.join()
        with self.changed:
            for question in self.questions:
                question.eps.set_exception(RuntimeError("the engine is closed"))
            self.changed.wait_for(lambda: not self.walks, timeout=0.5)

    @torch.inference_mode()
    def _serve(self) -> None:
        keep_freed_memory()
        while batch := self._next():
            self._answer(batch)

    def _next(self) -> list[PredictionRequest]:
        """The oldest question and those that fit it, in the order in which they were asked; none: it is over."""
        with self.changed:
            self.changed.wait_for(lambda: self.questions or not self.walks or self.closed)
            if self.closed or not self.questions:
                self.serves = False
                return []
            batch, size = [self.questions[0]], len(self.questions[0].x)
            for question in list(self.questions)[1:]:
                if question.fits(batch[0]) and size + len(question.x) <= self.max_sprites:
                    batch.append(question)
                    size += len(question.x)
            for question in batch:
                self.questions.remove(question)
            return batch

    def _answer(self, batch: list[PredictionRequest]) -> None:
        """Together; where that fails, each alone, so that a mistake meets only the walk that made it."""
        try:
            x, time, context = (torch.cat([getattr(q, name) for q in batch]) for name in ("x", "time", "context"))
            found = batch[0].predict(x, time, context).split([len(question.x) for question in batch])
        except Exception as mistake:
            if len(batch) == 1:
                batch[0].eps.set_exception(mistake)
                return
            for question in batch:
                self._answer([question])
            return
        for question, eps in zip(batch, found, strict=True):
            question.eps.set_result(eps)


@cache
def batcher() -> Batcher:
    """The one of this process."""
    made = Batcher()
    atexit.register(made.close)
    return made
