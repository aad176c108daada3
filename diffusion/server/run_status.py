"""How a training run stands: everything a page needs to show it from nothing."""

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
    owner: str = ""  # who started it, as the caller names people
    message: Message | str = ""  # why it failed
    saved_at: int = 0  # the step that was saved last because somebody asked
    out_of_time: bool = False  # stopped because it took as long as a run may take here
    step: int = 0
    total: int = 0
    epochs: int = 0
    sprites_per_second: float = 0.0
    seconds_left: float = 0.0
    lr: float = 0.0
    curve: Curve = ()  # at most CURVE_POINTS
    held_out: tuple[tuple[int, float], ...] = ()  # (epoch, loss)
    samples: tuple[tuple[int, np.ndarray], ...] = ()  # (epoch, uint8 (16, 16, 16, 3)), from the same noise
    kinds: tuple[str, ...] = ()  # what they show in turn, if it was asked for kinds
    waiting: tuple[str, ...] = ()  # the names of the runs that come next

    @property
    def busy(self) -> bool:
        return self.state in ("starting", "running", "paused", "stopping")


def extend_curve(curve: Curve, step: int, loss: float, total: int, most: int = CURVE_POINTS) -> Curve:
    """The curve with one more step, still of at most `most` points: each the mean of its stretch of the run's steps.

    A step that it has seen already, in a run that goes on after an earlier one, takes the place of what came since.
    """
    curve = curve if not curve or curve[-1][0] < step else tuple(point for point in curve if point[0] < step)
    width = -(-total // most)
    begins = (step - 1) // width * width
    if not curve or curve[-1][0] <= begins:
        return (*curve, (step, loss))
    (last, mean), new = curve[-1], step - curve[-1][0]
    return (*curve[:-1], (step, (mean * (last - begins) + loss * new) / (step - begins)))
