"""Line charts as SVG elements: scales, axes, lines with their spread, and a legend."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    name: str
    points: Sequence[Point]
    spread: Sequence[float] = ()  # standard deviation of each point
    colour: str = "currentColor"
    dash: str = ""
    opacity: float = 1.0
    dots: bool = True
    bars: bool = False  # shows the spread as a bar at each point, not as a band around the line
    labels: Sequence[str] = ()  # of the dots; name and numbers unless given


@dataclass(frozen=True)
class Scale:
    """Values from low to high as shares from 0 to 1; values outside stand at the ends."""

    low: float
    high: float
    log: bool = False

    def __call__(self, value: float) -> float:
        low, high, value = (math.log(max(v, 1e-12)) if self.log else v for v in (self.low, self.high, value))
        return min(max((value - low) / (high - low or 1), 0), 1)


@dataclass(frozen=True, kw_only=True)
class Chart:
    """The plane of a chart, in units of the viewBox. Its methods return SVG elements."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    x: Scale
    y: Scale
    ink: str = "currentColor"  # of texts and axes

    def at(self, x: float, y: float) -> Point:
        """Where a pair of values stands."""
        across, up = self.x(x), self.y(y)
        return (
            self.left + (self.width - self.left - self.right) * across,
            self.top + (self.height - self.top - self.bottom) * (1 - up),
        )

    def text(self, x: float, y: float, text: str, anchor: str = "start") -> str:
        return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{self.ink}">{escape(text)}</text>'

    def grid(self, ticks: Sequence[float], write: Callable[[float], str], opacity: float) -> Iterator[str]:
        """A horizontal line for each tick, and its value on the left."""
        for tick in ticks:
            (left, y), (right, _) = self.at(self.x.low, tick), self.at(self.x.high, tick)
            yield f'<path d="M{left:.1f} {y:.1f}H{right:.1f}" stroke="{self.ink}" opacity="{opacity}"/>'
            yield self.text(left - 7, y + 4, write(tick), "end")

    def x_axis(
        self, ticks: Sequence[float], write: Callable[[float], str], title: str, gap: float = 0
    ) -> Iterator[str]:
        """Values below the plane, those that are `gap` units or more from the one before; below them the title."""
        last = -math.inf
        for tick in ticks:
            x, _ = self.at(tick, self.y.low)
            if x - last > gap:
                yield self.text(x, self.height - 0.57 * self.bottom, write(tick), "middle")
                last = x
        yield self.text((self.left + self.width - self.right) / 2, self.height - 5, title, "middle")

    def line(self, line: Line) -> Iterator[str]:
        spread = list(zip(line.points, line.spread, strict=True)) if line.spread else []
        above = [self.at(x, y + s) for (x, y), s in spread]
        below = [self.at(x, max(y - s, 0)) for (x, y), s in spread]
        if spread and not line.bars:
            yield f'<polygon points="{_join(above + below[::-1])}" fill="{line.colour}" opacity="0.18"/>'
        points = [self.at(x, y) for x, y in line.points]
        yield f'<polyline points="{_join(points)}" {_stroke(line)}/>'
        if line.bars:
            for (x, top), (_, foot) in zip(above, below, strict=True):
                yield f'<path d="M{x:.1f} {top:.1f}V{foot:.1f}" stroke="{line.colour}"/>'
        labels = line.labels or [f"{line.name}: {x:g}, {y:.3g}" for x, y in line.points]
        for (x, y), label in zip(points, labels, strict=True) if line.dots else ():
            title = f"<title>{escape(label)}</title>"
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{line.colour}">{title}</circle>'

    def legend(self, lines: Sequence[Line], left: float, top: float, step: float) -> Iterator[str]:
        """A sample of each line before its name, one below the other."""
        for number, line in enumerate(lines):
            y = top + step * number
            yield f'<path d="M{left:.1f} {y:.1f}h26" {_stroke(line)}/>'
            yield self.text(left + 33, y + 4, line.name)


def _stroke(line: Line) -> str:
    return f'stroke="{line.colour}" stroke-width="2" stroke-dasharray="{line.dash}" opacity="{line.opacity:.2f}"'


def _join(points: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
