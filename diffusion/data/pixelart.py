"""Draw 16x16 game sprites from the hand-made part maps in assets/parts/.

A part is text, one character a pixel, with the slots of its ramps named in its header:

    [round-flask] 1=glow a=wood emblem=0,2
    ......kk........                             .  transparent       k  black       #  white
    .....k1aak......                             1..5, a..e, A..E, v..z  four slots, each a ramp of five
                                                 tones from highlight to darkest outline

A slot names a material of palette.txt (`cloth`, `metal`), or lists colours of its own (`ff2020,80d820`).
The same material is the same colour everywhere in one sprite, so skin matches from face to hands; `cloth2`
is a second, different pick from the same list. `mirror` in the header means the rows hold the left half.
`emblem=0,2` lets one part of emblems.txt be laid over this one, moved 0 right and 2 down.

A sprite is a pure function of (seed, number, split). The same character is drawn from the front (hero) and
from the side with a weapon (side-facing). About a tenth of all shapes is held out: a test sprite shows at least one of
them, a training sprite none.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from .. import ASSETS
from ..errors import UserError
from ..sprites import COURSE_COUNTS, KINDS

PARTS = ASSETS / "parts"
SIZE = 16
TONES = np.array([1.0, 0.8, 0.6, 0.4, 0.3])  # of the ramp's own colour: highlight, base, shadow, outline, darkest
SLOTS = ("12345", "abcde", "ABCDE", "vwxyz")
SYMBOLS = ".k#" + "".join(SLOTS)  # a pixel's index is its place here; '#' is white ink
CHARACTERS = 4000  # distinct heroes of one seed; each is drawn from both sides
OVERLAYS = ("wings", "eyes", "horns", "emblem")
STACK = ("wings", "body", "eyes", "horns", "emblem")  # back to front
HEX = re.compile("[0-9a-f]{6}(,[0-9a-f]{6})*")
VALIDATION_ONE_IN = 10  # one shape in so many is kept for the test split

Colour = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Part:
    sheet: str  # the file it stands in, "hats.front"
    name: str
    pixels: np.ndarray  # (16, 16) uint8, indices into SYMBOLS
    slots: tuple[str, ...]  # four of: a material, a list of colours "ff2020,80d820", or "" where unused
    overlays: dict[str, tuple[int, int]]  # kind of overlay -> how far to move it (right, down)


@dataclass(frozen=True)
class SpriteRecipe:
    """All that a sprite is made of: the same recipe is the same picture."""

    kind: int  # index into KINDS
    layers: tuple[tuple[str, str, int, int], ...]  # (sheet, part, moved right, moved down), back to front
    colours: tuple[tuple[str, Colour], ...]  # what each material was painted with

    @property
    def shapes(self) -> frozenset[str]:
        return frozenset(f"{sheet.split('.')[0]}/{name}" for sheet, name, _, _ in self.layers)


@cache
def part_sheets() -> dict[str, dict[str, Part]]:
    """Every part file by its name: "hats.front" -> {name: Part}. Read once."""
    found = {path.stem: dict(_read(path)) for path in sorted(PARTS.glob("*.txt")) if path.stem != "palette"}
    assert found, f"no part maps in {PARTS}"
    return found


@cache
def split_parts() -> dict[str, tuple[list[Part], list[Part]]]:
    """Every file's parts as (for training, held out): by name alone, so a hat is held out from both sides."""
    split = {}
    for sheet, parts in part_sheets().items():
        shuffled = sorted(parts.values(), key=lambda part: zlib.crc32(part.name.encode()))
        kept_back = 0 if sheet in OVERLAYS else max(1, len(parts) // VALIDATION_ONE_IN) if len(parts) > 4 else 0
        split[sheet] = (shuffled[kept_back:], shuffled[:kept_back])
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
    foreign = sorted(set("".join(rows)) - set(SYMBOLS))
    assert rows and not foreign, f"{where}: {foreign or 'no rows'}, where only {SYMBOLS} can stand"
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


# A character is put together from these files, back to front: (file, how often it is there); .front or .side follows.
BODY = (("legs", 1.0), ("torsos", 1.0), ("heads", 1.0), ("faces", 0.3), ("hair", 0.9), ("hats", 0.6))
# The other kinds are one shape each, from every file whose name begins so.
ONE_SHAPE = {1: "creatures", 2: "foods", 3: "items"}


def draw(count: int, seed: int = 0, split: str = "train") -> tuple[np.ndarray, np.ndarray]:
    """`count` sprites in the course's format: uint8 (count, 16, 16, 3) RGB on white, float64 (count, 5) one-hot."""
    if count < 1:
        raise UserError("count must be at least 1, not {count}", count=count)
    drawn = [make_recipe(seed, number, split) for number in range(count)]
    labels = np.eye(len(COURSE_COUNTS))[[r.kind for r in drawn]]
    return np.stack([paint(r) for r in drawn]), labels


def make_recipe(seed: int, number: int, split: str = "train") -> SpriteRecipe:
    """What sprite `number` of a seed is made of."""
    if split not in ("train", "test"):
        raise UserError("split must be 'train' or 'test', not {split!r}", split=split)
    held_out = split == "test"
    rng = np.random.default_rng([seed, held_out, number])
    kind = int(rng.choice(len(COURSE_COUNTS), p=np.array(COURSE_COUNTS) / sum(COURSE_COUNTS)))
    if kind in ONE_SHAPE:
        return _object(rng, kind, held_out)
    return _character(np.random.default_rng([seed, held_out, int(rng.integers(CHARACTERS)), 1]), kind, held_out)


def paint(recipe: SpriteRecipe) -> np.ndarray:
    """The recipe as uint8 (16, 16, 3) RGB on white."""
    canvas = np.full((SIZE, SIZE, 3), 255, np.uint8)
    colours = dict(recipe.colours)
    for sheet, name, right, down in recipe.layers:
        part = part_sheets()[sheet][name]
        pixels = _shift(part.pixels, right, down)
        inked = pixels > 0
        canvas[inked] = _inks(tuple(colours.get(slot, (0, 0, 0)) for slot in part.slots))[pixels[inked]]
    return canvas


def _object(rng: np.random.Generator, kind: int, held_out: bool) -> SpriteRecipe:
    """One creature, food or item, with what its map says may be laid over it."""
    files = [name for name in part_sheets() if name.startswith(ONE_SHAPE[kind])]
    shelf = [part for name in files for part in split_parts()[name][held_out]]
    body = _choose(rng, shelf)
    layers = {"body": (body, 0, 0)}
    for overlay, moved in body.overlays.items():
        layers[overlay] = (_choose(rng, split_parts()[overlay][False]), *moved)
    return _choose_colours(rng, kind, [layers[place] for place in STACK if place in layers])


def _character(rng: np.random.Generator, kind: int, held_out: bool) -> SpriteRecipe:
    """A hero, from the front or from the side. Both begin with the same draws, so both show the same character."""
    must = str(rng.choice([name for name, _ in BODY if split_parts()[f"{name}.front"][True]])) if held_out else ""
    body = [name for name, share in BODY if rng.random() < share or name == must]
    chosen = [_choose(rng, split_parts()[f"{name}.front"][name == must]) for name in body]
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
    """Choose a colour for every material in the layers that has none yet, no two picks of one material alike."""
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
    """Shifted inside its 16x16 square; what leaves the square is gone."""
    if not right and not down:
        return pixels
    moved = np.zeros_like(pixels)
    source = pixels[max(0, -down) : SIZE - max(0, down), max(0, -right) : SIZE - max(0, right)]
    moved[max(0, down) :, max(0, right) :][: source.shape[0], : source.shape[1]] = source
    return moved


@cache
def _inks(ramps: tuple[Colour, ...]) -> np.ndarray:
    """The colour of every symbol, uint8 (23, 3), for four ramps."""
    tones = np.concatenate([np.outer(TONES, ramp) for ramp in ramps])
    return np.concatenate([[[255] * 3, [0] * 3, [255] * 3], tones.round()]).astype(np.uint8)


@cache  # both languages show them
def validation_recipes(count: int) -> list[SpriteRecipe]:
    """SpriteSet never trained on, no two of the same shape."""
    unlike: dict[frozenset[str], SpriteRecipe] = {}
    number = 0
    while len(unlike) < count:
        found = make_recipe(seed=0, number=number, split="test")
        unlike.setdefault(found.shapes, found)
        number += 1
    return list(unlike.values())
