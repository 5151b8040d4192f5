"""Sightings into the store, and the states that follow from everything that is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from zetkin_sync.bounces.proof import Proof
from zetkin_sync.bounces.reachability import Evidence, Judgement, State, frozen_waves, judge
from zetkin_sync.bounces.tokens import utc_day
from zetkin_sync.bounces.verdict import Kind, Reason
from zetkin_sync.intake.sightings import Rules, Sighting, Taken
from zetkin_sync.store import bounces as stored
from zetkin_sync.store import cases as stored_cases
from zetkin_sync.store import mailings
from zetkin_sync.store.engine import Session


def put(session: Session, sightings: Collection[Sighting], *, rules: Rules, now: datetime) -> Counter[str]:
    """Store what is about members. Returns how many were new, known before, about nobody, and to judge."""
    wanted = {h for s in sightings for h in s.hashes}
    owners = stored.people_by_address(session, district=rules.district, addresses=wanted)
    counts: Counter[str] = Counter()
    rows: list[dict[str, Any]] = []
    arrivals: list[tuple[bytes, date, str]] = []
    arrived: Counter[str] = Counter()
    prefixes: dict[bytes, bytes | None] = {}
    for sighting in sightings:
        address = _whose(session, sighting, owners, prefixes, rules)
        if sighting.arrived and sighting.delivery is not None:
            arrived[sighting.delivery] += 1
        if address is None:
            counts["unmatched"] += 1
        elif sighting.arrived:
            arrivals.append((address, sighting.day, str(sighting.proof)))
        else:
            rows.append(_row(sighting, address, owners.get(address, set()), rules))
    if rows:
        new = stored.add_events(session, rows)
        counts["new"] += len(new)
        counts["known_before"] += len(rows) - len(new)
        counts["to_judge"] += len(new)
    if arrivals:
        stored.add_arrivals(session, district=rules.district, rows=arrivals, now=now)
        reported = stored.has_events(session, district=rules.district, addresses={a for a, _, _ in arrivals})
        counts["to_judge"] += len(reported)
    if arrived:
        stored.count_arrivals(session, district=rules.district, arrived=arrived, day=utc_day(now))
    return counts


def _whose(
    session: Session,
    sighting: Sighting,
    owners: dict[bytes, set[int]],
    prefixes: dict[bytes, bytes | None],
    rules: Rules,
) -> bytes | None:
    """The address hash that a sighting is about: the token's member, else the first candidate that a member has."""
    if sighting.prefix is not None:
        if sighting.prefix not in prefixes:
            found = stored.address_by_prefix(session, district=rules.district, prefix=sighting.prefix)
            prefixes[sighting.prefix] = found
            if found is not None:
                owners.update(stored.people_by_address(session, district=rules.district, addresses=[found]))
        return prefixes[sighting.prefix]
    return next((h for h in sighting.hashes if h in owners), None)


def _row(sighting: Sighting, address: bytes, people: set[int], rules: Rules) -> dict[str, Any]:
    return {
        "district": rules.district,
        "key": sighting.key,
        "address": address,
        "person": next(iter(people)) if len(people) == 1 else None,
        "day": sighting.day,
        "source": sighting.source,
        "proof": str(sighting.proof),
        "kind": str(sighting.kind),
        "reason": str(sighting.reason),
        "status": sighting.status,
        "delivery": sighting.delivery,
        "provider": sighting.provider,
    }


def rejudge(session: Session, *, rules: Rules, now: datetime) -> tuple[Counter[str], frozenset[str]]:
    """Bring every address's state to what its evidence says now. Returns changes by state and the frozen waves."""
    today = utc_day(now)
    since = today - timedelta(days=rules.thresholds.evidence_days)
    events = stored.events_since(session, district=rules.district, since=since)
    known = stored.states_to_judge(session, district=rules.district, since=since)
    evidence = {address: [evidence_of(row) for row in rows] for address, rows in events.items()}
    for address, state in known.items():
        if state.arrived is not None:
            proof = Proof(state.arrived_proof or Proof.PROVIDER)
            success = Evidence(day=state.arrived, proof=proof, kind=Kind.NONE, arrived=True)
            evidence.setdefault(address, []).append(success)
    arrived = stored.arrived_by_delivery(session, district=rules.district)
    frozen = frozen_waves(evidence, thresholds=rules.thresholds, arrived=arrived)
    changes: Counter[str] = Counter()
    judged: dict[bytes, Judgement] = {}
    for address in evidence.keys() | known.keys():
        found = judge(evidence.get(address, ()), today=today, thresholds=rules.thresholds, frozen=frozen)
        old = known.get(address)
        if _differs(old, found):
            judged[address] = found
            if old is None or old.state != found.state:
                changes[str(found.state)] += 1
    owners = stored.people_by_address(session, district=rules.district, addresses=judged)
    stored.write_states(
        session,
        {a: _state(j, people=len(owners.get(a, ()))) for a, j in judged.items()},
        district=rules.district,
        known=known,
        now=now,
    )
    return changes, frozen


def evidence_of(row: Any) -> Evidence:
    """A stored report as evidence."""
    return Evidence(
        day=row.day,
        proof=Proof(row.proof),
        kind=Kind(row.kind),
        reason=Reason(row.reason),
        status=row.status,
        delivery=row.delivery,
    )


def _differs(old: Any, found: Judgement) -> bool:
    if old is None:
        return found.state is not State.UNKNOWN
    same = (old.state, old.reason, old.status, old.first, old.last, old.evidence)
    return same != (found.state, found.reason, found.status, found.first, found.last, len(found.evidence))


def _state(judged: Judgement, *, people: int) -> dict[str, Any]:
    return {
        "state": str(judged.state),
        "reason": None if judged.reason is None else str(judged.reason),
        "status": judged.status,
        "first": judged.first,
        "last": judged.last,
        "evidence": len(judged.evidence),
        "people": people,
    }


def answer_probes(session: Session, taken: Taken, *, rules: Rules, now: datetime) -> int:
    """Note the probes that a mail answered."""
    return stored_cases.answer_probes(session, taken.probes, district=rules.district, now=now)


def note_returned(session: Session, taken: Taken, *, rules: Rules, now: datetime) -> int:
    """Note the status mails of ours that came back."""
    return mailings.came_back(session, taken.status_mails, district=rules.district, at=now)
