"""What belongs to the server process and to no page: the training queue, pulls, settings."""

from .hosts import ServedHosts
from .run_queue import TrainingQueue, is_interrupted
from .run_status import RunStatus
from .settings import Settings
from .visitor_pulls import PullLimits, StartupPull, VisitorPulls
