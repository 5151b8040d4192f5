"""How a mail looks: one template for both languages, styles written into the elements, a text part with the same figures.

Bars are table cells, because Gmail and Outlook show neither SVG nor embedded images (INTERFACE §3.1).
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from zetkin_sync.language import Language
from zetkin_sync.reports.content import Mail, Tone
from zetkin_sync.reports.spoken import SpokenBar, spoken
from zetkin_sync.reports.subject import subject_line

COLOURS = {Tone.GOOD: "#257a4d", Tone.BAD: "#c2610c", Tone.PLAIN: "#6b7280"}
_WIDTH = 76
_LONGEST_WORD = 24
_BLANK_LINES = re.compile(r"\n{3,}")
_EMPTY_LINES = re.compile(r"\n\s*\n+")


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A mail as it is sent."""

    subject: str
    html: str
    text: str


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("zetkin_sync.reports"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"bar": bar, "long": long, "wrap": wrap}
    return environment


@cache
def _inliner() -> Any:
    return css_inline.CSSInliner(keep_style_tags=False, load_remote_stylesheets=False)


def render(mail: Mail, language: Language) -> Rendered:
    """The mail in a language. Raises nothing for odd data: titles are escaped, a missing translation is English."""
    subject = subject_line(mail.subject, language)
    given = {"mail": spoken(mail, language), "subject": subject}
    html = _environment().get_template("mail.html.j2").render(given)
    text = _breakable(_environment().get_template("mail.txt.j2").render(given))
    return Rendered(
        subject=subject,
        html=_EMPTY_LINES.sub("\n", _inliner().inline(html)),
        text=_BLANK_LINES.sub("\n\n", text).strip() + "\n",
    )


@lru_cache(maxsize=4096)
def bar(drawn: SpokenBar) -> Markup:
    """A bar's table; most bars of a mail, and of the next one, have been drawn before."""
    template = _environment().get_template("bar.html.j2")
    return Markup(template.render(bar=drawn, colour=COLOURS[Tone(drawn.tone)]).strip())  # noqa: S704 - the template escapes


def long(text: str) -> str:
    """The class of a text with a word that a phone has no room for, so that it is broken anywhere."""
    return " long" if max(map(len, text.split()), default=0) > _LONGEST_WORD else ""


def wrap(text: str, indent: str = "") -> str:
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
