"""Pictures to train on: drawn by code, read from files and archives, or uploaded."""

from .dataset import NO_LABEL, SpriteSet, as_tensors, draw_builtin, open_dataset
from .decode import fit_to_sprite, open_picture
from .notes import may_be_sheets
from .pixelart import draw, make_recipe, paint, validation_recipes
from .readers import Limits
from .sheets import Sheet
from .uploads import make_preview_sheet, open_upload
