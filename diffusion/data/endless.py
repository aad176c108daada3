"""Draws the built-in sprites of the second edition: new ones for every epoch.

A sprite is a pure function of (seed, epoch, number, split), so a resumed run and each of several processes get the
same sprites. What varies beside the parts and colours of the first edition is in finish.py; creatures get patterns.

assets/parts/more/held_out.txt says what is kept out of training: shapes that hardly anyone asks for first, and
combinations of shapes and colours that are each trained on. A sprite of the split "test" shows at least one of these,
a sprite of the split "train" none.
"""

import itertools
from functools import cache
from itertools import chain, pairwise

import numpy as np

from ..errors import UserError
from ..sprites import COURSE_COUNTS, KINDS
from .colour_names import name_colour
from .finish import INKS, POSES, TINTS, TONES_OF_A_RAMP, Finish
from .parts import HEX, MORE, OVERLAYS, PATTERN, Colour, Part, part_sheets, read_lines
from .pixelart import (
    BODY,
    LAYER_ORDER,
    ONE_PART,
    SpriteRecipe,
    choose,
    colour_options,
    from_the_side,
    paint,
    pick_colours,
)

EDITION = 2
NEIGHBOURS = 1000  # so many sprites share as many characters: some are seen from the front and from the side
OVERLAY_SHARES = {"wings": 0.8, "horns": 0.8, "emblem": 0.7, "eyes": 1.0}
WHOLE_HEROES = 0.08  # the share of heroes that are one part, such as a knight
PATTERN_SHARE = 0.45  # of the creatures whose fur or scales can have one
PATTERN_COLOURS = ((244, 236, 216), (72, 68, 80))  # beside the others of the body's own list
OWN_COLOURS = ("body", "detail", "detail2", "detail3")
FLAT_KINDS = ("non-hero", "food")  # those with poses; a diagonal sword would get a kink
KIND_EDGES = np.cumsum(COURSE_COUNTS) / sum(COURSE_COUNTS)


def draw_epoch(
    count: int, seed: int = 0, epoch: int = 0, split: str = "train"
) -> tuple[np.ndarray, np.ndarray, list[SpriteRecipe]]:
    """Draws sprites 0 to count - 1 of an epoch in the course's format.

    Returns uint8 (count, 16, 16, 3) RGB on white, float64 (count, 5) one-hot labels in the order of KINDS, and the
    recipes. ValueError for a count below 1 or a split other than "train" and "test".
    """
    if count < 1:
        raise UserError("count must be at least 1, not {count}", count=count)
    recipes = [make_endless_recipe(seed, epoch, number, split) for number in range(count)]
    labels = np.eye(len(COURSE_COUNTS))[[recipe.kind for recipe in recipes]]
    return np.stack([paint(recipe) for recipe in recipes]), labels, recipes


def make_endless_recipe(seed: int, epoch: int, number: int, split: str = "train") -> SpriteRecipe:
    """The recipe of sprite `number` of an epoch. split: "train" or "test"; ValueError for another one."""
    if split not in ("train", "test"):
        raise UserError("split must be 'train' or 'test', not {split!r}", split=split)
    is_test = split == "test"
    rng = np.random.default_rng([EDITION, seed, epoch, is_test, number])
    kind = int(np.searchsorted(KIND_EDGES, rng.random(), side="right"))
    sheets = ONE_PART.get(kind)
    if KINDS[kind] == "hero" and not is_test and rng.random() < WHOLE_HEROES:
        sheets = "heroes"
    if not sheets:
        character = int(rng.integers(NEIGHBOURS))
        rng = np.random.default_rng([EDITION, seed, epoch, is_test, number // NEIGHBOURS, character, 1])
    while True:
        wanted = _held_out_of(kind)[rng.integers(len(_held_out_of(kind)))] if is_test else frozenset()
        recipe = _make_object(rng, kind, sheets, wanted) if sheets else _make_character(rng, kind, wanted)
        if is_held_out(recipe) == is_test:
            return recipe


@cache  # for the pages of both languages
def validation_recipes(count: int) -> list[SpriteRecipe]:
    """The first `count` validation sprites of epoch 0 that have different parts."""
    recipes: dict[frozenset[str], SpriteRecipe] = {}
    for number in itertools.count():
        if len(recipes) == count:
            break
        recipe = make_endless_recipe(0, 0, number, "test")
        recipes.setdefault(recipe.shapes, recipe)
    return list(recipes.values())


def make_recipe_with(rng: np.random.Generator, kind: int, wanted: frozenset[str]) -> SpriteRecipe:
    """A sprite of a kind (index into KINDS) with the wanted features wherever it can have them."""
    sheets = ONE_PART.get(kind)
    if KINDS[kind] == "hero" and any(feature.startswith("heroes/") for feature in wanted):
        sheets = "heroes"
    return _make_object(rng, kind, sheets, wanted) if sheets else _make_character(rng, kind, wanted)


def features(recipe: SpriteRecipe) -> frozenset[str]:
    """What can be kept out of training: "hats/crown" and "cloth2:red"; "body:red" where slot 1 has no material."""
    colours = dict(recipe.colours)
    return recipe.shapes | {
        f"{slot_name(part, slot)}:{name_colour(colours[slot])}" for part in recipe.parts for slot in part.slots if slot
    }


def slot_name(part: Part, slot: str) -> str:
    """The material of a slot; one of OWN_COLOURS, by the slot's place, where the header has a list of colours."""
    return OWN_COLOURS[part.slots.index(slot)] if HEX.fullmatch(slot) else slot


@cache
def held_out() -> tuple[frozenset[str], ...]:
    """What is kept out of training, each as the features that show it together."""
    return tuple(frozenset(line.split()) for line in read_lines(MORE / "held_out.txt"))


@cache
def _held_out_with() -> dict[str, list[frozenset[str]]]:
    """The same by the alphabetically first feature of each."""
    entries: dict[str, list[frozenset[str]]] = {}
    for entry in held_out():
        entries.setdefault(min(entry), []).append(entry)
    return entries


def is_held_out(recipe: SpriteRecipe) -> bool:
    """Whether the sprite shows something that is kept out of training."""
    shown, entries = features(recipe), _held_out_with()
    return any(entry <= shown for feature in shown & entries.keys() for entry in entries[feature])


@cache
def _held_out_of(kind: int) -> list[frozenset[str]]:
    """What a sprite of this kind can show of it."""
    if kind in ONE_PART:
        sheets: tuple[str, ...] = (ONE_PART[kind], *OVERLAYS, "patterns/")
    else:
        sheets = (*(f"{name}/" for name, _ in BODY), *(("weapons/",) if KINDS[kind] == "side-facing" else ()))
    return [entry for entry in held_out() if all(":" in name or name.startswith(sheets) for name in entry)]


@cache
def _parts_of(prefix: str) -> list[Part]:
    """All parts of the files whose names begin with this."""
    return list(chain(*(parts.values() for name, parts in part_sheets(EDITION).items() if name.startswith(prefix))))


def _choose_wanted(rng: np.random.Generator, prefix: str, wanted: frozenset[str]) -> Part:
    """One of the parts that are wanted, if there are any in these files, else any part."""
    parts = _parts_of(prefix)
    return choose(rng, [part for part in parts if part.shape in wanted] or parts if wanted else parts)


def _make_object(rng: np.random.Generator, kind: int, sheets: str, wanted: frozenset[str]) -> SpriteRecipe:
    """A part of the files whose names begin with `sheets`, with some of the overlays that its header allows."""
    body = _choose_wanted(rng, sheets, wanted)
    layers = {"body": (body, 0, 0)}
    for overlay, (right, down) in body.overlays.items():
        if rng.random() < OVERLAY_SHARES[overlay]:
            layers[overlay] = (_choose_wanted(rng, overlay, wanted), right, down)
    in_order = [layers[name] for name in LAYER_ORDER if name in layers]
    if body.takes_pattern and KINDS[kind] == "non-hero" and rng.random() < PATTERN_SHARE:
        in_order.insert(in_order.index(layers["body"]) + 1, (_choose_wanted(rng, "patterns", wanted), 0, 0))
    return _finish(rng, kind, in_order, _pick(rng, [part for part, _, _ in in_order], {}, wanted))


def _make_character(rng: np.random.Generator, kind: int, wanted: frozenset[str]) -> SpriteRecipe:
    """A hero from the front or from the side; both views use the same random numbers first and show one character."""
    sheets = [name for name, share in BODY if rng.random() < share or any(f.startswith(name) for f in wanted)]
    chosen = [_choose_wanted(rng, f"{name}.front", wanted) for name in sheets]
    colours = _pick(rng, chosen, {}, wanted)
    if KINDS[kind] == "side-facing":
        chosen = [from_the_side(part, EDITION) for part in chosen]
        chosen.append(_choose_wanted(rng, "weapons.side", wanted))
        colours = _pick(rng, chosen, colours, wanted)
    return _finish(rng, kind, [(part, 0, 0) for part in chosen], colours)


def _pick(
    rng: np.random.Generator, parts: list[Part], colours: dict[str, Colour], wanted: frozenset[str]
) -> dict[str, Colour]:
    """A colour for every slot of the parts; those that are wanted where the slot can have them."""
    names = {slot: slot_name(part, slot) for part in parts for slot in part.slots}

    def options(slot: str, taken: dict[str, Colour]) -> tuple[Colour, ...]:
        if slot == PATTERN:
            body = next(below for below, part in pairwise(parts) if PATTERN in part.slots).slots[0]
            others = dict.fromkeys((*colour_options(body, taken, EDITION), *PATTERN_COLOURS))
            return tuple(colour for colour in others if colour != taken[body])
        found = colour_options(slot, taken, EDITION)
        if wanted:
            return tuple(colour for colour in found if f"{names[slot]}:{name_colour(colour)}" in wanted) or found
        return found

    return pick_colours(rng, parts, colours, options)


def _finish(
    rng: np.random.Generator, kind: int, layers: list[tuple[Part, int, int]], colours: dict[str, Colour]
) -> SpriteRecipe:
    tints = tuple(rng.integers(len(TINTS), size=len(colours)).tolist())
    tones, ink, is_mirrored, pose, right, down = rng.integers(
        (len(TONES_OF_A_RAMP), len(INKS), 2, POSES, 3, 3)
    ).tolist()
    if kind in ONE_PART:
        pose = pose if KINDS[kind] in FLAT_KINDS else 0
        finish = Finish(tints, tones, ink, bool(is_mirrored), pose, right - 1, down - 1)
    else:
        finish = Finish(tints, tones)
    places = tuple((part.sheet, part.name, right, down) for part, right, down in layers)
    return SpriteRecipe(kind, places, tuple(colours.items()), finish)
