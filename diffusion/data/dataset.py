"""Opens a data set from any source, as one array in memory.

builtin            20,000 new sprites for every epoch      builtin:5000#7   5,000 of seed 7 (endless.py)
builtin:20000@0    the fixed 20,000 that earlier versions drew from seed 0 (pixelart.py)
sprites.npy        the course's file, or another array of pictures (arrays.py), or a .npz; its labels with --labels
folder/  x.zip     pictures of any size, sheets among them; their words are the names of their folders (hero/knight/),
                   those of a table (tables.py) and of a text file beside a picture; or such arrays
sheet.png          one picture, which may be a sheet
hf://datasets/user/repo   a Hub data set of such arrays, of a .zip, or of pictures in class folders

The vocabulary of one's own data: the five kinds first where one of them is named, then its other words (own_words.py).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import torch

from ..core import LABEL, TrainingSet, Vocabulary, kinds_vocabulary
from ..errors import Message, UserError
from ..refs import Builtin, HubDataset, LocalFiles, parse_data
from ..sprites import KINDS
from .array_files import ARRAYS, load_arrays
from .arrays import Found, read_arrays
from .asked import words_of
from .decode import is_named_as_picture
from .describe import shape_names
from .endless import draw_epoch, held_out
from .grounds import check_variety
from .hub_data import read_hub
from .labels import PathLabels
from .names import safe_name
from .pixelart import draw
from .readers import OWN_LIMITS, Limits, read_file
from .shape_words import builtin_vocabulary
from .sheets import AUTOMATIC, Sheet
from .sources import read_labelled_pictures, read_source_folder, read_source_zip

MAX_DRAWN = 200_000  # built-in sprites
MAX_VALIDATION = 2000  # sprites
NO_LABEL = "no label"
ONE_IN = 20  # distinct pictures is for validation
FREQUENT = 8  # names that config.json lists as such


@dataclass(frozen=True, eq=False)
class SpriteSet:
    """Labelled sprites; indexing with an array of indices or booleans gives a smaller set."""

    pixels: np.ndarray  # uint8 (N, 16, 16, 3) RGB
    labels: np.ndarray  # float32 or uint8 (N, V), 0 to 1, over the vocabulary; a row of zeros is NO_LABEL
    name: str  # of the source, as `open_dataset` takes it, or for people
    notes: tuple[Message, ...] = ()  # what was guessed, changed or left out when it was opened
    redraw: Callable[[int], "SpriteSet"] | None = None  # the set of an epoch; None where all epochs have the same
    vocabulary: Vocabulary = field(default_factory=kinds_vocabulary)
    unseen: tuple[str, ...] = ()  # of a set that is drawn anew: the names of the vocabulary that no epoch shows

    def __len__(self) -> int:
        return len(self.pixels)

    @cached_property
    def kinds(self) -> np.ndarray:
        """(N, 5): the kinds of the sprites; zeros where the vocabulary has none."""
        if self.vocabulary.has_kinds():
            return self.labels[:, : len(KINDS)]
        return np.zeros((len(self), len(KINDS)), self.labels.dtype)

    def counts(self) -> dict[str, int]:
        """The number of sprites of each kind, of each word of one's own data, the most frequent first, and of those
        without a label, if any.
        """
        numbers = dict(zip(self.vocabulary.names, (self.labels > 0.5).sum(0).tolist(), strict=True))
        own = dict(self.vocabulary.groups).get(LABEL, ()) if self.vocabulary.has_kinds() else self.vocabulary.names
        names = (
            *(name for name in KINDS if self.vocabulary.has_kinds()),
            *sorted(own, key=lambda name: -numbers[name]),
        )
        counts = {name: numbers[name] for name in names}
        unlabelled = int((self.labels.max(1) <= 0.5).sum())
        return counts | ({NO_LABEL: unlabelled} if unlabelled else {})

    def of_epoch(self, epoch: int) -> "SpriteSet":
        """The sprites to train on in this epoch: new ones where the built-in sprites are not fixed."""
        return self.redraw(epoch) if self.redraw else self

    def facts(self) -> dict[str, Any]:
        """For config.json: name, counts and a digest, to notice that a run is resumed with other data.

        "unseen" are the names of the vocabulary that the run cannot be asked for, "frequent" those that most sprites
        have, of data without kinds.
        """
        digest = hashlib.sha256(self.pixels.data)
        digest.update(self.labels.data)
        labelled = int((self.labels.max(1) > 0).sum())
        facts = {"name": self.name, "count": len(self), "labelled": labelled, "unseen": list(self.find_unseen())}
        if not self.vocabulary.has_kinds():
            facts["frequent"] = [name for name in self.counts() if name in self.vocabulary][:FREQUENT]
        return facts | {"sha256": digest.hexdigest()}

    def find_unseen(self) -> tuple[str, ...]:
        """The names of the vocabulary that no sprite shows; of a set that is drawn anew, those that none can show."""
        if self.redraw:
            return self.unseen
        is_seen = (self.labels.max(axis=0, initial=0) > 0).tolist()
        return tuple(name for name, seen in zip(self.vocabulary.names, list(is_seen), strict=True) if not seen)

    def labels_in(self, vocabulary: Vocabulary) -> np.ndarray:
        """(N, V') the labels over another vocabulary; words that it lacks are left out."""
        if vocabulary == self.vocabulary:
            return self.labels
        labels = np.zeros((len(self), len(vocabulary)), self.labels.dtype)
        shared = [name for name in self.vocabulary.names if name in vocabulary]
        columns = [self.vocabulary.places[name] for name in shared]
        labels[:, [vocabulary.places[name] for name in shared]] = self.labels[:, columns]
        return labels

    def split(
        self, share: float = 1 / ONE_IN, max_validation: int = MAX_VALIDATION
    ) -> tuple["SpriteSet", "SpriteSet"]:
        """(training, validation), the same split every time; equal pictures are never in both.

        share: of the distinct pictures that validation gets; above max_validation sprites, the rest is left out.
        """
        _, group = np.unique(self.pixels.reshape(len(self), -1), axis=0, return_inverse=True)
        groups = int(group.max()) + 1
        is_validation_group = np.zeros(groups, bool)
        is_validation_group[np.random.default_rng(0).permutation(groups)[: int(groups * share)]] = True
        is_validation = is_validation_group[group.reshape(-1)]
        return self[~is_validation], self[np.flatnonzero(is_validation)[:max_validation]]

    def __getitem__(self, chosen: np.ndarray) -> "SpriteSet":
        return replace(self, pixels=self.pixels[chosen], labels=self.labels[chosen], redraw=None)


def open_dataset(source: str, labels: str | None = None, sheet: Sheet = AUTOMATIC) -> tuple[SpriteSet, SpriteSet]:
    """(training, validation) of a source, written as in the module's docstring.

    labels: the .npy with the labels of a .npy of pictures; sheet: how sheets of tiles are cut. ValueError for a source
    that cannot be opened.
    """
    ref = parse_data(source)
    if labels is not None and not (isinstance(ref, LocalFiles) and Path(ref.path).suffix.lower() in ARRAYS):
        raise UserError("--labels goes with a .npy of pictures, not with {source}; leave it out", source=source)
    if isinstance(ref, Builtin):
        if not 1 <= ref.count <= MAX_DRAWN:
            raise UserError(
                "builtin draws 1 to {max_drawn:,} sprites, not {count:,}", max_drawn=MAX_DRAWN, count=ref.count
            )
        return draw_builtin(ref), draw_builtin(replace(ref, count=min(MAX_VALIDATION, ref.count)), "test")
    if isinstance(ref, HubDataset):
        return as_set(read_hub(ref, sheet), str(ref)).split()
    path = Path(ref.path)
    if path.is_dir():
        return as_set(read_source_folder(path, sheet), path.name or path.resolve().name).split()
    if not path.is_file():
        raise UserError(
            "{source} does not exist; name builtin, a .npy file, a folder, a .zip or hf://datasets/user/repo",
            source=source,
        )
    if path.suffix.lower() == ".zip":
        return from_zip(path, sheet=sheet).split()
    if is_named_as_picture(path.suffix):
        files = iter([read_file(path, PurePosixPath(path.name))])
        return as_set(read_labelled_pictures(files, PathLabels(), path.name, sheet=sheet), path.name).split()
    if path.suffix.lower() in ARRAYS:
        return from_arrays(*load_arrays(path, Path(labels) if labels else None), path.name).split()
    raise UserError("{source} is no data set; name a .npy file, a folder of pictures or a .zip of them", source=source)


def from_zip(path: Path, limits: Limits = OWN_LIMITS, sheet: Sheet = AUTOMATIC) -> SpriteSet:
    """A set of the pictures or arrays in a .zip."""
    return as_set(read_source_zip(path, limits, sheet), safe_name(path.name))


def from_arrays(pixels: np.ndarray, labels: np.ndarray | None, name: str, limits: Limits = OWN_LIMITS) -> SpriteSet:
    """A set of an array of pictures, and one of labels or none, as `arrays` reads them.

    ValueError for other shapes, types and ranges, and for more than the limits.
    """
    return as_set(read_arrays(pixels, labels, name, limits), name)


def as_set(found: Found, name: str, title: str | Message = "") -> SpriteSet:
    """What a source holds, as a set. title: of the source in messages; the name unless given.

    UserError where all pictures are equal.
    """
    notes = (*found.notes, *check_variety(found.pixels, title or name))
    return SpriteSet(found.pixels, found.labels, name, notes, vocabulary=found.vocabulary)


def draw_builtin(ref: Builtin, split: str = "train", epoch: int = 0) -> SpriteSet:
    """The built-in sprites of an epoch. split: "train" or "test"."""
    if ref.is_fixed:
        pixels, labels = draw(ref.count, ref.seed, split)
        return SpriteSet(pixels, labels.astype(np.float32), str(ref))
    pixels, _, recipes = draw_epoch(ref.count, ref.seed, epoch, split)
    redraw = partial(draw_builtin, ref, split) if split == "train" else None
    vocabulary = builtin_vocabulary()
    labels = np.zeros((ref.count, len(vocabulary)), np.uint8)
    for row, recipe in zip(labels, recipes, strict=True):
        row[[vocabulary.places[word] for word in words_of(recipe)]] = 1
    unseen = held_out_shapes() if redraw else ()
    return SpriteSet(pixels, labels, str(ref), (), redraw, vocabulary, unseen)


def held_out_shapes() -> tuple[str, ...]:
    """The names of the built-in shapes that are kept out of training by themselves, in the order of the vocabulary."""
    alone = {shape_names()[feature] for entry in held_out() if len(entry) == 1 for feature in entry}
    return tuple(name for name in builtin_vocabulary().names if name in alone)


def as_tensors(sprites: SpriteSet, vocabulary: Vocabulary | None = None) -> TrainingSet:
    """The set for `core.train`. vocabulary: of the network; the set's own unless given."""
    vocabulary = vocabulary or sprites.vocabulary
    redraw = (lambda epoch: as_tensors(sprites.of_epoch(epoch), vocabulary)) if sprites.redraw else None
    context = torch.from_numpy(sprites.labels_in(vocabulary))
    return TrainingSet(torch.from_numpy(sprites.pixels), context, redraw)
