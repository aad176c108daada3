"""The measured numbers of a run as charts: inline SVG that follows the page's colours, with the table behind them."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from statistics import fmean
from typing import Any

from ...errors import UserError
from ...store import compare_epochs, describe_specialisation, list_qualities, pick_late_pair
from ..words import ChartWords, Words, translate

WIDTH, HEIGHT = 380, 230  # of the viewBox; the page stretches it
LEFT, RIGHT, TOP, BOTTOM = 42, 18, 50, 32  # the legend stands above TOP  # margins
ACCENT = "var(--color-accent, #6366f1)"
Point = tuple[float, float]
SHARE = (100, "{:.1f} %")
COLUMNS = {  # of the table: what a number is multiplied by and how it is written
    "frechet": (1, "{:.2f}"),
    "kernel": (1, "{:.3f}"),
    **dict.fromkeys(("precision", "recall", "copied", "recognised"), SHARE),
}


@dataclass(frozen=True)
class Line:
    name: str
    points: Sequence[Point]
    spread: Sequence[float] = ()  # standard deviation of each point: a band around the line
    colour: str = ACCENT
    dash: str = ""
    strength: float = 1.0  # opacity
    dots: bool = True


def quality_html(words: Words, metrics: dict[str, Any], floor: dict[str, Any] | None = None) -> str:
    """The sentence, three charts and the table. metrics, floor: as RunFolder has them, perhaps from a foreign run."""
    try:
        measured = list_qualities(metrics)
        if not measured:
            return f'<p class="hint">{escape(words.quality.none)}</p>'
        pair = pick_late_pair(metrics)
        real = {said: floor[name] for name, said in words.quality.real.items() if floor and name in floor}
        charts = [_distance(words, measured, real), _shares(words, measured), _errors(words, measured)]
        sentence = f"<p>{_sentences(words, metrics, *pair)}</p>" if pair else ""
        grid = "display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr))"
        figures = f'<div style="{grid}">{"".join(charts)}</div>'
        return f'<div class="quality">{sentence}{figures}{_table(words, measured, real)}</div>'
    except (AttributeError, KeyError, TypeError, ValueError):
        return f'<p class="hint">{escape(words.quality.unreadable)}</p>'


def _sentences(words: Words, metrics: dict[str, Any], first: int, second: int) -> str:
    said = escape(translate(words, compare_epochs(metrics, first, second)))
    later = describe_specialisation(metrics)
    return f"<strong>{said}</strong> {escape(translate(words, later)) if later else ''}"


def _distance(words: Words, measured: dict[int, Any], real: dict[str, Any]) -> str:
    """Fréchet distance over the epochs, and where real sprites are."""
    numbers = [quality["frechet"] for quality in measured.values()]
    points = list(zip(measured, (float(number["mean"]) for number in numbers), strict=True))
    line = Line(words.quality.frechet.title, points, [float(number["spread"]) for number in numbers])
    ends = (min(measured), max(measured))
    rules = [
        Line(name, [(end, float(quality["frechet"]["mean"])) for end in ends], (), "currentColor", dash, 0.8, False)
        for (name, quality), dash in zip(real.items(), ("7 4", "2 4"), strict=False)
    ]
    return _chart(words.quality.frechet, [line, *rules], list(measured), str, log=True)


def _shares(words: Words, measured: dict[int, Any]) -> str:
    """Precision and recall over the epochs."""
    lines = []
    for name, colour, dash in (("precision", ACCENT, ""), ("recall", "currentColor", "2 3")):
        numbers = [quality[name] for quality in measured.values()]
        points = list(zip(measured, (float(number["mean"]) for number in numbers), strict=True))
        spread = [float(number["spread"]) for number in numbers]
        lines.append(Line(words.quality.numbers[name], points, spread, colour, dash))
    return _chart(words.quality.shares, lines, list(measured), str, form=_percent)


def _errors(words: Words, measured: dict[int, Any]) -> str:
    """Error in the noise over the noise level, a line for each epoch: the later, the stronger."""
    shown = {epoch: quality["noise_error"] for epoch, quality in measured.items() if quality.get("noise_error")}
    if not shown:
        return ""
    lines = [
        Line(
            words.quality.epoch.format(epoch=epoch),
            [((i + 0.5) / len(errors), float(error)) for i, error in enumerate(errors)],
            strength=0.25 + 0.75 * (number + 1) / len(shown),
            dots=False,
            colour=ACCENT if number + 1 < len(shown) else "currentColor",
        )
        for number, (epoch, errors) in enumerate(shown.items())
    ]
    return _chart(words.quality.errors, lines, [0, 0.25, 0.5, 0.75, 1], _percent, log=True, named=(0, len(lines) - 1))


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
        Line(words.quality.loss_raw, raw, strength=0.3, dots=False),
        Line(words.quality.loss_smooth, smooth, dots=False),
    ]
    if kept_out := [(epoch + 1, loss) for epoch, loss in held_out if math.isfinite(loss)]:
        lines.append(Line(words.quality.loss_held_out, kept_out, colour="currentColor", dash="2 3"))
    ticks = sorted({*range(0, epochs, max(1, epochs // every)), epochs})
    return _chart(words.quality.loss, lines, ticks, str, log=True)


def _chart(
    chart: ChartWords,
    lines: Sequence[Line],
    x_ticks: Sequence[float],
    x_form: Callable[[float], str],
    *,
    form: Callable[[float], str] = "{:g}".format,
    log: bool = False,
    named: Sequence[int] | None = None,
) -> str:
    """One figure. named: the lines in the legend, all unless given."""
    values = [y for line in lines for _, y in line.points]
    if not all(math.isfinite(value) for value in values):
        raise UserError("a number that is not finite cannot be drawn")
    y_ticks = _powers(min(values), max(values)) if log else [0, 0.25, 0.5, 0.75, 1]
    scale = (lambda y: math.log10(max(y, y_ticks[0]))) if log else float
    x_low, x_high = min(x_ticks), max(x_ticks)

    def at(x: float, y: float) -> str:
        across = (x - x_low) / (x_high - x_low or 1)
        up = (scale(y) - scale(y_ticks[0])) / (scale(y_ticks[-1]) - scale(y_ticks[0]))
        height = TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(up, 1))
        return f"{LEFT + (WIDTH - LEFT - RIGHT) * across:.1f},{height:.1f}"

    parts = [*_axes(at, x_ticks, x_form, y_ticks, form)]
    for line in lines:
        parts += _drawn(line, at)
    parts += _legend([line for i, line in enumerate(lines) if named is None or i in named])
    parts.append(_written((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 4, chart.x, "middle"))
    title, description = escape(chart.title), escape(chart.description)
    return (
        f'<figure style="margin:0"><figcaption><strong>{title}</strong><br/><small>{description}</small></figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="100%" role="img" fill="none" font-size="11" '
        f'aria-label="{title}: {description}" style="color:var(--body-text-color, currentColor)">'
        f"<title>{title}</title><desc>{description}</desc>"
        f"{''.join(parts)}</svg></figure>"
    )


def _axes(at, x_ticks, x_form, y_ticks, form) -> Iterator[str]:
    for y in y_ticks:
        left, right = at(min(x_ticks), y), at(max(x_ticks), y)
        yield f'<polyline points="{left} {right}" stroke="currentColor" opacity="0.15"/>'
        yield _written(LEFT - 6, float(left.split(",")[1]) + 4, form(y), "end")
    for x in x_ticks:
        yield _written(float(at(x, y_ticks[0]).split(",")[0]), HEIGHT - BOTTOM + 14, x_form(x), "middle")


def _drawn(line: Line, at: Callable[[float, float], str]) -> Iterator[str]:
    if line.spread:
        pairs = list(zip(line.points, line.spread, strict=True))
        above = [at(x, y + spread) for (x, y), spread in pairs]
        below = [at(x, max(y - spread, 0)) for (x, y), spread in reversed(pairs)]
        yield f'<polygon points="{" ".join(above + below)}" fill="{line.colour}" opacity="0.18"/>'
    points = [at(x, y) for x, y in line.points]
    yield (
        f'<polyline points="{" ".join(points)}" stroke="{line.colour}" stroke-width="2" '
        f'stroke-dasharray="{line.dash}" opacity="{line.strength:.2f}"/>'
    )
    for point, (x, y) in zip(points, line.points, strict=True):
        if line.dots:
            across, up = point.split(",")
            said = escape(f"{line.name}: {x:g}, {y:.3g}")
            yield f'<circle cx="{across}" cy="{up}" r="3.5" fill="{line.colour}"><title>{said}</title></circle>'


def _legend(lines: Sequence[Line]) -> Iterator[str]:
    """Above the chart, one below the other: a sample of each line before its name."""
    for i, line in enumerate(lines):
        left, up = LEFT, TOP - 10 - 14 * (len(lines) - 1 - i)
        yield (
            f'<path d="M{left} {up}h24" stroke="{line.colour}" stroke-width="2" '
            f'stroke-dasharray="{line.dash}" opacity="{line.strength:.2f}"/>'
        )
        yield _written(left + 30, up + 4, line.name, "start")


def _written(x: float, y: float, said: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="currentColor">{escape(said)}</text>'


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


def _table(words: Words, measured: dict[int, Any], real: dict[str, Any]) -> str:
    """All of it as numbers, for those who cannot see the charts or want to know more exactly."""
    names = {"frechet": words.quality.frechet.title, **words.quality.numbers}
    titles = [words.quality.epochs, *(names[name] for name in COLUMNS)]
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    rows = {**{str(epoch): quality for epoch, quality in measured.items()}, **real}
    body = "".join(
        f'<tr><th scope="row">{escape(label)}</th>{"".join(_cell(name, quality.get(name)) for name in COLUMNS)}</tr>'
        for label, quality in rows.items()
    )
    return (
        f"<details><summary>{escape(words.quality.table)}</summary>"
        f"<div class='scrolled' tabindex='0' role='region' aria-label='{escape(words.quality.table)}'>"
        f"<table>"
        f"<caption>{escape(words.quality.caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div></details>"
    )


def _cell(name: str, number: dict[str, Any] | None) -> str:
    if not number:
        return "<td></td>"
    unit, form = COLUMNS[name]
    return f"<td>{form.format(unit * float(number['mean']))} ± {form.format(unit * float(number['spread']))}</td>"
