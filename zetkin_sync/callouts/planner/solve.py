"""From the question to the answer: the plan, and the proof of how good it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zetkin_sync.callouts.planner.bundle_bound import all_bundles, bundles_bound, lines_bound
from zetkin_sync.callouts.planner.bundling import Attempt, fee_of, search
from zetkin_sync.callouts.planner.filling import Filling
from zetkin_sync.callouts.planner.greedy import Menus, greedy
from zetkin_sync.callouts.planner.instance import Core, Id, Instance, core_of, in_order
from zetkin_sync.callouts.planner.polish import Personal, Working, polish
from zetkin_sync.callouts.planner.prices import personal_bound
from zetkin_sync.callouts.planner.rows import Rows
from zetkin_sync.callouts.planner.solution import Bundle, Message, Solution, in_time


def solve(instance: Instance, *, proof: bool = True) -> Solution:
    """The plan for an instance: the same for the same question, in whatever order it is asked.

    Without `proof` the bound is left out (infinite), which takes half the time.
    """
    core, rules = core_of(instance), instance.rules
    if not core.people or not core.budget:
        return Solution(messages=(), bundles=(), objective=0.0, objective_minus_tau=0.0, bound=0.0)
    rows = Rows(core)
    already = Filling(core).refresh() if any(core.before) else 0.0
    menus, filling = greedy(core)
    polish(core, Personal(core, rows), menus, filling)
    value, worth = filling.refresh() - already, np.array(filling.worth)
    bound = personal_bound(core, rows=rows, start=worth, reached=value) if proof else np.inf
    bundles: tuple[Bundle, ...] = ()
    if rules.bundles is not None:
        found = search(core, menus, worth)
        menus, value = found.menus, found.filling.refresh() - already
        bound = min(bound, _bundle_bound(core, found, value)) if proof else np.inf
        bundles = _bundles(instance, core, found)
    messages = _messages(instance, core, menus, bundles)
    return Solution(
        messages=messages,
        bundles=bundles,
        objective=value,
        objective_minus_tau=value - rules.tau * len(messages),
        bound=max(bound, value),
    )


def _bundle_bound(core: Core, found: Attempt, value: float) -> float:
    count = core.rules.bundles or 1
    if not found.menus:
        # Nothing is worth sending; the personal bound is all that can be said.
        return np.inf
    worth = np.array(found.filling.worth)
    values, now = Working(core, found.choice, found.menus, found.filling).now()
    fee = fee_of(core, now, len(found.menus))
    fee += core.rules.tau if fee else 0.0
    bound = lines_bound(core, count, worth=worth, fee=fee, reached=value)
    every = all_bundles(core)
    if every is not None:
        gives = np.array([found.choice.desk.sums(bundle, values) for bundle in found.choice.bundles])
        second = np.sort(gives, axis=0)[-2] if len(gives) > 1 else np.zeros(core.people)
        extra = np.maximum(second - fee, 0.0)
        bound = min(
            bound, bundles_bound(core, every, count, worth=worth, extra=extra, fee=fee, reached=value)
        )
    return bound


def _bundles(instance: Instance, core: Core, found: Attempt) -> tuple[Bundle, ...]:
    made = [
        Bundle(
            events=in_time(instance, core.what[list(events)].tolist()), people=_ids(instance, core, people)
        )
        for events, people in zip(found.choice.bundles, found.audiences, strict=True)
        if people
    ]
    return tuple(sorted(made, key=lambda bundle: tuple(map(in_order, bundle.events))))


def _ids(instance: Instance, core: Core, people: Sequence[int]) -> tuple[Id, ...]:
    return tuple(instance.people[core.who[person]] for person in people)


def _messages(
    instance: Instance, core: Core, menus: Menus, bundles: tuple[Bundle, ...]
) -> tuple[Message, ...]:
    """Each person's message; in a bundle it lists all of the bundle's events, also those that do not fit her."""
    sent = {person: bundle.events for bundle in bundles for person in bundle.people}
    return tuple(
        Message(
            person=who,
            events=sent.get(who) or in_time(instance, core.what[core.event[menus[person]]].tolist()),
        )
        for person in sorted(menus)
        for who in (instance.people[core.who[person]],)
    )
