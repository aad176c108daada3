"""A run on the disk: its folder, its checkpoints, its numbers and its card."""

from .card import build_card, command_in, is_ours
from .checkpoint import COURSE, NETWORKS, RunConfig, restore
from .files import write_whole
from .quality import SENTENCES, answer, late_pair, qualities, specialises
from .run_folder import (
    MOST_LOADED,
    RUN_FILES,
    SAMPLE,
    TRAINING_FILES,
    Checkpoint,
    RunFolder,
    check_file,
    epoch_files,
    list_runs,
    load_file,
    sample_name,
)

__all__ = [
    "COURSE",
    "MOST_LOADED",
    "NETWORKS",
    "RUN_FILES",
    "SAMPLE",
    "SENTENCES",
    "TRAINING_FILES",
    "Checkpoint",
    "RunConfig",
    "RunFolder",
    "answer",
    "build_card",
    "check_file",
    "command_in",
    "epoch_files",
    "is_ours",
    "late_pair",
    "list_runs",
    "load_file",
    "qualities",
    "restore",
    "sample_name",
    "specialises",
    "write_whole",
]
