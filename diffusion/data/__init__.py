"""Pictures to train on: drawn by code, read from files and archives, or uploaded."""

from .dataset import NO_LABEL, SpriteSet, as_tensors, open_dataset
from .pixelart import draw, make_recipe, paint, validation_recipes
from .readers import Limits, fit_to_sprite
from .uploads import make_preview_sheet, open_upload

__all__ = [
    "NO_LABEL",
    "Limits",
    "SpriteSet",
    "as_tensors",
    "draw",
    "fit_to_sprite",
    "make_preview_sheet",
    "make_recipe",
    "open_dataset",
    "open_upload",
    "paint",
    "validation_recipes",
]
