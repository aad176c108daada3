"""Reads the hand-made part maps in assets/parts/: the shapes that the built-in sprites are drawn from.

A part is text, one character for each pixel. Its header names a material for each slot it uses:

    [round-flask] 1=glow a=wood emblem=0,2
    ......kk........                             .  transparent       k  black       #  white
    .....k1aak......                             1..5, a..e, A..E, v..z: four slots of five tones each

A slot is named by its first symbol (1, a, A, v). Its five symbols are a ramp: five tones of one colour, from highlight
to darkest outline. The colour is picked at random from the slot's material in palette.txt (`cloth`, `metal`), or from
a list in the header (`ff2020,80d820`). A material has one colour in the whole sprite, so face and hands have the same
skin; `cloth2` and `cloth3` are other picks from the list of `cloth`, with other colours. `mirror` in the header means
that the rows are the left half. `emblem=0,2` allows one part of emblem.txt over this part, moved 0 right and 2 down;
`patterned` allows a part of patterns.txt on its first slot, which a slot of fur, scale or goo always allows.

There are two editions. The first is assets/parts/ and never changes: runs were trained on its drawings. The second is
the first with what is in assets/parts/more/: more parts, and a palette of its own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from .. import ASSETS
from ..sprites import SIZE

PARTS = ASSETS / "parts"
MORE = PARTS / "more"
NO_SHEETS = ("palette", "names", "held_out")  # files of other kinds
SLOTS = ("12345", "abcde", "ABCDE", "vwxyz")
SYMBOLS = ".k#" + "".join(SLOTS)  # a pixel's value is its symbol's index; '#' is white
FIRST_FILLS = (3, 4, 5)  # the symbols 1, 2 and 3: the first slot without its outline
PATTERN = "pattern"  # the material of the parts of patterns.txt: a colour for some of the first slot of a body
PATTERNED = ("fur", "scale", "goo")
OVERLAYS = ("wings", "eyes", "horns", "emblem")
HEX = re.compile("[0-9a-f]{6}(,[0-9a-f]{6})*")
TONES = (1.0, 0.8, 0.6, 0.4, 0.3)  # factors of a ramp's colour: highlight, base, shadow, outline, darkest

Colour = tuple[int, int, int]
BLACK: Colour = (0, 0, 0)


@dataclass(frozen=True, eq=False)
class Part:
    sheet: str  # the name of its file, "hats.front"
    name: str
    pixels: np.ndarray  # (16, 16) uint8, indices into SYMBOLS
    slots: tuple[str, ...]  # four, in the order of SLOTS: a material, colours "ff2020,80d820", or "" if not used
    overlays: dict[str, tuple[int, int]]  # one of OVERLAYS -> (right, down) pixels to move it
    takes_pattern: bool = False

    @property
    def shape(self) -> str:
        """The same from the front and from the side: "hats/crown"."""
        return f"{self.sheet.split('.')[0]}/{self.name}"


@cache
def part_sheets(edition: int = 1) -> dict[str, dict[str, Part]]:
    """Every part file of an edition, read once: "hats.front" -> {name: Part}."""
    if edition == 1:
        return _read_folder(PARTS)
    first, more = part_sheets(1), _read_folder(MORE)
    return {sheet: first.get(sheet, {}) | more.get(sheet, {}) for sheet in sorted(first.keys() | more.keys())}


@cache
def palette(edition: int = 1) -> dict[str, tuple[Colour, ...]]:
    """The highlight colours of each material."""
    lines = read_lines((PARTS if edition == 1 else MORE) / "palette.txt")
    return {name: parse_colours(colours.split()) for name, colours in (line.split(": ") for line in lines)}


def read_lines(path: Path) -> list[str]:
    """The lines of a text file that are neither empty nor comments."""
    return [line for line in path.read_text("utf-8").splitlines() if line and line[0] != "#"]


def parse_colours(words: list[str]) -> tuple[Colour, ...]:
    return tuple((red, green, blue) for red, green, blue in map(bytes.fromhex, words))


def _read_folder(folder: Path) -> dict[str, dict[str, Part]]:
    sheets = {path.stem: dict(read_parts(path)) for path in sorted(folder.glob("*.txt")) if path.stem not in NO_SHEETS}
    assert sheets, f"no part maps in {folder}"
    return sheets


def read_parts(path: Path) -> Iterator[tuple[str, Part]]:
    """The (name, part) of every part in a file. AssertionError names the file and the part of a mistake."""
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
    slots, overlays, width, takes_pattern = {}, {}, SIZE, False
    for word in settings.split():
        key, _, value = word.partition("=")
        if word == "mirror":
            width = SIZE // 2
        elif word == "patterned":
            takes_pattern = True
        elif key in OVERLAYS:
            right, down = value.split(",")
            overlays[key] = (int(right), int(down))
        else:
            slots[key] = value
            is_known = HEX.fullmatch(value) or value.rstrip("23") in palette() or value == PATTERN
            assert is_known, f"{where}: no material {value}"
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
    materials = tuple(slots.get(slot[0], "") for slot in SLOTS)
    return Part(sheet, name, pixels, materials, overlays, takes_pattern or materials[0] in PATTERNED)


def shift(pixels: np.ndarray, right: int, down: int) -> np.ndarray:
    """Moves a part within its 16x16 square; pixels that leave the square are cut off."""
    if not right and not down:
        return pixels
    moved = np.zeros_like(pixels)
    source = pixels[max(0, -down) : SIZE - max(0, down), max(0, -right) : SIZE - max(0, right)]
    moved[max(0, down) :, max(0, right) :][: source.shape[0], : source.shape[1]] = source
    return moved


@lru_cache(4096)
def symbol_colours(ramps: tuple[Colour, ...], tones: tuple[float, ...] = TONES, ink: Colour = BLACK) -> np.ndarray:
    """The colour of every symbol in SYMBOLS, uint8 (23, 3): for the four slots' colours, a ramp's tones, and black."""
    table = np.empty((len(SYMBOLS), 3), np.uint8)
    table[:3] = (255,) * 3, ink, (255,) * 3
    table[3:] = (np.array(ramps)[:, None] * np.array(tones)[:, None]).round().reshape(-1, 3)
    return table
