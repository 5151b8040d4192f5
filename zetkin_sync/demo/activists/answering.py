"""What activists decide when something reaches them: to read, to answer, to ignore, to leave."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import partial
from random import Random

from msgspec import Struct, field

from zetkin_sync.demo.activists import happening
from zetkin_sync.demo.activists.truth import Temper, chance_of_signing_up
from zetkin_sync.demo.world.state import State

_EVENT = re.compile(r"/(?:events|actions)/(\d+)")


class _Letter(Struct, frozen=True):
    """A letter as its readers see it: the events it offers, in order, each with its link's id."""

    email: int
    organization: int
    when: datetime
    offers: list[tuple[int, int]]


class Activists(Struct, kw_only=True):
    """The activists of one district and what they remember: who was written to when, who does not listen."""

    temper: Temper
    written: dict[int, list[datetime]] = field(default_factory=dict)
    deaf_until: dict[int, datetime] = field(default_factory=dict)

    def hear(self, state: State, what: str, number: int, when: datetime) -> None:
        """Something reached people: `("email", id, when)` or `("task", id, when)`."""
        if what == "email":
            self._letter(state, number, when)
        else:
            self._task(state, number, when)

    def _letter(self, state: State, number: int, when: datetime) -> None:
        email = state.emails[number]
        offers: dict[int, int] = {}
        for link in state.links.values():
            if link.email == number:
                offers.update(
                    {event: link.id for event in _events_in(state, link.url) if event not in offers}
                )
        letter = _Letter(number, email.organization, when, list(offers.items()))
        for person in sorted(email.recipients):
            if person in state.people:
                self._read(state, letter, person)

    def _read(self, state: State, letter: _Letter, person: int) -> None:
        """One person and one letter: leave, ignore, or open and perhaps sign up."""
        temper, when = self.temper, letter.when
        dice = state.dice("letter", letter.email, person)
        tired = self._is_tired(person, when)
        self.written.setdefault(person, []).append(when)
        if dice.random() < temper.leaves + (temper.leaves_when_tired if tired else 0.0):
            state.later(_after(when, dice, temper), partial(happening.leave, letter.organization, person))
            return
        if self.deaf_until.get(person, when) > when or dice.random() >= temper.opens:
            return
        opened = _after(when, dice, temper)
        state.later(opened, partial(happening.open_letter, letter.email, person))
        answered = False
        for line, (number, link) in enumerate(letter.offers):
            event = state.events[number]
            if dice.random() < chance_of_signing_up(state, state.people[person], event, temper, line=line):
                answered = True
                moment = opened + timedelta(minutes=2 + line)
                state.later(moment, partial(happening.click, link, person))
                state.later(moment, partial(happening.sign_up, temper, number, person))
        if not answered and dice.random() < temper.ignores_after_silence:
            self.deaf_until[person] = when + timedelta(weeks=temper.ignores_weeks)

    def _is_tired(self, person: int, when: datetime) -> bool:
        since = when - timedelta(days=self.temper.tired_days)
        return sum(t > since for t in self.written.get(person, ())) >= self.temper.tired_after

    def _task(self, state: State, number: int, when: datetime) -> None:
        """Those who were given the task just now do it or not, and some sign up for what it leads to."""
        task, temper = state.tasks[number], self.temper
        offers = _events_in(state, str(task.config.get("url", "")))
        for person, given in sorted(task.assigned.items()):
            if given.assigned != when or person not in state.people:
                continue
            dice = state.dice("task", number, person)
            if dice.random() >= temper.does_task:
                continue
            moment = _after(when, dice, temper)
            state.later(moment, partial(happening.do_task, number, person))
            for event in offers:
                chance = chance_of_signing_up(state, state.people[person], state.events[event], temper)
                if dice.random() < min(0.95, chance / temper.does_task):
                    state.later(moment, partial(happening.sign_up, temper, event, person))


def enliven(state: State, temper: Temper | None = None, *, now: datetime) -> Activists:
    """Set the activists free: they answer letters and tasks from now on, and events ahead are really held."""
    activists = Activists(temper=temper or Temper())
    state.watchers.append(activists.hear)
    happening.begin(state, activists.temper, now)
    return activists


def _events_in(state: State, url: str) -> list[int]:
    """The events an address leads to."""
    return [number for text in _EVENT.findall(url) if (number := int(text)) in state.events]


def _after(when: datetime, dice: Random, temper: Temper) -> datetime:
    """Some hours later, mostly few."""
    return when + timedelta(minutes=5 + 60 * dice.expovariate(1 / temper.reply_hours))
