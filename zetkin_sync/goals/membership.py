"""The member register against Zetkin: who is in only one of them, elsewhere, or under another address. For people to mend.

Nothing is written anywhere: Zetkin is the truth for people, the register is somebody else's. Counts by
association, and Zetkin ids where there is one; a member who is only in the register is a count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Registered(Protocol):
    """A member as the register has them: keyed hashes and an association."""

    @property
    def key(self) -> bytes: ...
    @property
    def unit(self) -> int | None: ...
    @property
    def address(self) -> bytes | None: ...


class Listed(Protocol):
    """A person as Zetkin has them, merged over associations."""

    @property
    def id(self) -> int: ...
    @property
    def member_key(self) -> bytes | None: ...
    @property
    def address(self) -> bytes | None: ...
    @property
    def organizations(self) -> Iterable[int]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What differs. `only_in_register` counts by association (None where the register names none)."""

    matched: int
    only_in_register: Mapping[int | None, int] = field(default_factory=dict)
    only_in_zetkin: tuple[int, ...] = ()
    without_number: tuple[int, ...] = ()
    elsewhere: tuple[int, ...] = ()
    other_address: tuple[int, ...] = ()


def differences(registered: Iterable[Registered], listed: Iterable[Listed]) -> Differences:
    """Compare by membership number. A missing address on either side is no other address."""
    people = sorted(listed, key=lambda p: p.id)
    by_key = {p.member_key: p for p in people if p.member_key is not None}
    only: Counter[int | None] = Counter()
    matched: set[int] = set()
    elsewhere, other_address = [], []
    for member in registered:
        person = by_key.get(member.key)
        if person is None:
            only[member.unit] += 1
            continue
        matched.add(person.id)
        if member.unit is not None and member.unit not in set(person.organizations):
            elsewhere.append(person.id)
        if member.address and person.address and member.address != person.address:
            other_address.append(person.id)
    return Differences(
        matched=len(matched),
        only_in_register=dict(sorted(only.items(), key=lambda item: (item[0] is None, item[0] or 0))),
        only_in_zetkin=tuple(p.id for p in people if p.member_key is not None and p.id not in matched),
        without_number=tuple(p.id for p in people if p.member_key is None),
        elsewhere=tuple(sorted(elsewhere)),
        other_address=tuple(sorted(other_address)),
    )
