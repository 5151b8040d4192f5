"""A list as a value: shown on a page, downloaded as CSV or a spreadsheet, answered as JSON – the same rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, create_model

from zetkin_sync.language import Language, Message, Share
from zetkin_sync.web.view import View

MOST = 10_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "number"
    SHARE = "share"
    MOMENT = "moment"
    DAY = "day"
    CLOCK = "clock"  # a local time without zone, as an event's start is


_TYPES: dict[Kind, Any] = {
    Kind.TEXT: str | None,
    Kind.NUMBER: float | None,
    Kind.SHARE: float | None,
    Kind.MOMENT: datetime | None,
    Kind.DAY: date | None,
    Kind.CLOCK: datetime | None,
}


class Linked(NamedTuple):
    """A value that leads somewhere."""

    value: Any
    address: str


class Column(NamedTuple):
    """A column: its key for programs, its title for people."""

    key: str
    title: Message
    kind: Kind = Kind.TEXT

    @property
    def is_number(self) -> bool:
        return self.kind in (Kind.NUMBER, Kind.SHARE)


class Filters(BaseModel):
    """What a list may be narrowed by; a list with more has a model of its own that inherits this."""

    model_config = ConfigDict(extra="ignore", frozen=True)


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One list. `rows(view, filters)` gives a tuple for each row, its cells in the columns' order."""

    name: str
    title: Message
    columns: tuple[Column, ...]
    rows: Callable[[View, Any], Iterable[Sequence[Any]]]
    filters: type[BaseModel] = Filters

    def answer_model(self) -> type[BaseModel]:
        """How a row looks as JSON, for OpenAPI."""
        fields: dict[str, Any] = {c.key: (_TYPES[c.kind], None) for c in self.columns}
        row = create_model(f"{self.name.title().replace('_', '')}Row", **fields)
        return create_model(
            f"{self.name.title().replace('_', '')}List",
            title=(str, ...),
            rows=(list[row], ...),
        )


def plain(value: Any, language: Language) -> Any:
    """A cell for a program: numbers and times as they are, sentences in the viewer's language."""
    match value:
        case Linked():
            return plain(value.value, language)
        case Message():
            return language.say(value)
        case Share():
            return value.value
        case Enum():
            return str(value.value)
        case _:
            return value


def as_json(listing: Listing, rows: Iterable[Sequence[Any]], language: Language) -> dict[str, Any]:
    """The list for programs."""
    return {
        "title": language.say(listing.title),
        "rows": [
            {
                c.key: _json_cell(c, plain(v, language), language)
                for c, v in zip(listing.columns, row, strict=True)
            }
            for row in rows
        ],
    }


def _json_cell(column: Column, value: Any, language: Language) -> Any:
    """What the description says of a text column is a text, whatever it shows."""
    if column.kind is not Kind.TEXT or value is None or isinstance(value, str):
        return value
    return language.value(value)


def as_csv(listing: Listing, rows: Iterable[Sequence[Any]], language: Language) -> bytes:
    """As a Swedish Excel opens it: semicolons, a byte order mark, decimal commas, and no cell that is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([language.say(c.title) for c in listing.columns])
    for row in rows:
        writer.writerow([_csv_cell(plain(value, language), language) for value in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _csv_cell(value: Any, language: Language) -> str:
    match value:
        case None:
            return ""
        case bool():
            return language.value(value)
        case float():
            return f"{value:.10g}".replace(".", "," if language.code == "sv" else ".")
        case int():
            return str(value)
        case datetime():
            return f"{local(value, language):%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case _:
            return harmless(str(value))


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: titles are written by anybody."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) or text.startswith("\t") else text


def local(instant: datetime, language: Language) -> datetime:
    """The district's wall clock, without zone."""
    return instant if instant.tzinfo is None else instant.astimezone(language.zone).replace(tzinfo=None)
