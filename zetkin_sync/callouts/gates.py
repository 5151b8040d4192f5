"""Who may be asked about what: one named gate after the other, each of which can be told to anybody who asks why.

A person who stands before a closed gate is not asked; the first closed one is the reason. What a gate says in
words is in `why`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache

from zetkin_sync.callouts.distance import Centres, Point, class_of
from zetkin_sync.callouts.history import History
from zetkin_sync.callouts.need import Need
from zetkin_sync.callouts.policy import WEEKDAYS, Free, Policy
from zetkin_sync.records.facts import Facts, PersonFact


class Gate(StrEnum):
    """The gates in their order."""

    CONSENT = "consent"
    RESTRICTED = "restricted"
    MISSING = "missing"
    REACHABLE = "reachable"
    OPTED_OUT = "opted_out"
    INTEREST = "interest"
    DISTANCE = "distance"
    AVAILABLE = "available"
    BOOKED = "booked"
    CLASH = "clash"
    ASKED = "asked"
    CAP = "cap"
    REST = "rest"


_Busy = tuple[int, datetime, datetime]  # an event, from, to
_OF_PERSON = (
    Gate.CONSENT,
    Gate.RESTRICTED,
    Gate.MISSING,
    Gate.REACHABLE,
    Gate.OPTED_OUT,
    Gate.CAP,
    Gate.REST,
)
_OF_PAIR = tuple(gate for gate in Gate if gate not in _OF_PERSON)


class Gates:
    """The gates of one district at one moment; asking changes nothing."""

    def __init__(self, facts: Facts, policy: Policy, history: History, centres: Centres) -> None:
        self.facts, self.policy, self.history = facts, policy, history
        self.centres = centres
        self.people: Mapping[int, PersonFact] = {person.id: person for person in facts.people}
        self.tagged: dict[str, set[int]] = {}
        for tag in facts.tags:
            self.tagged.setdefault(tag.title, set()).update(tag.people)
        self.network = frozenset(self.tagged.get(policy.network.tag, ()))
        self._left = {i for title in policy.network.left_tags for i in self.tagged.get(title, ())}
        window = facts.now - timedelta(days=policy.caps.days)
        self.messages = history.messages_to(since=window)
        self._free = self._availability()
        self._busy: Mapping[int, list[_Busy]] = self._bookings()
        self._pending: Mapping[int, list[_Busy]] = self._waiting()
        self._asked = {(line.person, line.event): line.at for line in history.asked}
        self._class: Callable[[str | None, Point | None], int | None] = cache(self._class_of)

    def allowance(self, person: int) -> int:
        """How many messages more this person may get in the window."""
        return max(0, self.policy.caps.messages - len(self.messages.get(person, ())))

    def distance(self, person: int, need: Need) -> int | None:
        """The distance class; 0 for a digital event."""
        found = self.people.get(person)
        return 0 if need.digital else self._class(found.postcode if found else None, need.point)

    def first_closed(self, person: int, need: Need) -> Gate | None:
        """The first closed gate, None when all are open."""
        return next((gate for gate in Gate if not self.is_open(gate, person, need)), None)

    def closed_to(self, person: int) -> Gate | None:
        """The first gate that is closed to a person whatever the event; None when there is none."""
        return next((gate for gate in _OF_PERSON if not self.is_open_to(gate, person)), None)

    def is_open(self, gate: Gate, person: int, need: Need) -> bool:
        match gate:
            case Gate.INTEREST:
                tag = self.policy.interests.get(need.type or "")
                return tag is None or person in self.tagged.get(tag, ())
            case Gate.DISTANCE:
                return self._near_enough(person, need)
            case Gate.AVAILABLE:
                free = self._free.get(person)
                return free is None or any(_within(need.starts, need.ends, part) for part in free)
            case Gate.BOOKED:
                return not any(event == need.event for event, _, _ in self._busy.get(person, ()))
            case Gate.CLASH:
                return self.clash(person, need) is None
            case Gate.ASKED:
                return (person, need.event) not in self._asked
            case _:
                return self.is_open_to(gate, person)

    def is_open_to(self, gate: Gate, person: int) -> bool:
        match gate:
            case Gate.CONSENT:
                return person in self.network and self.consented(person)
            case Gate.RESTRICTED:
                return person not in self.history.restricted
            case Gate.MISSING:
                return person in self.people and person not in self.facts.missing_people
            case Gate.REACHABLE:
                found = self.people.get(person)
                return found is not None and found.has_email and person not in (self.facts.unreachable or ())
            case Gate.OPTED_OUT:
                return person not in self._left and not self._has_left(person)
            case Gate.CAP:
                return self.allowance(person) > 0
            case Gate.REST:
                newest = max(self.messages.get(person, ()), default=None)
                return newest is None or self.facts.now >= newest + timedelta(days=self.policy.caps.rest_days)
            case _:
                raise ValueError(f"{gate} needs an event")

    def consented(self, person: int) -> bool:
        network, found = self.policy.network, self.people.get(person)
        if found is None:
            return True  # a later gate says that the person is missing
        dated = network.date_field is None or self.agreed(found) is not None
        return dated and (network.source_field is None or bool(found.fields.get(network.source_field)))

    def _has_left(self, person: int) -> bool:
        """Has this person left, and not said yes again on a later day?"""
        left, found = self.history.opted_out.get(person), self.people.get(person)
        if left is None:
            return False
        agreed = self.agreed(found) if found and self.policy.network.date_field else None
        return agreed is None or agreed <= left.astimezone(self.facts.zone).date()

    def agreed(self, person: PersonFact) -> date | None:
        """The day of the consent, if there is one that has come."""
        text = str(person.fields.get(self.policy.network.date_field or "") or "")[:10]
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return None
        return day if day <= self.facts.today else None

    def _class_of(self, postcode: str | None, point: Point | None) -> int | None:
        return class_of(self.centres.of_postcode(postcode), point, self.policy.distance.edges)

    def _near_enough(self, person: int, need: Need) -> bool:
        rules = self.policy.distance
        away = self.distance(person, need)
        if away is None:
            return rules.unknown_is_asked
        return away <= rules.by_type.get(need.type or "", rules.farthest)

    def _availability(self) -> dict[int, tuple[Free, ...]]:
        free: dict[int, tuple[Free, ...]] = {}
        for tag, parts in sorted(self.policy.availability.items()):
            for person in self.tagged.get(tag, ()):
                free[person] = free.get(person, ()) + parts
        return free

    def _bookings(self) -> dict[int, list[_Busy]]:
        """For each person the events ahead that she is booked on or has signed up for."""
        events = {event.id: event for event in self.facts.events if event.happens(self.facts.now)}
        off = {(p.person, p.event) for p in self.facts.participations if p.cancelled is not None}
        pairs = {(p.person, p.event) for p in self.facts.participations if p.cancelled is None}
        pairs |= {(r.person, r.event) for r in self.facts.responses} - off
        busy: dict[int, list[_Busy]] = {}
        for person, event in sorted(pairs):
            if event in events and events[event].ends > self.facts.local_now:
                busy.setdefault(person, []).append((event, events[event].starts, events[event].ends))
        return busy

    def _waiting(self) -> dict[int, list[_Busy]]:
        """For each person the events she was asked about so lately that she may still answer."""
        events = {event.id: event for event in self.facts.events if event.happens(self.facts.now)}
        patience = timedelta(days=self.policy.learning.patience_days)
        waiting: dict[int, list[_Busy]] = {}
        for line in sorted(self.history.asked, key=lambda line: (line.person, line.event, line.at)):
            if line.at + patience > self.facts.now and line.event in events:
                at = events[line.event]
                waiting.setdefault(line.person, []).append((line.event, at.starts, at.ends))
        return waiting

    def clash(self, person: int, need: Need) -> int | None:
        """An event of hers, or one she was just asked about, at the same time, with time to travel between."""
        travel = timedelta(minutes=0 if need.digital else self.policy.travel_minutes)
        taken: list[_Busy] = [*self._busy.get(person, []), *self._pending.get(person, [])]
        for event, starts, ends in taken:
            if event != need.event and starts < need.ends + travel and need.starts < ends + travel:
                return event
        return None


def _within(starts: datetime, ends: datetime, free: Free) -> bool:
    if WEEKDAYS[starts.weekday()] not in free.days or starts.time() < free.start:
        return False
    day_after = datetime.combine(starts.date() + timedelta(days=1), time(0, 0))
    latest = day_after if free.to == time(0, 0) else datetime.combine(starts.date(), free.to)
    return ends <= latest


def candidates(gates: Gates, needs: Iterable[Need]) -> dict[int, list[Need]]:
    """Everybody in the network for whom some need's gates are all open, and those needs."""
    found: dict[int, list[Need]] = {}
    wanted = list(needs)
    for person in sorted(gates.network):
        if gates.closed_to(person) is None:
            fitting = [need for need in wanted if all(gates.is_open(gate, person, need) for gate in _OF_PAIR)]
            if fitting:
                found[person] = fitting
    return found
