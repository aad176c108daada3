"""How fast a training run goes: without its first step, which is slower, and without its pauses."""

import math

from ..core import StepDone


class StepTimer:
    """Times are in seconds, as `time.monotonic` gives them."""

    def __init__(self) -> None:
        self._steps = self._sprites = 0  # since the end of the first step
        self._began: float | None = None  # the end of the first step, put off by the pauses

    def take(self, step: StepDone, now: float) -> dict[str, float]:
        """What a RunStatus says after a step that ended now."""
        took = math.inf
        if self._began is None:
            self._began = now
        else:
            self._steps, self._sprites, took = self._steps + 1, self._sprites + step.sprites, now - self._began
        return {
            "sprites_per_second": self._sprites / took,
            "seconds_left": (step.total - step.step) * took / self._steps if self._steps else 0.0,
        }

    def leave_out(self, seconds: float) -> None:
        """Of a pause."""
        if self._began is not None:
            self._began += seconds
