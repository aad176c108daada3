"""What load.py counts: answers, and what the server has meanwhile."""

import threading
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass, field
from statistics import median, quantiles

import psutil


@dataclass
class Tally:
    """What became of all that was asked."""

    seconds: list[float] = field(default_factory=list)  # of those that were answered
    first: list[float] = field(default_factory=list)  # seconds until the first frame
    frames: int = 0
    full: int = 0
    lost: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, question: Callable[[], "int | Seen"]) -> None:
        """question: returns how many frames it got, or what it saw; QueueFullError says that the queue is full."""
        started = time.monotonic()
        try:
            answer = question()
        except QueueFullError:
            with self.lock:
                self.full += 1
            time.sleep(0.5)
        except Exception as problem:
            with self.lock:
                self.lost.append(f"{type(problem).__name__}: {problem}")
        else:
            with self.lock:
                self.seconds.append(time.monotonic() - started)
                if isinstance(answer, Seen):
                    self.first.append(answer.first)
                self.frames += int(answer)

    def __str__(self) -> str:
        took = self.seconds or [float("nan")]
        worst = quantiles(took, n=20)[-1] if len(took) > 1 else took[0]
        first = f"; first frame median {median(self.first):.2f} s, last {max(self.first):.2f} s" if self.first else ""
        return (
            f"{len(self.seconds)} answered ({self.frames} frames; median {median(took):.1f} s, 95 % {worst:.1f} s"
            f'{first}), {self.full} told "full", {len(self.lost)} lost'
        )


class Seen(int):
    """How many frames a visitor saw; `first`: seconds from Generate to the first."""

    first: float


class QueueFullError(Exception):
    pass


@dataclass(frozen=True)
class Held:
    """What the server has: memory in MB, descriptors and threads."""

    memory: float
    descriptors: int
    threads: int

    @classmethod
    def most(cls, held: "list[Held]") -> "Held":
        return cls(*(max(values) for values in zip(*map(astuple, held), strict=True)))

    @classmethod
    def of(cls, server: psutil.Process) -> "Held":
        return cls(server.memory_info().rss / 1e6, server.num_fds(), server.num_threads())

    def is_back(self, before: "Held") -> bool:
        return self.descriptors <= before.descriptors and self.threads <= before.threads

    def __str__(self) -> str:
        return f"{self.memory:.0f} MB, {self.descriptors} descriptors, {self.threads} threads"
