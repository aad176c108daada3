"""How fast this machine trains: measured when a page asks, in a thread of its own, at most one measurement at a time.

No request waits for it: a page is told that it is being measured, and asks again.
"""

import atexit
import threading
from collections.abc import Callable

from ..engine import return_freed_memory
from ..runs import measure_training_speed, measured_setting

Key = tuple[str, int, int]  # network, width, batch size


class SpeedMeter:
    """is_training: whether a run computes; nothing is measured meanwhile, because both would be slower."""

    def __init__(self, is_training: Callable[[], bool]) -> None:
        self._is_training = is_training
        self._speeds: dict[Key, float] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def speed(self, network: str, width: int, batch_size: int) -> float | None:
        """Sprites a second; None while it is not known yet, then ask again. 0 where it cannot be measured."""
        (near, share) = measured_setting(network, width, batch_size)
        with self._lock:
            if near in self._speeds:
                return self._speeds[near] * share
            if not (self._thread and self._thread.is_alive()) and not self._is_training():
                self._thread = threading.Thread(target=self._measure, args=(near,), name="speed", daemon=True)
                self._thread.start()
                atexit.register(self._thread.join)  # a process that exits while a thread is inside torch is aborted
        return None

    def waits_for_training(self) -> bool:
        """Whether nothing is measured because a run computes."""
        return self._is_training()

    def wait(self, seconds: float | None = None) -> None:
        """Waits until nothing is measured any more; for tests."""
        if self._thread:
            self._thread.join(seconds)

    def _measure(self, key: Key) -> None:
        speed = 0.0
        try:
            speed = measure_training_speed(*key)
        finally:
            atexit.unregister(threading.current_thread().join)
            with self._lock:
                self._speeds[key] = speed
            return_freed_memory()
