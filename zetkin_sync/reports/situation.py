"""What is known of a district at one moment, as the one set of data that every reader's mail is made from.

All of it is figures, places and times. Lists are by unit (an organization's id; the root is the district).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from zetkin_sync.goals.plan import Goal
from zetkin_sync.language import Message
from zetkin_sync.records.assessments import GoalState
from zetkin_sync.reports.content import Source


@dataclass(frozen=True, kw_only=True)
class Unit:
    """An organization of the district's tree; `kind` as in config/associations.csv."""

    id: int
    title: str
    kind: str
    parent: int | None = None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where one goal stood on a day, for one unit."""

    state: GoalState
    finding: Message
    value: float | None = None
    numerator: int | None = None
    denominator: int | None = None
    target: float | None = None
    more_needed: int | None = None
    outlook: str | None = None
    shown: bool = False


@dataclass(frozen=True, kw_only=True)
class GoalFigure:
    """One goal for one unit: now, and as it was said the last time; `before` None when it was not known then."""

    goal: Goal
    plan: str
    unit: int
    now: Standing
    before: Standing | None = None


@dataclass(frozen=True, kw_only=True)
class Question:
    """A goal that only somebody's word can settle; the signed address opens the page that asks, behind a login."""

    goal: Goal
    address: str


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A proposal that waits: how many people and changes, until when. `units` are the organizations it acts in."""

    plan: int
    what: Message
    reasons: tuple[Message, ...] = ()
    left_out: tuple[Message, ...] = ()
    people: int
    changes: int
    created: datetime
    expires: datetime
    units: frozenset[int] = frozenset()
    approvals: int = 1


@dataclass(frozen=True, kw_only=True)
class JobStanding:
    """How one job goes. `stalled` says since when it counts as standing still; None while it does not.

    `episode` names the stretch since it last ended well, so that an alarm about it is one alarm.
    """

    job: str
    what: Message
    failures: int = 0
    failing_since: datetime | None = None
    last_well: datetime | None = None
    why: Message | None = None
    run: int | None = None
    oldest: timedelta = timedelta(hours=36)
    stalled: datetime | None = None
    episode: str = ""
    waiting: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Unread:
    """An organization whose lists could not be read whole the last time."""

    unit: int
    title: str
    why: Message
    read: datetime | None
    lists: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AreaFigure:
    """Events in one prioritised area in the last days, the same a report ago, and the next one planned.

    `owners` are the associations that have prioritised it.
    """

    id: str
    title: str
    held: int
    before: int
    next: date | None = None
    owners: tuple[int, ...] = ()

    @property
    def is_white(self) -> bool:
        return self.held == 0


@dataclass(frozen=True, kw_only=True)
class CalloutFigure:
    """One callout: how many were asked, how many signed up, how many came (None: not known yet)."""

    callout: int
    title: str
    sent: date
    asked: int
    signed_up: int
    came: int | None = None
    places: int = 0
    units: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One reason why members cannot be reached, and how many."""

    what: Message
    count: int
    change: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReachFigure:
    """Members of a unit who cannot be reached by mail, who can again, and why not.

    `unknown` is the share of members of whom nothing is known, `blocked` how many of them Zetkin sends nothing to,
    `without_channel` how many have neither a working address nor phone nor post; `ours` are alerts about our own sending.
    """

    unit: int
    unreachable: int
    new: int = 0
    restored: int = 0
    reasons: tuple[Reason, ...] = ()
    unknown: float | None = None
    blocked: int = 0
    without_channel: int = 0
    ours: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EventGap:
    """An event that is over and of which nobody has said who came."""

    event: int
    organization: int
    unit: int
    title: str
    starts: datetime  # the district's wall clock
    booked: int


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """An association's annual meeting that has been held."""

    event: int
    unit: int
    day: date


@dataclass(frozen=True, kw_only=True)
class Recording:
    """How well what was held is written down: ended events, those with attendance, those without a known place."""

    ended: int
    with_attendance: int
    upcoming: int
    without_place: int
    without_contact: int


@dataclass(frozen=True, kw_only=True)
class MailTrouble:
    """Mails of the last days that did not arrive for certain, by what became of them."""

    state: str
    role: str
    unit: str
    why: Message
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Month:
    """How many goals were met at the end of a month, of those that were judged."""

    first: date
    met: int
    judged: int


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Everything that mails are made from. `since` is the day that changes are counted from."""

    district: Unit
    now: datetime
    zone: ZoneInfo
    today: date
    since: date
    first_time: bool = False
    units: Mapping[int, Unit] = field(default_factory=dict)
    goals: Mapping[int, tuple[GoalFigure, ...]] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()
    jobs: tuple[JobStanding, ...] = ()
    unread: tuple[Unread, ...] = ()
    areas: Mapping[int, tuple[AreaFigure, ...]] = field(default_factory=dict)
    callouts: tuple[CalloutFigure, ...] = ()
    reach: Mapping[int, ReachFigure] = field(default_factory=dict)
    gaps: tuple[EventGap, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    recording: Mapping[int, Recording] = field(default_factory=dict)
    mails: tuple[MailTrouble, ...] = ()
    months: tuple[Month, ...] = ()
    sources: Mapping[int, tuple[Source, ...]] = field(default_factory=dict)

    def title(self, unit: int) -> str:
        """What an organization is called; its id when nobody knows."""
        found = self.units.get(unit)
        return found.title if found else str(unit)
