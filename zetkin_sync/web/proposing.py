"""A stored proposal as a person reads it: what it is, what it changes in groups, and the mails that it sends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from zetkin_sync.changes import Change, Plan, from_json
from zetkin_sync.configuration import Role
from zetkin_sync.language import Message, say, say_n
from zetkin_sync.records import PlanState, StoredPlan
from zetkin_sync.store import plans
from zetkin_sync.web.view import View

_VERBS: Mapping[str, Message] = {
    "create_tag": say_n("{n} tag is made", "{n} tags are made", 0),
    "tag": say_n("{n} person gets a tag", "{n} people get a tag", 0),
    "untag": say_n("{n} person loses a tag", "{n} people lose a tag", 0),
    "send_email": say_n("{n} email is sent", "{n} emails are sent", 0),
    "assign_task": say_n("{n} task is given out", "{n} tasks are given out", 0),
    "draft_email": say_n("{n} email is drafted", "{n} emails are drafted", 0),
    "make_list": say_n("{n} list is made", "{n} lists are made", 0),
    "draft_calls": say_n("{n} call list is drafted", "{n} call lists are drafted", 0),
    "remind": say_n("{n} reminder goes out", "{n} reminders go out", 0),
}
_ANY_VERB = say_n("{n} change: {verb}", "{n} changes: {verb}", 0)
SENDS = frozenset({"send_email", "assign_task", "remind"})


@dataclass(frozen=True)
class Group:
    """Changes that differ in nothing but whom they concern."""

    number: int
    organization: int
    verb: str
    reason: Message
    changes: tuple[Change, ...]

    @property
    def removes(self) -> bool:
        return any(c.removes for c in self.changes)

    @property
    def words(self) -> Message:
        form = _VERBS.get(self.verb, _ANY_VERB)
        return Message(form.text, {"n": len(self.changes), "verb": self.verb.replace("_", " ")}, form.plural)

    @property
    def people(self) -> tuple[int, ...]:
        """Whom it concerns, as Zetkin's ids."""
        listed = [p for c in self.changes for p in c.payload.get("people", ())]
        return tuple(dict.fromkeys([*(c.person for c in self.changes if c.person is not None), *listed]))

    @property
    def asks(self) -> Mapping[int, tuple[tuple[int, ...], float | None]]:
        """What each person is asked about: events, and the chance that they come as it was thought then."""
        found: dict[int, tuple[tuple[int, ...], float | None]] = {}
        for change in self.changes:
            chances = change.payload.get("chances", {})
            for person, events in change.payload.get("asks", {}).items():
                found[int(person)] = (tuple(events), chances.get(person))
        return found


class Proposed:
    """A proposal and what may be said about it."""

    def __init__(self, view: View, row: StoredPlan) -> None:
        self.view = view
        self.row = row

    @cached_property
    def plan(self) -> Plan:
        return from_json(self.row.body)

    @property
    def number(self) -> int:
        assert self.row.id is not None
        return self.row.id

    @property
    def title(self) -> Message:
        actions, _ = self.view.installation.bound(self.view.district)
        action = actions.get(self.row.action)
        return (action.title if action else None) or say("{title}", title=self.row.action.replace("_", " "))

    @property
    def state(self) -> Message:
        if self.is_expired:
            return say("expired without an answer")
        found: Message = plans.state_word(self.row.state)
        return found

    @property
    def is_expired(self) -> bool:
        return self.row.state == PlanState.PROPOSED and self.row.expires <= self.view.now

    @property
    def is_open(self) -> bool:
        return self.row.state == PlanState.PROPOSED and not self.is_expired

    @property
    def units(self) -> frozenset[int]:
        """The organizations it acts in."""
        return frozenset(c.organization for c in self.plan.changes)

    @property
    def is_seen(self) -> bool:
        """May the viewer see it: all of the district, or all that it is about?"""
        return self.view.may(Role.VIEWER) or (bool(self.units) and self.units <= set(self.view.units))

    @property
    def may_decide(self) -> bool:
        return all(self.view.may(Role.APPROVER, unit) for unit in self.units or {self.view.district})

    @property
    def decided_by_me(self) -> bool:
        return any(a.who == self.view.me.who for a in self.approvals)

    @cached_property
    def approvals(self) -> list[Any]:
        return plans.approvals(self.view.store, self.number)

    @property
    def sends(self) -> bool:
        """Does approving it make somebody get a message?"""
        return any(c.verb in SENDS for c in self.plan.changes)

    @property
    def button(self) -> Message:
        """What approving does, with its number."""
        if self.sends:
            return say_n(
                "Approve and send to {n} person", "Approve and send to {n} people", self.plan.recipients
            )
        return say_n("Approve {n} change", "Approve {n} changes", self.row.changes)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The whole diff, changes of one kind and reason together, in the plan's order."""
        found: dict[tuple[int, str, str], list[Change]] = {}
        for change in self.plan.changes:
            found.setdefault((change.organization, change.verb, self.view.say(change.reason)), []).append(
                change
            )
        return tuple(
            Group(number, organization, verb, changes[0].reason, tuple(changes))
            for number, ((organization, verb, _), changes) in enumerate(found.items())
        )

    @property
    def mails(self) -> Iterator[tuple[int, Change]]:
        """The emails that it sends, by their place in the plan."""
        for number, change in enumerate(self.plan.changes):
            if change.verb == "send_email":
                yield number, change
