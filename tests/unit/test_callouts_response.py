"""Chances learned from answers are true on average, never worse than a rate by type, and learn from nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from benchmarks.callout_answers import BEGIN, World, tell
from zetkin_sync.callouts.calibration import slope, table, warnings
from zetkin_sync.callouts.history import Answer, Asked
from zetkin_sync.callouts.policy import Learning
from zetkin_sync.callouts.response import Responses, learn

LEARNING = Learning()


def line(
    person: int, *, day: int, yes: bool, came: bool | None = None, kind: str | None = "Torgmöte"
) -> Answer:
    asked = Asked(person=person, event=day, at=BEGIN + timedelta(days=day), callout="c", type=kind)
    return Answer(asked=asked, signed_up=yes, came=came)


def learned(answers: list[Answer], at: datetime = BEGIN + timedelta(days=100)) -> Responses:
    return learn(answers, at=at, learning=LEARNING)


@pytest.mark.parametrize(
    ("world", "least_gain"),
    [(World(), 0.03), (World(spread=0.2), -0.001), (World(inactivity=0.35), 0.03)],
    ids=["people differ", "people alike", "some ignore everything for weeks"],
)
def test_chances_are_calibrated(world: World, least_gain: float) -> None:
    chances: list[float] = []
    by_type: list[float] = []
    yes: list[bool] = []
    for seed in (1, 2):
        told = tell(world, seed)
        for week in range(42, world.weeks, 5):
            at = BEGIN + timedelta(weeks=week)
            model = learn([a for a in told.answers if a.asked.at < at], at=at, learning=LEARNING)
            for answer in told.answers:
                if at <= answer.asked.at < at + timedelta(weeks=5):
                    asked = answer.asked
                    chances.append(model.chance(asked.person, asked.type, asked.distance).value)
                    by_type.append(model.sign_up.rate(asked.type) * model.show_up.rate(asked.type))
                    yes.append(answer.came is True)
    steepness, _ = slope(chances, yes)
    assert 0.8 <= steepness <= 1.2
    p, q, y = np.array(chances), np.array(by_type), np.array(yes, dtype=float)
    assert p.mean() / y.mean() == pytest.approx(1.0, abs=0.05)
    assert 1 - ((p - y) ** 2).mean() / ((q - y) ** 2).mean() >= least_gain
    assert loss(p, y) <= loss(q, y)


def loss(p: np.ndarray, y: np.ndarray) -> float:
    return float(-(y * np.log(p) + (1 - y) * np.log(1 - p)).mean())


def test_with_no_answers_everybody_has_the_usual_chance() -> None:
    chance = learned([]).chance(1, "Torgmöte", 2)
    assert chance.value == pytest.approx(LEARNING.usual_rate * LEARNING.usual_show_up, abs=1e-4)
    assert chance.multiplier == 1.0


def test_a_type_with_many_yeses_has_a_higher_rate_and_one_answer_moves_little() -> None:
    many = [line(i, day=i % 90, yes=i % 3 == 0, kind="Torgmöte") for i in range(300)]
    few = [line(i, day=i % 90, yes=i % 12 == 0, kind="Flygblad") for i in range(300)]
    model = learned([*many, *few, line(999, day=5, yes=True, kind="Annat")])
    assert model.sign_up.rate("Torgmöte") > 2 * model.sign_up.rate("Flygblad")
    assert model.sign_up.rate("Annat") == pytest.approx(model.sign_up.overall, abs=0.05)


def test_signing_up_and_showing_up_are_kept_apart() -> None:
    answers = [
        line(i % 50, day=i % 90, yes=i % 2 == 0, came=(i % 8 != 0) if i % 2 == 0 else None)
        for i in range(400)
    ]
    model = learned(answers)
    assert model.sign_up.rate("Torgmöte") == pytest.approx(0.5, abs=0.08)
    assert model.show_up.rate("Torgmöte") == pytest.approx(0.75, abs=0.08)


def test_nobody_having_said_who_came_leaves_the_usual_share() -> None:
    model = learned([line(i, day=i % 90, yes=True) for i in range(100)])
    assert model.show_up.rate("Torgmöte") == pytest.approx(LEARNING.usual_show_up)


def test_who_ignored_the_last_three_is_less_likely_until_an_answer_comes() -> None:
    others = [line(100 + i, day=i % 90, yes=i % 6 == 0) for i in range(300)]
    silent = [line(1, day=day, yes=False) for day in (10, 20, 30)]
    assert 1 in learned([*others, *silent]).ignoring
    assert 1 not in learned([*others, *silent[:2]]).ignoring
    assert 1 not in learned([*others, *silent, line(1, day=40, yes=True)]).ignoring
    chance = learned([*others, *silent]).chance(1, "Torgmöte")
    assert chance.streak < 1.0


def test_old_answers_count_less() -> None:
    others = [line(100 + i, day=i % 90, yes=i % 6 == 0) for i in range(300)]
    fresh = learned([*others, *(line(1, day=95 + i, yes=True) for i in range(3))])
    at = BEGIN + timedelta(days=100)
    old = [line(1, day=-700 + i, yes=True) for i in range(3)]
    assert (
        learn([*others, *old], at=at, learning=LEARNING).chance(1, "Torgmöte").value
        < fresh.chance(1, "Torgmöte").value
    )


def test_only_answers_before_the_moment_count_and_their_order_does_not() -> None:
    answers = [line(i % 20, day=i % 90, yes=i % 5 == 0) for i in range(200)]
    future = [line(i % 20, day=150 + i, yes=True) for i in range(50)]
    assert learned([*future, *answers[::-1]]).sign_up.multiplier == learned(answers).sign_up.multiplier


def test_what_is_learned_from_can_hold_nothing_about_a_person_but_answers() -> None:
    assert set(Asked.__struct_fields__) == {
        "person",
        "event",
        "at",
        "callout",
        "type",
        "area",
        "distance",
        "chance",
    }
    assert set(Answer.__struct_fields__) == {"asked", "signed_up", "came"}


def test_the_table_warns_of_a_row_outside_its_band() -> None:
    true = table([0.2] * 400, [i % 5 == 0 for i in range(400)], rows=2)
    assert warnings(true) == ()
    wrong = table([0.5] * 400, [i % 5 == 0 for i in range(400)], rows=2)
    assert len(warnings(wrong)) == 2
    assert table([], []) == ()
    few = table([0.9] * 10, [False] * 10, rows=1)
    assert warnings(few) == ()


def test_the_slope_tells_too_sure_from_not_sure_enough() -> None:
    dice = np.random.default_rng(1)
    truth = dice.uniform(0.05, 0.6, 20_000)
    yes = (dice.random(20_000) < truth).tolist()
    odds = np.log(truth / (1 - truth))
    assert slope(truth.tolist(), yes)[0] == pytest.approx(1.0, abs=0.06)
    assert slope((1 / (1 + np.exp(-2 * odds))).tolist(), yes)[0] < 0.6
    assert slope((1 / (1 + np.exp(-0.5 * odds))).tolist(), yes)[0] > 1.7
