"""Opens a data set from any source, as one array in memory.

builtin            20,000 new sprites for every epoch      builtin:5000#7   5,000 of seed 7 (endless.py)
builtin:20000@0    the fixed 20,000 that earlier versions drew from seed 0 (pixelart.py)
sprites.npy        the course's file, or any uint8 (N, H, W, 3); its labels (N, 5) with --labels
folder/  x.zip     pictures of any size; subfolders named after kinds become labels
hf://datasets/user/repo   a Hub data set with the course's two files, or with a .zip of pictures
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image

from ..core import TrainingSet
from ..errors import Message, UserError
from ..refs import Builtin, HubDataset, parse_data
from ..sprites import KINDS, SIZE
from .endless import draw_epoch
from .pixelart import draw
from .readers import OWN_LIMITS, Limits, fit_to_sprite, load_npy, read_folder, read_pictures, read_zip, safe_name

if TYPE_CHECKING:
    from ..hub import RemoteFile

MAX_BYTES = 2**29  # of one file from the Hub
MAX_DRAWN = 200_000  # built-in sprites
MAX_VALIDATION = 2000  # sprites
NO_LABEL = "no label"


@dataclass(frozen=True, eq=False)
class SpriteSet:
    """Labelled sprites; indexing with an array of indices or booleans gives a smaller set."""

    pixels: np.ndarray  # uint8 (N, 16, 16, 3) RGB
    labels: np.ndarray  # float32 (N, 5); a row of zeros is NO_LABEL
    name: str  # of the source, as `open_dataset` takes it, or for people
    redraw: Callable[[int], "SpriteSet"] | None = None  # the set of an epoch; None where all epochs have the same

    def __len__(self) -> int:
        return len(self.pixels)

    def counts(self) -> dict[str, int]:
        """The number of sprites of each kind, then of those without a label, if any."""
        counts = {kind: int(number) for kind, number in zip(KINDS, (self.labels > 0.5).sum(0), strict=True)}
        unlabelled = int((self.labels.max(1) <= 0.5).sum())
        return counts | ({NO_LABEL: unlabelled} if unlabelled else {})

    def of_epoch(self, epoch: int) -> "SpriteSet":
        """The sprites to train on in this epoch: new ones where the built-in sprites are not fixed."""
        return self.redraw(epoch) if self.redraw else self

    def facts(self) -> dict[str, str | int]:
        """For config.json: name, counts and a digest, to notice that a run is resumed with other data."""
        digest = hashlib.sha256(self.pixels.data)
        digest.update(self.labels.data)
        labelled = int((self.labels.max(1) > 0).sum())
        return {"name": self.name, "count": len(self), "labelled": labelled, "sha256": digest.hexdigest()}

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
        return SpriteSet(self.pixels[chosen], self.labels[chosen], self.name)


def open_dataset(source: str, labels: str | None = None) -> tuple[SpriteSet, SpriteSet]:
    """(training, validation) of a source, written as in the module's docstring.

    labels: the .npy with the labels of a .npy of pictures. ValueError for a source that cannot be opened.
    """
    ref = parse_data(source)
    if isinstance(ref, Builtin):
        if not 1 <= ref.count <= MAX_DRAWN:
            raise UserError(
                "builtin draws 1 to {max_drawn:,} sprites, not {count:,}", max_drawn=MAX_DRAWN, count=ref.count
            )
        return draw_builtin(ref), draw_builtin(replace(ref, count=min(MAX_VALIDATION, ref.count)), "test")
    if isinstance(ref, HubDataset):
        return _from_hub(ref).split()
    path = Path(ref.path)
    if path.is_dir():
        return SpriteSet(*read_pictures(read_folder(path), path.name), path.name).split()
    if not path.is_file():
        raise UserError(
            "{source} does not exist; name builtin, a .npy file, a folder, a .zip or hf://datasets/user/repo",
            source=source,
        )
    if path.suffix.lower() == ".zip":
        return from_zip(path).split()
    if path.suffix.lower() == ".npy":
        return from_arrays(load_npy(path), load_npy(Path(labels)) if labels else None, path.name).split()
    raise UserError("{source} is no data set; name a .npy file, a folder of pictures or a .zip of them", source=source)


def from_zip(path: Path, limits: Limits = OWN_LIMITS) -> SpriteSet:
    """A set of the pictures in a .zip, as `read_pictures` reads them."""
    name = safe_name(path.name)
    return SpriteSet(*read_pictures(read_zip(path, limits), name, limits), name)


def from_arrays(pixels: np.ndarray, labels: np.ndarray | None, name: str, limits: Limits = OWN_LIMITS) -> SpriteSet:
    """A set of uint8 (N, H, W, 3), resized to 16 x 16, and labels (N, 5) in [0, 1] in the order of KINDS, or none.

    ValueError for other shapes, types and ranges, and for more than the limits.
    """
    if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[3] != 3 or not pixels.size:
        raise UserError(
            "{name} must be uint8 (N, {size}, {size}, 3), not {dtype} {shape}",
            name=name,
            size=SIZE,
            dtype=pixels.dtype.name,
            shape=pixels.shape,
        )
    if len(pixels) > limits.files:
        raise UserError("{name} holds more than {files:,} pictures", name=name, files=limits.files)
    if max(pixels.shape[1:3]) > limits.side:
        raise UserError(
            "the pictures of {name} are {size}; at most {side} x {side}",
            name=name,
            size=f"{pixels.shape[2]} x {pixels.shape[1]}",
            side=limits.side,
        )
    if pixels.shape[1:3] != (SIZE, SIZE):
        large, pixels = pixels, np.empty((len(pixels), SIZE, SIZE, 3), np.uint8)
        for i, picture in enumerate(large):
            pixels[i] = fit_to_sprite(Image.fromarray(picture))
    if labels is None:
        labels = np.zeros((len(pixels), len(KINDS)), np.float32)
    if labels.shape != (len(pixels), len(KINDS)) or labels.dtype.kind not in "fiub":
        raise UserError(
            "the labels of {name} must be ({count}, {kinds}), not {dtype} {shape}",
            name=name,
            count=len(pixels),
            kinds=len(KINDS),
            dtype=labels.dtype.name,
            shape=labels.shape,
        )
    if not (labels.min() >= 0 and labels.max() <= 1):  # also refuses NaN
        raise UserError("the labels of {name} must be numbers from 0 to 1", name=name)
    return SpriteSet(np.ascontiguousarray(pixels), np.ascontiguousarray(labels, np.float32), name)


def draw_builtin(ref: Builtin, split: str = "train", epoch: int = 0) -> SpriteSet:
    """The built-in sprites of an epoch. split: "train" or "test"."""
    if ref.is_fixed:
        pixels, labels = draw(ref.count, ref.seed, split)
        return SpriteSet(pixels, labels.astype(np.float32), str(ref))
    pixels, labels, _ = draw_epoch(ref.count, ref.seed, epoch, split)
    redraw = partial(draw_builtin, ref, split) if split == "train" else None
    return SpriteSet(pixels, labels.astype(np.float32), str(ref), redraw)


def _from_hub(ref: HubDataset) -> SpriteSet:
    """Reads the data set's one or two files, from one commit; each file's checksum is verified before it is read."""
    from huggingface_hub import HfApi  # slow to import, and seldom needed

    from ..hub import as_generator, explain_hub_errors, fetch, list_repo, run_to_end, run_with_deadline

    api, name = HfApi(), str(ref)
    with explain_hub_errors(api, name):
        repo = run_to_end(run_with_deadline(as_generator(lambda: list_repo(api, ref.repo, kind="dataset"))))
    files = list(repo.files.values())
    arrays = [file for file in files if file.name.endswith(".npy")]
    labels = [file for file in arrays if "label" in file.name]
    pictures = [file for file in arrays or files if file.name.endswith((".npy", ".zip")) and file not in labels]
    if len(pictures) != 1 or len(labels) > 1:
        raise UserError(
            "{name} must hold one .npy of pictures and at most one of labels, or one .zip of pictures", name=name
        )

    def download_and_read(file: "RemoteFile", read: Callable[[Path, Message], Any]) -> Any:
        if file.size > MAX_BYTES:
            raise UserError(
                "{file} of {name} has {size:,} bytes; at most {max_bytes:,} are taken",
                file=file.name,
                name=name,
                size=file.size,
                max_bytes=MAX_BYTES,
            )
        with TemporaryDirectory() as folder:
            path = Path(folder) / PurePosixPath(file.name).name
            path.write_bytes(run_to_end(fetch(api, repo, file)))
            return read(path, Message("{file} of {repo}", file=file.name, repo=name))

    if not arrays:
        limits = Limits(bytes=MAX_BYTES)  # a visitor's: visitors may name any repository

        def read_archive(path: Path, title: Message) -> tuple[np.ndarray, np.ndarray]:
            return read_pictures(read_zip(path, limits, title), name, limits)

        found = download_and_read(pictures[0], read_archive)
        return SpriteSet(found[0], found[1], name)

    def read_array(path: Path, title: Message) -> np.ndarray:
        return load_npy(path, name=title)

    pixels = download_and_read(pictures[0], read_array)
    return from_arrays(pixels, download_and_read(labels[0], read_array) if labels else None, name)


def as_tensors(sprites: SpriteSet) -> TrainingSet:
    """The set for `core.train`, without a copy."""
    redraw = (lambda epoch: as_tensors(sprites.of_epoch(epoch))) if sprites.redraw else None
    return TrainingSet(torch.from_numpy(sprites.pixels), torch.from_numpy(sprites.labels), redraw)
