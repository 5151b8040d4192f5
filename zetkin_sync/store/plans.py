"""Proposed plans and the decisions about them.

At most one plan of an action waits for a decision; a newer, different one supersedes it. A decision is
about one fingerprint and is refused when the plan is stale, expired or decided. Approval writes the outbox
in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, func, insert, update
from sqlmodel import Session, col, select

from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import say
from zetkin_sync.records import OPEN_INTENTS, Approval, Intent, IntentState, PlanState, StoredPlan
from zetkin_sync.store import asked
from zetkin_sync.store.engine import Store

_intents: Table = Intent.__table__  # type: ignore[attr-defined]
POLICY = "policy"  # who approved when the action's rule needs nobody


def propose(session: Session, plan: StoredPlan) -> tuple[int | None, bool]:
    """Put a plan up for decision. Returns the standing plan's id and whether it is new.

    An empty plan withdraws a waiting one. A plan with the fingerprint of the waiting one changes nothing, so
    that a link in a mail stays good. While an approved plan is being carried out no other is put up.
    """
    standing = session.exec(
        select(StoredPlan).where(
            StoredPlan.district == plan.district,
            StoredPlan.action == plan.action,
            col(StoredPlan.state).in_((PlanState.PROPOSED, PlanState.APPROVED, PlanState.REFUSED)),
        )
    ).all()
    for old in standing:
        if old.state != PlanState.APPROVED and old.expires <= plan.created:
            old.state = PlanState.EXPIRED
            session.add(old)
        elif old.state == PlanState.APPROVED or (
            old.fingerprint == plan.fingerprint and old.state == plan.state
        ):
            return old.id, False
        else:
            old.state = PlanState.SUPERSEDED
            session.add(old)
    if not plan.changes:
        return None, False
    session.add(plan)
    session.flush()
    return plan.id, True


def decide(
    session: Session,
    *,
    plan: int,
    fingerprint: str,
    who: str,
    approve: bool,
    why: str | None,
    at: datetime,
    intents: Sequence[dict[str, Any]],
    asks: Sequence[Mapping[str, Any]] = (),
    cap: tuple[int, int] | None = None,
    volume: Sequence[tuple[int, int]] = (),
) -> PlanState:
    """Record a decision about exactly this fingerprint.

    `intents` are written when it completes the approval, and with them whom they ask (`asks`), unless that
    would go over the cap (messages, days) of a person or over the `volume` (messages, hours) of all: UnsafePlan. Raises NeedsHuman when the plan is not that plan any
    more, expired, refused, or already decided.
    """
    stored = session.get(StoredPlan, plan, with_for_update=True)
    if stored is None:
        raise NeedsHuman(say("There is no proposal {plan}.", plan=plan), say("See `zetkin-sync plans`."))
    if stored.state == PlanState.PROPOSED and stored.expires <= at:
        raise NeedsHuman(
            say("The proposal expired {when}; no answer means no.", when=stored.expires),
            say("A new one is made at the next run."),
        )
    if stored.fingerprint != fingerprint:
        raise NeedsHuman(
            say("The proposal has changed since you read it."), say("Read the new one and decide about that.")
        )
    if stored.state != PlanState.PROPOSED:
        raise NeedsHuman(
            say("The proposal is not open for decision: {state}.", state=state_word(stored.state)),
            say("Nothing was done."),
        )
    verdict = PlanState.APPROVED if approve else PlanState.REJECTED
    earlier = session.exec(select(Approval).where(Approval.plan == plan, Approval.verdict == verdict)).all()
    if any(a.who == who for a in earlier):
        raise NeedsHuman(say("You have approved this already."), say("Another person must approve it too."))
    session.add(
        Approval(
            district=stored.district,
            plan=plan,
            fingerprint=fingerprint,
            who=who,
            verdict=verdict,
            why=why,
            at=at,
        )
    )
    if not approve:
        stored.state = PlanState.REJECTED
    elif len(earlier) + 1 >= stored.approvals_needed:
        stored.state = PlanState.APPROVED
        _open(session, stored, intents, at)
        most, days = cap or (None, 0)
        asked.reserve(
            session, asks, district=stored.district, plan=plan, at=at, cap=most, days=days, volume=volume
        )
    session.add(stored)
    session.flush()
    return PlanState(stored.state)


def _open(session: Session, plan: StoredPlan, intents: Sequence[dict[str, Any]], at: datetime) -> None:
    rows = [
        {
            "district": plan.district,
            "plan": plan.id,
            "position": position,
            "state": IntentState.PLANNED,
            "step": 0,
            "facts": "{}",
            "attempts": 0,
            "updated": at,
            **intent,
        }
        for position, intent in enumerate(intents)
    ]
    if rows:
        session.connection().execute(insert(_intents), rows)


def state_word(state: str) -> Any:
    """A plan's state as a person reads it."""
    return {
        PlanState.PROPOSED: say("waits for a decision"),
        PlanState.APPROVED: say("approved, being carried out"),
        PlanState.REJECTED: say("rejected"),
        PlanState.SUPERSEDED: say("replaced by a newer one"),
        PlanState.EXPIRED: say("expired without an answer"),
        PlanState.REFUSED: say("refused by the limits"),
        PlanState.APPLIED: say("carried out"),
        PlanState.CANCELLED: say("cancelled"),
    }[PlanState(state)]


def plan_of(store: Store, plan: int) -> StoredPlan | None:
    with store.reading() as session:
        return session.get(StoredPlan, plan)


def plans(
    store: Store, *, district: int, states: Sequence[PlanState] = (), limit: int = 50
) -> list[StoredPlan]:
    """Plans, newest first."""
    query = (
        select(StoredPlan)
        .where(StoredPlan.district == district)
        .order_by(col(StoredPlan.id).desc())
        .limit(limit)
    )
    if states:
        query = query.where(col(StoredPlan.state).in_(states))
    with store.reading() as session:
        return list(session.exec(query).all())


def approvals(store: Store, plan: int) -> list[Approval]:
    """Who decided what about a plan, in order."""
    with store.reading() as session:
        return list(
            session.exec(select(Approval).where(Approval.plan == plan).order_by(col(Approval.id))).all()
        )


def end(session: Session, plan: int, *, state: PlanState) -> None:
    """Mark an approved plan as over."""
    over = update(StoredPlan).where(col(StoredPlan.id) == plan, col(StoredPlan.state) == PlanState.APPROVED)
    session.connection().execute(over.values(state=state))


def withdraw_undecided(session: Session, *, district: int) -> int:
    """Take back the proposals that nobody has decided on. Returns how many."""
    waiting = update(StoredPlan).where(
        col(StoredPlan.district) == district, col(StoredPlan.state) == PlanState.PROPOSED
    )
    return session.connection().execute(waiting.values(state=PlanState.SUPERSEDED)).rowcount


def close_finished(session: Session, plan: int, at: datetime) -> bool:
    """Mark an approved plan as carried out when nothing of it is open any more."""
    open_states = (*OPEN_INTENTS, IntentState.SCHEDULED)
    left = session.exec(
        select(func.count())
        .select_from(Intent)
        .where(Intent.plan == plan, col(Intent.state).in_(open_states))
    ).one()
    if left:
        return False
    done = update(StoredPlan).where(col(StoredPlan.id) == plan, col(StoredPlan.state) == PlanState.APPROVED)
    return session.connection().execute(done.values(state=PlanState.APPLIED)).rowcount == 1
