"""What others would do with as many messages, and how much any plan net of τ could be worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from zetkin_sync.callouts.planner.audiences import Bundles, Desk
from zetkin_sync.callouts.planner.bundling import attempt
from zetkin_sync.callouts.planner.descent import descend
from zetkin_sync.callouts.planner.filling import Filling
from zetkin_sync.callouts.planner.instance import Core, Floats, Instance, core_of, sum_by
from zetkin_sync.callouts.planner.prices import curves
from zetkin_sync.callouts.planner.reading import read
from zetkin_sync.callouts.planner.rows import Rows
from zetkin_sync.callouts.planner.starts import most_valuable

Document = dict[str, Any]


def instance_of(document: Document) -> Instance:
    return read(msgspec.json.encode(document), name="benchmark")[0]


def nearest_first(document: Document, distances: Sequence[float], *, messages: int) -> float:
    """Weighted fill when the nearest are asked first until an event can expect to be full; menus as long as ours."""
    core = core_of(instance_of(document))
    filling, hoped = Filling(core), [0.0] * core.events
    people = {who: i for i, who in enumerate(core.who.tolist())}
    events = {what: j for j, what in enumerate(core.what.tolist())}
    menus: dict[int, list[int]] = {}
    for number in np.argsort(np.array(distances), kind="stable").tolist():
        who, what, chance = document["edges"][number]
        person, event = people.get(who), events.get(what)
        if person is None or event is None or hoped[event] >= core.places[event]:
            continue
        menu = menus.get(person)
        if menu is None and len(menus) >= messages:
            continue
        if menu is not None and (
            len(menu) >= core.rules.lines or any(core.clashes[other] >> event & 1 for other in menu)
        ):
            continue
        menus.setdefault(person, []).append(event)
        hoped[event] += chance
        filling.add(event, chance)
    return filling.refresh()


def net_bound(document: Document, *, reached: float, start: Floats) -> float:
    """An upper bound on Σ w · E[min(open, X)] − τ · messages of any plan of personal messages."""
    core = core_of(instance_of({**document, "bundles": None}))
    lines, rows, tau = curves(core), Rows(core), core.rules.tau

    def look(prices: Floats) -> tuple[float, Floats]:
        unsold, wanted = lines.unsold(prices)
        sums, chosen = rows.best(prices[core.event] * core.chance)
        net = sums - tau
        spare = core.people - core.budget
        fee = max(0.0, float(np.partition(net, spare)[spare])) if spare else 0.0
        asked = net > fee
        given = chosen & asked[core.person]
        paid = float((net[asked] - fee).sum()) + fee * core.budget
        return unsold + paid, sum_by(core.event[given], core.chance[given], core.events) - wanted

    found, _ = descend(look, start, reached=reached, steps=200, high=core.weight)
    return min(found, look(core.weight.copy())[0])


def bundled(document: Document, bundles: Bundles) -> float:
    """What these emails are worth net of τ when people are given to them as well as ours."""
    return attempt(Desk(core_of(instance_of(document))), bundles).value if bundles else 0.0


def single_events(document: Document) -> Bundles:
    """The K most valuable events, one in each email."""
    core = core_of(instance_of(document))
    return most_valuable(Desk(core), core.rules.bundles or 1)


def by_time(document: Document) -> Bundles:
    """Events as they happen, three by three."""
    core = core_of(instance_of(document))
    return _in_chunks(core, np.argsort(core.starts, kind="stable").tolist())


def top_for_everybody(document: Document) -> Bundles:
    """The most important events, to everybody."""
    core = core_of(instance_of(document))
    order = sorted(range(core.events), key=lambda j: (-core.weight[j], -core.places[j], j))
    return _in_chunks(core, order)[:1]


def by_company(document: Document) -> Bundles:
    """Each of the most valuable events with those that most of its people could also come to: what lies near."""
    core = core_of(instance_of(document))
    together = np.zeros((core.events, core.events))
    for person in range(core.people):
        mine = core.event[core.first[person] : core.first[person + 1]]
        together[np.ix_(mine, mine)] += 1
    found: list[tuple[int, ...]] = []
    used: set[int] = set()
    brings = core.weight * np.minimum(core.places, sum_by(core.event, core.chance, core.events))
    for event in np.argsort(-brings, kind="stable").tolist():
        if event in used or len(found) >= (core.rules.bundles or 1):
            continue
        near = [event, *np.argsort(-together[event], kind="stable").tolist()]
        bundle = _clash_free(core, near)
        used.update(bundle)
        found.append(tuple(sorted(bundle)))
    return tuple(found)


def _clash_free(core: Core, order: Sequence[int]) -> list[int]:
    bundle: list[int] = []
    for event in order:
        if len(bundle) < core.rules.lines and not any(core.clashes[o] >> event & 1 for o in bundle):
            bundle.append(event)
    return bundle


def _in_chunks(core: Core, order: list[int]) -> Bundles:
    left, found = list(order), []
    while left and len(found) < (core.rules.bundles or 1):
        bundle = _clash_free(core, left)
        left = [event for event in left if event not in bundle]
        found.append(tuple(sorted(bundle)))
    return tuple(found)
