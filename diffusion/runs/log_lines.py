"""Training events as lines of text and back: what a job on another machine prints is what its follower shows.

{"event": "step", "step": 20, "total": 6400, "loss": 0.31, "lr": 0.0003, "sprites": 100}
{"event": "epoch", "epoch": 0, "step": 200, "loss": 0.26, "held_out_loss": 0.11}
"""

import json
import math
from dataclasses import asdict, dataclass

from ..core import EpochDone, StepDone, TrainEvent

EVERY = 20  # steps that share a line


@dataclass(frozen=True)
class EpochLine:
    """An EpochDone without its weights, which stay where they were made."""

    epoch: int
    step: int
    loss: float
    held_out_loss: float  # nan without held-out pictures


def to_line(event: TrainEvent) -> str:
    """Empty for what is not told: most steps, and states to resume from."""
    if isinstance(event, StepDone) and (event.step % EVERY == 0 or event.step == event.total):
        return json.dumps({"event": "step", **asdict(event)})
    if isinstance(event, EpochDone):
        told = EpochLine(event.epoch, event.step, event.loss, event.held_out_loss)
        return json.dumps({"event": "epoch", **asdict(told)})
    return ""


def from_line(text: str) -> StepDone | EpochLine | None:
    """None where the line says something else."""
    try:
        said = json.loads(text)
        kind = {"step": StepDone, "epoch": EpochLine}[said.pop("event")]
        told = kind(**said)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    sound = all(isinstance(value, int | float) and (value >= 0 or math.isnan(value)) for value in said.values())
    return told if sound else None
