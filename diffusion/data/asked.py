"""Draws built-in sprites that show the words of a prompt."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..core import COLOUR, SHAPE
from ..errors import UserError
from ..sprites import KINDS
from .colour_names import COLOUR_NAMES, METAL_NAMES
from .describe import MATERIAL_NAMES, describe
from .endless import EDITION, KIND_EDGES, OWN_COLOURS, make_recipe_with
from .parts import OVERLAYS
from .pixelart import ONE_PART, SpriteRecipe
from .prompt_words import CHARACTER_SHEETS
from .shape_words import builtin_vocabulary, shape_facts

TRIES = 150  # for each sprite that is asked for
MIN_TRIES, MAX_TRIES = 4000, 60_000
SURPRISE_TRIES = 20


@dataclass(frozen=True)
class AskedSprite:
    recipe: SpriteRecipe
    missing: tuple[str, ...]  # the words that it does not show


def draw_asked(words: dict[str, float], count: int, seed: int = 0) -> list[AskedSprite]:
    """At most `count` sprites that show the words, or most of them; no two are alike.

    words: names of the built-in vocabulary; those of weight 0 are not asked for, other weights count alike. It tries
    recipes up to a bound, so it may find fewer than `count`. ValueError for a count below 1, for an unknown word, and
    where nothing is asked or no sprite shows any of it.
    """
    if count < 1:
        raise UserError("count must be at least 1, not {count}", count=count)
    builtin_vocabulary().encode(words)
    asked = tuple(word for word, weight in words.items() if weight > 0)
    if not asked:
        raise UserError("no word is asked for")
    kinds, wanted = _kinds_of(asked), _features_of(asked)
    found: dict[SpriteRecipe, AskedSprite] = {}
    full = 0
    for number in range(min(max(MIN_TRIES, TRIES * count), MAX_TRIES)):
        rng = np.random.default_rng([EDITION, seed, number, 2])
        kind = kinds[int(rng.integers(len(kinds)))] if kinds else _random_kind(rng)
        recipe = make_recipe_with(rng, kind, wanted)
        if recipe not in found:
            shown = words_of(recipe)
            found[recipe] = AskedSprite(recipe, tuple(word for word in asked if word not in shown))
            full += not found[recipe].missing
            if full == count:
                break
    fewest = min(len(sprite.missing) for sprite in found.values())
    if fewest == len(asked):
        raise UserError("no built-in sprite shows {words}", words=", ".join(asked))
    best = sorted(found.values(), key=lambda sprite: len(sprite.missing))[:count]
    return [sprite for sprite in best if len(sprite.missing) < len(asked)]


def surprise(words: Mapping[str, float], seed: int, number: int) -> tuple[str, ...]:
    """The words of a random sprite that shows those that are asked for, or most of them.

    words: names with their weights; those that are no built-in ones are left out. A pure function of all arguments.
    """
    asked = tuple(word for word, weight in words.items() if weight > 0 and word in builtin_vocabulary())
    kinds, wanted = _kinds_of(asked), _features_of(asked)
    best: tuple[int, tuple[str, ...]] = (len(asked) + 1, ())
    for attempt in range(SURPRISE_TRIES):
        rng = np.random.default_rng([EDITION, seed, number, attempt, 3])
        kind = kinds[int(rng.integers(len(kinds)))] if kinds else _random_kind(rng)
        shown = tuple(words_of(make_recipe_with(rng, kind, wanted)))
        best = min(best, (sum(word not in shown for word in asked), shown), key=lambda one: one[0])
        if not best[0]:
            break
    return best[1]


def _random_kind(rng: np.random.Generator) -> int:
    return int(np.searchsorted(KIND_EDGES, rng.random(), side="right"))


def words_of(recipe: SpriteRecipe) -> dict[str, float]:
    """All words of the built-in vocabulary that a sprite shows, each with weight 1."""
    told = describe(recipe)
    colours = (f"{part.colour} {part.material}" for part in told.colours)
    return dict.fromkeys((told.kind, *told.shapes, *colours), 1.0)


def _kinds_of(words: tuple[str, ...]) -> list[int]:
    """The kinds of sprite that can show most of the shapes; empty where words say nothing about it."""
    named = [KINDS.index(word) for word in words if word in KINDS]
    votes = np.zeros(len(KINDS))
    for word in words:
        sheet = shape_facts()[word].sheet if word in shape_facts() else ""
        if sheet == "weapons":
            votes[KINDS.index("side-facing")] += 1
        elif sheet in CHARACTER_SHEETS or word.endswith((" hair", " skin")):
            votes[[KINDS.index("hero"), KINDS.index("side-facing")]] += 1
        elif sheet == "heroes":
            votes[KINDS.index("hero")] += 1
        elif sheet in OVERLAYS or sheet == "patterns":
            votes[list(ONE_PART)] += 0.1
        else:
            votes[[kind for kind, begin in ONE_PART.items() if sheet.startswith(begin)]] += 1
    if named:
        return named
    return np.flatnonzero(votes == votes.max()).tolist() if votes.any() else []


def _features_of(words: tuple[str, ...]) -> frozenset[str]:
    """The features of endless.py that show the words: "red cloth" is cloth:red, cloth2:red and cloth3:red."""
    groups = dict(builtin_vocabulary().groups)
    found = {shape_facts()[word].shape for word in words if word in groups[SHAPE]}
    for word in words:
        if word in groups[COLOUR]:
            colour, _, material = word.partition(" ")
            names = [name for name in COLOUR_NAMES if _called(name, material) == colour]
            slots = [slot for slot, called in MATERIAL_NAMES.items() if called == material] + [material]
            for slot in OWN_COLOURS if material == "detail" else slots:
                found |= {f"{slot}{number}:{name}" for number in ("", "2", "3") for name in names}
    return frozenset(found)


def _called(colour: str, material: str) -> str:
    return METAL_NAMES.get(colour, colour) if material == "metal" else colour
