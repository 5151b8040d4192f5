"""What is true of each activist, and hidden: how willing they are, for what, and how far."""

from __future__ import annotations

import math
from functools import lru_cache
from random import Random

from msgspec import Struct

from zetkin_sync.demo.world.events import Event
from zetkin_sync.demo.world.people import Person
from zetkin_sync.demo.world.state import State


class Temper(Struct, frozen=True, kw_only=True):
    """The assumptions. Probabilities; times in hours, weeks and days of simulated time."""

    willing: float = 0.16
    spread: float = 0.8
    likes: float = 1.8
    dislikes: float = 0.45
    near: float = 1.4
    far: float = 0.55
    next_line: float = 0.6
    opens: float = 0.62
    ignores_after_silence: float = 0.35
    ignores_weeks: float = 3.0
    leaves: float = 0.002
    leaves_when_tired: float = 0.015
    tired_after: int = 2
    tired_days: int = 28
    does_task: float = 0.35
    booked: float = 0.92
    comes: float = 0.78
    stays_away: float = 0.14
    recorded: float = 0.8
    reply_hours: float = 9.0


_LIKING = {
    "Affischering": "Vill: Affischering",
    "Flygblad": "Vill: Flygblad",
    "Dörrknackning": "Vill: Dörrknackning",
    "Torgmöte": "Vill: Torgmöte",
    "Digital kväll": "Vill: Digitalt",
}


@lru_cache(maxsize=100_000)
def _will(seed: int, person: int, spread: float) -> float:
    """A person's own multiplier, one on average."""
    draw = Random(f"{seed}:will:{person}").gauss(0.0, spread)  # noqa: S311 - simulation
    return math.exp(draw - spread * spread / 2)


def chance_of_signing_up(
    state: State, person: Person, event: Event, temper: Temper, *, line: int = 0
) -> float:
    """The hidden probability that a person who reads of an event signs up; `line` is its place in the letter."""
    chance = temper.willing * _will(state.seed, person.id, temper.spread) * temper.next_line**line
    chance *= temper.likes if likes(state, person.id, event) else temper.dislikes
    digital = event.location is None
    if not digital:
        chance *= temper.near if is_near(state, person, event) else temper.far
    return min(0.95, chance)


def likes(state: State, person: int, event: Event) -> bool:
    """Has the person said that they like to do this?"""
    activity = state.activities.get(event.activity or 0)
    title = _LIKING.get(activity.title) if activity else None
    return any(person in tag.people for tag in state.tags.values() if tag.title == title)


def is_near(state: State, person: Person, event: Event) -> bool:
    """Does the event's organization, or the one above it, count the person among its members?"""
    return (
        state.connected(event.organization, person.id)
        and state.organizations[event.organization].parent is not None
    )
