"""Put plans up and decide about them: from a plan value to approved, written effects."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from zetkin_sync.changes import Plan, from_json, to_json
from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import say
from zetkin_sync.records import PlanState, StoredPlan
from zetkin_sync.store import plans
from zetkin_sync.store.engine import Session, Store

ASKING = frozenset({"send_email", "assign_task"})  # verbs by which people get a message


def put_up(session: Session, plan: Plan, *, run: int | None = None) -> int | None:
    """Put a plan up for decision; approve it at once when its rule needs nobody. Returns its id.

    An empty plan withdraws the waiting one and returns None.
    """
    row = StoredPlan(
        district=plan.district,
        action=plan.action,
        fingerprint=plan.fingerprint,
        state=PlanState.REFUSED if plan.refused else PlanState.PROPOSED,
        created=plan.made,
        expires=plan.expires,
        run=run,
        changes=len(plan.changes),
        approvals_needed=plan.approvals,
        body=to_json(plan),
    )
    kept, new = plans.propose(session, row)
    if new and kept is not None and not plan.refused and plan.approvals == 0:
        plans.decide(
            session,
            plan=kept,
            fingerprint=plan.fingerprint,
            who=plans.POLICY,
            approve=True,
            why=None,
            at=plan.made,
            intents=_intents(plan),
            asks=_asks(plan),
            cap=plan.cap,
            volume=plan.volume,
        )
    return kept


def decide(
    store: Store,
    plan: int,
    *,
    fingerprint: str,
    who: str,
    approve: bool,
    why: str | None = None,
    at: datetime,
) -> PlanState:
    """Approve or reject exactly this fingerprint. Raises NeedsHuman when that is not possible any more."""
    stored = plans.plan_of(store, plan)
    if stored is None:
        raise NeedsHuman(say("There is no proposal {plan}.", plan=plan), say("See `zetkin-sync plans`."))
    value = from_json(stored.body)
    with store.writing() as session:
        return plans.decide(
            session,
            plan=plan,
            fingerprint=fingerprint,
            who=who,
            approve=approve,
            why=why,
            at=at,
            intents=_intents(value),
            asks=_asks(value),
            cap=value.cap,
            volume=value.volume,
        )


def _intents(plan: Plan) -> list[dict[str, Any]]:
    return [
        {
            "key": change.key,
            "organization": change.organization,
            "verb": change.verb,
            "person": change.person,
            "change": msgspec.json.encode(change).decode(),
            "not_after": _instant(change.payload.get("not_after")),
        }
        for change in plan.changes
    ]


def _asks(plan: Plan) -> list[dict[str, Any]]:
    """Whom each message asks, and to what: what caps are counted on. A call, or a tag to be asked by, is one too."""
    return [
        {
            "key": change.key,
            "person": person,
            "events": change.payload.get("asks", {}).get(str(person), []),
            "chance": change.payload.get("chances", {}).get(str(person)),
        }
        for change in plan.changes
        if change.verb in ASKING or "asks" in change.payload
        for person in (change.payload["people"] if change.person is None else [change.person])
    ]


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
