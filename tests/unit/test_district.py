"""The synthetic district is the same for the same seed, and has the flaws that real data has."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from time import process_time as time_used

import pytest

from zetkin_sync.demo.district import make_district
from zetkin_sync.demo.district.catalogue import (
    CLOSED,
    SILENT,
    areas,
    areas_geojson,
    associations,
    district_priorities,
    kinds,
    municipalities,
    priorities,
    recipients,
)
from zetkin_sync.demo.simulator import Clock
from zetkin_sync.demo.simulator.app import V1
from zetkin_sync.demo.simulator.faults import Switchboard
from zetkin_sync.demo.simulator.geometry import contains
from zetkin_sync.demo.simulator.surface import Request, Surface
from zetkin_sync.demo.simulator.truth import TABLES, truth
from zetkin_sync.demo.world import State
from zetkin_sync.demo.world.organizations import Token

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def district() -> State:
    return make_district(people=3000, today=TODAY)


def test_the_same_seed_gives_the_same_district() -> None:
    first, again, other = (make_district(people=60, months=2, seed=s, today=TODAY) for s in (7, 7, 8))
    assert all(truth(first, table) == truth(again, table) for table in TABLES)
    assert truth(first, "people") != truth(other, "people")


def test_the_tree_has_both_kinds_and_every_title_has_its_kind(district: State) -> None:
    kinds_here = Counter(kinds().get(o.title) for o in district.organizations.values())
    assert kinds_here == {"district": 1, "geographic": 45, "branch": 12, None: 1}  # and one foreign root


def test_there_are_as_many_people_as_asked_for_and_their_ids_are_no_users(district: State) -> None:
    assert len(district.members(1)) >= 3000
    assert not district.people.keys() & district.users.keys()


def test_one_association_is_silent_and_one_closed(district: State) -> None:
    by_title = {o.title: o for o in district.organizations.values()}
    assert by_title[CLOSED].closed
    assert not [e for e in district.events.values() if e.organization == by_title[SILENT].id]
    assert district.members(by_title[SILENT].id)


def test_the_season_is_that_of_politics(district: State) -> None:
    months = Counter(e.starts.month for e in district.events.values())
    assert months[7] < 0.15 * months[9]
    assert months[12] < 0.8 * months[11]


def test_the_flaws_are_there(district: State) -> None:
    events = list(district.events.values())
    assert 0.03 < sum(e.location is None for e in events) / len(events) < 0.15
    assert any(e.cancelled and e.published and e.cancelled > e.published for e in events)
    assert any(e.cancelled and e.published and e.cancelled < e.published for e in events)
    assert any(e.published is None for e in events)
    assert sum(not e.participants for e in events) > 0.2 * len(events)
    assert {e.starts.date() for e in events if e.starts.time() == time(2, 30)} >= {
        date(2026, 3, 29),
        date(2026, 10, 25),
    }
    assert any(e.starts.hour in (3, 4) for e in events)
    people = [district.people[p] for p in district.members(1)]
    assert 0.03 < sum(not p.email for p in people) / len(people) < 0.1
    assert district.duplicates


def test_addresses_and_numbers_are_reserved_ones(district: State) -> None:
    for person in district.people.values():
        domain = (person.email or "x@a.example").strip().lower().rpartition("@")[2]
        assert domain.endswith((".example", "example.org", "example.com", "example.net"))
        digits = (person.phone or "0701740605").replace("+46", "0").replace("0046", "0")
        assert digits.startswith(("070174", "084650"))


def test_the_configurations_parts_fit_together() -> None:
    titles = {a.title for a in associations()}
    assert {a.association for a in areas()} <= titles
    assert set(priorities()) <= titles
    assert all(priorities().values())
    assert set(district_priorities()) <= {a.id for a in areas()}
    assert {r.unit for r in recipients() if r.role == "association_board"} == titles
    for place, feature in zip((*areas(), *municipalities()), areas_geojson()["features"], strict=True):
        assert contains(feature["geometry"], place.lng, place.lat)
        assert feature["properties"]["approximate"]


def test_a_smaller_district_keeps_the_two_special_associations() -> None:
    small = make_district(people=50, months=1, association_count=4, today=TODAY)
    titles = {o.title for o in small.organizations.values()}
    assert {SILENT, CLOSED} <= titles
    assert len(titles) == 1 + 4 + 1


def test_ten_thousand_people_are_made_and_served_quickly() -> None:
    """Ceilings ten times what was seen (1 s of processor time; 15 µs a request, transport not counted)."""
    begun = time_used()
    state = make_district(today=TODAY)
    assert time_used() - begun < 10
    surface = Surface(V1, state, clock=Clock(NOW, ticks=None), switchboard=Switchboard(), connections={})
    user = next(u.id for u in state.users.values() if u.username == "zetkin-sync")
    token = Token(
        value="t", user=user, client="c", level=2, factors=(), created=NOW, expires=NOW + timedelta(days=1)
    )
    state.tokens["t"] = token
    begun = time_used()
    for event in state.events.values():
        path = f"/orgs/{event.organization}/actions/{event.id}/participants"
        surface.answer(Request("GET", path, b"", [(b"authorization", b"Bearer t")], b""))
    assert (time_used() - begun) / len(state.events) < 150e-6
