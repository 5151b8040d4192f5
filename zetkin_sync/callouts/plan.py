"""A wave of callouts as a value: which emails, to whom, why, why not the others, and how good the plan is."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from math import prod

import msgspec

from zetkin_sync.callouts.gates import Gate
from zetkin_sync.callouts.history import Asked
from zetkin_sync.callouts.need import Needs


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Why one person is asked about one event.

    `chance` that she signs up and comes; `unfilled` the chance that the event is short of people without her;
    `adds` = weight · unfilled · chance; `instead` who would be likeliest of those not asked, if anybody.
    """

    event: int
    chance: float
    unfilled: float
    adds: float
    instead: int | None = None


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One message: who gets which email, and the lines in it that fit her."""

    person: int
    email: int  # its place in the plan's `emails`
    lines: tuple[Line, ...]

    @property
    def chance(self) -> float:
        """That she signs up and comes to at least one of its events."""
        return round(1 - prod(1 - line.chance for line in self.lines), 4)


class Email(msgspec.Struct, frozen=True, kw_only=True):
    """One email of the wave: its events as they happen, and who gets it."""

    key: str
    events: tuple[int, ...]
    people: tuple[int, ...]


class Reason(StrEnum):
    """Why somebody to whom no gate is closed is not asked all the same."""

    NOTHING_FITS = "nothing_fits"
    ADDS_TOO_LITTLE = "adds_too_little"


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in the network who is not asked, and the first reason."""

    person: int
    gate: Gate | None = None
    reason: Reason | None = None


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """How many are expected to fill an event's open places: from those asked before, and with this plan.

    `unfilled` is the chance that a place is still open then.
    """

    event: int
    open: int
    before: float
    after: float
    unfilled: float


class CalloutPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A wave. `value` is Σ weight · expected places filled that it adds; no plan within the rules adds more than `bound`.

    `asks` are sorted by person; everybody in the network stands in `asks` or in `left`.
    """

    district: int
    made: datetime
    emails: tuple[Email, ...] = ()
    asks: tuple[Ask, ...] = ()
    left: tuple[Left, ...] = ()
    needs: Needs = Needs()
    expects: tuple[Expectation, ...] = ()
    value: float = 0.0
    bound: float = 0.0
    tau: float = 0.03

    def ask_of(self, person: int) -> Ask | None:
        return next((ask for ask in self.asks if ask.person == person), None)

    def asked(self, *, at: datetime) -> tuple[Asked, ...]:
        """What becomes history when the plan is sent at `at`."""
        needs = {need.event: need for need in self.needs.needs}
        return tuple(
            Asked(
                person=ask.person,
                event=line.event,
                at=at,
                callout=self.emails[ask.email].key,
                type=needs[line.event].type,
                area=needs[line.event].area,
                chance=ask.chance,
            )
            for ask in self.asks
            for line in ask.lines
        )
