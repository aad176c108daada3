"""A run on the disk: its folder, its checkpoints, its numbers and its card."""

from .card import build_card, find_command, is_generated_card
from .checkpoint import COURSE, RunConfig, restore
from .checkpoint_files import MAX_LOADED, Checkpoint, check_file, find_epoch_files, load_file
from .comparison import compare_epochs, describe_specialisation, list_qualities, pick_late_pair
from .files import write_whole
from .quality import QUALITY_NUMBERS, Baseline, EpochMetrics, Measured, Metrics, Quality, read_entries, read_metrics
from .run_folder import (
    RUN_FILES,
    SAMPLE,
    TRAINING_FILES,
    RunFolder,
    list_runs,
    sample_name,
)

__all__ = [
    "COURSE",
    "MAX_LOADED",
    "QUALITY_NUMBERS",
    "RUN_FILES",
    "SAMPLE",
    "TRAINING_FILES",
    "Baseline",
    "Checkpoint",
    "EpochMetrics",
    "Measured",
    "Metrics",
    "Quality",
    "RunConfig",
    "RunFolder",
    "build_card",
    "check_file",
    "compare_epochs",
    "describe_specialisation",
    "find_command",
    "find_epoch_files",
    "is_generated_card",
    "list_qualities",
    "list_runs",
    "load_file",
    "pick_late_pair",
    "read_entries",
    "read_metrics",
    "restore",
    "sample_name",
    "write_whole",
]
