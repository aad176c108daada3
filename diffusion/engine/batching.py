"""Batches the network evaluations of concurrent sampling loops.

Each loop runs in its caller's thread and puts its prediction requests (which noise is in these pictures?) in a queue.
One engine thread owns the device. It takes the oldest request and evaluates it together with all other waiting
requests for the same network. A loop waits for its prediction before it makes the next request, so no loop has two
requests in the queue, the loops take turns, and a closed loop leaves nothing behind.
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

MAX_BATCH = 128  # sprites of one evaluation, 0.13 s on two cores; larger batches are no faster for each sprite
MAX_LOOPS = 32  # with 32 sprites each, every loop makes one step a second on two cores


@dataclass(frozen=True, eq=False)
class PredictionRequest:
    """The arguments of one `Predict` call, and its result once it is there."""

    predict: Predict
    x: Tensor
    time: Tensor
    context: Tensor
    eps: Future[Tensor] = field(default_factory=Future)

    def fits(self, other: "PredictionRequest") -> bool:
        """Whether both can be evaluated in one batch."""
        return self.predict is other.predict and self.x.shape[1:] == other.x.shape[1:]


class Batcher:
    """Owns the queue and the engine thread, which runs while there are sampling loops."""

    def __init__(self, max_batch: int = MAX_BATCH, max_loops: int = MAX_LOOPS) -> None:
        self.max_batch, self.max_loops = max_batch, max_loops
        self.requests: deque[PredictionRequest] = deque()
        self.changed = threading.Condition()
        self.loops, self.closed, self.is_running = 0, False, False
        self.thread: threading.Thread | None = None  # the engine thread, or the last one

    @contextmanager
    def admit(self) -> Iterator[None]:
        """Counts a sampling loop for as long as it runs. ValueError where there are `max_loops` already."""
        with self.changed:
            if self.loops == self.max_loops:
                raise UserError(
                    "{max_loops} others are drawing sprites just now; try again in a minute", max_loops=self.max_loops
                )
            self.loops += 1
            if not self.is_running:
                self.is_running = True
                self.thread = threading.Thread(target=self._run, name="engine", daemon=True)
                self.thread.start()
        try:
            yield
        finally:
            with self.changed:
                self.loops -= 1
                self.changed.notify()

    def wrap(self, predict: Predict) -> Predict:
        """The same function, evaluated by the engine thread. Call the result only inside `admit`."""

        def request_prediction(x: Tensor, time: Tensor, context: Tensor) -> Tensor:
            request = PredictionRequest(predict, x, time, context)
            release_openmp_threads()
            with self.changed:
                self.requests.append(request)
                self.changed.notify()
            return request.eps.result()

        return request_prediction

    def wait_until_idle(self, seconds: float = 5.0) -> None:
        """Waits until there is no loop and no engine thread, at most so many seconds. Call it before a fork.

        A thread that ends cleans up in MKL; a child that was forked during that looped for ever.
        """
        with self.changed:
            thread = self.thread
        if thread:
            thread.join(seconds)
            wait_for_thread_exit(thread, seconds)

    def close(self) -> None:
        """Ends the engine thread after the current evaluation; waiting requests get a RuntimeError.

        A process that exits while one of its threads is inside torch is aborted.
        """
        with self.changed:
            self.closed, thread = True, self.thread
            self.changed.notify()
        if thread:
            thread.join()
        with self.changed:
            for request in self.requests:
                request.eps.set_exception(RuntimeError("the engine is closed"))
            self.changed.wait_for(lambda: not self.loops, timeout=0.5)

    @torch.inference_mode()
    def _run(self) -> None:
        keep_freed_memory()
        while batch := self._next_batch():
            self._evaluate(batch)

    def _next_batch(self) -> list[PredictionRequest]:
        """Waits for a request; takes the oldest and those that fit it, in their order. Empty: the thread must end."""
        with self.changed:
            self.changed.wait_for(lambda: self.requests or not self.loops or self.closed)
            if self.closed or not self.requests:
                self.is_running = False
                return []
            batch, size = [self.requests[0]], len(self.requests[0].x)
            for request in list(self.requests)[1:]:
                if request.fits(batch[0]) and size + len(request.x) <= self.max_batch:
                    batch.append(request)
                    size += len(request.x)
            for request in batch:
                self.requests.remove(request)
            return batch

    def _evaluate(self, batch: list[PredictionRequest]) -> None:
        """Evaluates the batch; if that fails, each request alone, so that an error reaches only its own loop."""
        try:
            x, time, context = (torch.cat([getattr(r, name) for r in batch]) for name in ("x", "time", "context"))
            predicted = batch[0].predict(x, time, context).split([len(request.x) for request in batch])
        except Exception as error:
            if len(batch) == 1:
                batch[0].eps.set_exception(error)
                return
            for request in batch:
                self._evaluate([request])
            return
        for request, eps in zip(batch, predicted, strict=True):
            request.eps.set_result(eps)


@cache
def batcher() -> Batcher:
    """The batcher of this process; it is closed when the process exits."""
    instance = Batcher()
    atexit.register(instance.close)
    return instance
