"""A run on the disk: its folder, its checkpoints, its numbers and its card."""

from .card import build_card, find_command, is_generated_card
from .checkpoint import COURSE, RunConfig, restore
from .files import write_whole
from .quality import compare_epochs, describe_specialisation, list_qualities, pick_late_pair
from .run_folder import (
    MAX_LOADED,
    RUN_FILES,
    SAMPLE,
    TRAINING_FILES,
    Checkpoint,
    RunFolder,
    check_file,
    find_epoch_files,
    list_runs,
    load_file,
    sample_name,
)

__all__ = [
    "COURSE",
    "MAX_LOADED",
    "RUN_FILES",
    "SAMPLE",
    "TRAINING_FILES",
    "Checkpoint",
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
    "restore",
    "sample_name",
    "write_whole",
]
