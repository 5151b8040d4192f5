"""How many of several kinds of events were held at least so often: digital and physical, each committee's, each topic's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from pydantic import Field

from zetkin_sync.goals.events import EventFilter
from zetkin_sync.goals.measurement import Measurement, Part, Verdict, evidence, share_of_parts
from zetkin_sync.goals.metric import Asked, Settings
from zetkin_sync.goals.observed import Observed
from zetkin_sync.language import say_n


class Parameters(Settings):
    """`kinds` names filters of the plan, or one of its tables; `events` limits all of them."""

    kinds: dict[str, EventFilter] = Field(min_length=1)
    events: EventFilter = EventFilter()
    least: int = Field(default=1, ge=1)


def measure(observed: Observed, asked: Asked[Parameters]) -> Measurement:
    """The share of kinds with enough events in the period."""
    limits, least = asked.parameters.events, asked.parameters.least
    among = observed.events.matching(limits)
    parts = []
    every = np.zeros(len(observed.events), np.bool_)
    for name, wanted in asked.parameters.kinds.items():
        absent = observed.not_in_use(wanted)
        if absent is not None:
            parts.append(
                Part(
                    unit=name,
                    title=wanted.title or name,
                    verdict=Verdict.UNKNOWN,
                    finding=absent,
                    missing=(absent,),
                )
            )
            continue
        held = observed.held(wanted, asked.window) & among
        every |= held
        count = int(held.sum())
        parts.append(
            Part(
                unit=name,
                title=wanted.title or name,
                verdict=Verdict.YES if count >= least else Verdict.NO,
                value=count,
                of=least,
                finding=say_n("{n} held", "{n} held", n=count),
                evidence=evidence("event", observed.events.ids(held)),
            )
        )
    return replace(share_of_parts(parts), evidence=evidence("event", observed.events.ids(every)))
