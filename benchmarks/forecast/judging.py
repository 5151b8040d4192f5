"""How wrong forecasts are: the Brier score of ours, of a straight line and of the base rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.forecast.districts import MONTHS, NEED, Active
from zetkin_sync.goals.forecast import LIKELY, UNLIKELY, at_least, chance
from zetkin_sync.goals.states import needed

TARGET = 0.5


@dataclass(frozen=True)
class Judged:
    """Brier scores (lower is better), and how often what was called likely or not likely came true."""

    ours: float
    line: float
    base: float
    likely: float
    unlikely: float


def met(district: Active) -> bool:
    """Did half of the associations or more end the year regular?"""
    return int((district.sum(axis=1) >= NEED).sum()) >= needed(TARGET, len(district))


def forecast(district: Active, month: int) -> float:
    """Our chance after some countable months, that the goal will be met."""
    done = district[:, :month]
    mean = float(done.mean())
    each = [
        chance(active=int(active), passed=month, left=MONTHS - month, need=NEED, mean=mean)
        for active in done.sum(axis=1)
    ]
    return at_least(each, needed(TARGET, len(district)))


def straight(district: Active, month: int) -> float:
    """A line through what was: every association goes on exactly as it did. A yes or a no."""
    regular = district[:, :month].sum(axis=1) * MONTHS >= NEED * month
    return float(int(regular.sum()) >= needed(TARGET, len(district)))


def judge(districts: Sequence[Active], month: int) -> Judged:
    """All three forecasts after a month, against what came."""
    truth = np.array([met(d) for d in districts], float)
    ours = np.array([forecast(d, month) for d in districts])
    line = np.array([straight(d, month) for d in districts])
    return Judged(
        ours=float(np.mean((ours - truth) ** 2)),
        line=float(np.mean((line - truth) ** 2)),
        base=float(np.mean((truth.mean() - truth) ** 2)),
        likely=_share(truth, ours > LIKELY),
        unlikely=_share(truth, ours < UNLIKELY),
    )


def _share(truth: np.ndarray, where: np.ndarray) -> float:
    return float(truth[where].mean()) if where.any() else float("nan")
