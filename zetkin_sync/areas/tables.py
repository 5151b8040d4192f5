"""Points as a CSV table, `id,lat,lng`, read by the hundred thousand: what each row says, and which say nothing.

Plain rows are split as bytes, several times faster than a CSV reader would; a block with a quote, an empty line
or an uneven row in it goes to the CSV reader.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from zetkin_sync.areas.points import Floats
from zetkin_sync.areas.sweref import Order, as_wgs84, recognise
from zetkin_sync.language import Message, say

BLOCK = 2_500_000  # bytes: about 100,000 rows
_HEADINGS = {
    "id": ("id",),
    "lat": ("lat", "latitude", "latitud", "n", "northing", "y"),
    "lng": ("lng", "lon", "long", "longitude", "longitud", "e", "easting", "x"),
}


class NoTableError(ValueError):
    """The text is not such a table; the message says what is missing."""

    def __init__(self, what: Message) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True)
class PointRows:
    """Some rows: their ids as they may stand in CSV, their coordinates, and the numbers of the bad rows.

    Coordinates are WGS84, and not a number where a row has none; `order` is what the columns turned out to hold.
    """

    ids: Sequence[bytes]
    lng: Floats
    lat: Floats
    bad: tuple[int, ...]
    order: Order


def read_points(stream: BinaryIO) -> Iterator[PointRows]:
    """The rows of a table, a block at a time; the first line is a header with id, lat and lng in any order.

    Swapped columns and SWEREF 99 TM are recognised by their range in the first block, and turned. Raises
    NoTableError when the header lacks a column.
    """
    header = stream.readline().removeprefix(b"\xef\xbb\xbf")
    if not header.strip():
        raise NoTableError(say("there is nothing to read: the first line must be the header id,lat,lng"))
    mark = ";" if header.count(b";") > header.count(b",") else ","
    names = next(csv.reader([header.decode("utf-8", errors="replace")], delimiter=mark))
    places = _places(names)
    order: Order | None = None
    number = 2
    while block := stream.read(BLOCK):
        block += stream.readline()
        if block.count(b'"') % 2:  # a quoted cell goes on beyond the block
            block += stream.read()
        try:
            ids, lat, lng = _plain(block, places, len(names), mark.encode())
        except ValueError:
            ids, lat, lng = _quoted(block, places, mark)
        good = np.isfinite(lat) & np.isfinite(lng)
        if order is None:
            order = recognise(lng[good], lat[good])
        x, y = as_wgs84(lng, lat, order)
        bad = tuple((np.flatnonzero(~good) + number).tolist())
        number += len(ids)
        yield PointRows(ids, np.where(good, x, np.nan), np.where(good, y, np.nan), bad, order)


def quoted(text: str) -> bytes:
    """A text as a CSV cell."""
    if any(c in text for c in ',;"\r\n'):
        text = '"' + text.replace('"', '""') + '"'
    return text.encode()


def _places(header: Sequence[str]) -> tuple[int, int, int]:
    names = [name.strip().casefold() for name in header]
    found = {}
    for column, known in _HEADINGS.items():
        place = next((names.index(name) for name in known if name in names), None)
        if place is None:
            given = ", ".join(names)
            raise NoTableError(say("the header {given} lacks {column}", given=given, column=column))
        found[column] = place
    return found["id"], found["lat"], found["lng"]


def _plain(
    block: bytes, places: tuple[int, int, int], width: int, mark: bytes
) -> tuple[list[bytes], Floats, Floats]:
    """Raises ValueError when the block is not as plain as it looks."""
    text = block.replace(b"\r\n", b"\n").removesuffix(b"\n")
    rows = text.count(b"\n") + 1
    if b'"' in text or b"\n\n" in text or text.count(mark) != rows * (width - 1):
        raise ValueError("not plain")
    cells = text.replace(b"\n", mark).split(mark)
    id_, lat, lng = places
    return cells[id_::width], _floats(cells[lat::width]), _floats(cells[lng::width])


def _floats(cells: list[bytes]) -> Floats:
    return np.fromiter(map(float, cells), np.float64, len(cells))


def _quoted(block: bytes, places: tuple[int, int, int], mark: str) -> tuple[list[bytes], Floats, Floats]:
    text = block.decode("utf-8", errors="replace")
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark) if row]
    id_, lat, lng = places
    ids = [quoted(row[id_]) if id_ < len(row) else b"" for row in rows]
    return ids, _careful(rows, lat), _careful(rows, lng)


def _careful(rows: Sequence[Sequence[str]], place: int) -> Floats:
    found = np.full(len(rows), np.nan)
    for i, row in enumerate(rows):
        try:
            found[i] = float(row[place].replace(",", "."))
        except (ValueError, IndexError):
            continue
    return found
