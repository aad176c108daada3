"""What the disk says of a run that was begun here: how far it came, and whether it can be resumed."""

import math
from typing import Any

from ..store import RunFolder
from .run_status import RunStatus


def earlier_progress(run: RunFolder, last: RunStatus | None) -> dict[str, Any]:
    """The progress of a run before it is resumed: from this server's memory, else the epochs' means on the disk."""
    if last:
        return {name: getattr(last, name) for name in ("curve", "validation_losses", "samples", "kinds")}
    epochs = run.metrics()
    losses = {epoch: facts.validation_loss for epoch, facts in epochs.items()}
    return {
        "curve": tuple((facts.step, facts.loss) for facts in epochs.values() if None not in (facts.step, facts.loss)),
        "validation_losses": tuple((epoch, math.nan if loss is None else loss) for epoch, loss in losses.items()),
    }


def is_interrupted(run: RunFolder) -> bool:
    """Whether this run was begun here and never finished. False for a damaged one, whatever is wrong with it."""
    try:
        return bool(run.plan()) and not run.is_finished()
    except (ValueError, TypeError, AttributeError, KeyError, OSError, RecursionError):
        return False
