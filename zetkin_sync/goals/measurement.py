"""What a metric answers: a figure with its parts, how sure it is, and the records behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from zetkin_sync.language import Message, say


class Verdict(StrEnum):
    """What is known of one unit."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Evidence(NamedTuple):
    """Records of one kind behind a figure, by their ids: "event", "organization", "area", "attestation" …"""

    kind: str
    ids: tuple[int | str, ...]


def evidence(kind: str, ids: Iterable[int | str]) -> tuple[Evidence, ...]:
    """The evidence of one kind; nothing when there are no ids."""
    found = tuple(ids)
    return (Evidence(kind, found),) if found else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One unit within a measurement: an organization (its id) or an area (its id, a text).

    `lower` and `upper` bound the unit's own `value` where something is unknown. `chance` is the forecast that
    the unit will be a yes at the end of the period.
    """

    unit: int | str
    title: str
    verdict: Verdict
    finding: Message
    value: float | None = None
    of: float | None = None
    lower: float | None = None
    upper: float | None = None
    missing: tuple[Message, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    chance: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """A figure for the district.

    `lower` and `upper` bound `value` when something is unknown. `expected` is the value if everything that is
    already planned takes place; `chance` the forecast, 0–1, that the target is met at the end of the period; `on_pace` the metric's own answer to that,
    and `over` that its time has passed although the window's has not. `before` is the
    figure for the same stretch last year.
    `missing` says what is needed to know more. `verdict` is set when the metric can tell by itself.
    """

    value: float | None = None
    numerator: int | None = None
    denominator: int | None = None
    lower: float | None = None
    upper: float | None = None
    expected: float | None = None
    chance: float | None = None
    on_pace: bool | None = None
    over: bool | None = None
    before: float | None = None
    finding: Message | None = None
    verdict: Verdict | None = None
    applies: bool = True
    missing: tuple[Message, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    parts: tuple[Part, ...] = ()


def unknown(*missing: Message, finding: Message | None = None) -> Measurement:
    """Nothing can be said, and this is what is missing to say it."""
    return Measurement(verdict=Verdict.UNKNOWN, missing=missing, finding=finding)


def not_applicable(finding: Message) -> Measurement:
    """There was nothing to fulfil this time."""
    return Measurement(applies=False, finding=finding)


def nothing_to_count() -> Measurement:
    """No unit, event or person of the kind is known: a share of nothing is unknown, not zero."""
    return unknown(say("there is nothing to count: no such association or area is known"))


def share_of_parts(parts: Iterable[Part], *, chance: float | None = None) -> Measurement:
    """How many units are a yes, of all; those that are unknown stay in the denominator and widen the bounds."""
    all_ = tuple(parts)
    if not all_:
        return nothing_to_count()
    yes = sum(part.verdict is Verdict.YES for part in all_)
    open_ = [part for part in all_ if part.verdict is Verdict.UNKNOWN]
    missing = tuple(dict.fromkeys(message for part in open_ for message in part.missing))
    return Measurement(
        value=yes / len(all_),
        numerator=yes,
        denominator=len(all_),
        lower=yes / len(all_),
        upper=(yes + len(open_)) / len(all_),
        chance=chance,
        missing=missing,
        parts=all_,
    )
