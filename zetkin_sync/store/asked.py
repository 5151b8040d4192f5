"""Who was asked to what, and how often: reserved with the approval, counted across all callouts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, insert, select, text, update
from sqlmodel import Session

from zetkin_sync.errors import UnsafePlan
from zetkin_sync.language import Message, say, to_json
from zetkin_sync.records import Asked, Intent, IntentState
from zetkin_sync.records.facts import AskedFact
from zetkin_sync.store.engine import Store

_asked: Table = Asked.__table__  # type: ignore[attr-defined]
_intents: Table = Intent.__table__  # type: ignore[attr-defined]
_BATCH = 500
_ONE_BY_ONE = 7_260_601  # of the lock under which approvals are counted


def reserve(
    session: Session,
    rows: Sequence[Mapping[str, Any]],
    *,
    district: int,
    plan: int,
    at: datetime,
    cap: int | None,
    days: int,
    volume: Sequence[tuple[int, int]] = (),
) -> None:
    """Write who is asked by a plan's messages, in the transaction that approves it.

    `rows` name the intent's key, the person, the events and the chance. Raises UnsafePlan when anybody would
    get more than `cap` messages in `days` days, or everybody together more than a `volume` (messages, hours) allows
    in this installation; then nothing of the approval stands.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":  # two approvals at once count one after the other
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_BY_ONE})
    found = connection.execute(select(_intents.c.key, _intents.c.id).where(_intents.c.plan == plan))
    by_key = {row.key: row.id for row in found}
    if rows:
        connection.execute(
            insert(_asked),
            [
                {
                    "intent": by_key[row["key"]],
                    "person": row["person"],
                    "district": district,
                    "at": at,
                    "events": json.dumps(row["events"]),
                    "chance": row.get("chance"),
                }
                for row in rows
            ],
        )
    for most, hours in volume:
        sent = _together(session, since=at - timedelta(hours=hours))
        if rows and sent > most:
            raise UnsafePlan(
                say(
                    "There would be {n} messages in {hours} hours; at most {most} are allowed.",
                    n=sent,
                    hours=hours,
                    most=most,
                ),
                say("Decide again later, or reject this proposal."),
            )
    if cap is None:
        return
    over = _over(
        session, {row["person"] for row in rows}, district=district, since=at - timedelta(days=days), cap=cap
    )
    if over:
        raise UnsafePlan(
            say(
                "{n} people would get more than {cap} messages in {days} days.",
                n=len(over),
                cap=cap,
                days=days,
            ),
            say("Reject this proposal; the next one counts what has been approved meanwhile."),
        )


def _over(session: Session, people: set[int], *, district: int, since: datetime, cap: int) -> list[int]:
    found: list[int] = []
    ordered = sorted(people)
    for start in range(0, len(ordered), _BATCH):
        query = (
            select(_asked.c.person)
            .join(_intents, _intents.c.id == _asked.c.intent)
            .where(
                *_counts(district), _asked.c.person.in_(ordered[start : start + _BATCH]), _asked.c.at > since
            )
            .group_by(_asked.c.person)
            .having(func.count() > cap)
        )
        found.extend(session.connection().execute(query).scalars())
    return found


def _together(session: Session, *, since: datetime) -> int:
    """How many messages have been decided on since then, in all districts of the installation."""
    query = (
        select(func.count())
        .select_from(_asked.join(_intents, _intents.c.id == _asked.c.intent))
        .where(*_counts(None), _asked.c.at > since)
    )
    return int(session.connection().execute(query).scalar_one())


def _counts(district: int | None) -> list[Any]:
    """What counts against a cap: everything but what provably was not sent."""
    return [
        *([] if district is None else [_asked.c.district == district]),
        _asked.c.dropped.is_(None),
        _intents.c.state != IntentState.CANCELLED,
    ]


def drop(store: Store, *, intent: int, person: int, why: Message) -> None:
    """Somebody is left out of a message before it is sent."""
    with store.writing() as session:
        session.connection().execute(
            update(_asked)
            .where(_asked.c.intent == intent, _asked.c.person == person)
            .values(dropped=to_json(why))
        )


def asked_since(store: Store, *, district: int, since: datetime) -> tuple[AskedFact, ...]:
    """Everybody who was asked since an instant, with what became of the message."""
    query = (
        select(
            _asked.c.person,
            _asked.c.at,
            _asked.c.intent,
            _asked.c.events,
            _asked.c.chance,
            _asked.c.dropped,
            _intents.c.plan,
            _intents.c.state,
        )
        .join(_intents, _intents.c.id == _asked.c.intent)
        .where(_asked.c.district == district, _asked.c.at > since)
        .order_by(_asked.c.at, _asked.c.intent, _asked.c.person)
    )
    with store.reading() as session:
        return tuple(
            AskedFact(
                person=row.person,
                at=row.at,
                message=row.intent,
                plan=row.plan,
                events=tuple(json.loads(row.events)),
                chance=row.chance,
                state=row.state,
                dropped=row.dropped is not None,
            )
            for row in session.connection().execute(query)
        )
