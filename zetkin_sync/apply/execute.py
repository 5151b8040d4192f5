"""Carry out an approved plan: the one place that changes anything outside.

For each effect: say that a request is about to leave, commit, send it, record the answer, commit. After a
crash or a lost answer nothing that people can see is sent again before it has been looked up, and not
before the quiet time is over. What a machine cannot know is parked with its reason.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from zetkin_sync.apply.hands import Hands
from zetkin_sync.apply.steps import GoBack, Known, NotWanted, Step, Verb
from zetkin_sync.apply.verbs import VERBS
from zetkin_sync.changes import Change
from zetkin_sync.errors import NeedsHuman, OutcomeUnknown, Permanent, Temporary
from zetkin_sync.language import Message, say
from zetkin_sync.records import Intent, IntentState
from zetkin_sync.store import controls, outbox, plans

_MOST_RETURNS = 5  # how often an effect may go back to an earlier step before a person must look
_SETTLED = (IntentState.DONE, IntentState.SCHEDULED)


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
        state, why = _Effect(hands, row, change).carry()
        carried.counts[state.value] += 1
        if state not in _SETTLED:
            failed.add(change.key)
        if why is not None and why not in carried.notes:
            carried.notes.append(why)
    with hands.store.writing() as session:
        plans.close_finished(session, plan, hands.now())
    return carried


class _Effect:
    """One effect on its way."""

    def __init__(self, hands: Hands, row: Intent, change: Change) -> None:
        assert row.id is not None
        self.hands = replace(hands, intent=row.id).careful()
        self.id = row.id
        self.row = row
        self.change = change
        self.verb: Verb = VERBS[change.verb]
        self.known: Known = json.loads(row.facts)
        self.at = row.step
        self.doing: datetime | None = row.doing
        self.attempts = row.attempts

    def carry(self) -> tuple[IntentState, Message | None]:
        """Go through the steps that are left."""
        now = self.hands.now()
        if "taken_back" in self.known:
            return IntentState(self.row.state), None  # a person wants it no more; `watch` sees to it
        if self.row.not_before is not None and now < self.row.not_before:
            return IntentState(self.row.state), None
        if self.row.not_after is not None and now > self.row.not_after and self.doing is None:
            return self._end(IntentState.CANCELLED, say("It was too late to do it."))
        try:
            self._begin()
            while self.at < len(self.verb.steps):
                waiting = self._step(self.verb.steps[self.at])
                if waiting:
                    return IntentState.UNKNOWN, None
        except NotWanted as ending:
            return self._end(IntentState.CANCELLED, ending.why)
        except OutcomeUnknown as trouble:
            return self._wait(IntentState.UNKNOWN, trouble.what)
        except (Permanent, NeedsHuman) as trouble:
            return self._end(IntentState.PARKED, trouble.what)
        except Temporary as trouble:
            return self._wait(IntentState.PLANNED, trouble.what)
        return self._end(IntentState.DONE if self.verb.follow is None else IntentState.SCHEDULED, None)

    def _begin(self) -> None:
        """What is read once, ahead of the first request: how it was, and whether it is still wanted."""
        if self.row.before is None and self.verb.before is not None:
            before = self.verb.before(self.hands, self.change, self.known)
            outbox.move(self.hands.store, self.id, at=self.hands.now(), before=before)
        if self.at == 0 and self.doing is None and self.verb.check is not None:
            self._learn(self.verb.check(self.hands, self.change, self.known))

    def _learn(self, known: Known) -> None:
        if known != self.known:
            self.known = known
            outbox.move(self.hands.store, self.id, at=self.hands.now(), facts=known)

    def _step(self, step: Step) -> bool:
        """One step to its end. True when the quiet time must pass first."""
        hands = self.hands
        tried = self.doing is not None
        if self.doing is not None and not step.repeatable and hands.now() < self.doing + hands.quiet:
            until = self.doing + hands.quiet
            outbox.move(hands.store, self.id, at=hands.now(), state=IntentState.UNKNOWN, not_before=until)
            return True
        found = step.look(hands, self.change, self.known, tried)
        if found is None:
            if self.attempts >= hands.most_attempts:
                raise NeedsHuman(say("It was tried {n} times without a clear answer.", n=self.attempts))
            try:
                found = self._send(step)
            except GoBack as back:
                self._go_back(back)
                return False
        self.known = {**self.known, **found}
        self.at += 1
        self.doing, self.attempts = None, 0
        outbox.move(
            hands.store, self.id, at=hands.now(), facts=self.known, step=self.at, doing=None, attempts=0
        )
        hands.point(f"{self.change.verb}.{step.name}.recorded")
        return False

    def _send(self, step: Step) -> Known:
        """Commit that the request is about to leave, check that it still may, send it."""
        hands = self.hands
        if step.prepare is not None:
            self._learn(step.prepare(hands, self.change, self.known))
        before = self.doing, self.attempts
        self.doing, self.attempts = hands.now(), self.attempts + 1
        outbox.move(
            hands.store,
            self.id,
            at=self.doing,
            state=IntentState.SENDING,
            doing=self.doing,
            attempts=self.attempts,
        )
        hands.point(f"{self.change.verb}.{step.name}.intended")
        try:
            hands.check()
        except Temporary:
            self.doing, self.attempts = before  # nothing left
            raise
        try:
            found = step.act(hands, self.change, self.known)
        except Temporary:
            self.doing, self.attempts = before  # provably nothing came of it
            raise
        hands.point(f"{self.change.verb}.{step.name}.answered")
        return found

    def _go_back(self, back: GoBack) -> None:
        returns = self.known.get("returns", 0) + 1
        if returns > _MOST_RETURNS:
            raise NeedsHuman(say("What it is about keeps changing; it was prepared {n} times.", n=returns))
        self.at = self.verb.place(back.step)
        self.known = {**back.known, "returns": returns}
        self.doing, self.attempts = None, 0
        outbox.move(
            self.hands.store,
            self.id,
            at=self.hands.now(),
            facts=self.known,
            step=self.at,
            doing=None,
            attempts=0,
        )

    def _wait(self, state: IntentState, why: Message) -> tuple[IntentState, Message]:
        pause = self.hands.quiet if state is IntentState.UNKNOWN else self.hands.retry_after
        outbox.move(
            self.hands.store,
            self.id,
            at=self.hands.now(),
            state=state,
            not_before=self.hands.now() + pause,
            why=why,
            doing=self.doing,
            attempts=self.attempts,
        )
        return state, why

    def _end(self, state: IntentState, why: Message | None) -> tuple[IntentState, Message | None]:
        outbox.move(
            self.hands.store,
            self.id,
            at=self.hands.now(),
            state=state,
            doing=None,
            not_before=None,
            why=why,
            publish_at=self.known.get("publish_at"),
        )
        return state, why


def crash_points() -> list[str]:
    """Every place between a commit and a request, from the verbs themselves; a test crashes at each."""
    return [
        f"{name}.{step.name}.{moment}"
        for name, verb in VERBS.items()
        for step in verb.steps
        for moment in ("intended", "answered", "recorded")
    ]
