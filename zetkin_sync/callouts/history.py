"""What has been asked before, and what came of it.

An `Asked` is one line of one message: who was asked about which event. It holds ids, the event's type and area,
and times; nothing about the person beyond the id, so nothing about the person can be learned from but answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from zetkin_sync.records.facts import EventFact, Facts, ParticipationFact, ResponseFact


class Asked(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line of a message. `at` is the instant it was (or will be) sent, `callout` what it belongs to.

    `chance` is that of the whole message when it was planned: that she signs up and comes to at least one of its
    events. So expectations can be held against answers.
    """

    person: int
    event: int
    at: datetime
    callout: str
    type: str | None = None
    area: str | None = None
    distance: int | None = None
    chance: float | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What became of a line: signed up or not; came, did not come, or nobody has said."""

    asked: Asked
    signed_up: bool
    came: bool | None = None


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a plan must know of earlier callouts and of wishes that stand.

    `asked` counts intents, so also what is planned and what nobody knows whether it was sent. `restricted` may
    not be processed at all (GDPR art. 18 and 21); `opted_out` have left the network since, for good.
    """

    asked: tuple[Asked, ...] = ()
    restricted: frozenset[int] = frozenset()
    opted_out: Mapping[int, datetime] = {}

    @classmethod
    def of(cls, facts: Facts, *, opted_out: Mapping[int, datetime] | None = None) -> History:
        """What the facts know; `opted_out` adds more who have left by another way than a tag in Zetkin."""
        events = {event.id: event for event in facts.events}
        lines = [
            Asked(
                person=fact.person,
                event=event,
                at=fact.at,
                callout=str(fact.plan),
                type=events[event].type if event in events else None,
                area=next(iter(events[event].areas), None) if event in events else None,
                chance=fact.chance,
            )
            for fact in facts.asked
            if fact.counts
            for event in fact.events
        ]
        return cls(
            asked=tuple(sorted(lines, key=lambda a: (a.at, a.person, a.event))),
            restricted=facts.restricted,
            opted_out={**facts.left_network, **(opted_out or {})},
        )

    def messages_to(self, *, since: datetime) -> Mapping[int, frozenset[datetime]]:
        """For each person the instants of her messages since then, the future ones too."""
        found: dict[int, set[datetime]] = {}
        for line in self.asked:
            if line.at > since:
                found.setdefault(line.person, set()).add(line.at)
        return {person: frozenset(instants) for person, instants in found.items()}


def answers(facts: Facts, asked: Iterable[Asked], *, patience: timedelta) -> tuple[Answer, ...]:
    """What came of each line whose time to answer is over: signed up, answered by coming, or `patience` has passed.

    A sign-up counts for the newest line about that event that came before it; a person who had signed up before
    she was asked is not an answer at all.
    """
    events = {event.id: event for event in facts.events}
    responses = {(r.person, r.event): r for r in facts.responses}
    bookings = {(p.person, p.event): p for p in facts.participations}
    newest: dict[tuple[int, int], Asked] = {}
    for line in asked:
        key = (line.person, line.event)
        if key not in newest or line.at > newest[key].at:
            newest[key] = line
    found = []
    for line in asked:
        key = (line.person, line.event)
        answer = _answer(
            line,
            events.get(line.event),
            responses.get(key),
            bookings.get(key),
            last=newest[key] is line,
            over=facts.now >= line.at + patience,
        )
        if answer is not None:
            found.append(answer)
    return tuple(sorted(found, key=lambda a: (a.asked.at, a.asked.person, a.asked.event)))


def _answer(
    line: Asked,
    event: EventFact | None,
    response: ResponseFact | None,
    booking: ParticipationFact | None,
    *,
    last: bool,
    over: bool,
) -> Answer | None:
    signed = response is not None or booking is not None
    if response is not None and response.responded is not None and response.responded < line.at:
        return None
    if not (signed and last):
        return Answer(asked=line, signed_up=False) if over else None
    if booking is not None and booking.attended:
        return Answer(asked=line, signed_up=True, came=True)
    stayed_away = booking is not None and (booking.noshow or booking.cancelled)
    called_off = event is not None and event.cancelled is not None
    if stayed_away and not called_off:
        return Answer(asked=line, signed_up=True, came=False)
    return Answer(asked=line, signed_up=True)
