"""A training run carried out: the plan, the preview sprites, the time it takes, jobs on the Hub's machines."""

from .estimate import epoch_seconds, estimate_seconds
from .hub_jobs import Ended, Event, Hardware, Job, JobPlan, Said, cancel, find, follow, list_hardware, start
from .log_lines import EpochTold, to_line
from .previews import drawn, kinds_shown, requests_for
from .publish import publish_run
from .train_run import Plan, kept, plan_of, run_plan
from .zero_gpu_slices import run_plan_on_lent_gpu

__all__ = [
    "Ended",
    "EpochTold",
    "Event",
    "Hardware",
    "Job",
    "JobPlan",
    "Plan",
    "Said",
    "cancel",
    "drawn",
    "epoch_seconds",
    "estimate_seconds",
    "find",
    "follow",
    "kept",
    "kinds_shown",
    "list_hardware",
    "plan_of",
    "publish_run",
    "requests_for",
    "run_plan",
    "run_plan_on_lent_gpu",
    "start",
    "to_line",
]
