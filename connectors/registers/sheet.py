"""A table that somebody uploads, CSV or Excel, however it was saved: its rows as values, its mistakes by row.

Encodings (UTF-8, UTF-16, Windows, Mac, DOS), separators, a title above the header, extra columns and empty rows
are taken as they come. What is not understood is an error with its row and column, never a guess.
"""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from connectors.registers import cells
from connectors.registers.cells import NotUnderstoodError
from zetkin_sync.language import Message, say
from zetkin_sync.problems import one_of

LARGEST = 10 * 1024 * 1024
UNPACKED = 60 * 1024 * 1024
MOST_ROWS = 50_000
_HEAD = 20  # rows above which a header is looked for
_LETTERS = "åäöÅÄÖéÉ"
_OLD = ("cp1252", "mac_roman", "cp850")

Cell = Callable[[Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its name in our rows, the headings that people give it, and how a cell is read.

    `choices` maps what people write to what we mean. `example` stands in the template.
    """

    name: str
    headings: tuple[str, ...]
    read: Cell = cells.text
    required: bool = False
    choices: Mapping[str, Any] = field(default_factory=dict)
    example: str = ""


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in one cell; row 0 is the file as a whole. Rows are numbered as a spreadsheet shows them."""

    row: int
    column: str
    wrong: Message
    allowed: Message


@dataclass(frozen=True, slots=True)
class Known:
    """The names that a register may mention: associations (title or number → id) and areas (title or id → id)."""

    units: Mapping[str, int] = field(default_factory=dict)
    areas: Mapping[str, str] = field(default_factory=dict)

    def unit(self, written: Any) -> int | None:
        found: int | None = _look(self.units, written, say("an association as Zetkin calls it"))
        return found

    def area(self, written: Any) -> str | None:
        found: str | None = _look(self.areas, written, say("an area's name or id"))
        return found


@dataclass(frozen=True, slots=True)
class Row:
    """One understood row: its number in the file and its values by column name."""

    number: int
    values: Mapping[str, Any]

    def key(self, *names: str) -> str:
        """Recognises the row when the file comes again: some of its values, hashed."""
        parts = "\x1f".join(str(self.values.get(name)) for name in names)
        return hashlib.sha256(parts.encode()).hexdigest()[:16]


def _look(names: Mapping[str, Any], written: Any, allowed: Message) -> Any:
    said = cells.text(written)
    if said is None:
        return None
    plain = _plain(said)
    for name, id_ in names.items():
        if _plain(name) == plain:
            return id_
    near = one_of(sorted(names), near=said) if names else allowed
    raise NotUnderstoodError(say("“{name}” is not known", name=said), near)


def read_table(data: bytes, filename: str, columns: Sequence[Column]) -> tuple[list[Row], list[RowError]]:
    """The rows that were understood whole, and every mistake."""
    try:
        table = list(_rows(data, filename, columns))
    except NotUnderstoodError as error:
        return [], [RowError(0, "-", error.wrong, error.allowed)]
    places, start = _header(table, columns)
    missing = [c for c in columns if c.required and c.name not in places]
    if missing or not places:
        wanted = ", ".join(c.headings[0] for c in (missing or columns))
        wrong = say("columns are missing: {columns}", columns=wanted)
        return [], [RowError(0, "-", wrong, say("the columns of the template"))]
    found: list[Row] = []
    errors: list[RowError] = []
    for number, row in enumerate(table[start:], start=start + 1):
        if not any(cells.text(cell) for cell in row):
            continue
        values, faults = _values(row, number, columns, places)
        errors += faults
        if not faults:
            found.append(Row(number, values))
    return found, errors


def template(columns: Sequence[Column]) -> bytes:
    """An empty file to fill in, with one example row, that Excel opens right: semicolons and a byte order mark."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.headings[0] for column in columns])
    writer.writerow([column.example for column in columns])
    return out.getvalue().encode("utf-8-sig")


def _values(
    row: Sequence[Any], number: int, columns: Sequence[Column], places: Mapping[str, int]
) -> tuple[dict[str, Any], list[RowError]]:
    values: dict[str, Any] = {}
    errors = []
    for column in columns:
        place = places.get(column.name)
        cell = row[place] if place is not None and place < len(row) else None
        try:
            values[column.name] = _choice(column, cell) if column.choices else column.read(cell)
            if column.required and values[column.name] is None:
                raise NotUnderstoodError(say("it is empty"), say("it must be given"))
        except NotUnderstoodError as error:
            errors.append(RowError(number, column.headings[0], error.wrong, error.allowed))
    return values, errors


def _choice(column: Column, cell: Any) -> Any:
    written = cells.text(cell)
    if written is None:
        return None
    by_name = {_plain(name): value for name, value in column.choices.items()}
    if _plain(written) in by_name:
        return by_name[_plain(written)]
    raise NotUnderstoodError(
        say("“{value}” is not one of the choices", value=written),
        one_of(sorted(column.choices), near=written),
    )


def _header(table: Sequence[Sequence[Any]], columns: Sequence[Column]) -> tuple[dict[str, int], int]:
    """Where each column stands, and the first row under the header; the header may have titles above it."""
    best: tuple[dict[str, int], int] = ({}, 0)
    for number, row in enumerate(table[:_HEAD]):
        headings = [_plain(cells.text(cell) or "") for cell in row]
        places = {}
        for column in columns:
            wanted = [_plain(heading) for heading in (*column.headings, column.name)]
            place = next((headings.index(w) for w in wanted if w in headings), None)
            if place is not None:
                places[column.name] = place
        if len(places) > len(best[0]):
            best = (places, number + 1)
    return best


def _plain(name: str) -> str:
    return " ".join(name.replace("*", " ").replace(":", " ").casefold().split())


def _rows(data: bytes, filename: str, columns: Sequence[Column]) -> Iterator[Sequence[Any]]:
    if len(data) > LARGEST:
        raise NotUnderstoodError(say("the file is too large"), say("at most {n} MB", n=LARGEST // 2**20))
    rows = _excel(data) if data[:2] == b"PK" else _csv(data, filename, columns)
    for number, row in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise NotUnderstoodError(say("the file has too many rows"), say("at most {n} rows", n=MOST_ROWS))
        yield row


def _excel(data: bytes) -> Iterator[Sequence[Any]]:
    """The first sheet that holds anything."""
    wrong = NotUnderstoodError(say("it is not an Excel file"), say("save it as .xlsx or as CSV"))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > UNPACKED:
                raise NotUnderstoodError(say("the file is too large"), say("save it as CSV"))
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            rows = list(sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 1, max_col=100))
            if any(any(cell is not None for cell in row) for row in rows):
                return iter(rows)
    except NotUnderstoodError:
        raise
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError) as error:
        raise wrong from error
    return iter(())


def _csv(data: bytes, filename: str, columns: Sequence[Column]) -> Iterator[Sequence[Any]]:
    if data.startswith(b"\xd0\xcf\x11\xe0") or filename.casefold().endswith(".xls"):
        raise NotUnderstoodError(say("it is an old Excel file"), say("save it as .xlsx or as CSV"))
    text = _decoded(data)
    if "\x00" in text:
        raise NotUnderstoodError(say("it is not a text file"), say("a CSV or .xlsx file"))
    lines = text.splitlines(keepends=True)
    told = lines[0].strip().casefold() if lines else ""
    if told.startswith("sep=") and len(told) == 5:
        return csv.reader(lines[1:], delimiter=told[4])
    return csv.reader(lines, delimiter=_separator(lines, columns))


def _separator(lines: Sequence[str], columns: Sequence[Column]) -> str:
    """The one that splits some early line into most headings that we know; a semicolon when none does."""
    known = {_plain(heading) for column in columns for heading in (*column.headings, column.name)}

    def hits(mark: str) -> int:
        rows = csv.reader(lines[:_HEAD], delimiter=mark)
        return max((sum(_plain(cell) in known for cell in row) for row in rows), default=0)

    return max(";,\t|", key=hits)


def _decoded(data: bytes) -> str:
    """The text. Where only old encodings fit, the one that makes most Swedish letters of the bytes."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig",)
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    tried = [data.decode(encoding, errors="replace") for encoding in _OLD]
    return max(tried, key=lambda text: (sum(text.count(letter) for letter in _LETTERS), -text.count("�")))
