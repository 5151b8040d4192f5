"""Lines and shapes as numbers for the templates' SVG: a figure over time, areas on a map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT, MARGIN = 600, 160, 8


@dataclass(frozen=True)
class Line:
    """A step line in a box of WIDTH × HEIGHT; `points` is SVG's own notation, `target` a height or none."""

    points: str
    target: float | None
    first: date
    last: date
    least: float
    most: float


def line(values: Sequence[tuple[date, float]], *, until: date, target: float | None = None) -> Line | None:
    """A figure from each day on as steps up to `until`; None when there is nothing to draw."""
    if not values:
        return None
    numbers = [v for _, v in values] + ([target] if target is not None else [])
    least, most = min(0.0, *numbers), max(numbers)
    span, days = (most - least) or 1.0, max((until - values[0][0]).days, 1)

    def x(day: date) -> float:
        return MARGIN + (WIDTH - 2 * MARGIN) * (day - values[0][0]).days / days

    def y(value: float) -> float:
        return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (value - least) / span

    corners: list[tuple[float, float]] = []
    for day, value in values:
        if corners:
            corners.append((x(day), corners[-1][1]))
        corners.append((x(day), y(value)))
    corners.append((x(until), corners[-1][1]))
    return Line(
        points=" ".join(f"{a:.1f},{b:.1f}" for a, b in corners),
        target=None if target is None else round(y(target), 1),
        first=values[0][0],
        last=until,
        least=least,
        most=most,
    )
