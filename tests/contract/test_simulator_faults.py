"""The simulator goes wrong on demand, each way as it says, and the same way for the same seed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contract.simulated import JWT_BEARER, NOW, ROOT, small_district
from zetkin_sync.demo.district.plan import CLIENT_ID, CLIENT_SECRET, GRANT
from zetkin_sync.demo.simulator import Clock, create_app
from zetkin_sync.demo.simulator.faults import Fault, Kind, Switchboard, read_faults
from zetkin_sync.demo.simulator.mutations import Mutation
from zetkin_sync.demo.simulator.serving import Operator, in_thread
from zetkin_sync.demo.world import State

PEOPLE = f"/v1/orgs/{ROOT}/people"


class Running:
    """A simulator with its operator's side and a plain client."""

    def __init__(self, operator: Operator, http: httpx.Client, state: State) -> None:
        self.operator = operator
        self.http = http
        self.state = state

    def get(self, path: str = PEOPLE, **more: Any) -> httpx.Response:
        return self.http.get(path, **more)

    def pages(self, size: int = 30) -> list[list[int]]:
        """The ids of each page until one is empty, at most ten."""
        found = []
        for number in range(10):
            page = [p["id"] for p in self.get(params={"p": number, "pp": size}).json()["data"]]
            if not page:
                break
            found.append(page)
        return found


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    state = small_district()
    app = create_app(state, clock=Clock(NOW, ticks=None))
    with in_thread(app) as operator, httpx.Client(base_url=operator.url, timeout=5) as http:
        form = {"grant_type": JWT_BEARER, "assertion": GRANT, "scope": "level2"}
        token = http.post("/v1/oauth/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET)).json()[
            "access_token"
        ]
        http.headers["authorization"] = f"Bearer {token}"
        yield Running(operator, http, state)


@pytest.fixture(autouse=True)
def calm(running: Running) -> Iterator[None]:
    yield
    running.operator.set_faults()
    assert running.get().status_code == 200


@pytest.mark.parametrize("retry_after", [None, "0", "-1", "1000000000", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_too_many_requests_with_every_kind_of_retry_after(running: Running, retry_after: str | None) -> None:
    running.operator.set_faults(Fault(kind=Kind.STATUS, status=429, retry_after=retry_after, count=1))
    answer = running.get()
    assert (answer.status_code, answer.headers.get("retry-after")) == (429, retry_after)
    assert running.get().status_code == 200


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("after_commit", [False, True])
def test_a_failing_server_has_or_has_not_done_it(running: Running, status: int, after_commit: bool) -> None:
    before = len(running.state.notes)
    fault = Fault(kind=Kind.STATUS, status=status, method="POST", after_commit=after_commit, count=1)
    running.operator.set_faults(fault)
    path = f"{PEOPLE}/{running.state.members(ROOT)[0]}/notes"
    assert running.http.post(path, json={"text": "x"}).status_code == status
    assert len(running.state.notes) - before == after_commit


@pytest.mark.parametrize("after_commit", [False, True])
def test_a_broken_connection_has_or_has_not_done_it(running: Running, after_commit: bool) -> None:
    before = len(running.state.notes)
    fault = Fault(kind=Kind.DISCONNECT, method="POST", after_commit=after_commit, count=1)
    running.operator.set_faults(fault)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        running.http.post(f"{PEOPLE}/{running.state.members(ROOT)[0]}/notes", json={"text": "x"})
    assert len(running.state.notes) - before == after_commit


@pytest.mark.parametrize("after_commit", [False, True])
def test_cut_headers_break_before_any_body(running: Running, after_commit: bool) -> None:
    before = len(running.state.notes)
    fault = Fault(kind=Kind.HEADERS, method="POST", after_commit=after_commit, count=1)
    running.operator.set_faults(fault)
    with pytest.raises(httpx.RemoteProtocolError):
        running.http.post(f"{PEOPLE}/{running.state.members(ROOT)[0]}/notes", json={"text": "x"})
    assert len(running.state.notes) - before == after_commit


def test_a_cut_body_breaks_in_the_middle(running: Running) -> None:
    running.operator.set_faults(Fault(kind=Kind.CUT, count=1))
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        running.get()


def test_a_slow_body_takes_its_time(running: Running) -> None:
    running.operator.set_faults(Fault(kind=Kind.SLOW, seconds=0.3, count=2))
    begun = time.monotonic()
    assert running.get().json()["data"]
    assert time.monotonic() - begun >= 0.25
    with pytest.raises(httpx.ReadTimeout):
        running.get(timeout=0.01)


@pytest.mark.parametrize("after_commit", [False, True])
def test_a_stalled_answer_takes_effect_before_or_after_the_pause(
    running: Running, after_commit: bool
) -> None:
    before = len(running.state.notes)
    fault = Fault(kind=Kind.STALL, method="POST", seconds=0.6, after_commit=after_commit, count=1)
    running.operator.set_faults(fault)
    with pytest.raises(httpx.ReadTimeout):
        running.http.post(f"{PEOPLE}/{running.state.members(ROOT)[0]}/notes", json={"text": "x"}, timeout=0.2)
    assert len(running.state.notes) - before == after_commit
    deadline = time.monotonic() + 5
    while len(running.state.notes) == before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(running.state.notes) == before + 1


def test_bodies_that_are_not_what_they_should_be(running: Running) -> None:
    running.operator.set_faults(Fault(kind=Kind.HTML, count=1))
    answer = running.get()
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/html")
    running.operator.set_faults(Fault(kind=Kind.ERROR_200, count=1))
    assert "error" in running.get().json()
    for kind in (Kind.TRUNCATED, Kind.BAD_UTF8):
        running.operator.set_faults(Fault(kind=kind, count=1))
        answer = running.get()
        assert answer.status_code == 200
        with pytest.raises(ValueError, match=r"."):
            answer.json()


def test_a_flood_of_white_space_before_the_answer(running: Running) -> None:
    running.operator.set_faults(Fault(kind=Kind.HUGE, bytes=3_000_000, count=1))
    assert len(running.get().content) > 3_000_000


def test_a_redirect_to_another_host(running: Running) -> None:
    running.operator.set_faults(Fault(kind=Kind.REDIRECT, location="http://elsewhere.example/x", count=1))
    answer = running.get(follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "http://elsewhere.example/x")


@pytest.mark.parametrize("kind", [Kind.EXPIRE_TOKEN, Kind.REVOKE_TOKEN])
def test_a_token_dies_in_the_middle(running: Running, kind: Kind) -> None:
    old = running.http.headers["authorization"]
    form = {"grant_type": JWT_BEARER, "assertion": GRANT, "scope": "level2"}
    fresh = running.http.post("/v1/oauth/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET)).json()[
        "access_token"
    ]
    running.operator.set_faults(Fault(kind=kind, path="*/people", skip=1, count=1))
    headers = {"authorization": f"Bearer {fresh}"}
    statuses = [running.get(headers=headers).status_code for _ in range(3)]
    assert statuses == [200, 401, 401]
    assert running.get(headers={"authorization": old}).status_code == 200


def test_an_empty_page_where_there_was_data(running: Running) -> None:
    running.operator.set_faults(Fault(kind=Kind.EMPTY_PAGE, skip=1, count=1))
    assert len(running.pages()) == 1
    running.operator.set_faults(Fault(kind=Kind.EMPTY_PAGE, count=1))
    assert running.get().json() == {"data": []}


def test_a_duplicated_page_and_the_last_page_for_ever(running: Running) -> None:
    whole = running.pages()
    running.operator.set_faults(Fault(kind=Kind.DUPLICATED_PAGE, skip=1, count=1))
    assert running.pages()[:2] == [whole[0], whole[0]]
    running.operator.set_faults(Fault(kind=Kind.REPEATED_PAGE))
    forever = running.pages()
    assert len(forever) == 10
    assert forever[-1] == whole[-1]


def test_pages_in_another_order_each_time(running: Running) -> None:
    running.operator.set_faults(Fault(kind=Kind.REORDERED))
    seen = [person for page in running.pages() for person in page]
    assert len(seen) == len(running.state.members(ROOT))
    assert len(set(seen)) < len(seen)  # somebody twice, somebody never


def test_people_join_and_leave_between_pages(running: Running) -> None:
    before = set(running.state.members(ROOT))
    running.operator.set_faults(Fault(kind=Kind.CHURN, join=2, leave=3, count=1))
    running.pages()
    after = set(running.state.members(ROOT))
    assert (len(after - before), len(before - after)) == (2, 3)


@pytest.mark.parametrize("status", [504, None])
def test_an_effect_comes_after_the_client_gave_up(running: Running, status: int | None) -> None:
    before = len(running.state.notes)
    running.operator.set_faults(Fault(kind=Kind.LATE, method="POST", seconds=30, status=status, count=1))
    path = f"{PEOPLE}/{running.state.members(ROOT)[0]}/notes"
    if status is None:
        with pytest.raises(httpx.ReadTimeout):
            running.http.post(path, json={"text": "x"}, timeout=0.2)
    else:
        assert running.http.post(path, json={"text": "x"}).status_code == status
    running.operator.advance(29)
    assert len(running.state.notes) == before
    running.operator.advance(1)
    assert len(running.state.notes) == before + 1


def test_rules_match_by_method_and_path_and_the_first_decides() -> None:
    board = Switchboard(
        (
            Fault(kind=Kind.CUT, method="GET", path="/v1/orgs/*/people"),
            Fault(kind=Kind.HTML, path="/v1/*"),
        )
    )
    assert board.pick("GET", "/v1/orgs/1/people") == Fault(
        kind=Kind.CUT, method="GET", path="/v1/orgs/*/people"
    )
    assert (fault := board.pick("POST", "/v1/orgs/1/people")) is not None
    assert fault.kind is Kind.HTML
    assert board.pick("GET", "/v2/orgs/1/areas") is None
    assert board.hits == 2


def test_the_same_seed_gives_the_same_faults() -> None:
    def picks(seed: int) -> list[bool]:
        board = Switchboard((Fault(kind=Kind.CUT, chance=0.3, seed=seed),))
        return [board.pick("GET", "/v1/x") is not None for _ in range(200)]

    assert picks(1) == picks(1) != picks(2)
    assert 30 < sum(picks(1)) < 90


def test_a_file_of_faults_is_read_or_refused(tmp_path: Path) -> None:
    file = tmp_path / "faults.toml"
    file.write_text('[[fault]]\nkind = "status"\nstatus = 503\npath = "/v1/*"\nchance = 0.1\n')
    assert read_faults(file) == (Fault(kind=Kind.STATUS, status=503, path="/v1/*", chance=0.1),)
    for wrong in ("[[fault]]\nkind = 'sneeze'", "[[fault]]\nkind = 'cut'\nprobability = 1", "not toml ["):
        file.write_text(wrong)
        with pytest.raises(ValueError, match=r"."):
            read_faults(file)


def test_the_operator_lets_people_move_be_edited_and_merged(running: Running) -> None:
    home = next(o.id for o in running.state.organizations.values() if o.parent == ROOT and not o.closed)
    done = running.operator.mutate(Mutation(organization=home, move=1, edit=2, merge=1, join=1, leave=1))
    assert (len(done.moved), len(done.edited), len(done.merged), len(done.joined), len(done.left)) == (
        1,
        2,
        1,
        1,
        1,
    )
    survivor, gone = done.merged[0]
    assert running.get(f"{PEOPLE}/{gone}").status_code == 404
    assert running.get(f"{PEOPLE}/{survivor}").status_code == 200
    assert done.moved[0] not in running.state.members(home)
    assert {p["id"] for p in running.operator.truth("people")[home]} == set(running.state.members(home))
    assert running.get(f"/v1/orgs/{home}/people/{done.joined[0]}").status_code == 200
