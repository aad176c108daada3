"""The page's title in letters of our own, drawn as pixels: an SVG that takes its colours from the page."""

from functools import cache
from html import escape

SIGNS = {
    "S": (".####", "#....", "#....", ".###.", "....#", "....#", "####."),
    "P": ("####.", "#...#", "#...#", "####.", "#....", "#....", "#...."),
    "R": ("####.", "#...#", "#...#", "####.", "#.#..", "#..#.", "#...#"),
    "I": ("###", ".#.", ".#.", ".#.", ".#.", ".#.", "###"),
    "T": ("#####", "..#..", "..#..", "..#..", "..#..", "..#..", "..#.."),
    "E": ("#####", "#....", "#....", "####.", "#....", "#....", "#####"),
    "D": ("####.", "#...#", "#...#", "#...#", "#...#", "#...#", "####."),
    "F": ("#####", "#....", "#....", "####.", "#....", "#....", "#...."),
    "U": ("#...#", "#...#", "#...#", "#...#", "#...#", "#...#", ".###."),
    "O": (".###.", "#...#", "#...#", "#...#", "#...#", "#...#", ".###."),
    "N": ("#...#", "##..#", "##..#", "#.#.#", "#..##", "#..##", "#...#"),
    " ": ("..",) * 7,
}
# Before the first letter, the noise that it comes from: (column, row) of each pixel.
DUST = ((0, 5), (1, 1), (2, 3), (3, 6), (4, 0), (4, 4), (5, 2), (6, 5), (7, 1), (8, 3), (8, 6), (9, 0))
DUST_WIDTH = 11


@cache  # for the pages of both languages
def wordmark(text: str) -> str:
    """`text` as an SVG of one unit a pixel, 7 high. Letters that are not in SIGNS are left out."""
    letters, column = [], DUST_WIDTH
    for letter in text.upper():
        rows = SIGNS.get(letter)
        if rows is None:
            continue
        letters += [_run(column + x, y) for y, row in enumerate(rows) for x, sign in enumerate(row) if sign == "#"]
        column += len(rows[0]) + 1
    dust = "".join(_run(x, y) for x, y in DUST)
    return (
        f'<svg class="wordmark" viewBox="0 0 {column - 1} 7" role="img" aria-label="{escape(text)}" '
        f'shape-rendering="crispEdges"><path class="dust" d="{dust}"/><path d="{"".join(letters)}"/></svg>'
    )


def _run(x: int, y: int) -> str:
    """One pixel as a part of a path."""
    return f"M{x} {y}h1v1h-1z"
