"""The pictures of reel.bin, each coded as what differs from a guess made of pictures before it.

Sprites of the next noise level, or of another epoch from the same noise, are nearly a weighted sum of each other, so
that what differs is small. An entry of the header tells how to make a picture again:

    [size, quantum, base, reference, weight, reference, weight, ...]

size: bytes of its zlib stream; the streams stand end to end. guess: base plus weight times the pixels of each
reference (the number of a picture before it), in 256ths, rounded, within 0..255. A pixel is its guess plus quantum
times its byte of the stream, from -128 to 127; held within 0..255, or, where quantum is 1, wrapped around 256, so that
every difference can be said. assets/js/reel.js reads the same.
"""

import zlib
from collections.abc import Sequence

import numpy as np

ONE = 256  # parts that a weight counts
MAX_WEIGHT = 4 * ONE  # so that JavaScript computes a guess in 32 bits
STRATEGIES = (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE)

Entry = list[int]


class PictureWriter:
    """Collects pictures of one shape, uint8 (H, W, 3)."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.streams: list[bytes] = []
        self.decoded: list[np.ndarray] = []  # as a reader gets them

    def add(self, picture: np.ndarray, quantum: int, references: Sequence[int]) -> int:
        """Codes a picture, with errors up to half of `quantum`, exactly where that is 1; returns its number.

        references: numbers of pictures that may resemble it.
        """
        known = np.stack([*(self.decoded[number].ravel() for number in references), np.ones(picture.size)], 1)
        weights = np.linalg.lstsq(known.astype(float), picture.ravel().astype(float))[0]
        *weights, base = np.clip(np.round(weights * ONE), -MAX_WEIGHT, [*[MAX_WEIGHT] * len(references), 255 * ONE])
        entry = [0, quantum, int(base)]
        for reference, weight in zip(references, weights, strict=True):
            entry += [reference, int(weight)]
        guess = _guess(entry, self.decoded, picture.shape)
        apart = np.floor((picture - guess) / quantum + 0.5).astype(int)
        apart = (apart if quantum == 1 else apart.clip(-128, 127)).astype(np.uint8)
        stream = min((_deflate(apart.tobytes(), strategy) for strategy in STRATEGIES), key=len)
        entry[0] = len(stream)
        self.entries.append(entry)
        self.streams.append(stream)
        self.decoded.append(_add_apart(guess, apart, quantum))
        return len(self.entries) - 1


def read_pictures(entries: Sequence[Entry], streams: bytes, shape: tuple[int, ...]) -> list[np.ndarray]:
    """All pictures, each uint8 of that shape."""
    pictures: list[np.ndarray] = []
    start = 0
    for entry in entries:
        size, quantum, *_ = entry
        apart = np.frombuffer(zlib.decompress(streams[start : start + size]), np.uint8).reshape(shape)
        pictures.append(_add_apart(_guess(entry, pictures, shape), apart, quantum))
        start += size
    return pictures


def _guess(entry: Entry, pictures: Sequence[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    _, _, base, *pairs = entry
    total = np.full(shape, base + ONE // 2)
    for reference, weight in zip(pairs[::2], pairs[1::2], strict=True):
        total += weight * pictures[reference].astype(int)
    return (total // ONE).clip(0, 255)


def _add_apart(guess: np.ndarray, apart: np.ndarray, quantum: int) -> np.ndarray:
    if quantum == 1:
        return (guess + apart).astype(np.uint8)
    return (guess + quantum * apart.view(np.int8).astype(int)).clip(0, 255).astype(np.uint8)


def _deflate(content: bytes, strategy: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS, 9, strategy)
    return packer.compress(content) + packer.flush()
