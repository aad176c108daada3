"""Pictures to train on: drawn by code, read from files and archives, or uploaded."""

from .dataset import NO_LABEL, SpriteSet, as_tensors, draw_builtin, open_dataset
from .pixelart import draw, make_recipe, paint, validation_recipes
from .readers import Limits, fit_to_sprite, open_picture
from .uploads import make_preview_sheet, open_upload
