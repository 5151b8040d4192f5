"""A planning question: who may be asked, what needs people, and how likely each pair is a yes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer[Any]]
Bools = npt.NDArray[np.bool_]
Id = int | str


def in_order(key: Id) -> tuple[bool, Id]:
    """Sorts ids: numbers by value, then texts by their characters."""
    return isinstance(key, str), key


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a wave must keep to.

    At most `lines` clash-free events in a message, one message to a person, `budget` messages in all (None:
    no budget). A message must add at least `tau` expected, weighted people. `bundles` is the number of
    different emails (None: each person may get her own); with `half` a bundle goes only to people for whom at
    least half of its lines fit.
    """

    lines: int = 3
    budget: int | None = None
    tau: float = 0.03
    bundles: int | None = None
    half: bool = False


@dataclass(frozen=True, eq=False, kw_only=True)
class Instance:
    """The question as arrays: people and events by id in order, pairs sorted by person, then event.

    `starts` and `ends` are on one axis (whatever it counts) and NaN for an event without time, which clashes
    with nothing; `chance[e]` is the probability that `person[e]` says yes and comes to `event[e]` when asked.
    `toll` is what a message to each person must at least add (none: `tau` for everybody); it shares the asking
    out without touching the worth. `before` are chances of people who have been asked already, by event.
    """

    people: tuple[Id, ...]
    allowance: Ints
    events: tuple[Id, ...]
    open: Ints
    weight: Floats
    starts: Floats
    ends: Floats
    person: Ints
    event: Ints
    chance: Floats
    rules: Rules
    toll: Floats | None = None
    before: Mapping[int, tuple[float, ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        *,
        people: Mapping[Id, int],
        events: Mapping[Id, tuple[int, float, float, float]],
        pairs: Sequence[tuple[Id, Id, float]],
        rules: Rules,
        toll: Mapping[Id, float] | None = None,
        before: Mapping[Id, Sequence[float]] | None = None,
    ) -> Instance:
        """From plain values: allowance by person; (open, weight, starts, ends) by event; (person, event, chance)."""
        who, what = sorted(people, key=in_order), sorted(events, key=in_order)
        row = {key: i for i, key in enumerate(who)}
        column = {key: j for j, key in enumerate(what)}
        facts = np.array([events[key] for key in what], dtype=float).reshape(-1, 4)
        found = sorted((row[person], column[event], chance) for person, event, chance in pairs)
        return cls(
            people=tuple(who),
            allowance=np.array([people[key] for key in who], dtype=np.int64),
            events=tuple(what),
            open=facts[:, 0].astype(np.int64),
            weight=facts[:, 1],
            starts=facts[:, 2],
            ends=facts[:, 3],
            person=np.array([i for i, _, _ in found], dtype=np.int64),
            event=np.array([j for _, j, _ in found], dtype=np.int64),
            chance=np.array([p for _, _, p in found], dtype=float),
            rules=rules,
            toll=None if toll is None else np.array([toll.get(key, rules.tau) for key in who], dtype=float),
            before={
                column[key]: tuple(sorted(some)) for key, some in (before or {}).items() if key in column
            },
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class Core:
    """What is left of an instance when everything that can play no part is dropped.

    `who[i]` and `what[j]` lead back to the instance. Pairs are sorted by person, then event; those of person
    i are `first[i]:first[i + 1]`. `places` is never more than the number of pairs (more cannot come).
    `starts` and `ends` are whole numbers in which every event takes time. `budget` is at most the people, and the
    rules allow no more lines and bundles than there can be.
    """

    who: Ints
    what: Ints
    places: Ints
    weight: Floats
    starts: Ints
    ends: Ints
    person: Ints
    event: Ints
    chance: Floats
    first: Ints
    budget: int
    rules: Rules
    toll: Floats
    before: tuple[tuple[float, ...], ...]

    @property
    def people(self) -> int:
        return len(self.who)

    @property
    def events(self) -> int:
        return len(self.what)

    @cached_property
    def clashes(self) -> tuple[int, ...]:
        """For each event the events it cannot be combined with, itself too, as the bits of a number."""
        at_once = (self.starts[:, None] < self.ends[None, :]) & (self.starts[None, :] < self.ends[:, None])
        packed = np.packbits(at_once, axis=1, bitorder="little")
        return tuple(int.from_bytes(row.tobytes(), "little") for row in packed)


def core_of(instance: Instance) -> Core:
    """Drop people without allowance, events without need, pairs without hope; the rest keeps its order."""
    useful = (
        (instance.allowance[instance.person] > 0)
        & (instance.open[instance.event] > 0)
        & (instance.weight[instance.event] > 0)
        & (instance.chance > 0)
    )
    who, person = _numbered(instance.person[useful], len(instance.people))
    what, event = _numbered(instance.event[useful], len(instance.events))
    starts, ends = _whole_times(instance.starts[what], instance.ends[what])
    rules = instance.rules
    most = int(np.bincount(person).max(initial=1))
    rules = replace(
        rules,
        lines=min(rules.lines, most if rules.bundles is None else max(1, len(what))),
        bundles=None if rules.bundles is None else max(1, min(rules.bundles, len(who))),
    )
    budget = len(who) if rules.budget is None else min(rules.budget, len(who))
    before = tuple(instance.before.get(j, ()) for j in what.tolist())
    most_come = np.bincount(event, minlength=len(what)) + np.array(
        [len(some) for some in before], dtype=np.int64
    )
    return Core(
        who=who,
        what=what,
        places=np.minimum(instance.open[what], most_come),
        weight=instance.weight[what],
        starts=starts,
        ends=ends,
        person=person,
        event=event,
        chance=instance.chance[useful],
        first=np.concatenate([[0], np.cumsum(np.bincount(person, minlength=len(who)))]),
        budget=budget,
        rules=rules,
        toll=np.full(len(who), rules.tau) if instance.toll is None else instance.toll[who],
        before=before,
    )


def sum_by(keys: Ints, values: Floats, size: int) -> Floats:
    """For each number below `size` the sum of the values that stand beside it."""
    return np.asarray(np.bincount(keys, weights=values, minlength=size), dtype=np.float64)


def _numbered(keys: Ints, limit: int) -> tuple[Ints, Ints]:
    """Which numbers occur, and each one's place among them."""
    there = np.zeros(limit, dtype=bool)
    there[keys] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[keys]


def _whole_times(starts: Floats, ends: Floats) -> tuple[Ints, Ints]:
    """Times as even ranks; an event without length takes the odd rank after its start, one without time its own."""
    timed = ~np.isnan(starts)
    ticks = np.unique(np.concatenate([starts[timed], ends[timed]]))
    begin = np.full(len(starts), 0, dtype=np.int64)
    finish = begin.copy()
    begin[timed] = 2 * np.searchsorted(ticks, starts[timed])
    finish[timed] = 2 * np.searchsorted(ticks, ends[timed])
    finish[timed & (finish == begin)] += 1
    loose = np.flatnonzero(~timed)
    begin[loose] = 2 * (len(ticks) + np.arange(len(loose)))
    finish[loose] = begin[loose] + 1
    return begin, finish
