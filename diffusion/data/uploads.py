"""Opens a visitor's upload and makes its preview.

The files that a browser sends are deleted later. A run that may be resumed keeps its own copy, as the two arrays that
`train --data … --labels …` reads.
"""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from ..errors import Message, UserError
from ..sprites import KINDS, SIZE, sheet
from .dataset import SpriteSet, from_arrays, from_zip
from .decode import HEAD_BYTES, SUFFIXES, begins_as_picture, is_named_as_picture
from .pictures import read_pictures
from .readers import Limits, format_megabytes, is_ignored, load_npy, read_file, safe_name
from .sheets import AUTOMATIC, Sheet


def open_upload(files: Sequence[Path], limits: Limits | None = None, sheet: Sheet = AUTOMATIC) -> SpriteSet:
    """Reads an upload: one .zip of pictures, a .npy of pictures and at most one of labels in any order, or pictures.

    limits: Limits() unless given. Writes nothing. ValueError for anything else and for more than the limits.
    """
    limits = limits or Limits()
    suffixes = {file.suffix.lower() for file in files}
    if not files:
        raise UserError(
            "upload a .zip of pictures, pictures ({suffixes}) or one or two .npy arrays", suffixes=", ".join(SUFFIXES)
        )
    if sum(file.stat().st_size for file in files) > limits.bytes:
        raise UserError(
            "that is more than {bytes}; upload fewer pictures, or smaller ones", bytes=format_megabytes(limits.bytes)
        )
    if suffixes == {".zip"} and len(files) == 1:
        return from_zip(files[0], limits, sheet)
    if suffixes == {".npy"} and len(files) <= 2:
        return _from_npys(files, limits)
    if not suffixes & {".zip", ".npy"} and any(map(_may_be_picture, files)):
        named = [(file, PurePosixPath(file.name)) for file in sorted(files)]
        pictures = (read_file(file, name) for file, name in named if not is_ignored(name))
        pixels, labels, notes = read_pictures(pictures, Message("the upload"), limits, sheet)
        name = f"{len(files)} pictures" if len(files) > 1 else "one picture"
        return SpriteSet(pixels, labels, name, notes)
    found = ", ".join(sorted(safe_name(file.name) for file in files[:3])) + (", …" if len(files) > 3 else "")
    raise UserError(
        "upload one .zip, one .npy of pictures with at most one of labels, or pictures, not {found}", found=found
    )


def make_preview_sheet(sprites: SpriteSet, max_sprites: int = 64) -> np.ndarray:
    """A sheet, uint8 (H, W, 3), of an equal number of every kind, evenly spaced from its first to its last."""
    kind = np.where(sprites.labels.max(1) > 0.5, sprites.labels.argmax(1), len(KINDS))
    groups = [np.flatnonzero(kind == each) for each in np.unique(kind)]
    share = max_sprites // len(groups)
    chosen = np.concatenate(
        [group[np.linspace(0, len(group) - 1, min(share, len(group))).round().astype(int)] for group in groups]
    )
    return sheet(sprites.pixels[chosen], columns=min(16, len(chosen)), gap=1)


def _may_be_picture(file: Path) -> bool:
    with open(file, "rb") as opened:
        return is_named_as_picture(file.suffix) or begins_as_picture(opened.read(HEAD_BYTES))


def _from_npys(files: Sequence[Path], limits: Limits) -> SpriteSet:
    """Reads one or two .npy files; the array with four axes has the pictures."""
    arrays = {file: load_npy(file, limits) for file in files}
    pictures, *labels = sorted(files, key=lambda file: arrays[file].ndim != 4)
    if labels and not (arrays[pictures].ndim == 4 and arrays[labels[0]].ndim != 4):
        one, other = (arrays[file].shape for file in files)
        shapes = "uint8 (N, {size}, {size}, 3), and the other labels (N, {kinds})"
        wanted = Message(shapes, size=SIZE, kinds=len(KINDS))
        raise UserError(
            "one of two .npy must be pictures, {wanted}, not {one} and {other}", wanted=wanted, one=one, other=other
        )
    return from_arrays(arrays[pictures], arrays[labels[0]] if labels else None, safe_name(pictures.name), limits)
