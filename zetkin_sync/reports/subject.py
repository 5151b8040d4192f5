"""A subject of at most 70 characters: the figure that matters first, what else there is as long as there is room."""

from __future__ import annotations

from zetkin_sync.language import Language, say
from zetkin_sync.reports.content import Subject

LENGTH = 70
_LEAST_TITLE = 12


def subject_line(subject: Subject, language: Language) -> str:
    """The subject in a language, on one line.

    Additions go first when it is too long, then the title is cut, and last of all the line.
    """
    title = subject.title if isinstance(subject.title, str) else language.say(subject.title)
    more = [language.say(each) for each in subject.more]
    for kept in range(len(more), -1, -1):
        line = _line(subject, title, more[:kept], language)
        if len(line) <= LENGTH:
            return line
    room = max(_LEAST_TITLE, len(title) - (len(line) - LENGTH) - 1)
    if len(title) > room:
        line = _line(subject, f"{title[:room].rstrip()}…", [], language)
    return line if len(line) <= LENGTH else f"{line[: LENGTH - 1].rstrip()}…"


def _line(subject: Subject, title: str, more: list[str], language: Language) -> str:
    figure = language.say(subject.figure) if subject.figure else ""
    said = ", ".join((subject.between.join(filter(None, (title, figure))), *more))
    if subject.lead is not None:
        said = language.say(say("{lead}: {rest}", lead=subject.lead, rest=said)).replace(".:", ":")
    plain = " ".join(said.replace("\N{NO-BREAK SPACE}", " ").split())
    short = plain.split(" ", 1)[0].endswith(".")  # "v. 47" stays as it is written
    return plain if short else plain[:1].upper() + plain[1:]
