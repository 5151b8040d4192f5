"""Whatever is sent, the simulator answers in Zetkin's words and never falls over."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from tests.contract.simulated import small_district
from zetkin_sync.demo.simulator import Clock
from zetkin_sync.demo.simulator.app import V1, V2
from zetkin_sync.demo.simulator.faults import Switchboard
from zetkin_sync.demo.simulator.routes import Routes
from zetkin_sync.demo.simulator.search.evaluation import FILTERS
from zetkin_sync.demo.simulator.surface import Request, Surface
from zetkin_sync.demo.world import State
from zetkin_sync.demo.world.organizations import Token

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
HEADERS = [(b"authorization", b"Bearer t"), (b"content-type", b"application/json")]

SPEC = [
    {"type": "person_tags", "config": {"condition": "all", "tags": 7}},
    {"type": "person_field", "config": {"field": 3, "after": []}},
    {"type": "random", "config": {"size": "x", "seed": 1}},
    {"type": "sub_query", "config": {"query_id": {}}},
    {"type": "task", "config": {"completed": "yes"}},
    {"type": "area", "config": {"area": 1001, "field": "medlem_sedan", "operator": "in"}},
    {"type": "most_active", "config": {"size": None}},
    {"type": "person_data", "config": {"fields": {"email": 7}}},
    {"type": "all", "config": {"organizations": ["x"]}},
]
VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    10**30,
    1.5,
    "",
    "x",
    "2026-13-01",
    "2026-12-01",
    [],
    [1, "a", None],
    [{}, {}],
    {},
    {"a": 1},
    SPEC,
]
KEYS = re.findall(
    r"\w+",
    "title value filter_spec published locked start_time end_time status role ops type config options responses"
    " signature fields tags objects override default order recipients first_name last_name email campaign_id"
    " target_filters goal_filters state form_data submit_token boundary text question text_block q respondent_id"
    " parent_id group_id folder_id owner_id location_id activity_id contact_id remind_all dismissed closed journey_id"
    " target_id level metrics num_households_visited enum_choices slug medlem_sedan hemposition location reply_to",
)


def bodies(dice: Random) -> list[bytes]:
    """Nothing, no JSON, JSON that is no object, and objects of known keys with wild values."""
    found = [b"", b"{", b"\xff\xfe", b"null", b"[]", b'"x"', b"7", b"{}"]
    for size in (1, 2, 4, 8, 16):
        found.append(json.dumps({key: dice.choice(VALUES) for key in dice.sample(KEYS, k=size)}).encode())
    return found


def wild_searches(dice: Random) -> list[bytes]:
    """Each kind of filter with settings that make no sense."""
    found = [[one] for one in SPEC]
    for kind in FILTERS:
        names = (
            "operator",
            "tags",
            "condition",
            "fields",
            "field",
            "view",
            "size",
            "seed",
            "action",
            "state",
            "survey",
        )
        more = (
            "question",
            "options",
            "value",
            "task",
            "completed",
            "matching",
            "journey",
            "closed",
            "after",
            "email",
        )
        config = {name: dice.choice(VALUES) for name in dice.sample([*names, *more], k=12)}
        found.append([{"type": kind, "config": config}])
    return [json.dumps({"filter_spec": spec}).encode() for spec in found]


def path_values(state: State, dice: Random) -> dict[str, str]:
    """Ids that exist for most path segments, sometimes ids that do not, sometimes no ids at all."""
    tables = {
        "person": state.people,
        "tag": state.tags,
        "action": state.events,
        "survey": state.surveys,
        "task": state.tasks,
        "email": state.emails,
        "journey": state.journeys,
        "instance": state.instances,
        "campaign": state.campaigns,
        "project": state.campaigns,
        "assignment": state.call_assignments,
        "form": state.join_forms,
        "submission": state.submissions,
        "duplicate": state.duplicates,
        "location": state.locations,
        "area": state.areas,
        "view": state.views,
        "query": state.queries,
        "call": state.calls,
        "field": state.fields,
    }
    values = {name: str(dice.choice(list(table) or [1])) for name, table in tables.items()}
    return {"org": "1", "user": "me", **values}


def surface_over(routes: Routes, state: State) -> Surface:
    user = next(u.id for u in state.users.values() if u.username == "zetkin-sync")
    state.tokens["t"] = Token(
        value="t", user=user, client="c", level=2, factors=(), created=NOW, expires=NOW + timedelta(days=99)
    )
    clock = Clock(NOW, ticks=None)
    return Surface(routes, state, clock=clock, switchboard=Switchboard(), connections={})


@pytest.mark.parametrize(("name", "routes"), [("v1", V1), ("v2", V2)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_endpoint_answers_every_body(name: str, routes: Routes, seed: int) -> None:
    dice = Random(f"{name}{seed}")
    state = small_district()
    surface = surface_over(routes, state)
    statuses = set()
    for method, path, _ in sorted(routes.known, key=lambda known: (known[0] == "DELETE", known[:2])):
        wild = wild_searches(dice) if re.search("quer|target", path) else []
        for body in [*bodies(dice), *wild] if method != "GET" else [b""]:
            values = path_values(state, dice)
            filled = re.sub(r"\{(\w+)\}", lambda m: values.get(m[1], dice.choice(["1001", "x", "-1"])), path)  # noqa: B023
            query = dice.choice(
                [b"", b"p=0&pp=3", b"p=x", b"filter=state==1", b"filter=nonsense", b"recursive", b"page=0"]
            )
            if "/session" in path and method == "DELETE":
                continue
            answer = surface.answer(Request(method, filled, query, HEADERS, body))
            assert answer.status < 500, f"{method} {filled} {body!r}"
            assert not answer.body or answer.headers or json.loads(answer.body) is not None
            statuses.add(answer.status)
    assert {200, 400, 404} <= statuses if name == "v1" else {200, 404, 422} <= statuses
    state.settle(NOW + timedelta(days=30))
