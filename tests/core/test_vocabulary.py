"""The words that a network knows: their places, their JSON from strangers, and what is offered for unknown ones."""

import json
import pickle

import numpy as np
import pytest

from diffusion.core.vocabulary import MAX_GROUPS, MAX_NAME, MAX_NAMES, Vocabulary, kinds_vocabulary, nearest
from diffusion.errors import UserError
from diffusion.sprites import KINDS

OWN = Vocabulary((("kind", KINDS), ("folder", ("cat", "cat/black", "wizard hat", "龙"))))


def test_a_name_has_its_place_in_the_context():
    assert len(OWN) == 9 and OWN.index("hero") == 0 and OWN.index("cat") == 5 and OWN.index("龙") == 8
    assert "cat" in OWN and "dog" not in OWN and 5 not in OWN
    assert hash(OWN) == hash(Vocabulary(OWN.groups)) and pickle.loads(pickle.dumps(OWN)) == OWN


def test_words_become_a_context_and_back():
    context = OWN.encode({"cat": 0.5, "hero": 1, "food": 0})
    assert context.dtype == np.float32 and context.tolist() == [1, 0, 0, 0, 0, 0.5, 0, 0, 0]
    assert OWN.decode(context) == {"hero": 1, "cat": 0.5}
    assert OWN.encode({}).tolist() == [0] * 9


@pytest.mark.parametrize("weight", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_weight_is_from_0_to_1(weight):
    with pytest.raises(UserError, match="the weight of cat must be 0 to 1"):
        OWN.encode({"cat": weight})


@pytest.mark.parametrize(
    ("typed", "offered"), [("wizzard hat", "wizard hat"), ("Cat", "cat"), ("hat", "wizard hat"), ("x" * 10_000, "")]
)
def test_an_unknown_word_is_refused_with_the_nearest(typed, offered):
    with pytest.raises(UserError, match=f"it knows no .*; the nearest: .*{offered}"):
        OWN.index(typed)
    assert OWN.nearest(typed)


def test_the_nearest_is_the_one_with_the_fewest_other_letters():
    assert nearest("dragom", ["dragon", "wagon", "a"], 1) == ["dragon"]
    assert nearest("anything", []) == []


def test_it_survives_json():
    assert Vocabulary.from_json(json.loads(json.dumps(OWN.to_json()))) == OWN


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "cat",
        {},
        {"a": []},
        {"a": "cat"},
        {"a": {"cat": 1}},
        {"a": [1]},
        {"a": [None]},
        {"a": [["cat"]]},
        {"a": [""]},
        {"a": [" cat"]},
        {"a": ["cat\n"]},
        {"a": ["cat\x00"]},
        {"a": ["c\u202eat"]},
        {"a": ["x" * (MAX_NAME + 1)]},
        {"a": ["cat", "cat"]},
        {"a": ["cat"], "b": ["cat"]},
        {"": ["cat"]},
        {"a": [str(number) for number in range(MAX_NAMES + 1)]},
        {str(number): [f"n{number}"] for number in range(MAX_GROUPS + 1)},
    ],
)
def test_json_that_is_no_vocabulary_is_refused(data):
    with pytest.raises(UserError):
        Vocabulary.from_json(data)


def test_names_with_braces_do_not_break_a_message():
    with pytest.raises(UserError, match=r"\{cat\}"):
        Vocabulary((("a", ("{cat}", "{0}")),)).index("cat}")


def test_names_of_another_vocabulary_come_behind_those_that_are_there():
    other = Vocabulary((("folder", ("龙", "ghost", "cat")), ("new", ("fish",)), ("folder 2", ("owl",))))
    both = OWN.extended(other)
    assert both.names == (*OWN.names, "ghost", "fish", "owl") and both.groups[:2] == OWN.groups
    assert [title for title, _ in both.groups[2:]] == ["folder 2", "new", "folder 2 2"]
    assert OWN.extended(OWN) == OWN and both.extended(other) == both
    many = Vocabulary((("many", tuple(f"n{number}" for number in range(MAX_NAMES))),))
    with pytest.raises(UserError, match=f"1 to {MAX_NAMES:,} names"):
        OWN.extended(many)


@pytest.mark.parametrize(
    ("names", "has_kinds"), [(KINDS, True), ((*KINDS, "cat"), True), (("cat", *KINDS), False), (KINDS[:4], False)]
)
def test_kinds_are_there_where_they_come_first(names, has_kinds):
    assert Vocabulary((("any", names),)).has_kinds() == has_kinds and kinds_vocabulary().has_kinds()
