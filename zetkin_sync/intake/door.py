"""The webhooks' door: one call of a mail provider, checked, stored once, judged, and only then answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from zetkin_sync.errors import Trouble
from zetkin_sync.intake.sightings import Rules, event_key, of_events
from zetkin_sync.intake.storing import put, rejudge
from zetkin_sync.ports import Refused, Webhook
from zetkin_sync.store import bounces as stored
from zetkin_sync.store.engine import Store

OK, BUSY = 200, 503


def receive(
    hook: Webhook, raw: bytes, headers: Mapping[str, str], *, store: Store, rules: Rules, now: datetime
) -> tuple[int, Counter[str]]:
    """Take one call of a provider: check, store once, judge. Returns the HTTP status and what it came to.

    200 only after the commit; 4xx for what is refused; 503 when nothing could be stored, so that the provider
    calls again. Header names may be in any case.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    try:
        events = hook.events(raw, lower, now=now)
    except Refused as refusal:
        return refusal.status, Counter({"refused": 1})
    except Trouble:
        return BUSY, Counter({"busy": 1})
    try:
        with store.writing() as session:
            keys = {event_key(rules, hook.provider, event): event for event in events}
            fresh = stored.first_time(
                session, district=rules.district, provider=hook.provider, events=keys, now=now
            )
            taken = of_events((e for k, e in keys.items() if k in fresh), provider=hook.provider, rules=rules)
            counts = taken.counts + put(session, taken.sightings, rules=rules, now=now)
            counts["repeated"] += len(events) - len(fresh)
            if counts.pop("to_judge", 0):
                rejudge(session, rules=rules, now=now)
    except Trouble:
        return BUSY, Counter({"busy": 1})
    return OK, counts
