"""What a run on one's own pictures has made of them: theirs beside the drawn ones, and the nearest of each."""

from functools import lru_cache
from html import escape
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from ...data import SpriteSet
from ...engine import is_zero_gpu
from ...evaluation import COPY_DISTANCE, load_training_data, nearest
from ...server import MEASURE_CONFIG, RunStatus, Settings
from ...sprites import data_url, png, sheet
from ...store import RunConfig, RunFolder
from ..parts.scripts import address_of
from ..words import Words

SHOWN = 16  # originals, as many as the preview has sprites
COLUMNS = 4
MAX_COMPARED = 200  # originals, to say how far apart two of them are
EXAMPLE = "readme/minute.gif"  # below the assets


def begin_html(words: Words, assets: Path) -> str:
    """What stands in the place of a run until there is one: an earlier one, still where motion is not wanted."""
    text = f"<span>{words.train.film_hint}</span>"
    if not (file := assets / EXAMPLE).is_file():
        return text
    with Image.open(file) as example:
        example.seek(getattr(example, "n_frames", 1) - 1)
        size, still = example.size, BytesIO()
        example.convert("RGB").save(still, "PNG")
    return (
        f'<picture><source media="(prefers-reduced-motion: reduce)" srcset="{data_url(still.getvalue())}">'
        f'<img src="{address_of(file)}" alt="{words.train.example}" width="{size[0]}" height="{size[1]}"></picture>'
        f"<em>{words.train.example}</em>{text}"
    )


def can_be_measured(config: RunConfig, settings: Settings) -> bool:
    """Whether the Checkpoints tab can measure a run of these pictures here."""
    count = config.data.get("count")
    return (
        isinstance(count, int)
        and count >= MEASURE_CONFIG.sprites_per_seed
        and not settings.shared
        and not is_zero_gpu()
    )


def originals_html(words: Words, run: RunFolder, now: RunStatus) -> str:
    """Some of the pictures that a run was trained on beside its last preview sprites, in tiles of one size.

    Empty for a run without its own copy of the pictures, and where that cannot be read any more.
    """
    if not (run.data() and now.samples):
        return ""
    try:
        training = open_originals(str(run.path), str(run.config().data.get("sha256")))
    except (ValueError, OSError):
        return ""
    epoch, drawn = now.samples[-1]
    some = pick_originals(training, now.kinds)
    yours = words.train.yours.format(shown=len(some), count=len(training))
    return (
        f'<div class="train-pair">{_figure(some, COLUMNS, yours)}'
        f"{_figure(drawn, COLUMNS, words.train.drawn.format(epoch=epoch))}</div>"
    )


@lru_cache(maxsize=4)
def open_originals(folder: str, digest: str) -> SpriteSet:
    """The pictures that a run trains on, from its own copy. digest: of them, so that a new run is not taken for it."""
    return load_training_data(RunFolder(folder))[0]


def pick_originals(training: SpriteSet, kinds: tuple[str, ...]) -> np.ndarray:
    """At most SHOWN pictures, uint8 (N, 16, 16, 3), evenly spaced; with enough of each, the words have a column each,
    as in the preview."""
    rows, columns = SHOWN // COLUMNS, []
    for i, kind in enumerate(kinds):
        place = training.vocabulary.places.get(kind)
        of_kind = np.flatnonzero(training.labels[:, place] > 0.5) if place is not None else np.zeros(0, int)
        again = kinds.count(kind)  # the columns share its pictures
        columns.append(_evenly(of_kind, rows * again)[kinds[:i].count(kind) :: again])
    if not columns or any(len(column) < rows for column in columns):
        return training.pixels[_evenly(np.arange(len(training)), SHOWN)]
    return training.pixels[np.stack(columns, axis=1).reshape(-1)]


def _evenly(indices: np.ndarray, count: int) -> np.ndarray:
    return indices[np.linspace(0, len(indices) - 1, min(count, len(indices))).round().astype(int)]


def nearest_html(words: Words, run: RunFolder, now: RunStatus) -> str:
    """Each of the last preview sprites above the nearest picture it learnt from, and how near that is."""
    training = open_originals(str(run.path), str(run.config().data.get("sha256")))
    _, drawn = now.samples[-1]
    index, distance = nearest(drawn, training.pixels)
    said = words.train.nearest_said.format(
        copies=int((distance < COPY_DISTANCE).sum()),
        count=len(drawn),
        distance=float(np.median(distance)),
        own=distance_between(training.pixels),
    )
    pairs = "".join(
        f"<li>{_picture(sprite[None], 1, words.train.drawn_one)}{_picture(original[None], 1, words.train.yours_one)}"
        f"<small>{gap:.0f}</small></li>"
        for sprite, original, gap in zip(drawn, training.pixels[index], distance, strict=True)
    )
    return f'<p>{said}</p><ol class="train-nearest">{pairs}</ol>'


def distance_between(pixels: np.ndarray) -> float:
    """How far from a picture the nearest other one is, at the median; 0 for a single one."""
    if len(pixels) < 2:
        return 0.0
    some = _evenly(np.arange(len(pixels)), MAX_COMPARED)
    others = (np.delete(pixels[some], some == i, axis=0) for i in some)
    return float(np.median([nearest(pixels[[i]], other)[1][0] for i, other in zip(some, others, strict=True)]))


def _figure(sprites: np.ndarray, columns: int, caption: str) -> str:
    text = escape(caption)
    return f"<figure>{_picture(sprites, columns, text)}<figcaption>{text}</figcaption></figure>"


def _picture(sprites: np.ndarray, columns: int, alt: str) -> str:
    native = sheet(sprites, min(columns, len(sprites)))
    height, width = native.shape[:2]
    return f'<img src="{data_url(png(native))}" alt="{alt}" width="{width}" height="{height}">'
