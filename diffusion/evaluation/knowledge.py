"""How often what a run was asked for is recognised in its drawings: kinds, shapes, colours, combinations.

Every question is asked once, of a sprite of its own. The tagger (features.py) looks for what was asked; how often it
finds that in real sprites that show the same is the ceiling, since it does not recognise everything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from ..core import COLOUR, SHAPE, Vocabulary
from ..data import SpriteSet, builtin_vocabulary, draw_asked, held_out_combinations, paint, shape_facts
from ..sprites import KINDS, SIZE
from ..store import RunConfig
from .features import FeatureNet, features_of, tag

REAL_EACH, MAX_REAL = 4, 100  # real sprites for each question: drawn ones; those of a kind
RAREST = 0.1  # of the shapes that are trained on
VISIBLE = 0.25  # a colour is asked of shapes whose fill it is to this share or more

T = TypeVar("T")


@dataclass(frozen=True)
class Question:
    asked: tuple[str, ...]
    looked_for: tuple[str, ...]  # of these words, all must be seen


Questions = Mapping[str, list[Question]]  # by the names of store.KNOWN


def plan_questions(config: RunConfig, training: SpriteSet, limit: int) -> dict[str, list[Question]]:
    """The questions that suit a run, the same ones every time; empty where its words are its own.

    training: what it was trained on; limit: of the questions of one name.
    """
    vocabulary, words = config.vocabulary, config.known_words()
    known = set(vocabulary.names) if words is None else set(words)
    questions = {"kinds": _repeat([_ask(kind) for kind in KINDS if kind in known], limit)}
    if builtin_vocabulary().places.keys() <= vocabulary.places.keys():
        shown = dict(
            zip(vocabulary.names, training.labels_in(vocabulary).sum(0, dtype=np.int64).tolist(), strict=True)
        )
        groups = dict(builtin_vocabulary().groups)
        shapes = [name for name in groups[SHAPE] if name in known]
        trained = sorted((name for name in shapes if shown[name]), key=shown.__getitem__)
        questions |= {
            "shapes": [_ask(name) for name in _some(shapes, limit)],
            "shapes_rarest": [_ask(name) for name in _some(trained[: round(RAREST * len(trained))], limit)],
            "colours": _ask_colours([name for name in groups[COLOUR] if name in known], set(shapes), limit),
            "combinations": [
                _ask(*pair)
                for pair in _some(held_out_combinations(), limit)
                if known.issuperset(pair) and not _is_shown_together(training, vocabulary, pair)
            ],
        }
    return {name: found for name, found in questions.items() if found}


def _ask(*words: str) -> Question:
    return Question(words, words)


def _repeat(questions: list[Question], limit: int) -> list[Question]:
    """Each the same number of times, 12 at most."""
    return questions * min(12, limit // max(1, len(questions)))


def _some(entries: Sequence[T], limit: int) -> list[T]:
    order = np.random.default_rng(0).permutation(len(entries))[:limit]
    return [entries[number] for number in sorted(order.tolist())]


def _ask_colours(colours: list[str], shapes: set[str], limit: int) -> list[Question]:
    """Each colour of a shape that can have it, where that pair is not kept out of training."""
    rng, kept_out = np.random.default_rng(0), set(held_out_combinations())
    questions = []
    for word in _some(colours, limit):
        colour, _, material = word.partition(" ")
        able = [
            name
            for name, facts in shape_facts().items()
            if name in shapes
            and (name, word) not in kept_out
            and any(m == material and colour in found and share >= VISIBLE for m, found, share in facts.slots)
        ]
        if able:
            questions.append(Question((able[int(rng.integers(len(able)))], word), (word,)))
    return questions


def _is_shown_together(training: SpriteSet, vocabulary: Vocabulary, words: tuple[str, ...]) -> bool:
    """Whether a training sprite shows all the words."""
    labels = training.labels_in(vocabulary)
    return bool((labels[:, [vocabulary.places[word] for word in words]] > 0).all(1).any())


class Knowledge:
    """The questions with the contexts that ask them, and the shares that are recognised in real sprites."""

    def __init__(self, network: FeatureNet, vocabulary: Vocabulary, questions: Questions, training: SpriteSet) -> None:
        self.network, self.vocabulary = network, vocabulary
        self.questions: dict[str, list[Question]] = {}
        self.ceiling: dict[str, float] = {}
        for name, asked in questions.items():
            real = {question: _draw_real(question, training) for question in dict.fromkeys(asked)}
            able = [question for question in asked if len(real[question])]
            if able:
                seen = _are_seen(
                    network,
                    np.concatenate([real[question] for question in able]),
                    [question for question in able for _ in real[question]],
                )
                if seen.any():
                    self.questions[name], self.ceiling[name] = able, round(float(seen.mean()), 4)

    def contexts(self) -> np.ndarray:
        """What is asked, in the order of the questions: float32 (N, V); N is 0 where nothing can be asked."""
        rows = [
            self.vocabulary.encode(dict.fromkeys(question.asked, 1.0))
            for asked in self.questions.values()
            for question in asked
        ]
        return np.stack(rows) if rows else np.zeros((0, len(self.vocabulary)), np.float32)

    def report(self, pixels: np.ndarray) -> dict[str, dict[str, float]]:
        """For metrics.json: of drawings in the order of the questions, uint8 (N, 16, 16, 3)."""
        report, start = {}, 0
        for name, asked in self.questions.items():
            drawn = float(_are_seen(self.network, pixels[start : start + len(asked)], asked).mean())
            report[name] = {"mean": round(drawn / self.ceiling[name], 4), "drawn": round(drawn, 4)}
            start += len(asked)
        return report


def _draw_real(question: Question, training: SpriteSet) -> np.ndarray:
    """Real sprites that show all that is asked: uint8 (n, 16, 16, 3), n may be 0.

    A kind is looked up among the training sprites, which may be someone's own; other words are drawn.
    """
    (first, *others) = question.asked
    if first in KINDS and not others:
        return training.pixels[np.flatnonzero(training.kinds[:, KINDS.index(first)] > 0.5)[:MAX_REAL]]
    sprites = draw_asked(dict.fromkeys(question.asked, 1.0), REAL_EACH)
    painted = [paint(sprite.recipe) for sprite in sprites if not sprite.missing]
    return np.stack(painted) if painted else np.zeros((0, SIZE, SIZE, 3), np.uint8)


def _are_seen(network: FeatureNet, pixels: np.ndarray, questions: Sequence[Question]) -> np.ndarray:
    """Whether each sprite shows what its question looks for: bool (N,)."""
    seen = tag(network, pixels)
    kinds = network.kinds(features_of(network, pixels)).numpy()
    seen[:, : len(KINDS)] = kinds[:, None] == np.arange(len(KINDS))
    places = builtin_vocabulary().places
    return np.array([seen[row, [places[word] for word in one.looked_for]].all() for row, one in enumerate(questions)])
