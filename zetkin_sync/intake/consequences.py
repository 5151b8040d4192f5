"""What follows from everything that is stored: states, cases of associations, silent probes, alerts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from zetkin_sync.bounces.alerts import RECENT, Refusal, refused
from zetkin_sync.bounces.cases import CasePlan, Known, Member, OpenCase, plan_cases
from zetkin_sync.bounces.proof import Proof
from zetkin_sync.bounces.reachability import State
from zetkin_sync.bounces.tokens import utc_day
from zetkin_sync.bounces.verdict import Reason
from zetkin_sync.configuration import Configuration
from zetkin_sync.intake.sightings import Rules
from zetkin_sync.intake.storing import evidence_of, rejudge
from zetkin_sync.language import from_json, say, say_n
from zetkin_sync.privacy import address_hash
from zetkin_sync.records import AlertKind, CaseOutcome, Probe, ProbeState
from zetkin_sync.store import bounces as stored
from zetkin_sync.store import cases as stored_cases
from zetkin_sync.store.cases import Raised
from zetkin_sync.store.engine import Session

_HOME = {"geographic": 0, "branch": 1, "network": 2, "committee": 3, "other": 4, "district": 9}


def conclude(session: Session, configuration: Configuration, *, rules: Rules, now: datetime) -> Counter[str]:
    """States, cases, probes and alerts as they follow from everything that is stored now."""
    oldest = utc_day(now) - timedelta(days=rules.thresholds.evidence_days)
    stored.forget_old_arrivals(session, district=rules.district, before=oldest)
    changes, frozen = rejudge(session, rules=rules, now=now)
    counts: Counter[str] = Counter({f"now_{state}": n for state, n in changes.items()})
    plan = _plan_cases(session, configuration, rules)
    counts += _keep_cases(session, plan, rules=rules, now=now)
    recent = stored.events_since(session, district=rules.district, since=utc_day(now) - RECENT)
    raised = [
        *_refusals(recent, rules=rules, now=now),
        *(
            Raised(AlertKind.FROZEN, wave, say("A delivery failed on our side; it counts against nobody."), 1)
            for wave in sorted(frozen & {evidence_of(row).wave for rows in recent.values() for row in rows})
        ),
        *_silent_probes(session, configuration, rules=rules, now=now),
        *_shared(plan),
        *_unreadable(session, rules=rules, now=now),
    ]
    kinds = [str(kind) for kind in AlertKind]
    opened, closed = stored_cases.keep_alerts(session, raised, district=rules.district, kinds=kinds, now=now)
    counts.update(alerts_opened=opened, alerts_closed=closed, alerts=len(raised), frozen=len(frozen))
    return counts


def _plan_cases(session: Session, configuration: Configuration, rules: Rules) -> CasePlan:
    known = stored.states(session, district=rules.district)
    every = stored_cases.cases(session, district=rules.district)
    return plan_cases(
        (
            Member(person, tuple(sorted(organizations)), frozenset(addresses))
            for person, (organizations, addresses) in stored_cases.members(
                session, district=rules.district
            ).items()
        ),
        {a: Known(State(s.state), s.reason or str(Reason.UNDETERMINED), s.status) for a, s in known.items()},
        open_cases=[OpenCase(c.id or 0, c.person, c.address) for c in every if c.closed is None],
        settled={(c.person, c.address) for c in every if c.outcome == CaseOutcome.OTHER_CHANNEL},
        home={a: _HOME.get(kind, 5) for a, kind in configuration.kinds.items()},
    )


def _keep_cases(session: Session, plan: CasePlan, *, rules: Rules, now: datetime) -> Counter[str]:
    counts: Counter[str] = Counter()
    for case in stored_cases.cases(session, district=rules.district, opened_only=True):
        outcome = plan.closings.get(case.id or 0)
        if outcome is not None:
            stored_cases.close_case(session, case, outcome=outcome, now=now)
            counts["cases_closed"] += 1
            counts["restored"] += outcome.restored
    session.flush()  # a member's old case is closed before a new one is opened
    for opening in plan.openings:
        stored_cases.open_case(
            session,
            now=now,
            district=rules.district,
            organization=opening.organization,
            person=opening.person,
            address=opening.address,
            state=str(opening.known.state),
            reason=opening.known.reason,
            status=opening.known.status,
        )
        counts["cases_opened"] += 1
    session.flush()
    return counts


def _refusals(recent: Mapping[bytes, list[Any]], *, rules: Rules, now: datetime) -> list[Raised]:
    found = (
        Refusal(address, row.day, Proof(row.proof), Reason(row.reason), row.provider)
        for address, rows in recent.items()
        for row in rows
    )
    return [
        Raised(AlertKind.REFUSED, each.subject, each.what, each.count)
        for each in refused(found, today=utc_day(now), thresholds=rules.thresholds)
    ]


def _silent_probes(
    session: Session, configuration: Configuration, *, rules: Rules, now: datetime
) -> list[Raised]:
    """Public addresses whose newest probe that is decided came back, or did not arrive in its time."""
    wanted = configuration.bounces.probe
    ours = {address_hash(rules.keys[0], a.address): a for a in wanted.addresses}
    decided: dict[bytes, Probe] = {}
    for probe in stored_cases.probes(session, district=rules.district):
        address = ours.get(probe.target)
        if address is None:
            continue
        overdue = now - probe.sent > timedelta(hours=wanted.hours)
        if probe.state == ProbeState.SENT and overdue and address.to_test_mailbox:
            probe.state, probe.answered = ProbeState.MISSING, now
            session.add(probe)
        if probe.state != ProbeState.SENT:
            decided.setdefault(probe.target, probe)
    raised = []
    for target, probe in decided.items():
        unit = ours[target].unit or configuration.district.title
        if probe.state == ProbeState.RETURNED:
            reason = Reason(probe.reason or Reason.UNDETERMINED).sentence
            what = say("A mail to the public address of {unit} came back: {reason}", unit=unit, reason=reason)
        elif probe.state == ProbeState.MISSING:
            what = say("A mail to the public address of {unit} did not arrive.", unit=unit)
        else:
            continue
        raised.append(Raised(AlertKind.PROBE, target.hex()[:16], what, 1))
    return raised


def _shared(plan: CasePlan) -> list[Raised]:
    if not plan.shared:
        return []
    n = len(plan.shared)
    what = say_n(
        "{n} failing address belongs to several members; a person must see whose it is.",
        "{n} failing addresses belong to several members; a person must see whose they are.",
        n=n,
    )
    return [Raised(AlertKind.SHARED, "addresses", what, n)]


def _unreadable(session: Session, *, rules: Rules, now: datetime) -> list[Raised]:
    recent = [m for m in stored.mails_set_aside(session, district=rules.district) if now - m.at <= RECENT]
    if not recent:
        return []
    what = say_n(
        "{n} mail in the bounce mailbox could not be read: {why}",
        "{n} mails in the bounce mailbox could not be read; the newest: {why}",
        n=len(recent),
        why=from_json(recent[0].why),
    )
    return [Raised(AlertKind.UNREADABLE, "mails", what, len(recent))]
