"""Regular activity in prioritised areas: what counts, what does not, and what cannot be known."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.unit.goals_facts import (
    DISTRICT,
    TODAY,
    association,
    district,
    event,
    monthly,
    priority,
    with_events,
)
from zetkin_sync.goals import Assessed, assess, bind, parse_plan
from zetkin_sync.goals.metrics import regular_activity
from zetkin_sync.language import Language
from zetkin_sync.records import GoalState
from zetkin_sync.records.facts import Facts, Freshness

_PLAN, _ = parse_plan(Path("config/plan.toml").read_bytes(), file="plan.toml")
assert _PLAN is not None
_BOUND, _ = bind(
    _PLAN.model_copy(update={"goals": tuple(g for g in _PLAN.goals if g.metric == "regular_activity")}),
    {"regular_activity": regular_activity},
    file="plan.toml",
)


def of(facts: Facts, goal: str = "regular-geographic") -> dict[int, Assessed]:
    return {found.unit: found for found in assess(facts, _BOUND, only={goal})}


def test_an_association_with_nine_of_eleven_months_is_regular_and_one_with_eight_is_not() -> None:
    facts = with_events(district(), *monthly(11, 9), *monthly(12, 8))
    found = of(facts)
    assert (found[11].state, found[11].value) == (GoalState.MET, 9)
    assert found[12].value == 8
    assert found[12].state is GoalState.ON_TRACK, "it needs one more, and the year is not over"


def test_half_of_four_is_two_and_the_sentence_says_how_many_are_missing() -> None:
    found = of(with_events(district(), *monthly(11, 11)))[DISTRICT]
    assert (found.state, found.numerator, found.denominator, found.more_needed) == (GoalState.BEHIND, 1, 4, 1)
    assert Language("sv").say(found.finding) == "1 av 4, 1 till behövs"
    both = of(with_events(district(), *monthly(11, 11), *monthly(12, 9)))[DISTRICT]
    assert both.state is GoalState.MET
    assert str(both.finding) == "2 of 4"


def test_the_two_kinds_are_counted_each_for_itself() -> None:
    facts = with_events(district(), *monthly(11, 11), *monthly(12, 11), *monthly(31, 2))
    assert of(facts)[DISTRICT].state is GoalState.MET
    assert of(facts, "regular-branch")[DISTRICT].state is GoalState.BEHIND


def test_july_counts_neither_way() -> None:
    july = [event(11, date(2026, 7, d), area="a11") for d in range(1, 20)]
    assert of(with_events(district(), *monthly(11, 8), *july))[11].value == 8


@pytest.mark.parametrize(
    "changed",
    [
        {"published": None},
        {"cancelled": datetime(2026, 3, 1, tzinfo=UTC)},
        {"type": "Styrelsemöte"},
        {"title": "Medlemsmöte i mars"},
        {"area": "a12"},
        {"area": None, "located": "located"},
    ],
    ids=["unpublished", "cancelled", "internal type", "internal title", "elsewhere", "outside every area"],
)
def test_an_event_that_is_not_what_the_goal_means_does_not_count(changed: dict[str, object]) -> None:
    area = changed.pop("area", "a11")
    other = event(11, date(2026, 2, 10), area=area, **changed)  # type: ignore[arg-type]
    facts = with_events(district(), *(e for e in monthly(11, 9) if e.starts.month != 2), other)
    assert of(facts)[11].value == 8


def test_an_event_without_place_makes_the_answer_unknown_and_not_no() -> None:
    facts = with_events(district(), *monthly(11, 8), event(11, date(2025, 12, 10)))
    found = of(facts)[11]
    assert (found.state, found.lower, found.upper) == (GoalState.UNKNOWN, 8, 9)
    assert str(found.missing[0]) == "1 event has no known place, and decides it"
    assert [(e.kind, len(e.ids)) for e in found.evidence] == [("event", 8), ("event without place", 1)]
    assert str(of(facts)[DISTRICT].finding) == "0–1 of 4, 2 more needed"


def test_an_association_without_priorities_is_unknown_stays_in_the_denominator_and_is_named() -> None:
    facts = district()
    facts = replace(facts, priorities=tuple(p for p in facts.priorities if p.owner != 12))
    found = of(with_events(facts, *monthly(11, 11), *monthly(12, 11)))
    assert (found[DISTRICT].denominator, found[DISTRICT].state) == (4, GoalState.UNKNOWN)
    assert found[12].state is GoalState.UNKNOWN
    assert str(found[12].missing[0]) == "it has not said which areas it prioritises"


def test_an_association_whose_events_could_not_be_read_is_unknown_not_zero() -> None:
    unread = Freshness(resource="events", organization=12, snapshot=None, read=None, complete=False)
    facts = replace(district(), freshness=(unread,))
    assert of(facts)[12].state is GoalState.UNKNOWN
    assert str(of(facts)[12].finding) == "its events could not be read from Zetkin"


def test_an_event_that_may_be_gone_is_counted_as_possible_only() -> None:
    events = monthly(11, 9)
    facts = replace(with_events(district(), *events), missing_events=frozenset({events[0].id}))
    assert of(facts)[11].state is GoalState.UNKNOWN


def test_a_club_below_an_association_acts_for_it() -> None:
    facts = district()
    facts = replace(facts, organizations=(*facts.organizations, association(99, kind="other", parent=11)))
    facts = with_events(facts, *monthly(11, 5), *(monthly(99, 11, area="a11")[5:]))
    assert of(facts)[11].value == 11


def test_an_inactive_association_is_not_counted() -> None:
    facts = district()
    organizations = tuple(
        type(o)(id=o.id, title=o.title, kind=o.kind, parent=o.parent, is_active=o.id != 14)
        for o in facts.organizations
    )
    assert of(replace(facts, organizations=organizations))[DISTRICT].denominator == 3


def test_a_workplace_with_a_radius_is_a_priority_like_an_area() -> None:
    facts = district()
    place = priority(31, "Sjukhuset", lat=59.35, lng=18.03, radius=300.0)
    facts = replace(facts, priorities=(place,))
    near = monthly(31, 11, located="located", lat=59.351, lng=18.031)
    far = monthly(31, 11, located="located", lat=59.36, lng=18.03)
    assert of(with_events(facts, *near), "regular-branch")[31].state is GoalState.MET
    assert of(with_events(facts, *far), "regular-branch")[31].state is GoalState.BEHIND


def test_the_list_that_was_confirmed_last_holds() -> None:
    facts = district()
    page = priority(11, "a12", source="page")
    newer = type(page)(
        **{f: getattr(page, f) for f in page.__struct_fields__} | {"confirmed": date(2026, 6, 1)}
    )
    facts = with_events(replace(facts, priorities=(*facts.priorities, newer)), *monthly(11, 11))
    assert of(facts)[11].state is GoalState.BEHIND, "the page's newer list names another area"


def test_the_forecast_is_settled_when_no_month_is_left_to_change_it() -> None:
    facts = with_events(district(), *monthly(11, 11), *monthly(12, 11))
    found = of(facts)
    assert found[DISTRICT].outlook is not None
    assert found[DISTRICT].outlook.value == "secured"
    assert found[13].outlook is not None
    assert found[13].outlook.value == "no longer possible"


def test_nothing_is_forecast_before_the_fourth_month() -> None:
    march = date(2026, 3, 20)
    facts = with_events(district(today=march), *monthly(11, 11, today=march))
    assert of(facts)[DISTRICT].outlook is None


def test_today_is_the_day_it_is_judged_for() -> None:
    assert of(district())[DISTRICT].day == TODAY
