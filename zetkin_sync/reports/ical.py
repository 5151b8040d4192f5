"""All-day entries as an iCalendar file (RFC 5545), for a calendar program that opens or subscribes to it.

Nine fixed lines for each entry, folded and escaped as §3.1 and §3.3.11 say; that is all we need of the standard.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

OCTETS = 75  # that a line may have, without its line break


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One day in a calendar. `uid` stays the same however often the file is read, so nothing is doubled."""

    uid: str
    day: date
    title: str
    text: str
    address: str


def written(entries: Iterable[Entry], *, title: str, language: str, at: datetime) -> bytes:
    """The file. `at` is when its content was found out."""
    stamp = f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//zetkin_sync//days of a plan//EN",
        "METHOD:PUBLISH",
        f"NAME;LANGUAGE={language}:{_escaped(title)}",
        f"X-WR-CALNAME:{_escaped(title)}",  # what Apple, Google and Outlook read
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
        *(line for entry in entries for line in _entry(entry, language, stamp)),
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _entry(entry: Entry, language: str, stamp: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_escaped(entry.uid)}"
    yield f"DTSTAMP:{stamp}"
    yield f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{entry.day + timedelta(1):%Y%m%d}"
    yield f"SUMMARY;LANGUAGE={language}:{_escaped(entry.title)}"
    yield f"DESCRIPTION;LANGUAGE={language}:{_escaped(entry.text)}"
    yield f"URL:{entry.address}"
    yield "TRANSP:TRANSPARENT"  # a day to keep in mind, not a time when somebody is busy
    yield "END:VEVENT"


def _escaped(text: str) -> str:
    """A text's special letters; other control characters are left out."""
    for letter, instead in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(letter, instead)
    return "".join(c for c in text if c.isprintable())


def _folded(line: str) -> str:
    """A long line goes on in the next, after a space; no letter is cut in two."""
    out, octets = "", 0
    for letter in line:
        size = len(letter.encode())
        if octets + size > OCTETS:
            out, octets = f"{out}\r\n ", 1
        out, octets = out + letter, octets + size
    return out
