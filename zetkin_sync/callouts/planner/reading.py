"""Reads a planning question from JSON and says every mistake in it at once.

The form: `{"people": [{"id", "allowance"}], "events": [{"id", "open", "weight", "start", "end"}],
"edges": [[person, event, p], …], "lines", "budget", "tau", "bundles", "half"}`. Ids are whole numbers or
texts. Times are numbers, or ISO 8601 texts; without them an event clashes with nothing. Pairs are read a
piece at a time, since there may be millions.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np

from zetkin_sync.callouts.planner.instance import Id, Instance, Rules, in_order
from zetkin_sync.callouts.planner.mistakes import Mistakes, is_id, is_number
from zetkin_sync.callouts.planner.pairs import PIECE, read_pairs
from zetkin_sync.language import say

_KEYS = frozenset({"people", "events", "edges", "lines", "budget", "tau", "bundles", "half"})


def read(text: bytes, *, name: str, piece: int = PIECE) -> tuple[Instance, tuple[str, ...]]:
    """The question, and top-level keys that mean nothing here. Raises ConfigError with every mistake.

    `piece` is how many bytes of pairs are decoded at a time.
    """
    wrong = Mistakes(name)
    try:
        top = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        people_rows, event_rows = (msgspec.json.decode(top.get(key, b"[]")) for key in ("people", "events"))
        scalars = {
            key: msgspec.json.decode(top[key]) for key in _KEYS - {"people", "events", "edges"} if key in top
        }
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        wrong.add("JSON", say("{what}", what=str(error)), say("one JSON object"))
        wrong.raise_if_any()
        raise AssertionError from error
    for key in ("people", "events", "edges"):
        if key not in top:
            wrong.add(key, say("is missing"), say("a list"))
    people = _people(people_rows, wrong)
    events = _events(event_rows, wrong)
    rules = _rules(scalars, wrong)
    who, what = sorted(people, key=in_order), sorted(events, key=in_order)
    row = {key: i for i, key in enumerate(who)}
    column = {key: j for j, key in enumerate(what)}
    person, event, chance = read_pairs(memoryview(top.get("edges", b"[]")), row, column, wrong, piece=piece)
    wrong.raise_if_any()
    facts = np.array([events[key] for key in what], dtype=float).reshape(-1, 4)
    instance = Instance(
        people=tuple(who),
        allowance=np.array([people[key] for key in who], dtype=np.int64),
        events=tuple(what),
        open=facts[:, 0].astype(np.int64),
        weight=facts[:, 1],
        starts=facts[:, 2],
        ends=facts[:, 3],
        person=person,
        event=event,
        chance=chance,
        rules=rules,
    )
    return instance, tuple(sorted(top.keys() - _KEYS))


def _whole(value: Any, least: int = 0) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value < 1 << 53


def _rows(rows: Any, kind: str, wrong: Mistakes) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows that are objects with an id of their own, each with how to name it."""
    if not isinstance(rows, list):
        wrong.add(kind, say("is not a list"), say("a list of objects"))
        return
    seen: set[Id] = set()
    for number, row in enumerate(rows):
        key = f"{kind}[{number}]"
        if not isinstance(row, dict):
            wrong.add(key, say("is not an object"), say("an object with an id"))
        elif not is_id(row.get("id")):
            wrong.add(
                f"{key}.id",
                say("{value} is not an id", value=str(row.get("id"))),
                say("a whole number or a text"),
            )
        elif row["id"] in seen:
            wrong.add(f"{key}.id", say("{value} is there twice", value=str(row["id"])), say("each id once"))
        else:
            seen.add(row["id"])
            yield key, row


def _people(rows: Any, wrong: Mistakes) -> dict[Id, int]:
    people: dict[Id, int] = {}
    for key, row in _rows(rows, "people", wrong):
        allowance: Any = row.get("allowance")
        if not _whole(allowance):
            wrong.add(
                f"{key}.allowance",
                say("{value} does not do", value=str(allowance)),
                say("a whole number, 0 or more"),
            )
        people[row["id"]] = allowance if _whole(allowance) else 0
    return people


def _events(rows: Any, wrong: Mistakes) -> dict[Id, tuple[float, float, float, float]]:
    events: dict[Id, tuple[float, float, float, float]] = {}
    kinds: set[str] = set()
    for key, row in _rows(rows, "events", wrong):
        places: Any = row.get("open")
        weight: Any = row.get("weight", 1)
        if not _whole(places):
            wrong.add(
                f"{key}.open", say("{value} does not do", value=str(places)), say("a whole number, 0 or more")
            )
        if not is_number(weight) or weight < 0:
            wrong.add(
                f"{key}.weight", say("{value} does not do", value=str(weight)), say("a number, 0 or more")
            )
        starts, ends = (_time(row, f"{key}.{end}", end, kinds, wrong) for end in ("start", "end"))
        if math.isnan(starts) != math.isnan(ends):
            wrong.add(key, say("has only one of start and end"), say("both, or neither"))
        elif ends < starts:
            wrong.add(key, say("ends before it starts"), say("end at start or later"))
        right = _whole(places) and is_number(weight)
        events[row["id"]] = (float(places), float(weight), starts, ends) if right else (0.0, 0.0, 0.0, 0.0)
    if len(kinds) > 1:
        wrong.add("events", say("times are numbers here and dates there"), say("one kind of time"))
    return events


def _time(row: dict[str, Any], key: str, end: str, kinds: set[str], wrong: Mistakes) -> float:
    value = row.get(end)
    if value is None:
        return math.nan
    if is_number(value):
        kinds.add("number")
        return float(value)
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        wrong.add(
            key,
            say("{value} is not a time", value=str(value)),
            say("a number, or a date and time as in 2026-03-08T14:00"),
        )
        return math.nan
    kinds.add("date")
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _rules(values: dict[str, Any], wrong: Mistakes) -> Rules:
    usual = Rules()
    checks = {
        "lines": (_whole(values.get("lines", 3), 1), say("a whole number, 1 or more")),
        "budget": (
            values.get("budget") is None or _whole(values["budget"]),
            say("a whole number, 0 or more, or null"),
        ),
        "tau": (is_number(values.get("tau", 0)) and values.get("tau", 0) >= 0, say("a number, 0 or more")),
        "bundles": (
            values.get("bundles") is None or _whole(values["bundles"], 1),
            say("a whole number, 1 or more, or null"),
        ),
        "half": (isinstance(values.get("half", False), bool), say("true or false")),
    }
    good = True
    for key, (right, allowed) in checks.items():
        if not right:
            good = False
            wrong.add(key, say("{value} does not do", value=str(values.get(key))), allowed)
    if not good:
        return usual
    return Rules(
        lines=values.get("lines", usual.lines),
        budget=values.get("budget"),
        tau=float(values.get("tau", usual.tau)),
        bundles=values.get("bundles"),
        half=values.get("half", False),
    )
