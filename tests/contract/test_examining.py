"""What `doctor` finds out about a real Zetkin: in order, out of order, and never a write."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from connectors.zetkin import EventTimes
from tests.pulling import NOW, ROOT, Simulated, simulated
from tests.zetkin_script import Script, data
from tests.zetkin_script import zetkin as scripted
from zetkin_sync.ports import Observation


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulated]:
    with simulated(people=150) as running:
        yield running


def examined(simulator: Simulated, **options: Any) -> list[Observation]:
    zetkin = simulator.connect(**options)
    titles = {o.id: o.title for o in simulator.state.organizations.values()}
    found = list(zetkin.examine(organization=ROOT, organizations=titles))
    zetkin.close()
    return found


def wrong(found: list[Observation]) -> str:
    return " | ".join(str(o.what) for o in found if o.verdict != "good")


def test_a_server_that_is_as_it_should_be(simulator: Simulated) -> None:
    asked: list[str] = []
    zetkin = simulator.connect(person_fields=["medlem_sedan"], zetkin_page_size=20)
    message = zetkin._client._message

    def noted(asking: Any, *more: Any) -> Any:
        asked.append(asking.call.method)
        return message(asking, *more)

    zetkin._client._message = noted  # type: ignore[method-assign]
    titles = {o.id: o.title for o in simulator.state.organizations.values()}
    found = list(zetkin.examine(organization=ROOT, organizations=titles))
    zetkin.close()
    assert set(asked) == {"GET"}
    assert len(found) >= 6
    assert "level 2" in str(found[0].what)
    (closed,) = [o for o in found if "not open" in str(o.what)]
    assert "Salem" in str(closed.what), "one association of the simulated district lets nobody in"
    assert all(o.do is not None for o in found if o.verdict != "good")


def test_a_server_with_smaller_pages_says_which_size_to_ask_for(simulator: Simulated) -> None:
    simulator.operator.set_policy(type(simulator.state.policy)(largest_page=30))
    try:
        assert "Asked for 100 people a page, Zetkin gives 30." in wrong(examined(simulator))
    finally:
        simulator.operator.set_policy(type(simulator.state.policy)())


def test_a_missing_field_is_named(simulator: Simulated) -> None:
    assert "no such field of people here: skostorlek" in wrong(
        examined(simulator, person_fields=["skostorlek"])
    )


def test_clocks_that_differ_are_seen(simulator: Simulated) -> None:
    assert "differ by" in wrong(examined(simulator, now=lambda: NOW + timedelta(days=2)))


def test_times_read_the_wrong_way_are_seen() -> None:
    """A wall clock of 23:00, read as an instant, is an hour past midnight."""
    with simulated() as late:
        for event in late.state.events.values():
            event.starts = event.starts.replace(hour=23)
            event.ends = event.starts + timedelta(minutes=30)
        found = examined(late, event_times=EventTimes.UTC)
    assert any("the other way" in str(o.what) and o.verdict == "bad" for o in found), wrong(found)


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ({0: [], 1: [1, 2]}, "counts pages from 1"),
        ({0: [1, 2], 1: [1, 2]}, "the same people on page 0 and page 1"),
        ({0: [1, 2], 1: [2, 3]}, "overlap"),
        ({0: [1], 1: []}, "too few people"),
    ],
)
def test_pages_that_are_not_as_we_think(pages: dict[int, list[int]], said: str) -> None:
    script = Script()
    script.on("/v1/session", {"level": 1, "factors": ["api_key"]})
    script.on("/v1/users/me/memberships", [{"organization": {"id": 1, "title": "x"}, "role": None}])

    def people(request: httpx.Request) -> httpx.Response:
        return data([{"id": n} for n in pages[int(request.url.params["p"])]])

    script.on("/v1/orgs/1/people", people)
    script.on("/v1/orgs/1/people/fields", [])
    script.on("/v1/orgs/1/actions", [])
    found = list(scripted(script).examine(organization=1, organizations={1: "Distriktet"}))
    assert said in wrong(found)
    assert "level 1 only" in wrong(found)
    assert "names no role of ours" in wrong(found)


def test_a_closed_door_ends_it_in_words() -> None:
    script = Script()
    script.on("/v1/session", lambda _request: httpx.Response(401, json={"error": "invalid_token"}))
    found = list(scripted(script).examine(organization=1, organizations={1: "Distriktet"}))
    assert [o.verdict for o in found] == ["bad"]
    assert "does not accept our login" in str(found[0].what)
