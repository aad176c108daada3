"""Pictures to train on: drawn by code, read from files and archives, or uploaded."""

from .asked import draw_asked
from .balanced import draw_balanced
from .dataset import NO_LABEL, SpriteSet, as_tensors, draw_builtin, open_dataset
from .decode import fit_to_sprite, open_picture
from .describe import held_out_combinations
from .lexicon import Language, translate_word
from .notes import may_be_sheets
from .pixelart import draw, make_recipe, paint, validation_recipes
from .prompt import parse_prompt
from .prompt_words import Prompt
from .readers import Limits
from .shape_words import builtin_vocabulary, shape_facts
from .sheets import Sheet
from .suggest import nearest_words
from .uploads import make_preview_sheet, open_upload
