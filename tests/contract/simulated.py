"""A small simulated district and a client that checks every answer against the reference's schemas."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import httpx
import msgspec

from tests.contract.schemas import Envelope, ItemV2, ListV2
from zetkin_sync.demo.district import make_district
from zetkin_sync.demo.district.plan import CLIENT_ID, CLIENT_SECRET, GRANT
from zetkin_sync.demo.simulator import Clock, create_app
from zetkin_sync.demo.simulator.serving import in_thread
from zetkin_sync.demo.world import State

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
ROOT = 1
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"

T = TypeVar("T")


def small_district(**more: Any) -> State:
    """A hundred people in a few associations, three months of events."""
    return make_district(**({"people": 100, "months": 3, "association_count": 5, "today": TODAY} | more))


class Zetkin:
    """Speaks to the simulator in the tests' own words; every answer is checked against its schema."""

    def __init__(self, http: httpx.Client, state: State, clock: Clock) -> None:
        self.http = http
        self.state = state
        self.clock = clock

    def log_in(self, *, scope: str = "level2", grant: str = GRANT) -> httpx.Response:
        """Exchange the API key for a token and use it from now on."""
        form = {"grant_type": JWT_BEARER, "assertion": grant, "scope": scope}
        answer = self.http.post("/v1/oauth/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET))
        if answer.status_code == 200:
            self.http.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        return answer

    def later(self, seconds: float) -> None:
        """Let simulated time pass; the token is renewed."""
        self.clock.advance(seconds)
        assert self.log_in().status_code == 200

    def ask(
        self, method: str, path: str, shape: type[T], *, status: int, json: Any = None, version: int = 1
    ) -> T:
        """One request whose whole body must have this shape."""
        answer = self.http.request(method, f"/v{version}{path}", json=json, follow_redirects=False)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        return msgspec.json.decode(answer.content, type=shape)

    def get(self, path: str, shape: type[T]) -> T:
        return self.ask("GET", path, Envelope[shape], status=200).data  # type: ignore[valid-type]

    def post(self, path: str, shape: type[T], json: Any = None, *, status: int = 201) -> T:
        return self.ask("POST", path, Envelope[shape], status=status, json=json).data  # type: ignore[valid-type]

    def put(self, path: str, shape: type[T], json: Any = None, *, status: int = 200) -> T:
        return self.ask("PUT", path, Envelope[shape], status=status, json=json).data  # type: ignore[valid-type]

    def patch(self, path: str, shape: type[T], json: Any, *, status: int = 200) -> T:
        return self.ask("PATCH", path, Envelope[shape], status=status, json=json).data  # type: ignore[valid-type]

    def delete(self, path: str, *, version: int = 1) -> None:
        answer = self.http.delete(f"/v{version}{path}")
        assert (answer.status_code, answer.content) == (204, b""), (
            f"{path}: {answer.status_code} {answer.text}"
        )

    def get_v2(self, path: str, shape: type[T]) -> T:
        return self.ask("GET", path, ItemV2[shape], status=200, version=2).data  # type: ignore[valid-type]

    def list_v2(self, path: str, shape: type[T]) -> ListV2[T]:
        return self.ask("GET", path, ListV2[shape], status=200, version=2)  # type: ignore[valid-type]


@contextmanager
def simulated(state: State | None = None) -> Iterator[Zetkin]:
    """A simulator on a loopback port, its clock standing still, with somebody signed in."""
    known = small_district() if state is None else state
    clock = Clock(NOW, ticks=None)
    with in_thread(create_app(known, clock=clock)) as operator, httpx.Client(base_url=operator.url) as http:
        zetkin = Zetkin(http, known, clock)
        assert zetkin.log_in().status_code == 200
        yield zetkin
