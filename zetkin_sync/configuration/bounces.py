"""config/bounces.toml: as whom we send, which addresses are ours, when evidence becomes a judgement, the probe."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from zetkin_sync.bounces.addresses import is_address
from zetkin_sync.bounces.proof import Identities
from zetkin_sync.bounces.thresholds import Thresholds
from zetkin_sync.language import say

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _addresses(found: tuple[str, ...]) -> tuple[str, ...]:
    for address in found:
        if not is_address(address):
            raise ValueError(say("“{address}” is no address", address=address), say("name@domain"))
    return tuple(address.lower() for address in found)


class Sending(_Part):
    """As whom the district and its relays send: a returned mail that names one of these was ours."""

    addresses: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()

    @field_validator("addresses")
    @classmethod
    def _real(cls, found: tuple[str, ...]) -> tuple[str, ...]:
        return _addresses(found)

    @property
    def identities(self) -> Identities:
        return Identities(frozenset(self.addresses), frozenset(d.lower().strip(".@") for d in self.domains))


class PublicAddress(_Part):
    """An address that people write to. `unit` is the association's title; without it, it is the district's.

    `to_test_mailbox` says that what comes to it also reaches a mailbox that this service reads: only then does
    silence mean that it did not arrive.
    """

    address: str
    unit: str | None = None
    to_test_mailbox: bool = False

    @field_validator("address")
    @classmethod
    def _real(cls, found: str) -> str:
        return _addresses((found,))[0]

    @property
    def is_placeholder(self) -> bool:
        return self.address.rpartition(".")[2] in ("example", "invalid", "test")


class ProbeRules(_Part):
    """The weekly mail to each public address. `return_domain` takes `b+<token>@…` and must reach our mailbox."""

    weekday: Weekday = "tue"
    hours: int = Field(48, ge=1, le=336)
    return_domain: str | None = None
    addresses: tuple[PublicAddress, ...] = Field((), alias="address")

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class BounceRules(_Part):
    """The whole file; every part may be left out."""

    sending: Sending = Sending()
    own_addresses: tuple[str, ...] = ()
    thresholds: Thresholds = Thresholds()
    probe: ProbeRules = ProbeRules()
    batch: int = Field(200, ge=1, le=1000, description="mails a transaction")

    @field_validator("own_addresses")
    @classmethod
    def _real(cls, found: tuple[str, ...]) -> tuple[str, ...]:
        return _addresses(found)

    @property
    def ours(self) -> frozenset[str]:
        """Addresses that are never a member's, whatever a report says."""
        return frozenset(
            (*self.own_addresses, *self.sending.addresses, *(a.address for a in self.probe.addresses))
        )
