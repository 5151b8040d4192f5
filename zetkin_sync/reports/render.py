"""How a mail looks: one template for both languages, styles written into the elements, a text part of its own.

Bars are table cells, because Gmail and Outlook show neither SVG nor embedded images (INTERFACE §3.1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from zetkin_sync.language import Language, Message, say, say_n
from zetkin_sync.records import GoalState
from zetkin_sync.reports.content import StatusMail

SUBJECT_LENGTH = 70
_BLANK_LINES = re.compile(r"\n{3,}")

STATES: dict[str, Message] = {
    GoalState.MET: say("met"),
    GoalState.ON_TRACK: say("on track"),
    GoalState.BEHIND: say("behind"),
    GoalState.MISSED: say("missed"),
    GoalState.UNKNOWN: say("unknown"),
    GoalState.NOT_APPLICABLE: say("not arranged this year"),
}


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


def render(mail: StatusMail, language: Language) -> Rendered:
    """The mail in a language. Raises nothing for odd data; titles are escaped."""
    subject = subject_of(mail, language)

    def translated(text: str, **values: Any) -> str:
        return language.say(say(text, **values))

    given = {
        "mail": mail,
        "code": language.code,
        "subject": subject,
        "_": translated,
        "say": language.say,
        "long": language.long_day,
        "moment": language.moment,
        "state": lambda state: language.say(STATES[state]),
    }
    html = _environment().get_template("weekly.html.j2").render(given)
    text = _environment().get_template("weekly.txt.j2").render(given)
    return Rendered(
        subject=subject,
        html=_inliner().inline(html),
        text=_BLANK_LINES.sub("\n\n", text.replace("\N{NO-BREAK SPACE}", " ")).strip() + "\n",
    )


def subject_of(mail: StatusMail, language: Language) -> str:
    """At most 70 characters, the one figure that matters first, then what waits and what stands still."""
    parts = [language.say(say("w. {week}: {headline}", week=mail.week, headline=mail.headline))]
    if mail.tasks:
        parts.append(language.say(say_n("{n} proposal waits", "{n} proposals wait", len(mail.tasks))))
    if mail.broken:
        parts.append(
            language.say(say_n("{n} thing stands still", "{n} things stand still", len(mail.broken)))
        )
    subject = ", ".join(parts).replace("\N{NO-BREAK SPACE}", " ")
    while len(subject) > SUBJECT_LENGTH and len(parts) > 1:
        parts.pop()
        subject = ", ".join(parts).replace("\N{NO-BREAK SPACE}", " ")
    subject = " ".join(subject.split())
    return subject if len(subject) <= SUBJECT_LENGTH else subject[: SUBJECT_LENGTH - 1] + "…"
