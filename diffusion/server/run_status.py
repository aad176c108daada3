"""The status of a training run: all that a page needs to show it."""

from dataclasses import dataclass

import numpy as np

from ..errors import Message

STATES = ("idle", "starting", "running", "paused", "stopping", "stopped", "finished", "failed")
CURVE_POINTS = 300
Curve = tuple[tuple[int, float], ...]  # (step, the mean loss until there)


@dataclass(frozen=True, eq=False)
class RunStatus:
    state: str = "idle"  # one of STATES
    name: str = ""
    command: str = ""  # the command line that does the same
    owner: str = ""  # the visitor who started it, as the caller names visitors
    message: Message | str = ""  # why it failed
    saved_at: int = 0  # the last step that was saved on request
    out_of_time: bool = False  # whether it was stopped by the time limit
    step: int = 0
    total: int = 0
    epochs: int = 0
    sprites_per_second: float = 0.0
    seconds_left: float = 0.0
    lr: float = 0.0
    curve: Curve = ()  # at most CURVE_POINTS
    validation_losses: tuple[tuple[int, float], ...] = ()  # (epoch, loss)
    samples: tuple[tuple[int, np.ndarray], ...] = ()  # (epoch, uint8 (16, 16, 16, 3)), from the same noise
    kinds: tuple[str, ...] = ()  # the kinds or words of the samples, in turn; empty: anything
    waiting: tuple[str, ...] = ()  # the names of the runs in the queue

    @property
    def busy(self) -> bool:
        return self.state in ("starting", "running", "paused", "stopping")


def extend_curve(curve: Curve, step: int, loss: float, total: int, max_points: int = CURVE_POINTS) -> Curve:
    """The curve with one more step and at most `max_points` points, each the mean of an equal part of the run's steps.

    A run that is resumed from an earlier step repeats steps: the first repeated step replaces all that came after it.
    """
    curve = curve if not curve or curve[-1][0] < step else tuple(point for point in curve if point[0] < step)
    width = -(-total // max_points)
    begins = (step - 1) // width * width
    if not curve or curve[-1][0] <= begins:
        return (*curve, (step, loss))
    (last, mean), new = curve[-1], step - curve[-1][0]
    return (*curve[:-1], (step, (mean * (last - begins) + loss * new) / (step - begins)))
