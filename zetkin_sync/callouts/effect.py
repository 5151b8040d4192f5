"""What callouts have come to: asked, signed up, came; who left; and whether the asking is shared out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from zetkin_sync.callouts import calibration
from zetkin_sync.callouts.history import Answer, Asked, History, answers
from zetkin_sync.callouts.policy import Policy
from zetkin_sync.language import Message
from zetkin_sync.records.facts import Facts

_LEFT_WITHIN = timedelta(days=14)  # an opt-out so soon after a message counts against it


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Asked → signed up → came, over some lines.

    `messages` are different messages, `people` different people; `waiting` lines may still be answered; of those
    who signed up `came` and `stayed_away` are what somebody has said, the rest is not known.
    """

    name: str | None
    messages: int
    people: int
    lines: int
    waiting: int
    signed_up: int
    came: int
    stayed_away: int
    opted_out: int

    @property
    def messages_per_place(self) -> float | None:
        """Messages for each place filled (came, or signed up and nobody has said); None when none is."""
        filled = self.signed_up - self.stayed_away
        return self.messages / filled if filled else None


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """Everything together, and by callout, area and type of event.

    `gini` says how unevenly messages fall on the network (0 evenly, 1 all on one); `never` how many in the network
    were not asked. `calibration` holds what was expected against what came.
    """

    total: Tally
    by_callout: tuple[Tally, ...]
    by_area: tuple[Tally, ...]
    by_type: tuple[Tally, ...]
    gini: float
    never: int
    calibration: tuple[calibration.Row, ...]
    warnings: tuple[Message, ...] = ()


def effect(facts: Facts, policy: Policy, history: History | None = None, *, since: datetime) -> Effect:
    """What the callouts sent from `since` until now have come to."""
    history = History.of(facts) if history is None else history
    asked = tuple(line for line in history.asked if since <= line.at <= facts.now)
    patience = timedelta(days=policy.learning.patience_days)
    known = {(a.asked.person, a.asked.event, a.asked.at): a for a in answers(facts, asked, patience=patience)}
    left = _left_after(asked, history.opted_out)
    network = {i for tag in facts.tags if tag.title == policy.network.tag for i in tag.people}
    messages: dict[int, set[datetime]] = {person: set() for person in network}
    for line in asked:
        messages.setdefault(line.person, set()).add(line.at)
    counts = [len(some) for some in messages.values()]
    expected = _expected(known.values())

    def by(key: Callable[[Asked], str | None]) -> tuple[Tally, ...]:
        names = sorted({key(line) for line in asked}, key=lambda name: (name is None, name or ""))
        return tuple(
            _tally(name, [line for line in asked if key(line) == name], known, left) for name in names
        )

    checked = calibration.table([p for p, _ in expected], [y for _, y in expected])
    return Effect(
        total=_tally(None, asked, known, left),
        by_callout=by(lambda line: line.callout),
        by_area=by(lambda line: line.area),
        by_type=by(lambda line: line.type),
        gini=gini(counts),
        never=sum(not count for count in counts),
        calibration=checked,
        warnings=calibration.warnings(checked),
    )


def _expected(found: Iterable[Answer]) -> list[tuple[float, bool]]:
    """For each message of which all is known: its chance, and whether she came to any of its events."""
    messages: dict[tuple[int, datetime], list[Answer]] = {}
    for answer in found:
        messages.setdefault((answer.asked.person, answer.asked.at), []).append(answer)
    told = []
    for _, some in sorted(messages.items(), key=lambda item: item[0]):
        chance = some[0].asked.chance
        if chance and all(not a.signed_up or a.came is not None for a in some):
            told.append((chance, any(a.came for a in some)))
    return told


def _left_after(asked: Iterable[Asked], opted_out: Mapping[int, datetime]) -> frozenset[tuple[int, datetime]]:
    """The messages (person, instant) that somebody left the network soon after."""
    newest: dict[int, datetime] = {}
    for line in asked:
        when = opted_out.get(line.person)
        if when is not None and line.at <= when <= line.at + _LEFT_WITHIN:
            newest[line.person] = max(line.at, newest.get(line.person, line.at))
    return frozenset(newest.items())


def _tally(
    name: str | None,
    lines: Iterable[Asked],
    known: Mapping[tuple[int, int, datetime], Answer],
    left: frozenset[tuple[int, datetime]],
) -> Tally:
    some = list(lines)
    told = [known.get((line.person, line.event, line.at)) for line in some]
    found = [answer for answer in told if answer is not None]
    messages = {(line.person, line.at) for line in some}
    return Tally(
        name=name,
        messages=len(messages),
        people=len({line.person for line in some}),
        lines=len(some),
        waiting=sum(answer is None for answer in told),
        signed_up=sum(answer.signed_up for answer in found),
        came=sum(answer.came is True for answer in found),
        stayed_away=sum(answer.came is False for answer in found),
        opted_out=len(messages & left),
    )


def gini(counts: Iterable[int]) -> float:
    """How unevenly something is shared out: 0 when everybody has as much, towards 1 when one has all."""
    some = sorted(counts)
    total = sum(some)
    if not total:
        return 0.0
    weighted = sum(rank * count for rank, count in enumerate(some, start=1))
    return 2 * weighted / (len(some) * total) - (len(some) + 1) / len(some)
