"""Says in plain words what a drawn sprite shows: its kind, its shapes and their colours."""

from dataclasses import dataclass
from functools import cache

from ..sprites import KINDS
from .colour_names import name_on
from .endless import EDITION, held_out, slot_name
from .parts import MORE, Part, part_sheets, read_lines
from .pixelart import ONE_PART, SpriteRecipe

# How the parts of a sheet are called beside their own names.
NAME_IN_SHEET = {
    "emblem": "{} emblem",
    "eyes": "{} eyes",
    "hair": "{} hair",
    "heads": "{} face",
    "horns": "{} on the head",
    "patterns": "{} pattern",
    "weapons": "{} in hand",
    "wings": "{} wings",
}

# The materials of palette.txt that people call otherwise; a gem is also a thing.
MATERIAL_NAMES = {"steel": "metal", "gold": "metal", "gem": "stone"}
WHOLE = (*ONE_PART.values(), "heroes")  # sheets whose parts are whole sprites


@dataclass(frozen=True)
class ColouredPart:
    shape: str  # its name, "wizard hat"
    material: str  # "cloth"; where it has colours of its own, "body" for the main one of a whole sprite, else "detail"
    colour: str  # one of COLOUR_NAMES, or the name of a metal


@dataclass(frozen=True)
class Description:
    kind: str  # one of KINDS
    shapes: tuple[str, ...]  # names, back to front
    colours: tuple[ColouredPart, ...]


def describe(recipe: SpriteRecipe) -> Description:
    """The words of a sprite of the second edition."""
    picked = dict(recipe.colours)
    colours = []
    for part in recipe.parts:
        for slot in filter(None, part.slots):
            colour = name_on(slot_name(part, slot), picked[slot])
            colours.append(ColouredPart(shape_names()[part.shape], material_of(part, slot), colour))
    shapes = tuple(shape_names()[part.shape] for part in recipe.parts)
    return Description(KINDS[recipe.kind], shapes, tuple(dict.fromkeys(colours)))


def material_of(part: Part, slot: str) -> str:
    """What people call the material of a slot."""
    name = slot_name(part, slot).rstrip("23")
    if name == "body" and not part.sheet.startswith(WHOLE):
        return "detail"
    return MATERIAL_NAMES.get(name, name)


@cache
def shape_names() -> dict[str, str]:
    """The name for people of every shape of the second edition: "hats/wizard-hat" -> "wizard hat".

    English, singular, lower case, and no two the same. Those in names.txt are named there, the others by their part.
    """
    written = dict(line.split(": ") for line in read_lines(MORE / "names.txt"))
    shapes = dict.fromkeys(part.shape for parts in part_sheets(EDITION).values() for part in parts.values())
    return {shape: written.get(shape) or _default_name(shape) for shape in shapes}


def _default_name(shape: str) -> str:
    sheet, _, name = shape.partition("/")
    return NAME_IN_SHEET.get(sheet, "{}").format(name.replace("-", " "))


@cache
def held_out_combinations() -> tuple[tuple[str, str], ...]:
    """The words of every two features that no training sprite shows together: ("wizard hat", "pink cloth").

    A shape is the first of the two.
    """
    pairs = (sorted(entry, key=lambda feature: (":" in feature, feature)) for entry in held_out() if len(entry) == 2)
    return tuple((_word_of(first), _word_of(second)) for first, second in pairs)


def _word_of(feature: str) -> str:
    """The word for a feature of endless.py."""
    if feature in shape_names():
        return shape_names()[feature]
    slot, colour = feature.split(":")
    material = slot.rstrip("23")
    return f"{colour} {MATERIAL_NAMES.get(material, material)}"
