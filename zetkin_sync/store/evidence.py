"""What happened since an instant, as numbers: runs, messages, mails, decisions. No row names a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import SQLModel

from zetkin_sync.store.engine import Store

_tables = SQLModel.metadata.tables
Rows = list[dict[str, Any]]


def _read(store: Store, query: Any) -> Rows:
    with store.reading() as session:
        return [dict(row) for row in session.connection().execute(query).mappings()]


def runs(store: Store, *, district: int, since: datetime) -> Rows:
    """The runs that were due since then."""
    run = _tables["run"]
    columns = (
        run.c.id,
        run.c.job,
        run.c.slot,
        run.c.asked_by,
        run.c.state,
        run.c.started,
        run.c.finished,
        run.c.counts,
    )
    return _read(
        store, select(*columns).where(run.c.district == district, run.c.due >= since).order_by(run.c.id)
    )


def sends(store: Store, *, district: int, since: datetime) -> Rows:
    """Effects in Zetkin that moved since then, and how many people each message was for."""
    intent, asked = _tables["intent"], _tables["asked"]
    people = select(func.count()).where(asked.c.intent == intent.c.id).scalar_subquery().label("people")
    columns = (
        intent.c.id,
        intent.c.plan,
        intent.c.verb,
        intent.c.organization,
        intent.c.state,
        intent.c.updated,
        people,
    )
    where = (intent.c.district == district, intent.c.updated >= since)
    return _read(store, select(*columns).where(*where).order_by(intent.c.id))


def mails(store: Store, *, district: int, since: datetime) -> Rows:
    """Status mails since then, by role and not by address."""
    mail = _tables["mailing"]
    columns = (mail.c.id, mail.c.kind, mail.c.slot, mail.c.role, mail.c.unit, mail.c.state, mail.c.at)
    return _read(
        store, select(*columns).where(mail.c.district == district, mail.c.at >= since).order_by(mail.c.id)
    )


def decisions(store: Store, *, district: int, since: datetime) -> Rows:
    """Who approved or rejected which proposal since then."""
    made = _tables["approval"]
    columns = (made.c.plan, made.c.fingerprint, made.c.who, made.c.verdict, made.c.at)
    return _read(
        store, select(*columns).where(made.c.district == district, made.c.at >= since).order_by(made.c.id)
    )
