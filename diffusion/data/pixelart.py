"""Draws the built-in 16x16 sprites of the first edition: a fixed set, which earlier runs were trained on.

A sprite is a pure function of (seed, number, split). The same character is drawn from the front (hero) and from the
side with a weapon (side-facing). About a tenth of the parts is for validation: a sprite of the split "test" shows at
least one of them, a sprite of the split "train" none. The shapes are read by parts.py; endless.py draws the second
edition.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from ..errors import UserError
from ..sprites import COURSE_COUNTS, KINDS, SIZE
from .finish import INKS, TONES_OF_A_RAMP, Finish, tint
from .parts import (
    BLACK,
    FIRST_FILLS,
    HEX,
    OVERLAYS,
    PATTERN,
    TONES,
    Colour,
    Part,
    palette,
    parse_colours,
    part_sheets,
    shift,
    symbol_colours,
)

CHARACTERS = 4000  # of one seed; each may be drawn from the front and from the side
LAYER_ORDER = ("wings", "body", "eyes", "horns", "emblem")  # back to front
VALIDATION_ONE_IN = 10  # one part in so many is for validation


@dataclass(frozen=True)
class SpriteRecipe:
    """The parts and colours of a sprite; equal recipes give equal pictures."""

    kind: int  # index into KINDS
    layers: tuple[tuple[str, str, int, int], ...]  # (sheet, part, pixels right, pixels down), back to front
    colours: tuple[tuple[str, Colour], ...]  # (slot's material or list, picked colour)
    finish: Finish | None = None  # of the second edition

    @property
    def parts(self) -> list[Part]:
        """The parts of the layers, back to front."""
        sheets = part_sheets(2 if self.finish else 1)
        return [sheets[sheet][name] for sheet, name, _, _ in self.layers]

    @property
    def shapes(self) -> frozenset[str]:
        """The parts by name, "hats/crown", without the view."""
        return frozenset(f"{sheet.split('.')[0]}/{name}" for sheet, name, _, _ in self.layers)


@cache
def split_parts() -> dict[str, tuple[list[Part], list[Part]]]:
    """Every file's parts as (training, validation).

    The names decide, so a hat is in the same split from the front and from the side. Overlays and files of up to four
    parts are all for training.
    """
    split = {}
    for sheet, parts in part_sheets().items():
        shuffled = sorted(parts.values(), key=lambda part: zlib.crc32(part.name.encode()))
        count = 0 if sheet in OVERLAYS or len(parts) <= 4 else max(1, len(parts) // VALIDATION_ONE_IN)
        split[sheet] = (shuffled[count:], shuffled[:count])
    return split


# The files that a character's parts come from, back to front, each with its probability; the view, .front or .side, is
# added to the name.
BODY = (("legs", 1.0), ("torsos", 1.0), ("heads", 1.0), ("faces", 0.3), ("hair", 0.9), ("hats", 0.6))
# Sprites of the other kinds are one part each, from all files whose names begin with this.
ONE_PART = {1: "creatures", 2: "foods", 3: "items"}


def draw(count: int, seed: int = 0, split: str = "train") -> tuple[np.ndarray, np.ndarray]:
    """Draws sprites 0 to count - 1 of a seed in the course's format.

    split: "train" or "test" (validation). Returns uint8 (count, 16, 16, 3) RGB on white, and float64 (count, 5)
    one-hot labels in the order of KINDS. ValueError for a count below 1 or another split.
    """
    if count < 1:
        raise UserError("count must be at least 1, not {count}", count=count)
    recipes = [make_recipe(seed, number, split) for number in range(count)]
    labels = np.eye(len(COURSE_COUNTS))[[recipe.kind for recipe in recipes]]
    return np.stack([paint(recipe) for recipe in recipes]), labels


def make_recipe(seed: int, number: int, split: str = "train") -> SpriteRecipe:
    """The recipe of sprite `number` of a seed. split: "train" or "test" (validation); ValueError for another one."""
    if split not in ("train", "test"):
        raise UserError("split must be 'train' or 'test', not {split!r}", split=split)
    is_validation = split == "test"
    rng = np.random.default_rng([seed, is_validation, number])
    kind = int(rng.choice(len(COURSE_COUNTS), p=np.array(COURSE_COUNTS) / sum(COURSE_COUNTS)))
    if kind in ONE_PART:
        return _make_object(rng, kind, is_validation)
    return _make_character(
        np.random.default_rng([seed, is_validation, int(rng.integers(CHARACTERS)), 1]), kind, is_validation
    )


def paint(recipe: SpriteRecipe) -> np.ndarray:
    """Paints a recipe: uint8 (16, 16, 3) RGB on white."""
    canvas = np.full((SIZE, SIZE, 3), 255, np.uint8)
    colours, finish = dict(recipe.colours), recipe.finish
    if finish:
        colours = {slot: tint(colours[slot], index) for slot, index in zip(colours, finish.tints, strict=True)}
    tones, ink = (TONES_OF_A_RAMP[finish.tones], INKS[finish.ink]) if finish else (TONES, BLACK)
    drawn = np.zeros((SIZE, SIZE), bool)
    below = drawn.astype(np.uint8)
    for part, (_, _, right, down) in zip(recipe.parts, recipe.layers, strict=True):
        pixels = shift(part.pixels, right, down)
        opaque = pixels > 0
        if PATTERN in part.slots:  # it recolours the first slot of the body below, tone for tone
            opaque &= np.isin(below, FIRST_FILLS)
            pixels = below
        table = symbol_colours(tuple(colours.get(slot, BLACK) for slot in part.slots), tones, ink)
        canvas[opaque] = table[pixels[opaque]]
        drawn |= opaque
        below = pixels
    return finish.apply(canvas, drawn) if finish else canvas


def _make_object(rng: np.random.Generator, kind: int, is_validation: bool) -> SpriteRecipe:
    """A creature, food or item, with the overlays that its header allows."""
    sheets = [name for name in part_sheets() if name.startswith(ONE_PART[kind])]
    body = choose(rng, [part for name in sheets for part in split_parts()[name][is_validation]])
    layers = {"body": (body, 0, 0)}
    for overlay, (right, down) in body.overlays.items():
        layers[overlay] = (choose(rng, split_parts()[overlay][False]), right, down)
    in_order = [layers[name] for name in LAYER_ORDER if name in layers]
    return _make(kind, in_order, pick_colours(rng, [part for part, _, _ in in_order], {}))


def _make_character(rng: np.random.Generator, kind: int, is_validation: bool) -> SpriteRecipe:
    """A hero from the front or from the side; both views use the same random numbers first and show one character."""
    sheets = [name for name, _ in BODY if split_parts()[f"{name}.front"][True]]
    validation_sheet = str(rng.choice(sheets)) if is_validation else ""  # the part from here is a validation part
    body = [name for name, share in BODY if rng.random() < share or name == validation_sheet]
    chosen = [choose(rng, split_parts()[f"{name}.front"][name == validation_sheet]) for name in body]
    colours = pick_colours(rng, chosen, {})
    if KINDS[kind] == "side-facing":
        chosen = [from_the_side(part) for part in chosen]
        chosen.append(choose(rng, split_parts()["weapons.side"][False]))
        colours = pick_colours(rng, chosen, colours)
    return _make(kind, [(part, 0, 0) for part in chosen], colours)


def from_the_side(part: Part, edition: int = 1) -> Part:
    """The same part of a character, seen from the side."""
    return part_sheets(edition)[part.sheet.replace("front", "side")][part.name]


def choose(rng: np.random.Generator, parts: list[Part]) -> Part:
    return parts[rng.integers(len(parts))]


def colour_options(slot: str, taken: dict[str, Colour], edition: int = 1) -> tuple[Colour, ...]:
    """The colours that a slot may have; picks of one material are never the same. taken: slots with their colours."""
    if HEX.fullmatch(slot):
        return parse_colours(slot.split(","))
    material = slot.rstrip("23")
    others = {colour for other, colour in taken.items() if other.rstrip("23") == material}
    return tuple(colour for colour in palette(edition)[material] if colour not in others)


def pick_colours(
    rng: np.random.Generator,
    parts: list[Part],
    colours: dict[str, Colour],
    options: Callable[[str, dict[str, Colour]], Sequence[Colour]] = colour_options,
) -> dict[str, Colour]:
    """A colour for every slot of the parts, after those that are picked already."""
    colours = dict(colours)
    for slot in (slot for part in parts for slot in part.slots if slot and slot not in colours):
        choice = options(slot, colours)
        colours[slot] = choice[int(rng.integers(len(choice)))]
    return colours


def _make(kind: int, layers: list[tuple[Part, int, int]], colours: dict[str, Colour]) -> SpriteRecipe:
    places = tuple((part.sheet, part.name, right, down) for part, right, down in layers)
    return SpriteRecipe(kind, places, tuple(colours.items()))
