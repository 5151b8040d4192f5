"""What people have said about goals: added, never changed."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session, col, select

from zetkin_sync.records import Attestation
from zetkin_sync.store.engine import Store


def add(
    session: Session,
    *,
    district: int,
    goal: str,
    unit: int,
    verdict: str,
    on: date,
    who: str,
    at: datetime,
    link: str | None = None,
    expires: date | None = None,
) -> Attestation:
    """Take down an answer; `goals.attestations.refused` says beforehand whether it can be taken."""
    said = Attestation(
        district=district,
        goal=goal,
        unit=unit,
        verdict=verdict,
        about=on,
        link=link,
        expires=expires,
        who=who,
        at=at,
    )
    session.add(said)
    session.flush()
    return said


def history(store: Store, *, district: int, goal: str | None = None) -> list[Attestation]:
    """Everything that was said, the newest first."""
    query = select(Attestation).where(Attestation.district == district)
    if goal is not None:
        query = query.where(Attestation.goal == goal)
    with store.reading() as session:
        return list(
            session.exec(query.order_by(col(Attestation.at).desc(), col(Attestation.id).desc())).all()
        )
