"""What the built-in sprites can be asked for: the vocabulary of their shapes and colours."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from ..core import COLOUR, KIND, SHAPE, Vocabulary
from ..sprites import KINDS
from .colour_names import COLOUR_NAMES, METAL_NAMES, name_on
from .describe import material_of, shape_names
from .endless import EDITION, PATTERN_COLOURS, slot_name
from .parts import PATTERN, SLOTS, SYMBOLS, Part, part_sheets
from .pixelart import colour_options

COLOURS = (*COLOUR_NAMES, *dict.fromkeys(METAL_NAMES.values()))
MATERIALS = (
    *("hair", "skin", "cloth", "metal", "wood", "leather", "paper", "bone", "glow"),
    *("stone", "goo", "fur", "scale", "leaf", "pattern", "body", "detail"),
)


@dataclass(frozen=True)
class ShapeFacts:
    """What is known of a shape: where it is drawn from and which colours it can have."""

    shape: str  # "hats/crown"
    sheet: str  # "hats"
    slots: tuple[tuple[str, frozenset[str], float], ...]  # (material, its colours, share of the fill), largest first
    overlays: tuple[str, ...]  # sheets whose parts can lie over it


@cache
def shape_facts() -> dict[str, ShapeFacts]:
    """The facts of every built-in shape by its name."""
    facts: dict[str, ShapeFacts] = {}
    for parts in part_sheets(EDITION).values():
        for part in parts.values():
            facts.setdefault(shape_names()[part.shape], _facts_of(part))
    return facts


@cache
def builtin_vocabulary() -> Vocabulary:
    """The five kinds, the built-in shapes, and their colours by material: "red hair", "blue cloth"."""
    known = {
        (colour, material)
        for facts in shape_facts().values()
        for material, colours, _ in facts.slots
        for colour in colours
    }
    colours = tuple(f"{c} {m}" for m in MATERIALS for c in COLOURS if (c, m) in known)
    return Vocabulary(((KIND, KINDS), (SHAPE, tuple(shape_facts())), (COLOUR, colours)))


def is_builtin(vocabulary: Vocabulary) -> bool:
    """Whether it has all built-in names."""
    return vocabulary == builtin_vocabulary() or builtin_vocabulary().places.keys() <= vocabulary.places.keys()


def _facts_of(part: Part) -> ShapeFacts:
    """Pixels of the outline's tones do not count."""
    areas = [np.isin(part.pixels, [SYMBOLS.index(tone) for tone in tones[:3]]).sum() for tones in SLOTS]
    found: dict[str, tuple[frozenset[str], float]] = {}
    for slot, area in zip(part.slots, areas, strict=True):
        if slot:
            colours, share = found.get(material_of(part, slot), (frozenset(), 0.0))
            found[material_of(part, slot)] = (colours | _colours_of(part, slot), share + area / max(1, sum(areas)))
    slots = sorted(((m, colours, float(share)) for m, (colours, share) in found.items()), key=lambda slot: -slot[2])
    if part.takes_pattern:
        slots.append(("pattern", _pattern_colours(part), 1.0))
    return ShapeFacts(part.shape, part.sheet.split(".", maxsplit=1)[0], tuple(slots), tuple(part.overlays))


def _colours_of(part: Part, slot: str) -> frozenset[str]:
    if slot == PATTERN:
        return frozenset()
    return frozenset(name_on(slot_name(part, slot), colour) for colour in colour_options(slot, {}, EDITION))


def _pattern_colours(part: Part) -> frozenset[str]:
    return frozenset(name_on(PATTERN, c) for c in (*colour_options(part.slots[0], {}, EDITION), *PATTERN_COLOURS))
