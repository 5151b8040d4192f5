"""What can never change a goal: the order of facts, how an association is divided, an event that is no matter of its."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.goals_facts import TODAY, association, came, district, event, person, with_events
from tests.unit.metrics import METRICS
from tests.unit.rich_district import rich
from zetkin_sync.goals import Assessed, assess, bind, parse_plan
from zetkin_sync.records.facts import EventFact, Facts, OrganizationFact

PLAN, _ = parse_plan(Path("config/plan.toml").read_bytes(), file="plan.toml")
assert PLAN is not None
BOUND, _ = bind(PLAN, METRICS, file="plan.toml")
RICH = rich(PLAN)
_ASSOCIATIONS = (11, 12, 13, 14, 31, 32)
_EVENTS = st.builds(
    lambda organization, days, area, kind: event(
        organization, TODAY - timedelta(days), area=area, type=kind, id_=organization * 1000 + days
    ),
    st.sampled_from(_ASSOCIATIONS),
    st.integers(-40, 420),
    st.sampled_from([None, *(f"a{a}" for a in _ASSOCIATIONS)]),
    st.sampled_from(["Torgmöte", "Medlemsmöte", "Studiecirkel", "Flygblad"]),
)
_SOME_EVENTS = st.lists(_EVENTS, max_size=60, unique_by=lambda e: e.id)


def plainly(facts: Facts) -> list[tuple[object, ...]]:
    return [_plain(assessed) for assessed in assess(facts, BOUND)]


def _plain(a: Assessed) -> tuple[object, ...]:
    return (a.goal, a.unit, a.state, a.value, a.lower, a.upper, str(a.finding), a.evidence, a.outlook)


@settings(max_examples=25, deadline=None)
@given(events=_SOME_EVENTS, dice=st.randoms(use_true_random=False))
def test_the_order_of_facts_changes_nothing(events: list[EventFact], dice: object) -> None:
    facts = with_events(district(), *events)
    facts = replace(
        facts,
        people=tuple(person(i, 11) for i in range(5)),
        participations=tuple(b for e in events[:9] for b in came(e, 1, 2, 3)),
    )

    def shuffled(items: tuple[object, ...]) -> tuple[object, ...]:
        some = list(items)
        dice.shuffle(some)  # type: ignore[attr-defined]
        return tuple(some)

    mixed = replace(
        facts,
        **{
            name: shuffled(getattr(facts, name))
            for name in ("events", "organizations", "people", "participations", "areas", "priorities")
        },
    )
    assert plainly(mixed) == plainly(facts)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_order_of_a_whole_district_changes_nothing(seed: int) -> None:
    dice = Random(seed)
    names = (
        "events",
        "organizations",
        "people",
        "tags",
        "participations",
        "officials",
        "priorities",
        "attestations",
    )

    def shuffled(items: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(dice.sample(items, k=len(items)))

    mixed = replace(RICH, **{name: shuffled(getattr(RICH, name)) for name in names})
    assert plainly(mixed) == plainly(RICH)


@settings(max_examples=25, deadline=None)
@given(events=_SOME_EVENTS, moved=st.sets(st.integers(0, 59)))
def test_dividing_an_association_into_clubs_changes_nothing(events: list[EventFact], moved: set[int]) -> None:
    """Whatever a club below an association does, the association does."""
    facts = with_events(district(), *events)
    clubs = tuple(association(900 + a, kind="other", parent=a) for a in _ASSOCIATIONS)
    divided = replace(
        facts,
        organizations=(*facts.organizations, *clubs),
        events=tuple(
            msgspec.structs.replace(e, organization=900 + e.organization) if i in moved else e
            for i, e in enumerate(facts.events)
        ),
    )
    assert plainly(divided) == plainly(facts)


@settings(max_examples=25, deadline=None)
@given(events=_SOME_EVENTS, chosen=st.sampled_from(_ASSOCIATIONS))
def test_an_association_is_judged_by_its_own_events_alone(events: list[EventFact], chosen: int) -> None:
    own = event(chosen, TODAY - timedelta(3), area=f"a{chosen}", id_=1)  # so that events have been read
    kinds = frozenset(
        {"Torgmöte", "Medlemsmöte", "Studiecirkel", "Flygblad", "Digital kväll", "Social träff"}
    )
    facts = replace(with_events(district(), own, *events), event_types=kinds)  # Zetkin has them, used or not
    alone = replace(facts, events=tuple(e for e in facts.events if e.organization == chosen))
    goals = {"regular-geographic", "regular-branch", "three-focuses", "presence"}

    def figures(facts: Facts) -> dict[str, tuple[object, ...]]:
        """Without the forecast, which leans on the district's mean."""
        mine = (a for a in assess(facts, BOUND, only=goals) if a.unit == chosen)
        return {a.goal: (a.value, a.lower, a.upper, str(a.finding)) for a in mine}

    assert figures(facts) == figures(alone)
    assert figures(facts)


@settings(max_examples=25, deadline=None)
@given(days=st.integers(0, 500), published=st.booleans())
def test_an_event_of_another_district_or_an_unpublished_one_changes_nothing(
    days: int, published: bool
) -> None:
    foreign = event(4711, TODAY - timedelta(days), area="a11") if published else None
    draft = event(11, TODAY - timedelta(days), area="a11", published=None)
    assert plainly(with_events(RICH, foreign or draft)) == plainly(RICH)


@settings(max_examples=25, deadline=None)
@given(days=st.integers(0, 300))
def test_an_internal_meeting_changes_no_goal_about_outward_activity(days: int) -> None:
    board = event(11, TODAY - timedelta(days), area="a11", type="Styrelsemöte", title="Styrelsemöte")
    goals = {"regular-geographic", "regular-branch", "priority-areas-visited", "staffed", "whole-district"}
    before = [_plain(a) for a in assess(RICH, BOUND, only=goals)]
    assert [_plain(a) for a in assess(with_events(RICH, board), BOUND, only=goals)] == before


@settings(max_examples=25, deadline=None)
@given(events=_SOME_EVENTS, more=_EVENTS)
def test_one_more_event_never_makes_an_association_less_regular(
    events: list[EventFact], more: EventFact
) -> None:
    facts = with_events(district(), *events)
    added = with_events(facts, msgspec.structs.replace(more, id=999_999))
    goals = {"regular-geographic", "regular-branch"}
    before = {(a.goal, a.unit): a for a in assess(facts, BOUND, only=goals)}
    for after in assess(added, BOUND, only=goals):
        old = before[after.goal, after.unit]
        for now, then in ((after.value, old.value), (after.upper, old.upper)):
            assert now is None or then is None or now >= then


@settings(max_examples=50, deadline=None)
@given(
    title=st.text(max_size=30),
    kind=st.text(max_size=20),
    place=st.text(max_size=20),
    day=st.dates(date(2000, 1, 1), date(2040, 1, 1)),
)
def test_no_text_and_no_day_breaks_the_assessment(title: str, kind: str, place: str, day: date) -> None:
    odd = event(11, day, title=title, type=kind, place_title=place)
    assert len(assess(with_events(district(), odd), BOUND)) >= len(BOUND.goals)


def test_an_organization_that_is_its_own_parent_belongs_to_nobody() -> None:
    loop = (
        OrganizationFact(id=50, title="A", kind="other", parent=51),
        OrganizationFact(id=51, title="B", kind="other", parent=50),
    )
    facts = replace(district(), organizations=(*district().organizations, *loop))
    assert assess(with_events(facts, event(50, TODAY)), BOUND)
