"""Which events stand in which bundle, given who gets it.

A search aid: turnout is taken as Poisson, E[min(n, Poisson(μ))], which needs only the expected number μ; the
plan itself is always reckoned exactly.
"""

from __future__ import annotations

import numpy as np

from zetkin_sync.callouts.planner.audiences import Bundles
from zetkin_sync.callouts.planner.greedy import Menus
from zetkin_sync.callouts.planner.instance import Core, Floats, Ints, sum_by
from zetkin_sync.callouts.planner.menus import LEAST

_LARGE = 64  # above this many places an event is taken to fill up to the brim


def fluid(places: Ints, mean: Floats) -> Floats:
    """E[min(n, Poisson(μ))] for arrays that fit each other."""
    term = np.exp(-mean)
    below = term.copy()  # P(X ≤ k)
    filled = np.zeros(np.broadcast(places, mean).shape)
    for k in range(int(min(places.max(initial=0), _LARGE))):
        filled += np.where(k < places, 1 - below, 0.0)
        term = term * mean / (k + 1)
        below = below + term
    return np.where(places > _LARGE, np.minimum(places, mean), filled)


def lines_for(core: Core, audiences: list[list[int]]) -> Bundles:
    """The best lines for these audiences, greedily: at most m each, none clashing; sorted, without the empty."""
    count = len(audiences)
    whose = np.full(core.people, -1)
    for number, people in enumerate(audiences):
        whose[people] = number
    asked = whose[core.person] >= 0
    cell = whose[core.person[asked]] * core.events + core.event[asked]
    brings = sum_by(cell, core.chance[asked], count * core.events)
    brings = brings.reshape(count, core.events)
    mean = np.array([sum(some) for some in core.before])
    gain = core.weight * (fluid(core.places, mean + brings) - fluid(core.places, mean))
    clashes = core.clashes
    chosen: list[list[int]] = [[] for _ in audiences]
    blocked = [0] * count
    while True:
        number, event = divmod(int(np.argmax(gain)), core.events)
        if gain[number, event] <= LEAST:
            break
        chosen[number].append(event)
        blocked[number] |= clashes[event]
        mean[event] += brings[number, event]
        places = core.places[event : event + 1]
        more = fluid(places, mean[event] + brings[:, event]) - fluid(places, mean[event : event + 1])
        gain[:, event] = np.where(gain[:, event] > 0, core.weight[event] * more, 0.0)
        gain[number, [j for j in range(core.events) if blocked[number] >> j & 1]] = 0.0
        if len(chosen[number]) == core.rules.lines:
            gain[number] = 0.0
    return tuple(sorted(tuple(sorted(events)) for events in chosen if events))


def audiences_of(menus: Menus, whose: dict[int, int], count: int) -> list[list[int]]:
    """People by bundle."""
    found: list[list[int]] = [[] for _ in range(count)]
    for person in sorted(menus):
        found[whose[person]].append(person)
    return found
