"""Reports of mails that did not arrive, what they add up to, and how far each source has been read.

Everything here works inside the caller's transaction: an event, the state it leads to and the cursor behind it
are committed together or not at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, case, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col
from sqlmodel import select as select_records

from zetkin_sync.language import Message, to_json
from zetkin_sync.records import (
    BounceEvent,
    MailboxCursor,
    MailDelivery,
    Person,
    Reachability,
    SetAside,
    WebhookEvent,
)

_events: Table = BounceEvent.__table__  # type: ignore[attr-defined]
_states: Table = Reachability.__table__  # type: ignore[attr-defined]
_people: Table = Person.__table__  # type: ignore[attr-defined]
_deliveries: Table = MailDelivery.__table__  # type: ignore[attr-defined]
_inbox: Table = WebhookEvent.__table__  # type: ignore[attr-defined]
_cursors: Table = MailboxCursor.__table__  # type: ignore[attr-defined]
_aside: Table = SetAside.__table__  # type: ignore[attr-defined]
_BATCH = 500
PREFIX = 8


def people_by_address(
    session: Session, *, district: int, addresses: Collection[bytes]
) -> dict[bytes, set[int]]:
    """Who has which address, of those asked for."""
    found: dict[bytes, set[int]] = defaultdict(set)
    wanted = sorted(addresses)
    for start in range(0, len(wanted), _BATCH):
        rows = session.connection().execute(
            select(_people.c.address, _people.c.id).where(
                _people.c.district == district, _people.c.address.in_(wanted[start : start + _BATCH])
            )
        )
        for address, person in rows:
            found[bytes(address)].add(person)
    return dict(found)


def address_by_prefix(session: Session, *, district: int, prefix: bytes) -> bytes | None:
    """The one address hash that begins like this; None when there is none or more than one."""
    rows = session.connection().execute(
        select(_people.c.address)
        .where(
            _people.c.district == district,
            _people.c.address >= prefix,
            _people.c.address <= prefix + b"\xff" * 32,
        )
        .distinct()
    )
    found = [bytes(row.address) for row in rows if bytes(row.address)[:PREFIX] == prefix]
    return found[0] if len(found) == 1 else None


def add_events(session: Session, rows: list[dict[str, Any]]) -> list[bytes]:
    """Store reports that were not stored before. Returns the keys of the new ones."""
    connection = session.connection()
    new: dict[bytes, dict[str, Any]] = {}
    for row in rows:
        new.setdefault(row["key"], row)
    for start in range(0, len(rows), _BATCH):
        some = [row["key"] for row in rows[start : start + _BATCH]]
        query = select(_events.c.key).where(
            _events.c.district == rows[0]["district"], _events.c.key.in_(some)
        )
        for known in connection.execute(query):
            new.pop(bytes(known.key), None)
    if new:
        connection.execute(_insert(session, _events).on_conflict_do_nothing(), list(new.values()))
    return list(new)


def add_arrivals(
    session: Session, *, district: int, rows: Iterable[tuple[bytes, date, str]], now: datetime
) -> int:
    """Note that mail to these addresses provably arrived: address, day, proof. The newest day is kept.

    An address of which nothing bad is known is ok from here on; others are for `intake.rejudge`.
    """
    changed = 0
    for address, day, proof in rows:
        statement = _insert(session, _states).values(
            district=district,
            address=address,
            state="ok",
            first=day,
            last=day,
            evidence=0,
            people=1,
            since=now,
            arrived=day,
            arrived_proof=proof,
        )
        newer = _states.c.arrived.is_(None) | (_states.c.arrived < statement.excluded.arrived)
        fine = _states.c.state == "ok"
        statement = statement.on_conflict_do_update(
            index_elements=["district", "address"],
            set_={
                "arrived": statement.excluded.arrived,
                "arrived_proof": statement.excluded.arrived_proof,
                "first": case((fine, statement.excluded.first), else_=_states.c.first),
                "last": case((fine, statement.excluded.last), else_=_states.c.last),
            },
            where=newer,
        )
        changed += session.connection().execute(statement).rowcount
    return changed


def count_arrivals(session: Session, *, district: int, arrived: Mapping[str, int], day: date) -> None:
    """Add to how many mails of each delivery arrived."""
    for delivery, count in arrived.items():
        statement = _insert(session, _deliveries).values(
            district=district, delivery=delivery, arrived=count, day=day
        )
        session.connection().execute(
            statement.on_conflict_do_update(
                index_elements=["district", "delivery"],
                set_={"arrived": _deliveries.c.arrived + count, "day": day},
            )
        )


def events_since(session: Session, *, district: int, since: date) -> dict[bytes, list[Any]]:
    """Every stored report of a district from a day on, by address; rows with the event's columns."""
    found: dict[bytes, list[Any]] = defaultdict(list)
    columns = [
        _events.c[n] for n in ("address", "day", "proof", "kind", "reason", "status", "delivery", "provider")
    ]
    query = select(*columns).where(_events.c.district == district, _events.c.day >= since)
    for row in session.connection().execute(query.order_by(_events.c.id)):
        found[bytes(row.address)].append(row)
    return dict(found)


def states(session: Session, *, district: int) -> dict[bytes, Reachability]:
    """The state of each address that anything is known of."""
    rows = session.exec(select_records(Reachability).where(Reachability.district == district)).all()
    return {row.address: row for row in rows}


def states_to_judge(session: Session, *, district: int, since: date) -> dict[bytes, Reachability]:
    """The states that reports bear on: all that are not simply ok, and those with a report in the time."""
    reported = select(_events.c.address).where(_events.c.district == district, _events.c.day >= since)
    query = select_records(Reachability).where(
        Reachability.district == district,
        or_(col(Reachability.state) != "ok", col(Reachability.address).in_(reported)),
    )
    return {row.address: row for row in session.exec(query).all()}


def forget_old_arrivals(session: Session, *, district: int, before: date) -> int:
    """Remove addresses that were only ever ok, and that long ago: of them nothing is known any more."""
    statement = delete(_states).where(
        _states.c.district == district, _states.c.state == "ok", _states.c.arrived < before
    )
    return int(session.connection().execute(statement).rowcount)


def write_states(
    session: Session,
    rows: Mapping[bytes, dict[str, Any]],
    *,
    district: int,
    known: Mapping[bytes, Reachability],
    now: datetime,
) -> None:
    """Store states that changed. One of which nothing is known any more is removed."""
    for address, row in rows.items():
        old = known.get(address)
        if row["state"] == "unknown" and old is not None:
            session.delete(old)
            continue
        since = now if old is None or old.state != row["state"] else old.since
        found = old or Reachability(district=district, address=address, state=row["state"], since=now)
        for name, value in row.items():
            setattr(found, name, value)
        found.since = since
        session.add(found)
    session.flush()


def has_events(session: Session, *, district: int, addresses: Collection[bytes]) -> set[bytes]:
    """Which of these addresses any report is stored about."""
    query = select(_events.c.address).where(
        _events.c.district == district, _events.c.address.in_(list(addresses))
    )
    return {bytes(row.address) for row in session.connection().execute(query.distinct())}


def arrived_by_delivery(session: Session, *, district: int) -> dict[str, int]:
    """How many mails of each delivery arrived."""
    rows = session.connection().execute(select(_deliveries).where(_deliveries.c.district == district))
    return {row.delivery: row.arrived for row in rows}


def cursor(session: Session, *, district: int, mailbox: str) -> str | None:
    """How far a mailbox has been read, in its own terms."""
    found = session.get(MailboxCursor, (district, mailbox))
    return None if found is None else found.place


def move_cursor(session: Session, *, district: int, mailbox: str, place: str, now: datetime) -> None:
    statement = _insert(session, _cursors).values(district=district, mailbox=mailbox, place=place, moved=now)
    session.connection().execute(
        statement.on_conflict_do_update(
            index_elements=["district", "mailbox"], set_={"place": place, "moved": now}
        )
    )


def set_aside(
    session: Session, *, district: int, mailbox: str, place: str, why: Message, now: datetime
) -> None:
    """Remember that a mail could not be read, where it lies and why."""
    session.connection().execute(
        _insert(session, _aside)
        .values(district=district, mailbox=mailbox, place=place, why=to_json(why), at=now)
        .on_conflict_do_nothing()
    )


def mails_set_aside(session: Session, *, district: int) -> list[SetAside]:
    """Mails that could not be read, newest first."""
    query = select_records(SetAside).where(SetAside.district == district).order_by(col(SetAside.id).desc())
    return list(session.exec(query).all())


def first_time(
    session: Session, *, district: int, provider: str, events: Iterable[bytes], now: datetime
) -> set[bytes]:
    """Of these provider events, those that come for the first time; they are remembered."""
    new = set()
    for event in events:
        statement = (
            _insert(session, _inbox)
            .values(district=district, provider=provider, event=event, at=now)
            .on_conflict_do_nothing()
            .returning(_inbox.c.event)
        )
        if session.connection().execute(statement).scalar_one_or_none() is not None:
            new.add(event)
    return new


def counts(session: Session, *, district: int) -> dict[str, int]:
    """How many addresses are in each state."""
    query = (
        select(_states.c.state, func.count().label("n"))
        .where(_states.c.district == district)
        .group_by(_states.c.state)
    )
    return {row.state: row.n for row in session.connection().execute(query)}


def _insert(session: Session, table: Table) -> Any:
    make = sqlite.insert if session.connection().dialect.name == "sqlite" else postgresql.insert
    return make(table)
