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
    with store.writing() as session:
        return plans.decide(
            session,
            plan=plan,
            fingerprint=fingerprint,
            who=who,
            approve=approve,
            why=why,
            at=at,
            intents=_intents(from_json(stored.body)),
        )


def _intents(plan: Plan) -> list[dict[str, Any]]:
    return [
        {
            "key": change.key,
            "organization": change.organization,
            "verb": change.verb,
            "person": change.person,
            "change": msgspec.json.encode(change).decode(),
            "not_after": None,
        }
        for change in plan.changes
    ]
