"""Why one person is, or is not, asked about one event: the gates, the chance with its parts, and one sentence."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from zetkin_sync.callouts.distance import Centres, in_words
from zetkin_sync.callouts.gates import Gates
from zetkin_sync.callouts.history import History
from zetkin_sync.callouts.need import Need
from zetkin_sync.callouts.plan import CalloutPlan, Line
from zetkin_sync.callouts.planning import learned_from
from zetkin_sync.callouts.policy import Policy
from zetkin_sync.callouts.why import Passage, passages
from zetkin_sync.language import Message, say
from zetkin_sync.records.facts import Facts

_LOW, _HIGH = 0.08, 0.2


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """A chance as the product it is: type rate · multiplier · streak · distance · showing up."""

    value: float
    type_rate: float
    multiplier: float
    streak: float
    distance: float
    show_up: float
    answers: float
    yes: float


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """The whole answer for one person and one event. `likely` is all of the chance that others should be shown."""

    person: int
    event: int
    asked: bool
    verdict: Message
    passages: tuple[Passage, ...] = ()
    likely: Message | None = None
    parts: Parts | None = None
    line: Line | None = None


class Explainer:
    """Answers for any person and event about a plan; made once for the facts that the plan was made from."""

    def __init__(
        self,
        facts: Facts,
        policy: Policy,
        history: History | None = None,
        *,
        centres: Centres,
        plan: CalloutPlan,
    ) -> None:
        history = History.of(facts) if history is None else history
        self.policy, self.history, self.plan = policy, history, plan
        self.gates = Gates(facts, policy, history, centres)
        self.learned = learned_from(facts, policy, history)
        self.needs = {need.event: need for need in plan.needs.needs}
        self.expects = {expectation.event: expectation for expectation in plan.expects}
        self.lines = {(ask.person, line.event): line for ask in plan.asks for line in ask.lines}
        self.titles = {area.id: area.title for area in facts.areas}

    def explain(self, person: int, event: int) -> Explanation:
        """Total: every pair of numbers gets an answer, also people and events that do not exist."""
        need = self.needs.get(event)
        if need is None:
            why = self.plan.needs.why_not(event) or say("It is not among the upcoming events.")
            return Explanation(person=person, event=event, asked=False, verdict=why)
        line = self.lines.get((person, event))
        known = person in self.gates.people
        chance = self.learned.chance(person, need.type, self.gates.distance(person, need)) if known else None
        return Explanation(
            person=person,
            event=event,
            asked=line is not None,
            verdict=self._asked(person, need, line) if line else self._not_asked(person, need),
            passages=passages(self.gates, person, need),
            likely=None if chance is None else likely(chance.value),
            parts=None
            if chance is None
            else Parts(
                value=chance.value,
                type_rate=chance.type_rate,
                multiplier=chance.multiplier,
                streak=chance.streak,
                distance=chance.distance,
                show_up=chance.show_up,
                answers=chance.asked,
                yes=chance.yes,
            ),
            line=line,
        )

    def _asked(self, person: int, need: Need, line: Line) -> Message:
        written = [asked.at for asked in self.history.asked if asked.person == person]
        area = need.area and self.titles.get(need.area, need.area)
        return say(
            "Is asked about {type} in {place}: {priority}; {distance}; {last}; raises the expected number by {adds}.",
            type=need.type or say("an event"),
            place=area or say("the district"),
            priority=say("priority area") if need.priority else say("not a priority area"),
            distance=say("digital")
            if need.digital
            else in_words(self.gates.distance(person, need), self.policy.distance.edges),
            last=say("last asked {when}", when=max(written)) if written else say("never asked before"),
            adds=round(line.unfilled * line.chance, 2),
        )

    def _not_asked(self, person: int, need: Need) -> Message:
        closed = next((p for p in passages(self.gates, person, need) if not p.open), None)
        if closed is not None:
            return closed.why
        if not any(need.event in email.events for email in self.plan.emails):
            return say("None of this wave's emails names the event; others add more.")
        since = self.gates.facts.now - timedelta(days=self.policy.rotation_days)
        lately = len(self.history.messages_to(since=since).get(person, ()))
        toll = self.policy.tau + self.policy.rotation * lately
        chance = self.learned.chance(person, need.type, self.gates.distance(person, need)).value
        adds = need.weight * self.expects[need.event].unfilled * chance
        ask = self.plan.ask_of(person)
        if ask is not None:
            return say("Gets another email in this wave, which adds more.")
        if adds < toll:
            return say(
                "A message about it would add {adds}; it must add at least {toll}.",
                adds=round(adds, 2),
                toll=round(toll, 2),
            )
        return say("Those who are asked add more with as many messages.")


def likely(chance: float) -> Message:
    """A chance as a class."""
    if chance < _LOW:
        return say("low")
    return say("high") if chance >= _HIGH else say("medium")
