"""All words of the page in each of its languages."""

from .en import ENGLISH
from .language import translate
from .schema import ChartWords, Words
from .zh import CHINESE

LANGUAGES = {"": ENGLISH, "zh": CHINESE}  # path of the page -> its words; assets/js/language.js chooses between them
