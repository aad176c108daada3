"""The measured numbers of a run as charts: inline SVG that follows the page's colours, with the table behind them."""

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape
from statistics import fmean

from ...store import (
    QUALITY_NUMBERS,
    Baseline,
    Metrics,
    Quality,
    compare_epochs,
    describe_specialisation,
    list_qualities,
    pick_late_pair,
)
from ...svg_chart import Chart, Line, Point, Scale
from ..words import ChartWords, Words, translate

WIDTH, HEIGHT = 380, 230  # of the viewBox; the page stretches it
TOP = 50  # the legend stands above it
ACCENT = "var(--color-accent, #6366f1)"


def quality_html(words: Words, metrics: Metrics, baseline: Baseline | None = None) -> str:
    """The sentence, three charts and the table of a run's measured epochs."""
    measured = list_qualities(metrics)
    if not measured:
        return f'<p class="hint">{escape(words.quality.none)}</p>'
    if any(None in (quality.frechet, quality.precision, quality.recall) for quality in measured.values()):
        return f'<p class="hint">{escape(words.quality.unreadable)}</p>'  # of a foreign run
    real = {
        title: baseline.real[name] for name, title in words.quality.real.items() if baseline and name in baseline.real
    }
    charts = [_distance(words, measured, real), _shares(words, measured), _errors(words, measured)]
    pair = pick_late_pair(metrics)
    sentence = f"<p>{_sentences(words, metrics, *pair)}</p>" if pair else ""
    grid = "display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr))"
    figures = f'<div style="{grid}">{"".join(charts)}</div>'
    return f'<div class="quality">{sentence}{figures}{_table(words, measured, real)}</div>'


def _sentences(words: Words, metrics: Metrics, first: int, second: int) -> str:
    comparison = escape(translate(words, compare_epochs(metrics, first, second)))
    specialisation = describe_specialisation(metrics)
    return f"<strong>{comparison}</strong> {escape(translate(words, specialisation)) if specialisation else ''}"


def _line(name: str, title: str, measured: Mapping[int, Quality], colour: str = ACCENT, dash: str = "") -> Line:
    """One number of Quality over the epochs."""
    numbers = {epoch: getattr(quality, name) for epoch, quality in measured.items()}
    points = [(epoch, number.mean) for epoch, number in numbers.items()]
    return Line(title, points, [number.spread or 0 for number in numbers.values()], colour, dash)


def _distance(words: Words, measured: Mapping[int, Quality], real: Mapping[str, Quality]) -> str:
    """Fréchet distance over the epochs, and that of real sprites."""
    ends = (min(measured), max(measured))
    rules = [
        Line(title, [(end, quality.frechet.mean) for end in ends], (), "currentColor", dash, 0.8, False)
        for (title, quality), dash in zip(real.items(), ("7 4", "2 4"), strict=False)
        if quality.frechet
    ]
    line = _line("frechet", words.quality.frechet.title, measured)
    return _chart(words.quality.frechet, [line, *rules], list(measured), str, log=True)


def _shares(words: Words, measured: Mapping[int, Quality]) -> str:
    """Precision and recall over the epochs."""
    lines = [
        _line("precision", words.quality.numbers["precision"], measured),
        _line("recall", words.quality.numbers["recall"], measured, "currentColor", "2 3"),
    ]
    return _chart(words.quality.shares, lines, list(measured), str, write=_percent)


def _errors(words: Words, measured: Mapping[int, Quality]) -> str:
    """Error in the noise over the noise level, a line for each epoch: the later, the stronger."""
    shown = {epoch: quality.noise_error for epoch, quality in measured.items() if quality.noise_error}
    if not shown:
        return ""
    lines = [
        Line(
            words.quality.epoch.format(epoch=epoch),
            [((i + 0.5) / len(errors), error) for i, error in enumerate(errors)],
            opacity=0.25 + 0.75 * (number + 1) / len(shown),
            dots=False,
            colour=ACCENT if number + 1 < len(shown) else "currentColor",
        )
        for number, (epoch, errors) in enumerate(shown.items())
    ]
    named = [lines[i] for i in sorted({0, len(lines) - 1})]
    return _chart(words.quality.errors, lines, [0, 0.25, 0.5, 0.75, 1], _percent, log=True, named=named)


def loss_svg(
    words: Words, curve: Sequence[Point], held_out: Sequence[Point], total: int, epochs: int, every: int = 8
) -> str:
    """The loss of a run under way over its epochs. curve: (step, loss) of `total` steps; held_out: (epoch, loss)."""
    raw = [(epochs * step / total, loss) for step, loss in curve if total and math.isfinite(loss)]
    if not raw:
        return ""
    window = max(1, len(raw) // 20)
    smooth = [(x, fmean(loss for _, loss in raw[max(0, i - window) : i + 1])) for i, (x, _) in enumerate(raw)]
    lines = [
        Line(words.quality.loss_raw, raw, colour=ACCENT, opacity=0.3, dots=False),
        Line(words.quality.loss_smooth, smooth, colour=ACCENT, dots=False),
    ]
    if validation := [(epoch + 1, loss) for epoch, loss in held_out if math.isfinite(loss)]:
        lines.append(Line(words.quality.loss_held_out, validation, dash="2 3"))
    ticks = sorted({*range(0, epochs, max(1, epochs // every)), epochs})
    return _chart(words.quality.loss, lines, ticks, str, log=True)


def _chart(
    chart: ChartWords,
    lines: Sequence[Line],
    x_ticks: Sequence[float],
    write_x: Callable[[float], str],
    *,
    write: Callable[[float], str] = "{:g}".format,
    log: bool = False,
    named: Sequence[Line] | None = None,
) -> str:
    """One figure. named: the lines in the legend, all unless given."""
    values = [y for line in lines for _, y in line.points]
    y_ticks = _powers(min(values), max(values)) if log else [0, 0.25, 0.5, 0.75, 1]
    x, y = Scale(min(x_ticks), max(x_ticks)), Scale(y_ticks[0], y_ticks[-1], log)
    plane = Chart(width=WIDTH, height=HEIGHT, left=42, right=18, top=TOP, bottom=32, x=x, y=y)
    named = lines if named is None else named
    parts = [
        *plane.grid(y_ticks, write, 0.15),
        *plane.x_axis(x_ticks, write_x, chart.x),
        *(part for line in lines for part in plane.line(line)),
        *plane.legend(named, plane.left, TOP - 10 - 14 * (len(named) - 1), 14),
    ]
    title, description = escape(chart.title), escape(chart.description)
    return (
        f'<figure style="margin:0"><figcaption><strong>{title}</strong><br/><small>{description}</small></figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="100%" role="img" fill="none" font-size="11" '
        f'aria-label="{title}: {description}" style="color:var(--body-text-color, currentColor)">'
        f"<title>{title}</title><desc>{description}</desc>"
        f"{''.join(parts)}</svg></figure>"
    )


def _powers(low: float, high: float) -> list[float]:
    """Ticks for a logarithmic axis around both: 1, 2, 5, 10, …; where those are many, powers of ten only."""
    low, high = max(low, 1e-4), max(high, 2e-4)
    bottom, top = math.floor(math.log10(low)), math.ceil(math.log10(high))
    fine = [digit * 10.0**ten for ten in range(bottom, top + 2) for digit in (1, 2, 5)]
    first = max(i for i, tick in enumerate(fine) if tick <= low)
    last = min(i for i, tick in enumerate(fine) if tick >= high and i > first)
    return fine[first : last + 1] if last - first < 7 else [10.0**ten for ten in range(bottom, top + 1)]


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _table(words: Words, measured: Mapping[int, Quality], real: Mapping[str, Quality]) -> str:
    """All of it as numbers, for those who cannot see the charts or want to know more exactly."""
    names = {"frechet": words.quality.frechet.title, **words.quality.numbers}
    titles = [words.quality.epochs, *(names[name] for name in QUALITY_NUMBERS)]
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    rows = {**{str(epoch): quality for epoch, quality in measured.items()}, **real}
    body = "".join(
        f'<tr><th scope="row">{escape(label)}</th>'
        + "".join(f"<td>{number.write(getattr(quality, name))}</td>" for name, number in QUALITY_NUMBERS.items())
        + "</tr>"
        for label, quality in rows.items()
    )
    return (
        f"<details><summary>{escape(words.quality.table)}</summary>"
        f"<div class='scrolled' tabindex='0' role='region' aria-label='{escape(words.quality.table)}'>"
        f"<table>"
        f"<caption>{escape(words.quality.caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div></details>"
    )
