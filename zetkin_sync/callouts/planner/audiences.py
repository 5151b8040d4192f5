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
        self._fitting: dict[tuple[int, ...], tuple[Ints, Floats, Floats]] = {}

    def of_person(self, person: int) -> list[tuple[int, int, float]]:
        """Her pairs: number, event, chance."""
        found = self._of_person.get(person)
        if found is None:
            core = self.core
            begin, end = int(core.first[person]), int(core.first[person + 1])
            events, chances = core.event[begin:end].tolist(), core.chance[begin:end].tolist()
            found = self._of_person[person] = list(zip(range(begin, end), events, chances, strict=True))
        return found

    def fitting(self, bundle: tuple[int, ...]) -> tuple[Ints, Floats, Floats]:
        """Whom the bundle fits, their chances by line (0: not for her), and what a message to each must add."""
        found = self._fitting.get(bundle)
        if found is None:
            core = self.core
            pairs = [self.of_event[event] for event in bundle]
            fits = np.bincount(np.concatenate([core.person[some] for some in pairs]), minlength=core.people)
            people = np.flatnonzero(2 * fits >= len(bundle) if core.rules.half else fits)
            chances = np.zeros((len(bundle), core.people))
            for line, some in zip(chances, pairs, strict=True):
                line[core.person[some]] = core.chance[some]
            toll = np.maximum(core.toll[people], LEAST)
            found = self._fitting[bundle] = (people, chances[:, people], toll)
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


class _Offer:
    """One bundle while it is given out: what it adds beyond her toll for each of those it fits."""

    def __init__(self, choice: Bundled, number: int) -> None:
        self.bundle = choice.bundles[number]
        self.people, self.chances, toll = choice.desk.fitting(self.bundle)
        self.toll = toll.copy()
        self.at, self.stale = 0, False

    def best(self, worth: list[float]) -> tuple[float, int]:
        """Minus the most that it adds as things stand, and for whom; sorts the best first."""
        if not len(self.people):
            return np.inf, -1
        left = -self.toll
        for event, chances in zip(self.bundle, self.chances, strict=True):
            left += worth[event] * chances
        self.at, self.stale = int(left.argmax()), False
        return -float(left[self.at]), int(self.people[self.at])

    def close(self) -> None:
        """The one who was best has another message."""
        self.toll[self.at] = np.inf


def assign(choice: Bundled) -> tuple[Menus, Filling]:
    """Always the person and the bundle that add most beyond her toll as things stand, until none does.

    What a bundle adds only falls as others are asked, so it is reckoned anew only when it seems the best.
    """
    core = choice.desk.core
    filling = Filling(core)
    offers = [_Offer(choice, number) for number in range(len(choice.bundles))]
    heap = [(*offer.best(filling.worth), number) for number, offer in enumerate(offers)]
    heapq.heapify(heap)
    menus: Menus = {}
    while heap and heap[0][0] <= 0 and len(menus) < core.budget:
        _, person, number = heap[0]
        offer = offers[number]
        if person in menus:
            offer.close()
        elif not offer.stale:
            menus[person] = menu = []
            for pair, event, chance in choice.desk.of_person(person):
                if number in choice.where[event]:
                    menu.append(pair)
                    filling.add(event, chance)
                    for other in choice.where[event]:
                        offers[other].stale = True
            offer.close()
        heapq.heapreplace(heap, (*offer.best(filling.worth), number))
    return menus, filling
