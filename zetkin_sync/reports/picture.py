"""What the pages show of areas, callouts, days and reach, made once from all facts: JSON of counts, places and events.

A page must answer at once and hold no member in memory; so these figures are made where everything is at hand
anyway, by the job that reconciles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from zetkin_sync.bounces.figures import reach, restored
from zetkin_sync.callouts.asking import effect_of, needs_of
from zetkin_sync.callouts.effect import Tally
from zetkin_sync.goals import BoundPlan, Observed
from zetkin_sync.goals.events import EventFilter
from zetkin_sync.goals.white_spots import white_spots
from zetkin_sync.language import to_json
from zetkin_sync.reports.days import days
from zetkin_sync.reports.observing import areas

DAYS = 30
EFFECT = timedelta(days=180)
WEEK = timedelta(days=7)


def pictures(observed: Observed, plans: Sequence[BoundPlan]) -> Mapping[str, str]:
    """Every view by its name, as JSON."""
    outward = next((p.plan.events["outward"] for p in plans if "outward" in p.plan.events), EventFilter())
    made = {
        "areas": _areas(observed, outward),
        "callouts": _callouts(observed),
        "days": {"days": days(observed, plans)},
        "reach": _reach(observed),
    }
    return {name: msgspec.json.encode(body).decode() for name, body in made.items()}


def _areas(observed: Observed, outward: EventFilter) -> dict[str, Any]:
    since = observed.today - timedelta(days=DAYS)
    figures = areas(observed, events=outward, days=DAYS, since=since)
    table = observed.events
    held = table.matching(outward) & table.happens
    recent: dict[str, list[int]] = {}
    for area in observed.areas:
        inside = table.by_area.get(area)
        if inside is not None:
            rows = [int(r) for r in inside if held[r] and table.day[r] > since.toordinal() - 335]
            recent[area] = [int(table.id[r]) for r in sorted(rows, key=lambda r: -int(table.day[r]))][:100]
    return {
        "units": {
            str(unit): [
                {
                    "id": f.id,
                    "title": f.title,
                    "held": f.held,
                    "before": f.before,
                    "next": f.next,
                    "owners": f.owners,
                }
                for f in some
            ]
            for unit, some in figures.items()
        },
        "white": [
            {
                "area": s.area,
                "title": s.title,
                "days": s.days,
                "association": s.association,
                "event": s.event,
                "metres": s.metres,
                "step": to_json(s.step),
            }
            for s in white_spots(observed, events=outward, days=DAYS)
        ],
        "events": recent,
        "unplaced": int(sum(1 for e in observed.facts.events if not e.areas and e.located == "unknown")),
    }


def _callouts(observed: Observed) -> dict[str, Any]:
    facts = observed.facts
    titles = {event.id: event.title for event in facts.events}
    found, came = needs_of(facts), effect_of(facts, since=facts.now - EFFECT)
    areas_ = {area.id: area.title for area in facts.areas}
    return {
        "needs": [
            {
                "event": n.event,
                "organization": n.organization,
                "title": titles.get(n.event, ""),
                "starts": n.starts,
                "open": n.open,
                "required": n.required,
                "priority": n.priority,
                "area": areas_.get(n.area or ""),
            }
            for n in found.needs
        ],
        "for_people": [
            {"event": o.event, "title": titles.get(o.event, ""), "why": to_json(o.why)}
            for o in found.for_people
        ],
        "total": _tally(came.total),
        "by_callout": [_tally(t) for t in came.by_callout],
        "by_area": [{**_tally(t), "name": areas_.get(t.name or "", t.name)} for t in came.by_area],
        "by_type": [_tally(t) for t in came.by_type],
        "gini": came.gini,
        "never": came.never,
        "warnings": [to_json(w) for w in came.warnings],
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {**msgspec.structs.asdict(tally), "messages_per_place": tally.messages_per_place}


def _reach(observed: Observed) -> dict[str, Any]:
    facts = observed.facts
    if facts.reach is None:
        return {"units": {}}
    known, today = dict(facts.reach), observed.today
    units: dict[str, Any] = {}
    for unit in (None, *(o.id for o in observed.associations())):
        counted = reach(facts.people, known, unit=unit)
        cases = [c for c in facts.cases or () if unit is None or c.unit == unit]
        units[str(facts.district if unit is None else unit)] = {
            "members": counted.members,
            "without_address": counted.without_address,
            "unreachable": counted.unreachable,
            "complained": counted.complained,
            "doubtful": counted.doubtful,
            "unknown": counted.unknown,
            "ok": counted.ok,
            "without_channel": counted.without_channel,
            "restored": restored(cases, since=today - WEEK, until=today),
            "open": sum(c.closed is None for c in cases),
        }
    return {"units": units}
