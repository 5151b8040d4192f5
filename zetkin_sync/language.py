"""What a person reads: a sentence with its values, said in Swedish or in English.

Code never glues sentences together. It makes a `Message` (the English sentence, its values and, where a
number decides the form, both forms); a `Language` says it at the edge: on the page, in a mail, in the
terminal. Messages are plain values, so they can be stored, compared and fingerprinted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from babel.core import Locale
from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import Translations

LANGUAGES = ("sv", "en")
_CATALOGUES = Path(__file__).parent / "locale"
_MINUS = "\N{MINUS SIGN}"


class Share(msgspec.Struct, frozen=True, tag="share"):
    """A part of a whole, 0–1; read as a percentage without decimals."""

    value: float


class Day(msgspec.Struct, frozen=True, tag="day"):
    """A local calendar day."""

    value: date


class Span(msgspec.Struct, frozen=True, tag="span"):
    """Local calendar days from the first to the last, both included."""

    first: date
    last: date


class Month(msgspec.Struct, frozen=True, tag="month"):
    """The month that a local day lies in; read by its name."""

    value: date


class Moment(msgspec.Struct, frozen=True, tag="moment"):
    """An instant (aware, UTC when stored); read in the district's time zone."""

    value: datetime


class Message(msgspec.Struct, frozen=True, tag="message"):
    """A sentence in English with named values; `plural` is its other form when `n` is not one."""

    text: str
    values: dict[str, Value] = {}
    plural: str | None = None

    def __str__(self) -> str:
        return Language("en").say(self)

    def __hash__(self) -> int:
        return hash((self.text, self.plural, tuple(sorted((k, str(v)) for k, v in self.values.items()))))


Value = str | int | float | bool | None | Share | Day | Span | Month | Moment | Message


def say(text: str, /, **values: Any) -> Message:
    """A sentence whose values are written `{name}`. Babel extracts the text."""
    return Message(text, {name: _as_value(value) for name, value in values.items()})


def say_n(singular: str, plural: str, /, n: int, **values: Any) -> Message:
    """A sentence with two forms; `{n}` decides which."""
    return Message(singular, {"n": n, **{k: _as_value(v) for k, v in values.items()}}, plural)


def _as_value(value: Any) -> Value:
    if isinstance(value, datetime):
        return Moment(value)
    if isinstance(value, date):
        return Day(value)
    if value is None or isinstance(
        value, str | int | float | bool | Share | Day | Span | Month | Moment | Message
    ):
        return value
    return str(value)


def to_json(message: Message) -> str:
    """The message as JSON text, for a column."""
    return msgspec.json.encode(message).decode()


def from_json(text: str) -> Message:
    """The message that `to_json` wrote."""
    return _decoder().decode(text)


@cache
def _decoder() -> msgspec.json.Decoder[Message]:
    return msgspec.json.Decoder(Message)


@cache
def _translations(language: str) -> NullTranslations:
    """Every catalogue of a language in one: `locale/sv/*.po`, one file a family of sentences."""
    merged = Catalog(locale=language)
    for path in sorted((_CATALOGUES / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id and message.string:
                    merged.add(message.id, message.string)
    if not len(merged):
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return Translations(compiled)


@cache
def _locale(language: str) -> Locale:
    """Looked up once: babel parses a name anew for every number."""
    return Locale.parse(language)


class Language:
    """One language with its number and date forms, in one time zone.

    `code` is one of `LANGUAGES`; `zone` is the zone in which instants are read.
    """

    def __init__(self, code: str = "sv", zone: ZoneInfo | None = None) -> None:
        if code not in LANGUAGES:
            raise ValueError(f"language {code!r} is not one of {', '.join(LANGUAGES)}")
        self.code = code
        self.zone = zone or ZoneInfo("UTC")
        self.translations = _translations(code)
        self._locale = _locale(code)

    def say(self, message: Message | str) -> str:
        """The sentence in this language; a plain string is looked up as a sentence without values."""
        if isinstance(message, str):
            return self.translations.gettext(message) if message else ""
        if message.plural is None:
            text = self.translations.gettext(message.text) if message.text else ""
        else:
            text = self.translations.ngettext(message.text, message.plural, int(message.values["n"]))  # type: ignore[arg-type]
        if not message.values:
            return text
        values = {name: self.value(value) for name, value in message.values.items()}
        for name, value in values.items():  # "15 jan." at a sentence's end has one full stop
            if value.endswith(".") and f"{{{name}}}." in text:
                values[name] = value[:-1]
        return text.format_map(values)

    def value(self, value: Value) -> str:
        """One value as a reader of this language writes it."""
        match value:
            case str():
                return value
            case None:
                return "–"
            case bool():
                return self.say("yes" if value else "no")
            case int() | float():
                return self.number(value)
            case Share():
                return self.percent(value.value)
            case Day():
                return self.day(value.value)
            case Span():
                return self.span(value.first, value.last)
            case Month():
                return self.month(value.value)
            case Moment():
                return self.moment(value.value)
            case Message():
                return self.say(value)

    def number(self, value: float) -> str:
        if isinstance(value, int) and abs(value) < 1000:  # most numbers, and babel takes its time
            return str(value).replace("-", _MINUS)
        return format_decimal(value, locale=self._locale).replace("-", _MINUS)

    def percent(self, share: float) -> str:
        return format_percent(share, locale=self._locale).replace("-", _MINUS)

    def day(self, day: date) -> str:
        return format_date(day, "EEE d MMM", locale=self._locale)

    def long_day(self, day: date) -> str:
        return format_date(day, "d MMMM y", locale=self._locale)

    def span(self, first: date, last: date) -> str:
        """Days from the first to the last; month and year are said once where they are the same."""
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day}–{self.long_day(last)}"
        if first.year == last.year:
            return f"{format_date(first, 'd MMMM', locale=self._locale)} – {self.long_day(last)}"
        return f"{self.long_day(first)} – {self.long_day(last)}"

    def month(self, day: date) -> str:
        return format_date(day, "LLLL", locale=self._locale)

    def moment(self, instant: datetime) -> str:
        pattern = "EEE d MMM HH:mm" if self.code == "en" else "EEE d MMM 'kl.' HH:mm"
        return format_datetime(instant.astimezone(self.zone), pattern, locale=self._locale)

    def wall_clock(self, local: datetime) -> str:
        """A local time without zone, as an event's start is."""
        return format_datetime(local, "EEE d MMM HH:mm", locale=self._locale)

    def joined(self, items: list[str]) -> str:
        return format_list(items, locale=self._locale)


def plain(values: Mapping[str, Value]) -> dict[str, str]:
    """Values as English text, for logs and JSON."""
    english = Language("en")
    return {name: english.value(value) for name, value in values.items()}
