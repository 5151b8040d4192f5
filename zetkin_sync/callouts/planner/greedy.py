"""A first plan of personal messages: always the line that adds most as things stand.

The gain of asking i about j is exactly w · P(X < n) · p. It only falls as others are asked, and within an
event the next person is always the one with the highest chance. So a heap with one entry for each event,
reckoned anew when it comes up, gives the exact greedy choice.
"""

from __future__ import annotations

import heapq

import numpy as np

from zetkin_sync.callouts.planner.filling import Filling
from zetkin_sync.callouts.planner.instance import Core, Floats, Ints
from zetkin_sync.callouts.planner.menus import LEAST

Menus = dict[int, list[int]]  # person → the pairs she is asked about
_BLOCK = 64


class _Queue:
    """The pairs of one event, best chance first, fetched a block at a time to keep memory small."""

    def __init__(self, core: Core, pairs: Ints) -> None:
        self.core, self.pairs = core, pairs
        self.at = 0
        self._fetch()

    def _fetch(self) -> None:
        pairs = self.pairs[self.at : self.at + _BLOCK]
        self.block = list(
            zip(
                pairs.tolist(),
                self.core.person[pairs].tolist(),
                self.core.chance[pairs].tolist(),
                strict=True,
            )
        )

    def head(self) -> tuple[int, int, float] | None:
        """The next pair, its person and its chance."""
        at = self.at % _BLOCK
        return self.block[at] if at < len(self.block) else None

    def next(self) -> None:
        self.at += 1
        if self.at % _BLOCK == 0:
            self._fetch()


def greedy(core: Core) -> tuple[Menus, Filling]:
    """Event by event the line that adds most, on a message begun or on a new one."""
    filling, clashes, rules = Filling(core), core.clashes, core.rules
    worth, toll = filling.worth, np.maximum(core.toll, LEAST).tolist()
    queues = _queues(core)
    heap = [(-worth[j] * float(core.chance[queue.pairs[0]]), j) for j, queue in enumerate(queues)]
    heapq.heapify(heap)
    menus: Menus = {}
    blocked: dict[int, int] = {}
    while heap:
        promised, event = heapq.heappop(heap)
        queue = queues[event]
        head = queue.head()
        while head is not None:
            menu = menus.get(head[1])
            if menu is None:
                if len(menus) < core.budget:
                    break
            elif len(menu) < rules.lines and not blocked[head[1]] >> event & 1:
                break
            queue.next()
            head = queue.head()
        if head is None:
            continue
        pair, person, chance = head
        gain = worth[event] * chance
        if gain < LEAST:
            continue
        if -gain > promised + LEAST:
            heapq.heappush(heap, (-gain, event))
            continue
        queue.next()
        if person in menus or gain >= toll[person]:
            menus.setdefault(person, []).append(pair)
            blocked[person] = blocked.get(person, 0) | clashes[event]
            filling.add(event, chance)
        head = queue.head()
        if head is not None:
            heapq.heappush(heap, (-worth[event] * head[2], event))
    return menus, filling


def _queues(core: Core) -> list[_Queue]:
    order = np.lexsort((core.person, -core.chance, core.event))
    cuts = np.cumsum(np.bincount(core.event, minlength=core.events))[:-1]
    return [_Queue(core, pairs) for pairs in np.split(order, cuts)]


def values(core: Core, filling: Filling) -> Floats:
    """What every pair would add as things stand."""
    return np.array(filling.worth)[core.event] * core.chance
