"""The picture of a contest of samplers: steps across, distance to real sprites up, as an SVG file of its own.

It stands on light and dark pages: nothing is painted behind it, and every colour has a contrast of 3 or more with
white and with black, letters 4.5.
"""

import math
from html import escape
from pathlib import Path
from statistics import fmean, stdev

from ..store import write_whole
from ..svg_chart import Chart, Line, Scale
from .sampler_sweep import REFERENCE_SETTING, SweepResults, SweepSetting

NAMES = {
    "ddpm": "DDPM",
    "ddim": "DDIM",
    "dpmpp": "DPM-Solver++(2M)",
    "sde-dpmpp": "SDE-DPM-Solver++(2M)",
    "sa": "SA-Solver",
}
STYLES = {  # colour, dashes: told apart without colours too
    "ddpm": ("#767676", ""),
    "ddim": ("#767676", "2 4"),
    "dpmpp": ("#c2620e", "2 4"),
    "sde-dpmpp": ("#c2620e", ""),
    "sa": ("#6366f1", ""),
}
INK = "#767676"
WIDTH, HEIGHT = 560, 370
DISTANCES = (0.5, 0.7, 1, 1.2, 1.5, 2, 2.5, 3, 4, 6, 10, 15, 20, 30)  # ticks
LEGEND_WIDTH = 205


def picture(book: SweepResults) -> str:
    """All settings with their mean over the seeds and a bar of one standard deviation; the 5 % above the reference."""
    measured = {trial: book.values(trial) for trial in book.seeds}
    steps = sorted({trial.steps for trial in measured})
    means = [fmean(values) for values in measured.values()]
    x, y = Scale(steps[0], steps[-1], log=True), Scale(0.9 * min(means), 1.05 * max(means), log=True)
    chart = Chart(width=WIDTH, height=HEIGHT, left=54, right=18, top=16, bottom=50, x=x, y=y, ink=INK)
    ticks = [tick for tick in DISTANCES if y.low < tick < y.high]
    parts = [
        *chart.grid(ticks, "{:g}".format, 0.3),
        *chart.x_axis(steps, str, "steps: evaluations of the network for one sprite", gap=24),
        f'<text transform="translate(14 {(chart.top + HEIGHT - chart.bottom) / 2:.0f}) rotate(-90)" '
        f'text-anchor="middle" fill="{INK}">distance to real sprites</text>',
    ]
    if REFERENCE_SETTING in measured:
        goal = fmean(measured[REFERENCE_SETTING])
        (left, top), (right, foot) = chart.at(x.low, 1.05 * goal), chart.at(x.high, goal)
        size = f'width="{right - left:.1f}" height="{foot - top:.1f}"'
        parts.append(f'<rect x="{left:.1f}" y="{top:.1f}" {size} fill="{INK}" opacity="0.25"/>')
        parts.append(chart.text(right - 10, foot + 18, "within 5 % of DDPM in 500 steps", "end"))
    lines = [_line(sampler, measured) for sampler in STYLES if any(trial.sampler == sampler for trial in measured)]
    parts += [part for line in lines for part in chart.line(line)]
    parts += chart.legend(lines, WIDTH - chart.right - LEGEND_WIDTH, chart.top + 10, 19)  # few lines are there
    title = f"Fréchet distance to real sprites by evaluations of the network, epoch {book.epoch} of {book.run}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" fill="none" '
        f'font-family="system-ui, sans-serif" font-size="14" role="img"><title>{escape(title)}</title>'
        f"{''.join(parts)}</svg>\n"
    )


def save_picture(book: SweepResults, path: Path) -> None:
    write_whole(path, picture(book).encode())


def _line(sampler: str, measured: dict[SweepSetting, list[float]]) -> Line:
    """The distances of one sampler over the numbers of steps."""
    found = sorted((trial.steps, values) for trial, values in measured.items() if trial.sampler == sampler)
    points = [(float(steps), fmean(values)) for steps, values in found]
    spread = [stdev(values) if len(values) > 1 else 0 for _, values in found]
    labels = [
        f"{NAMES[sampler]}, {steps:.0f} steps: {mean:.2f} ± {error:.2f}"
        for (steps, mean), error in zip(points, spread, strict=True)
    ]
    colour, dash = STYLES[sampler]
    return Line(NAMES[sampler], points, spread, colour, dash, bars=True, labels=labels)


def table(book: SweepResults) -> str:
    """Markdown: a row for each number of steps, a column for each sampler; mean ± deviation over the seeds."""
    samplers = [sampler for sampler in NAMES if any(trial.sampler == sampler for trial in book.seeds)]
    rows = [
        f"| steps | {' | '.join(NAMES[sampler] for sampler in samplers)} |",
        f"| {'---: | ' * (len(samplers) + 1)}",
    ]
    for steps in sorted({trial.steps for trial in book.seeds}):
        cells = [_cell(book.values(SweepSetting(sampler, steps))) for sampler in samplers]
        rows.append(f"| {steps} | {' | '.join(cells)} |")
    return "\n".join(row.rstrip() for row in rows)


def _cell(values: list[float]) -> str:
    if not values:
        return ""
    return f"{fmean(values):.2f}" + (f" ± {stdev(values):.2f}" if len(values) > 1 else "")


def summarise_sweep(book: SweepResults, most: float = 1.05) -> str:
    """Which trial comes within 5 % of the reference with the fewest steps, and how sure that is."""
    ratios = {trial: ratio for trial in book.seeds if (ratio := book.ratio(trial)) and trial != REFERENCE_SETTING}
    if not ratios:
        return f"Nothing can be compared with {REFERENCE_SETTING} yet."
    enough = [trial for trial, (mean, _) in ratios.items() if mean <= most]
    if not enough:
        return f"No trial comes within {most - 1:.0%} of {REFERENCE_SETTING}."
    best = min(enough, key=lambda trial: (trial.steps, ratios[trial]))
    mean, error = ratios[best]
    sure = f" ± {error:.2f}" if math.isfinite(error) else ", of a single seed,"
    return f"{NAMES[best.sampler]} in {best.steps} steps: {mean:.2f}{sure} times the distance of {REFERENCE_SETTING}."
