"""The tables in assets/words/: complete, without empty targets, and never ambiguous unsaid."""

import re

from diffusion.data.lexicon import (
    IS_HAN,
    ROLES,
    WORDS,
    chinese_names,
    clothes,
    lexicon_of,
    phrase_of,
    stem,
    translate_word,
    worn_forms,
)
from diffusion.data.parts import read_lines
from diffusion.data.shape_words import COLOURS, MATERIALS, builtin_vocabulary, shape_facts
from diffusion.ui.words import CHINESE, ENGLISH

NAMES = set(builtin_vocabulary().names)
BASES = {f"colour/{colour}" for colour in COLOURS} | {f"material/{material}" for material in MATERIALS}


def table(file):
    pairs = [line.partition(": ") for line in read_lines(WORDS / file)]
    assert all(separator and phrases for _, separator, phrases in pairs), file
    return [(name, phrases.split(", ")) for name, _, phrases in pairs]


def test_every_kind_shape_colour_and_material_has_a_chinese_name():
    shapes_and_kinds = {name for group, names in builtin_vocabulary().groups if group != "colour" for name in names}
    assert chinese_names().keys() == shapes_and_kinds | BASES
    for name in builtin_vocabulary().names:
        assert not re.search("[a-z]", translate_word(name, "zh")), name
    assert len({translate_word(name, "zh") for name in NAMES}) == len(NAMES)


def test_kinds_are_called_as_on_the_page():
    for kind, name in CHINESE.kind_names.items():
        assert translate_word(kind, "zh") == name
    assert [ENGLISH.kind_names[kind].lower() for kind in ("hero", "non-hero", "food")] == [
        translate_word(kind, "en") for kind in ("hero", "non-hero", "food")
    ]


def test_no_synonym_points_to_nothing():
    for file in ("english.txt", "chinese.txt"):
        names = [name for name, _ in table(file)]
        assert len(names) == len(set(names)), f"{file} names one twice"
        assert set(names) <= NAMES | BASES, f"{file}: {set(names) - NAMES - BASES}"
    for name, parts in table("clothes.txt"):
        assert {name, *parts} <= NAMES
        assert len({shape_facts()[part].sheet for part in parts}) == len(parts)
    for name, things in table("worn.txt"):
        assert {name, *things} <= NAMES, (name, things)
    for _, names in table("several.txt"):
        assert len(names) == 1 and set(names[0].split(" | ")) <= NAMES
        assert len(set(names[0].split(" | "))) > 1
    assert {role for role, _ in table("grammar.txt")} == {*ROLES, "measures"}
    assert all(shape_facts()[name].sheet == "heroes" for name in clothes())
    assert {name for name in shape_facts() if shape_facts()[name].sheet == "heroes"} == clothes().keys()
    assert worn_forms()["sword"][0] == "sword in hand"


def test_no_phrase_has_two_meanings_unless_several_txt_says_so():
    several = {phrase_of(text) for typed, _ in table("several.txt") for text in typed.split(", ")}
    meanings = {}
    for name in NAMES:
        if f"material/{name.partition(' ')[2]}" not in BASES:
            meanings.setdefault(phrase_of(name), set()).add(name)
    for file in ("english.txt", "chinese.txt"):
        for name, phrases in table(file):
            for text in phrases:
                meanings.setdefault(phrase_of(text), set()).add(name)
    for role, phrases in table("grammar.txt"):
        for text in phrases if role != "measures" else ():
            meanings.setdefault(phrase_of(text), set()).add(role)
    for base in BASES:
        text = base.partition("/")[2]
        meanings.setdefault(phrase_of(text), set()).add(base)
    # a colour or a material may also be a thing: "an orange", "a gem"; where it stands says which
    unsaid = {
        phrase: names
        for phrase, names in meanings.items()
        if len({name for name in names if name not in BASES}) > 1 and phrase not in several
    }
    assert unsaid == {}
    both = {phrase for phrase, names in meanings.items() if len(names) > 1 and names & BASES}
    assert both <= {("orange",), ("parchment",)}, both


def test_several_begins_with_the_name_that_the_word_has_anyway():
    lexicon = lexicon_of(builtin_vocabulary())
    for typed, names in table("several.txt"):
        for text in typed.split(", "):
            found = (lexicon.chinese if IS_HAN.search(text) else lexicon.english)[phrase_of(text)]
            assert found.names == tuple(names[0].split(" | ")), text
            assert not found.role and not found.colour


def test_a_table_is_tidy():
    for file in ("english.txt", "chinese.txt", "several.txt", "clothes.txt", "worn.txt", "grammar.txt"):
        for name, phrases in table(file):
            assert len(phrases) == len(set(phrases)), (file, name)
            assert all(phrase == phrase.strip() and phrase for phrase in phrases), (file, name)
            if file == "chinese.txt":
                assert all(IS_HAN.search(phrase) for phrase in phrases), name
            if file == "english.txt":
                assert not any(IS_HAN.search(phrase) for phrase in phrases), name


def test_plurals_have_the_stem_of_the_singular():
    pairs = """cat cats, witch witches, box boxes, fox foxes, knife knives, wolf wolves, leaf leaves, cherry cherries,
        cookie cookies, zombie zombies, potato potatoes, mouse mice, goose geese, snowman snowmen, dress dresses,
        octopus octopuses, cactus cacti, axe axes, eye eyes, bee bees, tie ties, pie pies, shoe shoes, glove gloves,
        dwarf dwarves, horse horses, rose roses, peach peaches, bus buses, berry berries, fish fishes, armour armor"""
    for pair in pairs.split(","):
        one, many = pair.split()
        assert stem(one) == stem(many), pair
    different = "cap cape, car care, pin pine, kit kite, bat bate, rob robe, glass glasses, can cane, star stare"
    for pair in different.split(","):
        one, other = pair.split()
        assert stem(one) != stem(other), pair
