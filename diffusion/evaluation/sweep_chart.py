"""The picture of a contest of samplers: steps across, distance to real sprites up, as an SVG file of its own.

It stands on light and dark pages: nothing is painted behind it, and every colour has a contrast of 3 or more with
white and with black, letters 4.5.
"""

from html import escape
from pathlib import Path
from statistics import fmean, stdev

from ..core import SAMPLERS
from ..store import write_whole
from ..svg_chart import Chart, Line, Scale
from .sampler_sweep import REFERENCE_SETTING, SweepResults, SweepSetting

INK = "#767676"
WIDTH, HEIGHT = 560, 370
DISTANCES = (0.5, 0.7, 1, 1.2, 1.5, 2, 2.5, 3, 4, 6, 10, 15, 20, 30)  # ticks
LEGEND_WIDTH = 205
FEWEST_STEPS = 8  # in the picture; with fewer all samplers draw mush, and its scale would hide the rest


def picture(book: SweepResults) -> str:
    """All settings with their mean over the seeds and a bar of one standard deviation; the 5 % above the reference."""
    has_more = any(trial.steps >= FEWEST_STEPS for trial in book.seeds)
    measured = {trial: book.values(trial) for trial in book.seeds if trial.steps >= FEWEST_STEPS or not has_more}
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
    lines = [_line(sampler, measured) for sampler in SAMPLERS if any(trial.sampler == sampler for trial in measured)]
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
        f"{SAMPLERS[sampler].title}, {steps:.0f} steps: {mean:.2f} ± {error:.2f}"
        for (steps, mean), error in zip(points, spread, strict=True)
    ]
    title, colour, dashes = SAMPLERS[sampler].title, SAMPLERS[sampler].colour, SAMPLERS[sampler].dashes
    return Line(title, points, spread, colour, dashes, bars=True, labels=labels)


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
