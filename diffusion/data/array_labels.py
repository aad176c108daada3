"""Arrays of labels, as people save them, and the array that keeps the labels of a set.

(N,) names, with commas between several    "slime", "knight, red"; kinds by any of their names
(N,) whole numbers from 0 on               0 to 4 are the kinds; where there are larger ones, "class 0", "class 1" …
(N, K) numbers from 0 to 1                 5 are the kinds, in the order of KINDS; others "class 0" …

What has one meaning is taken, and a note says how; what has two is refused.
"""

from typing import Any

import numpy as np

from ..core import LABEL, Vocabulary, kinds_vocabulary
from ..errors import Message, UserError
from ..sprites import KINDS
from .own_words import MAX_OWN, Labelled, class_names, label, words_of_text

LARGEST = 2**53  # of whole numbers; beyond it, floats are not exact


def read_labels(labels: np.ndarray, count: int, name: str | Message) -> Labelled:
    """The labels of `count` pictures. UserError for other shapes, types and ranges. name: for messages."""
    if labels.shape == (count, 1):
        labels = labels[:, 0]
    if labels.shape == (count,) and labels.dtype.kind in "US":
        return _by_name(labels, name)
    if labels.shape == (count,) and labels.dtype.kind in "fiu":
        return _by_number(labels, name)
    is_table = labels.ndim == 2 and len(labels) == count and 2 <= labels.shape[1] <= MAX_OWN
    if not is_table or labels.dtype.kind not in "fiub":
        raise UserError(
            "the labels of {name} must be names or numbers ({count},), or ({count}, K) from 0 to 1 with K from 2 to "
            "{most:,}, not {dtype} {shape}",
            name=name,
            count=count,
            most=MAX_OWN,
            dtype=labels.dtype.name,
            shape=labels.shape,
        )
    if not (labels.min() >= 0 and labels.max() <= 1):  # also refuses NaN
        raise UserError("the labels of {name} must be numbers from 0 to 1", name=name)
    if labels.shape[1] == len(KINDS):
        return Labelled(labels.astype(np.float32), kinds_vocabulary(), ())
    names = class_names(labels.shape[1])
    note = Message("the labels of {name} have no names: they are called {first} to {last}", name=name, **_ends(names))
    is_soft = bool(((labels > 0) & (labels < 1)).any())
    return Labelled(labels.astype(np.float32 if is_soft else np.uint8), Vocabulary(((LABEL, names),)), (note,))


def keep_labels(labels: np.ndarray, vocabulary: Vocabulary) -> np.ndarray:
    """The array from which `read_labels` makes the same labels over the same vocabulary.

    labels: (N, V), 0 to 1, as a data set has them. Labels other than 0 and 1 can be kept of kinds and of classes.
    """
    if vocabulary == kinds_vocabulary():
        return labels
    if vocabulary.names == class_names(len(vocabulary)) and len(vocabulary) not in (1, len(KINDS)):
        return labels
    names = np.array(vocabulary.names, object)
    return np.array([", ".join(names[row > 0.5]) for row in labels])


def _by_name(labels: np.ndarray, name: str | Message) -> Labelled:
    texts, places = np.unique(labels, return_inverse=True)
    rows = [words_of_text(_text(text)) for text in texts]
    found = label(rows, places.reshape(-1))
    without = int((found.labels.max(1) == 0).sum())
    note = Message("{count:,} of {total:,} labels of {name} have no word", count=without, total=len(labels), name=name)
    return Labelled(found.labels, found.vocabulary, (note, *found.notes) if without else found.notes)


def _by_number(labels: np.ndarray, name: str | Message) -> Labelled:
    if not (labels.min() >= 0 and labels.max() < LARGEST and (labels == np.floor(labels)).all()):  # also refuses NaN
        raise UserError("the labels of {name} must be whole numbers from 0 on, or (N, K) from 0 to 1", name=name)
    last = len(KINDS)
    if (labels.min(), labels.max()) == (1, last):
        raise UserError(
            "the labels of {name} are the numbers 1 to {last}: the kinds ({kinds}), or classes of your own? "
            "Save their names, or count the kinds from 0",
            name=name,
            last=last,
            kinds=", ".join(KINDS),
        )
    numbers, places = np.unique(labels.astype(np.int64), return_inverse=True)
    if labels.max() >= last:
        return label([(f"class {number}",) for number in numbers.tolist()], places.reshape(-1))
    meaning = ", ".join(f"{number} = {kind}" for number, kind in enumerate(KINDS))
    note = Message("the labels of {name} are numbers of kinds: {meaning}", name=name, meaning=meaning)
    return Labelled(np.eye(last, dtype=np.float32)[labels.astype(np.int64)], kinds_vocabulary(), (note,))


def _ends(names: tuple[str, ...]) -> dict[str, str]:
    return {"first": names[0], "last": names[-1]}


def _text(word: Any) -> str:
    return word.decode("utf-8", "replace") if isinstance(word, bytes) else str(word)
