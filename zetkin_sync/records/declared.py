"""How a stored column says what it is for, where it comes from and how long it is kept.

The record of processing (GDPR art. 30) is printed from these declarations, the retention job runs on them,
and a test fails on a column without one.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlmodel import Field


class Source(StrEnum):
    """Where a value comes from."""

    ZETKIN = "Zetkin"
    MAILBOX = "bounce mailbox or mail provider"
    REGISTER = "a register the district uploads"
    PERSON = "somebody who acts in the service"
    OURS = "made by zetkin_sync"
    CONFIG = "config/"


class Keep(StrEnum):
    """How long a value is kept; the retention job reads the days from config/retention.toml."""

    MIRROR = "mirror"  # while Zetkin has it; a vanished person within 24 hours after the proof
    HISTORY = "history"  # figures without persons: as long as the plan is of interest
    LEDGER = "ledger"  # runs and snapshots
    SENDING = "sending"  # intents and sent mail: caps and proof against sending twice
    BOUNCE = "bounce"  # evidence about an address
    ACCESS = "access"  # who did what
    SESSION = "session"  # a login
    STANDING = "standing"  # until a person removes it: an attestation, a restriction, an erasure


def stored(
    purpose: str,
    *,
    source: Source = Source.ZETKIN,
    keep: Keep = Keep.MIRROR,
    person: bool = False,
    address: bool = False,
    default: Any = ...,
    **field: Any,
) -> Any:
    """A column with its declaration.

    `person=True` marks a column that holds a person's Zetkin id, `address=True` one that holds the keyed hash
    of a person's address: export and erasure find them by these marks.
    """
    info = {"purpose": purpose, "source": source, "keep": keep, "person": person, "address": address}
    kwargs = {"sa_column_kwargs": {"info": info, **field.pop("sa_column_kwargs", {})}, **field}
    if default is ...:
        return Field(**kwargs)
    return Field(default=default, **kwargs)


def key(purpose: str, **declared: Any) -> Any:
    """A column of the primary key."""
    return stored(purpose, primary_key=True, **declared)


def district_key() -> Any:
    """The district that a row belongs to: its root organization's id in Zetkin."""
    return key("keeps districts apart", source=Source.CONFIG)


__all__ = ["Keep", "Source", "district_key", "key", "stored"]
