"""What a mail says, as values in the order in which they matter, before anybody thinks of form.

Counts, places, dates and reasons only. There is no field here that could hold a person, and no type that
could hold one can be reached from these (a test walks all of them).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from zetkin_sync.language import Day, Message, Share, say

TITLE_LENGTH = 90
_SPACES = re.compile(r"\s+")
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
_JOINERS = "\u200c\u200d"  # written in some languages and between the parts of an emoji

Said = Message | Share | Day | str | int | None


def titled(text: str, *, length: int = TITLE_LENGTH) -> str:
    """Somebody's title, fit to stand in a mail: one line, nothing invisible, and cut where it is too long.

    Marks that turn the direction of writing are taken out: they would turn the rest of the line as well.
    """
    seen = "".join(
        " " if c in "\n\r\t\v\f\u2028\u2029" else c
        for c in text
        if c in "\n\r\t\u2028\u2029" or c in _JOINERS or unicodedata.category(c) not in _UNSEEN
    )
    line = _SPACES.sub(" ", seen).strip()
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"


class Tone(StrEnum):
    """Whether a figure is good news; it is never said by colour alone."""

    PLAIN = "plain"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, kw_only=True)
class Link:
    """Where the reader can go: a page behind login, an event or a list. Following it never does anything."""

    label: Message
    address: str


@dataclass(frozen=True, kw_only=True)
class Task:
    """Something the reader must do: what, by when, where."""

    what: Message
    details: tuple[Message, ...] = ()
    deadline: Message | None = None
    link: Link


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something that does not work and which figures are old because of it, or that works again (`mended`)."""

    what: Message
    details: tuple[Message, ...] = ()
    link: Link | None = None
    mended: bool = False


@dataclass(frozen=True, kw_only=True)
class Bar:
    """How far, and where the target is: parts of the whole bar, 0–1. `target` None: the whole bar is the target."""

    done: float
    target: float | None = None


@dataclass(frozen=True, kw_only=True)
class GoalLine:
    """A goal: its figure, its bar, in words the change, the gap and the forecast, and the next step."""

    title: str
    state: Message
    tone: Tone
    figure: Message | None = None
    bar: Bar | None = None
    notes: tuple[Message, ...] = ()
    step: Message | None = None
    suggested: bool = False
    link: str | None = None


@dataclass(frozen=True, kw_only=True)
class Column:
    """A table's column. A `wide` one is left out where the screen is narrow."""

    title: Message
    number: bool = False
    wide: bool = False


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One value of a table."""

    value: Said
    tone: Tone = Tone.PLAIN
    bar: float | None = None


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the mail under a heading of its own."""

    form: ClassVar[str]
    heading: Message
    lead: Message | None = None
    after: tuple[Message, ...] = ()
    link: Link | None = None


@dataclass(frozen=True, kw_only=True)
class Tasks(Section):
    """What must be done."""

    form: ClassVar[str] = "tasks"
    items: tuple[Task, ...]


@dataclass(frozen=True, kw_only=True)
class Faults(Section):
    """What stands still."""

    form: ClassVar[str] = "faults"
    items: tuple[Fault, ...]


@dataclass(frozen=True, kw_only=True)
class Goals(Section):
    """Where goals stand."""

    form: ClassVar[str] = "goals"
    lines: tuple[GoalLine, ...]


@dataclass(frozen=True, kw_only=True)
class Table(Section):
    """Rows of values; the first cell of a row is its name."""

    form: ClassVar[str] = "table"
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Text(Section):
    """A few sentences."""

    form: ClassVar[str] = "text"
    paragraphs: tuple[Message, ...]


AnySection = Tasks | Faults | Goals | Table | Text


@dataclass(frozen=True, kw_only=True)
class Source:
    """When something was last read whole."""

    what: Message
    read: datetime | None


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The one figure that matters, and what may follow it where there is room.

    `lead` comes first ("w. 47"), then title and figure with `between` between them. When it is too long,
    `more` is left away from the end, then the title is cut.
    """

    lead: Message | None = None
    title: Message | str = ""
    between: str = " "
    figure: Message | None = None
    more: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail to one reader."""

    kind: str
    subject: Subject
    heading: Message
    intro: tuple[Message, ...]
    sections: tuple[AnySection, ...]
    sources: tuple[Source, ...]
    why_you: Message
    stop: Link
    change: Link

    @property
    def is_empty(self) -> bool:
        return not self.sections


def named(title: str) -> Message:
    """A title as a message, where a sentence is asked for."""
    return say("{title}", title=titled(title))
