"""Finds the tiles of a sprite sheet or a tile map, and cuts them out. Pictures are RGBA, uint8 (H, W, 4).

Inside a sprite many neighbouring pixels have the same colour; across the border of two tiles hardly any have. So a
grid is believed where far fewer neighbours are joined across its lines than elsewhere.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from ..errors import UserError
from ..sprites import SIZE
from .grids import MIN_TILE, Axis, Grid, divide, fit_grid, leaves_nothing, square_grids
from .shrink import colour_steps

CLEAR_SHARE, ENOUGH = 0.25, 6  # joins across a line, of those expected; the fewest that must be expected
DENSE_SHARE, MANY = 0.5, 80  # of tiles without a ground between them, where many joins are expected
NOISE = 6  # of 255: what JPEG changes
ALIKE = 16  # of 255: the difference of colours that count as the same
SMOOTH_SHARE = 0.5  # of the colours that differ, how many differ by little
MAX_EMPTY = 0.6  # share of a grid's tiles: with more empty ones it is too fine


@dataclass(frozen=True)
class Sheet:
    """How sheets are cut. Sizes are in pixels of the file."""

    tile: int | None = None  # None: found by itself; 0: pictures are not cut
    gap: int | None = None  # between two tiles; None: found by itself

    def __post_init__(self) -> None:
        """Raises a UserError for sizes that no sheet has: they may come from a run of somebody else."""
        if self.tile is not None and not (_is_whole(self.tile) and (self.tile == 0 or 4 <= self.tile <= 1024)):
            raise UserError(
                "the tile size must be from 4 to 1024 pixels, or 0 for no cutting, not {value!r}", value=self.tile
            )
        if self.gap is not None and not (_is_whole(self.gap) and 0 <= self.gap <= 64):
            raise UserError("the gap between tiles must be from 0 to 64 pixels, not {value!r}", value=self.gap)

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Self:
        """The inverse of `facts`; other entries are left alone."""
        return cls(facts.get("tile"), facts.get("gap"))

    def facts(self) -> dict[str, str | int]:
        """What a person has set, for config.json: the same pictures have to be cut in the same way again."""
        return {name: value for name, value in (("tile", self.tile), ("gap", self.gap)) if value is not None}


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


AUTOMATIC = Sheet()


@dataclass(frozen=True)
class Cut:
    """The tiles of a sheet, and how they were found."""

    grid: Grid
    tiles: tuple[np.ndarray, ...]  # without the empty ones
    empty: int


def chosen_grid(pixels: np.ndarray, sheet: Sheet) -> Grid | None:
    """The grid of the tile size that a person has set; None where a picture is not larger than one tile."""
    tile = sheet.tile or MIN_TILE
    height, width = pixels.shape[:2]
    if max(height, width) <= tile:
        return None
    gaps = (sheet.gap,) if sheet.gap is not None else (0, 1, 2, 3, 4)
    profile = Profile.of(pixels)
    fits = [fit_grid(width, height, tile, gap, margin) for gap in gaps for margin in sorted({0, gap, 1, 2})]
    found = [grid for grid in fits if grid]
    if not found:
        return None
    good = [grid for grid in found if leaves_nothing(grid) and profile.has(grid)]
    whole = [grid for grid in found if leaves_nothing(grid)]
    return (good or whole or found)[0]


def find_grid(pixels: np.ndarray, sheet: Sheet = AUTOMATIC) -> Grid | None:
    """The grid of a sheet of tiles; None where there is none to be seen. Of tiles that are not square: theirs."""
    height, width = pixels.shape[:2]
    if max(height, width) <= SIZE:
        return None
    profile = Profile.of(pixels)
    square = next((grid for grid in square_grids(width, height, sheet.gap) if profile.has(grid)), None)
    if min(height, width) < MIN_TILE:
        return square
    fine = profile.finest_tiles()
    if fine and (square is None or square.columns.tile >= max(fine.columns.tile, fine.rows.tile)):
        return fine
    return square


def cut(pixels: np.ndarray, grid: Grid) -> Cut:
    """Cuts the tiles out and leaves out those that show the ground only."""
    ground = find_ground(pixels)
    tiles = [
        pixels[y : y + grid.rows.tile, x : x + grid.columns.tile]
        for y in grid.rows.starts()
        for x in grid.columns.starts()
    ]
    solid = tuple(tile for tile in tiles if _content(tile, ground).any())
    return Cut(grid, solid, len(tiles) - len(solid))


def find_ground(pixels: np.ndarray) -> np.ndarray | None:
    """The colour (4,) that lies around the sprites of a picture, all zeros where it is clear; None without one."""
    if (pixels[..., 3] < 128).mean() > 0.02:
        return np.zeros(4, np.uint8)
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    shades, counts = np.unique(edge // ALIKE, axis=0, return_counts=True)
    colour = np.median(edge[(edge // ALIKE == shades[counts.argmax()]).all(1)], axis=0).astype(np.uint8)
    return colour if _alike(edge, colour).mean() > 0.4 else None


def _content(pixels: np.ndarray, ground: np.ndarray | None) -> np.ndarray:
    """Where a picture shows more than its ground: bool (H, W)."""
    solid = pixels[..., 3] >= 128 if ground is None or not ground[3] else pixels[..., 3] > 0
    if ground is None or not ground[3]:
        return solid
    return solid & ~_alike(pixels, ground)


def _alike(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return colour_steps(one, other) <= ALIKE


@dataclass(frozen=True)
class Profile:
    """How many neighbours are joined across each column's and each row's left or upper border, and what is plain."""

    width: int
    height: int
    joins: tuple[np.ndarray, np.ndarray]  # of each column and of each row; int (W,), (H,)
    touches: tuple[np.ndarray, np.ndarray]  # the same, of neighbours that are not ground, whatever their colours
    plain: tuple[np.ndarray, np.ndarray]  # the colour of a column or row that has one only; -1 otherwise
    filled: np.ndarray  # sums of the content of every rectangle that begins at the corner, int (H + 1, W + 1)
    has_ground: bool

    @classmethod
    def of(cls, pixels: np.ndarray) -> "Profile":
        ground = find_ground(pixels)
        content = _content(pixels, ground)
        across, down = np.zeros(pixels.shape[:2], bool), np.zeros(pixels.shape[:2], bool)
        across[:, 1:] = content[:, 1:] & content[:, :-1]
        down[1:] = content[1:] & content[:-1]
        steps = colour_steps(pixels[:, 1:], pixels[:, :-1]), colour_steps(pixels[1:], pixels[:-1])
        changes = np.concatenate([steps[0][across[:, 1:]], steps[1][down[1:]]])
        changes = changes[changes > NOISE]
        touches = across.sum(0), down.sum(1)
        if (changes <= ALIKE).sum() <= SMOOTH_SHARE * len(changes):  # in a smooth picture colours say nothing
            across[:, 1:] &= steps[0] <= ALIKE
            down[1:] &= steps[1] <= ALIKE
        words = np.ascontiguousarray(pixels).view(np.uint32)[..., 0] * content
        filled = np.zeros((pixels.shape[0] + 1, pixels.shape[1] + 1), np.int32)
        filled[1:, 1:] = content.cumsum(0, np.int32).cumsum(1, np.int32)
        return cls(
            pixels.shape[1],
            pixels.shape[0],
            (across.sum(0), down.sum(1)),
            touches,
            (
                np.where((words == words[:1]).all(0), words[0].astype(np.int64), -1),
                np.where((words == words[:, :1]).all(1), words[:, 0].astype(np.int64), -1),
            ),
            filled,
            ground is not None,
        )

    def has(self, grid: Grid, max_empty: float | None = None) -> bool:
        """Whether the picture looks as if it consisted of these tiles."""
        axes = grid.columns, grid.rows
        if not all(self._is_clear(number, axis) for number, axis in enumerate(axes)):
            return False
        tops, lefts = np.array(grid.rows.starts()), np.array(grid.columns.starts())
        bottoms, rights = tops + grid.rows.tile, lefts + grid.columns.tile
        sums = self.filled
        inside = (
            sums[np.ix_(bottoms, rights)]
            - sums[np.ix_(tops, rights)]
            - sums[np.ix_(bottoms, lefts)]
            + sums[np.ix_(tops, lefts)]
        )
        used = (inside > 0).sum()
        if max_empty is None:
            max_empty = MAX_EMPTY if grid.columns.tile < SIZE else 1.0
        return bool(used > 1 and used >= (1 - max_empty) * inside.size)

    def _is_clear(self, number: int, axis: Axis) -> bool:
        """Along one side: hardly any neighbours are joined across the lines, and gaps and margins are plain."""
        plain = self.plain[number]
        starts = np.array(axis.starts())
        is_inner = np.zeros(len(plain), bool)
        for start in starts:
            is_inner[start : start + axis.tile] = True
        outside = plain[~is_inner]  # of margins, gaps and the rest
        if (outside < 0).any() or len(np.unique(outside)) > 1 or (axis.rest > axis.margin and outside[-1] != 0):
            return False
        if axis.count == 1:
            return True
        lines = starts[1:]
        is_inner[starts] = False
        for counts, enough in ((self.joins[number], ENOUGH), (self.touches[number], ENOUGH)):
            expected = counts[is_inner].mean() * len(lines)
            found = max(counts[lines].sum(), counts[lines - axis.gap].sum())
            if expected >= enough and found <= CLEAR_SHARE * expected:
                return True
            if expected >= MANY and found <= DENSE_SHARE * expected and not self.has_ground:
                return True
        return False

    def finest_tiles(self) -> Grid | None:
        """The smallest tiles that there seem to be, where these are not square; else None."""
        for gap in (0, 1, 2) if self.has_ground else ():
            found = []
            for number, length in enumerate((self.width, self.height)):
                axes = (divide(length, tile, gap, 0) for tile in range(MIN_TILE, length + 1))
                whole = (axis for axis in axes if axis and not axis.rest)
                found.append(next((axis for axis in whole if axis.count == 1 or self._is_clear(number, axis)), None))
            columns, rows = found
            if not columns or not rows or columns.tile == rows.tile or columns.count * rows.count < 3:
                continue
            grid = Grid(columns, rows)
            is_strip = min(columns.count, rows.count) == 1
            if self.has(grid, max_empty=0.4) and (not is_strip or self._is_strip(grid)):
                return grid
        return None

    def _is_strip(self, grid: Grid) -> bool:
        """Whether tiles in one row or column are of a usual shape, so that chance is unlikely."""
        long, short = sorted((grid.columns.tile, grid.rows.tile), reverse=True)
        return long <= 2 * short
