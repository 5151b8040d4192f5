"""Districts built for tests: a few associations, areas and events, and nothing else unless it is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from tests.unit.metrics import METRICS
from zetkin_sync.goals import Assessed, Plan, assess, bind
from zetkin_sync.records.facts import (
    AreaFact,
    AttestationFact,
    EventFact,
    Facts,
    OrganizationFact,
    ParticipationFact,
    PersonFact,
    PriorityFact,
    RegisterFact,
    RegisterRow,
    TagFact,
)

DISTRICT = 1
ZONE = ZoneInfo("Europe/Stockholm")
TODAY = date(2026, 11, 22)
_ids = count(10_000)


def district(*, geographic: int = 4, branch: int = 2, today: date = TODAY) -> Facts:
    """Associations 11, 12 … (geographic) and 31, 32 … (branch), each with area `a11` … as its priority."""
    associations = [
        *(association(11 + i) for i in range(geographic)),
        *(association(31 + i, kind="branch") for i in range(branch)),
    ]
    return Facts(
        district=DISTRICT,
        now=datetime(today.year, today.month, today.day, 12, tzinfo=UTC),
        zone=ZONE,
        organizations=(OrganizationFact(id=DISTRICT, title="Distriktet", kind="district"), *associations),
        areas=tuple(AreaFact(id=f"a{o.id}", title=f"Område {o.id}") for o in associations),
        priorities=tuple(priority(o.id, f"a{o.id}") for o in associations),
    )


def association(id_: int, *, kind: str = "geographic", parent: int = DISTRICT) -> OrganizationFact:
    return OrganizationFact(id=id_, title=f"Förening {id_}", kind=kind, parent=parent)


def priority(owner: int, subject: str, **more: object) -> PriorityFact:
    return PriorityFact(
        owner=owner,
        kind=str(more.pop("kind", "geographic")),
        subject=subject,
        confirmed=date(2026, 1, 15),
        **more,
    )


def event(
    organization: int, day: date, *, area: str | None = None, id_: int | None = None, **more: object
) -> EventFact:
    """A published event in an area; without an area its place is unknown."""
    starts = datetime(day.year, day.month, day.day, 18)
    return EventFact(
        id=next(_ids) if id_ is None else id_,
        organization=organization,
        starts=starts,
        ends=starts + timedelta(hours=2),
        title=str(more.pop("title", "Torgmöte")),
        type=str(more.pop("type", "Torgmöte")),
        published=more.pop("published", datetime(2020, 1, 1, tzinfo=UTC)),  # type: ignore[arg-type]
        areas=(area,) if area else (),
        located=str(more.pop("located", "located" if area else "unknown")),
        **more,  # type: ignore[arg-type]
    )


def monthly(
    organization: int, months: int, *, area: str | None = None, today: date = TODAY, **more: object
) -> list[EventFact]:
    """One event in each of the last `months` whole months that count, July left out."""
    found: list[EventFact] = []
    year, month = today.year, today.month
    while len(found) < months:
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        if month != 7:
            found.append(event(organization, date(year, month, 10), area=area or f"a{organization}", **more))
    return found


def with_events(facts: Facts, *events: EventFact) -> Facts:
    return replace(facts, events=(*facts.events, *events))


def person(id_: int, *organizations: int, **more: object) -> PersonFact:
    return PersonFact(id=id_, organizations=(DISTRICT, *organizations), **more)  # type: ignore[arg-type]


def tag(
    title: str, people: dict[int, str | None], *, owner: int = DISTRICT, id_: int | None = None
) -> TagFact:
    values = {person: value for person, value in people.items() if value is not None}
    return TagFact(
        id=next(_ids) if id_ is None else id_,
        title=title,
        group=None,
        owner=owner,
        people=frozenset(people),
        values=values,
    )


def row(
    key: str, *, unit: int | None = None, area: str | None = None, on: date | None = None, **values: object
) -> RegisterRow:
    return RegisterRow(key=key, unit=unit, area=area, day=on, values=values)


def with_register(facts: Facts, name: str, *rows: RegisterRow) -> Facts:
    register = RegisterFact(name=name, read=facts.now, rows=rows)
    return replace(facts, registers={**facts.registers, name: register})


def attestation(goal: str, verdict: str, on: date, **more: object) -> AttestationFact:
    return AttestationFact(
        id=next(_ids),
        goal=goal,
        unit=DISTRICT,
        verdict=verdict,
        on=on,
        at=more.pop("at", datetime(on.year, on.month, on.day, 20, tzinfo=UTC)),  # type: ignore[arg-type]
        **more,  # type: ignore[arg-type]
    )


def came(event_: EventFact, *people: int) -> list[ParticipationFact]:
    """Bookings on an event with attendance recorded the same evening."""
    at = event_.ends.replace(tzinfo=UTC)
    return [ParticipationFact(event=event_.id, person=p, attended=at) for p in people]


def ask(
    metric: str,
    facts: Facts,
    *,
    target: float | None = 1,
    period: str | None = "now",
    figure: str = "share",
    direction: str = "at_least",
    parameters: dict[str, object] | None = None,
) -> Assessed:
    """What one metric says of the district, as a goal of a small plan would."""
    goal = {
        "number": 1,
        "id": "goal",
        "title": {"sv": "Mål", "en": "Goal"},
        "quote": "…",
        "definition": {"sv": "…", "en": "…"},
        "metric": metric,
        "parameters": parameters or {},
        "figure": figure,
        "target": target,
        "target_from": "none" if target is None else "plan",
        "direction": direction,
        "period": period,
        "evidence": ["Z"],
        "owner": ["district_board"],
        "readers": ["district_board"],
    }
    plan = Plan.model_validate(
        {"id": "p", "title": "Plan", "starts": "2026-01-01", "ends": "2026-12-31", "goals": [goal]}
    )
    bound, problems = bind(plan, METRICS, file="plan.toml")
    assert not problems, [str(problem) for problem in problems]
    return assess(facts, bound)[0]
