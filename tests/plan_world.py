"""A page's world with the shipped plan, two areas, stored assessments and the views that reconciling makes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import shapely

from tests.page_world import NORTH, ROOT, SOUTH, World
from zetkin_sync.areas import Area
from zetkin_sync.configuration.commitments import read_plans
from zetkin_sync.language import say, to_json
from zetkin_sync.records import Event, Organization
from zetkin_sync.store import assessments, cases, pictures

DAY = date(2026, 11, 23)


def row(goal: str, unit: int, state: str, **more: Any) -> dict[str, Any]:
    """A stored assessment, as the job that reconciles writes it."""
    usual = {
        "plan": "2023-2025",
        "goal": goal,
        "unit": unit,
        "computed": datetime.fromisoformat("2026-11-23T05:00:00+00:00"),
        "state": state,
        "value": None,
        "numerator": None,
        "denominator": None,
        "lower": None,
        "upper": None,
        "before": None,
        "target": None,
        "more_needed": None,
        "shown": False,
        "outlook": None,
        "finding": to_json(say("{n} more needed", n=7)),
        "missing": "[]",
        "evidence": "[]",
    }
    return {**usual, **more}


def with_plan(world: World) -> None:
    """The shipped plan, two areas, two registers, the organizations."""
    areas = tuple(Area(id=i, title=t) for i, t in (("haga", "Haga"), ("rinkeby", "Rinkeby & <b>Tensta</b>")))
    district = world.configuration.district.model_copy(update={"registers": ("activity_fund", "priorities")})
    world.configure(
        replace(
            world.configuration,
            district=district,
            plans=tuple(read_plans(Path("config"), [])),
            areas=replace(world.configuration.areas, areas=areas),
        )
    )
    with world.store.writing() as session:
        for id_, title, parent in (
            (ROOT, "Distriktet", None),
            (NORTH, "Norr", ROOT),
            (SOUTH, "Söder", ROOT),
        ):
            session.add(Organization(district=ROOT, organization=ROOT, id=id_, title=title, parent=parent))


def picture(world: World, **bodies: Any) -> None:
    made = {name: json.dumps(body) for name, body in bodies.items()}
    with world.store.writing() as session:
        pictures.put(session, made, district=ROOT, at=world.time.now)


AREAS = {
    "units": {
        str(ROOT): [
            {"id": "haga", "title": "Haga", "held": 0, "before": 2, "next": "2026-12-01", "owners": [NORTH]},
            {"id": "rinkeby", "title": "Rinkeby & <b>Tensta</b>", "held": 3, "before": 3, "next": None, "owners": []},
        ]
    },
    "white": [
        {"area": "haga", "title": "Haga", "days": 41, "association": NORTH, "event": 5, "metres": 700,
         "step": to_json(say("propose a callout to the activist network for the area"))},
    ],
    "events": {"haga": [500]},
    "unplaced": 4,
}  # fmt: skip

DAYS = {
    "days": [
        {"plan": "2023-2025", "goal": "march-8", "day": "2027-03-08", "booked": 2, "needed": 6, "steps": [
            {"due": "2026-12-08", "what": to_json(say("publish the event")), "done": True},
            {"due": "2027-02-05", "what": to_json(say("name a contact")), "done": False},
        ]},
        {"plan": "2023-2025", "goal": "slavery-day", "day": None, "booked": 0, "needed": 0, "steps": []},
    ]
}  # fmt: skip

CALLOUTS = {
    "needs": [
        {"event": 5, "organization": NORTH, "title": "Affischering", "starts": "2026-12-01T18:00:00", "open": 4,
         "required": 6, "priority": True, "area": "Haga"}
    ],
    "for_people": [{"event": 6, "title": "Torgmöte", "why": to_json(say("Nobody knows where it is."))}],
    "total": {"name": None, "messages": 40, "signed_up": 9, "came": 7, "opted_out": 1, "messages_per_place": 4.4},
    "by_callout": [{"name": "v. 47", "messages": 40, "signed_up": 9, "came": 7, "opted_out": 1, "messages_per_place": 4.44}],
    "by_area": [], "by_type": [], "gini": 0.214, "never": 12, "warnings": [],
}  # fmt: skip

REACH = {"members": 200, "without_address": 20, "unreachable": 3, "complained": 1, "doubtful": 2, "unknown": 50,
         "ok": 124, "without_channel": 1, "restored": 2, "open": 1}  # fmt: skip


def with_figures(world: World) -> None:
    """Something on each page about the plan."""
    with_plan(world)
    boxes = [shapely.box(18 + n, 59, 19 + n, 60) for n in range(2)]
    drawn = tuple(replace(a, geometry=b) for a, b in zip(world.configuration.areas.areas, boxes, strict=True))
    world.configure(replace(world.configuration, areas=replace(world.configuration.areas, areas=drawn)))
    goals = world.configuration.plans[0][1].goals
    states = ("met", "behind", "unknown", "on_track", "missed")
    rows = [
        row(g.id, u, states[(n + u) % 5], value=0.4, target=g.target)
        for n, g in enumerate(goals)
        for u in (ROOT, NORTH)
    ]
    with world.store.writing() as session:
        assessments.write(session, rows, district=ROOT, day=DAY)
        session.add(
            Event(
                district=ROOT, organization=NORTH, id=500, title="Bokbord", starts=datetime(2026, 10, 13, 12)
            )
        )
        values = {"district": ROOT, "organization": NORTH, "person": 4711, "address": b"a" * 32}
        cases.open_case(
            session, now=world.time.now, state="unreachable", reason="unknown_user", status="5.1.1", **values
        )
    picture(
        world,
        days=DAYS,
        areas=AREAS,
        callouts=CALLOUTS,
        reach={"units": {str(ROOT): REACH, str(NORTH): REACH}},
    )
