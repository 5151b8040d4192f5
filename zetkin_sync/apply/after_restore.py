"""What a restored database cannot know is looked up in Zetkin before anything is sent again (RELIABILITY §2.2, R9).

An effect that this copy believes to be ahead may have happened after the copy was made. So each one that is open is
treated as if its request had left: every step is only looked for, never done. What is found is recorded, what is not
found waits for the next run as before. Proposals that nobody had decided on are withdrawn: the next reading makes
them anew, from what Zetkin shows now.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from zetkin_sync.apply import watch
from zetkin_sync.apply.hands import Hands
from zetkin_sync.apply.verbs import VERBS
from zetkin_sync.changes import Change
from zetkin_sync.errors import NeedsHuman, Trouble
from zetkin_sync.language import Message, say
from zetkin_sync.records import Intent, IntentState
from zetkin_sync.store import outbox, plans


@dataclass
class Found:
    """What the look-up came to. `left` could not be looked up: nothing may be sent."""

    counts: Counter[str] = field(default_factory=Counter)
    notes: list[Message] = field(default_factory=list)
    left: int = 0


def look_up(hands: Hands, *, restored: datetime | None) -> Found:
    """Look for every open effect of a district. Nothing is written in Zetkin."""
    found = Found()
    if restored is not None and hands.now() < restored + hands.quiet:
        found.left += 1
        found.notes.append(
            say(
                "What was on its way when the database was lost may still arrive until {when}.",
                when=restored + hands.quiet,
            )
        )
        return found
    with hands.store.writing() as session:
        found.counts["withdrawn"] = plans.withdraw_undecided(session, district=hands.district)
    for row in outbox.open_of_district(hands.store, district=hands.district):
        assert row.id is not None
        try:
            state, why = _look_up_one(replace(hands, intent=row.id), row)
        except NeedsHuman as trouble:
            outbox.move(hands.store, row.id, at=hands.now(), state=IntentState.PARKED, why=trouble.what)
            state, why = "parked", trouble.what
        except Trouble as trouble:
            found.left += 1
            state, why = "not_looked_up", trouble.what
        found.counts[state] += 1
        if why is not None and why not in found.notes:
            found.notes.append(why)
        with hands.store.writing() as session:
            plans.close_finished(session, row.plan, hands.now())
    followed = watch.follow(hands)
    found.counts.update(followed.counts)
    found.notes += followed.notes
    return found


def _look_up_one(hands: Hands, row: Intent) -> tuple[str, Message | None]:
    """Go on through the steps as long as Zetkin shows that they were done."""
    change = msgspec.json.decode(row.change, type=Change)
    verb, known, at = VERBS[change.verb], json.loads(row.facts), row.step
    while at < len(verb.steps):
        step = verb.steps[at]
        try:
            seen = step.look(hands, change, known, True)  # noqa: FBT003 - a request may have left
        except KeyError as missing:  # a time that was fixed after this copy was made
            raise NeedsHuman(
                say(
                    "It was carried on after the backup was made, and the backup does not know how far ({what}).",
                    what=str(missing),
                )
            ) from missing
        if seen is None:
            break
        known, at = {**known, **seen}, at + 1
    done = at == len(verb.steps)
    state = (
        IntentState.PLANNED
        if not done
        else IntentState.DONE
        if verb.follow is None
        else IntentState.SCHEDULED
    )
    outbox.move(
        hands.store,
        row.id or 0,
        at=hands.now(),
        facts=known,
        step=at,
        doing=None,
        attempts=0,
        state=state,
        not_before=None,
        publish_at=known.get("publish_at"),
    )
    return ("found" if at > row.step else "not_begun"), None
