"""Sprites from a checkpoint: the device, networks made fast, many sampling loops answered together."""

from .card_picture import Drawing, draw_card_picture
from .cpu import release_openmp_threads
from .device import Device, describe_device, find_device, is_zero_gpu, make_accelerator
from .generation import MAX_SPRITES, Request, describe_request, generate, generate_finished, predictor
from .zero_gpu import STARTUP_SECONDS, generate_on_lent_gpu, run_on_lent_gpu

__all__ = [
    "MAX_SPRITES",
    "STARTUP_SECONDS",
    "Device",
    "Drawing",
    "Request",
    "describe_device",
    "describe_request",
    "draw_card_picture",
    "find_device",
    "generate",
    "generate_finished",
    "generate_on_lent_gpu",
    "is_zero_gpu",
    "make_accelerator",
    "predictor",
    "release_openmp_threads",
    "run_on_lent_gpu",
]
