"""What sources say, taken in: mails and provider events become events, states and counts in one transaction.

Used by the job that reads mailboxes and by the webhooks' door alike, so that the same fact is the same whichever
way it came. An address is a keyed hash from here on; one that matches nobody is counted and forgotten.
"""

from zetkin_sync.intake.consequences import conclude
from zetkin_sync.intake.door import receive
from zetkin_sync.intake.sightings import Rules, Sighting, Taken, event_key, of_events, of_mail, rules_of
from zetkin_sync.intake.storing import answer_probes, note_returned, put, rejudge

__all__ = [
    "Rules",
    "Sighting",
    "Taken",
    "answer_probes",
    "conclude",
    "event_key",
    "note_returned",
    "of_events",
    "of_mail",
    "put",
    "receive",
    "rejudge",
    "rules_of",
]
