"""The measured numbers of a run as charts: inline SVG that follows the page's colours, with the table behind them."""

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape
from statistics import fmean

from ...store import (
    KNOWN,
    QUALITY_NUMBERS,
    Baseline,
    Metrics,
    Quality,
    compare_epochs,
    describe_copies,
    describe_specialisation,
    list_qualities,
    pick_late_pair,
)
from ...svg_chart import Chart, Line, Point, Scale
from ..words import ChartWords, Words, translate

WIDTH, HEIGHT = 380, 230  # of the viewBox; the page stretches it
TOP = 50  # the legend stands above it
INK = "currentColor"
MAX_ERROR_LINES = 4  # where nobody chose epochs
ACCENT = "var(--color-accent, #6366f1)"


def quality_html(words: Words, metrics: Metrics, baseline: Baseline | None = None, shown: Sequence[int] = ()) -> str:
    """The sentences, the charts and the tables of a run's measured epochs.

    shown: the epochs on the page, about which the sentences are.
    """
    measured = list_qualities(metrics)
    if not measured:
        return f'<p class="hint">{escape(words.quality.none)}</p>'
    if any(None in (quality.frechet, quality.precision, quality.recall) for quality in measured.values()):
        return f'<p class="hint">{escape(words.quality.unreadable)}</p>'  # of a foreign run
    real = {
        title: baseline.real[name] for name, title in words.quality.real.items() if baseline and name in baseline.real
    }
    charts = [
        _distance(words, measured, real),
        _shares(words, measured),
        _errors(words, measured, shown),
        _knows(words, measured),
    ]
    sentence = f"<p>{_sentences(words, metrics, baseline or Baseline(), shown)}</p>"
    grid = "display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr))"
    figures = f'<div style="{grid}">{"".join(charts)}</div>'
    tables = _table(words, measured, real) + _known_table(words, measured, baseline or Baseline())
    return f'<div class="quality">{sentence}{figures}{tables}</div>'


def pick_shown_pair(metrics: Metrics, shown: Sequence[int]) -> tuple[int, int] | None:
    """The last two of the epochs on the page whose sprites were measured; else the pair that people ask about."""
    measured = [epoch for epoch, quality in list_qualities(metrics).items() if epoch in shown and quality.frechet]
    return (measured[-2], measured[-1]) if len(measured) > 1 else pick_late_pair(metrics)


def _sentences(words: Words, metrics: Metrics, baseline: Baseline, shown: Sequence[int]) -> str:
    pair = pick_shown_pair(metrics, shown)
    comparison = (
        f'<strong class="comparison">{escape(translate(words, compare_epochs(metrics, *pair)))}</strong>'
        if pair
        else ""
    )
    others = [describe_specialisation(metrics) if pair else None, describe_copies(baseline)]
    return " ".join([comparison, *(escape(translate(words, other)) for other in others if other)])


def _line(name: str, title: str, measured: Mapping[int, Quality], colour: str = ACCENT, dash: str = "") -> Line:
    """One number of Quality over the epochs that have it."""
    numbers = {epoch: number for epoch, quality in measured.items() if (number := getattr(quality, name))}
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
    lines = [_line("frechet", words.quality.frechet.title, measured)]
    for name, dash in (("frechet_page", "2 3"), ("frechet_asked", "8 3 2 3")):
        lines.append(_line(name, words.quality.numbers[name], measured, dash=dash))
    return _chart(
        words.quality.frechet, [*(line for line in lines if line.points), *rules], list(measured), str, log=True
    )


def _shares(words: Words, measured: Mapping[int, Quality]) -> str:
    """Precision and recall over the epochs."""
    lines = [
        _line("precision", words.quality.numbers["precision"], measured),
        _line("recall", words.quality.numbers["recall"], measured, "currentColor", "2 3"),
    ]
    return _chart(words.quality.shares, lines, list(measured), str, write=_percent)


def _errors(words: Words, measured: Mapping[int, Quality], wanted: Sequence[int]) -> str:
    """Error in the noise over the noise level, a line for each epoch: the later, the stronger.

    wanted: the epochs that are shown, of those that were measured; else a few of all.
    """
    found = {epoch: quality.noise_error for epoch, quality in measured.items() if quality.noise_error}
    if not found:
        return ""
    epochs = [epoch for epoch in found if epoch in wanted] or _spread(list(found), MAX_ERROR_LINES)
    shown = {epoch: found[epoch] for epoch in epochs}
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
    return _chart(words.quality.errors, lines, [0, 0.25, 0.5, 0.75, 1], _percent, log=True)


def _spread(epochs: Sequence[int], count: int) -> list[int]:
    """So many of them, evenly, the first and the last among them."""
    last = len(epochs) - 1
    return [epochs[i] for i in sorted({round(last * number / (count - 1)) for number in range(count)})]


def _knows(words: Words, measured: Mapping[int, Quality]) -> str:
    """What is recognised of what was asked for, over the epochs that were asked."""
    styles = zip(KNOWN, ((ACCENT, ""), (INK, ""), (INK, "1 3"), (ACCENT, "7 3"), (INK, "7 3")), strict=True)
    lines = []
    for name, (colour, dash) in styles:
        points = [(epoch, quality.knows[name]) for epoch, quality in measured.items() if name in quality.knows]
        if points:
            labels = [f"{words.quality.known[name]}: {epoch}, {_percent(share)}" for epoch, share in points]
            lines.append(Line(words.quality.known[name], points, (), colour, dash, labels=labels))
    return _chart(words.quality.knows, lines, list(measured), str, write=_percent) if lines else ""


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
) -> str:
    """One figure, with a legend that names every line."""
    values = [y for line in lines for _, y in line.points]
    top = max(TOP, 22 + 14 * len(lines))  # room for the legend above the plane
    y_ticks = _powers(min(values), max(values)) if log else [0, 0.25, 0.5, 0.75, 1]
    x, y = Scale(min(x_ticks), max(x_ticks)), Scale(y_ticks[0], y_ticks[-1], log)
    height = HEIGHT + top - TOP
    plane = Chart(width=WIDTH, height=height, left=42, right=18, top=top, bottom=32, x=x, y=y)
    parts = [
        *plane.grid(y_ticks, write, 0.15),
        *plane.x_axis(x_ticks, write_x, chart.x),
        *(part for line in lines for part in plane.line(line)),
        *plane.legend(lines, plane.left, top - 10 - 14 * (len(lines) - 1), 14),
    ]
    title, description = escape(chart.title), escape(chart.description)
    return (
        f'<figure style="margin:0"><figcaption><strong>{title}</strong><br/><small>{description}</small></figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {height}" width="100%" role="img" fill="none" font-size="11" '
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
    titles = {"frechet": words.quality.frechet.title, **words.quality.numbers}
    rows = {**{str(epoch): quality for epoch, quality in measured.items()}, **real}
    names = [name for name in QUALITY_NUMBERS if any(getattr(quality, name) for quality in rows.values())]
    cells = {
        label: [QUALITY_NUMBERS[name].write(getattr(quality, name)) for name in names]
        for label, quality in rows.items()
    }
    return _folded_table(
        words.quality.table, words.quality.caption, [words.quality.epochs, *(titles[name] for name in names)], cells
    )


def _known_table(words: Words, measured: Mapping[int, Quality], baseline: Baseline) -> str:
    """The chart of what it knows, as numbers; empty where nothing was asked."""
    names = [name for name in KNOWN if any(name in quality.knows for quality in measured.values())]
    if not names:
        return ""
    cells = {
        str(epoch): [_percent(quality.knows[name]) if name in quality.knows else "" for name in names]
        for epoch, quality in measured.items()
        if quality.knows
    }
    shares = ", ".join(
        f"{words.quality.known[name]} {_percent(share)}" for name, share in baseline.ceiling.items() if name in names
    )
    caption = words.quality.known_caption + (". " + words.quality.ceiling.format(shares=shares) if shares else "")
    titles = [words.quality.epochs, *(words.quality.known[name] for name in names)]
    return _folded_table(words.quality.known_table, caption, titles, cells)


def _folded_table(summary: str, caption: str, titles: Sequence[str], rows: Mapping[str, Sequence[str]]) -> str:
    """A table that opens on a click. rows: the cells by the label of each row."""
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    body = "".join(
        f'<tr><th scope="row">{escape(label)}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
        for label, cells in rows.items()
    )
    return (
        f"<details><summary>{escape(summary)}</summary>"
        f"<div class='scrolled' tabindex='0' role='region' aria-label='{escape(summary)}'>"
        f"<table>"
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div></details>"
    )
