"""How full events get: the exact Poisson-binomial of everybody asked, kept up to date one person at a time.

Each person asked about an event comes or not, by herself, with her own chance. Of an event with n open
places only P(X = 0), …, P(X = n − 1) matter: E[min(n, X)] = n − Σ (n − k) P(X = k), and one more person with
chance p adds p · P(X < n).
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from zetkin_sync.callouts.planner.instance import Core, Floats, Ints

# Taking a person out multiplies rounding by p / (1 − p) for each place; when that would cost more than some
# four digits the event is reckoned from the start instead.
_DIGITS = 9.0  # e⁹ ≈ 8000
# Plain lists are quicker than arrays up to about this many places.
_SMALL = 48

Few = list[float] | Floats


def expected(places: int, chances: Iterable[float]) -> float:
    """E[min(places, X)], X the number who come of people with these chances."""
    return _expected(places, chances_of_few(places, sorted(chances)))


def _expected(places: int, few: Few) -> float:
    return float(places - sum((places - k) * q for k, q in enumerate(few)))


def chances_of_few(places: int, chances: Iterable[float]) -> Few:
    """P(X = 0), …, P(X = places − 1)."""
    few: Few = [1.0] + [0.0] * (places - 1) if places <= _SMALL else np.eye(1, places)[0]
    for p in chances:
        few = _with(few, p)
    return few


def _removable(places: int, p: float) -> bool:
    """May a person with this chance be taken out by division?"""
    return p <= 0.5 or (p < 1 and places * math.log(p / (1 - p)) < _DIGITS)


def _with(few: Few, p: float) -> Few:
    stay = 1 - p
    if isinstance(few, list):
        before = 0.0
        more = []
        for q in few:
            more.append(q * stay + before * p)
            before = q
        return more
    spread = few * stay
    spread[1:] += few[:-1] * p
    return spread


def _without(few: Few, p: float) -> Few:
    """Undoes `_with`; a recursion, so arrays go through lists."""
    stay, before = 1 / (1 - p), 0.0
    left = []
    for q in few if isinstance(few, list) else few.tolist():
        before = (q - p * before) * stay
        left.append(before)
    return left if isinstance(few, list) else np.array(left)


class Filling:
    """The state of all events; `worth[j]` is what one certain person more would add to event j, weighted."""

    def __init__(self, core: Core) -> None:
        self.weight: list[float] = core.weight.tolist()
        self.worth: list[float] = core.weight.tolist()
        self.places: list[int] = core.places.tolist()
        self.asked: list[list[float]] = [list(some) for some in core.before]
        self.few: list[Few] = [
            chances_of_few(n, some) for n, some in zip(self.places, self.asked, strict=True)
        ]
        for event, some in enumerate(self.asked):
            if some:
                self._now(event, self.few[event])

    def add(self, event: int, chance: float) -> None:
        self.asked[event].append(chance)
        self._now(event, _with(self.few[event], chance))

    def remove(self, event: int, chance: float) -> None:
        self.asked[event].remove(chance)
        if _removable(self.places[event], chance):
            self._now(event, _without(self.few[event], chance))
        else:
            self._now(event, chances_of_few(self.places[event], self.asked[event]))

    def worth_without(self, event: int, chance: float) -> float:
        """What `worth` would be if one of those asked, with this chance, were not."""
        if _removable(self.places[event], chance):
            few = _without(self.few[event], chance)
        else:
            others = self.asked[event].copy()
            others.remove(chance)
            few = chances_of_few(self.places[event], others)
        return self.weight[event] * float(sum(few) if isinstance(few, list) else few.sum())

    def worth_without_each(self, events: Ints, chances: Floats) -> Floats:
        """The same for many of those asked, each by herself, at once: one entry for each line."""
        few, widths = self._together()
        odds = np.maximum(chances, 1e-3) / np.maximum(1 - chances, 1e-9)
        safe = (widths[events] > 0) & (widths[events] * np.log(odds) < _DIGITS)
        at, p = events[safe], chances[safe]
        stay, before, left = 1 / (1 - p), np.zeros(len(p)), np.zeros(len(p))
        for k in range(few.shape[1]):
            before = (few[at, k] - p * before) * stay
            left += before * (k < widths[at])
        worth = np.empty(len(events))
        worth[safe] = left * np.array(self.weight)[at]
        for line in np.flatnonzero(~safe).tolist():
            worth[line] = self.worth_without(int(events[line]), float(chances[line]))
        return worth

    def refresh(self) -> float:
        """Reckon everything from the start, so that rounding never adds up; Σ w · E[min(open, X)]."""
        few, widths = self._together()
        few[:] = 0.0
        few[:, 0] = 1.0
        inside = np.arange(few.shape[1]) < widths[:, None]
        counts = np.array([len(chances) for chances in self.asked])
        cuts = np.concatenate([[0], np.cumsum(counts)])
        chances = np.array([p for some in self.asked for p in sorted(some)])
        for turn in range(int(counts[widths > 0].max(initial=0))):
            at = np.flatnonzero((counts > turn) & (widths > 0))
            p = chances[cuts[at] + turn][:, None]
            now = few[at]
            after = now * (1 - p)
            after[:, 1:] += now[:, :-1] * p
            few[at] = after * inside[at]
        total = 0.0
        for event, (width, row) in enumerate(zip(widths.tolist(), few.tolist(), strict=True)):
            places = self.places[event]
            self._now(event, row[:width] if width else chances_of_few(places, sorted(self.asked[event])))
            total += self.weight[event] * _expected(places, self.few[event])
        return total

    def _together(self) -> tuple[Floats, Ints]:
        """The small events' chances of few side by side, and how many of each row count: none of a large one's."""
        widths = np.array([n if n <= _SMALL else 0 for n in self.places])
        few = np.zeros((len(widths), max(1, int(widths.max(initial=0)))))
        for row, some, width in zip(few, self.few, widths.tolist(), strict=True):
            row[:width] = some[:width]
        return few, widths

    def _now(self, event: int, few: Few) -> None:
        self.few[event] = few
        self.worth[event] = self.weight[event] * float(sum(few) if isinstance(few, list) else few.sum())
