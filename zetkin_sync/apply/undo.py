"""Undo what a plan did, where it is still as we left it; say where it is not."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta

import msgspec

from zetkin_sync.apply.decide import decide, put_up
from zetkin_sync.apply.execute import Carried, carry_out
from zetkin_sync.apply.hands import Hands
from zetkin_sync.apply.verbs import VERBS
from zetkin_sync.apply.watch import cancel_plan, mark_of
from zetkin_sync.changes import Change, Plan, in_order
from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import Message, say
from zetkin_sync.records import Intent, IntentState
from zetkin_sync.store import outbox, plans


@dataclass
class Undone:
    """What was restored, and what was not and why."""

    carried: Carried = field(default_factory=Carried)
    kept: list[Message] = field(default_factory=list)


def undo(hands: Hands, plan: int, *, who: str) -> Undone:
    """Take back a plan: cancel what is scheduled, and put back what was before where it is as we left it.

    The undoing is a plan of its own, approved by who asks for it, so it is recorded like any other.
    """
    stored = plans.plan_of(hands.store, plan)
    if stored is None:
        raise NeedsHuman(
            say("There is no proposal {plan}.", plan=plan), say("See `zetkin-sync plans list --all`.")
        )
    undone = Undone(carried=cancel_plan(hands, plan))
    changes: list[Change] = []
    for row in outbox.intents_of(hands.store, plan=plan):
        if row.state == IntentState.DONE:
            back, why = _inverse(row)
            if back is not None:
                changes.append(back)
            elif why is not None:
                undone.kept.append(why)
    if not changes:
        return undone
    now = hands.now()
    value = Plan(
        action=f"undo:{plan}",
        district=hands.district,
        made=now,
        expires=now + timedelta(hours=1),
        changes=in_order(changes),
        base=len(changes),
    )
    with hands.store.writing() as session:
        number = put_up(session, value)
    assert number is not None
    decide(hands.store, number, fingerprint=value.fingerprint, who=who, approve=True, why="undo", at=now)
    carried = carry_out(hands, number)
    undone.carried.counts.update(carried.counts)
    undone.carried.notes.extend(carried.notes)
    return undone


def _inverse(row: Intent) -> tuple[Change | None, Message | None]:
    """The change that puts it back, or why there is none. What was so before we came is not ours to undo."""
    change = msgspec.json.decode(row.change, type=Change)
    verb = VERBS[change.verb]
    if verb.undo is None:
        return None, say("{what} stays in Zetkin: it cannot be undone by a machine.", what=mark_of(change))
    before = json.loads(row.before or "{}")
    if bool(before.get("had")) is (change.verb == "tag"):
        return None, None
    return (
        Change(
            verb=verb.undo,
            organization=change.organization,
            key=f"undo:{change.key}",
            reason=say("Undoes an earlier change."),
            person=change.person,
            payload=change.payload,
            removes=verb.undo == "untag",
        ),
        None,
    )
