"""A subject of at most 70 characters: the figure that matters first, what else there is as long as there is room."""

from __future__ import annotations

from zetkin_sync.language import Language, say
from zetkin_sync.reports.content import Subject

LENGTH = 70
_LEAST_TITLE = 12
_KNOWN_BY = 22
"""So much of a title tells which it is; cut to that, it leaves room for what waits."""


def subject_line(subject: Subject, language: Language) -> str:
    """The subject in a language, on one line.

    Additions go from the end when it is too long; the first stays if a cut title leaves room for it. Then the
    title is cut, and last of all the line.
    """
    title = subject.title if isinstance(subject.title, str) else language.say(subject.title)
    more = [language.say(each) for each in subject.more]
    for kept in range(len(more), -1, -1):
        line = _line(subject, title, more[:kept], language)
        if len(line) <= LENGTH:
            return line
        room = len(title) - (len(line) - LENGTH) - 1
        if kept == 1 and room >= _KNOWN_BY:
            return _line(subject, _cut(title, room), more[:1], language)
    if len(title) > (room := max(_LEAST_TITLE, room)):
        line = _line(subject, _cut(title, room), [], language)
    return line if len(line) <= LENGTH else f"{line[: LENGTH - 1].rstrip()}…"


def _cut(title: str, room: int) -> str:
    """The beginning of a title, up to a whole word where that costs little."""
    short = title[:room].rstrip()
    word = short.rpartition(" ")[0]
    if title[len(short) : len(short) + 1].strip() and len(word) >= room - 8:
        short = word
    return f"{short}…"


def _line(subject: Subject, title: str, more: list[str], language: Language) -> str:
    figure = language.say(subject.figure) if subject.figure else ""
    said = ", ".join((subject.between.join(filter(None, (title, figure))), *more))
    if subject.lead is not None:
        said = language.say(say("{lead}: {rest}", lead=subject.lead, rest=said)).replace(".:", ":")
    plain = " ".join(said.replace("\N{NO-BREAK SPACE}", " ").split())
    short = plain.split(" ", 1)[0].endswith(".")  # "v. 47" stays as it is written
    return plain if short else plain[:1].upper() + plain[1:]
