"""Which events need people: open places, how much each weighs and why; and those that a person must look at first."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import msgspec

from zetkin_sync.callouts.distance import Centres, Point
from zetkin_sync.callouts.history import History
from zetkin_sync.callouts.policy import Policy
from zetkin_sync.goals.priorities import GEOGRAPHIC, current
from zetkin_sync.language import Message, say
from zetkin_sync.records.facts import EventFact, Facts


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """An event that asks for people now.

    `open` = required − booked − signed up and not booked yet. `wave` counts from 0. `weight` is what one place
    counts: more in a priority area, less while later waves are still to come. `point` is where it is, roughly;
    None for a digital one.
    """

    event: int
    organization: int
    type: str | None
    starts: datetime
    ends: datetime
    open: int
    required: int
    wave: int
    weight: float
    priority: bool
    digital: bool
    area: str | None = None
    point: Point | None = None


class NotNeeded(msgspec.Struct, frozen=True):
    """An upcoming event that is not asked for, and why. `mend` says that a person should look at it."""

    event: int
    why: Message
    mend: bool = False


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed, by event id, and every upcoming event that is not."""

    needs: tuple[Need, ...] = ()
    others: tuple[NotNeeded, ...] = ()

    @property
    def for_people(self) -> tuple[NotNeeded, ...]:
        """What somebody should look at: no place, no contact, an odd time."""
        return tuple(other for other in self.others if other.mend)

    def why_not(self, event: int) -> Message | None:
        """Why this event does not ask for people; None when it does."""
        if any(need.event == event for need in self.needs):
            return None
        return next(
            (other.why for other in self.others if other.event == event),
            say("It is not among the upcoming events."),
        )


def find_needs(facts: Facts, policy: Policy, history: History, centres: Centres) -> Needs:
    """Every published, upcoming event with open places whose wave is due; the rest with the first reason."""
    known = _Known(facts, history)
    needs: list[Need] = []
    others: list[NotNeeded] = []
    for event in sorted(facts.events, key=lambda e: e.id):
        if event.starts <= facts.local_now:
            continue
        found = _need(event, known, policy, centres)
        if isinstance(found, Need):
            needs.append(found)
        else:
            others.append(found)
    return Needs(needs=tuple(needs), others=tuple(others))


class _Known:
    """What is asked of many events, indexed once."""

    def __init__(self, facts: Facts, history: History) -> None:
        self.facts = facts
        self.booked = Counter(p.event for p in facts.participations if p.cancelled is None)
        self.read = {p.event for p in facts.participations}
        told = {(p.event, p.person) for p in facts.participations}
        self.waiting = Counter(r.event for r in facts.responses if (r.event, r.person) not in told)
        self.last_asked: dict[int, datetime] = {}
        for line in history.asked:
            if line.at > self.last_asked.get(line.event, datetime.min.replace(tzinfo=line.at.tzinfo)):
                self.last_asked[line.event] = line.at
        by_owner = current(facts.priorities, day=facts.today)
        self.priority_areas = {p.subject for some in by_owner.values() for p in some if p.kind == GEOGRAPHIC}

    def open(self, event: EventFact) -> int:
        booked = self.booked[event.id] if event.id in self.read else event.available
        return max(0, event.required - booked - self.waiting[event.id])

    def asked_since(self, event: EventFact, local: datetime) -> bool:
        """Was this event asked for since this local time?"""
        last = self.last_asked.get(event.id)
        return last is not None and last.astimezone(self.facts.zone).replace(tzinfo=None) >= local


def _need(event: EventFact, known: _Known, policy: Policy, centres: Centres) -> Need | NotNeeded:
    facts, rules = known.facts, policy.need
    open_places = known.open(event)
    days = (event.starts - facts.local_now) / timedelta(days=1)
    wave = policy.wave_of(days)
    if event.id in facts.missing_events:
        return NotNeeded(event.id, say("It was not in the last reading of Zetkin."))
    if not event.happens(facts.now):
        called_off = event.cancelled is not None
        return NotNeeded(event.id, say("It is called off.") if called_off else say("It is not published."))
    if rules.types and event.type not in rules.types:
        return NotNeeded(event.id, say("Events of this type do not ask the network."))
    if event.required <= 0:
        return NotNeeded(event.id, say("It does not say how many are needed."))
    if not open_places:
        return NotNeeded(event.id, say("All places are taken."))
    if event.suspicious_time or event.ends < event.starts:
        return NotNeeded(event.id, say("Its time looks wrong."), mend=True)
    if rules.contact_needed and event.contact is None:
        return NotNeeded(event.id, say("It has no contact."), mend=True)
    digital = event.type in rules.digital
    point = None if digital else centres.of_event(event)
    if point is None and not digital:
        return NotNeeded(event.id, say("Nobody knows where it is."), mend=True)
    if days * 24 < rules.earliest_hours:
        return NotNeeded(event.id, say("It is too soon to ask anybody more."))
    if wave is None:
        first = event.starts - timedelta(days=policy.waves[0].days_before)
        return NotNeeded(event.id, say("It is asked for from {day}.", day=first.date()))
    if known.asked_since(event, event.starts - timedelta(days=policy.waves[wave].days_before)):
        return NotNeeded(event.id, _next_wave(event, wave, policy))
    area = next((a for a in event.areas if a in known.priority_areas), None)
    return Need(
        event=event.id,
        organization=event.organization,
        type=event.type,
        starts=event.starts,
        ends=event.ends,
        open=open_places,
        required=event.required,
        wave=wave,
        weight=(rules.priority_weight if area else 1.0) * policy.tau / policy.waves[wave].tau,
        priority=area is not None,
        digital=digital,
        area=area or next(iter(event.areas), None),
        point=point,
    )


def _next_wave(event: EventFact, wave: int, policy: Policy) -> Message:
    if wave + 1 == len(policy.waves):
        return say("It has been asked for in its last wave.")
    following = event.starts - timedelta(days=policy.waves[wave + 1].days_before)
    return say("It has been asked for in this wave; the next begins on {day}.", day=following.date())
