"""Sprites from a checkpoint: the device, networks made fast, many sampling loops answered together."""

from .asking import (
    MAX_NAMED,
    REFUSALS,
    context_of,
    contexts_of,
    describe_sprites,
    find_words,
    known_names,
    known_prompt_words,
    nearest_known,
    understand,
    words_asked,
)
from .card_picture import Drawing, draw_card_picture
from .cpu import release_openmp_threads, return_freed_memory, share_one_heap
from .device import Device, describe_device, find_device, is_zero_gpu, make_accelerator
from .frames import Frame, Panel, make_frame
from .generation import generate, generate_finished, predictor
from .prediction import predict_noise
from .request import (
    MAX_EPOCHS,
    MAX_SPRITES,
    PAGE,
    SETTINGS,
    Prompt,
    Request,
    Shares,
    Switch,
    describe_request,
    read_request,
)
from .zero_gpu import STARTUP_SECONDS, generate_on_lent_gpu, run_on_lent_gpu
