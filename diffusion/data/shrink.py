"""Makes a sprite of 16 x 16 of a picture of any size: RGBA arrays, uint8 (H, W, 4), clear where alpha is 0.

Enlarged pixel art gets its own size back, without loss. Other large pictures are reduced so that thin lines stay: a
mean of all pixels would turn them grey, and every second pixel would lose half of them.
"""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ..sprites import SIZE

MAX_SIDE = 4 * SIZE  # larger pictures are averaged down to this first: thinner lines than a quarter of a pixel go
THIN = 60  # how much darker or brighter than both of its sides a line is, of 255
BRIGHT_WEIGHT = 0.75  # of a bright line beside a dark one: outlines are dark
NOISE_SHARE = 0.35  # how much the pixels of a block may differ, of what blocks differ
MAX_NOISE = 16  # of 255, from pixel to pixel within a block
SMALLEST_FACTOR = 1.5  # of an enlargement that is no whole number


@dataclass(frozen=True)
class Native:
    """A picture in its own size, and the factors by which it was enlarged."""

    pixels: np.ndarray  # uint8 (H, W, 4)
    factors: tuple[float, float] = (1.0, 1.0)  # of the width and the height

    @property
    def is_odd(self) -> bool:
        """Whether the picture was enlarged by a factor that is no whole number."""
        return any(factor != int(factor) for factor in self.factors)


def to_rgba(picture: Image.Image) -> np.ndarray:
    """Decodes a picture of any mode to uint8 (H, W, 4); clear pixels are all zeros."""
    if picture.mode.startswith("I"):  # 16-bit grey, which Pillow would clip to white
        picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    pixels = np.array(picture.convert("RGBA"))
    pixels[pixels[..., 3] == 0] = 0
    return pixels


def lay_on(pixels: np.ndarray, colour: str) -> np.ndarray:
    """Lays uint8 (N, H, W, 4) on a ground of one colour, as uint8 (N, H, W, 3)."""
    count, height, width, _ = pixels.shape
    column = Image.fromarray(np.ascontiguousarray(pixels).reshape(count * height, width, 4))
    ground = Image.new("RGBA", column.size, colour)
    return np.asarray(Image.alpha_composite(ground, column).convert("RGB")).reshape(count, height, width, 3)


def to_sprite(native: Native) -> np.ndarray:
    """A picture in its own size as uint8 (16, 16, 4), in the middle, its aspect kept.

    A small one is enlarged by whole pixels; of a large one the clear margins are cut off, then it is reduced.
    """
    pixels = native.pixels
    if max(pixels.shape[:2]) > SIZE:
        pixels = _trim(pixels)
        if max(pixels.shape[:2]) > SIZE:
            pixels = _reduce(pixels)
    else:
        times = SIZE // max(pixels.shape[:2])
        pixels = pixels.repeat(times, 0).repeat(times, 1)
    return _pad(pixels, SIZE)


def find_native(pixels: np.ndarray, is_lossy: bool = False) -> Native:
    """The picture in the size that it had before it was enlarged; as it is where it was not.

    is_lossy: whether it comes from a format that changes colours a little, such as JPEG.
    """
    height, width = pixels.shape[:2]
    if max(height, width) <= SIZE:
        return Native(pixels)
    words = np.ascontiguousarray(pixels).view(np.uint32)[..., 0]
    across = np.flatnonzero((words[:, 1:] != words[:, :-1]).any(0)) + 1  # where the columns change
    down = np.flatnonzero((words[1:] != words[:-1]).any(1)) + 1
    block = math.gcd(width, height, *across.tolist(), *down.tolist())
    if block > 1:
        return Native(pixels[::block, ::block], (block, block))
    if min(len(across) / width, len(down) / height) * SMALLEST_FACTOR < 1:
        for columns in range(SIZE // 2, int(width / SMALLEST_FACTOR) + 1):
            rows = round(height * columns / width)
            if rows and _lie_on(across, width, columns) and _lie_on(down, height, rows):
                chosen = np.ix_(_centres(height, rows), _centres(width, columns))
                return Native(pixels[chosen], (width / columns, height / rows))
    return _find_noisy_blocks(pixels) if is_lossy else Native(pixels)


def _lie_on(changes: np.ndarray, length: int, cells: int) -> bool:
    """Whether a line of `cells` pixels, enlarged to `length` by the nearest neighbour, may change in these places."""
    exact = (np.arange(length) + 0.5) * cells / length
    early = np.flatnonzero(np.diff(np.floor(exact + 1e-6))) + 1  # where two are equally near, programs take either
    late = np.flatnonzero(np.diff(np.floor(exact - 1e-6))) + 1
    is_change = np.isin(np.arange(length), changes)
    is_twice = (early != late) & is_change[early] & is_change[late]
    return bool(np.isin(changes, np.concatenate([early, late])).all() and not is_twice.any())


def _centres(length: int, cells: int) -> np.ndarray:
    return ((np.arange(cells) + 0.5) * length / cells).astype(int)


def _find_noisy_blocks(pixels: np.ndarray) -> Native:
    """Blocks of nearly one colour each, as JPEG leaves them of enlarged pixel art."""
    height, width = pixels.shape[:2]
    common = math.gcd(height, width)
    blocks = [block for block in range(common // 4, 1, -1) if common % block == 0]
    if not blocks:
        return Native(pixels)
    across = colour_steps(pixels[:, 1:], pixels[:, :-1]).mean(0)
    down = colour_steps(pixels[1:], pixels[:-1]).mean(1)
    for block in blocks:
        steps = [_mean_steps(across, block), _mean_steps(down, block)]  # in each place of a block, the border last
        if max(each[:-1].max() for each in steps) < min(MAX_NOISE, *(NOISE_SHARE * each[-1] for each in steps)):
            shape = (height // block, block, width // block, block, 4)
            inner = slice(1, -1) if block > 3 else slice(None)  # the borders carry most of the noise
            cells = pixels.reshape(shape)[:, inner, :, inner]
            return Native(np.median(cells, axis=(1, 3)).astype(np.uint8), (block, block))
    return Native(pixels)


def colour_steps(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The difference of colours, uint8 (H, W): of the channel that differs most."""
    return (np.maximum(one, other) - np.minimum(one, other)).max(-1)


def _mean_steps(steps: np.ndarray, block: int) -> np.ndarray:
    """The mean of every block-th value, from each of the first `block` on; there is one value less than pixels."""
    return np.append(steps, steps[block - 1 :: block].mean()).reshape(-1, block).mean(0)


def _trim(pixels: np.ndarray) -> np.ndarray:
    """Without clear rows and columns around."""
    solid = pixels[..., 3] > 0
    rows, columns = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
    return pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if len(rows) else pixels[:1, :1]


def _pad(pixels: np.ndarray, side: int) -> np.ndarray:
    """In the middle of a clear square."""
    height, width = pixels.shape[:2]
    square = np.zeros((side, side, 4), np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = pixels
    return square


def _reduce(pixels: np.ndarray) -> np.ndarray:
    """Reduces to 16 pixels on the longer side: of every cell the line in it, else its most typical pixel."""
    height, width = pixels.shape[:2]
    if max(height, width) > MAX_SIDE:
        share = MAX_SIDE / max(height, width)
        size = (max(1, round(width * share)), max(1, round(height * share)))
        pixels = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))
        height, width = pixels.shape[:2]
    scale = max(height, width) / SIZE
    rows, columns = max(1, round(height / scale)), max(1, round(width / scale))
    colours = _on_grey(pixels)
    dark, bright = _thin_lines(colours, math.ceil(scale) + 1)
    row = (np.arange(height) * rows // height)[:, None]
    cell = (row * columns + np.arange(width) * columns // width).ravel()
    flat, strength = colours.reshape(-1, 4), np.maximum(dark, BRIGHT_WEIGHT * bright).ravel()
    means = np.stack([np.bincount(cell, channel) for channel in flat.T], 1) / np.bincount(cell)[:, None]
    distance = (
        np.square(flat - means[cell]).sum(1) + flat[:, :3].sum(1) / 1000
    )  # of two equally typical ones the darker
    score = np.where(strength >= THIN, 1e9 + strength, -distance)
    order = np.lexsort((-score, cell))  # the best pixel of every cell comes first
    chosen = order[np.searchsorted(cell[order], np.arange(rows * columns))]
    return pixels.reshape(-1, 4)[chosen].reshape(rows, columns, 4)


def _on_grey(pixels: np.ndarray) -> np.ndarray:
    """float32 (H, W, 4): the colours on grey, where neither black nor white vanishes, and the alpha."""
    values = pixels.astype(np.float32)
    alpha = values[..., 3:] / 255
    return np.concatenate([values[..., :3] * alpha + 128 * (1 - alpha), values[..., 3:]], 2)


def _thin_lines(colours: np.ndarray, reach: int) -> tuple[np.ndarray, np.ndarray]:
    """(dark, bright), float32 (H, W): how much each pixel belongs to a line narrower than `reach`.

    The black-hat and top-hat transforms of mathematical morphology (Serra 1982), of the most changed channel.
    """
    closed = _extreme(_extreme(colours, reach, np.maximum), reach, np.minimum, is_second=True)
    opened = _extreme(_extreme(colours, reach, np.minimum), reach, np.maximum, is_second=True)
    return (closed - colours)[..., :3].max(2), np.maximum(
        (colours - opened)[..., :3].max(2), (colours - opened)[..., 3]
    )


def _extreme(values: np.ndarray, reach: int, choose: np.ufunc, is_second: bool = False) -> np.ndarray:
    """The largest or smallest value in a square of `reach` pixels around each."""
    before = reach // 2 if is_second else (reach - 1) // 2
    for axis in (0, 1):
        padding = [(0, 0)] * 3
        padding[axis] = (before, reach - 1 - before)
        padded = np.pad(values, padding, mode="edge")
        length = values.shape[axis]
        parts = [padded[(slice(None),) * axis + (slice(i, i + length),)] for i in range(reach)]
        values = choose.reduce(parts)
    return values
