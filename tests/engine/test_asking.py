"""What a run is asked for: prompt, kinds and random words become a context over its vocabulary, or a sentence."""

import pickle

import pytest
import torch

from diffusion.core import Vocabulary, kinds_vocabulary
from diffusion.data import builtin_vocabulary
from diffusion.engine import Device, Request, context_of, contexts_of, find_words, generate, understand, words_asked
from diffusion.errors import Message, UserError
from diffusion.sprites import KINDS
from diffusion.store import Checkpoint, RunConfig
from diffusion.ui.words import CHINESE, translate

CPU = Device("cpu", torch.float32)
BUILTIN = RunConfig(width=8, vocabulary=builtin_vocabulary(), data={"unseen": ["dragon", "red hair"]})
OWN = RunConfig(width=8, vocabulary=Vocabulary((("folder", ("cat", "cat/black", "robot")),)), data={"unseen": []})
OF_KINDS = RunConfig(width=8)
NO_WORDS = RunConfig(width=8, vocabulary=OWN.vocabulary, data={"labelled": 0})
HERO = (1.0, 0.0, 0.0, 0.0, 0.0)


def asked(config, **settings):
    """The words of each sprite's context."""
    context = context_of(config, Request(**{"count": 2} | settings))
    assert context.dtype == torch.float32 and context.shape == (settings.get("count", 2), len(config.vocabulary))
    return [config.vocabulary.decode(row.numpy()) for row in context]


@pytest.mark.parametrize(
    ("config", "settings", "words"),
    [
        (BUILTIN, {}, {}),
        (BUILTIN, {"prompt": "  "}, {}),
        (BUILTIN, {"prompt": "cat:0.5, dog:0.25"}, {"cat": 0.5, "dog": 0.25}),
        (BUILTIN, {"prompt": "猫:0.5"}, {"cat": 0.5}),
        (BUILTIN, {"prompt": "cat", "kinds": HERO}, {"hero": 1, "cat": 1}),
        (BUILTIN, {"prompt": "hero:0.25, cat", "kinds": HERO}, {"hero": 0.25, "cat": 1}),
        (BUILTIN, {"prompt": "cat", "kinds": HERO, "guidance": 0.0}, {"hero": 1}),  # which ignores it
        (BUILTIN, {"prompt": "what is that", "guidance": 0.0}, {}),
        (OWN, {"prompt": "cat/black, robot:0.5"}, {"cat/black": 1, "robot": 0.5}),
        (OWN, {}, {}),
        (OF_KINDS, {"prompt": "creature, food:0.5"}, {"non-hero": 1, "food": 0.5}),
        (OF_KINDS, {"prompt": "英雄"}, {"hero": 1}),
        (NO_WORDS, {}, {}),
        (NO_WORDS, {"prompt": "cat", "guidance": 0.0}, {}),
    ],
)
def test_words_and_kinds_become_a_context(config, settings, words):
    assert asked(config, **settings) == [words] * 2


@pytest.mark.parametrize("config", [BUILTIN, OWN, OF_KINDS])
@pytest.mark.parametrize("settings", [{}, {"prompt": "cat"}])
def test_the_words_of_a_surprised_sprite_are_the_same_for_any_count(config, settings):
    settings = {} if config is OF_KINDS else settings
    few, many = (words_asked(config, Request(surprise=True, seed=5, count=n, **settings)) for n in (3, 12))
    assert many[:3] == few and asked(config, surprise=True, seed=5, count=12, **settings) == many
    assert all(words.keys() <= set(config.vocabulary.names) and words for words in many)
    assert settings == {} or all("cat" in words for words in many)
    if config is not OWN or not settings:
        assert len({tuple(words) for words in many}) > 2, "of their own"
        assert many != words_asked(config, Request(surprise=True, seed=6, count=12, **settings))


def test_a_surprise_has_no_word_that_the_run_never_saw_and_none_where_it_saw_none():
    many = words_asked(BUILTIN, Request(surprise=True, count=64))
    assert not {"dragon", "red hair"} & set().union(*many)
    assert len(set().union(*many)) > 60
    assert words_asked(NO_WORDS, Request(surprise=True, count=2)) == [{}, {}]


def test_weights_and_words_of_a_prompt_stay_beside_a_surprise():
    for words in words_asked(BUILTIN, Request(surprise=True, prompt="cat:0.5", kinds=(0, 0.25, 0, 0, 0), count=4)):
        assert words["cat"] == 0.5 and words["non-hero"] == 0.25


REFUSED = [
    (
        BUILTIN,
        "wizzard",
        "this run does not understand wizzard; the nearest that it knows: wizard, ",
        "这个训练任务听不懂 wizzard；它认识的词里最接近的有：wizard, ",
    ),
    (
        BUILTIN,
        "法帅",
        "this run does not understand 法帅; the nearest that it knows: 物品, 法棍, 巫师",
        "听不懂 法帅；",
    ),
    (BUILTIN, "cat without a hat", "does not understand without hat; ", "听不懂 without hat；"),
    (BUILTIN, "blue cat", "cat cannot be blue; it can be orange, brown, ", "cat 不能是 blue；可以是：orange, brown, "),
    (BUILTIN, "蓝色的猫", "猫 cannot be 蓝色; it can be 橙", "猫 不能是 蓝色；可以是：橙"),
    (
        BUILTIN,
        "a dragon",
        "this run was trained without dragon; the nearest that it knows: ",
        "这个训练任务没有学过 dragon；它认识的词里最接近的有：",
    ),
    (BUILTIN, "龙", "this run was trained without 龙; ", "没有学过 龙；"),
    (OWN, "cot", "does not understand cot; the nearest that it knows: cat", "听不懂 cot；"),
    (OWN, "a black cat", "does not understand black; the nearest that it knows: cat/black", "听不懂 black；"),
    (OF_KINDS, "wizard", "does not understand wizard; the nearest that it knows: ", "听不懂 wizard；"),
    (
        NO_WORDS,
        "cat",
        "this run was trained without words; leave the prompt out",
        "这个训练任务没有学过词语；请不写提示词",
    ),
]


@pytest.mark.parametrize(("config", "prompt", "english", "chinese"), REFUSED, ids=[one[1] for one in REFUSED])
@pytest.mark.parametrize("surprise", [False, True])
def test_what_a_run_does_not_know_is_refused_with_what_it_knows(config, prompt, english, chinese, surprise):
    with pytest.raises(UserError) as refused:
        context_of(config, Request(prompt=prompt, surprise=surprise, count=2))
    assert english in str(refused.value) and chinese in translate(CHINESE, refused.value.message)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(("config", "prompt"), [one[:2] for one in REFUSED if one[0] is not NO_WORDS])
def test_what_is_offered_instead_is_understood(config, prompt):
    with pytest.raises(UserError) as refused:
        understand(config, prompt)
    offered = refused.value.message.values
    for text in offered.get("nearest", f"{offered['shape']}" if "shape" in offered else "").split(", "):
        assert understand(config, text).words, text


def test_a_prompt_of_many_unknown_words_is_a_short_sentence():
    with pytest.raises(UserError) as refused:
        context_of(BUILTIN, Request(prompt=", ".join(f"qq{chr(97 + n)}" for n in range(26))))
    assert str(refused.value).count("qq") == 8


def test_kinds_of_a_run_without_them_are_refused_and_its_words_named():
    with pytest.raises(UserError) as refused:
        context_of(OWN, Request(kinds=HERO))
    assert str(refused.value) == "this run knows no kinds; ask it in words: cat, cat/black, robot"
    assert translate(CHINESE, refused.value.message) == "这个训练任务没有类别；请用词语来要：cat, cat/black, robot"
    assert asked(OWN, kinds=HERO, guidance=0.0) == [{}] * 2


@pytest.mark.parametrize("wrong", [5, None, ["cat"], b"cat", True])
def test_a_prompt_is_text(wrong):
    with pytest.raises(UserError) as refused:
        Request(prompt=wrong)
    assert str(refused.value) == f"prompt must be text, not {wrong!r}"
    assert translate(CHINESE, refused.value.message).endswith(f"须是文字，而不是 {wrong!r}")


def test_a_network_of_unknown_kinds_is_asked_for_nothing():
    """The course's weights where their kinds have no names."""
    why = Message("draw without a kind")
    strange = Checkpoint(OF_KINDS, 0, OF_KINDS.build().eval(), why)
    for settings in ({"prompt": "hero"}, {"kinds": HERO}):
        with pytest.raises(UserError, match="draw without a kind"):
            next(generate([strange], Request(count=1, steps=1, **settings), CPU))
    assert len(contexts_of([strange], Request(prompt="hero", guidance=0.0))) == 1


def test_each_sprite_is_drawn_from_its_own_words():
    """A surprised sprite is the one that its words alone make."""
    torch.manual_seed(0)
    network = BUILTIN.build().eval()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.05)
    torch.nn.init.normal_(network.words.weight, std=3)
    checkpoint = Checkpoint(BUILTIN, 0, network)
    each = words_asked(BUILTIN, Request(surprise=True, count=3))
    *_, (surprised,) = generate([checkpoint], Request(surprise=True, count=3, steps=3, guidance=2.0), CPU)
    prompt = ", ".join(each[0])
    assert understand(BUILTIN, prompt).words == each[0]
    *_, (one,) = generate([checkpoint], Request(prompt=prompt, count=3, steps=3, guidance=2.0), CPU)
    torch.testing.assert_close(surprised.x[0], one.x[0], atol=1e-4, rtol=1e-4)
    assert not torch.allclose(surprised.x[1], one.x[1], atol=1e-2)


def test_a_config_keeps_its_words_through_pickle_and_json():
    """As it crosses to a process with a GPU."""
    again = pickle.loads(pickle.dumps(BUILTIN))
    request = Request(prompt="a wizard with a staff", surprise=True, count=4)
    assert torch.equal(context_of(again, request), context_of(BUILTIN, request))
    assert torch.equal(context_of(RunConfig.from_json(BUILTIN.to_json()), request), context_of(BUILTIN, request))


def test_the_words_of_a_run_are_found_by_a_part_in_either_language():
    everything = find_words(BUILTIN)
    assert list(everything) == ["kind", "shape", "colour"] and everything["kind"] == list(KINDS)
    assert sum(map(len, everything.values())) == len(BUILTIN.vocabulary) - 2 and "dragon" not in everything["shape"]
    hats = find_words(BUILTIN, " HAT ")["shape"]
    assert "wizard hat" in hats and all("hat" in name for name in hats)
    assert "wizard hat" in find_words(BUILTIN, "帽", "shape")["shape"]
    assert list(find_words(BUILTIN, "", "colour")) == ["colour"] and find_words(OF_KINDS) == {"kind": list(KINDS)}
    assert kinds_vocabulary().has_kinds() and find_words(NO_WORDS) == {"folder": []}
