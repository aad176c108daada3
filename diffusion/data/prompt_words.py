"""What the nouns of a prompt ask for together: the second half of prompt.py."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from ..core import Vocabulary
from ..sprites import KINDS
from .colour_names import METAL_NAMES
from .lexicon import Meaning, clothes, worn_forms
from .shape_words import COLOURS, ShapeFacts, shape_facts

CHARACTER_SHEETS = ("heads", "faces", "hair", "hats", "torsos", "legs", "weapons")
CHARACTER_KINDS = ("hero", "side-facing")
CHARACTER_MATERIALS = ("hair", "skin", "cloth")
SWORD_AND_SHIELD = "sword and shield in hand"
SMALLEST_SHARE = 0.12  # of a shape that a colour is for: a blue cat is not one with blue eyes
SAME_COLOURS = {"gold": ("yellow",), "silver": ("grey", "white"), "bronze": ("orange", "brown")}


@dataclass(frozen=True)
class Prompt:
    """What was understood of a text, and what was not."""

    words: dict[str, float]  # names of the vocabulary with their weights, 0 to 1, in the order of the text
    unknown: tuple[str, ...] = ()  # what was not understood, as it was typed
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (typed, names): the first was taken, the others fit too
    impossible: tuple[
        tuple[str, str, tuple[str, ...]], ...
    ] = ()  # (unknown colour, shape, the colours that it can have)


@dataclass
class Noun:
    meaning: Meaning
    typed: str
    colours: list[tuple[str, str]]  # (typed, one of COLOURS)
    weight: float
    group: int  # nouns between two commas have one number
    is_attached: bool  # it follows "with", "holding", 戴 …
    names: tuple[str, ...] = field(default=())  # of the vocabulary, once they are chosen

    @property
    def facts(self) -> list[ShapeFacts]:
        return [shape_facts()[name] for name in self.names if name in shape_facts()]


def resolve(nouns: list[Noun], unknown: list[str], vocabulary: Vocabulary) -> Prompt:
    """The words of nouns in the order of the text; what they cannot be joins the unknown."""
    words: dict[str, float] = {}
    unknown, choices = list(unknown), []
    impossible: list[tuple[str, str, tuple[str, ...]]] = []
    for noun in nouns:
        noun.names = _choose(noun)
    for group in _groups(nouns):
        _join(group, vocabulary)
        for noun in group:
            if len(noun.meaning.names) > 1:
                choices.append((noun.typed, (*noun.names, *(n for n in noun.meaning.names if n not in noun.names))))
            if not noun.names and not noun.colours and not noun.meaning.names and not _is_implied(noun, group):
                unknown.append(noun.typed)
            for name in (*noun.names, *_colour_words(noun, vocabulary, impossible)):
                words[name] = max(noun.weight, words.get(name, 0.0))
    unknown += [typed for typed, _, _ in impossible]
    told = tuple(dict.fromkeys(entry for entry in impossible if entry[1]))
    return Prompt(words, tuple(dict.fromkeys(unknown)), tuple(dict.fromkeys(choices)), told)


def _choose(noun: Noun) -> tuple[str, ...]:
    """The first of several names that can have all colours, else the first."""
    fitting = (
        name
        for name in noun.meaning.names
        if name in shape_facts() and all(_slots_for(shape_facts()[name], colour) for _, colour in noun.colours)
    )
    first = next(fitting, None) if noun.colours else None
    return (first,) if first else noun.meaning.names[:1]


def _groups(nouns: list[Noun]) -> Iterator[list[Noun]]:
    """Nouns that are asked for together; a group that begins with "with" belongs to the one before."""
    previous: list[Noun] = []
    for _, members in groupby(nouns, key=lambda noun: noun.group):
        group = list(members)
        if previous and group[0].is_attached:
            previous += group
            continue
        if previous:
            yield previous
        previous = group
    if previous:
        yield previous


def _join(group: list[Noun], vocabulary: Vocabulary) -> None:
    """Gives things the shape that they have where someone has them."""
    if len(group) < 2:
        return
    characters = [noun for noun in group if _is_character(noun)]
    if any(map(_is_creature, group)):  # a ghost with a top hat is no hero
        characters = [noun for noun in characters if not noun.is_attached]
    for noun in group:
        others = [other for other in group if other is not noun]
        if any(character is not noun for character in characters):
            _wear(noun, CHARACTER_SHEETS, vocabulary)
        elif noun.is_attached and not characters:
            overlays = [overlay for other in others for facts in other.facts for overlay in facts.overlays]
            _wear(noun, (*overlays, *(("horns",) if any(map(_is_creature, others)) else ())), vocabulary)
    for noun in characters:
        name = noun.names[0]
        others = [other for other in group if other is not noun]
        if name in clothes() and any(map(_is_part, others)):
            worn = {facts.sheet for other in others for facts in other.facts}
            parts = [part for part in clothes()[name] if part in vocabulary and shape_facts()[part].sheet not in worn]
            noun.names = tuple(parts)
        elif name == "hero" and any(facts.sheet == "weapons" for other in others for facts in other.facts):
            noun.names = ("side-facing",)  # only those have something in their hands
        elif name == "hero" and any("side-facing" in other.names for other in others):
            noun.names = ()
    if any(SWORD_AND_SHIELD in noun.names for noun in group):
        for noun in group:
            noun.names = tuple(name for name in noun.names if name != "sword in hand")


def _is_creature(noun: Noun) -> bool:
    return any(facts.sheet.startswith("creatures") for facts in noun.facts) or "non-hero" in noun.names


def _wear(noun: Noun, sheets: tuple[str, ...], vocabulary: Vocabulary) -> None:
    if any(facts.sheet in sheets for facts in noun.facts):
        return
    for form in worn_forms().get(noun.names[0], ()) if noun.names else ():
        if form in vocabulary and form in shape_facts() and shape_facts()[form].sheet in sheets:
            noun.names = (form,)
            return


def _is_character(noun: Noun) -> bool:
    return any(name in CHARACTER_KINDS or name in clothes() for name in noun.names) or any(
        facts.sheet in CHARACTER_SHEETS for facts in noun.facts
    )


def _is_part(noun: Noun) -> bool:
    """Whether only a character that is drawn from parts can have it."""
    if any(facts.sheet in CHARACTER_SHEETS for facts in noun.facts):
        return True
    if noun.names:
        return noun.names[0].endswith((" hair", " skin")) and noun.names[0] not in shape_facts()
    return noun.meaning.material in CHARACTER_MATERIALS


def _is_implied(noun: Noun, group: list[Noun]) -> bool:
    """A wooden chair: whether the material is that of another noun anyway."""
    material = noun.meaning.material
    return any(material == slot for other in group if other is not noun for f in other.facts for slot, _, _ in f.slots)


def _colour_words(
    noun: Noun, vocabulary: Vocabulary, impossible: list[tuple[str, str, tuple[str, ...]]]
) -> Iterator[str]:
    """The words for the colours of a noun, by the materials that it has; the others join the impossible."""
    placed: list[str] = []
    for typed, colour in noun.colours:
        found = next((word for word in _candidates(noun, colour, placed) if word in vocabulary), None)
        if found:
            placed.append(found.partition(" ")[2])
            yield found
        elif noun.facts:
            slots = {slot for facts in noun.facts for one in COLOURS for slot in _slots_for(facts, one)}
            known = {name for material, name in slots if f"{name} {material}" in vocabulary}
            impossible.append((typed, noun.names[0], tuple(one for one in COLOURS if one in known)))
        else:
            material = noun.meaning.material
            impossible.append((f"{typed} {material and noun.typed}".strip(), "", ()))


def _candidates(noun: Noun, colour: str, placed: list[str]) -> Iterator[str]:
    """Words that can show the colour, the best first. placed: materials that have another colour of the noun."""
    if noun.facts:
        slots = [slot for facts in noun.facts for slot in _slots_for(facts, colour)]
        free = [slot for slot in slots if slot[0] not in placed and (slot[0] != "pattern" or placed)]
        again = [slot for slot in slots if slot[0] in placed and slot[0] == "cloth"]
        yield from (f"{name} {material}" for material, name in (*free, *again))
        return
    if noun.names:
        material = "cloth" if noun.names[0] in CHARACTER_KINDS else "body" if noun.names[0] in KINDS else ""
    else:
        material = noun.meaning.material or "body"
    yield from (f"{name} {material}" for name in _same(colour))


def _slots_for(facts: ShapeFacts, colour: str) -> list[tuple[str, str]]:
    """(material, colour's name there) of the parts of a shape that can have a colour, the largest first."""
    return [
        (material, name)
        for material, colours, share in facts.slots
        if share >= SMALLEST_SHARE and (material != "skin" or facts.sheet == "heads")
        for name in _same(colour)
        if name in colours
    ]


def _same(colour: str) -> tuple[str, ...]:
    """A colour and what it is called on other materials: yellow metal is gold."""
    metal = METAL_NAMES.get(colour)
    return (colour, *SAME_COLOURS.get(colour, ()), *((metal,) if metal else ()))
