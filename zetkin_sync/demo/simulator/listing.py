"""Collections: filters, then pages counted from 0; without page parameters all of it (API.md §2.4, §2.5)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from random import Random
from typing import Any, TypeVar

from zetkin_sync.demo.simulator.calls import Call, Distortion
from zetkin_sync.demo.simulator.faults import Kind
from zetkin_sync.demo.simulator.replies import Reply, Row, encode, list_v2, refusal, rows, unprocessable
from zetkin_sync.demo.simulator.times import read_wall

T = TypeVar("T")
Reading = Callable[[Any], Any]

_FILTER = re.compile(r"([a-z_.]+)(==|!=|>=|<=|\*=|>|<)(.*)\Z", re.DOTALL)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def filtered(call: Call, records: Iterable[T], readings: Mapping[str, Reading]) -> list[T]:
    """The records that pass every `filter` of the query; a field that has no filter is refused."""
    wanted = [_predicate(text, readings) for name, text in call.query if name == "filter"]
    return [record for record in records if all(passes(record) for passes in wanted)]


def _predicate(text: str, readings: Mapping[str, Reading]) -> Callable[[Any], bool]:
    match = _FILTER.match(text)
    if match is None or match[1] not in readings:
        raise refusal(400, "Invalid filter format", f"Cannot filter by {text!r}.")
    name, sign, value = match.groups()
    reading = readings[name]
    if sign == "*=":
        return lambda record: value.casefold() in str(reading(record) or "").casefold()

    def passes(record: Any) -> bool:
        found = reading(record)
        if found is None:
            return sign == "!="
        try:
            return _COMPARE[sign](found, _like(found, value))
        except ValueError:
            raise refusal(400, "Invalid filter format", f"Cannot compare {name} with {value!r}.") from None

    return passes


def _like(found: Any, value: str) -> Any:
    """The filter's word as the kind of value it is compared with."""
    if isinstance(found, bool):
        return value in ("1", "true")
    if isinstance(found, int):
        return int(value)
    if isinstance(found, datetime):
        return read_wall(value)
    return value


def page(call: Call, found: list[T]) -> list[T]:
    """The part of a v1 collection that `p` and `pp` ask for."""
    asked = dict(call.query)
    if "p" not in asked and "pp" not in asked:
        return found if call.distortion is None else _distorted(call.distortion, found, 0, len(found) or 1)[0]
    try:
        number, size = int(asked.get("p") or 0), int(asked.get("pp") or 100)
    except ValueError:
        raise refusal(400, "400 Bad Request", "p and pp must be numbers.") from None
    if number < 0 or size < 1:
        raise refusal(400, "400 Bad Request", "p and pp must not be negative.")
    size = min(size, call.state.policy.largest_page)
    if call.distortion is not None:
        found, number = _distorted(call.distortion, found, number, size)
    return found[number * size : (number + 1) * size]


def _distorted(distortion: Distortion, found: list[T], number: int, size: int) -> tuple[list[T], int]:
    """The list and the page that a fault shows instead."""
    match distortion.kind:
        case Kind.EMPTY_PAGE:
            return [], number
        case Kind.DUPLICATED_PAGE:
            return found, max(0, number - 1)
        case Kind.REPEATED_PAGE:
            return found, min(number, max(0, (len(found) - 1) // size))
        case Kind.REORDERED:
            mixed = list(found)
            Random(distortion.number).shuffle(mixed)  # noqa: S311 - simulation
            return mixed, number
    return found, number


def listed(call: Call, found: list[T], row: Callable[[T], Row]) -> Reply:
    """A v1 collection."""
    return rows(encode(row(record)) for record in page(call, found))


def written(call: Call, found: list[T], row: Callable[[T], bytes]) -> Reply:
    """A v1 collection whose rows are kept ready."""
    return rows(map(row, page(call, found)))


def listed_v2(call: Call, found: list[T], row: Callable[[T], Row]) -> Reply:
    """A v2 collection: page from 1, 50 a page unless asked, 100 at most."""
    asked = dict(call.query)
    try:
        number, size = int(asked.get("page", "1")), int(asked.get("size", "50"))
    except ValueError:
        raise unprocessable("page", "Input should be a valid integer", "int_parsing") from None
    if number < 1 or not 1 <= size <= 100:
        raise unprocessable("size", "Input should be between 1 and 100", "less_than_equal")
    first = number - 1
    if call.distortion is not None:
        found, first = _distorted(call.distortion, found, first, size)
    part = found[first * size : (first + 1) * size]
    return list_v2([row(record) for record in part], number=number, size=size, total=len(found))
