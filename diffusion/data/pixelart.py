"""Draws the built-in 16x16 sprites from the hand-made part maps in assets/parts/.

A part is text, one character for each pixel. Its header names a material for each slot it uses:

    [round-flask] 1=glow a=wood emblem=0,2
    ......kk........                             .  transparent       k  black       #  white
    .....k1aak......                             1..5, a..e, A..E, v..z: four slots of five tones each

A slot is named by its first symbol (1, a, A, v). Its five symbols are a ramp: five tones of one colour, from highlight
to darkest outline. The colour is picked at random from the slot's material in palette.txt (`cloth`, `metal`), or from
a list in the header (`ff2020,80d820`). A material has one colour in the whole sprite, so face and hands have the same
skin; `cloth2` and `cloth3` are other picks from the list of `cloth`, with other colours. `mirror` in the header means
that the rows are the left half. `emblem=0,2` allows one part of emblems.txt over this part, moved 0 right and 2 down.

A sprite is a pure function of (seed, number, split). The same character is drawn from the front (hero) and from the
side with a weapon (side-facing). About a tenth of the parts is for validation: a sprite of the split "test" shows at
least one of them, a sprite of the split "train" none.
"""

import itertools
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from .. import ASSETS
from ..errors import UserError
from ..sprites import COURSE_COUNTS, KINDS, SIZE

PARTS = ASSETS / "parts"
TONES = np.array([1.0, 0.8, 0.6, 0.4, 0.3])  # factors of a ramp's colour: highlight, base, shadow, outline, darkest
SLOTS = ("12345", "abcde", "ABCDE", "vwxyz")
SYMBOLS = ".k#" + "".join(SLOTS)  # a pixel's value is its symbol's index; '#' is white
CHARACTERS = 4000  # of one seed; each may be drawn from the front and from the side
OVERLAYS = ("wings", "eyes", "horns", "emblem")
LAYER_ORDER = ("wings", "body", "eyes", "horns", "emblem")  # back to front
HEX = re.compile("[0-9a-f]{6}(,[0-9a-f]{6})*")
VALIDATION_ONE_IN = 10  # one part in so many is for validation

Colour = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Part:
    sheet: str  # the name of its file, "hats.front"
    name: str
    pixels: np.ndarray  # (16, 16) uint8, indices into SYMBOLS
    slots: tuple[str, ...]  # four, in the order of SLOTS: a material, colours "ff2020,80d820", or "" if not used
    overlays: dict[str, tuple[int, int]]  # one of OVERLAYS -> (right, down) pixels to move it


@dataclass(frozen=True)
class SpriteRecipe:
    """The parts and colours of a sprite; equal recipes give equal pictures."""

    kind: int  # index into KINDS
    layers: tuple[tuple[str, str, int, int], ...]  # (sheet, part, pixels right, pixels down), back to front
    colours: tuple[tuple[str, Colour], ...]  # (slot's material or list, picked colour)

    @property
    def shapes(self) -> frozenset[str]:
        """The parts by name, "hats/crown", without the view."""
        return frozenset(f"{sheet.split('.')[0]}/{name}" for sheet, name, _, _ in self.layers)


@cache
def part_sheets() -> dict[str, dict[str, Part]]:
    """Every part file: "hats.front" -> {name: Part}. Read once."""
    sheets = {path.stem: dict(_read(path)) for path in sorted(PARTS.glob("*.txt")) if path.stem != "palette"}
    assert sheets, f"no part maps in {PARTS}"
    return sheets


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


@cache
def palette() -> dict[str, tuple[Colour, ...]]:
    """The highlight colours of each material."""
    lines = (line for line in (PARTS / "palette.txt").read_text("utf-8").splitlines() if line and line[0] != "#")
    return {name: _colours(colours.split()) for name, colours in (line.split(": ") for line in lines)}


def _read(path: Path) -> Iterator[tuple[str, Part]]:
    header = ""
    rows: list[str] = []
    for line in [*path.read_text("utf-8").splitlines(), "["]:
        if line.startswith("["):
            if header:
                part = _parse(path.stem, header, rows)
                yield part.name, part
            header, rows = line, []
        elif line and not line.startswith("# "):
            rows.append(line)


def _parse(sheet: str, header: str, rows: list[str]) -> Part:
    name, _, settings = header[1:].partition("]")
    where = f"{sheet}.txt [{name}]"
    slots, overlays, width = {}, {}, SIZE
    for word in settings.split():
        key, _, value = word.partition("=")
        if word == "mirror":
            width = SIZE // 2
        elif key in OVERLAYS:
            right, down = value.split(",")
            overlays[key] = (int(right), int(down))
        else:
            slots[key] = value
            assert HEX.fullmatch(value) or value.rstrip("23") in palette(), f"{where}: no material {value}"
    unknown = sorted(set("".join(rows)) - set(SYMBOLS))
    assert rows and not unknown, f"{where}: {unknown or 'no rows'}, but only {SYMBOLS} are allowed"
    assert len(rows) <= SIZE and max(map(len, rows)) <= width, f"{where}: larger than {width} x {SIZE}"
    pixels = np.zeros((SIZE, SIZE), np.uint8)
    for y, row in enumerate(rows):
        pixels[y, : len(row)] = [SYMBOLS.index(symbol) for symbol in row]
    if width < SIZE:
        pixels[:, width:] = pixels[:, width - 1 :: -1]
    used = {slot[0] for slot in SLOTS if any(SYMBOLS.index(tone) in pixels for tone in slot)}
    assert used <= slots.keys(), f"{where}: the header does not say what {used - slots.keys()} is made of"
    return Part(sheet, name, pixels, tuple(slots.get(slot[0], "") for slot in SLOTS), overlays)


def _colours(words: list[str]) -> tuple[Colour, ...]:
    return tuple((red, green, blue) for red, green, blue in map(bytes.fromhex, words))


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
    colours = dict(recipe.colours)
    for sheet, name, right, down in recipe.layers:
        part = part_sheets()[sheet][name]
        pixels = _shift(part.pixels, right, down)
        opaque = pixels > 0
        canvas[opaque] = _symbol_colours(tuple(colours.get(slot, (0, 0, 0)) for slot in part.slots))[pixels[opaque]]
    return canvas


def _make_object(rng: np.random.Generator, kind: int, is_validation: bool) -> SpriteRecipe:
    """A creature, food or item, with the overlays that its header allows."""
    sheets = [name for name in part_sheets() if name.startswith(ONE_PART[kind])]
    body = _choose(rng, [part for name in sheets for part in split_parts()[name][is_validation]])
    layers = {"body": (body, 0, 0)}
    for overlay, (right, down) in body.overlays.items():
        layers[overlay] = (_choose(rng, split_parts()[overlay][False]), right, down)
    return _choose_colours(rng, kind, [layers[name] for name in LAYER_ORDER if name in layers])


def _make_character(rng: np.random.Generator, kind: int, is_validation: bool) -> SpriteRecipe:
    """A hero from the front or from the side; both views use the same random numbers first and show one character."""
    sheets = [name for name, _ in BODY if split_parts()[f"{name}.front"][True]]
    validation_sheet = str(rng.choice(sheets)) if is_validation else ""  # the part from here is a validation part
    body = [name for name, share in BODY if rng.random() < share or name == validation_sheet]
    chosen = [_choose(rng, split_parts()[f"{name}.front"][name == validation_sheet]) for name in body]
    front = _choose_colours(rng, kind, [(part, 0, 0) for part in chosen])
    if KINDS[kind] == "hero":
        return front
    side = [(part_sheets()[part.sheet.replace("front", "side")][part.name], 0, 0) for part in chosen]
    weapon = _choose(rng, split_parts()["weapons.side"][False])
    return _choose_colours(rng, kind, [*side, (weapon, 0, 0)], dict(front.colours))


def _choose(rng: np.random.Generator, parts: list[Part]) -> Part:
    return parts[rng.integers(len(parts))]


def _choose_colours(
    rng: np.random.Generator, kind: int, layers: list[tuple[Part, int, int]], colours: dict[str, Colour] | None = None
) -> SpriteRecipe:
    """Picks a colour for every slot of the layers that has none yet; picks of one material are never the same.

    layers: (part, pixels right, pixels down), back to front; colours: those picked already.
    """
    colours = dict(colours or {})
    for slot in (slot for part, _, _ in layers for slot in part.slots if slot and slot not in colours):
        material = slot.rstrip("23")
        if HEX.fullmatch(slot):
            choice = _colours(slot.split(","))
        else:
            taken = {colour for other, colour in colours.items() if other.rstrip("23") == material}
            choice = tuple(colour for colour in palette()[material] if colour not in taken)
        colours[slot] = choice[rng.integers(len(choice))]
    places = tuple((part.sheet, part.name, right, down) for part, right, down in layers)
    return SpriteRecipe(kind, places, tuple(colours.items()))


def _shift(pixels: np.ndarray, right: int, down: int) -> np.ndarray:
    """Moves a part within its 16x16 square; pixels that leave the square are cut off."""
    if not right and not down:
        return pixels
    moved = np.zeros_like(pixels)
    source = pixels[max(0, -down) : SIZE - max(0, down), max(0, -right) : SIZE - max(0, right)]
    moved[max(0, down) :, max(0, right) :][: source.shape[0], : source.shape[1]] = source
    return moved


@cache
def _symbol_colours(ramps: tuple[Colour, ...]) -> np.ndarray:
    """The colour of every symbol in SYMBOLS, uint8 (23, 3), for the four slots' colours."""
    tones = np.concatenate([np.outer(TONES, ramp) for ramp in ramps])
    return np.concatenate([[[255] * 3, [0] * 3, [255] * 3], tones.round()]).astype(np.uint8)


@cache  # for the pages of both languages
def validation_recipes(count: int) -> list[SpriteRecipe]:
    """The first `count` validation sprites of seed 0 that have different parts."""
    recipes: dict[frozenset[str], SpriteRecipe] = {}
    for number in itertools.count():
        if len(recipes) == count:
            break
        recipe = make_recipe(seed=0, number=number, split="test")
        recipes.setdefault(recipe.shapes, recipe)
    return list(recipes.values())
