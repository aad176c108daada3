"""Draws built-in sprites for those who must know all of them: every shape and combination, in even shares of kinds."""

import numpy as np

from ..sprites import KINDS
from .asked import words_of
from .dataset import SpriteSet
from .endless import EDITION, WHOLE_HEROES, make_recipe_with
from .parts import part_sheets
from .pixelart import paint
from .shape_words import builtin_vocabulary

SHARES = {"hero": 0.2, "non-hero": 0.22, "food": 0.15, "spell": 0.26, "side-facing": 0.17}  # a hero has the most words


def draw_balanced(count: int, seed: int = 0, epoch: int = 0) -> SpriteSet:
    """`count` sprites of an epoch; also with what is kept out of the training of runs. Labels over all words."""
    vocabulary, recipes = builtin_vocabulary(), []
    edges = np.cumsum([SHARES[kind] for kind in KINDS])
    heroes = list(part_sheets(EDITION)["heroes"].values())
    labels = np.zeros((count, len(vocabulary)), np.uint8)
    for number in range(count):
        rng = np.random.default_rng([EDITION, seed, epoch, number, 4])
        kind = min(int(np.searchsorted(edges, rng.random(), side="right")), len(KINDS) - 1)
        is_whole = KINDS[kind] == "hero" and rng.random() < WHOLE_HEROES
        wanted = frozenset({heroes[int(rng.integers(len(heroes)))].shape} if is_whole else ())
        recipes.append(make_recipe_with(rng, kind, wanted))
        labels[number, [vocabulary.places[word] for word in words_of(recipes[-1])]] = 1
    return SpriteSet(np.stack([paint(recipe) for recipe in recipes]), labels, "balanced", vocabulary=vocabulary)
