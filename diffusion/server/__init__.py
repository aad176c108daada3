"""What belongs to the server process and to no page: the training queue, pulls, settings."""

from .hosts import ServedHosts
from .measurements import MEASURE_CONFIG, Measurements, MeasureStatus
from .run_history import is_interrupted
from .run_queue import TrainingQueue
from .run_status import RunStatus
from .settings import Settings
from .speed_meter import SpeedMeter
from .temporary_files import TemporaryFiles, TemporaryLimits
from .visitor_pulls import PullLimits, StartupPull, VisitorPulls
from .visitor_runs import VisitorRuns
