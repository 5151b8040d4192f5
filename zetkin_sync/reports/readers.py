"""Who reads: a role and a unit, what such a reader is told and in which order, and where their links lead."""

from __future__ import annotations

from dataclasses import dataclass

from zetkin_sync.language import Message, say
from zetkin_sync.records.mail import MailKind
from zetkin_sync.reports.content import titled

OFFICE, BOARD = "district_office", "district_board"
ASSOCIATION, COMMITTEE = "association_board", "committee"
NETWORK, REGION, TECHNICAL = "zetkin_network", "region_group", "technical"

ROLES: dict[str, Message] = {
    OFFICE: say("the district office"),
    BOARD: say("the district board"),
    ASSOCIATION: say("the board of {unit}"),
    COMMITTEE: say("the committee {unit}"),
    NETWORK: say("the Zetkin network"),
    REGION: say("the region group"),
    TECHNICAL: say("the technical contact"),
}

ASKER = "asker"
TITLES: dict[str, Message] = {**ROLES, ASKER: say("who asked for it")}
"""Also of those who are no reader of config/recipients.toml."""

USUAL: dict[str, tuple[MailKind, ...]] = {
    OFFICE: (MailKind.WEEKLY, MailKind.DECISION, MailKind.STALLED),
    BOARD: (MailKind.WEEKLY, MailKind.MONTHLY, MailKind.DECISION),
    ASSOCIATION: (MailKind.WEEKLY, MailKind.DECISION, MailKind.AFTER_MEETING, MailKind.DAY_AFTER),
    COMMITTEE: (MailKind.WEEKLY,),
    NETWORK: (MailKind.WEEKLY,),
    REGION: (MailKind.WEEKLY,),
    TECHNICAL: (MailKind.WEEKLY, MailKind.STALLED),
}
"""What a role is sent when config/recipients.toml does not say otherwise."""

ORDER: dict[str, tuple[str, ...]] = {
    OFFICE: ("tasks", "faults", "goals", "areas", "callouts", "reach"),
    BOARD: ("tasks", "faults", "goals", "areas", "callouts", "reach"),
    ASSOCIATION: ("tasks", "faults", "goals", "areas", "callouts", "reach"),
    COMMITTEE: ("tasks", "faults", "goals"),
    NETWORK: ("tasks", "faults", "goals", "recording", "callouts"),
    REGION: ("tasks", "faults", "goals"),
    TECHNICAL: ("faults", "mails", "readings"),
}
"""What each role's weekly mail holds, in its order; a part without content is left out."""

DECIDE = frozenset((OFFICE, BOARD, ASSOCIATION))
"""Who may approve proposals unless config/recipients.toml says otherwise; an association's board its own only."""


@dataclass(frozen=True, kw_only=True)
class Pages:
    """Addresses of the page and of Zetkin. Each needs a login, and none does anything when it is opened."""

    root: str
    zetkin: str = ""

    def at(self, *parts: object) -> str:
        return "/".join((self.root.rstrip("/"), *(str(p) for p in parts)))

    def plan(self, plan: int) -> str:
        return self.at("plans", plan)

    def run(self, run: int) -> str:
        return self.at("runs", run)

    def goal(self, goal: str, unit: int) -> str:
        return f"{self.at('goals', goal)}?unit={unit}"

    def goals(self, unit: int) -> str:
        return f"{self.at('goals')}?unit={unit}"

    def confirm(self, unit: int) -> str:
        return f"{self.at('confirm')}?unit={unit}"

    def priorities(self, unit: int) -> str:
        return f"{self.at('priorities')}?unit={unit}"

    def reach(self, unit: int) -> str:
        return f"{self.at('reach')}?unit={unit}"

    @property
    def areas(self) -> str:
        return self.at("areas")

    @property
    def callouts(self) -> str:
        return self.at("callouts")

    @property
    def runs(self) -> str:
        return self.at("runs")

    @property
    def mails(self) -> str:
        return self.at("mails")

    def often(self, unit: int) -> str:
        return f"{self.at('often')}?unit={unit}"

    def participants(self, organization: int, event: int) -> str:
        """Where attendance is noted in Zetkin; the page that leads there when Zetkin's own address is not known."""
        if not self.zetkin:
            return self.at("events", event)
        root = self.zetkin.rstrip("/")
        return f"{root}/organize/{organization}/projects/standalone/events/{event}/participants"


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One reader. `unit` is an organization; the district's own readers have its root organization.

    `name` is what the unit is called. `goals` narrows which goals they read about (ids), empty means all that
    name their role. `stop` is the address that stops this kind of mail, by a page with a button.
    """

    role: str
    unit: int
    name: str
    language: str
    pages: Pages
    whole: bool = True
    decides: bool = False
    goals: tuple[str, ...] = ()
    stop: str = ""

    @property
    def title(self) -> Message:
        """As whom they get the mail."""
        return Message(
            TITLES[self.role].text,
            {"unit": titled(self.name)} if self.role in (ASSOCIATION, COMMITTEE) else {},
        )

    @property
    def is_own(self) -> bool:
        """Do they read about their own unit only? Then small numbers are theirs to know."""
        return self.role == ASSOCIATION
