"""What the evidence about an address adds up to: ok, doubtful, unreachable, complained, or unknown.

A pure function of the evidence, whatever its order. Evidence without proof is never scored; what lies on our
side or on the way never counts against an address; what failed while a delivery went wrong on our side is
left out whole, for blaming a member for our own mistake is the worst that could happen here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from zetkin_sync.bounces.proof import Proof
from zetkin_sync.bounces.thresholds import Thresholds
from zetkin_sync.bounces.verdict import Kind, Reason, Side


class State(StrEnum):
    """Can an address be reached, as far as is known?"""

    OK = "ok"
    DOUBTFUL = "doubtful"
    UNREACHABLE = "unreachable"
    COMPLAINED = "complained"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One thing that is known about an address.

    `arrived` is a proven delivery. `day` is the UTC day it happened. `delivery` names the mailing it belongs
    to, where that is known.
    """

    day: date
    proof: Proof
    kind: Kind
    reason: Reason = Reason.UNDETERMINED
    status: str | None = None
    delivery: str | None = None
    arrived: bool = False

    @property
    def side(self) -> Side:
        return self.reason.side

    @property
    def wave(self) -> str:
        """What is judged together: the delivery, or everything of that day."""
        return self.delivery or f"day:{self.day.isoformat()}"

    @property
    def failed(self) -> bool:
        return self.kind.failed and not self.arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The state of an address with what it stands on: the scored evidence, oldest first."""

    state: State
    reason: Reason | None = None
    status: str | None = None
    first: date | None = None
    last: date | None = None
    evidence: tuple[Evidence, ...] = ()


NOTHING_KNOWN = Judgement(state=State.UNKNOWN)


def judge(
    evidence: Iterable[Evidence],
    *,
    today: date,
    thresholds: Thresholds,
    frozen: frozenset[str] = frozenset(),
) -> Judgement:
    """The state of one address. `frozen` are the waves that failed on our side (`frozen_waves`)."""
    oldest = today - timedelta(days=thresholds.evidence_days)
    counted = [
        e for e in evidence if e.proof is not Proof.NONE and oldest <= e.day <= today + timedelta(days=1)
    ]
    complaint = _complaint(counted, thresholds)
    arrived = max((e.day for e in counted if e.arrived), default=None)
    scored = sorted(
        (
            e
            for e in counted
            if e.failed
            and e.side in (Side.ADDRESS, Side.MAILBOX)
            and e.wave not in frozen
            and (arrived is None or e.day > arrived)
        ),
        key=_order,
    )
    judged = complaint if complaint and complaint.state is State.COMPLAINED else _failures(scored, thresholds)
    if judged is not None:
        return judged
    if complaint is not None:
        return complaint
    if arrived is not None:
        return Judgement(state=State.OK, first=arrived, last=arrived)
    return NOTHING_KNOWN


def _failures(scored: list[Evidence], thresholds: Thresholds) -> Judgement | None:
    if not scored:
        return None
    dead = [e for e in scored if e.side is Side.ADDRESS and e.kind is Kind.HARD]
    if any(e.proof.is_strong and e.status in thresholds.one_strike_codes for e in dead):
        return _judgement(State.UNREACHABLE, dead)
    if _spread(dead, least=thresholds.address_days, apart=thresholds.address_apart, by_day=True):
        return _judgement(State.UNREACHABLE, dead)
    mailbox = [e for e in scored if e.side is Side.MAILBOX]
    if _spread(mailbox, least=thresholds.mailbox_deliveries, apart=thresholds.mailbox_span, by_day=False):
        return _judgement(State.UNREACHABLE, mailbox)
    return _judgement(State.DOUBTFUL, dead or scored)


def _complaint(counted: list[Evidence], thresholds: Thresholds) -> Judgement | None:
    """A complaint stays one even when a later mail arrives. Unproven ones need a second day, like a bounce."""
    complaints = sorted(
        (e for e in counted if e.kind is Kind.COMPLAINT and e.reason is Reason.COMPLAINT), key=_order
    )
    if not complaints:
        return None
    sure = any(e.proof.is_strong for e in complaints) or _spread(
        complaints, least=thresholds.address_days, apart=thresholds.address_apart, by_day=True
    )
    return _judgement(State.COMPLAINED if sure else State.DOUBTFUL, complaints)


def _spread(evidence: list[Evidence], *, least: int, apart: int, by_day: bool) -> bool:
    """Is it seen often enough over long enough? One day counts once, whatever came in on it."""
    days = sorted({e.day for e in evidence})
    if not days or (days[-1] - days[0]).days < apart:
        return False
    seen = len(days) if by_day else min(len(days), len({e.wave for e in evidence}))
    return seen >= least


def _judgement(state: State, evidence: list[Evidence]) -> Judgement:
    last = evidence[-1]
    return Judgement(
        state=state,
        reason=last.reason,
        status=last.status,
        first=evidence[0].day,
        last=last.day,
        evidence=tuple(evidence),
    )


def _order(e: Evidence) -> tuple[date, str, str, str, str]:
    return (e.day, str(e.reason), e.status or "", str(e.proof), e.delivery or "")


def frozen_waves(
    evidence: Mapping[bytes, Iterable[Evidence]],
    *,
    thresholds: Thresholds,
    arrived: Mapping[str, int] | None = None,
) -> frozenset[str]:
    """The waves in which too many addresses failed the same way on our side.

    `evidence` by address. A delivery went to as many as it provably arrived at (`arrived`) and as many more as
    reports came about.
    """
    seen: dict[str, set[bytes]] = defaultdict(set)
    ours: dict[tuple[str, Reason], set[bytes]] = defaultdict(set)
    for address, each in evidence.items():
        for e in each:
            if e.proof is Proof.NONE or e.arrived:
                continue
            seen[e.wave].add(address)
            if e.failed and e.side is Side.OURS:
                ours[e.wave, e.reason].add(address)
    return frozenset(
        wave
        for (wave, _), failed in ours.items()
        if len(failed) >= thresholds.freeze_least
        and len(failed) > thresholds.freeze_share * ((arrived or {}).get(wave, 0) + len(seen[wave]))
    )
