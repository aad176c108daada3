"""Runs of every kind that can be asked, and how two answers about them are compared."""

from diffusion.core import Vocabulary, kinds_vocabulary
from diffusion.data import builtin_vocabulary
from diffusion.errors import UserError, explain
from diffusion.sprites import KINDS
from diffusion.store import RunConfig
from diffusion.ui.words import CHINESE, ENGLISH, translate

LANGUAGES = {"en": ENGLISH, "zh": CHINESE}
OWN = ("hero/knight", "black cat", "Blaster MkII", "史莱姆王子", "dog", "cat", "rusty robot", "constructor", "𝒳y")
UNSEEN = ["cat", "red hair", "spell", "wizard"]
RUNS = {
    "sprites": RunConfig(width=8, vocabulary=builtin_vocabulary()),
    "unseen": RunConfig(width=8, vocabulary=builtin_vocabulary(), data={"unseen": UNSEEN}),
    "own": RunConfig(width=8, vocabulary=Vocabulary((("kind", KINDS), ("folder", OWN))), data={"unseen": ["dog"]}),
    "words": RunConfig(width=8, vocabulary=Vocabulary((("folder", OWN),)), data={"unseen": []}),
    "kinds": RunConfig(width=8, data={"kinds": dict.fromkeys(KINDS, 3) | {"food": 0}}),
    "silent": RunConfig(width=8, data={"labelled": 0}),
    "later": RunConfig(width=8, vocabulary=kinds_vocabulary(), start="hf://a/b/model_4", data={"labelled": 0}),
}


def answer_all(act, *questions):
    """act(*question) for each, or what the page says in both languages where it refuses, as the browser answers."""

    def answer(question):
        try:
            return act(*question)
        except UserError as error:
            return {"refused": [translate(words, explain(error)) for words in LANGUAGES.values()]}

    return [answer(question) for question in zip(*questions, strict=True)]
