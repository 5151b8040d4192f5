"""What came of callouts: signed up of asked, came of signed up, or acute ones that associations had said yes to."""

from __future__ import annotations

from typing import Literal

from zetkin_sync.goals.measurement import Measurement, evidence, unknown
from zetkin_sync.goals.metric import Asked, Settings
from zetkin_sync.goals.observed import Observed
from zetkin_sync.language import say


class Parameters(Settings):
    """`count`: signed_up (of asked), came (of signed up), opted_in (of acute callouts)."""

    count: Literal["signed_up", "came", "opted_in"]


def measure(observed: Observed, asked: Asked[Parameters]) -> Measurement:
    """The share over the callouts sent in the window."""
    if observed.facts.callouts is None:
        return unknown(say("no callouts have been recorded"))
    zone, window = observed.facts.zone, asked.window
    sent = [
        c for c in observed.facts.callouts if window.first <= c.sent.astimezone(zone).date() <= window.day
    ]
    match asked.parameters.count:
        case "signed_up":
            done, of = sum(c.signed_up for c in sent), sum(c.asked for c in sent)
        case "came":
            done, of = sum(c.came for c in sent), sum(c.signed_up for c in sent)
        case _:
            sent = [c for c in sent if c.triggered is not None]
            done, of = sum(c.opted_in for c in sent), len(sent)
    if not of:
        return unknown(say("there were no such callouts in the period"))
    return Measurement(
        value=done / of,
        numerator=done,
        denominator=of,
        evidence=evidence("callout", [c.id for c in sent]),
    )
