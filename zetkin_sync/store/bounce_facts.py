"""What the pure packages are told of mails that did not arrive: who is not reached, cases, probes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select
from sqlmodel import Session, col
from sqlmodel import select as select_record

from zetkin_sync.language import from_json
from zetkin_sync.records import (
    Alert,
    Case,
    CaseOutcome,
    Email,
    EmailBlocked,
    EmailStats,
    MailboxCursor,
    Person,
    Probe,
    ProbeState,
    Reachability,
    WebhookEvent,
)
from zetkin_sync.records.facts import CaseFact, ReachFact, RegisterFact, RegisterRow

_people: Table = Person.__table__  # type: ignore[attr-defined]
_states: Table = Reachability.__table__  # type: ignore[attr-defined]
_cases: Table = Case.__table__  # type: ignore[attr-defined]
_alerts: Table = Alert.__table__  # type: ignore[attr-defined]
_probes: Table = Probe.__table__  # type: ignore[attr-defined]
_blocked: Table = EmailBlocked.__table__  # type: ignore[attr-defined]
_BEST = ("ok", "unknown", "doubtful", "complained", "unreachable")


def newest_email(session: Session, *, district: int) -> EmailStats | None:
    """What Zetkin itself says of the newest email of the district that has gone out: a check on our own count."""
    query = (
        select_record(EmailStats)
        .join(Email, (col(Email.id) == EmailStats.email) & (Email.organization == EmailStats.organization))
        .where(
            EmailStats.district == district,
            Email.district == district,
            Email.organization == district,
            col(Email.processed).is_not(None),
        )
        .order_by(col(Email.processed).desc())
    )
    return session.exec(query).first()


def load(session: Session, *, district: int, zone: ZoneInfo) -> dict[str, Any]:
    """`unreachable`, `reach`, `cases`, `blocked` and the register `probes`; empty when no source was ever read."""
    connection = session.connection()
    if not any(
        connection.execute(select(table.c.district).where(table.c.district == district).limit(1)).first()
        for table in (MailboxCursor.__table__, WebhookEvent.__table__)  # type: ignore[attr-defined]
    ):
        return {}
    cases = list(connection.execute(select(_cases).where(_cases.c.district == district)))
    working_on = {row.person: row for row in cases if row.closed is None}
    reach = _reach(session, district=district, working_on=working_on)
    return {
        "reach": reach,
        "unreachable": frozenset(p for p, row in working_on.items() if row.state == "unreachable"),
        "cases": tuple(
            CaseFact(
                unit=row.organization,
                opened=_day(row.opened, zone),
                closed=None if row.closed is None else _day(row.closed, zone),
                how=row.outcome,
            )
            for row in sorted(cases, key=lambda r: r.id)
            if row.outcome != CaseOutcome.WITHDRAWN
        ),
        "reach_alerts": tuple(
            from_json(row.what) for row in connection.execute(_open_alerts(district)) if row.what
        ),
        "blocked": frozenset(
            connection.scalars(select(_blocked.c.person).where(_blocked.c.district == district))
        ),
        "probes": _probed(session, district=district, zone=zone),
    }


def _open_alerts(district: int) -> Any:
    mine = (_alerts.c.district == district) & _alerts.c.closed.is_(None)
    return select(_alerts.c.what).where(mine).order_by(_alerts.c.count.desc(), _alerts.c.id)


def _reach(session: Session, *, district: int, working_on: dict[int, Any]) -> dict[int, ReachFact]:
    """What is known of each member, by the best of their addresses."""
    rows = session.connection().execute(
        select(_people.c.id, _states)
        .join(_states, (_states.c.district == _people.c.district) & (_states.c.address == _people.c.address))
        .where(_people.c.district == district)
    )
    best: dict[int, Any] = {}
    for row in rows:
        if row.id not in best or _BEST.index(row.state) < _BEST.index(best[row.id].state):
            best[row.id] = row
    return {
        person: ReachFact(
            person=person,
            state=row.state,
            reason=row.reason,
            status=row.status,
            last=row.last,
            open_case=person in working_on,
            unit=working_on[person].organization if person in working_on else None,
        )
        for person, row in sorted(best.items())
    }


def _probed(session: Session, *, district: int, zone: ZoneInfo) -> RegisterFact | None:
    """The newest probe of each public address, as rows of a register; those not yet due are left out."""
    rows = list(
        session.connection().execute(
            select(_probes).where(_probes.c.district == district).order_by(_probes.c.id)
        )
    )
    done = [row for row in rows if row.state != ProbeState.SENT]
    if not done:
        return None
    newest = {row.target: row for row in done}
    return RegisterFact(
        name="probes",
        read=max(row.answered or row.sent for row in done),
        rows=tuple(
            RegisterRow(
                key=str(row.id),
                unit=row.unit,
                day=_day(row.sent, zone),
                values={
                    "delivered": row.state == ProbeState.ARRIVED,
                    "side": "district" if row.unit == district else "association",
                },
            )
            for row in newest.values()
        ),
    )


def _day(moment: datetime, zone: ZoneInfo) -> Any:
    return moment.astimezone(zone).date()
