"""What the planner answers: messages, the bundles they come in, what they are worth, and a bound on any plan."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from zetkin_sync.callouts.planner.instance import Id, Instance, in_order


@dataclass(frozen=True, kw_only=True)
class Message:
    """One person and the events she is asked about, in the order they happen."""

    person: Id
    events: tuple[Id, ...]


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """One email: its events in the order they happen, and who gets it."""

    events: tuple[Id, ...]
    people: tuple[Id, ...]


@dataclass(frozen=True, kw_only=True)
class Solution:
    """A plan, sorted.

    `objective` is Σ w · E[min(open, X)], `objective_minus_tau` that less τ for each message. `bound` is an upper
    bound on the objective (without τ) of any plan that keeps the rules: lines, budget, one message to a person,
    the number of bundles.
    """

    messages: tuple[Message, ...]
    bundles: tuple[Bundle, ...]
    objective: float
    objective_minus_tau: float
    bound: float

    def as_json(self) -> dict[str, Any]:
        """As `callouts solve` prints it."""
        return {
            "messages": [{"person": m.person, "events": list(m.events)} for m in self.messages],
            "bundles": [{"events": list(b.events), "people": list(b.people)} for b in self.bundles],
            "objective": self.objective,
            "objective_minus_tau": self.objective_minus_tau,
            "bound": self.bound,
        }


def in_time(instance: Instance, events: list[int]) -> tuple[Id, ...]:
    """Events as they happen; those without time last."""
    found = sorted(events, key=lambda j: (_start(instance, j), in_order(instance.events[j])))
    return tuple(instance.events[j] for j in found)


def _start(instance: Instance, event: int) -> float:
    start = float(instance.starts[event])
    return math.inf if math.isnan(start) else start
