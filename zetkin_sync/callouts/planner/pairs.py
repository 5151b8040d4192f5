"""Reads the pairs of a planning question, `[[person, event, p], …]`, a piece at a time: there may be millions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np

from zetkin_sync.callouts.planner.instance import Floats, Id, Ints
from zetkin_sync.callouts.planner.mistakes import Mistakes, is_id, is_number
from zetkin_sync.language import say

PIECE = 1 << 22  # bytes decoded at a time
_BETWEEN = re.compile(rb"\]\s*,\s*(?=\[)")


class _Pair(msgspec.Struct, array_like=True, gc=False, forbid_unknown_fields=True):
    """A pair as it should be; quicker to read than a tuple."""

    person: int | str
    event: int | str
    chance: float


_strict = msgspec.json.Decoder(list[_Pair])
Arrays = tuple[Ints, Ints, Floats]


def read_pairs(
    text: memoryview, row: dict[Id, int], column: dict[Id, int], wrong: Mistakes, *, piece: int = PIECE
) -> Arrays:
    """Person, event and chance of each pair, sorted. `row` and `column` number the people and the events."""
    found: list[Arrays] = []
    number = 0
    for pairs in _pieces(text, piece):
        if not isinstance(pairs, list):
            wrong.add("edges", say("is not a list"), say("a list of [person, event, p]"))
            break
        found.append(_quickly(pairs, row, column) or _carefully(pairs, number, row, column, wrong))
        number += len(pairs)
    person, event = (
        np.concatenate([np.zeros(0, np.int32), *(piece[part] for piece in found)]) for part in (0, 1)
    )
    chance = np.concatenate([np.zeros(0), *(piece[2] for piece in found)])
    key = person.astype(np.int64) * max(1, len(column)) + event
    if not (key[1:] > key[:-1]).all():
        order = np.argsort(key, kind="stable")
        person, event, chance, key = person[order], event[order], chance[order], key[order]
    twice = np.flatnonzero(key[1:] == key[:-1])
    who, what = list(row), list(column)
    for at in twice.tolist():
        wrong.add(
            "edges",
            say(
                "{person} and {event} are there twice",
                person=str(who[person[at]]),
                event=str(what[event[at]]),
            ),
            say("each pair once"),
        )
    return person, event, chance


def _pieces(text: memoryview, size: int) -> Iterator[Any]:
    """The list a piece at a time, cut between pairs."""
    opening = re.match(rb"\s*\[", text)
    start = opening.end() if opening else 0
    while start and len(text) - start > size:
        cut = _BETWEEN.search(text, start + size)
        if cut is None:
            break
        piece = _decoded(b"[", text[start : cut.start() + 1], b"]")
        if piece is None:  # the cut fell into a text that looks like the end of a pair
            break
        yield piece
        start = cut.end()
    yield _decoded(b"[", text[start:]) if start else _decoded(text)


def _decoded(*parts: bytes | memoryview) -> Any:
    text = b"".join(parts)
    try:
        return _strict.decode(text)
    except msgspec.DecodeError:
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError:
            return None


def _quickly(pairs: list[Any], row: dict[Id, int], column: dict[Id, int]) -> Arrays | None:
    """The arrays when everything is right, None when something is not."""
    try:
        person = np.array([row[pair.person] for pair in pairs], dtype=np.int32)
        event = np.array([column[pair.event] for pair in pairs], dtype=np.int32)
        chance = np.array([pair.chance for pair in pairs])
    except (KeyError, AttributeError):  # an unknown id, or not what the strict decoder gave
        return None
    return (person, event, chance) if ((chance >= 0) & (chance <= 1)).all() else None


def _carefully(
    pairs: list[Any], number: int, row: dict[Id, int], column: dict[Id, int], wrong: Mistakes
) -> Arrays:
    """What is right among the pairs; the rest is said."""
    plain = (msgspec.to_builtins(pair) if isinstance(pair, _Pair) else pair for pair in pairs)
    good = [pair for at, pair in enumerate(plain, number) if _is_right(pair, at, row, column, wrong)]
    person = np.array([row[pair[0]] for pair in good], dtype=np.int32)
    event = np.array([column[pair[1]] for pair in good], dtype=np.int32)
    return person, event, np.array([pair[2] for pair in good], dtype=float)


def _is_right(pair: Any, number: int, row: dict[Id, int], column: dict[Id, int], wrong: Mistakes) -> bool:
    key, before = f"edges[{number}]", wrong.count
    if not isinstance(pair, list) or len(pair) != 3:
        wrong.add(key, say("is not a pair"), say("[person, event, p]"))
        return False
    person, event, p = pair
    if not is_id(person) or person not in row:
        wrong.add(
            key, say("person {value} is not among the people", value=str(person)), say("an id of people")
        )
    if not is_id(event) or event not in column:
        wrong.add(key, say("event {value} is not among the events", value=str(event)), say("an id of events"))
    if not is_number(p) or not 0 <= p <= 1:
        wrong.add(key, say("p is {value}", value=str(p)), say("a number from 0 to 1"))
    return wrong.count == before
