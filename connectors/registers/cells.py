"""What people write in cells, Swedish habits included: amounts, dates, yes and no. A cell is understood or refused."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import Any

from zetkin_sync.language import Message, say

_MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_ENGLISH = {"may": 5, "oct": 10}
_YES = frozenset({"ja", "j", "yes", "y", "x", "1", "sant", "true", "✓"})
_NO = frozenset({"nej", "n", "no", "0", "falskt", "false", "-", "–"})
_SPACES = re.compile(r"[\s\u00a0\u202f\u2007']+")
_CURRENCY = re.compile(r"(kronor|kr\.?|sek|:-|:–)$", re.IGNORECASE)
_NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?$")
_DATES = (
    (re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$"), ("y", "m", "d")),
    (re.compile(r"^(\d{4})(\d{2})(\d{2})$"), ("y", "m", "d")),
    (re.compile(r"^(\d{2})(\d{2})(\d{2})$"), ("y", "m", "d")),
    (re.compile(r"^(\d{1,2})[/.-](\d{1,2})[/. -]+(\d{4})$"), ("d", "m", "y")),
    (re.compile(r"^(\d{1,2})[ .]+([a-zåäö]+)\.?[ ]+(\d{4}|\d{2})$"), ("d", "m", "y")),
)


class NotUnderstoodError(ValueError):
    """A cell that says nothing we know; `allowed` is what it may say."""

    def __init__(self, wrong: Message, allowed: Message) -> None:
        super().__init__(wrong)
        self.wrong = wrong
        self.allowed = allowed


def text(value: Any) -> str | None:
    """A text without surrounding space; Excel's whole numbers lose their ".0"."""
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unicodedata.normalize("NFC", str(value)).strip() or None


def amount(value: Any) -> float | None:
    """Kronor: `1 234,50 kr`, `1.234,50`, `12 000:-`, `(500)`.

    One separator before three digits may be thousands or decimals: that is refused, not guessed.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    written = text(value)
    if written is None:
        return None
    number = _CURRENCY.sub("", _SPACES.sub("", written.replace("−", "-"))).strip()
    if number.startswith("(") and number.endswith(")"):
        number = f"-{number[1:-1]}"
    number = _with_point(number)
    if not _NUMBER.match(number):
        raise NotUnderstoodError(
            say("“{value}” is not an amount", value=written), say("an amount as 12500 or 12500,50")
        )
    return float(number)


def _with_point(number: str) -> str:
    """The number with its thousands unmarked and a decimal point."""
    last = max(number.rfind(","), number.rfind("."))
    if last < 0:
        return number
    marks = {c for c in number if c in ",."}
    if len(marks) == 2:
        mark = number[last]
        return number.replace("." if mark == "," else ",", "").replace(",", ".")
    mark = marks.pop()
    if number.count(mark) > 1:
        return number.replace(mark, "")
    if len(number) - last - 1 == 3:
        raise NotUnderstoodError(
            say("“{value}” may be thousands or decimals", value=number), say("an amount as 12500 or 12500,50")
        )
    return number.replace(mark, ".")


def day(value: Any) -> date | None:
    """A day: `2026-03-08`, `20260308`, `8/3 2026`, `8 mars 2026`; the day comes before the month."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    written = text(value)
    if written is None:
        return None
    plain = re.sub(r"[ T]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?(Z|[+-]\d{2}:\d{2})?$", "", written).strip().casefold()
    for pattern, order in _DATES:
        found = pattern.match(plain)
        if found:
            parts = dict(zip(order, found.groups(), strict=True))
            try:
                return date(_year(parts["y"]), _month(parts["m"]), int(parts["d"]))
            except ValueError:
                break
    raise NotUnderstoodError(say("“{value}” is not a day", value=written), say("a day as 2026-03-08"))


def _year(written: str) -> int:
    return int(written) + (2000 if len(written) == 2 else 0)


def _month(written: str) -> int:
    if written.isdigit():
        return int(written)
    name = written[:3]
    return _MONTHS.index(name) + 1 if name in _MONTHS else _ENGLISH.get(name, 0)


def yes_no(value: Any) -> bool | None:
    """Yes or no in the usual ways of ticking a box."""
    if isinstance(value, bool):
        return value
    written = text(value)
    if written is None:
        return None
    plain = written.casefold()
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    raise NotUnderstoodError(say("“{value}” is neither yes nor no", value=written), say("ja or nej"))


def number(value: Any) -> float | None:
    """A number with a decimal comma or point: a coordinate, a radius."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    written = text(value)
    if written is None:
        return None
    plain = _SPACES.sub("", written.replace("−", "-")).replace(",", ".")
    if not _NUMBER.match(plain):
        raise NotUnderstoodError(say("“{value}” is not a number", value=written), say("a number as 59,33"))
    return float(plain)
