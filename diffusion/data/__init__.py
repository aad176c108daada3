"""Pictures to train on: drawn by code, read from files and archives, or uploaded."""

from .dataset import NO_LABEL, Sprites, as_tensors, open_dataset
from .pixelart import draw, held_out_recipes, paint, recipe
from .readers import Limits, fitted
from .uploads import open_upload, preview

__all__ = [
    "NO_LABEL",
    "Limits",
    "Sprites",
    "as_tensors",
    "draw",
    "fitted",
    "held_out_recipes",
    "open_dataset",
    "open_upload",
    "paint",
    "preview",
    "recipe",
]
