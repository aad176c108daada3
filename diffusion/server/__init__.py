"""What belongs to the server process and to no page: the training queue, pulls, settings."""

from .run_queue import Runner, interrupted
from .run_status import Snapshot, longer
from .settings import Settings
from .visitor_pulls import Allowance, Opening, Pulls

__all__ = ["Allowance", "Opening", "Pulls", "Runner", "Settings", "Snapshot", "interrupted", "longer"]
