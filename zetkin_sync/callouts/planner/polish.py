"""Making a plan better one message at a time: another message for the same person, or another person.

Greedy choices cannot be taken back; these can. A round first reckons for everybody at once whether anything
better may exist, and then tries those exactly, the most promising first, until a round finds nothing worth
the name. At the end no message adds less than the least. What a person can be sent is a `Choice`: any menu of
her own, or one of a few bundles.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from zetkin_sync.callouts.planner.filling import Filling
from zetkin_sync.callouts.planner.greedy import Menus, values
from zetkin_sync.callouts.planner.instance import Core, Floats, sum_by
from zetkin_sync.callouts.planner.menus import LEAST, Scored, Times, best_menu
from zetkin_sync.callouts.planner.rows import Rows

_ROUNDS = 12
_WORK = 4_000_000  # pairs looked at in all rounds together, about; at least two rounds
_ENOUGH = 1e-3  # a round that gains less than this share is the last


class Choice(Protocol):
    """What each person can be sent."""

    def best(self, person: int, worth: list[float]) -> tuple[float, list[int]]:
        """The message that adds most at this worth of the events: its gain and its pairs."""
        ...

    def possible(self, value: Floats) -> Floats:
        """For every person at least what her best message adds, pairs being worth `value`."""
        ...


class Personal:
    """Everybody may get a message of her own."""

    def __init__(self, core: Core, rows: Rows) -> None:
        self.core, self.rows = core, rows
        self.times = Times(core.clashes, core.starts.tolist(), core.ends.tolist())
        self.first: list[int] = core.first.tolist()

    def best(self, person: int, worth: list[float]) -> tuple[float, list[int]]:
        begin, end = self.first[person], self.first[person + 1]
        events, chances = self.core.event[begin:end].tolist(), self.core.chance[begin:end].tolist()
        scored: list[Scored] = [
            (-round(worth[j] * p, 12), pair, j)
            for pair, (j, p) in enumerate(zip(events, chances, strict=True), start=begin)
        ]
        return best_menu(scored, self.times, self.core.rules.lines)

    def possible(self, value: Floats) -> Floats:
        return self.rows.best(value)[0]


class Working:
    """A plan while it is being changed."""

    def __init__(self, core: Core, choice: Choice, menus: Menus, filling: Filling) -> None:
        self.core, self.choice, self.menus, self.filling = core, choice, menus, filling
        self.toll: list[float] = np.maximum(core.toll, LEAST).tolist()

    def ask(self, person: int, menu: list[int]) -> None:
        self.menus[person] = menu
        for pair in menu:
            self.filling.add(int(self.core.event[pair]), float(self.core.chance[pair]))

    def leave(self, person: int) -> tuple[list[int], float]:
        """Take a person out; what she was asked, and what that added."""
        menu = self.menus.pop(person)
        lines = [(int(self.core.event[pair]), float(self.core.chance[pair])) for pair in menu]
        for event, chance in lines:
            self.filling.remove(event, chance)
        return menu, sum(self.filling.worth[event] * chance for event, chance in lines)

    def best(self, person: int) -> tuple[float, list[int]]:
        return self.choice.best(person, self.filling.worth)

    def now(self) -> tuple[Floats, Floats]:
        """What every pair adds (if asked) or would add, and what every person's message adds."""
        core = self.core
        value = values(core, self.filling)
        pairs = np.fromiter((pair for menu in self.menus.values() for pair in menu), dtype=np.int64)
        value[pairs] = (
            self.filling.worth_without_each(core.event[pairs], core.chance[pairs]) * core.chance[pairs]
        )
        return value, sum_by(core.person[pairs], value[pairs], core.people)

    def refresh(self) -> float:
        """The plan's value net of tolls, reckoned anew."""
        return self.filling.refresh() - sum(self.toll[person] for person in self.menus)


def polish(core: Core, choice: Choice, menus: Menus, filling: Filling) -> float:
    """Change the plan in place until it is as good as single moves make it; its value net of tolls."""
    plan = Working(core, choice, menus, filling)
    value = plan.refresh()
    for _ in range(min(_ROUNDS, max(2, _WORK // max(1, len(core.chance))))):
        _round(plan)
        before, value = value, plan.refresh()
        if value - before <= _ENOUGH * abs(before):
            break
    _drop_the_useless(plan)
    return plan.refresh()


def _round(plan: Working) -> None:
    value, now = plan.now()
    possible = plan.choice.possible(value)
    asked = np.zeros(plan.core.people, dtype=bool)
    asked[list(plan.menus)] = True
    hope = np.where(asked, possible - now, possible - np.maximum(plan.core.toll, LEAST))
    order = np.lexsort((np.arange(len(hope)), -np.round(hope, 12)))
    for person in order[(hope > LEAST)[order] & asked[order]].tolist():
        menu, gain = plan.leave(person)
        better, found = plan.best(person)
        if max(gain, better) >= plan.toll[person]:
            plan.ask(person, found if better > gain + LEAST else menu)
    _exchange(plan, order[(hope >= 0)[order] & ~asked[order]].tolist())


def _exchange(plan: Working, waiting: list[int]) -> None:
    """Ask those not asked: while the budget lasts, and then in place of those who add least."""
    weakest: list[tuple[float, int]] | None = None
    for person in waiting:
        gain, menu = plan.best(person)
        spare = gain - plan.toll[person]
        if spare < 0:
            continue
        if len(plan.menus) < plan.core.budget:
            plan.ask(person, menu)
            continue
        if weakest is None:
            weakest = _weakest(plan)[::-1]
        if not weakest or weakest[-1][0] >= spare - LEAST:
            return
        _, other = weakest.pop()
        theirs, lost = plan.leave(other)
        gain, menu = plan.best(person)
        if gain - plan.toll[person] > lost - plan.toll[other] + LEAST:
            plan.ask(person, menu)
        else:
            plan.ask(other, theirs)


def _weakest(plan: Working) -> list[tuple[float, int]]:
    """What each message adds to the plan as it stands beyond its toll, the least first."""
    _, now = plan.now()
    return sorted((round(float(now[person]) - plan.toll[person], 12), person) for person in plan.menus)


def _drop_the_useless(plan: Working) -> None:
    """Take out messages that add less than their toll, the weakest first; each that goes makes the others worth more."""
    for gain, person in _weakest(plan):
        if gain >= 0:
            return
        menu, left = plan.leave(person)
        if left >= plan.toll[person]:
            plan.ask(person, menu)
