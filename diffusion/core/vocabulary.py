"""The words that a network knows: names in groups, and their places in its context.

The context of a sprite is float32 (V,): the weight of every name, 0 to 1; zeros mean that nothing is asked. In the
built-in vocabulary the five kinds come first, in the order of KINDS, then shapes, then colours by material.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from ..errors import UserError
from ..sprites import KINDS

KIND, SHAPE, COLOUR = "kind", "shape", "colour"  # the groups of the built-in vocabulary
LABEL = "label"  # the group of the words of one's own data
MAX_GROUPS = 16
MAX_NAMES = 4096  # of all groups together
MAX_NAME = 80  # characters
NEAREST = 3  # names that are offered instead of an unknown one
ALIKE = 0.6  # from this ratio of difflib on, two names are near each other


@dataclass(frozen=True)
class Vocabulary:
    """Hashable and comparable. ValueError for groups that break the limits above, and for a name that stands twice."""

    groups: tuple[tuple[str, tuple[str, ...]], ...]  # (the group's name, its names)

    def __post_init__(self) -> None:
        if not 1 <= len(self.groups) <= MAX_GROUPS or not 1 <= len(self.names) <= MAX_NAMES:
            raise UserError(
                "a vocabulary has 1 to {groups} groups and 1 to {names:,} names", groups=MAX_GROUPS, names=MAX_NAMES
            )
        for name in (*(name for name, _ in self.groups), *self.names):
            if not isinstance(name, str) or not _is_name(name):
                raise UserError(
                    "{name!r} is no name for a vocabulary: 1 to {max_name} visible characters, no space at its ends",
                    name=str(name)[:MAX_NAME],
                    max_name=MAX_NAME,
                )
        for names in ([name for name, _ in self.groups], self.names):
            twice = next((name for name in names if names.count(name) > 1), "") if len(set(names)) < len(names) else ""
            if twice:
                raise UserError("{name} stands twice in the vocabulary", name=twice)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All names, in the order of the context."""
        return tuple(name for _, names in self.groups for name in names)

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of every name in the context."""
        return {name: place for place, name in enumerate(self.names)}

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self.places

    def index(self, name: str) -> int:
        """The place of a name in the context. ValueError, with the nearest names, for an unknown one."""
        if name in self.places:
            return self.places[name]
        raise UserError(
            "it knows no {name!r}; the nearest: {nearest}", name=name, nearest=", ".join(self.nearest(name))
        )

    def encode(self, words: Mapping[str, float]) -> np.ndarray:
        """The context of words with their weights, float32 (V,). ValueError for unknown words, other weights."""
        context = np.zeros(len(self), np.float32)
        for name, weight in words.items():
            place = self.index(name)
            if not 0 <= weight <= 1:  # also refuses NaN
                raise UserError("the weight of {name} must be 0 to 1, not {weight}", name=name, weight=weight)
            context[place] = weight
        return context

    def decode(self, context: np.ndarray) -> dict[str, float]:
        """The inverse of `encode`: (V,) -> the names whose weight is not 0."""
        return {name: float(weight) for name, weight in zip(self.names, context, strict=True) if weight}

    def nearest(self, name: str, limit: int = NEAREST) -> list[str]:
        """The names that look most like this one, the best first."""
        return nearest(name, self.names, limit)

    def extended(self, other: "Vocabulary") -> "Vocabulary":
        """This vocabulary, and behind it the names of the other one that it lacks, in their groups.

        ValueError where that is more than MAX_NAMES.
        """
        mine = {group for group, _ in self.groups}
        groups = list(self.groups)
        for group, names in other.groups:
            if new := tuple(name for name in names if name not in self):
                number = 2
                title = group
                while title in mine:  # behind all others, so that every name keeps its place
                    title, number = f"{group} {number}", number + 1
                mine.add(title)
                groups.append((title, new))
        return Vocabulary(tuple(groups))

    def has_kinds(self) -> bool:
        """Whether it begins with the five kinds, as the course's labels do."""
        return self.names[: len(KINDS)] == KINDS

    def to_json(self) -> dict[str, list[str]]:
        """For config.json."""
        return {group: list(names) for group, names in self.groups}

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """The vocabulary of a config.json, which may come from anyone. ValueError for anything else."""
        if not isinstance(data, dict) or not all(isinstance(names, list) for names in data.values()):
            raise UserError("a vocabulary is an object of lists of names")
        if len(data) > MAX_GROUPS or sum(map(len, data.values())) > MAX_NAMES:
            raise UserError(
                "a vocabulary has 1 to {groups} groups and 1 to {names:,} names", groups=MAX_GROUPS, names=MAX_NAMES
            )
        if not all(isinstance(name, str) for names in data.values() for name in names):
            raise UserError("a vocabulary is an object of lists of names")
        return cls(tuple((group, tuple(names)) for group, names in data.items()))


def kinds_vocabulary() -> Vocabulary:
    """The vocabulary of the course: the five kinds."""
    return Vocabulary(((KIND, KINDS),))


def nearest(word: str, names: Iterable[str], limit: int = NEAREST) -> list[str]:
    """The names that look most like a word, the best first: those alike by their letters, then those that contain it.

    At least one where there are names.
    """
    word, names = word[:MAX_NAME].lower(), list(names)
    lower = {name.lower(): name for name in reversed(names)}
    alike = difflib.get_close_matches(word, lower, limit, ALIKE)
    inside = [name for name in lower if len(word) > 2 and (word in name.split() or name in word.split())]
    found = list(dict.fromkeys((*alike, *sorted(inside, key=len))))[:limit]
    return [lower[name] for name in found or difflib.get_close_matches(word, lower, 1, 0)]


def _is_name(name: str) -> bool:
    return 0 < len(name) <= MAX_NAME and name.isprintable() and name == name.strip()
