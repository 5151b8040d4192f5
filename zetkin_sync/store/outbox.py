"""The outbox: one row for each effect, moved step by step, each move committed before the wire is touched."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, and_, func, or_, update
from sqlmodel import col, select

from zetkin_sync.language import Message, to_json
from zetkin_sync.records import OPEN_INTENTS, Approval, Intent, IntentState
from zetkin_sync.store.engine import Store

_intents: Table = Intent.__table__  # type: ignore[attr-defined]


def open_intents(store: Store, *, plan: int) -> list[Intent]:
    """What of a plan is not finished, in order."""
    query = (
        select(Intent)
        .where(Intent.plan == plan, col(Intent.state).in_(OPEN_INTENTS))
        .order_by(col(Intent.position))
    )
    with store.reading() as session:
        return list(session.exec(query).all())


def open_of_district(store: Store, *, district: int) -> list[Intent]:
    """What is not finished in a district, in the order of its plans."""
    query = (
        select(Intent)
        .where(Intent.district == district, col(Intent.state).in_(OPEN_INTENTS))
        .order_by(col(Intent.plan), col(Intent.position))
    )
    with store.reading() as session:
        return list(session.exec(query).all())


def scheduled(store: Store, *, district: int) -> list[Intent]:
    """What Zetkin is to send at a fixed time and can still be taken back."""
    query = select(Intent).where(Intent.district == district, Intent.state == IntentState.SCHEDULED)
    with store.reading() as session:
        return list(session.exec(query.order_by(col(Intent.id))).all())


def perhaps_scheduled(store: Store, *, district: int, plan: int | None = None) -> list[Intent]:
    """What Zetkin is to send, or may be: the request that fixed the time may have arrived without our knowing."""
    given_up = and_(col(Intent.state) == IntentState.PARKED, col(Intent.publish_at) > store.now())
    query = select(Intent).where(
        Intent.district == district,
        or_(
            col(Intent.state) == IntentState.SCHEDULED,
            and_(
                or_(col(Intent.state).in_(OPEN_INTENTS), given_up), col(Intent.facts).contains('"publish_at"')
            ),
        ),
    )
    if plan is not None:
        query = query.where(Intent.plan == plan)
    with store.reading() as session:
        return list(session.exec(query.order_by(col(Intent.id))).all())


def intents_of(store: Store, *, plan: int) -> list[Intent]:
    """Everything of a plan, in order."""
    with store.reading() as session:
        return list(
            session.exec(select(Intent).where(Intent.plan == plan).order_by(col(Intent.position))).all()
        )


def intent(store: Store, row: int) -> Intent:
    """One effect as it stands now."""
    with store.reading() as session:
        return session.exec(select(Intent).where(Intent.id == row)).one()


def move(store: Store, row: int, *, at: datetime, why: Message | None = None, **values: Any) -> None:
    """Change where an effect stands; `facts`, `before` and `after` are given as plain values.

    `publish_at` is an instant in ISO form, or none.
    """
    if values.get("publish_at") is not None:
        values["publish_at"] = datetime.fromisoformat(values["publish_at"])
    for name in ("facts", "before", "after"):
        if name in values and values[name] is not None:
            values[name] = json.dumps(values[name], ensure_ascii=False)
    if why is not None:
        values["why"] = to_json(why)
    with store.writing() as session:
        session.connection().execute(
            update(_intents).where(_intents.c.id == row).values(updated=at, **values)
        )


def count(store: Store, *, district: int, states: Sequence[IntentState]) -> int:
    """How many effects of a district are in these states."""
    query = (
        select(func.count())
        .select_from(Intent)
        .where(Intent.district == district, col(Intent.state).in_(states))
    )
    with store.reading() as session:
        return int(session.exec(query).one())


def plans_moved(store: Store, *, district: int, first: datetime, last: datetime | None) -> list[int]:
    """The plans approved by then of which something was done since `first`, newest first."""
    query = (
        select(Intent.plan)
        .where(
            Intent.district == district, col(Intent.updated) >= first, Intent.state != IntentState.CANCELLED
        )
        .distinct()
    )
    if last is not None:
        approved = select(Approval.plan).where(Approval.at <= last)
        query = query.where(col(Intent.plan).in_(approved))
    with store.reading() as session:
        return sorted(session.exec(query).all(), reverse=True)
