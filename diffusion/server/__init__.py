"""What belongs to the server process and to no page: the training queue, pulls, settings."""

from .run_queue import TrainingQueue, is_interrupted
from .run_status import RunStatus, extend_curve
from .settings import Settings
from .visitor_pulls import PullLimits, StartupPull, VisitorPulls

__all__ = [
    "PullLimits",
    "RunStatus",
    "Settings",
    "StartupPull",
    "TrainingQueue",
    "VisitorPulls",
    "extend_curve",
    "is_interrupted",
]
