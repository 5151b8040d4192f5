"""What people tell about the plan is kept, replaced as a whole, and never lost; what was shown can be shown again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from tests.unit.goals_facts import TODAY
from tests.unit.rich_district import rich
from tests.unit.test_plan import BOUND, PLAN
from zetkin_sync.goals import assess
from zetkin_sync.goals.kept import as_row, from_row
from zetkin_sync.goals.priorities import current
from zetkin_sync.records.facts import PriorityFact, RegisterRow
from zetkin_sync.store import assessments, attestations, plan_facts, priorities, registers
from zetkin_sync.store.engine import Store

DISTRICT = 1
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def facts(store: Store, *, now: datetime = NOW) -> dict[str, object]:
    return plan_facts.load(store, district=DISTRICT, now=now, today=now.date())


def test_nothing_told_is_unknown_and_not_empty(store: Store) -> None:
    found = facts(store)
    assert found["registers"] == {}
    assert [found[name] for name in ("emails", "journeys", "unreachable", "cases")] == [None] * 4


def test_an_answer_is_kept_with_its_day_and_read_back(store: Store) -> None:
    with store.writing() as session:
        attestations.add(
            session,
            district=DISTRICT,
            goal="education-plan",
            unit=DISTRICT,
            verdict="done",
            on=date(2026, 11, 1),
            who="cli:someone",
            at=NOW,
            link="https://example.org/protokoll",
        )
    (said,) = facts(store)["attestations"]  # type: ignore[misc]
    assert (said.goal, said.verdict, said.on, said.at) == ("education-plan", "done", date(2026, 11, 1), NOW)
    assert facts(store, now=NOW - timedelta(1))["attestations"] == ()
    assert attestations.history(store, district=DISTRICT)[0].who == "cli:someone"


def geographic(owner: int, *areas: str, on: date) -> list[PriorityFact]:
    return [
        PriorityFact(owner=owner, kind="geographic", subject=area, source="page", confirmed=on)
        for area in areas
    ]


def test_a_new_list_replaces_the_old_one_whole_and_the_old_one_stays_readable(store: Store) -> None:
    first, second = date(2026, 1, 10), date(2026, 11, 22)
    for day, areas in ((first, ("a", "b")), (second, ("b", "c"))):
        with store.writing() as session:
            priorities.replace_lists(
                session,
                geographic(11, *areas, on=day),
                district=DISTRICT,
                source="page",
                who="w",
                at=NOW,
                today=day,
            )
    told = facts(store)["priorities"]
    assert [p.subject for p in current(told, day=second)[11]] == ["b", "c"]  # type: ignore[arg-type]
    assert [p.subject for p in current(told, day=date(2026, 6, 1))[11]] == ["a", "b"]  # type: ignore[arg-type]
    assert len(priorities.history(store, district=DISTRICT, owner=11)) == 4


def test_the_last_priority_can_be_withdrawn(store: Store) -> None:
    day = date(2026, 1, 10)
    with store.writing() as session:
        priorities.replace_lists(
            session,
            geographic(11, "a", on=day),
            district=DISTRICT,
            source="page",
            who="w",
            at=NOW,
            today=day,
        )
    with store.writing() as session:
        priorities.replace_lists(
            session,
            [],
            district=DISTRICT,
            source="page",
            who="w",
            at=NOW,
            today=TODAY,
            lists=[(11, "geographic")],
        )
    assert current(facts(store)["priorities"], day=TODAY) == {}  # type: ignore[arg-type]


def upload(store: Store, *rows: RegisterRow, at: datetime = NOW) -> None:
    with store.writing() as session:
        registers.keep(
            session, rows, district=DISTRICT, register="fund", data=b"x", refused=0, who="w", at=at
        )


def paid(key: str, day: date | None, amount: float) -> RegisterRow:
    return RegisterRow(key=key, unit=11, area="a11", day=day, values={"amount": amount, "answered": day})


def test_a_file_for_one_year_leaves_the_other_years_alone_and_replaces_its_own(store: Store) -> None:
    earlier = NOW - timedelta(9)
    upload(store, paid("1", date(2025, 5, 1), 10), paid("2", date(2026, 2, 1), 20), at=earlier)
    upload(store, paid("3", date(2026, 1, 1), 30), paid("4", date(2026, 3, 1), 40))
    now = facts(store)["registers"]["fund"]  # type: ignore[index]
    assert sorted(row.key for row in now.rows) == ["1", "3", "4"]
    assert now.rows[0].values["answered"] == now.rows[0].day
    then = facts(store, now=earlier + timedelta(1))["registers"]["fund"]  # type: ignore[index]
    assert sorted(row.key for row in then.rows) == ["1", "2"]
    assert [reading.rows for reading in registers.readings(store, district=DISTRICT)] == [2, 2]


def test_what_was_shown_is_shown_again_word_by_word(store: Store) -> None:
    assert PLAN is not None
    found = assess(rich(PLAN), BOUND)
    with store.writing() as session:
        rows = (as_row(each, NOW) for each in found)
        assessments.write(session, rows, district=DISTRICT, day=TODAY)
    stored = assessments.held(store, district=DISTRICT, day=TODAY + timedelta(30))
    again = {(a.goal, a.unit): a for a in (from_row(row, PLAN.goal(row.goal)) for row in stored)}
    assert len(again) == len(found)
    for before in found:
        after = again[before.goal, before.unit]
        for name in (
            "state",
            "value",
            "finding",
            "missing",
            "evidence",
            "outlook",
            "lower",
            "upper",
            "number",
        ):
            assert getattr(after, name) == getattr(before, name), (before.goal, name)
    assert assessments.held(store, district=DISTRICT, day=TODAY - timedelta(1)) == []


def test_last_years_figure_is_read_from_what_was_stored(store: Store) -> None:
    assert PLAN is not None
    last_year = TODAY - timedelta(365)
    found = [a for a in assess(rich(PLAN), BOUND) if a.goal == "no-email"]
    with store.writing() as session:
        assessments.write(session, [as_row(found[0], NOW)], district=DISTRICT, day=last_year - timedelta(3))
    assert facts(store)["earlier"] == {"no-email": found[0].value}
    assert plan_facts.load(store, district=DISTRICT, now=NOW, today=last_year)["earlier"] == {}
