"""Half a year of asking with a hidden truth: how many come, how many messages it takes, who leaves, who is asked.

The people are invented, in the spirit of what is known of notified volunteers (CALLOUTS B4): some of those who do not
answer ignore everything for three weeks, and more than two messages in four weeks make people leave. The planner
knows answers only. Its plans come from the same functions as a district's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from zetkin_sync.callouts.distance import Centres, kilometres
from zetkin_sync.callouts.effect import gini
from zetkin_sync.callouts.history import Asked, History
from zetkin_sync.callouts.planning import plan
from zetkin_sync.callouts.policy import Distance, Learning, Need, Policy, Wave
from zetkin_sync.records.facts import (
    AreaFact,
    EventFact,
    Facts,
    ParticipationFact,
    PersonFact,
    PriorityFact,
    ResponseFact,
    TagFact,
)

ZONE = ZoneInfo("Europe/Stockholm")
BEGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)  # a Monday
WEEKS = 26
DAYS = (0,)  # a wave each Monday
KINDS = ("Affischering", "Flygblad", "Dörrknackning", "Torgmöte")
RATES = (0.12, 0.16, 0.20, 0.26)
POLICY = Policy(
    need=Need(contact_needed=False, earliest_hours=12),
    distance=Distance(edges=(4.0, 8.0, 20.0), farthest=0, unknown_is_asked=False),
    interests={kind: f"Vill: {kind}" for kind in KINDS},
    waves=(Wave(days_before=15, tau=0.08), Wave(days_before=8, tau=0.03)),
    learning=Learning(patience_days=3),
)


@dataclass
class Result:
    """What half a year came to."""

    places: int = 0
    filled: int = 0
    messages: int = 0
    left: int = 0
    asked: list[int] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def fill(self) -> float:
        return self.filled / self.places

    @property
    def per_place(self) -> float:
        return self.messages / max(1, self.filled)

    @property
    def gini(self) -> float:
        return gini(self.asked)


class World:
    """Activists with a hidden will, and a few events a week."""

    def __init__(self, seed: int, *, people: int = 1000, events: int = 20, attention: float = 1.0) -> None:
        dice = self.dice = np.random.default_rng(seed)
        self.people, self.attention = people, attention
        centres = dice.uniform([17.85, 59.25], [18.15, 59.42], (8, 2))
        self.home = centres[dice.integers(8, size=people)] + dice.normal(0, [0.03, 0.015], (people, 2))
        self.will = np.exp(dice.normal(-0.32, 0.8, people))
        self.likes = dice.random((people, len(KINDS))) < 0.6
        self.mailed = dice.random(people) < 0.95  # has an address that works
        self.deaf_until = np.full(people, BEGIN)
        self.gone = np.zeros(people, dtype=bool)
        self.got: list[list[datetime]] = [[] for _ in range(people)]
        self.events = [self._event(w, n, centres) for w in range(WEEKS) for n in range(events)]
        self.bookings: list[tuple[EventFact, int, bool]] = []  # who signed up, and whether they will show up
        self.responses: list[ResponseFact] = []
        self.booked: list[list[EventFact]] = [[] for _ in range(people)]
        self.comes: dict[int, int] = {}

    def _event(self, week: int, number: int, centres: Any) -> EventFact:
        dice = self.dice
        at = centres[dice.integers(len(centres))] + dice.normal(0, [0.02, 0.01])
        day = int(dice.integers(7))
        hour = int(dice.choice([10, 13])) if day > 4 else int(dice.choice([16, 17, 18, 19]))
        starts = (BEGIN + timedelta(weeks=week, days=day)).replace(hour=hour, tzinfo=None)
        priority = bool(dice.random() < 0.4)
        return EventFact(
            id=week * 1000 + number + 1,
            organization=1,
            title="",
            starts=starts + timedelta(days=1),  # the earliest is asked for a day ahead
            ends=starts + timedelta(days=1, hours=2),
            type=KINDS[int(dice.integers(len(KINDS)))],
            required=1 + int(dice.poisson(4)),
            published=BEGIN - timedelta(days=1),
            lng=float(at[0]),
            lat=float(at[1]),
            areas=("prio",) if priority else ("annat",),
            located="located",
        )

    def chance(self, person: int, event: EventFact) -> float:
        """The hidden one, that she signs up; 0 where she would not go at all."""
        kind = KINDS.index(event.type or KINDS[0])
        away = kilometres(tuple(self.home[person]), (event.lng or 0, event.lat or 0))
        if away >= 4 or not self.likes[person, kind]:
            return 0.0
        return float(min(0.9, RATES[kind] * self.will[person] * np.exp(-away / 10)))

    def facts(self, now: datetime) -> Facts:
        """What a district would know: no will, no mood."""
        known = [e for e in self.events if abs((e.starts.replace(tzinfo=UTC) - now).days) < 40]
        here = np.flatnonzero(~self.gone).tolist()
        tags = [TagFact(id=1, title=POLICY.network.tag, group=None, owner=1, people=frozenset(here))]
        for number, kind in enumerate(KINDS):
            fans = frozenset(p for p in here if self.likes[p, number])
            tags.append(TagFact(id=2 + number, title=f"Vill: {kind}", group=None, owner=1, people=fans))
        return Facts(
            district=1,
            now=now,
            zone=ZONE,
            people=tuple(
                PersonFact(id=p, organizations=(1,), has_email=True, postcode=f"{10_000 + p}") for p in here
            ),
            tags=tuple(tags),
            events=tuple(known),
            participations=tuple(_told(*booking, now) for booking in self.bookings),
            responses=tuple(self.responses),
            areas=(AreaFact(id="prio", title="Prio"), AreaFact(id="annat", title="Annat")),
            priorities=(PriorityFact(owner=1, kind="geographic", subject="prio"),),
            unreachable=frozenset(np.flatnonzero(~self.mailed).tolist()),
        )

    def receive(self, person: int, offers: list[EventFact], at: datetime) -> None:
        """Somebody gets a message: leaves, ignores it, or signs up for what suits."""
        lately = sum(t > at - timedelta(days=28) for t in self.got[person])
        self.got[person].append(at)
        if not self.mailed[person]:
            return
        if self.dice.random() < 0.002 + (0.015 if lately >= 2 else 0.0):
            self.gone[person] = True
            return
        if self.deaf_until[person] > at:
            return
        heard = False
        for place, event in enumerate(offers):
            chance = self.chance(person, event)
            if chance and self.dice.random() < chance * self.attention**place:
                heard = self._sign_up(person, event, at) or heard
        if not heard and self.dice.random() < 0.35:
            self.deaf_until[person] = at + timedelta(weeks=3)

    def _sign_up(self, person: int, event: EventFact, at: datetime) -> bool:
        if any(o.starts < event.ends and event.starts < o.ends for o in self.booked[person]):
            return False
        self.booked[person].append(event)
        self.responses.append(ResponseFact(event=event.id, person=person, responded=at + timedelta(hours=9)))
        shows = self.dice.random() < 0.8
        self.bookings.append((event, person, bool(shows)))
        self.comes[event.id] = self.comes.get(event.id, 0) + shows
        return True

    def result(self) -> Result:
        return Result(
            places=sum(e.required for e in self.events),
            filled=sum(min(e.required, self.comes.get(e.id, 0)) for e in self.events),
            messages=sum(map(len, self.got)),
            left=int(self.gone.sum()),
            asked=[len(some) for some in self.got],
        )


def _told(event: EventFact, person: int, shows: bool, now: datetime) -> ParticipationFact:
    """A booking as a district knows it: whether somebody came is known when it is over."""
    over = event.ends.replace(tzinfo=UTC)
    seen = over if over <= now else None
    return ParticipationFact(
        event=event.id, person=person, attended=seen if shows else None, noshow=None if shows else seen
    )


def mass_mail(world: World, *, capped: bool) -> Result:
    """Everybody gets all events every week; under the cap every other week, half of the people at a time."""
    for week in range(WEEKS):
        at = BEGIN + timedelta(weeks=week)
        offers = sorted((e for e in world.events if e.id // 1000 == week), key=lambda e: (e.starts, e.id))
        for person in np.flatnonzero(~world.gone).tolist():
            if not capped or (person + week) % 2 == 0:
                world.receive(person, offers, at)
    return world.result()


def callouts(world: World, policy: Policy = POLICY, *, days: Sequence[int] = DAYS) -> Result:
    """A wave on these days of each week, planned from facts and answers; every rule is held against what was sent,
    from outside."""
    history: list[Asked] = []
    broken: list[str] = []
    centres = Centres(postcodes={f"{10_000 + p}": tuple(world.home[p]) for p in range(world.people)})
    for week, day in product(range(WEEKS), days):
        at = BEGIN + timedelta(weeks=week, days=day)
        facts = world.facts(at)
        made = plan(facts, policy, History(asked=tuple(history)), centres=centres, proof=False)
        events = {event.id: event for event in world.events}
        for email in made.emails:
            offers = [events[e] for e in email.events]
            for person in email.people:
                broken += _broken(world, person, offers, at)
                world.receive(person, offers, at)
        history += made.asked(at=at)
    result = world.result()
    result.broken = broken
    return result


def _broken(world: World, person: int, offers: list[EventFact], at: datetime) -> list[str]:
    """The rules that a message would break."""
    got = world.got[person]
    wrong = []
    if world.gone[person]:
        wrong.append("to somebody who has left")
    if not world.mailed[person]:
        wrong.append("to somebody whom mail does not reach")
    if sum(t > at - timedelta(days=28) for t in got) >= POLICY.caps.messages:
        wrong.append("over the cap")
    if got and at - max(got) < timedelta(days=POLICY.caps.rest_days):
        wrong.append("no rest")
    if any(a is not b and a.starts < b.ends and b.starts < a.ends for a in offers for b in offers):
        wrong.append("a clash in the message")
    fitting = [event for event in offers if world.chance(person, event) > 0]
    free = [
        e for e in fitting if not any(o.starts < e.ends and e.starts < o.ends for o in world.booked[person])
    ]
    if not free:
        wrong.append("nothing in it fits")
    return wrong
