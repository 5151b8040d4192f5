"""A small district for callout tests, built by hand: everything in it is invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from zetkin_sync.callouts.distance import Centres
from zetkin_sync.callouts.history import Asked
from zetkin_sync.callouts.policy import Caps, Need, Network, Policy, Wave
from zetkin_sync.records.facts import (
    AreaFact,
    EventFact,
    Facts,
    PersonFact,
    PriorityFact,
    TagFact,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday, 10.00 in Stockholm
LOCAL = datetime(2026, 3, 2, 10)
ZONE = ZoneInfo("Europe/Stockholm")
CENTRES = Centres(
    postcodes={"111": (18.06, 59.33), "163": (17.90, 59.38), "151": (17.63, 59.19)},
    areas={"norr": (17.90, 59.38), "söder": (18.07, 59.30)},
)
POLICY = Policy(
    network=Network(date_field="samtycke", source_field="källa", left_tags=("Utträtt",)),
    need=Need(digital=("Digitalt",)),
    interests={"Affischering": "Vill: Affischering"},
    caps=Caps(messages=2, days=28, rest_days=3),
    waves=(Wave(days_before=10, tau=0.03),),
    bundles=4,
)
AGREED = {"samtycke": "2025-01-10", "källa": "möte"}


def person(id_: int, **more: Any) -> PersonFact:
    return PersonFact(
        **{"id": id_, "organizations": (1,), "has_email": True, "postcode": "16345", "fields": AGREED, **more}
    )


def event(id_: int, *, days: float = 5, hours: float = 2, **more: Any) -> EventFact:
    starts = LOCAL + timedelta(days=days)
    return EventFact(
        **{
            "id": id_,
            "organization": 1,
            "title": f"Aktivitet {id_}",
            "starts": starts,
            "ends": starts + timedelta(hours=hours),
            "type": "Torgmöte",
            "required": 4,
            "contact": 99,
            "published": NOW - timedelta(days=1),
            "areas": ("norr",),
            "located": "text",
            **more,
        }
    )


def tag(id_: int, title: str, *people: int) -> TagFact:
    return TagFact(id=id_, title=title, group=None, owner=1, people=frozenset(people))


def facts(**more: Any) -> Facts:
    """Six people in the network; a priority area in the north; two events there and one in the south."""
    base = Facts(
        district=1,
        now=NOW,
        zone=ZONE,
        people=tuple(person(i) for i in range(1, 7)),
        tags=(tag(1, "Aktivistnätverket", 1, 2, 3, 4, 5, 6), tag(2, "Vill: Affischering", 1, 2)),
        events=(event(10), event(11, days=6), event(12, days=7, areas=("söder",), type="Affischering")),
        areas=(AreaFact(id="norr", title="Norr"), AreaFact(id="söder", title="Söder")),
        priorities=(PriorityFact(owner=1, kind="geographic", subject="norr"),),
    )
    return replace(base, **more)


def asked(person_: int, event_: int, *, days_ago: float = 10, **more: Any) -> Asked:
    at = NOW - timedelta(days=days_ago)
    return Asked(
        **{
            "person": person_,
            "event": event_,
            "at": at,
            "callout": f"callout:{event_}",
            "type": "Torgmöte",
            **more,
        }
    )
