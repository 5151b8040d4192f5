"""Sets of bundles to begin the search from: which emails could there be, and which few of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations
from math import comb

import numpy as np

from zetkin_sync.callouts.planner.audiences import Bundles, Desk
from zetkin_sync.callouts.planner.greedy import Menus
from zetkin_sync.callouts.planner.instance import Core, Floats, Ints, sum_by
from zetkin_sync.callouts.planner.lines import fluid

Bundle = tuple[int, ...]
_POOL = 1500  # bundles looked at
_CELLS = 20_000_000  # bundles times people looked at, at most


def pool(desk: Desk, menus: Menus, worth: Floats) -> list[Bundle]:
    """Bundles worth looking at: all there are when they are few, else each event with its best company, and the
    personal menus that come up most, filled up."""
    core = desk.core
    limit = max(core.events, min(_POOL, _CELLS // max(1, core.people)))
    lines = min(core.rules.lines, core.events)
    found: dict[Bundle, None] = {}
    if sum(comb(core.events, size) for size in range(1, lines + 1)) <= limit:
        clashes = core.clashes
        for size in range(lines, 0, -1):
            for bundle in combinations(range(core.events), size):
                if all(not clashes[a] >> b & 1 for a, b in combinations(bundle, 2)):
                    found[bundle] = None
        if core.rules.half:
            return list(found)
        return _largest(list(found))
    for event, company in enumerate(_company(desk, worth)):
        for liking in company:
            full = _fill(core, [event], liking)
            found[full] = None
            if core.rules.half:
                found.update(dict.fromkeys(tuple(sorted(full[:size])) for size in range(1, len(full))))
    usual = Counter(tuple(sorted(int(core.event[pair]) for pair in menu)) for menu in menus.values())
    likings = [company[0] for company in _company(desk, worth)]
    for menu, _ in sorted(usual.items(), key=lambda item: (-item[1], item[0])):
        if len(found) >= limit:
            break
        found[_fill(core, menu, np.sum([likings[event] for event in menu], axis=0))] = None
        if core.rules.half:
            found[menu] = None
    return list(found)


def _largest(bundles: list[Bundle]) -> list[Bundle]:
    """Without those that are part of another: more lines are never worse."""
    kept: list[Bundle] = []
    parts: set[Bundle] = set()
    for bundle in bundles:  # the long ones come first
        if bundle not in parts:
            kept.append(bundle)
        for size in range(1, len(bundle)):
            parts.update(combinations(bundle, size))
    return kept


def _company(desk: Desk, worth: Floats) -> list[tuple[Floats, Floats]]:
    """For each event how much its people bring to every other event, counted alike and by what they bring here."""
    core = desk.core
    value = worth[core.event] * core.chance
    count = np.diff(core.first)
    found = []
    for event in range(core.events):
        here = desk.of_event[event]
        people = core.person[here]
        sizes = count[people]
        starts = np.repeat(core.first[people] - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes)
        pairs = starts + np.arange(len(starts))
        alike = sum_by(core.event[pairs], value[pairs], core.events)
        dear = value[pairs] * np.repeat(value[here], sizes)
        found.append((alike, sum_by(core.event[pairs], dear, core.events)))
    return found


def _fill(core: Core, events: Sequence[int], liking: Floats) -> Bundle:
    """Fill up with the best-liked events that do not clash."""
    chosen = list(events)
    clashes = core.clashes
    blocked = 0
    for event in chosen:
        blocked |= clashes[event]
    for event in np.argsort(-np.round(liking, 12), kind="stable").tolist():
        if len(chosen) >= core.rules.lines or liking[event] <= 0:
            break
        if not blocked >> event & 1:
            chosen.append(event)
            blocked |= clashes[event]
    return tuple(sorted(chosen))


def well_placed(desk: Desk, bundles: list[Bundle], count: int, prices: Floats) -> Bundles:
    """Facility location: always the bundle that gives people most beyond what they have, at fixed prices."""
    core = desk.core
    value = prices[core.event] * core.chance
    gives = np.array([desk.sums(bundle, value) for bundle in bundles], dtype=np.float32)
    gives -= core.toll.astype(np.float32)
    have = np.zeros(core.people, dtype=np.float32)

    def gain(number: int) -> float:
        return float(np.maximum(gives[number] - have, 0).sum())

    def take(number: int) -> None:
        np.maximum(have, gives[number], out=have)

    return _lazily(bundles, count, gain, take)


def one_by_one(desk: Desk, bundles: list[Bundle], count: int) -> Bundles:
    """Always the bundle that is worth most when its dearest free people fill its events; the budget is not looked at."""
    core = desk.core
    value = core.weight[core.event] * core.chance
    free = np.ones(core.people, dtype=bool)
    mean = np.array([sum(some) for some in core.before])

    def best(number: int) -> tuple[float, Ints]:
        bundle = np.array(bundles[number])
        gives = np.where(free, desk.sums(bundles[number], value), 0.0)
        spare = gives - core.toll
        people = np.flatnonzero(spare > 0)
        people = people[np.argsort(-np.round(spare[people], 12), kind="stable")]
        if not len(people):
            return 0.0, people
        brings = np.zeros((len(people), len(bundle)))
        place = np.full(core.people, -1)
        place[people] = np.arange(len(people))
        for line, event in enumerate(bundle.tolist()):
            pairs = desk.of_event[event]
            at = place[core.person[pairs]]
            brings[at[at >= 0], line] = core.chance[pairs[at >= 0]]
        means = mean[bundle] + np.cumsum(brings, axis=0)
        worth = (fluid(core.places[bundle], means) - fluid(core.places[bundle], mean[bundle])) @ core.weight[
            bundle
        ]
        worth -= np.cumsum(core.toll[people])
        most = int(np.argmax(worth))
        return float(worth[most]), people[: most + 1]

    def take(number: int) -> None:
        _, people = best(number)
        free[people] = False
        for event in bundles[number]:
            pairs = desk.of_event[event]
            mean[event] += core.chance[pairs][np.isin(core.person[pairs], people)].sum()

    return _lazily(bundles, count, lambda number: best(number)[0], take)


def most_usual(core: Core, menus: Menus, count: int) -> Bundles:
    """The personal menus that come up most."""
    usual = Counter(tuple(sorted(int(core.event[pair]) for pair in menu)) for menu in menus.values())
    return tuple(menu for menu, _ in sorted(usual.items(), key=lambda item: (-item[1], item[0]))[:count])


def most_valuable(desk: Desk, count: int) -> Bundles:
    """Single events, those first that could gain most."""
    core = desk.core
    brings = sum_by(core.event, core.chance, core.events)
    value = np.round(core.weight * fluid(core.places, brings), 12)
    return tuple((int(event),) for event in np.argsort(-value, kind="stable")[:count])


def _lazily(
    bundles: list[Bundle], count: int, gain: Callable[[int], float], take: Callable[[int], None]
) -> Bundles:
    """Greedy choice where gains only fall: the rest is reckoned anew only while it could be the best."""
    promised = np.array([gain(number) for number in range(len(bundles))])
    fresh = np.zeros(len(bundles), dtype=int)
    chosen: list[Bundle] = []
    while len(chosen) < count:
        number = int(np.argmax(promised))
        if promised[number] <= 1e-6:
            break
        if fresh[number] < len(chosen):
            promised[number], fresh[number] = gain(number), len(chosen)
            continue
        take(number)
        chosen.append(bundles[number])
        promised[number] = 0.0
    return tuple(sorted(chosen))
