"""What a request body may hold: Zetkin refuses unknown keys and wrong types by name (API.md §2.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from zetkin_sync.demo.simulator import times
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.replies import Row, invalid, missing

Check = Callable[[str, Any], Any]
"""Gives the value as it is stored, or refuses it by the key's name."""

_COLOR = re.compile(r"#[0-9a-fA-F]{6}\Z")


def take(call: Call, checks: Mapping[str, Check], *, required: tuple[str, ...] = ()) -> Row:
    """The body's values, checked. 400 "Missing parameter" or "Invalid parameter" otherwise."""
    return read(call.object(), checks, required=required)


def read(body: Row, checks: Mapping[str, Check], *, required: tuple[str, ...] = ()) -> Row:
    """The same for an object that is at hand."""
    for name in body:
        if name not in checks:
            raise invalid(name, f"Wrong key {name!r} in {body!r}")
    for name in required:
        if name not in body:
            raise missing(name)
    return {name: checks[name](name, value) for name, value in body.items()}


def _should_be(name: str, value: Any, kind: str) -> Exception:
    return invalid(name, f"Key {name!r} error: {value!r} should be instance of {kind!r}")


def text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _should_be(name, value, "str")
    return value


def filled(name: str, value: Any) -> str:
    if not text(name, value).strip():
        raise invalid(name, f"Key {name!r} error: must not be empty")
    return str(value)


def flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _should_be(name, value, "bool")
    return value


def whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _should_be(name, value, "int")
    return value


def number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _should_be(name, value, "float")
    return float(value)


def mapping(name: str, value: Any) -> Row:
    if not isinstance(value, dict):
        raise _should_be(name, value, "dict")
    return value


def sequence(name: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _should_be(name, value, "list")
    return value


def anything(name: str, value: Any) -> Any:
    return value


def ids(name: str, value: Any) -> list[int]:
    return [whole(name, item) for item in sequence(name, value)]


def texts(name: str, value: Any) -> list[str]:
    return [text(name, item) for item in sequence(name, value)]


def color(name: str, value: Any) -> str:
    if not _COLOR.match(text(name, value)):
        raise invalid(name, f"Key {name!r} error: {value!r} is not a color")
    return str(value)


def instant(name: str, value: Any) -> datetime:
    try:
        return times.read_instant(text(name, value))
    except ValueError:
        raise invalid(name, f"Invalid date string value {value!r}") from None


def wall(name: str, value: Any) -> datetime:
    try:
        return times.read_wall(text(name, value))
    except ValueError:
        raise invalid(name, f"Invalid date string value {value!r}") from None


def day(name: str, value: Any) -> str:
    try:
        return times.read_day(text(name, value)).isoformat()
    except ValueError:
        raise invalid(name, f"Invalid date string value {value!r}") from None


def optional(check: Check) -> Check:
    """The same, or null."""
    return lambda name, value: None if value is None else check(name, value)


def one_of(*allowed: str) -> Check:
    """One of a few words."""

    def check(name: str, value: Any) -> str:
        if value not in allowed:
            raise invalid(name, f"Key {name!r} error: {value!r} should be one of {allowed!r}")
        return str(value)

    return check
