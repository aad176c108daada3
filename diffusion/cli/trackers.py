"""train --log-with: the numbers of a training run for an experiment tracker that is installed beside the app."""

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..core import EpochDone, StepDone, TrainEvent
from ..errors import UserError

if TYPE_CHECKING:
    from accelerate import Accelerator

    from ..runs import Plan

PROJECT = "sprite-diffusion"
PACKAGES = {"comet_ml": "comet-ml"}  # as pip calls them, where that is not the tracker's name


def list_trackers() -> list[str]:
    """The names that the installed version of Accelerate knows."""
    from accelerate.tracking import LOGGER_TYPE_TO_CLASS

    return sorted(map(str, LOGGER_TYPE_TO_CLASS))


def check_tracker(name: str) -> None:
    """Raises UserError where Accelerate does not know the tracker, or its package is not installed."""
    from accelerate.tracking import get_available_trackers
    from accelerate.utils import LoggerType

    known = list_trackers()
    if name not in known:
        raise UserError(
            "--log-with {name}: there is no such tracker; it is one of {known}", name=name, known=", ".join(known)
        )
    # a class that somebody has registered with Accelerate needs no package
    if name in map(str, LoggerType) and name not in map(str, get_available_trackers()):
        package = PACKAGES.get(name, name)
        raise UserError("--log-with {name} needs one more package: pip install {package}", name=name, package=package)


@contextmanager
def tracking(accelerator: "Accelerator", plan: "Plan", name: str | None) -> Iterator[Callable[[TrainEvent], None]]:
    """A function that takes each event of the run; the tracker is closed however the block ends.

    The tracker begins with the first step, so that a run which is refused leaves nothing with it. A tracker that
    fails later is left out, and the training goes on.
    """
    if not name:
        yield lambda event: None
        return
    tracker = _Tracker(accelerator, plan, name)
    try:
        yield tracker.take
    finally:
        tracker.carry_out(accelerator.end_training)


class _Tracker:
    def __init__(self, accelerator: "Accelerator", plan: "Plan", name: str) -> None:
        self.accelerator, self.plan, self.name = accelerator, plan, name
        self.has_begun = self.has_failed = False
        self.since, self.sprites = math.nan, 0  # of the step that was logged last, and sprites after it

    def take(self, event: TrainEvent) -> None:
        from ..runs import to_line

        if not self.has_begun:
            self._begin()
        if isinstance(event, StepDone):
            self.sprites += event.sprites
        values = self._values(event) if to_line(event) else {}
        if isinstance(event, StepDone) and (values or math.isnan(self.since)):
            self.since, self.sprites = time.monotonic(), 0
        if values and not self.has_failed:
            self.carry_out(lambda: self.accelerator.log(values, step=event.step))

    def _values(self, event: TrainEvent) -> dict[str, float]:
        if isinstance(event, StepDone):
            speed = self.sprites / max(time.monotonic() - self.since, 1e-9)
            values = {"loss": event.loss, "learning_rate": event.lr, "sprites_per_second": speed}
        elif isinstance(event, EpochDone):
            values = {"epoch": event.epoch, "epoch_loss": event.loss, "held_out_loss": event.validation_loss}
        else:
            return {}
        return {name: value for name, value in values.items() if math.isfinite(value)}

    def _begin(self) -> None:
        """Raises UserError where the tracker cannot begin, as one that nobody has logged in to."""
        self.has_begun = True
        run = self.plan.folder.name
        settings = {**self.plan.other_settings(), "run": run, "command": self.plan.command()}
        config = {
            key: value if isinstance(value, bool | int | float) else str(value) for key, value in settings.items()
        }
        own = {"trackio": {"name": run, "resume": "allow"}, "wandb": {"name": run}}
        try:
            self.accelerator.init_trackers(PROJECT, config=config, init_kwargs=own)
        except Exception as problem:  # whatever a tracker raises
            self.has_failed = True
            raise UserError("--log-with {name}: {problem}", name=self.name, problem=problem) from problem

    def carry_out(self, act: Callable[[], object]) -> None:
        try:
            act()
        except Exception as problem:  # whatever a tracker raises: it is no reason to lose a training
            self.has_failed = True
            print(f"note: {self.name} gets nothing more: {problem}", file=sys.stderr, flush=True)
