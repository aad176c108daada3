"""Open pictures to train on, from wherever they are, as one array in memory.

builtin            20,000 sprites of pixelart.py          builtin:5000@7   so many, of seed 7
sprites.npy        the course's file, or any uint8 (N, H, W, 3); labels (N, 5) beside it with --labels
folder/  x.zip     pictures of any size; subfolders named after kinds become labels
hf://datasets/user/repo   a Hub data set that holds the course's two files
"""

import hashlib
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image, UnidentifiedImageError

from .kinds import KINDS
from .pixelart import draw

SIZE = 16
SUFFIXES = (".png", ".gif", ".bmp", ".jpg", ".jpeg", ".webp")
MOST_PICTURES = 200_000
MOST_SIDE = 4096  # pixels of one picture
MOST_BYTES = 2**29  # of one file from the Hub
BUILTIN = re.compile(r"builtin(?::(\d+))?(?:@(\d+))?")
HUB = re.compile(r"hf://datasets/([\w.-]+/[\w.-]+)")


@dataclass(frozen=True, eq=False)
class Sprites:
    pixels: np.ndarray  # uint8 (N, 16, 16, 3) RGB
    labels: np.ndarray  # float32 (N, 5); a row of zeros is "no label"
    name: str

    def __len__(self) -> int:
        return len(self.pixels)

    def counts(self) -> dict[str, int]:
        """How many of each kind, then those without a label, if any."""
        found = {kind: int(number) for kind, number in zip(KINDS, (self.labels > 0.5).sum(0), strict=True)}
        unlabelled = int((self.labels.max(1) <= 0.5).sum())
        return found | ({"no label": unlabelled} if unlabelled else {})

    def facts(self) -> dict[str, str | int]:
        """For config.json: enough to notice that a run is resumed on other data."""
        digest = hashlib.sha256(self.pixels.tobytes() + self.labels.tobytes())
        return {"name": self.name, "count": len(self), "sha256": digest.hexdigest()}

    def split(self, held_out: float = 0.05, most: int = 2000) -> tuple["Sprites", "Sprites"]:
        """(training, held out), by picture: equal pictures never stand on both sides. The same split every time."""
        _, group = np.unique(self.pixels.reshape(len(self), -1), axis=0, return_inverse=True)
        groups = int(group.max()) + 1
        kept_back = np.zeros(groups, bool)
        kept_back[np.random.default_rng(0).permutation(groups)[: int(groups * held_out)]] = True
        behind = kept_back[group.reshape(-1)]
        outside = np.flatnonzero(behind)[:most]
        return self[~behind], self[outside]

    def __getitem__(self, chosen: np.ndarray) -> "Sprites":
        return Sprites(self.pixels[chosen], self.labels[chosen], self.name)


def open_dataset(source: str, labels: str | None = None) -> tuple[Sprites, Sprites]:
    """(training, held out) of what a person named. ValueError says what would have been right."""
    if match := BUILTIN.fullmatch(source):
        count, seed = int(match[1] or 20_000), int(match[2] or 0)
        if not 1 <= count <= MOST_PICTURES:
            raise ValueError(f"builtin draws 1 to {MOST_PICTURES:,} sprites, not {count:,}")
        return _builtin(count, seed, "train"), _builtin(min(2000, count), seed, "test")
    if match := HUB.fullmatch(source):
        return _from_hub(match[1]).split()
    path = Path(source)
    if path.is_dir():
        return _from_pictures(_files(path), path.name).split()
    if not path.is_file():
        raise ValueError(
            f"{source} does not exist; name builtin, a .npy file, a folder, a .zip or hf://datasets/user/repo"
        )
    if path.suffix == ".zip":
        return _from_pictures(_zipped(path), path.name).split()
    if path.suffix == ".npy":
        return from_arrays(_load_npy(path), _load_npy(Path(labels)) if labels else None, path.name).split()
    raise ValueError(f"{source} is no data set; name a .npy file, a folder of pictures or a .zip of them")


def from_arrays(pixels: np.ndarray, labels: np.ndarray | None, name: str) -> Sprites:
    """The course's pair: uint8 (N, H, W, 3), and labels (N, 5) in the order of KINDS, or none."""
    if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[3] != 3 or not pixels.size:
        raise ValueError(f"{name} must be uint8 (N, {SIZE}, {SIZE}, 3), not {pixels.dtype} {pixels.shape}")
    if pixels.shape[1:3] != (SIZE, SIZE):
        pixels = np.stack([fitted(Image.fromarray(picture)) for picture in pixels])
    if labels is None:
        return Sprites(np.ascontiguousarray(pixels), np.zeros((len(pixels), len(KINDS)), np.float32), name)
    if labels.shape != (len(pixels), len(KINDS)) or labels.dtype.kind not in "fiub":
        raise ValueError(
            f"the labels of {name} must be ({len(pixels)}, {len(KINDS)}), not {labels.dtype} {labels.shape}"
        )
    labels = labels.astype(np.float32)
    if not np.isfinite(labels).all() or labels.min() < 0 or labels.max() > 1:
        raise ValueError(f"the labels of {name} must be numbers from 0 to 1")
    return Sprites(np.ascontiguousarray(pixels), labels, name)


def fitted(picture: Image.Image) -> np.ndarray:
    """Any picture as uint8 (16, 16, 3): transparency onto white; whole multiples by nearest, else a good reduction."""
    if picture.mode.startswith("I"):  # 16 bits of grey, which Pillow would clip to white
        picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    picture = picture.convert("RGBA")
    ground = Image.new("RGBA", picture.size, "white")
    picture = Image.alpha_composite(ground, picture).convert("RGB")
    side = max(picture.size)
    if picture.width != picture.height:
        square = Image.new("RGB", (side, side), "white")
        square.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
        picture = square
    whole = side % SIZE == 0 or SIZE % side == 0
    return np.asarray(picture.resize((SIZE, SIZE), Image.Resampling.NEAREST if whole else Image.Resampling.LANCZOS))


def _builtin(count: int, seed: int, split: str) -> Sprites:
    pixels, labels = draw(count, seed, split)
    return Sprites(pixels, labels.astype(np.float32), f"builtin:{count}@{seed}")


def _from_hub(repo: str) -> Sprites:
    """Both files of one commit, each compared with its checksum before it is read."""
    from huggingface_hub import HfApi  # slow to import and seldom wanted

    from .hub_client import fetch, in_sentences, look, patiently, result_of

    api, name = HfApi(), f"hf://datasets/{repo}"
    with in_sentences(api, name):
        there = result_of(patiently(look(api, repo, kind="dataset")))
    arrays = [file for file in there.files.values() if file.name.endswith(".npy")]
    labels = [file for file in arrays if "label" in file.name]
    pictures = [file for file in arrays if "label" not in file.name]
    if len(pictures) != 1 or len(labels) > 1:
        raise ValueError(f"{name} must hold one .npy of pictures and at most one of labels")
    loaded = []
    with TemporaryDirectory() as folder:
        for file in pictures + labels:
            if file.size > MOST_BYTES:
                raise ValueError(f"{file.name} of {name} has {file.size:,} bytes; at most {MOST_BYTES:,} are taken")
            path = Path(folder) / "array.npy"
            path.write_bytes(result_of(fetch(api, there, file)))
            try:
                loaded.append(_load_npy(path))
            except ValueError as mistake:
                raise ValueError(str(mistake).replace(str(path), f"{file.name} of {name}")) from None
    return from_arrays(loaded[0], loaded[1] if labels else None, name)


def _load_npy(path: Path) -> np.ndarray:
    try:
        array = np.load(path, allow_pickle=False)
        if not isinstance(array, np.ndarray):
            raise ValueError("it is a .npz")
        return array
    except FileNotFoundError:
        raise ValueError(f"{path} does not exist") from None
    except (OSError, ValueError, EOFError, MemoryError, OverflowError):  # the last two: a header that lies
        raise ValueError(f"{path} is not a .npy array of plain numbers") from None


def _from_pictures(pictures: Iterator[tuple[PurePosixPath, bytes]], name: str) -> Sprites:
    pixels, labels = [], []
    for path, content in pictures:
        try:
            with Image.open(io.BytesIO(content)) as picture:
                size = picture.size
                if max(size) <= MOST_SIDE:
                    pixels.append(fitted(picture))
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            raise ValueError(f"{path} in {name} is not a picture that can be read") from None
        if max(size) > MOST_SIDE:
            raise ValueError(f"{path} in {name} is {size[0]} x {size[1]}; at most {MOST_SIDE} x {MOST_SIDE}")
        labels.append([float(kind in path.parts[:-1]) for kind in KINDS])
        if len(pixels) > MOST_PICTURES:
            raise ValueError(f"{name} holds more than {MOST_PICTURES:,} pictures")
    if not pixels:
        raise ValueError(f"{name} holds no pictures ({', '.join(SUFFIXES)})")
    return Sprites(np.stack(pixels), np.array(labels, np.float32), name)


def _files(folder: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix.lower() in SUFFIXES:
            yield PurePosixPath(path.relative_to(folder.parent).as_posix()), path.read_bytes()


def _zipped(path: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Read in memory: nothing is unpacked to the disk, so no name in the archive can point anywhere."""
    try:
        with zipfile.ZipFile(path) as archive:
            for member in sorted(archive.infolist(), key=lambda member: member.filename):
                name = PurePosixPath(member.filename)
                if name.suffix.lower() not in SUFFIXES or "__MACOSX" in name.parts:
                    continue
                if member.file_size > 4 * MOST_SIDE**2:
                    raise ValueError(f"{name} in {path.name} is too large for a sprite")
                yield name, archive.read(member)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, NotImplementedError, RuntimeError):
        raise ValueError(f"{path} is not a readable .zip") from None
