"""Ask an association, after its annual meeting, to confirm who holds which role and what it puts first."""

from __future__ import annotations

from datetime import timedelta

from zetkin_sync.context import Context, Outcome
from zetkin_sync.goals.events import EventFilter
from zetkin_sync.mail.readers import addressees
from zetkin_sync.mail.running import Running
from zetkin_sync.records import MailKind
from zetkin_sync.reports.kinds.after_meeting import after_meeting
from zetkin_sync.reports.observing import meetings

WINDOW = timedelta(days=14)


def run(context: Context) -> Outcome:
    """Options: `annual`, an event filter that says which events are annual meetings; `per_minute`."""
    running = Running.begun(context)
    gathering = running.gathering
    annual = EventFilter.model_validate(context.options.get("annual", {}))
    if annual == EventFilter():
        return running.outcome()  # without it every event would be a meeting
    held = {
        m.unit: m
        for m in meetings(gathering.facts, gathering.observed, annual=annual, since=gathering.today - WINDOW)
    }
    if not held:
        return running.outcome()
    situation = gathering.situation(since=gathering.today)
    for to in addressees(running.known, MailKind.AFTER_MEETING):
        meeting = held.get(to.reader.unit)
        if meeting is not None and not to.reader.whole:
            running.go_on()
            mail = after_meeting(situation, to.reader, meeting)
            running.delivery.send(to, MailKind.AFTER_MEETING, f"event-{meeting.event}", mail)
    return running.outcome()
