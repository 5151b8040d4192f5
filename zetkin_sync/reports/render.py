"""How a mail looks: one template for both languages, styles written into the elements, a text part with the same figures.

Bars are table cells, because Gmail and Outlook show neither SVG nor embedded images (INTERFACE §3.1).
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from zetkin_sync.language import Language, Message, say
from zetkin_sync.reports.content import Cell, GoalLine, Mail, Said, Source, Table, Tone
from zetkin_sync.reports.subject import subject_line

COLOURS = {Tone.GOOD: "#257a4d", Tone.BAD: "#c2610c", Tone.PLAIN: "#6b7280"}
_WIDTH = 76
_LONGEST_WORD = 24
_BLANK_LINES = re.compile(r"\n{3,}")
_EMPTY_LINES = re.compile(r"\n\s*\n+")
_TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A mail as it is sent."""

    subject: str
    html: str
    text: str


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("zetkin_sync.reports"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def _inliner() -> Any:
    return css_inline.CSSInliner(keep_style_tags=False, load_remote_stylesheets=False)


def render(mail: Mail, language: Language) -> Rendered:
    """The mail in a language. Raises nothing for odd data: titles are escaped, a missing translation is English."""
    voice = _Voice(language)
    subject = subject_line(mail.subject, language)
    given = {
        "mail": mail,
        "code": language.code,
        "zone": str(language.zone),
        "subject": subject,
        "colours": {tone.value: colour for tone, colour in COLOURS.items()},
        "_": voice.fixed,
        "say": voice.say,
        "sentence": voice.sentence,
        "value": voice.value,
        "sources": voice.sources(mail.sources),
        "notes": voice.notes,
        "cells": voice.cells,
        "name": voice.name,
        "long": long,
        "wrap": wrap,
    }
    html = _environment().get_template("mail.html.j2").render(given)
    text = _breakable(_environment().get_template("mail.txt.j2").render(given))
    return Rendered(
        subject=subject,
        html=_EMPTY_LINES.sub("\n", _inliner().inline(html)),
        text=_BLANK_LINES.sub("\n\n", text).strip() + "\n",
    )


class _Voice:
    """What the templates may ask for; nothing here reaches further than the mail's own values."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._said: dict[int, str] = {}  # the mail's own messages, which outlive this: both parts say them

    def fixed(self, text: str, **values: Any) -> str:
        """A sentence that stands in the template."""
        return self.language.say(say(text, **values))

    def say(self, message: Message) -> str:
        """The message; an abbreviation at its end makes no second full stop."""
        said = self._said.get(id(message))
        if said is None:
            said = self._said[id(message)] = _TWO_STOPS.sub(".", self.language.say(message))
        return said

    def sentence(self, message: Message) -> str:
        """The message with a capital and a full stop."""
        text = self.say(message).strip()
        if not text:
            return ""
        text = text[:1].upper() + text[1:]
        return text if text[-1] in ".!?…:" else f"{text}."

    def value(self, said: Said) -> str:
        """One value of a table."""
        return self.language.value(said)

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
            return self.fixed("{source}: never read whole.", source=names)
        return self.fixed("{source}: read {when}.", source=names, when=read)

    def notes(self, goal: GoalLine) -> str:
        """A goal's notes in a row, for the text part."""
        return "".join(f" {self.sentence(note)}" for note in goal.notes)

    def cells(self, table: Table, row: Any) -> str:
        """A table's row on a line: its name, then each figure under its column's name."""
        name, *rest = row
        shown = [
            (self.language.say(column.title), self.value(cell.value))
            for column, cell in zip(table.columns[1:], rest, strict=True)
            if cell.bar is None
        ]
        if len(shown) == 1:
            return f"{self.name(name)}: {shown[0][1]}"
        return f"{self.name(name)} – " + "; ".join(f"{title.lower()}: {said}" for title, said in shown)

    def name(self, cell: Cell) -> str:
        """What a row of a table is about; a sentence there stands without its full stop."""
        said = self.value(cell.value)
        is_sentence = isinstance(cell.value, Message) and cell.value.text.endswith(".")
        return said.removesuffix(".") if is_sentence else said


def long(text: str) -> str:
    """The class of a text with a word that a phone has no room for, so that it is broken anywhere."""
    return " long" if max(map(len, text.split()), default=0) > _LONGEST_WORD else ""


def wrap(text: str, indent: str) -> str:
    """A paragraph of the text part; addresses and words stay whole."""
    text = _breakable(text)
    if len(indent) + len(text) <= _WIDTH and "\n" not in text:
        return f"{indent}{text}"
    return textwrap.fill(
        text,
        width=_WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _breakable(text: str) -> str:
    """Spaces that do not break are for HTML; some programs show them as signs."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
