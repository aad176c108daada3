"""A run on the disk: its folder, its checkpoints, its numbers and its card."""

from .alpha import cut_out
from .atlas import layout_of, name_sprites
from .card import build_card, find_command, is_generated_card
from .checkpoint import COURSE, RunConfig, restore
from .checkpoint_files import MAX_LOADED, Checkpoint, check_file, find_epoch_files, load_file
from .comparison import compare_epochs, describe_copies, describe_specialisation, list_qualities, pick_late_pair
from .files import write_whole
from .json_text import parse_object
from .leftovers import clear_unbegun, is_unbegun, sweep_temporary
from .palette import MAX_COLOURS, find_palette, limit_colours, map_to_palette
from .pictures import save_animation, save_array, save_picture, save_pictures
from .quality import (
    KNOWN,
    QUALITY_NUMBERS,
    Baseline,
    EpochMetrics,
    Measured,
    Metrics,
    Quality,
    read_entries,
    read_metrics,
)
from .run_folder import RUN_FILES, SAMPLE, TRAINING_FILES, RunFolder, sample_name
from .run_list import list_runs, list_unusable
from .run_lock import RunLock, lock_run
from .weights import fit_vocabulary
from .younger import find_younger, load_younger
