"""Cases, alerts and probes: what people do something about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import Message, say, to_json
from zetkin_sync.records import Alert, Case, CaseOutcome, Person, Probe, ProbeState
from zetkin_sync.store.engine import Store


@dataclass(frozen=True, slots=True)
class Raised:
    """Something to be told: what it is about, the sentence, how many addresses."""

    kind: str
    subject: str
    what: Message
    count: int


def members(session: Session, *, district: int) -> dict[int, tuple[set[int], set[bytes]]]:
    """Every member with the organizations that list them and the addresses that those have."""
    table: Table = Person.__table__  # type: ignore[attr-defined]
    found: dict[int, tuple[set[int], set[bytes]]] = {}
    columns = (table.c.id, table.c.organization, table.c.address)
    for person, organization, address in session.connection().execute(
        sql_select(*columns).where(table.c.district == district)
    ):
        organizations, addresses = found.setdefault(person, (set(), set()))
        organizations.add(organization)
        if address is not None:
            addresses.add(bytes(address))
    return found


def cases(session: Session, *, district: int, opened_only: bool = False) -> list[Case]:
    """A district's cases, oldest first."""
    query = select(Case).where(Case.district == district).order_by(col(Case.id))
    if opened_only:
        query = query.where(col(Case.closed).is_(None))
    return list(session.exec(query).all())


def open_case(session: Session, *, now: datetime, **values: Any) -> Case:
    """Open a case; the caller has seen that this person has none."""
    found = Case(opened=now, **values)
    session.add(found)
    return found


def close_case(
    session: Session, case: Case, *, outcome: CaseOutcome, now: datetime, by: str | None = None
) -> None:
    case.closed, case.outcome, case.closed_by = now, str(outcome), by
    session.add(case)


def agree_other_channel(store: Store, *, district: int, case: int, who: str, now: datetime) -> None:
    """A person says that the member is reached in another way. Raises NeedsHuman when there is no such open case."""
    with store.writing() as session:
        found = session.get(Case, case)
        if found is None or found.district != district or found.closed is not None:
            raise NeedsHuman(
                say("Case {case} is not open.", case=str(case)), say("Look at the list of cases.")
            )
        close_case(session, found, outcome=CaseOutcome.OTHER_CHANNEL, now=now, by=who)


def alerts(session: Session, *, district: int, opened_only: bool = True) -> list[Alert]:
    """What the office is told of, newest first."""
    query = select(Alert).where(Alert.district == district).order_by(col(Alert.id).desc())
    if opened_only:
        query = query.where(col(Alert.closed).is_(None))
    return list(session.exec(query).all())


def keep_alerts(
    session: Session, raised: Iterable[Raised], *, district: int, kinds: Iterable[str], now: datetime
) -> tuple[int, int]:
    """Bring the open alerts of some kinds to what is seen now. Returns how many were opened and closed."""
    wanted = {(r.kind, r.subject): r for r in raised}
    watched = set(kinds)
    opened = closed = 0
    for alert in alerts(session, district=district):
        if alert.kind not in watched:
            continue
        seen = wanted.pop((alert.kind, alert.subject), None)
        if seen is None:
            alert.closed = now
            closed += 1
        else:
            alert.what, alert.count, alert.seen = to_json(seen.what), seen.count, now
        session.add(alert)
    for new in wanted.values():
        opened += 1
        session.add(
            Alert(
                district=district,
                kind=new.kind,
                subject=new.subject,
                what=to_json(new.what),
                count=new.count,
                opened=now,
                seen=now,
            )
        )
    return opened, closed


def probes(session: Session, *, district: int, state: ProbeState | None = None) -> list[Probe]:
    """Probes, newest first."""
    query = select(Probe).where(Probe.district == district).order_by(col(Probe.id).desc())
    if state is not None:
        query = query.where(Probe.state == str(state))
    return list(session.exec(query).all())


def begin_probe(store: Store, probe: Probe) -> int | None:
    """Reserve this week's probe of one address. None when it was sent before."""
    with store.writing() as session:
        found = session.exec(
            select(Probe).where(
                Probe.district == probe.district, Probe.slot == probe.slot, Probe.target == probe.target
            )
        ).one_or_none()
        if found is not None:
            return None
        session.add(probe)
        session.flush()
        return probe.id


def drop_probe(store: Store, probe: int) -> None:
    """Give a reservation back: the probe provably did not leave."""
    with store.writing() as session:
        session.delete(session.get_one(Probe, probe))


def answer_probes(
    session: Session,
    answers: Mapping[int, tuple[ProbeState, str | None, str | None]],
    *,
    district: int,
    now: datetime,
) -> int:
    """Note what became of probes: state, reason, status by probe. One that came back stays returned."""
    changed = 0
    for number, (state, reason, status) in answers.items():
        probe = session.get(Probe, number)
        if probe is None or probe.district != district or probe.state == ProbeState.RETURNED:
            continue
        if probe.state == ProbeState.ARRIVED and state is not ProbeState.RETURNED:
            continue
        probe.state, probe.reason, probe.status, probe.answered = str(state), reason, status, now
        session.add(probe)
        changed += 1
    return changed
