"""All tables that a prompt is read with, and random words are chosen from, as one value for assets/js/prompt/.

The browser has the rules, in JavaScript; every word, colour and shape that they work on comes from here.
"""

from itertools import groupby
from typing import Any

from ..core import ALIKE, COLOUR, MAX_NAME
from ..sprites import KINDS
from .asked import SURPRISE_TRIES
from .colour_names import COLOUR_NAMES, METAL_NAMES, METALS, name_colour
from .describe import MATERIAL_NAMES, material_of, shape_names
from .endless import EDITION, KIND_EDGES, OVERLAY_SHARES, OWN_COLOURS, PATTERN_COLOURS, PATTERN_SHARE, slot_name
from .lexicon import SHOWN_IN_ENGLISH, US_AND_IRREGULAR, Meanings, chinese_names, clothes, worn_forms, written_meanings
from .parts import HEX, OVERLAYS, PATTERN, Colour, Part, palette, part_sheets
from .pixelart import BODY, LAYER_ORDER, ONE_PART, colour_options
from .prompt import MAX_DIGITS, MAX_PROMPT
from .prompt_words import (
    CHARACTER_KINDS,
    CHARACTER_MATERIALS,
    CHARACTER_SHEETS,
    SAME_COLOURS,
    SMALLEST_SHARE,
    SWORD_AND_SHIELD,
)
from .shape_words import COLOURS, MATERIALS, builtin_vocabulary, shape_facts
from .suggest import LONGEST


def word_tables() -> dict[str, Any]:
    """Of plain values, as JSON has them; assets/js/prompt/types.d.ts says what they are."""
    return {
        "kinds": KINDS,
        "colours": COLOURS,
        "materials": MATERIALS,
        "builtin_colours": dict(builtin_vocabulary().groups)[COLOUR],
        "metal_names": METAL_NAMES,
        "meanings": [_by_meaning(meanings) for meanings in written_meanings()],
        "irregular": US_AND_IRREGULAR,
        "shown": {"en": SHOWN_IN_ENGLISH, "zh": chinese_names()},
        "clothes": clothes(),
        "worn_forms": worn_forms(),
        "same_colours": SAME_COLOURS,
        "character": {"kinds": CHARACTER_KINDS, "materials": CHARACTER_MATERIALS, "sheets": CHARACTER_SHEETS},
        "sword_and_shield": SWORD_AND_SHIELD,
        "max_prompt": MAX_PROMPT,
        "max_digits": MAX_DIGITS,
        "longest_completed": LONGEST,
        "nearest": {"max_name": MAX_NAME, "alike": ALIKE},
        **_shape_tables(),
        "drawing": _drawing_tables(),
    }


def _by_meaning(meanings: Meanings) -> list[tuple[dict[str, Any], list[str]]]:
    """(a meaning without its empty fields, all texts in a row that have it)."""
    return [
        ({name: value for name, value in vars(meaning).items() if value}, [text for text, _ in group])
        for meaning, group in groupby(meanings, key=lambda entry: entry[1])
    ]


def _shape_tables() -> dict[str, Any]:
    """What is known of every shape; many have the same colours, so these stand once."""
    sets: dict[tuple[str, ...], int] = {}
    shapes = {}
    for name, facts in shape_facts().items():
        slots = [
            (material, sets.setdefault(tuple(c for c in COLOURS if c in colours), len(sets)), share >= SMALLEST_SHARE)
            for material, colours, share in facts.slots
        ]
        shapes[name] = (facts.shape, slots, facts.overlays)
    return {"colour_sets": list(sets), "shapes": shapes}


def _drawing_tables() -> dict[str, Any]:
    """What the recipe of a random sprite is made of."""
    colours = {colour for options in palette(EDITION).values() for colour in options} | set(PATTERN_COLOURS)
    rows: dict[tuple[str, str, str], int] = {}
    sheets: dict[str, list] = {}
    for sheet, parts in part_sheets(EDITION).items():
        for part in parts.values():
            assert shape_names()[part.shape] in shape_facts()
            slots = [rows.setdefault(row, len(rows)) for row in _slot_rows(part)]
            sheets.setdefault(sheet, []).append((part.name, slots, list(part.overlays), part.takes_pattern))
    for slot, _, _ in rows:
        if HEX.fullmatch(slot):
            colours |= set(colour_options(slot, {}, EDITION))
    return {
        "edition": EDITION,
        "tries": SURPRISE_TRIES,
        "kind_edges": KIND_EDGES.tolist(),
        "sheets": sheets,
        "slots": list(rows),
        "palette": {material: list(map(_hex, options)) for material, options in palette(EDITION).items()},
        "colour_names": {_hex(colour): name_colour(colour) for colour in sorted(colours)},
        "plain_colours": COLOUR_NAMES,
        "pattern": PATTERN,
        "pattern_colours": list(map(_hex, PATTERN_COLOURS)),
        "pattern_share": PATTERN_SHARE,
        "overlays": OVERLAYS,
        "overlay_shares": OVERLAY_SHARES,
        "layer_order": LAYER_ORDER,
        "body": BODY,
        "one_part": ONE_PART,
        "metals": METALS,
        "material_names": MATERIAL_NAMES,
        "own_colours": OWN_COLOURS,
    }


def _slot_rows(part: Part) -> list[tuple[str, str, str]]:
    """(the slot as it is written, its name in a feature, what people call its material) of the slots that are used."""
    return [(slot, slot_name(part, slot), material_of(part, slot)) if slot else ("", "", "") for slot in part.slots]


def _hex(colour: Colour) -> str:
    return bytes(colour).hex()
