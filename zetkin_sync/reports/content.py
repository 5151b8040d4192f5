"""What a status mail says: values in the order in which they matter, before anybody thinks of form.

Counts, places, dates and reasons only. There is no field here that could hold a member's name or address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from zetkin_sync.language import Message


@dataclass(frozen=True, kw_only=True)
class Task:
    """Something the reader must do: what, by when, where."""

    what: Message
    detail: Message | None
    deadline: datetime | None
    label: Message
    link: str


@dataclass(frozen=True, kw_only=True)
class Broken:
    """Something that does not work, and which figures are old because of it."""

    what: Message
    detail: Message | None = None
    link: str | None = None


@dataclass(frozen=True, kw_only=True)
class GoalLine:
    """A goal: where it stands against its target, and the next step.

    `done` and `of` make the bar; `of` is what the target needs, not the whole. Without `of` there is no bar.
    """

    title: str
    finding: Message
    state: str
    step: Message | None = None
    done: int | None = None
    of: int | None = None
    decided: bool = True
    link: str | None = None


@dataclass(frozen=True, kw_only=True)
class Source:
    """When a source was last read whole."""

    name: Message
    read: datetime | None


@dataclass(frozen=True, kw_only=True)
class StatusMail:
    """A weekly status mail for one reader."""

    unit: str
    week: int
    first: date
    last: date
    headline: Message
    tasks: tuple[Task, ...]
    broken: tuple[Broken, ...]
    goals: tuple[GoalLine, ...]
    sources: tuple[Source, ...]
    why_you: Message
    page: str

    @property
    def is_quiet(self) -> bool:
        """Is there nothing to do, nothing broken and nothing to report?"""
        return not (self.tasks or self.broken or self.goals)
