"""Districts built for tests: a few associations, areas and events, and nothing else unless it is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from zetkin_sync.records.facts import (
    AreaFact,
    EventFact,
    Facts,
    OrganizationFact,
    PriorityFact,
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
