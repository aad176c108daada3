"""Opens a data set from any source, as one array in memory.

builtin            20,000 sprites of pixelart.py          builtin:5000@7   5,000 sprites of seed 7
sprites.npy        the course's file, or another array of pictures (arrays.py), or a .npz; its labels with --labels
folder/  x.zip     pictures of any size, labelled by subfolders named after kinds or by a table; or such arrays
hf://datasets/user/repo   a Hub data set of such arrays, of a .zip, or of pictures in class folders
"""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..core import TrainingSet
from ..errors import Message, UserError
from ..refs import Builtin, HubDataset, LocalFiles, parse_data
from ..sprites import KINDS, SIZE
from .array_files import ARRAYS, load_arrays
from .arrays import Found, read_arrays
from .hub_data import read_hub
from .names import safe_name
from .pixelart import draw
from .readers import OWN_LIMITS, Limits
from .sources import read_source_folder, read_source_zip

MAX_DRAWN = 200_000  # built-in sprites
MAX_VALIDATION = 2000  # sprites
FEW = 10  # fewer different pictures than these are worth a note
NO_LABEL = "no label"


@dataclass(frozen=True, eq=False)
class SpriteSet:
    """Labelled sprites; indexing with an array of indices or booleans gives a smaller set."""

    pixels: np.ndarray  # uint8 (N, 16, 16, 3) RGB
    labels: np.ndarray  # float32 (N, 5); a row of zeros is NO_LABEL
    name: str  # of the source, as `open_dataset` takes it, or for people
    notes: tuple[Message, ...] = ()  # what was guessed, changed or left out when it was opened, for the person

    def __len__(self) -> int:
        return len(self.pixels)

    def counts(self) -> dict[str, int]:
        """The number of sprites of each kind, then of those without a label, if any."""
        counts = {kind: int(number) for kind, number in zip(KINDS, (self.labels > 0.5).sum(0), strict=True)}
        unlabelled = int((self.labels.max(1) <= 0.5).sum())
        return counts | ({NO_LABEL: unlabelled} if unlabelled else {})

    def facts(self) -> dict[str, Any]:
        """For config.json: name, counts and a digest, to notice that a run is resumed with other data.

        "kinds" says how many sprites have a share of each kind: what the run can be asked for.
        """
        digest = hashlib.sha256(self.pixels.data)
        digest.update(self.labels.data)
        labelled = int((self.labels.max(1) > 0).sum())
        kinds = {kind: int(number) for kind, number in zip(KINDS, (self.labels > 0).sum(0), strict=True)}
        facts = {"name": self.name, "count": len(self), "labelled": labelled, "kinds": kinds}
        return facts | {"sha256": digest.hexdigest()}

    def split(self, share: float = 0.05, max_validation: int = MAX_VALIDATION) -> tuple["SpriteSet", "SpriteSet"]:
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
        return replace(self, pixels=self.pixels[chosen], labels=self.labels[chosen])


def open_dataset(source: str, labels: str | None = None) -> tuple[SpriteSet, SpriteSet]:
    """(training, validation) of a source, written as in the module's docstring.

    labels: the .npy with the labels of a .npy of pictures. ValueError for a source that cannot be opened.
    """
    ref = parse_data(source)
    if labels is not None and not (isinstance(ref, LocalFiles) and Path(ref.path).suffix.lower() in ARRAYS):
        raise UserError("--labels goes with a .npy of pictures, not with {source}; leave it out", source=source)
    if isinstance(ref, Builtin):
        if not 1 <= ref.count <= MAX_DRAWN:
            raise UserError(
                "builtin draws 1 to {max_drawn:,} sprites, not {count:,}", max_drawn=MAX_DRAWN, count=ref.count
            )
        return _builtin(ref, "train"), _builtin(replace(ref, count=min(MAX_VALIDATION, ref.count)), "test")
    if isinstance(ref, HubDataset):
        return _as_set(read_hub(ref), str(ref)).split()
    path = Path(ref.path)
    if path.is_dir():
        return _as_set(read_source_folder(path), path.name or path.resolve().name).split()
    if not path.is_file():
        raise UserError(
            "{source} does not exist; name builtin, a .npy file, a folder, a .zip or hf://datasets/user/repo",
            source=source,
        )
    if path.suffix.lower() == ".zip":
        return from_zip(path).split()
    if path.suffix.lower() in ARRAYS:
        return from_arrays(*load_arrays(path, Path(labels) if labels else None), path.name).split()
    raise UserError("{source} is no data set; name a .npy file, a folder of pictures or a .zip of them", source=source)


def from_zip(path: Path, limits: Limits = OWN_LIMITS) -> SpriteSet:
    """A set of the pictures or arrays in a .zip."""
    return _as_set(read_source_zip(path, limits), safe_name(path.name))


def from_arrays(pixels: np.ndarray, labels: np.ndarray | None, name: str, limits: Limits = OWN_LIMITS) -> SpriteSet:
    """A set of an array of pictures, and one of labels or none, as `arrays` reads them.

    ValueError for other shapes, types and ranges, and for more than the limits.
    """
    return _as_set(read_arrays(pixels, labels, name, limits), name)


def check_variety(sprites: SpriteSet) -> SpriteSet:
    """Refuses a set whose pictures are all the same; adds a note where few are different."""
    different: set[bytes] = set()
    for picture in sprites.pixels:
        different.add(picture.tobytes())
        if len(different) >= FEW:
            return sprites
    if len(different) == len(sprites):
        return sprites
    if len(different) == 1:
        raise UserError(
            "all {count:,} pictures of {name} look the same once they are {size} x {size} on white; "
            "are they white on transparent, or empty?",
            count=len(sprites),
            name=sprites.name,
            size=SIZE,
        )
    note = Message(
        "only {different} of {count:,} pictures are different", different=len(different), count=len(sprites)
    )
    return replace(sprites, notes=(*sprites.notes, note))


def _as_set(found: Found, name: str) -> SpriteSet:
    return check_variety(SpriteSet(found.pixels, found.labels, name, found.notes))


def _builtin(ref: Builtin, split: str) -> SpriteSet:
    pixels, labels = draw(ref.count, ref.seed, split)
    return SpriteSet(pixels, labels.astype(np.float32), str(ref))


def as_tensors(sprites: SpriteSet) -> TrainingSet:
    """The set for `core.train`, without a copy."""
    return TrainingSet(torch.from_numpy(sprites.pixels), torch.from_numpy(sprites.labels))
