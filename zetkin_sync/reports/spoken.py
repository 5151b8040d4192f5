"""A mail in one language: each sentence said once, so that both parts have the same words.

The templates are given these values and nothing else; they have text, colours and addresses, and no way back to a
record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

import msgspec

from zetkin_sync.language import Language, Message, say
from zetkin_sync.reports.content import (
    AnySection,
    Bar,
    Cell,
    Column,
    Fault,
    Faults,
    GoalLine,
    Goals,
    Link,
    Mail,
    Source,
    Table,
    Task,
    Tasks,
    Text,
)

SUGGESTED = say("The target is a suggestion, not decided.")
EVIDENCE = say("See the evidence")
_TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")


class SpokenLink(msgspec.Struct, frozen=True, gc=False):
    """Where to go, and what that is called."""

    label: str
    address: str


class SpokenItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something to do, or something that does not work (or works again: `mended`)."""

    what: str
    details: list[str]
    deadline: str | None = None
    link: SpokenLink | None = None
    mended: bool = False


class SpokenBar(msgspec.Struct, frozen=True, gc=False):
    """Whole percentages of the bar: so much is done, and there is the target (None: the whole bar)."""

    done: int
    target: int | None
    tone: str


class SpokenGoal(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A goal: its state first, then the notes on it; `line` is both, for the text part."""

    title: str
    figure: str | None
    bar: SpokenBar | None
    tone: str
    state: str
    notes: list[str]
    step: str | None
    link: str | None

    @property
    def line(self) -> str:
        return " ".join([self.state, *self.notes])


class SpokenColumn(msgspec.Struct, frozen=True, gc=False):
    """A column's title and the classes of its cells."""

    title: str
    kind: str


class SpokenCell(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A value or a bar; `kind` is its column's."""

    said: str
    kind: str
    tone: str
    bar: SpokenBar | None


class SpokenRow(msgspec.Struct, frozen=True, gc=False):
    """What the row is about, its cells, and the same on a line for the text part."""

    about: str
    cells: list[SpokenCell]
    line: str


class SpokenSection(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A part of the mail; of `items`, `goals`, `rows` and `paragraphs` only those of its form."""

    form: str
    heading: str
    lead: str | None
    after: list[str]
    link: SpokenLink | None
    items: list[SpokenItem] = []
    goals: list[SpokenGoal] = []
    columns: list[SpokenColumn] = []
    rows: list[SpokenRow] = []
    paragraphs: list[str] = []


class SpokenMail(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """All that the templates are given."""

    code: str
    heading: str
    intro: list[str]
    sections: list[SpokenSection]
    sources: list[str]
    zone: str
    evidence: str
    why_you: str
    change: SpokenLink
    stop: SpokenLink


def spoken(mail: Mail, language: Language) -> SpokenMail:
    """The mail's sentences in a language; a missing translation is English."""
    voice = _Voice(language)
    return SpokenMail(
        code=language.code,
        heading=voice.say(mail.heading),
        intro=voice.sentences(mail.intro),
        sections=[voice.section(each) for each in mail.sections],
        sources=voice.sources(mail.sources),
        zone=language.say(say("Times are local ({zone}).", zone=str(language.zone))),
        evidence=language.say(EVIDENCE),
        why_you=voice.sentence(mail.why_you),
        change=voice.link(mail.change),
        stop=voice.link(mail.stop),
    )


class _Voice:
    """How each kind of value is said in a language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def say(self, message: Message) -> str:
        """The message; an abbreviation at its end makes no second full stop."""
        return _TWO_STOPS.sub(".", self.language.say(message))

    def sentence(self, message: Message) -> str:
        """The message with a capital and a full stop."""
        text = self.say(message).strip()
        if not text:
            return ""
        text = text[:1].upper() + text[1:]
        return text if text[-1] in ".!?…:" else f"{text}."

    def sentences(self, messages: Iterable[Message]) -> list[str]:
        return [self.sentence(each) for each in messages]

    def link(self, link: Link) -> SpokenLink:
        return SpokenLink(self.say(link.label), link.address)

    def section(self, section: AnySection) -> SpokenSection:
        """The section, with what its form holds."""
        items: list[SpokenItem] = []
        if isinstance(section, Tasks):
            items = [self.task(each) for each in section.items]
        elif isinstance(section, Faults):
            items = [self.fault(each) for each in section.items]
        columns = [self.column(each) for each in section.columns] if isinstance(section, Table) else []
        return SpokenSection(
            form=section.form,
            heading=self.say(section.heading),
            lead=self.sentence(section.lead) if section.lead else None,
            after=self.sentences(section.after),
            link=self.link(section.link) if section.link else None,
            items=items,
            goals=[self.goal(each) for each in section.lines] if isinstance(section, Goals) else [],
            columns=columns,
            rows=[self.row(each, columns) for each in section.rows] if isinstance(section, Table) else [],
            paragraphs=self.sentences(section.paragraphs) if isinstance(section, Text) else [],
        )

    def task(self, task: Task) -> SpokenItem:
        return SpokenItem(
            what=self.say(task.what),
            details=self.sentences(task.details),
            deadline=self.say(task.deadline) if task.deadline else None,
            link=self.link(task.link),
        )

    def fault(self, fault: Fault) -> SpokenItem:
        return SpokenItem(
            what=self.sentence(fault.what),
            details=self.sentences(fault.details),
            link=self.link(fault.link) if fault.link else None,
            mended=fault.mended,
        )

    def goal(self, goal: GoalLine) -> SpokenGoal:
        return SpokenGoal(
            title=goal.title,
            figure=self.say(goal.figure) if goal.figure else None,
            bar=_bar(goal.bar, goal.tone.value) if goal.bar else None,
            tone=goal.tone.value,
            state=self.sentence(goal.state),
            notes=self.sentences((*goal.notes, SUGGESTED) if goal.suggested else goal.notes),
            step=self.sentence(goal.step) if goal.step else None,
            link=goal.link,
        )

    def column(self, column: Column) -> SpokenColumn:
        kind = "number" if column.number else "words"
        return SpokenColumn(self.say(column.title), f"{kind} wide" if column.wide else kind)

    def row(self, row: tuple[Cell, ...], columns: list[SpokenColumn]) -> SpokenRow:
        """On a line its name stands first, then each figure under its column's name."""
        name, cells = self.name(row[0]), []
        for cell, column in zip(row[1:], columns[1:], strict=True):
            bar = None if cell.bar is None else SpokenBar(round(cell.bar * 100), None, cell.tone.value)
            said = self.language.value(cell.value)
            cells.append(SpokenCell(said=said, kind=column.kind, tone=cell.tone.value, bar=bar))
        shown = [
            (column.title.lower(), cell.said)
            for column, cell in zip(columns[1:], cells, strict=True)
            if cell.bar is None
        ]
        if len(shown) == 1:
            return SpokenRow(name, cells, f"{name}: {shown[0][1]}")
        return SpokenRow(name, cells, f"{name} – " + "; ".join(f"{title}: {said}" for title, said in shown))

    def name(self, cell: Cell) -> str:
        """What a row of a table is about; a sentence there stands without its full stop."""
        said = self.language.value(cell.value)
        is_sentence = isinstance(cell.value, Message) and cell.value.text.endswith(".")
        return said.removesuffix(".") if is_sentence else said

    def sources(self, sources: Iterable[Source]) -> list[str]:
        """When the sources were read, those of the same minute in one sentence."""
        together: dict[datetime | None, list[str]] = {}
        for source in sources:
            minute = source.read and source.read.replace(second=0, microsecond=0)
            together.setdefault(minute, []).append(self.language.say(source.what))
        return [self._read(self.language.joined(names), read) for read, names in together.items()]

    def _read(self, names: str, read: datetime | None) -> str:
        names = names[:1].upper() + names[1:]
        if read is None:
            return self.language.say(say("{source}: never read whole.", source=names))
        return self.language.say(say("{source}: read {when}.", source=names, when=read))


def _bar(bar: Bar, tone: str) -> SpokenBar:
    """Whole percentages; a target at the bar's end is the whole bar."""
    whole = bar.target is None or bar.target >= 1
    return SpokenBar(
        round(bar.done * 100), None if whole or bar.target is None else round(bar.target * 100), tone
    )
