"""For every person at once: the sum of the best m values among her pairs, with or without clashes."""

from __future__ import annotations

import numpy as np

from zetkin_sync.callouts.planner.instance import Bools, Core, Floats, Ints

_WIDTHS = (4, 8, 16, 32, 64, 128, 1 << 30)


class Rows:
    """The pairs of a core laid out in blocks of people with about as many pairs, so that whole blocks are reckoned."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.lines = core.rules.lines
        count = np.diff(core.first)
        self.blocks: list[tuple[Ints, Ints]] = []
        low = 0
        for high in _WIDTHS:
            people = np.flatnonzero((count > low) & (count <= high))
            low = high
            if len(people):
                self.blocks.append((people, self._pairs(people, int(count[people].max()), core.first[:-1])))
        self._timed: dict[int, tuple[Ints, Ints]] = {}

    def _pairs(self, people: Ints, width: int, first: Ints) -> Ints:
        """Pair numbers of these people side by side; the place after the last pair stands for none."""
        none = len(self.core.chance)
        pairs = first[people][:, None] + np.arange(width)
        pairs[pairs >= self.core.first[people + 1][:, None]] = none
        return pairs

    def best(self, values: Floats) -> tuple[Floats, Bools]:
        """Sum of each person's `lines` largest values ≥ 0, clashes ignored, and which pairs are in it."""
        padded = np.append(values, 0.0)
        sums = np.zeros(self.core.people)
        least = np.zeros(self.core.people)
        for people, pairs in self.blocks:
            block = padded[pairs]
            if block.shape[1] <= self.lines:
                sums[people] = block.sum(axis=1)
                continue
            cut = block.shape[1] - self.lines
            block.partition(cut, axis=1)
            sums[people] = block[:, cut:].sum(axis=1)
            least[people] = block[:, cut]
        return sums, (values > 0) & (values >= least[self.core.person])

    def best_apart(self, values: Floats) -> tuple[Floats, Bools]:
        """The same with clashes kept apart, exactly: weighted interval scheduling with at most `lines` lines."""
        sums, chosen = self.best(values)
        if self.lines == 1:
            return sums, chosen
        tangled = self._tangled(chosen)
        padded = np.append(values, 0.0)
        for number, (people, _) in enumerate(self.blocks):
            inside = tangled[people]
            if not inside.any():
                continue
            pairs, before = self._by_end(number)
            pairs, before = pairs[inside], before[inside]
            total, taken = _schedule(padded[pairs], before, self.lines)
            sums[people[inside]] = total
            chosen[pairs[pairs < len(values)]] = taken[pairs < len(values)]
        return sums, chosen

    def _tangled(self, chosen: Bools) -> Bools:
        """Who has two chosen pairs that clash?"""
        core = self.core
        at = np.flatnonzero(chosen)
        at = at[np.lexsort((core.starts[core.event[at]], core.person[at]))]
        person, event = core.person[at], core.event[at]
        clash = (person[1:] == person[:-1]) & (core.starts[event[1:]] < core.ends[event[:-1]])
        # Sorted by start, neighbours may pass while an earlier long event reaches over both.
        for step in range(2, self.lines):
            far = (person[step:] == person[:-step]) & (core.starts[event[step:]] < core.ends[event[:-step]])
            clash[: len(far)] |= far
        found = np.zeros(core.people, dtype=bool)
        found[person[:-1][clash]] = True
        return found

    def _by_end(self, number: int) -> tuple[Ints, Ints]:
        """A block's pairs by end, and for each how many columns before it end by its start."""
        if number not in self._timed:
            core = self.core
            _, pairs = self.blocks[number]
            late = int(core.ends.max(initial=0)) + 1
            ends = np.append(core.ends[core.event], late)[pairs]
            order = np.argsort(ends, axis=1, kind="stable")
            pairs = np.take_along_axis(pairs, order, axis=1)
            ends = np.take_along_axis(ends, order, axis=1)
            starts = np.append(core.starts[core.event], 0)[pairs]
            before = (
                (ends[:, None, :] <= starts[:, :, None]).sum(axis=2)
                if pairs.shape[1] <= 64
                else np.stack(
                    [np.searchsorted(e, s, side="right") for e, s in zip(ends, starts, strict=True)]
                )
            )
            self._timed[number] = (pairs, before)
        return self._timed[number]


def _schedule(values: Floats, before: Ints, lines: int) -> tuple[Floats, Bools]:
    """Rows of values ordered by end; `before[r, c]` columns are over when column c begins. Best ≤ lines apart."""
    rows, width = values.shape
    each = np.arange(rows)
    best = np.zeros((width + 1, rows, lines + 1))
    for column in range(width):
        take = best[before[:, column], each, :-1] + values[:, column, None]
        best[column + 1] = best[column]
        np.maximum(best[column + 1, :, 1:], take, out=best[column + 1, :, 1:])
    taken = np.zeros((rows, width), dtype=bool)
    left, at = np.full(rows, lines), np.full(rows, width)
    for column in range(width - 1, -1, -1):
        here = (at == column + 1) & (best[column + 1, each, left] > best[column, each, left])
        taken[:, column] = here
        at = np.where(here, before[:, column], np.where(at == column + 1, column, at))
        left = left - here
    return best[width, :, lines], taken
