"""Reminding those who are booked, where Zetkin has not done so."""

from __future__ import annotations

from zetkin_sync.apply.hands import Hands
from zetkin_sync.apply.steps import Known, NotWanted, Step, Verb
from zetkin_sync.changes import Change
from zetkin_sync.language import say


def check(hands: Hands, change: Change, known: Known) -> Known:
    """Is the event still on, and still to come?"""
    event = hands.zetkin.read_event(organization=change.organization, event=change.payload["event"])
    if event is None or event.cancelled or not event.published:
        raise NotWanted(say("The event {event} is called off.", event=change.payload["event"]))
    if event.starts is not None and event.starts <= hands.local_now():
        raise NotWanted(say("The event {event} has begun.", event=change.payload["event"]))
    return known


def _look(hands: Hands, change: Change, _known: Known, _tried: bool) -> Known | None:  # noqa: FBT001
    reminded = hands.zetkin.reminded(organization=change.organization, event=change.payload["event"])
    return {} if set(change.payload["people"]) <= reminded else None


def _remind(hands: Hands, change: Change, _known: Known) -> Known:
    hands.zetkin.remind(organization=change.organization, event=change.payload["event"])
    return {}


REMIND = Verb(steps=(Step(name="remind", look=_look, act=_remind, repeatable=False),), check=check)
