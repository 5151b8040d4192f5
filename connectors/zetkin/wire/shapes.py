"""The pieces that all of Zetkin's answers are made of, and how an answer becomes rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any, TypeVar

import msgspec

from zetkin_sync.errors import Permanent, Temporary, Trouble
from zetkin_sync.language import say

T = TypeVar("T")
Row = tuple[Any, ...]
Rows = Callable[[bytes], list[Row]]
Id = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]


class Ref(msgspec.Struct, gc=False):
    """A reference to another record: `{id, title}`, of which only the id is read."""

    id: Id


class Titled(msgspec.Struct, gc=False):
    """A reference whose title is of use too."""

    id: Id
    title: str | None = None


class _Nothing(msgspec.Struct, gc=False):
    """A record of which nothing is read: for counting."""


class _Counted(msgspec.Struct, gc=False):
    data: list[_Nothing]


class _Pagination(msgspec.Struct, gc=False):
    total: int


class _Meta(msgspec.Struct, gc=False):
    pagination: _Pagination


class _CountedV2(msgspec.Struct, gc=False):
    data: list[_Nothing]
    meta: _Meta


def id_of(ref: Ref | Titled | None) -> int | None:
    return None if ref is None else ref.id


def filled(text: str | None) -> bool:
    """Is there anything in it? Old clients wrote empty strings for nothing (API.md §4.2)."""
    return bool(text and text.strip())


def envelope(item: Any) -> msgspec.json.Decoder[Any]:
    """A decoder of `{"data": item}`; everything beside it is skipped."""
    return msgspec.json.Decoder(msgspec.defstruct("Envelope", [("data", item)]))


def listing(item: type[Any], row: Callable[[Any], Row]) -> Rows:
    """How a list of `item` becomes rows."""
    decode = envelope(list[item]).decode  # type: ignore[valid-type]

    def rows(body: bytes) -> list[Row]:
        return [row(one) for one in decode(body).data]

    return rows


_count = msgspec.json.Decoder(_Counted).decode


def count(body: bytes, *, endpoint: str) -> int:
    """How many records a list's body holds, without reading any of them."""
    return len(understood(_count, body, endpoint=endpoint).data)


_count_v2 = msgspec.json.Decoder(_CountedV2).decode


def count_and_total(body: bytes, *, endpoint: str) -> tuple[int, int]:
    """How many records an answer of API v2 holds, and how many it says that there are."""
    counted: _CountedV2 = understood(_count_v2, body, endpoint=endpoint)
    return len(counted.data), counted.meta.pagination.total


def understood(decode: Callable[[bytes], Any], body: bytes, *, endpoint: str) -> Any:
    """What `decode` makes of an answer. Raises Temporary for cut JSON, Permanent for another shape."""
    try:
        return decode(body)
    except Exception as error:
        raise _not_understood(error, endpoint) from error


def _not_understood(error: Exception, endpoint: str) -> Trouble:
    """The place in the answer that was wrong; never a value from it."""
    if isinstance(error, Trouble):
        return error
    if isinstance(error, msgspec.ValidationError):
        _, _, place = str(error).rpartition(" - at ")
        return Permanent(
            say(
                "Zetkin's answer to {endpoint} has another form than we know, at {place}.",
                endpoint=endpoint,
                place=place.strip("`") or "$",
            )
        )
    if isinstance(error, msgspec.DecodeError | UnicodeDecodeError):
        return Temporary(say("Zetkin's answer to {endpoint} was cut off or garbled.", endpoint=endpoint))
    if isinstance(error, ValueError | OverflowError | TypeError):
        return Permanent(
            say("Zetkin's answer to {endpoint} holds a value that we cannot read.", endpoint=endpoint)
        )
    raise error


def several(bodies: Iterable[bytes], rows: Callable[[bytes], list[T]], *, endpoint: str) -> list[T]:
    """What one thing holds that came in several bodies."""
    found: list[T] = []
    for body in bodies:
        found += understood(rows, body, endpoint=endpoint)
    return found
