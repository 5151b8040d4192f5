"""A proof of how good any plan could be: the dual bound over prices (CALLOUTS B1).

Give every event a price π for one certain person. Asked people bring an event at most what its own best
chances would bring (E[min(n, X)] rises with majorisation), so an event whose people cost π each is worth at
most Σ (w · P(X < n) − π)⁺ p along its best chances, and a person's message at most her best m clash-free π · p.
The sum, with the budget's best messages, is an upper bound for any prices; good prices make it tight.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zetkin_sync.callouts.planner.descent import PROGRESS, descend
from zetkin_sync.callouts.planner.filling import chances_of_few
from zetkin_sync.callouts.planner.instance import Bools, Core, Floats, Ints, sum_by
from zetkin_sync.callouts.planner.rows import Rows

_STEPS = 240
_WORK = 3_000_000  # pairs looked at in all steps together, about; at least a dozen steps
_FLAT = 1e-9  # slopes below this are not followed; what they could bring is added to the bound


@dataclass(frozen=True, eq=False)
class Curves:
    """Each event's worth of one more certain person along its best chances: flat arrays, one entry a person.

    `slope` falls within an event, `width` is the chance there. `rest` bounds what was left out.
    """

    event: Ints
    slope: Floats
    width: Floats
    rest: float

    def unsold(self, prices: Floats) -> tuple[float, Floats]:
        """Σ (slope − price)⁺ · width, and for each event how many certain people it wants at its price."""
        over = self.slope - prices[self.event]
        wanted = over > 0
        width = np.where(wanted, self.width, 0.0)
        # Not `@`: on a vector this long it starts threads, which cost more than the sum.
        return float((over * width).sum()) + self.rest, sum_by(self.event, width, len(prices))


def curves(core: Core) -> Curves:
    """The curves of all events, reckoned together person by person."""
    order = np.lexsort((core.person, -core.chance, core.event))
    event, chance = core.event[order], core.chance[order]
    count = np.bincount(event, minlength=core.events)
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    slope = np.zeros(len(event))
    for low, high in _sizes(core.places):
        events = np.flatnonzero((core.places > low) & (core.places <= high))
        few = np.zeros((len(events), int(core.places[events].max(initial=1))))
        for row, number in zip(few, events.tolist(), strict=True):
            size = int(core.places[number])
            row[:size] = chances_of_few(size, core.before[number])
        _follow(few, core.places[events], count[events], first[events], chance=chance, slope=slope)
    slope *= core.weight[event]
    kept = slope > _FLAT
    return Curves(event[kept], slope[kept], chance[kept], float(_FLAT * chance[~kept].sum()))


def _sizes(places: Ints) -> list[tuple[int, int]]:
    """Events of about the same size together, so that no table is much wider than needed."""
    top, sizes, low = int(places.max(initial=0)), [], 0
    while low < top:
        sizes.append((low, max(8, 2 * low)))
        low = max(8, 2 * low)
    return sizes


def _follow(few: Floats, places: Ints, count: Ints, first: Ints, *, chance: Floats, slope: Floats) -> None:
    """Write into `slope` the chance that the event is not full yet, along its best chances."""
    inside = np.arange(few.shape[1]) < places[:, None]
    rows = np.arange(len(places))
    for turn in range(int(count.max(initial=0))):
        rows = rows[count[rows] > turn]
        now = few[rows]
        at = first[rows] + turn
        slope[at] = now.sum(axis=1)
        p = chance[at][:, None]
        after = now * (1 - p)
        after[:, 1:] += now[:, :-1] * p
        few[rows] = after * inside[rows]
        rows = rows[slope[at] > _FLAT]
        if not len(rows):
            return


def personal_bound(core: Core, *, rows: Rows, start: Floats, reached: float) -> float:
    """An upper bound on Σ w · E[min(open, X)] of any plan, walking from the event prices `start`.

    `reached` is the value of a plan. Clashes are looked at once the prices are good, and only if it pays.
    """
    if not core.events:
        return 0.0
    lines = curves(core)
    steps = min(_STEPS, max(16, _WORK // len(core.chance)))

    def look(prices: Floats) -> tuple[float, Floats]:
        return _look(core, lines, prices, rows.best)

    def look_apart(prices: Floats) -> tuple[float, Floats]:
        return _look(core, lines, prices, rows.best_apart)

    bound, prices = descend(look, start, reached=reached, steps=steps, high=core.weight)
    bound = min(bound, look(np.zeros(core.events))[0])
    if core.rules.lines > 1:
        for point in (start, prices):
            if look_apart(point)[0] < look(point)[0] * (1 - 5 * PROGRESS):
                apart, _ = descend(look_apart, point, reached=reached, steps=steps // 2, high=core.weight)
                bound = min(bound, apart)
                break
    return max(bound, reached)


def _look(
    core: Core, lines: Curves, prices: Floats, best: Callable[[Floats], tuple[Floats, Bools]]
) -> tuple[float, Floats]:
    """The bound at these prices, and in which direction each price is too high."""
    unsold, wanted = lines.unsold(prices)
    sums, chosen = best(prices[core.event] * core.chance)
    fee = 0.0
    if core.budget < core.people:
        fee = (
            float(np.partition(sums, core.people - core.budget)[core.people - core.budget])
            if core.budget
            else np.inf
        )
    asked = sums > fee
    given = chosen & asked[core.person]
    offered = sum_by(core.event[given], core.chance[given], core.events)
    paid = float((sums[asked] - fee).sum()) + (fee * core.budget if core.budget else 0.0)
    return unsold + paid, offered - wanted
