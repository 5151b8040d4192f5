"""Carry out an approved plan: the one place that changes anything outside.

For each effect: say that a request is about to leave, commit, send it, record the answer, commit. After a
crash or a lost answer nothing that people can see is sent again before it has been looked up, and not
before the quiet time is over. What a machine cannot know is parked with its reason.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field

import msgspec

from zetkin_sync.apply.hands import Hands
from zetkin_sync.apply.verbs import VERBS, Known, Step
from zetkin_sync.changes import Change
from zetkin_sync.errors import NeedsHuman, OutcomeUnknown, Permanent, Temporary
from zetkin_sync.language import Message, say
from zetkin_sync.records import Intent, IntentState
from zetkin_sync.store import controls, outbox, plans


@dataclass
class Carried:
    """What became of a plan's effects."""

    counts: Counter[str] = field(default_factory=Counter)
    notes: list[Message] = field(default_factory=list)
    stopped: bool = False


def carry_out(hands: Hands, plan: int) -> Carried:
    """Do what of an approved plan can be done now. Called again it goes on where it was."""
    carried = Carried()
    failed: set[str] = set()
    for row in outbox.open_intents(hands.store, plan=plan):
        change = msgspec.json.decode(row.change, type=Change)
        if failed.intersection(change.after):
            failed.add(change.key)
            carried.counts["waiting"] += 1
            continue
        halted = controls.halted(hands.store, district=hands.district)
        if halted is not None:
            carried.stopped = True
            carried.notes.append(halted)
            break
        state, why = _carry(hands, row, change)
        carried.counts[state.value] += 1
        if state != IntentState.DONE:
            failed.add(change.key)
        if why is not None and why not in carried.notes:
            carried.notes.append(why)
    with hands.store.writing() as session:
        plans.close_finished(session, plan, hands.now())
    return carried


def _carry(hands: Hands, row: Intent, change: Change) -> tuple[IntentState, Message | None]:
    assert row.id is not None
    verb = VERBS[change.verb]
    now = hands.now()
    if row.not_before is not None and now < row.not_before:
        return IntentState(row.state), None
    if row.not_after is not None and now > row.not_after and row.doing is None:
        return _end(hands, row.id, IntentState.CANCELLED, say("It was too late to do it."))
    known: Known = json.loads(row.facts)
    doing, attempts = row.doing, row.attempts
    try:
        if row.before is None and verb.before is not None:
            outbox.move(hands.store, row.id, at=now, before=verb.before(hands, change, known))
        for at in range(row.step, len(verb.steps)):
            step = verb.steps[at]
            new = None
            if doing is not None and not step.repeatable and hands.now() < doing + hands.quiet:
                outbox.move(
                    hands.store,
                    row.id,
                    at=hands.now(),
                    state=IntentState.UNKNOWN,
                    not_before=doing + hands.quiet,
                )
                return IntentState.UNKNOWN, None
            new = step.look(hands, change, known)
            if new is None:
                if attempts >= hands.most_attempts and not step.repeatable:
                    return _end(
                        hands,
                        row.id,
                        IntentState.PARKED,
                        say("It was tried {n} times without a clear answer.", n=attempts),
                    )
                doing, attempts = hands.now(), attempts + 1
                new = _send(hands, row.id, step, change, known, attempts=attempts)
            known |= new
            outbox.move(hands.store, row.id, at=hands.now(), facts=known, step=at + 1, doing=None, attempts=0)
            doing, attempts = None, 0
            hands.point(f"{change.verb}.{step.name}.recorded")
    except OutcomeUnknown as trouble:
        until = hands.now() + hands.quiet
        outbox.move(
            hands.store, row.id, at=hands.now(), state=IntentState.UNKNOWN, not_before=until, why=trouble.what
        )
        return IntentState.UNKNOWN, trouble.what
    except (Permanent, NeedsHuman) as trouble:
        return _end(hands, row.id, IntentState.PARKED, trouble.what)
    except Temporary as trouble:
        outbox.move(
            hands.store,
            row.id,
            at=hands.now(),
            state=IntentState.PLANNED,
            doing=None,
            not_before=hands.now() + hands.retry_after,
            why=trouble.what,
        )
        return IntentState.PLANNED, trouble.what
    return _end(hands, row.id, IntentState.DONE, None)


def _send(hands: Hands, row: int, step: Step, change: Change, known: Known, *, attempts: int) -> Known:
    """Commit that the request is about to leave, check that it still may, send it."""
    outbox.move(
        hands.store, row, at=hands.now(), state=IntentState.SENDING, doing=hands.now(), attempts=attempts
    )
    hands.point(f"{change.verb}.{step.name}.intended")
    if not hands.still_ours():
        raise Temporary(say("Another worker has taken over the run."))
    halted = controls.halted(hands.store, district=hands.district)
    if halted is not None:
        raise Temporary(halted)
    new = step.act(hands, change, known)
    hands.point(f"{change.verb}.{step.name}.answered")
    return new


def _end(
    hands: Hands, row: int, state: IntentState, why: Message | None
) -> tuple[IntentState, Message | None]:
    outbox.move(hands.store, row, at=hands.now(), state=state, doing=None, not_before=None, why=why)
    return state, why


def crash_points() -> list[str]:
    """Every place between a commit and a request, from the verbs themselves; a test crashes at each."""
    return [
        f"{name}.{step.name}.{moment}"
        for name, verb in VERBS.items()
        for step in verb.steps
        for moment in ("intended", "answered", "recorded")
    ]
