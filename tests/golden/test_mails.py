"""Every kind of mail to every reader, in both languages, as text; read by people whenever it changes.

`pytest tests/golden/test_mails.py --renew-golden` writes the files anew; look at the difference before committing.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.mail_situations import WEEKS, ZONE, mails
from zetkin_sync.language import Language
from zetkin_sync.reports.render import render

FOLDER = Path(__file__).parent / "mails"
NAMES = (*WEEKS, "occasions")


def as_text(name: str, code: str) -> str:
    """The mails of a week, one after the other: subject, then the text part."""
    parts = []
    for mail in mails(name, code):
        shown = render(mail, Language(code, ZONE))
        parts.append(f"##### {mail.kind}\nSubject: {shown.subject}\n\n{shown.text}")
    return "\n\n".join(parts)


@pytest.mark.parametrize("code", ["sv", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_mails_say_what_was_read_and_approved(name: str, code: str, request: pytest.FixtureRequest) -> None:
    path = FOLDER / f"{name}.{code}.txt"
    text = as_text(name, code)
    if request.config.getoption("--renew-golden"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_a_swedish_mail_is_left_in_english(name: str) -> None:
    """Words that every English mail holds and no Swedish one may."""
    english = re.compile(r"\b(the|you|week|goals?|areas?|why|read|mail|since|and|not)\b", re.IGNORECASE)
    text = re.sub(r"https?://\S+|`[^`]*`|##### \w+|Subject:", "", as_text(name, "sv"))
    assert sorted(set(english.findall(text))) == []
    assert english.search(as_text(name, "en"))
