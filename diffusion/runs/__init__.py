"""A training run carried out: the plan, the preview sprites, the time it takes, jobs on the Hub's machines."""

from .estimate import Speed, estimate_epoch_seconds, estimate_seconds, measure_training_speed, measured_setting
from .hub_jobs import (
    Job,
    JobEnded,
    JobPlan,
    LogLine,
    cancel_job,
    code_address,
    find_job,
    follow_job,
    list_hardware,
    start_job,
)
from .log_lines import to_line
from .plan import Plan, load_plan
from .previews import draw_previews, is_previewed, preview_requests, preview_words
from .publish import publish_run
from .train_run import keep_upload, run_plan
from .zero_gpu_slices import run_plan_on_lent_gpu
