"""Who gets which bundle: the exact greedy over people, each of whom may get one of a few emails."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zetkin_sync.callouts.planner.filling import Filling
from zetkin_sync.callouts.planner.greedy import Menus
from zetkin_sync.callouts.planner.instance import Core, Floats, Ints, sum_by
from zetkin_sync.callouts.planner.menus import LEAST

Bundles = tuple[tuple[int, ...], ...]  # each the events of one email, sorted


class Desk:
    """A core laid out for bundles: pairs by event, and by person as plain lists."""

    def __init__(self, core: Core) -> None:
        self.core = core
        order = np.argsort(core.event, kind="stable")
        cuts = np.cumsum(np.bincount(core.event, minlength=core.events))[:-1]
        self.of_event: list[Ints] = np.split(order, cuts)
        self._of_person: dict[int, list[tuple[int, int, float]]] = {}

    def of_person(self, person: int) -> list[tuple[int, int, float]]:
        """Her pairs: number, event, chance."""
        found = self._of_person.get(person)
        if found is None:
            core = self.core
            begin, end = int(core.first[person]), int(core.first[person + 1])
            events, chances = core.event[begin:end].tolist(), core.chance[begin:end].tolist()
            found = self._of_person[person] = list(zip(range(begin, end), events, chances, strict=True))
        return found

    def sums(self, bundle: Sequence[int], value: Floats) -> Floats:
        """For every person the sum of `value` over her pairs in the bundle; 0 where it does not fit her."""
        core = self.core
        pairs = np.concatenate([self.of_event[j] for j in bundle])
        people = core.person[pairs]
        total = sum_by(people, value[pairs], core.people)
        if core.rules.half:
            total[2 * np.bincount(people, minlength=core.people) < len(bundle)] = 0.0
        return total


@dataclass(eq=False)
class Bundled:
    """The choice (see `polish`) between the bundles of a plan."""

    desk: Desk
    bundles: Bundles

    def __post_init__(self) -> None:
        where: list[list[int]] = [[] for _ in range(self.desk.core.events)]
        for number, bundle in enumerate(self.bundles):
            for event in bundle:
                where[event].append(number)
        self.where = [tuple(some) for some in where]
        half = self.desk.core.rules.half
        self.needed = [len(bundle) - len(bundle) // 2 if half else 1 for bundle in self.bundles]
        self._options: dict[int, list[tuple[int, list[tuple[int, float]]]]] = {}

    def options(self, person: int) -> list[tuple[int, list[tuple[int, float]]]]:
        """The bundles that fit her, each with its events and chances."""
        found = self._options.get(person)
        if found is None:
            fits: dict[int, list[tuple[int, float]]] = {}
            for _, event, chance in self.desk.of_person(person):
                for number in self.where[event]:
                    fits.setdefault(number, []).append((event, chance))
            found = self._options[person] = [
                (number, fits[number]) for number in sorted(fits) if len(fits[number]) >= self.needed[number]
            ]
        return found

    def best_bundle(self, person: int, worth: list[float]) -> tuple[float, int]:
        """The gain and the number of the bundle that adds most; −1 if none fits."""
        best, found = 0.0, -1
        for number, lines in self.options(person):
            gain = 0.0
            for event, chance in lines:
                gain += worth[event] * chance
            if gain > best + LEAST:
                best, found = gain, number
        return best, found

    def pairs(self, person: int, bundle: int) -> list[int]:
        """Her pairs in a bundle."""
        return [pair for pair, event, _ in self.desk.of_person(person) if bundle in self.where[event]]

    def best(self, person: int, worth: list[float]) -> tuple[float, list[int]]:
        gain, found = self.best_bundle(person, worth)
        return gain, self.pairs(person, found) if found >= 0 else []

    def possible(self, value: Floats) -> Floats:
        most: Floats = np.max([self.desk.sums(bundle, value) for bundle in self.bundles], axis=0)
        return most

    def bundle_of(self, person: int, menu: Sequence[int]) -> int:
        """The first bundle in which her pairs are these."""
        wanted = sorted(menu)
        numbers = {number for _, event, _ in self.desk.of_person(person) for number in self.where[event]}
        return next(number for number in sorted(numbers) if self.pairs(person, number) == wanted)


def assign(choice: Bundled) -> tuple[Menus, Filling]:
    """Always the person whose best bundle adds most beyond her toll as things stand, until none does."""
    core = choice.desk.core
    filling, toll = Filling(core), np.maximum(core.toll, LEAST).tolist()
    first = choice.possible(core.weight[core.event] * core.chance)
    heap = [
        (toll[person] - gain, person)
        for person, gain in enumerate(first.tolist())
        if gain >= toll[person] - LEAST
    ]
    heapq.heapify(heap)
    menus: Menus = {}
    while heap and len(menus) < core.budget:
        promised, person = heapq.heappop(heap)
        gain, bundle = choice.best_bundle(person, filling.worth)
        short = toll[person] - gain
        if bundle < 0 or short > 0:
            continue
        if short > promised + LEAST and heap and short > heap[0][0] + LEAST:
            heapq.heappush(heap, (short, person))
            continue
        menus[person] = menu = []
        for pair, event, chance in choice.desk.of_person(person):
            if bundle in choice.where[event]:
                menu.append(pair)
                filling.add(event, chance)
    return menus, filling
