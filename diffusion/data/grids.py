"""Grids of square tiles that fit a picture of some size. Sizes are in pixels."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

MIN_TILE, MAX_TILE, MAX_GAP = 8, 256, 8
USUAL_TILES = (16, 32, 8, 24, 48, 64, 12, 18, 20, 21, 40, 96, 128)


@dataclass(frozen=True)
class Axis:
    """Tiles along one side of a picture."""

    tile: int
    gap: int
    margin: int  # before the first tile
    count: int
    rest: int  # pixels after the last tile

    def starts(self) -> range:
        return range(self.margin, self.margin + self.count * (self.tile + self.gap), self.tile + self.gap)


@dataclass(frozen=True)
class Grid:
    columns: Axis
    rows: Axis

    @property
    def is_square(self) -> bool:
        return self.columns.tile == self.rows.tile


def divide(length: int, tile: int, gap: int, margin: int) -> Axis | None:
    count = (length - margin + gap) // (tile + gap)
    if count < 1:
        return None
    return Axis(tile, gap, margin, count, length - margin - count * (tile + gap) + gap)


def fit_grid(width: int, height: int, tile: int, gap: int, margin: int) -> Grid | None:
    columns, rows = divide(width, tile, gap, margin), divide(height, tile, gap, margin)
    return Grid(columns, rows) if columns and rows else None


def leaves_nothing(grid: Grid) -> bool:
    return all(axis.rest in (0, axis.margin) for axis in (grid.columns, grid.rows))


def square_grids(width: int, height: int, gap: int | None) -> Iterator[Grid]:
    """Grids of square tiles to try, the likeliest first."""
    yield from (grid for grid in _likely_grids(width, height) if gap is None or grid.columns.gap == gap)


@lru_cache(maxsize=1000)
def _likely_grids(width: int, height: int) -> tuple[Grid, ...]:
    """Those that fill the picture, fine ones first; then the usual ones that leave a rest."""
    found = []
    for tile in range(MIN_TILE, min(MAX_TILE, max(width, height)) + 1):
        for gap in range(MAX_GAP + 1) if tile > 2 * MAX_GAP else (0, 1, 2):
            for margin in sorted({0, gap, 1, 2}):
                grid = fit_grid(width, height, tile, gap, margin)
                if not grid or grid.columns.count * grid.rows.count < 2:
                    continue
                if leaves_nothing(grid) or (tile in USUAL_TILES and gap <= 2 and margin in (0, gap)):
                    found.append(grid)

    def rank(grid: Grid) -> tuple:
        axis = grid.columns
        usual = USUAL_TILES.index(axis.tile) if axis.tile in USUAL_TILES else len(USUAL_TILES)
        is_odd = axis.margin not in (0, axis.gap)
        return not leaves_nothing(grid), axis.tile + axis.gap, is_odd, usual, axis.margin, axis.gap

    return tuple(sorted(found, key=rank))
