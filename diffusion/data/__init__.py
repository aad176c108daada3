"""Pictures to train on: drawn by code, read from files and archives, or uploaded."""

from .asked import draw_asked, surprise
from .dataset import NO_LABEL, SpriteSet, as_tensors, draw_builtin, open_dataset
from .decode import fit_to_sprite, open_picture
from .endless import make_endless_recipe, validation_recipes
from .lexicon import Language, language_of, translate_word
from .notes import may_be_sheets
from .pixelart import draw, make_recipe, paint
from .prompt import MAX_PROMPT, parse_prompt, write_prompt
from .prompt_words import Prompt
from .readers import Limits
from .shape_words import builtin_vocabulary, is_builtin
from .sheets import Sheet
from .suggest import nearest_words, suggest_completions
from .uploads import make_preview_sheet, open_upload
