"""What is scheduled in Zetkin until it is sent: followed, taken back on request, and at once when all is stopped."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import msgspec

from zetkin_sync.apply.execute import Carried
from zetkin_sync.apply.hands import Hands
from zetkin_sync.apply.steps import Known, NotWanted, Verb
from zetkin_sync.apply.verbs import VERBS
from zetkin_sync.changes import Change
from zetkin_sync.errors import NeedsHuman, Trouble
from zetkin_sync.language import Message, from_json, say, to_json
from zetkin_sync.records import Intent, IntentState, PlanState
from zetkin_sync.store import controls, outbox, plans
from zetkin_sync.store.engine import Store


def follow(hands: Hands) -> Carried:
    """Look at everything scheduled: has Zetkin sent it, or has somebody taken it back? Stopped means take back.

    Who opts out while a message is waiting to be sent, or an event that is called off then, is still left out:
    the message is taken back and prepared anew.
    """
    if controls.stopped(hands.store, district=hands.district):
        return take_back(hands, why=say("Everything was stopped by a person."))
    carried = _go_on_taking_back(hands)
    for row in outbox.scheduled(hands.store, district=hands.district):
        state, why = _follow_one(hands, row)
        carried.counts[state.value] += 1
        if why is not None:
            carried.notes.append(why)
        with hands.store.writing() as session:
            plans.close_finished(session, row.plan, hands.now())
    return carried


def has_scheduled(store: Store, *, district: int) -> bool:
    """Is Zetkin to send anything later, as far as we know?"""
    return bool(outbox.perhaps_scheduled(store, district=district))


def _follow_one(hands: Hands, row: Intent) -> tuple[IntentState, Message | None]:
    assert row.id is not None
    change = msgspec.json.decode(row.change, type=Change)
    verb = VERBS[change.verb]
    assert verb.follow is not None
    known = json.loads(row.facts)
    mine = replace(hands, intent=row.id)
    try:
        seen = verb.follow(mine, change, known)
        if seen == "cancelled" and known.get("anew"):
            return _back_to_choosing(mine, row.id, verb, change, known)
        if seen == "scheduled" and _is_outdated(mine, verb, change, known):
            return _prepare_anew(mine, row.id, verb, change, known)
    except NeedsHuman as trouble:
        outbox.move(hands.store, row.id, at=hands.now(), state=IntentState.PARKED, why=trouble.what)
        return IntentState.PARKED, trouble.what
    except Trouble:
        return IntentState.SCHEDULED, None  # asked again at the next run
    if seen == "scheduled":
        return IntentState.SCHEDULED, None
    state = IntentState.DONE if seen == "done" else IntentState.CANCELLED
    why = None if state is IntentState.DONE else say("Somebody took it back in Zetkin.")
    outbox.move(hands.store, row.id, at=hands.now(), state=state, why=why)
    return state, why


def _is_outdated(hands: Hands, verb: Verb, change: Change, known: Known) -> bool:
    """Has anybody opted out, or an event been called off, since the message was prepared?"""
    if verb.check is None:
        return False
    try:
        fresh = verb.check(hands, change, known)
    except NotWanted:
        return True
    return any(fresh.get(part) != known.get(part) for part in ("dropped_people", "dropped_events"))


def _prepare_anew(
    hands: Hands, row: int, verb: Verb, change: Change, known: Known
) -> tuple[IntentState, Message | None]:
    """Take it back, and let the next run go on from choosing the time, which looks at everybody again."""
    assert verb.cancel is not None
    known = {**known, "anew": True}
    outbox.move(hands.store, row, at=hands.now(), facts=known)
    if not verb.cancel(hands, change, known):
        return IntentState.SCHEDULED, None  # it is being sent just now
    return _back_to_choosing(hands, row, verb, change, known)


def _back_to_choosing(
    hands: Hands, row: int, verb: Verb, change: Change, known: Known
) -> tuple[IntentState, Message | None]:
    outbox.move(
        hands.store,
        row,
        at=hands.now(),
        state=IntentState.PLANNED,
        step=verb.place("publish"),
        doing=None,
        facts={k: v for k, v in known.items() if k not in ("publish_at", "anew")},
        not_before=None,
        publish_at=None,
    )
    return IntentState.PLANNED, say("{mark} is prepared anew: something has changed.", mark=mark_of(change))


def take_back(hands: Hands, *, why: Message, plan: int | None = None) -> Carried:
    """Take back what is scheduled, or may be, all of it or one plan's.

    What Zetkin does not show as taken back, or what may still arrive because its request is not long gone, is
    counted, and tried again at the next run.
    """
    carried = Carried(counts=Counter())
    for row in outbox.perhaps_scheduled(hands.store, district=hands.district, plan=plan):
        _take_back_one(hands, row, why, carried)
    return carried


def _go_on_taking_back(hands: Hands) -> Carried:
    """What was to be taken back and is not known to be."""
    carried = Carried(counts=Counter())
    for row in outbox.perhaps_scheduled(hands.store, district=hands.district):
        why = json.loads(row.facts).get("taken_back")
        if why is not None:
            _take_back_one(hands, row, from_json(why), carried)
    return carried


def _take_back_one(hands: Hands, row: Intent, why: Message, carried: Carried) -> None:
    assert row.id is not None
    change = msgspec.json.decode(row.change, type=Change)
    verb = VERBS[change.verb]
    assert verb.cancel is not None
    known = {**json.loads(row.facts), "taken_back": to_json(why)}
    arrived = row.doing is None or hands.now() >= row.doing + hands.quiet
    try:
        gone = verb.cancel(replace(hands, intent=row.id), change, known)
        trouble = None if arrived else say("its request may still arrive")
    except Trouble as problem:
        gone, trouble = True, problem.what
    if not gone:
        outbox.move(hands.store, row.id, at=hands.now(), state=IntentState.DONE)
        carried.counts["too_late"] += 1
        carried.notes.append(say("{mark} had been sent already.", mark=mark_of(change)))
    elif trouble is None:
        outbox.move(hands.store, row.id, at=hands.now(), state=IntentState.CANCELLED, why=why)
        carried.counts["cancelled"] += 1
    else:
        outbox.move(hands.store, row.id, at=hands.now(), facts=known)
        carried.counts["not_confirmed"] += 1
        carried.notes.append(
            say("{mark} is not yet confirmed as taken back: {why}", mark=mark_of(change), why=trouble)
        )


def cancel_plan(hands: Hands, plan: int) -> Carried:
    """Take a whole plan back: what is scheduled is taken back, what is waiting is never begun."""
    why = say("Cancelled by a person.")
    carried = take_back(hands, why=why, plan=plan)
    for row in outbox.open_intents(hands.store, plan=plan):
        assert row.id is not None
        if "taken_back" in json.loads(row.facts):
            continue  # not confirmed yet: `follow` goes on
        if row.doing is None and row.step == 0:
            outbox.move(hands.store, row.id, at=hands.now(), state=IntentState.CANCELLED, why=why)
            carried.counts["cancelled"] += 1
        else:
            outbox.move(hands.store, row.id, at=hands.now(), state=IntentState.PARKED, why=why)
            carried.counts["parked"] += 1
    with hands.store.writing() as session:
        plans.end(session, plan, state=PlanState.CANCELLED)
    return carried


def mark_of(change: Change) -> str:
    """How a person finds it in Zetkin."""
    return str(change.payload.get("mark", change.key))
