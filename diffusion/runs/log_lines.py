"""Training events as lines of JSON and back: a job on another machine prints them, and who follows it reads them.

{"event": "step", "step": 20, "total": 6400, "loss": 0.31, "lr": 0.0003, "sprites": 100}
{"event": "epoch", "epoch": 0, "step": 200, "loss": 0.26, "held_out_loss": 0.11}
"""

import json
import math
from dataclasses import asdict, dataclass

from ..core import EpochDone, StepDone, TrainEvent

STEPS_PER_LINE = 20  # only every 20th step is printed


@dataclass(frozen=True)
class EpochLine:
    """An EpochDone without its weights, which stay on the other machine."""

    epoch: int
    step: int
    loss: float
    validation_loss: float  # nan without a validation set; "held_out_loss" in the line


def to_line(event: TrainEvent) -> str:
    """Empty for an event without a line: most steps, and states to resume from."""
    if isinstance(event, StepDone) and (event.step % STEPS_PER_LINE == 0 or event.step == event.total):
        return json.dumps({"event": "step", **asdict(event)})
    if isinstance(event, EpochDone):
        facts = {"epoch": event.epoch, "step": event.step, "loss": event.loss, "held_out_loss": event.validation_loss}
        return json.dumps({"event": "epoch", **facts})
    return ""


def from_line(text: str) -> StepDone | EpochLine | None:
    """None for a line of anything else."""
    try:
        values = json.loads(text)
        kind = values.pop("event")
        if kind == "epoch":
            values["validation_loss"] = values.pop("held_out_loss")
        event = {"step": StepDone, "epoch": EpochLine}[kind](**values)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    is_sound = all(isinstance(value, int | float) and (value >= 0 or math.isnan(value)) for value in values.values())
    return event if is_sound else None
