"""Mails that did not arrive: what is kept of a report, what it adds up to, and what came of it.

No subject, body or address is kept: an address is its keyed hash, a report is its reason, code, day and
source. Addresses that match nobody are counted in the run and not kept at all.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import SQLModel

from zetkin_sync.records.declared import Keep, Source, district_key, key, stored


class BounceEvent(SQLModel, table=True):
    """One recipient of one report. `key` recognises the same report, however often and by which way it comes."""

    __tablename__ = "bounce_event"
    __table_args__: ClassVar = (
        UniqueConstraint("district", "key", name="bounce_event_once"),
        Index("bounce_event_of_address", "district", "address"),
    )

    id: int | None = key("the report", source=Source.OURS, keep=Keep.BOUNCE, default=None)
    district: int = stored("keeps districts apart", source=Source.OURS, keep=Keep.BOUNCE)
    key: bytes = stored("the same report counts once: a keyed hash", source=Source.MAILBOX, keep=Keep.BOUNCE)
    address: bytes = stored(
        "whom it is about: keyed hash of the address",
        source=Source.MAILBOX,
        keep=Keep.BOUNCE,
        address=True,
    )
    person: int | None = stored(
        "whom it is about, when exactly one has the address",
        source=Source.MAILBOX,
        keep=Keep.BOUNCE,
        person=True,
        default=None,
    )
    day: date = stored("when it came (UTC)", source=Source.MAILBOX, keep=Keep.BOUNCE)
    source: str = stored("by which way it came", source=Source.CONFIG, keep=Keep.BOUNCE)
    proof: str = stored("how surely it is about a mail of ours", source=Source.OURS, keep=Keep.BOUNCE)
    kind: str = stored("hard, soft, delay or complaint", source=Source.MAILBOX, keep=Keep.BOUNCE)
    reason: str = stored("why, of a closed set", source=Source.MAILBOX, keep=Keep.BOUNCE)
    status: str | None = stored("the status code", source=Source.MAILBOX, keep=Keep.BOUNCE, default=None)
    delivery: str | None = stored(
        "which mailing, where known", source=Source.MAILBOX, keep=Keep.BOUNCE, default=None
    )
    provider: str | None = stored(
        "a large public mail provider's name, for alerts; never a small domain",
        source=Source.MAILBOX,
        keep=Keep.BOUNCE,
        default=None,
    )


class Reachability(SQLModel, table=True):
    """What the evidence about an address adds up to. A changed address is another row."""

    __table_args__: ClassVar = {"sqlite_with_rowid": False}

    district: int = district_key()
    address: bytes = key("keyed hash of the address", source=Source.MAILBOX, keep=Keep.BOUNCE, address=True)
    state: str = stored(
        "ok, doubtful, unreachable, complained or unknown", source=Source.OURS, keep=Keep.BOUNCE
    )
    reason: str | None = stored("why", source=Source.OURS, keep=Keep.BOUNCE, default=None)
    status: str | None = stored("the status code", source=Source.OURS, keep=Keep.BOUNCE, default=None)
    first: date | None = stored(
        "the oldest evidence that counts", source=Source.OURS, keep=Keep.BOUNCE, default=None
    )
    last: date | None = stored(
        "the newest evidence that counts", source=Source.OURS, keep=Keep.BOUNCE, default=None
    )
    evidence: int = stored("how many reports it stands on", source=Source.OURS, keep=Keep.BOUNCE, default=0)
    arrived: date | None = stored(
        "the last day a mail provably arrived", source=Source.MAILBOX, keep=Keep.BOUNCE, default=None
    )
    arrived_proof: str | None = stored(
        "how that was proven", source=Source.MAILBOX, keep=Keep.BOUNCE, default=None
    )
    people: int = stored("how many members have it; more than one is for a person", source=Source.OURS, keep=Keep.BOUNCE, default=1)  # fmt: skip
    since: datetime = stored("when this state began", source=Source.OURS, keep=Keep.BOUNCE)


class CaseOutcome(StrEnum):
    """How a case ended."""

    ADDRESS_CHANGED = "address_changed"
    DELIVERED = "delivered"
    OTHER_CHANNEL = "other_channel"
    LEFT = "left"
    WITHDRAWN = "withdrawn"  # the evidence no longer stands: too old, or the delivery went wrong on our side

    @property
    def restored(self) -> bool:
        """Is the member reached again?"""
        return self in (CaseOutcome.ADDRESS_CHANGED, CaseOutcome.DELIVERED, CaseOutcome.OTHER_CHANNEL)


class Case(SQLModel, table=True):
    """A member who cannot be reached by mail, for their association to solve; one open case a member."""

    __tablename__ = "bounce_case"
    __table_args__: ClassVar = (
        Index(
            "bounce_case_open_once",
            "district",
            "person",
            unique=True,
            sqlite_where=text("closed IS NULL"),
            postgresql_where=text("closed IS NULL"),
        ),
    )

    id: int | None = key("the case", source=Source.OURS, keep=Keep.BOUNCE, default=None)
    district: int = stored("keeps districts apart", source=Source.OURS, keep=Keep.BOUNCE)
    organization: int = stored("whose case it is", source=Source.OURS, keep=Keep.BOUNCE)
    person: int = stored("who cannot be reached", source=Source.OURS, keep=Keep.BOUNCE, person=True)
    address: bytes = stored(
        "the address that failed: keyed hash", source=Source.OURS, keep=Keep.BOUNCE, address=True
    )
    state: str = stored("unreachable or complained", source=Source.OURS, keep=Keep.BOUNCE)
    reason: str = stored("why, of a closed set", source=Source.OURS, keep=Keep.BOUNCE)
    status: str | None = stored("the status code", source=Source.OURS, keep=Keep.BOUNCE, default=None)
    opened: datetime = stored("when", source=Source.OURS, keep=Keep.BOUNCE)
    closed: datetime | None = stored("when it was over", source=Source.OURS, keep=Keep.BOUNCE, default=None)
    outcome: str | None = stored("how it ended", source=Source.OURS, keep=Keep.BOUNCE, default=None)
    closed_by: str | None = stored(
        "who said so, when a person did", source=Source.PERSON, keep=Keep.BOUNCE, default=None
    )


class AlertKind(StrEnum):
    """What the office is told of, because no member can do anything about it."""

    REFUSED = "refused"  # a provider refuses us for a reason on our side
    FROZEN = "frozen"  # a delivery went so wrong on our side that it counts against nobody
    PROBE = "probe"  # a public address of ours does not answer
    SHARED = "shared"  # several members share an address that fails
    UNREADABLE = "unreadable"  # a mail could not be read


class Alert(SQLModel, table=True):
    """Something that the office must look at; open until it is no longer seen."""

    __tablename__ = "bounce_alert"
    __table_args__: ClassVar = (
        Index(
            "bounce_alert_open_once",
            "district",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("closed IS NULL"),
            postgresql_where=text("closed IS NULL"),
        ),
    )

    id: int | None = key("the alert", source=Source.OURS, keep=Keep.BOUNCE, default=None)
    district: int = stored("keeps districts apart", source=Source.OURS, keep=Keep.BOUNCE)
    kind: str = stored("what it is about", source=Source.OURS, keep=Keep.BOUNCE)
    subject: str = stored(
        "which provider and reason, delivery or public address", source=Source.OURS, keep=Keep.BOUNCE
    )
    what: str = stored("the sentence that people read, a message", source=Source.OURS, keep=Keep.BOUNCE)
    count: int = stored("how many addresses", source=Source.OURS, keep=Keep.BOUNCE, default=0)
    opened: datetime = stored("when", source=Source.OURS, keep=Keep.BOUNCE)
    seen: datetime = stored("when it was last seen", source=Source.OURS, keep=Keep.BOUNCE)
    closed: datetime | None = stored("when it was over", source=Source.OURS, keep=Keep.BOUNCE, default=None)


class MailboxCursor(SQLModel, table=True):
    """How far a mailbox is read; moves in the transaction that stores what was read."""

    __tablename__ = "mailbox_cursor"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}

    district: int = district_key()
    mailbox: str = key("which mailbox, as the configuration names it", source=Source.CONFIG, keep=Keep.BOUNCE)
    place: str = stored(
        "the last mail that was taken, in the mailbox's own terms", source=Source.MAILBOX, keep=Keep.BOUNCE
    )
    moved: datetime = stored("when", source=Source.OURS, keep=Keep.BOUNCE)


class SetAside(SQLModel, table=True):
    """A mail that could not be read. It stays in the mailbox; here is where it lies and why."""

    __tablename__ = "mail_set_aside"
    __table_args__: ClassVar = (UniqueConstraint("district", "mailbox", "place", name="set_aside_once"),)

    id: int | None = key("the note", source=Source.OURS, keep=Keep.BOUNCE, default=None)
    district: int = stored("keeps districts apart", source=Source.OURS, keep=Keep.BOUNCE)
    mailbox: str = stored("which mailbox", source=Source.CONFIG, keep=Keep.BOUNCE)
    place: str = stored("where in it", source=Source.MAILBOX, keep=Keep.BOUNCE)
    why: str = stored("what was wrong, a message", source=Source.OURS, keep=Keep.BOUNCE)
    at: datetime = stored("when", source=Source.OURS, keep=Keep.BOUNCE)


class WebhookEvent(SQLModel, table=True):
    """The inbox of provider events: the same event comes more than once and counts once."""

    __tablename__ = "webhook_event"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}

    district: int = district_key()
    provider: str = key("which provider", source=Source.CONFIG, keep=Keep.BOUNCE)
    event: bytes = key("keyed hash of the provider's own id", source=Source.MAILBOX, keep=Keep.BOUNCE)
    at: datetime = stored("when it came", source=Source.OURS, keep=Keep.BOUNCE)


class MailDelivery(SQLModel, table=True):
    """How many mails of one mailing provably arrived: what a share of failures is judged against."""

    __tablename__ = "mail_delivery"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}

    district: int = district_key()
    delivery: str = key("which mailing", source=Source.MAILBOX, keep=Keep.BOUNCE)
    arrived: int = stored("how many arrived", source=Source.MAILBOX, keep=Keep.BOUNCE, default=0)
    day: date = stored("when it was last heard of", source=Source.MAILBOX, keep=Keep.BOUNCE)


class ProbeState(StrEnum):
    """What became of a probe."""

    SENT = "sent"
    ARRIVED = "arrived"
    RETURNED = "returned"
    MISSING = "missing"


class Probe(SQLModel, table=True):
    """A probe mail to a public address of ours, to see that it can be written to."""

    __table_args__: ClassVar = (UniqueConstraint("district", "slot", "target", name="probe_once"),)

    id: int | None = key(
        "the probe; its number is the token's delivery", source=Source.OURS, keep=Keep.BOUNCE, default=None
    )
    district: int = stored("keeps districts apart", source=Source.OURS, keep=Keep.BOUNCE)
    slot: str = stored("for which week", source=Source.OURS, keep=Keep.BOUNCE)
    target: bytes = stored("keyed hash of the public address", source=Source.CONFIG, keep=Keep.BOUNCE)
    unit: int = stored("whose public address", source=Source.CONFIG, keep=Keep.BOUNCE)
    state: str = stored("what became of it", source=Source.OURS, keep=Keep.BOUNCE)
    sent: datetime = stored("when", source=Source.OURS, keep=Keep.BOUNCE)
    answered: datetime | None = stored(
        "when it was seen again", source=Source.OURS, keep=Keep.BOUNCE, default=None
    )
    reason: str | None = stored("why it came back", source=Source.MAILBOX, keep=Keep.BOUNCE, default=None)
    status: str | None = stored("with which code", source=Source.MAILBOX, keep=Keep.BOUNCE, default=None)
