"""The picture of a contest of samplers: steps across, distance to real sprites up, as an SVG file of its own.

It stands on light and dark pages: nothing is painted behind it, and every colour has a contrast of 3 or more with
white and with black, letters 4.5.
"""

import math
from collections.abc import Iterator
from html import escape
from pathlib import Path
from statistics import fmean, stdev

from ..core import SAMPLERS
from ..store import write_whole
from .sampler_sweep import REFERENCE_SETTING, SweepResults, SweepSetting

INK = "#767676"
WIDTH, HEIGHT = 560, 370
LEFT, RIGHT, TOP, BOTTOM = 54, 18, 16, 50


def picture(book: SweepResults) -> str:
    """All trials with their mean over the seeds and a bar of one standard deviation; the 5 % above the reference."""
    measured = {trial: book.values(trial) for trial in book.seeds}
    steps = sorted({trial.steps for trial in measured})
    means = [fmean(values) for values in measured.values()]
    low, high = 0.9 * min(means), 1.05 * max(means)

    def at(count: float, distance: float) -> tuple[float, float]:
        across = math.log(count / steps[0]) / (math.log(steps[-1] / steps[0]) or 1)
        up = math.log(distance / low) / math.log(high / low)
        return LEFT + (WIDTH - LEFT - RIGHT) * across, TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(max(up, 0), 1))

    parts = list(_axes(at, steps, low, high))
    if REFERENCE_SETTING in measured:
        goal = fmean(measured[REFERENCE_SETTING])
        (left, upper), (right, lower) = at(steps[0], 1.05 * goal), at(steps[-1], goal)
        parts.append(_box(left, upper, right - left, lower - upper))
        parts.append(_words(right - 10, lower + 18, "within 5 % of DDPM in 500 steps", "end"))
    for sampler in SAMPLERS:
        line = sorted((trial.steps, values) for trial, values in measured.items() if trial.sampler == sampler)
        parts += _line(at, sampler, line)
    shown = [sampler for sampler in SAMPLERS if any(trial.sampler == sampler for trial in measured)]
    parts += _legend(shown)
    title = f"Fréchet distance to real sprites by evaluations of the network, epoch {book.epoch} of {book.run}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" fill="none" '
        f'font-family="system-ui, sans-serif" font-size="14" role="img"><title>{escape(title)}</title>'
        f"{''.join(parts)}</svg>\n"
    )


def save_picture(book: SweepResults, path: Path) -> None:
    write_whole(path, picture(book).encode())


def _axes(at, steps: list[int], low: float, high: float) -> Iterator[str]:
    for distance in (tick for tick in (0.5, 0.7, 1, 1.2, 1.5, 2, 2.5, 3, 4, 6, 10, 15, 20, 30) if low < tick < high):
        (left, up), (right, _) = at(steps[0], distance), at(steps[-1], distance)
        yield f'<path d="M{left:.1f} {up:.1f}H{right:.1f}" stroke="{INK}" opacity="0.3"/>'
        yield _words(left - 8, up + 4, f"{distance:g}", "end")
    taken = -math.inf
    for count in steps:
        across = at(count, low)[0]
        if across - taken > 24:  # else two numbers would touch
            yield _words(across, HEIGHT - BOTTOM + 20, str(count), "middle")
            taken = across
    yield _words((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, "steps: evaluations of the network for one sprite", "middle")
    yield (
        f'<text transform="translate(14 {(TOP + HEIGHT - BOTTOM) / 2:.0f}) rotate(-90)" text-anchor="middle" '
        f'fill="{INK}">distance to real sprites</text>'
    )


def _line(at, sampler: str, line: list[tuple[int, list[float]]]) -> Iterator[str]:
    colour, dashes = SAMPLERS[sampler].colour, SAMPLERS[sampler].dashes
    points = [at(steps, fmean(values)) for steps, values in line]
    path = " ".join(f"{across:.1f},{up:.1f}" for across, up in points)
    yield f'<polyline points="{path}" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>'
    for (across, up), (steps, values) in zip(points, line, strict=True):
        spread = stdev(values) if len(values) > 1 else 0
        top, foot = at(steps, fmean(values) + spread)[1], at(steps, fmean(values) - spread)[1]
        said = f"{SAMPLERS[sampler].title}, {steps} steps: {fmean(values):.2f} ± {spread:.2f}"
        yield f'<path d="M{across:.1f} {top:.1f}V{foot:.1f}" stroke="{colour}"/>'
        yield f'<circle cx="{across:.1f}" cy="{up:.1f}" r="3.5" fill="{colour}"><title>{escape(said)}</title></circle>'


def _legend(samplers: list[str]) -> Iterator[str]:
    """At the top right, where few lines are."""
    left = WIDTH - RIGHT - 205
    for i, sampler in enumerate(samplers):
        colour, dashes = SAMPLERS[sampler].colour, SAMPLERS[sampler].dashes
        up = TOP + 10 + 19 * i
        yield f'<path d="M{left} {up}h28" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>'
        yield _words(left + 36, up + 4, SAMPLERS[sampler].title, "start")


def _box(left: float, top: float, width: float, height: float) -> str:
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{INK}" opacity="0.25"/>'
    )


def _words(across: float, up: float, words: str, anchor: str) -> str:
    return f'<text x="{across:.1f}" y="{up:.1f}" text-anchor="{anchor}" fill="{INK}">{escape(words)}</text>'


def table(results: SweepResults) -> str:
    """Markdown: a row for each number of steps, a column for each sampler; mean ± deviation over the seeds."""
    samplers = [sampler for sampler in SAMPLERS if any(setting.sampler == sampler for setting in results.seeds)]
    rows = [
        f"| steps | {' | '.join(SAMPLERS[sampler].title for sampler in samplers)} |",
        f"| {'---: | ' * (len(samplers) + 1)}",
    ]
    for steps in sorted({setting.steps for setting in results.seeds}):
        cells = [_cell(results.values(SweepSetting(sampler, steps))) for sampler in samplers]
        rows.append(f"| {steps} | {' | '.join(cells)} |")
    return "\n".join(row.rstrip() for row in rows)


def _cell(values: list[float]) -> str:
    if not values:
        return ""
    return f"{fmean(values):.2f}" + (f" ± {stdev(values):.2f}" if len(values) > 1 else "")


def summarise_sweep(results: SweepResults, max_ratio: float = 1.05) -> str:
    """One sentence: which setting has the fewest steps and at most `max_ratio` times the reference's distance."""
    ratios = {setting: ratio for setting in results.seeds if (ratio := results.ratio(setting)) is not None}
    ratios.pop(REFERENCE_SETTING, None)
    if not ratios:
        return f"Nothing can be compared with {REFERENCE_SETTING} yet."
    enough = [setting for setting, ratio in ratios.items() if ratio <= max_ratio]
    if not enough:
        return f"No trial comes within {max_ratio - 1:.0%} of {REFERENCE_SETTING}."
    best = min(enough, key=lambda setting: (setting.steps, ratios[setting]))
    title = SAMPLERS[best.sampler].title
    return f"{title} in {best.steps} steps: {ratios[best]:.2f} times the distance of {REFERENCE_SETTING}."
