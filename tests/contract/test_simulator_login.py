"""A person logs in to the simulator through the browser flow; refresh tokens are used once (API.md §1.2–1.3)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from connectors.zetkin.login import ZetkinLogin
from tests.contract import schemas as schema
from tests.contract.simulated import ROOT, Zetkin, simulated
from zetkin_sync.demo.district.plan import LOGIN_CLIENT_ID, LOGIN_CLIENT_SECRET

BACK = "http://127.0.0.1:8123/login/back"
AUTH = (LOGIN_CLIENT_ID, LOGIN_CLIENT_SECRET)


@pytest.fixture
def zetkin() -> Iterator[Zetkin]:
    with simulated() as running:
        del running.http.headers["authorization"]
        yield running


def log_in(zetkin: Zetkin, username: str, *, scope: str = "level2") -> httpx.Response:
    """Walk through the pages as a browser does; gives the answer of the token endpoint."""
    asked = {
        "response_type": "code",
        "client_id": LOGIN_CLIENT_ID,
        "redirect_uri": BACK,
        "scope": scope,
        "state": "s1",
    }
    page = zetkin.http.get("/v1/oauth/authorize/", params=asked, follow_redirects=True)
    assert username in page.text
    action = re.search(r'action="([^"]+)"', page.text)
    assert action is not None
    back = zetkin.http.post(action[1].replace("&amp;", "&"), data={"username": username})
    assert back.status_code == 303
    query = parse_qs(urlsplit(back.headers["location"]).query)
    assert query["state"] == ["s1"]
    return _exchange(
        zetkin, {"grant_type": "authorization_code", "code": query["code"][0], "redirect_uri": BACK}
    )


def _exchange(zetkin: Zetkin, form: dict[str, str]) -> httpx.Response:
    return zetkin.http.post("/v1/oauth/token/", data=form, auth=AUTH)


@pytest.mark.parametrize(
    ("username", "role"),
    [("admin", "admin"), ("admin2", "admin"), ("organizer", "organizer"), ("member", None)],
)
def test_each_kind_of_person_can_log_in_and_has_their_role(
    zetkin: Zetkin, username: str, role: str | None
) -> None:
    token = log_in(zetkin, username).json()
    zetkin.http.headers["authorization"] = f"Bearer {token['access_token']}"
    assert zetkin.get("/session", schema.Session).level == 2
    assert zetkin.get(f"/users/me/memberships/{ROOT}", schema.Membership).role == role
    answer = zetkin.http.get(f"/v1/orgs/{ROOT}/people")
    assert answer.status_code == (200 if role else 403)


def test_the_admin_of_a_foreign_organization_has_no_role_here(zetkin: Zetkin) -> None:
    token = log_in(zetkin, "foreign").json()
    zetkin.http.headers["authorization"] = f"Bearer {token['access_token']}"
    zetkin.ask("GET", f"/users/me/memberships/{ROOT}", schema.ShortError, status=404)
    refused = zetkin.ask("GET", f"/orgs/{ROOT}/people", schema.Error, status=403)
    assert refused.error.title == "Not a member of organization"


def test_an_organizer_cannot_do_what_admins_do(zetkin: Zetkin) -> None:
    token = log_in(zetkin, "organizer").json()
    zetkin.http.headers["authorization"] = f"Bearer {token['access_token']}"
    person = zetkin.state.members(ROOT)[0]
    body = {"role": "admin"}
    refused = zetkin.ask("PUT", f"/orgs/{ROOT}/officials/{person}", schema.Error, status=403, json=body)
    assert refused.error.title == "Cannot promote above yourself"
    for method, path in (("DELETE", f"/orgs/{ROOT}/people/{person}"), ("PATCH", f"/orgs/{ROOT}")):
        zetkin.ask(
            method, path, schema.Error, status=403, json={"title": "Mine"} if method == "PATCH" else None
        )


def test_a_refresh_token_is_used_once(zetkin: Zetkin) -> None:
    first = log_in(zetkin, "admin").json()
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = _exchange(zetkin, form)
    assert second.status_code == 200
    assert second.json()["access_token"] != first["access_token"]
    spent = _exchange(zetkin, form)
    assert (spent.status_code, spent.json()["error"]) == (400, "invalid_grant")


def test_a_login_that_ends_is_renewed_once_however_many_pages_ask(zetkin: Zetkin) -> None:
    """The page's login: eight threads find the token ended; one renews it, and the old one leads to what it became."""
    ends = {"expires_at": int(datetime.now(UTC).timestamp())}
    old = json.dumps({**log_in(zetkin, "organizer").json(), **ends})
    login = ZetkinLogin(
        str(zetkin.http.base_url).rstrip("/"), client_id=LOGIN_CLIENT_ID, secret=LOGIN_CLIENT_SECRET
    )
    person = min(zetkin.state.members(ROOT))
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: login.names(old, organization=ROOT, people=[person]), range(8)))
    assert all(names[person] for names in found)
    fresh = login.again(old)
    assert fresh.roles[ROOT] == "organizer"
    assert json.loads(fresh.token)["refresh_token"] != json.loads(old)["refresh_token"]
    assert login.again(fresh.token).token == fresh.token


def test_a_code_is_used_once_and_soon(zetkin: Zetkin) -> None:
    asked = {"response_type": "code", "client_id": LOGIN_CLIENT_ID, "redirect_uri": BACK}
    for delay, uses, status in ((0, 2, 400), (61, 1, 400), (59, 1, 200)):
        back = zetkin.http.post("/login", params=asked, data={"username": "admin"})
        code = parse_qs(urlsplit(back.headers["location"]).query)["code"][0]
        zetkin.clock.advance(delay)
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
        answers = [_exchange(zetkin, form).status_code for _ in range(uses)]
        assert answers[-1] == status


def test_a_way_back_that_is_not_registered_is_refused(zetkin: Zetkin) -> None:
    asked = {"response_type": "code", "client_id": LOGIN_CLIENT_ID, "redirect_uri": "https://evil.example/"}
    for method, path in (("GET", "/v1/oauth/authorize"), ("GET", "/login"), ("POST", "/login")):
        answer = zetkin.http.request(
            method, path, params=asked, data={"username": "admin"} if method == "POST" else None
        )
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_scope_without_level_two_gives_level_one(zetkin: Zetkin) -> None:
    token = log_in(zetkin, "admin", scope="").json()
    zetkin.http.headers["authorization"] = f"Bearer {token['access_token']}"
    assert zetkin.get("/session", schema.Session).level == 1
    zetkin.ask("GET", f"/orgs/{ROOT}/people", schema.Error, status=403)


def test_a_member_signs_up_themselves_and_nobody_else(zetkin: Zetkin) -> None:
    token = log_in(zetkin, "member").json()
    zetkin.http.headers["authorization"] = f"Bearer {token['access_token']}"
    me = zetkin.get(f"/users/me/memberships/{ROOT}", schema.Membership).profile.id
    event = next(e.id for e in zetkin.state.events.values() if e.organization == ROOT)
    zetkin.put(f"/orgs/{ROOT}/actions/{event}/responses/{me}", schema.ResponsePut)
    assert event in [r.action_id for r in zetkin.get("/users/me/action_responses", list[schema.Response])]
    other = zetkin.state.members(ROOT)[0]
    zetkin.ask("PUT", f"/orgs/{ROOT}/actions/{event}/responses/{other}", schema.Error, status=403)
