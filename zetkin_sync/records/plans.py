"""Plans, decisions about them, and the outbox of what they cause."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import SQLModel

from zetkin_sync.records.declared import Keep, Source, key, stored


class PlanState(StrEnum):
    """Where a plan stands. Time-out means no: an unanswered plan becomes `expired`."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    REFUSED = "refused"
    APPLIED = "applied"
    CANCELLED = "cancelled"


class StoredPlan(SQLModel, table=True):
    """A plan as it was shown; `body` is the plan value, JSON, and never changes."""

    __tablename__ = "plan"
    __table_args__: ClassVar = (Index("plan_by_state", "district", "state"),)

    id: int | None = key("the plan", source=Source.OURS, keep=Keep.SENDING, default=None)
    district: int = stored("keeps districts apart", source=Source.OURS, keep=Keep.SENDING)
    action: str = stored("which action proposed it", source=Source.CONFIG, keep=Keep.SENDING)
    fingerprint: str = stored("what was approved is what is done", source=Source.OURS, keep=Keep.SENDING)
    state: str = stored("where it stands", source=Source.OURS, keep=Keep.SENDING, default=PlanState.PROPOSED)
    created: datetime = stored("when", source=Source.OURS, keep=Keep.SENDING)
    expires: datetime = stored("an old plan is refused", source=Source.OURS, keep=Keep.SENDING)
    run: int | None = stored("the run that made it", source=Source.OURS, keep=Keep.SENDING, default=None)
    changes: int = stored("how many changes", source=Source.OURS, keep=Keep.SENDING, default=0)
    approvals_needed: int = stored("by the action's policy", source=Source.OURS, keep=Keep.SENDING, default=1)
    body: str = stored("the plan itself, JSON", source=Source.OURS, keep=Keep.SENDING, person=False)


class Approval(SQLModel, table=True):
    """A decision about one fingerprint: who, what, why, when."""

    __table_args__: ClassVar = (
        UniqueConstraint("plan", "who", "verdict", name="approval_once"),
        Index("approval_of_plan", "plan"),
    )

    id: int | None = key("the decision", source=Source.OURS, keep=Keep.ACCESS, default=None)
    district: int = stored("keeps districts apart", source=Source.OURS, keep=Keep.ACCESS)
    plan: int = stored("which plan", source=Source.OURS, keep=Keep.ACCESS, foreign_key="plan.id")
    fingerprint: str = stored("exactly what was decided on", source=Source.OURS, keep=Keep.ACCESS)
    who: str = stored("who decided: a Zetkin user id or an account", source=Source.PERSON, keep=Keep.ACCESS)
    verdict: str = stored("approved or rejected", source=Source.PERSON, keep=Keep.ACCESS)
    why: str | None = stored("their reason", source=Source.PERSON, keep=Keep.ACCESS, default=None)
    at: datetime = stored("when", source=Source.OURS, keep=Keep.ACCESS)


class IntentState(StrEnum):
    """Where an effect stands (RELIABILITY §4.4)."""

    PLANNED = "planned"
    SENDING = "sending"
    SCHEDULED = "scheduled"  # Zetkin will send it at a fixed time; it can still be taken back
    DONE = "done"
    UNKNOWN = "unknown"
    PARKED = "parked"
    CANCELLED = "cancelled"


OPEN_INTENTS = (IntentState.PLANNED, IntentState.SENDING, IntentState.UNKNOWN)


class Intent(SQLModel, table=True):
    """One effect on the outside world, committed before the first byte is sent."""

    __table_args__: ClassVar = (
        UniqueConstraint("plan", "key", name="intent_once"),
        Index("intent_by_state", "district", "state"),
    )

    id: int | None = key("the effect", source=Source.OURS, keep=Keep.SENDING, default=None)
    district: int = stored("keeps districts apart", source=Source.OURS, keep=Keep.SENDING)
    plan: int = stored("the approved plan", source=Source.OURS, keep=Keep.SENDING, foreign_key="plan.id")
    position: int = stored("the order in the plan", source=Source.OURS, keep=Keep.SENDING)
    key: str = stored("one effect once", source=Source.OURS, keep=Keep.SENDING)
    organization: int = stored("where it acts", source=Source.OURS, keep=Keep.SENDING)
    verb: str = stored("what is done", source=Source.OURS, keep=Keep.SENDING)
    person: int | None = stored(
        "whom it concerns", source=Source.OURS, keep=Keep.SENDING, person=True, default=None
    )
    change: str = stored("the change, JSON", source=Source.OURS, keep=Keep.SENDING)
    state: str = stored("where it stands", source=Source.OURS, keep=Keep.SENDING, default=IntentState.PLANNED)
    step: int = stored("which step of the verb is next", source=Source.OURS, keep=Keep.SENDING, default=0)
    doing: datetime | None = stored(
        "when the step's request was about to leave", source=Source.OURS, keep=Keep.SENDING, default=None
    )
    facts: str = stored("ids that Zetkin gave, JSON", source=Source.OURS, keep=Keep.SENDING, default="{}")
    before: str | None = stored(
        "how it was, for undo, JSON", source=Source.OURS, keep=Keep.SENDING, default=None
    )
    after: str | None = stored(
        "how we left it, for undo, JSON", source=Source.OURS, keep=Keep.SENDING, default=None
    )
    attempts: int = stored("how often it was tried", source=Source.OURS, keep=Keep.SENDING, default=0)
    not_before: datetime | None = stored(
        "quiet time after an unknown answer", source=Source.OURS, keep=Keep.SENDING, default=None
    )
    publish_at: datetime | None = stored(
        "when Zetkin sends it", source=Source.OURS, keep=Keep.SENDING, default=None
    )
    not_after: datetime | None = stored(
        "too late to act", source=Source.OURS, keep=Keep.SENDING, default=None
    )
    why: str | None = stored(
        "why it is parked or cancelled, a message", source=Source.OURS, keep=Keep.SENDING, default=None
    )
    updated: datetime = stored("when it last moved", source=Source.OURS, keep=Keep.SENDING)
