"""Opens a visitor's upload and makes its preview.

The files that a browser sends are deleted later. A run that may be resumed keeps its own copy, as the two arrays that
`train --data … --labels …` reads.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..errors import Message, UserError
from ..sprites import sheet
from .array_files import ARRAYS, load_arrays, load_labels, pair
from .dataset import SpriteSet, as_set, from_arrays, from_zip
from .decode import HEAD_BYTES, SUFFIXES, begins_as_picture, is_named_as_picture
from .names import safe_name
from .readers import Limits, format_megabytes
from .sheets import AUTOMATIC, Sheet
from .sources import read_loose


def open_upload(files: Sequence[Path], limits: Limits | None = None, sheet: Sheet = AUTOMATIC) -> SpriteSet:
    """Reads an upload: a .zip; a .npy or .npz of pictures and at most one of labels in any order; or pictures.

    limits: Limits() unless given. Writes nothing. ValueError for anything else and for more than the limits.
    """
    limits = limits or Limits()
    suffixes = {file.suffix.lower() for file in files}
    if not files:
        raise UserError(
            "upload a .zip of pictures, pictures ({suffixes}), a .npz, or one or two .npy arrays",
            suffixes=", ".join(SUFFIXES),
        )
    if sum(file.stat().st_size for file in files) > limits.bytes:
        raise UserError(
            "that is more than {bytes}; upload fewer pictures, or smaller ones", bytes=format_megabytes(limits.bytes)
        )
    if suffixes == {".zip"} and len(files) == 1:
        return from_zip(files[0], limits, sheet)
    if suffixes <= set(ARRAYS) and len(files) <= 2:
        return _from_array_files(files, limits)
    if not suffixes & {".zip", *ARRAYS} and any(map(_may_be_picture, files)):
        title, count = Message("the upload"), sum(map(_may_be_picture, files))
        name = f"{count} pictures" if count > 1 else "one picture"
        return as_set(read_loose(files, title, limits, sheet), name, title)
    found = ", ".join(sorted(safe_name(file.name) for file in files[:3])) + (", …" if len(files) > 3 else "")
    raise UserError(
        "upload one .zip, one .npy or .npz of pictures with at most one .npy of labels, or pictures, not {found}",
        found=found,
    )


def make_preview_sheet(sprites: SpriteSet, max_sprites: int = 64) -> np.ndarray:
    """A sheet, uint8 (H, W, 3), of an equal number of every kind, evenly spaced from its first to its last.

    A sprite counts for the first of its words; where there are more words than sprites, the most frequent ones count.
    """
    first = np.where(sprites.labels.max(1) > 0.5, sprites.labels.argmax(1), len(sprites.vocabulary))
    words, counts = np.unique(first, return_counts=True)
    most_frequent = np.sort(np.argsort(-counts, kind="stable")[:max_sprites])
    groups = [np.flatnonzero(first == word) for word in words[most_frequent]]
    share = max_sprites // len(groups)
    chosen = np.concatenate(
        [group[np.linspace(0, len(group) - 1, min(share, len(group))).round().astype(int)] for group in groups]
    )
    return sheet(sprites.pixels[chosen], columns=min(16, len(chosen)), gap=1)


def _may_be_picture(file: Path) -> bool:
    with open(file, "rb") as opened:
        return is_named_as_picture(file.suffix) or begins_as_picture(opened.read(HEAD_BYTES))


def _from_array_files(files: Sequence[Path], limits: Limits) -> SpriteSet:
    """Reads a .npy or .npz, or two .npy: the array with three or four axes has the pictures."""
    if len(files) == 1:
        return from_arrays(*load_arrays(files[0], None, limits), safe_name(files[0].name), limits)
    arrays = {str(file): load_labels(file, limits) for file in files}
    pictures, labels = pair(arrays)
    path = next(path for path, array in arrays.items() if array is pictures)
    return from_arrays(pictures, labels, safe_name(Path(path).name), limits)
