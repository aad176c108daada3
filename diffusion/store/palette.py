"""A palette of few colours for sprites. assets/js/palette.js finds the same one in the browser.

Colours are compared in OKLab (https://bottosson.github.io/posts/oklab/), where a distance is about what the eye sees,
as whole numbers, so that every machine finds the same palette.
"""

import numpy as np

MAX_COLOURS = 256
UNITS = 10_000  # of OKLab's lightness from black to white
ROUNDS = 12  # of k-means, at most

# From https://bottosson.github.io/posts/oklab/: linear sRGB -> cone responses; their cube roots -> L, a, b.
TO_CONES = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
TO_LAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def find_palette(pixels: np.ndarray, count: int) -> np.ndarray:
    """The colours that stand for the opaque pixels of uint8 (..., 3 or 4): uint8 (count or fewer, 3), dark to light.

    The colours there are, where they are no more than `count`. Otherwise clusters are split at their mean, the one
    with the largest squared error first, and refined by k-means; a cluster's colour is the median of its pixels, so
    that black outlines stay black.
    """
    colours, counts = np.unique(_opaque(pixels), axis=0, return_counts=True)
    if len(colours) <= count:
        return colours[np.argsort(to_oklab(colours)[:, 0], kind="stable")]
    lab = to_oklab(colours)
    cluster = np.zeros(len(colours), int)
    for new in range(1, count):
        cluster, is_split = _split(lab, counts, cluster, new)
        if not is_split:
            break
    for _ in range(ROUNDS):
        centres = np.stack([_mean(lab[cluster == one], counts[cluster == one]) for one in np.unique(cluster)])
        nearest = np.unique(_nearest(lab, centres), return_inverse=True)[1].reshape(-1)  # numbered without a gap
        if np.array_equal(nearest, cluster):
            break
        cluster = nearest
    found = [_median(colours[cluster == one], counts[cluster == one]) for one in np.unique(cluster)]
    palette = np.unique(np.stack(found), axis=0)
    return palette[np.argsort(to_oklab(palette)[:, 0], kind="stable")]


def map_to_palette(pixels: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """Each opaque pixel of uint8 (..., 3 or 4) in the nearest colour of a palette, uint8 (n, 3); alpha as it was."""
    mapped = pixels.copy()
    if not len(palette):
        return mapped
    colours, place = np.unique(_opaque(pixels), axis=0, return_inverse=True)
    nearest = palette[_nearest(to_oklab(colours), to_oklab(palette))][place.reshape(-1)]
    if pixels.shape[-1] == 3:
        return nearest.reshape(pixels.shape)
    mapped[pixels[..., 3] > 0, :3] = nearest
    return mapped


def limit_colours(sprites: np.ndarray, count: int, is_shared: bool = True) -> np.ndarray:
    """Sprites, uint8 (N, H, W, 3 or 4), in at most `count` colours: all together, or each in its own."""
    if is_shared:
        return map_to_palette(sprites, find_palette(sprites, count))
    each = [map_to_palette(sprite, find_palette(sprite, count)) for sprite in sprites]
    return np.stack(each) if each else sprites


def to_oklab(colours: np.ndarray) -> np.ndarray:
    """sRGB, uint8 (N, 3) -> whole numbers (N, 3): L from 0 to UNITS, a and b."""
    share = colours / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    cones = np.cbrt(_weigh(linear, TO_CONES))
    return np.floor(_weigh(cones, TO_LAB) * UNITS + 0.5).astype(np.int64)


def _weigh(rows: np.ndarray, weights: tuple[tuple[float, float, float], ...]) -> np.ndarray:
    """A matrix product whose sums are added in one order everywhere."""
    red, green, blue = rows.T
    return np.stack([red * one + green * two + blue * three for one, two, three in weights], axis=-1)


def _opaque(pixels: np.ndarray) -> np.ndarray:
    """The colours of the pixels that are not transparent: uint8 (N, 3)."""
    flat = pixels.reshape(-1, pixels.shape[-1])
    return flat if flat.shape[-1] == 3 else flat[flat[:, 3] > 0, :3]


def _mean(lab: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Rounded down."""
    return (lab * counts[:, None]).sum(0) // counts.sum()


def _split(lab: np.ndarray, counts: np.ndarray, cluster: np.ndarray, new: int) -> tuple[np.ndarray, bool]:
    """The clusters with the one of the largest squared error split in two, across its widest axis; whether it was."""
    errors = []
    for one in range(new):
        inside = cluster == one
        apart = lab[inside] - _mean(lab[inside], counts[inside])
        errors.append((apart**2 * counts[inside][:, None]).sum(0))
    worst = int(np.argmax([error.sum() for error in errors]))
    axis = int(np.argmax(errors[worst]))
    inside = cluster == worst
    middle = _mean(lab[inside], counts[inside])[axis]
    beyond = inside & (lab[:, axis] > middle)
    return np.where(beyond, new, cluster), bool(beyond.any())


def _nearest(lab: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """The index of the nearest centre, the first of those alike."""
    return ((lab[:, None] - centres[None]) ** 2).sum(-1).argmin(1)


def _median(colours: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Of each channel, the lower one."""
    order = np.argsort(colours, axis=0, kind="stable")
    middle = (counts[order].cumsum(0) >= (counts.sum() + 1) // 2).argmax(0)
    return np.take_along_axis(colours, np.take_along_axis(order, middle[None], 0), 0)[0]
