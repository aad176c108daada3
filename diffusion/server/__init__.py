"""What belongs to the server process and to no page: the training queue, pulls, settings."""

from .run_history import is_interrupted
from .run_queue import TrainingQueue
from .run_status import RunStatus, extend_curve
from .settings import Settings
from .visitor_pulls import PullLimits, StartupPull, VisitorPulls
