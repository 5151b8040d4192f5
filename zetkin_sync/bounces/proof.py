"""How surely a report is about a mail of ours: graded, because anybody can write a bounce and send it to us."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from zetkin_sync.bounces.tokens import Token, read_token
from zetkin_sync.bounces.verdict import Returned


class Proof(StrEnum):
    """From sure to nothing."""

    PROVIDER = "provider"  # a mail provider's webhook whose signature we checked
    OURS = "ours"  # a valid token of a mail that we or a configured relay stamped
    RETURNED = "returned"  # our mailbox got it, and the returned mail names a sending identity of ours
    NONE = "none"

    @property
    def is_strong(self) -> bool:
        return self in (Proof.PROVIDER, Proof.OURS)


@dataclass(frozen=True, slots=True)
class Identities:
    """As whom we send: whole addresses, and domains for Message-IDs and From. Lower case."""

    addresses: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()

    def own(self, address: str | None) -> bool:
        """Is it an address of ours, or one at a domain of ours?"""
        if not address:
            return False
        address = address.lower()
        return address in self.addresses or address.rpartition("@")[2] in self.domains


def prove(
    returned: Returned,
    delivered_to: Iterable[str],
    *,
    keys: Iterable[bytes],
    identities: Identities,
    today: date,
    valid_days: int,
) -> tuple[Proof, Token | None]:
    """The grade of a report, and its token when it carries a valid one."""
    for place in (*delivered_to, returned.path, returned.message_id, returned.stamp):
        token = read_token(keys, place, today=today, valid_days=valid_days) if place else None
        if token is not None:
            return Proof.OURS, token
    domain = (returned.message_id or "").lower().rpartition("@")[2]
    if (domain and domain in identities.domains) or identities.own(returned.sender):
        return Proof.RETURNED, None
    return Proof.NONE, None
