"""What a network is asked for, and what the page shows of it, is the same in the browser and on the server."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from support.page import page_of

from diffusion.engine import Request, context_of, describe_sprites, words_asked
from diffusion.sprites import KINDS
from diffusion.ui.parts.asking import _Reading, without_missing, words_of_sprites

from .runs import LANGUAGES, RUNS, answer_all
from .texts import mixtures

SHOWN = [
    "",
    "wizzard",
    "pink cat",
    "blue mushroom:0.3, a hat",
    "红猫, 囧, 帽子",
    "qqq zzz",
    "apple, pear",
    "a wiz",
    "spell",
]
SHOWN += [
    "cat, rusty",
    "黑猫 史莱",
    "a" * 301,
    "no hat and beard, dog:0.0625",
    "red wizard with a blue cat and 2 dogs",
]
ASKED = ["", "red hair", "a wizard with a sword, blue cloth:0.5", "ghost with a crown", "猫"]
SURPRISING = ["dragon wings, bull horns", "gold metal", "black cat", "brown detail", "spotted pattern", "knight"]
SURPRISING += ["side-facing, pink hair", "wizard hat, dragon wings, bull horns", "teal body, red pattern"]
REFUSED = ["qqq", "pink cat", "dog", "囧, 猫", "spell", "a b c d e f g h i j k l m n o p q r s t", "rusty robots"]


def share(**kinds):
    return tuple(kinds.get(kind.replace("-", "_"), 0.0) for kind in KINDS)


def requests():
    for number, prompt in enumerate(ASKED):
        for kinds in (share(), share(hero=1.0), share(non_hero=0.5, food=0.25)):
            yield Request(count=3, seed=number, kinds=kinds, prompt=prompt, surprise=True)
            yield Request(count=2, kinds=kinds, prompt=prompt, guidance=number % 2)
    for seed in (0, 1, 7, 12345, 2**31, 2**32 - 1):
        yield Request(count=16, seed=seed, surprise=True)
    yield Request(count=64, kinds=share(non_hero=1.0), surprise=True)
    for prompt in SURPRISING:
        yield Request(count=4, seed=3, prompt=prompt, surprise=True)
    for prompt in REFUSED:
        yield Request(count=1, prompt=prompt)


def sparse(context):
    return [[place, weight] for place, weight in enumerate(context.tolist()) if weight]


@pytest.mark.parametrize("run", RUNS)
def test_networks_are_asked_for_the_same(ask, run):
    def answer(request):
        return {
            "words": [list(map(list, words.items())) for words in words_asked(RUNS[run], request)],
            "contexts": list(map(sparse, context_of(RUNS[run], request))),
            "names": describe_sprites(RUNS[run], request),
        }

    wanted = list(requests())
    ours, theirs = answer_all(answer, wanted), ask("ask", run, list(map(asdict, wanted)))
    assert [found for found in zip(wanted, ours, theirs, strict=True) if found[1] != found[2]] == []


SOME = [["sprites"], ["unseen", "sprites"], ["own", "words"], ["kinds", "sprites"], ["silent"]]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("names", SOME, ids="+".join)
def test_the_box_shows_the_same(ask, names, language):
    words, runs = LANGUAGES[language], {name: RUNS[name] for name in names}
    texts = [*SHOWN[: None if language == "en" else 8], *mixtures(6, seed=6)]
    ours = answer_all(lambda text: _Reading(words, runs, text).describe(), texts)
    assert ask("read", names, texts, language, words.asking["examples"]) == ours


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("names", SOME, ids="+".join)
def test_words_under_sprites_and_those_left_out_are_the_same(ask, names, language):
    words, runs = LANGUAGES[language], {name: RUNS[name] for name in names}
    page = page_of(Path("none"), words)
    wanted = [Request(count=6, seed=5, surprise=True), Request(), Request(count=2, prompt="cat, qqq", surprise=True)]
    prompts = ["a cat and a wizzard:0.3", "qqq", "红猫, 囧", "dog, spell:0.3", "cat, wizzard:0.0009765625"]
    wanted += [Request(prompt=prompt) for prompt in prompts]

    def leave_out(request):
        said = []
        prompt = without_missing(page, runs, request, said.append).prompt
        return {"prompt": prompt, "left": "".join(said).removeprefix(words.left_out.format(words=""))}

    sent = list(map(asdict, wanted))
    under = answer_all(lambda request: words_of_sprites(page, runs, request), wanted)
    assert ask("under", names, sent, language) == under
    assert ask("without", names, sent, language) == answer_all(leave_out, wanted)


def test_numpys_generator_draws_the_same(ask):
    counts = [0, 7, 3, 0, 1, 1000, 2**20, 0, 2, 2, 5] * 50
    counts += [1_000_003] * 20_000  # of these about four are drawn again
    for words in ([0], [2, 0, 0, 0, 3], [2, 2**32 - 1, 63, 19, 3], [1, 2, 3, 4, 5, 6, 7]):
        rng = np.random.default_rng(words)
        assert ask("draws", words, counts) == [int(rng.integers(n)) if n else rng.random() for n in counts]
