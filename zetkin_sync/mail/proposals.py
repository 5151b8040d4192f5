"""Proposals that wait, as a mail tells of them: what, how many people, how many changes of each kind."""

from __future__ import annotations

from collections.abc import Mapping

from zetkin_sync.changes import Action, Plan, from_json
from zetkin_sync.language import Message, say, say_n
from zetkin_sync.records import PlanState, StoredPlan
from zetkin_sync.reports.situation import Decision
from zetkin_sync.store import plans
from zetkin_sync.store.engine import Store

MOST = 50


def waiting(store: Store, actions: Mapping[str, Action], *, district: int) -> tuple[Decision, ...]:
    """The proposals open for decision, the oldest first."""
    rows = plans.plans(store, district=district, states=[PlanState.PROPOSED], limit=MOST)
    return tuple(_decision(row, from_json(row.body), actions) for row in reversed(rows))


def newest(store: Store, actions: Mapping[str, Action], *, district: int) -> Decision | None:
    """The newest proposal, whatever became of it; to show what a mail about one looks like."""
    rows = plans.plans(store, district=district, limit=1)
    return _decision(rows[0], from_json(rows[0].body), actions) if rows else None


def _decision(row: StoredPlan, plan: Plan, actions: Mapping[str, Action]) -> Decision:
    assert row.id is not None
    action = actions.get(row.action)
    return Decision(
        plan=row.id,
        what=(action.title if action else None) or say("{action}", action=row.action.replace("_", " ")),
        reasons=tuple(counted(verb, n) for verb, n in plan.counts.items()),
        left_out=tuple(each.why for each in plan.left_out),
        people=plan.recipients,
        changes=row.changes,
        created=row.created,
        expires=row.expires,
        units=frozenset(change.organization for change in plan.changes),
        approvals=row.approvals_needed,
    )


def counted(verb: str, n: int) -> Message:
    """How many changes of one kind."""
    match verb:
        case "tag":
            return say_n("{n} person gets a tag.", "{n} people get a tag.", n)
        case "untag":
            return say_n("{n} person loses a tag.", "{n} people lose a tag.", n)
        case "create_tag":
            return say_n("{n} tag is made.", "{n} tags are made.", n)
        case "send_email":
            return say_n("{n} email is sent by Zetkin.", "{n} emails are sent by Zetkin.", n)
        case "assign_task":
            return say_n("{n} task is handed out.", "{n} tasks are handed out.", n)
        case "draft_email":
            return say_n("{n} email is drafted.", "{n} emails are drafted.", n)
        case "make_list":
            return say_n("{n} list is made.", "{n} lists are made.", n)
        case "draft_calls":
            return say_n("{n} call list is drafted.", "{n} call lists are drafted.", n)
        case "remind":
            return say_n("{n} event sends a reminder.", "{n} events send reminders.", n)
        case _:
            return say("{verb}: {n}.", verb=verb.replace("_", " "), n=n)
