"""The forecast is worth showing: nearer to what came than a line through the months so far, and settled when settled."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.forecast.districts import MONTHS, NEED, year
from benchmarks.forecast.judging import judge, met
from zetkin_sync.goals.forecast import Outlook, at_least, chance, outlook


@pytest.mark.parametrize("shock", [0.0, 0.25])
def test_it_is_nearer_to_what_came_than_a_straight_line_and_than_the_base_rate(shock: float) -> None:
    dice = np.random.default_rng(2026)
    districts = [year(dice, associations=12, shock=shock) for _ in range(400)]
    for month in (4, 6, 8):
        found = judge(districts, month)
        assert found.ours < found.line
        assert found.ours < found.base


def test_districts_of_the_measurement_are_neither_all_lost_nor_all_won() -> None:
    dice = np.random.default_rng(2026)
    share = np.mean([met(year(dice, associations=12)) for _ in range(400)])
    assert 0.2 < share < 0.8


def test_what_is_settled_is_certain_and_nothing_else_is() -> None:
    left = MONTHS - 9
    assert chance(active=NEED, passed=9, left=left, need=NEED, mean=0.1) == 1.0
    assert chance(active=NEED - left - 1, passed=9, left=left, need=NEED, mean=0.9) == 0.0
    assert 0 < chance(active=NEED - 1, passed=9, left=left, need=NEED, mean=0.5) < 1
    assert at_least([1.0, 1.0, 0.3], 2) == 1.0
    assert at_least([0.0, 0.0, 0.9], 2) == 0.0
    assert at_least([0.5, 0.5], 1) == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("probability", "word"),
    [
        (1.0, Outlook.SECURED),
        (0.999, Outlook.LIKELY),
        (0.8, Outlook.UNCERTAIN),
        (0.2, Outlook.UNCERTAIN),
        (0.001, Outlook.UNLIKELY),
        (0.0, Outlook.IMPOSSIBLE),
    ],
)
def test_a_chance_is_said_in_words(probability: float, word: Outlook) -> None:
    assert outlook(probability) is word


def test_one_more_active_month_never_lowers_the_chance() -> None:
    for passed in range(4, MONTHS):
        odds = [
            chance(active=a, passed=passed, left=MONTHS - passed, need=NEED, mean=0.6)
            for a in range(passed + 1)
        ]
        assert odds == sorted(odds)
