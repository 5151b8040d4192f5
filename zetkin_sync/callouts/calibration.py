"""Are the chances true? What was expected held against what was seen, in a small table and one number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zetkin_sync.language import Message, Share, say

Floats = npt.NDArray[np.float64]
_BAND = 2.5758  # 99 % of a normal variable
_ENOUGH = 20  # answers; below it a row warns of nothing


@dataclass(frozen=True, kw_only=True)
class Row:
    """People whose chance was from `low` to `high`: how many said yes, how many were expected to, and the 99 % band."""

    low: float
    high: float
    count: int
    expected: float
    seen: int
    least: float
    most: float

    @property
    def off(self) -> bool:
        """Is what was seen outside the band?"""
        return self.count >= _ENOUGH and not self.least <= self.seen <= self.most


def table(chances: Sequence[float], yes: Sequence[bool], *, rows: int = 5) -> tuple[Row, ...]:
    """As many answers in each row as can be, the lowest chances first."""
    p, y = np.array(chances, dtype=float), np.array(yes, dtype=bool)
    order = np.argsort(p, kind="stable")
    found = []
    for part in np.array_split(order, rows):
        if len(part):
            expected, spread = float(p[part].sum()), float(np.sqrt((p[part] * (1 - p[part])).sum()))
            found.append(
                Row(
                    low=float(p[part].min()),
                    high=float(p[part].max()),
                    count=len(part),
                    expected=expected,
                    seen=int(y[part].sum()),
                    least=expected - _BAND * spread - 0.5,
                    most=expected + _BAND * spread + 0.5,
                )
            )
    return tuple(found)


def warnings(rows: Sequence[Row]) -> tuple[Message, ...]:
    """A sentence for each row that is off."""
    return tuple(
        say(
            "Where the chance was {low} to {high}, {seen} of {count} said yes; {expected} were expected.",
            low=Share(row.low),
            high=Share(row.high),
            seen=row.seen,
            count=row.count,
            expected=round(row.expected),
        )
        for row in rows
        if row.off
    )


def slope(chances: Sequence[float], yes: Sequence[bool], *, steps: int = 25) -> tuple[float, float]:
    """Slope and level of the truth against the chances, on the log-odds scale; 1 and 0 when they are true.

    Below 1 the chances are too sure of themselves, above 1 not sure enough. Fitted by Newton's method.
    """
    p = np.clip(np.array(chances, dtype=float), 1e-6, 1 - 1e-6)
    y = np.array(yes, dtype=float)
    x = np.column_stack([np.ones_like(p), np.log(p / (1 - p))])
    beta = np.array([0.0, 1.0])
    for _ in range(steps):
        fitted = 1 / (1 + np.exp(-x @ beta))
        curve = x.T @ (x * (fitted * (1 - fitted))[:, None]) + 1e-9 * np.eye(2)
        beta = beta + np.linalg.solve(curve, x.T @ (y - fitted))
    return float(beta[1]), float(beta[0])
