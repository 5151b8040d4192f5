"""Seeded callout instances in many shapes, for benchmarks and tests; nothing here is read by the planner."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What an instance looks like.

    `town` is the side of the town in km and `reach` how far people go, so both set the density; `slots` is
    how many start times the events share (few slots: many clashes); `budget` is a share of the people who
    may be asked, None for no budget; `crowd` is the mean number of open places.
    """

    people: int = 300
    events: int = 15
    town: float = 20.0
    reach: float = 6.0
    candidates: int = 50
    slots: int = 20
    crowd: float = 6.0
    rate: float = 0.16
    spread: float = 0.6
    budget: float | None = 0.6
    lines: int = 3
    tau: float = 0.03
    bundles: int | None = None
    half: bool = False
    weights: tuple[float, ...] = (1.0, 1.0, 3.0)
    allowances: tuple[float, ...] = (0.3, 0.4, 0.3)
    closed: float = 0.0
    ties: bool = False


SHAPES: dict[str, Shape] = {
    "district sparse": Shape(town=24.0, reach=4.5),
    "district dense": Shape(town=14.0, reach=6.0),
    "town": Shape(people=1000, events=50, town=40.0, reach=4.6),
    "town dense": Shape(people=1000, events=50, town=30.0, reach=8.0),
    "region": Shape(people=10_000, events=500, town=70.0, reach=5.7, slots=60),
    "country": Shape(people=100_000, events=2000, town=140.0, reach=8.4, slots=120, crowd=12.0),
}


def make(shape: Shape, seed: int, **changes: Any) -> dict[str, Any]:
    """One instance as `zetkin-sync callouts solve` reads it."""
    return make_with_distances(shape, seed, **changes)[0]


def make_with_distances(shape: Shape, seed: int, **changes: Any) -> tuple[dict[str, Any], list[float]]:
    """An instance, and how far it is for each of its edges."""
    shape = replace(shape, **changes)
    dice = np.random.default_rng(seed)
    n, m = shape.people, shape.events
    centres = dice.uniform(0, shape.town, (max(3, m // 12), 2))
    home = np.clip(
        centres[dice.integers(len(centres), size=n)] + dice.normal(0, shape.town / 9, (n, 2)), 0, shape.town
    )
    place = np.clip(
        centres[dice.integers(len(centres), size=m)] + dice.normal(0, shape.town / 8, (m, 2)), 0, shape.town
    )
    allowance = dice.choice(len(shape.allowances), size=n, p=shape.allowances)
    kind = dice.integers(4, size=m)
    likes = dice.random((n, 4)) < 0.6
    eager = np.exp(dice.normal(-(shape.spread**2) / 2, shape.spread, n))
    kind_rate = shape.rate * np.array([0.6, 0.9, 1.1, 1.4])
    start = dice.integers(shape.slots, size=m) * 4
    length = dice.integers(2, 5, size=m) if not shape.ties else np.full(m, 3)
    places = 1 + dice.poisson(shape.crowd - 1, m)
    places[dice.random(m) < shape.closed] = 0
    weight = dice.choice(np.array(shape.weights), size=m)
    edges: list[list[Any]] = []
    distances: list[float] = []
    order = np.argsort(place[:, 0])
    xs = place[order, 0]
    for i in range(n):
        near = order[
            np.searchsorted(xs, home[i, 0] - shape.reach) : np.searchsorted(xs, home[i, 0] + shape.reach)
        ]
        away = np.hypot(*(place[near] - home[i]).T)
        found = (away <= shape.reach) & likes[i, kind[near]]
        near, away = near[found], away[found]
        keep = np.argsort(away, kind="stable")[: shape.candidates]
        chance = kind_rate[kind[near[keep]]] * eager[i] * np.exp(-away[keep] / 10)
        chance = np.clip(chance, 0.005, 0.9)
        if shape.ties:
            chance = np.round(chance, 1) + 0.1
        distances += away[keep].tolist()
        edges += [[i, int(j), float(p)] for j, p in zip(near[keep], np.round(chance, 4), strict=True)]
    reachable = int((allowance > 0).sum())
    document = {
        "people": [{"id": i, "allowance": int(a)} for i, a in enumerate(allowance)],
        "events": [
            {
                "id": j,
                "open": int(places[j]),
                "weight": float(weight[j]),
                "start": int(start[j]),
                "end": int(start[j] + length[j]),
            }
            for j in range(m)
        ],
        "edges": edges,
        "lines": shape.lines,
        "budget": None if shape.budget is None else int(shape.budget * reachable),
        "tau": shape.tau,
        "bundles": shape.bundles,
        "half": shape.half,
    }
    return document, distances
