"""How many members mail reaches, what is not known, and who is reached again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from zetkin_sync.bounces.reachability import State
from zetkin_sync.records import CaseOutcome
from zetkin_sync.records.facts import CaseFact, PersonFact, ReachFact

SOLVED_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Members of a district or an association, each counted once."""

    members: int = 0
    without_address: int = 0
    ok: int = 0
    doubtful: int = 0
    unreachable: int = 0
    complained: int = 0
    unknown: int = 0  # nothing is known: mailed through Zetkin only, whose bounces nobody sees
    blocked: int = 0  # of these, blocked in Zetkin for a reason that Zetkin does not tell
    without_channel: int = 0  # no working address, no phone, no post

    @property
    def working(self) -> int:
        """Members with an address that nothing speaks against."""
        return self.ok + self.doubtful + self.unknown

    @property
    def working_share(self) -> float | None:
        return self.working / self.members if self.members else None

    @property
    def unknown_share(self) -> float | None:
        """Of those with an address, the share of whom nothing is known."""
        with_address = self.members - self.without_address
        return self.unknown / with_address if with_address else None


def reach(
    people: Iterable[PersonFact],
    known: dict[int, ReachFact],
    *,
    unit: int | None = None,
    blocked: frozenset[int] = frozenset(),
) -> Reach:
    """Count members; `unit` counts one organization's, `blocked` are those on Zetkin's email blacklist."""
    counts = dict.fromkeys(("members", "without_address", "blocked", "without_channel", *map(str, State)), 0)
    for person in people:
        if unit is not None and unit not in person.organizations:
            continue
        counts["members"] += 1
        fact = known.get(person.id)
        state = State(fact.state) if fact is not None else State.UNKNOWN
        if not person.has_email:
            counts["without_address"] += 1
        else:
            counts[str(state)] += 1
            counts["blocked"] += person.id in blocked and state is State.UNKNOWN
        works = person.has_email and state not in (State.UNREACHABLE, State.COMPLAINED)
        counts["without_channel"] += not works and not person.has_phone and not person.has_post
    return Reach(**counts)


def is_restored(case: CaseFact) -> bool:
    """Is the member reached again?"""
    return case.closed is not None and case.how is not None and CaseOutcome(case.how).restored


def restored(cases: Iterable[CaseFact], *, since: date, until: date) -> int:
    """How many members who could not be reached can be reached again, from one day to another."""
    return sum(
        is_restored(case) and case.closed is not None and since <= case.closed <= until for case in cases
    )


def solved_in_time(cases: Iterable[CaseFact], *, today: date) -> tuple[int, int]:
    """Of the cases whose thirty days are over or that are solved: how many were solved in them, of how many."""
    good = of = 0
    for case in cases:
        in_time = is_restored(case) and case.closed is not None and case.closed - case.opened <= SOLVED_WITHIN
        if in_time or today - case.opened > SOLVED_WITHIN:
            of += 1
            good += in_time
    return good, of
