"""A wave as at most K emails: which events stand together in one, and who gets it (BUNDLES §2).

From several starts, people are given to bundles and lines to bundles in turn until neither gets better; the
best is then improved by exchanging single lines. Deterministic: ties go to the lower number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zetkin_sync.callouts.planner import starts
from zetkin_sync.callouts.planner.audiences import Bundled, Bundles, Desk, assign
from zetkin_sync.callouts.planner.exchange import improve, promising
from zetkin_sync.callouts.planner.filling import Filling
from zetkin_sync.callouts.planner.greedy import Menus
from zetkin_sync.callouts.planner.instance import Core, Floats
from zetkin_sync.callouts.planner.lines import lines_for
from zetkin_sync.callouts.planner.polish import Working, polish

_SMALL = 2_500_000  # people times bundles looked at; above it fewer starts, and no exchanges
_WORK = 150_000  # messages given out in all trial exchanges together, about
_TRIALS = 600
_PATIENCE = 40  # exchanges tried before it is good enough


@dataclass(frozen=True, eq=False)
class Attempt:
    """Bundles, who gets which, and what it is worth net of tolls."""

    choice: Bundled
    menus: Menus
    filling: Filling
    value: float

    @property
    def audiences(self) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in self.choice.bundles]
        for person in sorted(self.menus):
            found[self.choice.bundle_of(person, self.menus[person])].append(person)
        return found


def attempt(desk: Desk, bundles: Bundles) -> Attempt:
    """People for these bundles."""
    choice = Bundled(desk, tuple(sorted(set(bundles))))
    menus, filling = assign(choice)
    return Attempt(choice, menus, filling, filling.refresh() - float(desk.core.toll[list(menus)].sum()))


def climb(desk: Desk, bundles: Bundles) -> Attempt:
    """People for bundles, lines for audiences, in turn, as long as it gets better."""
    now = attempt(desk, bundles)
    while True:
        lines = lines_for(desk.core, now.audiences)
        if not lines or lines == now.choice.bundles:
            return now
        after = attempt(desk, lines)
        if after.value <= now.value + 1e-9:
            return now
        now = after


def search(core: Core, menus: Menus, worth: Floats) -> Attempt:
    """The best few bundles found, beginning from the personal plan `menus` and its `worth` of the events."""
    desk, count = Desk(core), core.rules.bundles or 1
    company = starts.pool(desk, menus, worth)
    small = core.people * len(company) <= _SMALL
    prices = [worth, np.sqrt(worth * core.weight), core.weight][: 3 if small else 2]
    sets = [starts.well_placed(desk, company, count, some) for some in prices]
    sets.append(starts.one_by_one(desk, company, count))
    if small:
        sets += [starts.most_usual(core, menus, count), starts.most_valuable(desk, count)]
    tried = [climb(desk, bundles) for bundles in dict.fromkeys(sets) if bundles]
    if not tried:
        return Attempt(Bundled(desk, ()), {}, Filling(core), 0.0)
    best = max(tried, key=lambda found: found.value)
    if small:
        best = _exchanged(desk, best, company)
    value = polish(core, best.choice, best.menus, best.filling)
    return Attempt(best.choice, best.menus, best.filling, value)


def _exchanged(desk: Desk, start: Attempt, company: list[starts.Bundle]) -> Attempt:
    core = desk.core

    def outlook(bundles: Bundles) -> list[tuple[float, Bundles]]:
        found = attempt(desk, bundles)
        value, now = Working(core, found.choice, found.menus, found.filling).now()
        return promising(
            desk,
            found.choice.bundles,
            value=value,
            now=now,
            fee=core.toll + fee_of(core, now, len(found.menus)),
            company=company,
            room=(core.rules.bundles or 1) - len(found.choice.bundles),
        )

    bundles = improve(
        start.choice.bundles,
        start.value,
        outlook=outlook,
        judge=lambda changed: attempt(desk, changed).value,
        trials=max(20, min(_TRIALS, _WORK // max(1, len(start.menus)))),
        patience=_PATIENCE,
    )
    return climb(desk, bundles)


def fee_of(core: Core, now: Floats, messages: int) -> float:
    """What a message costs beyond its toll: nothing, or what the weakest adds where the budget is used up."""
    asked = now > 0
    if messages < core.budget or not asked.any():
        return 0.0
    return max(0.0, float((now - core.toll)[asked].min()))
