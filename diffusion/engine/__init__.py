"""Sprites from a checkpoint: the device, networks made fast, many sampling loops answered together."""

from .card_picture import Drawing, draw_card_picture
from .cpu import dismiss_team
from .device import Device, describe_device, find_device, lends_gpu, make_accelerator
from .generation import MOST_SPRITES, Request, finished, generate, predictor, recipe
from .zero_gpu import STARTING, generate_on_lent_gpu, on_gpu

__all__ = [
    "MOST_SPRITES",
    "STARTING",
    "Device",
    "Drawing",
    "Request",
    "describe_device",
    "dismiss_team",
    "draw_card_picture",
    "find_device",
    "finished",
    "generate",
    "generate_on_lent_gpu",
    "lends_gpu",
    "make_accelerator",
    "on_gpu",
    "predictor",
    "recipe",
]
