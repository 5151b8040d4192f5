"""A proof of how good any plan of at most K emails could be.

Two relaxations with prices, both upper bounds for any prices ≥ 0. *Lines*: at most K · m events are named, and
nobody gets more than m lines (BUNDLES §5). *Bundles*: of all the emails there could be at most K are sent, and
nobody gets two; tighter, and used where all emails can be written out.
"""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np

from zetkin_sync.callouts.planner.descent import PROGRESS, descend
from zetkin_sync.callouts.planner.instance import Core, Floats, Ints, sum_by
from zetkin_sync.callouts.planner.prices import Curves, curves

_STEPS = 200
_WORK = 20_000_000  # pairs looked at in all steps together, about
_CELLS = 40_000_000  # bundles times people that may be written out
_BUNDLES = 50_000
_PIECE = 1_000_000  # of them at a time
_KEPT = 600  # bundles looked at between two looks at all
_BETWEEN = 25  # steps between two looks at all
_ROUNDS = 10


def lines_bound(core: Core, count: int, *, worth: Floats, fee: float, reached: float) -> float:
    """The first bound, from the event prices `worth` and the price `fee` of a message.

    Variables: prices of events, the price of each person's line, the price of a message.
    """
    events, people = core.events, core.people
    shapes = curves(core)
    places = np.minimum(core.rules.lines, np.diff(core.first))
    named = min(count * core.rules.lines, events)

    def look(point: Floats) -> tuple[float, Floats]:
        prices, line, message = point[:events], point[events:-1], point[-1]
        over = shapes.slope - prices[shapes.event]
        width = np.where(over > 0, shapes.width, 0.0)
        gain = prices[core.event] * core.chance - line[core.person]
        taken = gain > 0
        value = sum_by(shapes.event, over * width, events)
        value += sum_by(core.event[taken], gain[taken], events)
        top = np.zeros(events, dtype=bool)
        top[np.argpartition(-value, named - 1)[:named]] = True
        rent = places * line - message
        paying = rent > 0
        bound = shapes.rest + value[top].sum() + rent[paying].sum() + core.budget * message
        taken &= top[core.event]
        slope = np.zeros(len(point))
        slope[:events] = sum_by(core.event[taken], core.chance[taken], events)
        slope[:events] -= np.where(top, sum_by(shapes.event, width, events), 0.0)
        slope[events:-1] = np.where(paying, places, 0) - np.bincount(core.person[taken], minlength=people)
        slope[-1] = core.budget - paying.sum()
        return float(bound), slope

    start = np.concatenate([worth, np.full(people, fee) / places, [fee]])
    scale = np.concatenate([np.ones(events), np.full(people, 0.1), [0.1 / people]])
    steps = min(_STEPS, max(30, _WORK // len(core.chance)))
    return descend(look, start, reached=reached, steps=steps, scale=scale)[0]


def all_bundles(core: Core) -> Ints | None:
    """Every email worth sending, one a row, padded with the number after the last event; None if they are too many.

    Only the largest, since more lines are never worse; with the half rule they may be, so all.
    """
    lines = min(core.rules.lines, core.events)
    count = sum(comb(core.events, size) for size in range(1, lines + 1))
    if count > _BUNDLES or count * core.people > _CELLS:
        return None
    clashes = core.clashes
    found: list[tuple[int, ...]] = []
    for size in range(1, lines + 1):
        for bundle in combinations(range(core.events), size):
            blocked = 0
            for event in bundle:
                if blocked >> event & 1:
                    break
                blocked |= clashes[event]
            else:
                if size == lines or core.rules.half or blocked + 1 == 1 << core.events:
                    found.append(bundle + (core.events,) * (lines - size))
    return np.array(found, dtype=np.int64)


def bundles_bound(
    core: Core, bundles: Ints, count: int, *, worth: Floats, extra: Floats, fee: float, reached: float
) -> float:
    """The second bound. `extra` is where to begin with the price of each person's getting an email at all.

    Variables: prices of events, that price, the price of a message. Between two looks at every bundle only the
    most valuable are looked at; only a look at every bundle counts.
    """
    table = _Table(core, bundles, count)
    point = np.concatenate([worth, extra, [fee]])
    if len(bundles) <= _KEPT:
        return descend(lambda at: table.look(at, bundles), point, reached=reached, steps=_STEPS)[0]
    best, _ = table.look(point, bundles)
    for _ in range(_ROUNDS):
        kept = table.most_valuable(point, bundles)
        _, point = descend(lambda at, kept=kept: table.look(at, kept), point, reached=reached, steps=_BETWEEN)  # type: ignore[misc]
        before, best = best, min(best, table.look(point, bundles)[0])
        if best > before * (1 - PROGRESS):
            break
    return best


class _Table:
    """What each person brings to each event, for reckoning many bundles at once."""

    def __init__(self, core: Core, bundles: Ints, count: int) -> None:
        self.core, self.count = core, min(count, len(bundles))
        self.curves: Curves = curves(core)
        self.chance = np.zeros((core.events + 1, core.people))
        self.chance[core.event, core.person] = core.chance

    def look(self, point: Floats, bundles: Ints) -> tuple[float, Floats]:
        """The bound at these prices, were these all the bundles there are, and its slope."""
        core, events = self.core, self.core.events
        prices, extra, message = point[:events], point[events:-1], point[-1]
        value = self._values(point, bundles)
        top = bundles[np.argpartition(-value, self.count - 1)[: self.count]]
        unsold, wanted = self.curves.unsold(prices)
        takes = self._gains(point, top) > 0
        slope = np.empty(len(point))
        given = np.zeros(events + 1)
        for line in top.T:
            given += sum_by(line, (self.chance[line] * takes).sum(axis=1), events + 1)
        slope[:events] = given[:events] - wanted
        slope[events:-1] = 1 - takes.sum(axis=0)
        slope[-1] = core.budget - takes.sum()
        best = np.partition(value, len(value) - self.count)[len(value) - self.count :].sum()
        return float(unsold + extra.sum() + core.budget * message + best), slope

    def most_valuable(self, point: Floats, bundles: Ints) -> Ints:
        value = self._values(point, bundles)
        return bundles[np.sort(np.argpartition(-value, _KEPT)[:_KEPT])]

    def _values(self, point: Floats, bundles: Ints) -> Floats:
        rows = max(1, _PIECE // self.core.people)
        pieces = [bundles[at : at + rows] for at in range(0, len(bundles), rows)]
        return np.concatenate([np.maximum(self._gains(point, piece), 0.0).sum(axis=1) for piece in pieces])

    def _gains(self, point: Floats, bundles: Ints) -> Floats:
        """What each person gives in each bundle beyond her prices, one row a bundle."""
        events = self.core.events
        offers = self.chance * np.append(point[:events], 0.0)[:, None]
        total: Floats = offers[bundles[:, 0]]
        for line in bundles.T[1:]:
            total += offers[line]
        total -= point[events:-1] + point[-1]
        if self.core.rules.half:
            fits = np.zeros(total.shape, dtype=np.int32)
            for line in bundles.T:
                fits += self.chance[line] > 0
            total[2 * fits < (bundles < events).sum(axis=1)[:, None]] = -1.0
        return total
