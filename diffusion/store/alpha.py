"""The background of sprites made transparent. assets/js/alpha.js does the same in the browser, pixel for pixel."""

import numpy as np

REACH = 12  # levels of 255 in each channel that a background may differ from its colour: generated ones are 250 to 255
WHITE = 255  # in each channel, what the engine's pictures lie on
CORNER = 2  # pixels from a corner along both edges that are white where a sprite lies on white; in noise that is rare
SHARE = 1 / 3  # of the border's pixels that have the colour of another background; noise has none


def cut_out(sprites: np.ndarray) -> np.ndarray:
    """uint8 (..., H, W, 3) -> uint8 (..., H, W, 4): the background is (0, 0, 0, 0), all else keeps its colour.

    The background is what is connected with the border, over edges, within REACH of its colour. So white inside an
    outline stays. Its colour is white where one corner is; otherwise the most frequent one of the border. A sprite
    whose border has no such colour, as in noise, stays opaque.
    """
    *shape, height, width, _ = sprites.shape
    flat = sprites.reshape(-1, height, width, 3)
    opaque = np.stack([~_background(sprite) for sprite in flat]) if len(flat) else np.empty((0, height, width), bool)
    cut = np.concatenate([flat, np.full((*flat.shape[:3], 1), 255, np.uint8)], axis=-1) * opaque[..., None]
    return cut.reshape(*shape, height, width, 4)


def _background(sprite: np.ndarray) -> np.ndarray:
    """uint8 (H, W, 3) -> bool (H, W)."""
    reached = np.zeros(sprite.shape[:2], bool)
    colour = _border_colour(sprite)
    if colour is None:
        return reached
    like = (np.abs(sprite.astype(int) - colour) <= REACH).all(-1)
    reached[[0, -1]], reached[:, [0, -1]] = like[[0, -1]], like[:, [0, -1]]
    while True:
        grown = reached.copy()
        grown[1:] |= reached[:-1]
        grown[:-1] |= reached[1:]
        grown[:, 1:] |= reached[:, :-1]
        grown[:, :-1] |= reached[:, 1:]
        grown &= like
        if np.array_equal(grown, reached):
            return reached
        reached = grown


def _border_colour(sprite: np.ndarray) -> np.ndarray | None:
    """White, or the border's most frequent colour: the median of the most pixels within REACH of one of them."""
    white = np.asarray((sprite >= WHITE - REACH).all(-1))
    corners = (white, white[::-1], white[:, ::-1], white[::-1, ::-1])
    if any(one[0, :CORNER].all() and one[:CORNER, 0].all() for one in corners):
        return np.full(3, WHITE)
    border = np.concatenate([sprite[0], sprite[-1], sprite[1:-1, 0], sprite[1:-1, -1]]).astype(int)
    near = (np.abs(border[:, None] - border[None]) <= REACH).all(-1)
    counts = near.sum(1)
    alike = border[near[counts.argmax()]]
    return np.sort(alike, axis=0)[(len(alike) - 1) // 2] if len(alike) >= SHARE * len(border) else None
