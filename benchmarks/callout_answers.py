"""Synthetic answers with a hidden truth, to measure the response model by: nothing here is read by it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from zetkin_sync.callouts.history import Answer, Asked

BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)
KINDS = ("Affischering", "Flygblad", "Dörrknackning", "Torgmöte")


@dataclass(frozen=True, kw_only=True)
class World:
    """How people answer: how different they are, how many ignore everything for a while, whether distance matters."""

    people: int = 2000
    weeks: int = 52
    spread: float = 1.0
    inactivity: float = 0.0
    distance: float = 0.35
    asks_a_week: int = 400
    rates: tuple[float, ...] = (0.08, 0.12, 0.16, 0.22)
    show_up: float = 0.8


@dataclass(eq=False)
class Told:
    """Answers, and for each the true chance that the person signs up and comes."""

    answers: list[Answer] = field(default_factory=list)
    truth: list[float] = field(default_factory=list)


def tell(world: World, seed: int) -> Told:
    """Ask at random for some weeks and note the answers."""
    dice = np.random.default_rng(seed)
    eager = dice.normal(0.0, world.spread, world.people)
    rates = np.log(np.array(world.rates) / (1 - np.array(world.rates)))
    away_until = np.zeros(world.people)
    told = Told()
    for week in range(world.weeks):
        for person in dice.choice(
            world.people, size=min(world.asks_a_week, world.people), replace=False
        ).tolist():
            kind, distance = int(dice.integers(len(world.rates))), int(dice.integers(4))
            chance = 1 / (1 + np.exp(-(rates[kind] + eager[person] - world.distance * (distance - 1.5))))
            active = away_until[person] <= week
            signed = bool(active and dice.random() < chance)
            came = bool(dice.random() < world.show_up) if signed else None
            if active and not signed and dice.random() < world.inactivity:
                away_until[person] = week + 3 + dice.integers(-1, 2)
            line = Asked(
                person=person,
                event=len(told.answers),
                at=BEGIN + timedelta(weeks=week, minutes=person),
                callout=f"w{week}",
                type=KINDS[kind],
                distance=distance,
            )
            told.answers.append(Answer(asked=line, signed_up=signed, came=came))
            told.truth.append(float(chance * world.show_up) if active else 0.0)
    return told
