"""Remind those who are booked on an event that is near, where Zetkin has not done so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from zetkin_sync.changes.change import Change
from zetkin_sync.changes.planning import Proposal
from zetkin_sync.language import say_n
from zetkin_sync.records.facts import Facts

READS = ("events", "participations")
JOB = "plan_callouts"


def propose(facts: Facts, parameters: Mapping[str, Any]) -> Proposal:
    """A reminder for each event that starts within `hours`, has a contact and somebody booked who has had none.

    Zetkin reminds everybody on the event who has not been; so an event with a restricted person is left to people.
    """
    until = facts.local_now + timedelta(hours=float(parameters.get("hours", 36)))
    waiting: dict[int, list[int]] = defaultdict(list)
    left_alone: set[int] = set()
    for booking in facts.participations:
        if booking.cancelled is None and booking.reminded is None:
            waiting[booking.event].append(booking.person)
            if booking.person in facts.restricted:
                left_alone.add(booking.event)
    changes = [
        Change(
            verb="remind",
            organization=event.organization,
            key=f"remind:{event.id}",
            reason=say_n(
                "{n} person who is booked on {title} has not been reminded.",
                "{n} people who are booked on {title} have not been reminded.",
                n=len(waiting[event.id]),
                title=event.title,
            ),
            payload={
                "event": event.id,
                "people": sorted(waiting[event.id]),
                "not_after": event.starts.replace(tzinfo=facts.zone).isoformat(),
            },
        )
        for event in facts.events
        if event.id in waiting
        and event.id not in left_alone
        and event.contact is not None
        and event.happens(facts.now)
        and facts.local_now < event.starts <= until
    ]
    return Proposal(changes=changes, base=sum(map(len, waiting.values())))
