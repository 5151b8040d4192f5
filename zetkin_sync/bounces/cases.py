"""Who becomes a case, whose case is over, and how: a pure comparison of members, addresses and open cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from zetkin_sync.bounces.reachability import State
from zetkin_sync.records import CaseOutcome

BAD = (State.UNREACHABLE, State.COMPLAINED)


@dataclass(frozen=True, slots=True)
class Member:
    """A member with every address that any association has for them."""

    person: int
    organizations: tuple[int, ...]
    addresses: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an address: its state and why."""

    state: State
    reason: str
    status: str | None = None


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case that is open."""

    id: int
    person: int
    address: bytes


@dataclass(frozen=True, slots=True)
class Opening:
    """A case to open."""

    person: int
    organization: int
    address: bytes
    known: Known


@dataclass(frozen=True, slots=True)
class CasePlan:
    """What is to be done with cases. `shared` are failing addresses that several members have: a person decides."""

    openings: tuple[Opening, ...]
    closings: Mapping[int, CaseOutcome]
    shared: frozenset[bytes]


def plan_cases(
    members: Iterable[Member],
    addresses: Mapping[bytes, Known],
    *,
    open_cases: Iterable[OpenCase],
    settled: Collection[tuple[int, bytes]],
    home: Mapping[int, int],
) -> CasePlan:
    """Compare. A member is a case when every address they have is dead.

    `settled` are (person, address) where somebody has agreed on another channel: they are not opened again.
    `home` ranks organizations: the one with the lowest rank has the case.
    """
    people = {m.person: m for m in members}
    owners = Counter(a for m in people.values() for a in m.addresses)
    shared = frozenset(a for a, k in addresses.items() if k.state in BAD and owners[a] > 1)
    closings = {}
    still = set()
    for case in open_cases:
        outcome = _over(case, people.get(case.person), addresses)
        if outcome is None:
            still.add(case.person)
        else:
            closings[case.id] = outcome
    openings = []
    for member in sorted(people.values(), key=lambda m: m.person):
        dead = sorted(a for a in member.addresses if _bad(addresses.get(a)) and a not in shared)
        if not dead or len(dead) < len(member.addresses) or member.person in still:
            continue
        if all((member.person, a) in settled for a in dead) or not member.organizations:
            continue
        whose = min(member.organizations, key=lambda o: (home.get(o, 99), o))
        openings.append(Opening(member.person, whose, dead[0], addresses[dead[0]]))
    return CasePlan(tuple(openings), closings, shared)


def _bad(known: Known | None) -> bool:
    return known is not None and known.state in BAD


def _over(case: OpenCase, member: Member | None, addresses: Mapping[bytes, Known]) -> CaseOutcome | None:
    """How a case has ended, or None while it has not."""
    if member is None:
        return CaseOutcome.LEFT
    if case.address not in member.addresses:
        return (
            CaseOutcome.ADDRESS_CHANGED if member.addresses else None
        )  # an address taken away solves nothing
    known = addresses.get(case.address)
    if _bad(known):
        return None
    if known is not None and known.state is State.OK:
        return CaseOutcome.DELIVERED
    return CaseOutcome.WITHDRAWN
