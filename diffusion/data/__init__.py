"""Pictures to train on: drawn by code, read from files and archives, or uploaded."""

from .array_labels import keep_labels
from .asked import draw_asked, surprise
from .balanced import draw_balanced
from .browser_words import word_tables
from .dataset import NO_LABEL, ONE_IN, SpriteSet, as_tensors, draw_builtin, open_dataset
from .decode import fit_to_sprite, open_picture
from .describe import held_out_combinations
from .endless import make_endless_recipe, validation_recipes
from .lexicon import Language, language_of, translate_word
from .notes import may_be_sheets
from .parts import palette
from .pixelart import draw, paint
from .prompt import MAX_PROMPT, TOO_LONG, parse_prompt, write_prompt
from .prompt_words import Prompt
from .readers import Limits
from .shape_words import builtin_vocabulary, is_builtin, shape_facts
from .sheets import Sheet
from .suggest import nearest_words, suggest_completions
from .uploads import make_preview_sheet, open_upload
