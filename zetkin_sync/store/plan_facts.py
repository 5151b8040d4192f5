"""What the plan is judged by beside events and people: words of people, registers, mails, cases, last year's figures."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, or_, select
from sqlmodel import Session

from zetkin_sync.records import (
    Assessment,
    Attestation,
    BounceEvent,
    Case,
    DrawnArea,
    Email,
    EmailRecipient,
    EventType,
    Journey,
    JourneyInstance,
    JourneyPerson,
    MailboxCursor,
    Person,
    Priority,
    Probe,
    ProbeState,
    Reachability,
    RegisterEntry,
    RegisterReading,
    Snapshot,
)
from zetkin_sync.records.facts import (
    AttestationFact,
    CaseFact,
    EmailFact,
    JourneyFact,
    PriorityFact,
    RegisterFact,
    RegisterRow,
)
from zetkin_sync.store.engine import Store
from zetkin_sync.store.shared_mail import is_shared

_YEAR = timedelta(days=365)


def load(store: Store, *, district: int, now: datetime, today: date) -> dict[str, Any]:
    """Fields of `records.facts.Facts`, as known at an instant. A source that was never read is None."""
    with store.reading() as session:
        read = _Reader(session, district, now)
        return {
            "event_types": frozenset(row.title for row in read.rows(EventType, "title")),
            "attestations": read.attestations(),
            "priorities": read.priorities(),
            "registers": {**read.registers(), **read.probes()},
            "emails": read.emails(),
            "journeys": read.journeys(),
            "unreachable": read.unreachable(),
            "cases": read.cases(),
            "earlier": read.earlier(today),
        }


def load_priorities(store: Store, *, district: int) -> tuple[PriorityFact, ...]:
    """Every priority that a register or the page ever stated."""
    with store.reading() as session:
        return _Reader(session, district, store.now(session.connection())).priorities()


def drawn_areas(store: Store, *, district: int) -> list[dict[str, Any]]:
    """The areas that organizers have drawn in Zetkin, as `areas.areas_from_zetkin` takes them."""
    table: Table = DrawnArea.__table__  # type: ignore[attr-defined]
    query = select(table.c.id, table.c.title, table.c.boundary).where(table.c.district == district)
    with store.reading() as session:
        found = {row.id: row for row in session.connection().execute(query)}
    return [
        {"id": row.id, "title": row.title, "boundary": json.loads(row.boundary)}
        for _, row in sorted(found.items())
    ]


class _Reader:
    def __init__(self, session: Session, district: int, now: datetime) -> None:
        self.connection = session.connection()
        self.district = district
        self.now = now

    def rows(self, record: Any, *columns: str, where: Any = ()) -> Any:
        table: Table = record.__table__
        chosen = [table.c[name] for name in columns]
        return self.connection.execute(select(*chosen).where(table.c.district == self.district, *where))

    def was_read(self, resource: str) -> bool:
        """Was the list ever read whole?"""
        table: Table = Snapshot.__table__  # type: ignore[attr-defined]
        where = [table.c.resource == resource, table.c.complete.is_(True)]
        return self.rows(Snapshot, "id", where=where).first() is not None

    def attestations(self) -> tuple[AttestationFact, ...]:
        names = ("id", "goal", "unit", "verdict", "about", "at", "link", "expires")
        rows = self.rows(Attestation, *names)
        return tuple(
            AttestationFact(**{("on" if k == "about" else k): v for k, v in row._mapping.items()})
            for row in rows
            if row.at <= self.now
        )

    def priorities(self) -> tuple[PriorityFact, ...]:
        names = (
            "owner",
            "kind",
            "subject",
            "source",
            "lat",
            "lng",
            "radius",
            "valid_from",
            "valid_to",
            "confirmed",
        )
        return tuple(PriorityFact(**row._mapping) for row in self.rows(Priority, *names))

    def registers(self) -> dict[str, RegisterFact]:
        table: Table = RegisterEntry.__table__  # type: ignore[attr-defined]
        in_force = [table.c.since <= self.now, or_(table.c.until.is_(None), table.c.until > self.now)]
        rows: dict[str, list[RegisterRow]] = defaultdict(list)
        for row in self.rows(RegisterEntry, "name", "key", "unit", "area", "day", "body", where=in_force):
            values = {name: _value(value) for name, value in json.loads(row.body).items()}
            rows[row.name].append(
                RegisterRow(key=row.key, unit=row.unit, area=row.area, day=row.day, values=values)
            )
        read: dict[str, datetime] = {}
        for row in self.rows(RegisterReading, "name", "at"):
            if row.at <= self.now:
                read[row.name] = max(row.at, read.get(row.name, row.at))
        return {
            name: RegisterFact(name=name, read=at, rows=tuple(rows[name]))
            for name, at in sorted(read.items())
        }

    def probes(self) -> dict[str, RegisterFact]:
        """Probe mails to public addresses, as a register; one that is still under way says nothing yet."""
        found = []
        for row in self.rows(Probe, "id", "unit", "state", "sent"):
            if row.sent <= self.now and row.state != ProbeState.SENT:
                side = "district" if row.unit == self.district else "association"
                values = {"side": side, "delivered": row.state == ProbeState.ARRIVED}
                found.append(RegisterRow(key=str(row.id), unit=row.unit, day=row.sent.date(), values=values))
        if not found:
            return {}
        return {"probes": RegisterFact(name="probes", read=self.now, rows=tuple(found))}

    def emails(self) -> tuple[EmailFact, ...] | None:
        if not (self.was_read("emails") and self.was_read("email_recipients")):
            return None
        people: dict[int, set[int]] = defaultdict(set)
        for row in self.rows(EmailRecipient, "email", "person", "state"):
            if row.state != "pending":
                people[row.email].add(row.person)
        found = {}
        for row in self.rows(Email, "id", "organization", "title", "processed"):
            if row.processed is not None and row.processed <= self.now:
                found[row.id] = EmailFact(
                    id=row.id,
                    organization=row.organization,
                    title=row.title,
                    sent=row.processed,
                    people=frozenset(people[row.id]),
                )
        return tuple(found[i] for i in sorted(found))

    def journeys(self) -> tuple[JourneyFact, ...] | None:
        if not self.was_read("journey_instances"):
            return None
        titles = {row.id: row.title for row in self.rows(Journey, "id", "title")}
        people: dict[int, int] = {}
        for row in self.rows(JourneyPerson, "instance", "person", "role"):
            if row.role != "assignee":
                people.setdefault(row.instance, row.person)
        found = {}
        for row in self.rows(JourneyInstance, "id", "journey", "created", "closed"):
            if row.created is not None:
                found[row.id] = JourneyFact(
                    title=titles.get(row.journey, ""),
                    person=people.get(row.id, 0),
                    opened=row.created.date(),
                    closed=row.closed.date() if row.closed else None,
                )
        return tuple(found[i] for i in sorted(found))

    def _mailbox_read(self) -> bool:
        read = any(not is_shared(row.mailbox) for row in self.rows(MailboxCursor, "mailbox"))
        return read or self.rows(BounceEvent, "id").first() is not None

    def unreachable(self) -> frozenset[int] | None:
        if not self._mailbox_read():
            return None
        table: Table = Reachability.__table__  # type: ignore[attr-defined]
        bad = self.rows(Reachability, "address", where=[table.c.state.in_(("unreachable", "complained"))])
        addresses = {row.address for row in bad}
        return frozenset(
            row.id for row in self.rows(Person, "id", "address") if row.address and row.address in addresses
        )

    def cases(self) -> tuple[CaseFact, ...] | None:
        if not self._mailbox_read():
            return None
        rows = self.rows(Case, "organization", "opened", "closed", "outcome")
        return tuple(
            CaseFact(
                unit=row.organization,
                opened=row.opened.date(),
                closed=row.closed.date() if row.closed else None,
                how=row.outcome,
            )
            for row in rows
            if row.opened <= self.now
        )

    def earlier(self, today: date) -> dict[str, float]:
        """The district's figures as they held about a year ago: the newest row up to that day, and not much older."""
        table: Table = Assessment.__table__  # type: ignore[attr-defined]
        day = today - _YEAR
        mine = [table.c.district == self.district, table.c.unit == self.district]
        newest = (
            select(table.c.goal, func.max(table.c.day).label("day"))
            .where(*mine, table.c.day <= day)
            .group_by(table.c.goal)
            .subquery()
        )
        started = self.connection.execute(select(func.min(table.c.day)).where(*mine)).scalar()
        if started is None or started > day:
            return {}
        query = select(table.c.goal, table.c.value).join(
            newest, (table.c.goal == newest.c.goal) & (table.c.day == newest.c.day)
        )
        return {
            row.goal: row.value
            for row in self.connection.execute(query.where(*mine))
            if row.value is not None
        }


def _value(value: Any) -> Any:
    """JSON has no dates: a text that is one becomes it."""
    if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value
