"""What the pure packages are given: everything known about a district, as plain frozen values.

The store builds one `Facts` for a district; goals, callouts, actions and reports are functions of it. It
holds ids, counts, places and times, and no name, address or phone number, because none is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from zetkin_sync.language import Message


class OrganizationFact(msgspec.Struct, frozen=True, kw_only=True):
    """An organization of the district's tree. `kind` comes from config/associations.csv."""

    id: int
    title: str
    kind: str  # district, geographic, branch, network, committee, other
    parent: int | None = None
    is_active: bool = True
    has_email: bool = False


class PersonFact(msgspec.Struct, frozen=True, kw_only=True):
    """A person, merged over the organizations that list them."""

    id: int
    organizations: tuple[int, ...] = ()
    has_email: bool = False
    has_phone: bool = False
    has_post: bool = False
    postcode: str | None = None
    is_user: bool = False
    fields: Mapping[str, Any] = {}


class TagFact(msgspec.Struct, frozen=True, kw_only=True):
    """A tag and who has it; `values` where the tag carries one."""

    id: int
    title: str
    group: str | None
    owner: int
    people: frozenset[int] = frozenset()
    values: Mapping[int, str] = {}


class EventFact(msgspec.Struct, frozen=True, kw_only=True):
    """An event. Times are wall-clock times in the district's zone; `published` and `cancelled` are instants.

    `areas` are the ids of the areas it lies in, smallest first; `located` says how that is known: "located"
    (coordinates), "text", "postcode" or "unknown".
    """

    id: int
    organization: int
    title: str
    starts: datetime
    ends: datetime
    type: str | None = None
    project: str | None = None
    place: int | None = None
    place_title: str | None = None
    lat: float | None = None
    lng: float | None = None
    required: int = 0
    available: int = 0
    contact: int | None = None
    published: datetime | None = None
    cancelled: datetime | None = None
    has_info: bool = False
    has_url: bool = False
    suspicious_time: bool = False
    areas: tuple[str, ...] = ()
    located: str = "unknown"

    def happens(self, at: datetime) -> bool:
        """Is it public and not called off at that instant? A cancellation older than the publication is void."""
        if self.published is None or self.published > at:
            return False
        return self.cancelled is None or self.cancelled < self.published or self.cancelled > at


class ParticipationFact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A booking. All of `attended`, `noshow` and `cancelled` empty means that nobody has said."""

    event: int
    person: int
    attended: datetime | None = None
    noshow: datetime | None = None
    cancelled: datetime | None = None
    reminded: datetime | None = None


class ResponseFact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A sign-up."""

    event: int
    person: int
    responded: datetime | None = None


class AskedFact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Somebody was asked to some events in one message of ours.

    `state` is the message's (records.IntentState); a `dropped` person was left out before it was sent.
    """

    person: int
    at: datetime
    message: int
    plan: int
    events: tuple[int, ...]
    chance: float | None = None
    state: str = "done"
    dropped: bool = False

    @property
    def counts(self) -> bool:
        """Does it count against the cap? A message whose fate is unknown does."""
        return not self.dropped and self.state != "cancelled"


class OfficialFact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A role in an organization."""

    organization: int
    person: int
    role: str


class AreaFact(msgspec.Struct, frozen=True, kw_only=True):
    """An area in force on the day, without its drawing; `lat` and `lng` are a point inside a drawn one."""

    id: str
    title: str
    kind: str = "area"
    lat: float | None = None
    lng: float | None = None
    square_metres: float | None = None


class PriorityFact(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the district or an association has said it puts first.

    `kind` is "geographic", "theme" or "audience"; `subject` is then an area's id, or the name of a theme or a
    target group in the plan. A place of its own (a workplace) has `lat`, `lng` and `radius` in metres instead.
    `source` is "config", "register" or "page"; `confirmed` is the day somebody last said that it holds.
    """

    owner: int
    kind: str
    subject: str
    source: str = "config"
    lat: float | None = None
    lng: float | None = None
    radius: float | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    confirmed: date | None = None


class AttestationFact(msgspec.Struct, frozen=True, kw_only=True):
    """What a person has said about a goal: `verdict` is "done", "not_done", "not_held" or a named stage.

    `on` is the day it is about; after `expires` it says nothing any more. `unit` is an organization.
    """

    id: int
    goal: str
    unit: int
    verdict: str
    on: date
    at: datetime
    link: str | None = None
    expires: date | None = None


class RegisterRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a register that the district uploads, reduced to what may be stored.

    `unit` is the association it is about, `area` an area's id, `day` the day it is about. `values` are the
    register's other columns, by the names that its reader in connectors/registers/ gives them.
    """

    key: str
    unit: int | None = None
    area: str | None = None
    day: date | None = None
    values: Mapping[str, Any] = {}


class RegisterFact(msgspec.Struct, frozen=True, kw_only=True):
    """One register as it was last read, with the rows of earlier readings that are still about their day."""

    name: str
    read: datetime
    rows: tuple[RegisterRow, ...] = ()


class MessageFact(msgspec.Struct, frozen=True, gc=False):
    """A message of a shared mailbox. `replies_to` are the ids that it answers, hashed like its own; `ours` says
    that we sent it, `automatic` that a machine wrote it."""

    id: str
    replies_to: tuple[str, ...]
    ours: bool
    at: datetime
    automatic: bool = False


class ThreadFact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A question to a shared mailbox: when it came, and when a person of ours first answered."""

    mailbox: str
    asked: datetime
    answered: datetime | None = None


class CaseFact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A member who could not be reached, as a case of their association: opened, and closed if solved."""

    unit: int
    opened: date
    closed: date | None = None
    how: str | None = None


class ReachFact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is known of a member's address: ok, doubtful, unreachable, complained or unknown, why and since when.

    `open_case` says that an association works on it.
    """

    person: int
    state: str
    reason: str | None = None
    status: str | None = None
    last: date | None = None
    open_case: bool = False
    unit: int | None = None


class EmailFact(msgspec.Struct, frozen=True, kw_only=True):
    """An email sent through Zetkin: when, with which title, and to whom it went out (blocked ones left out)."""

    id: int
    organization: int
    title: str
    sent: datetime
    people: frozenset[int] = frozenset()


class CalloutFact(msgspec.Struct, frozen=True, kw_only=True):
    """A callout and what came of it. `triggered` is when somebody asked for an acute one; `opted_in` whether
    the association had said yes to acute callouts."""

    id: int
    unit: int
    sent: datetime
    asked: int = 0
    signed_up: int = 0
    came: int = 0
    triggered: datetime | None = None
    opted_in: bool = True
    area: str | None = None


class JourneyFact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A journey's instance: what it is about, who it is about, since when, and when it was closed."""

    title: str
    person: int
    opened: date
    closed: date | None = None


class Freshness(msgspec.Struct, frozen=True, kw_only=True):
    """How well one list of one organization is known: the last whole reading and what the newest one said."""

    resource: str
    organization: int
    snapshot: int | None
    read: datetime | None  # when the last whole reading ended; None when there never was one
    complete: bool  # was the newest reading whole?
    why: str | None = None  # a message as JSON when it was not


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything known about one district at one moment.

    `today` is the local day figures are for; events and people are as they were last read. `missing` are
    people and events that the newest reading did not list and that are not proven gone: nothing is done
    about them and nothing is concluded. `restricted` people have asked that nothing be done,
    `left_network` ones that they get no callouts. `event_types` are the titles that exist, used or not; `priorities` and
    `attestations` are all that were ever said, the history included. None for threads, unreachable people,
    cases, emails, callouts or journeys means that their source was never read, which is not the same as none.
    `blocked` are those to whom Zetkin sends no email; it does not tell why. `reach_alerts` are sentences on mail that fails on our side. `our_lists` are the lists that lie in a folder, by
    organization and title. `duplicates` are people whom Zetkin suspects to be one and nobody has decided about. `earlier` gives a goal's figure (by the goal's id) as it was assessed about a year ago.
    """

    district: int
    now: datetime
    zone: ZoneInfo
    organizations: tuple[OrganizationFact, ...] = ()
    people: tuple[PersonFact, ...] = ()
    tags: tuple[TagFact, ...] = ()
    events: tuple[EventFact, ...] = ()
    participations: tuple[ParticipationFact, ...] = ()
    responses: tuple[ResponseFact, ...] = ()
    officials: tuple[OfficialFact, ...] = ()
    asked: tuple[AskedFact, ...] = ()
    freshness: tuple[Freshness, ...] = ()
    event_types: frozenset[str] = frozenset()
    areas: tuple[AreaFact, ...] = ()
    priorities: tuple[PriorityFact, ...] = ()
    attestations: tuple[AttestationFact, ...] = ()
    registers: Mapping[str, RegisterFact] = field(default_factory=dict)
    threads: tuple[ThreadFact, ...] | None = None
    unreachable: frozenset[int] | None = None
    reach: Mapping[int, ReachFact] | None = None
    blocked: frozenset[int] = frozenset()
    cases: tuple[CaseFact, ...] | None = None
    reach_alerts: tuple[Message, ...] = ()
    our_lists: frozenset[tuple[int, str]] = frozenset()
    duplicates: tuple[frozenset[int], ...] = ()
    emails: tuple[EmailFact, ...] | None = None
    callouts: tuple[CalloutFact, ...] | None = None
    journeys: tuple[JourneyFact, ...] | None = None
    earlier: Mapping[str, float] = field(default_factory=dict)
    missing_people: frozenset[int] = frozenset()
    restricted: frozenset[int] = frozenset()
    left_network: Mapping[int, datetime] = field(default_factory=dict)
    missing_events: frozenset[int] = frozenset()
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def local_now(self) -> datetime:
        """The wall clock of the district, without zone, comparable with an event's times."""
        return self.now.astimezone(self.zone).replace(tzinfo=None)
