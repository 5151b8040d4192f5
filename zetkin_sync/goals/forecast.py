"""Will it be reached? Months left as a beta-binomial for each association, the district as a Poisson-binomial.

An association that was active in `active` of `passed` months is expected to go on as it did, drawn towards
the district's mean (strength 3). On 1,500 synthetic districts this was right more often than extending the
line, which is worse than always giving the base rate (benchmarks/forecast.py). Shown in words only, from the
fourth month on, and never surer than 95 % unless it is settled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from math import exp, lgamma

import numpy as np

STRENGTH = 3.0
FIRST_MONTH = 4
SURE = 0.95
LIKELY, UNLIKELY = 0.80, 0.20
_ALMOST = 1e-9


class Outlook(StrEnum):
    """The forecast in words."""

    SECURED = "secured"
    LIKELY = "likely"
    UNCERTAIN = "uncertain"
    UNLIKELY = "unlikely"
    IMPOSSIBLE = "no longer possible"


def chance(*, active: int, passed: int, left: int, need: int, mean: float) -> float:
    """The chance that at least `need` months will have been active, with `left` to go; exactly 0 or 1 when settled.

    `mean` is the district's share of active months so far, all associations together.
    """
    missing = need - active
    if missing <= 0:
        return 1.0
    if missing > left:
        return 0.0
    middle = min(max(mean, 0.02), 0.98)
    a = middle * STRENGTH + active
    b = (1 - middle) * STRENGTH + passed - active
    return min(1.0, sum(_beta_binomial(k, left, a, b) for k in range(missing, left + 1)))


def _beta_binomial(k: int, n: int, a: float, b: float) -> float:
    choose = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    top = lgamma(k + a) + lgamma(n - k + b) - lgamma(n + a + b)
    return exp(choose + top - lgamma(a) - lgamma(b) + lgamma(a + b))


def at_least(chances: Iterable[float], need: int) -> float:
    """The chance that at least `need` of independent yes-or-no outcomes are a yes (Poisson-binomial tail)."""
    all_: Sequence[float] = sorted(chances)
    if sum(p >= 1.0 for p in all_) >= need:
        return 1.0
    if sum(p > 0.0 for p in all_) < need:
        return 0.0
    exactly = np.zeros(len(all_) + 1)
    exactly[0] = 1.0
    for done, p in enumerate(all_, start=1):
        exactly[1 : done + 1] = exactly[1 : done + 1] * (1 - p) + exactly[:done] * p
        exactly[0] *= 1 - p
    return float(min(max(exactly[need:].sum(), _ALMOST), 1 - _ALMOST))


def outlook(probability: float) -> Outlook:
    """The words for a chance; settled outcomes first, and nothing unsettled is surer than 95 %."""
    if probability >= 1.0:
        return Outlook.SECURED
    if probability <= 0.0:
        return Outlook.IMPOSSIBLE
    bounded = min(max(probability, 1 - SURE), SURE)
    if bounded > LIKELY:
        return Outlook.LIKELY
    return Outlook.UNLIKELY if bounded < UNLIKELY else Outlook.UNCERTAIN
