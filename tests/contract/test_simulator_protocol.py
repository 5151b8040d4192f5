"""The simulator speaks Zetkin's protocol: tokens, envelopes, errors, pages, filters (API.md §1, §2)."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from tests.contract import schemas as schema
from tests.contract.simulated import JWT_BEARER, ROOT, Zetkin, simulated
from zetkin_sync.demo.district.catalogue import CLOSED, SILENT
from zetkin_sync.demo.district.plan import CLIENT_ID, CLIENT_SECRET, GRANT


@pytest.fixture
def zetkin() -> Iterator[Zetkin]:
    with simulated() as running:
        yield running


def _titled(zetkin: Zetkin, title: str) -> int:
    return next(o.id for o in zetkin.state.organizations.values() if o.title == title)


# --- tokens ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/v1/oauth/token", "/v1/oauth/token/", "/v2/oauth/token"])
def test_an_api_key_is_exchanged_for_a_token_that_says_how_long_it_lives(zetkin: Zetkin, path: str) -> None:
    form = {"grant_type": JWT_BEARER, "assertion": GRANT, "scope": "level2"}
    answer = zetkin.http.post(path, data=form, auth=(CLIENT_ID, CLIENT_SECRET))
    token = msgspec.json.decode(answer.content, type=schema.BearerToken)
    assert (token.expires_in, token.refresh_token) == (3600, None)


@pytest.mark.parametrize(
    ("form", "auth", "status", "error"),
    [
        ({"grant_type": JWT_BEARER, "assertion": "wrong"}, (CLIENT_ID, CLIENT_SECRET), 400, "invalid_grant"),
        ({"grant_type": JWT_BEARER, "assertion": GRANT}, (CLIENT_ID, "wrong"), 401, "invalid_client"),
        ({"grant_type": JWT_BEARER, "assertion": GRANT}, None, 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, (CLIENT_ID, CLIENT_SECRET), 400, "unsupported_grant_type"),
    ],
)
def test_a_wrong_credential_is_refused_in_oauth_words(
    zetkin: Zetkin, form: dict[str, str], auth: tuple[str, str] | None, status: int, error: str
) -> None:
    answer = zetkin.http.post(
        "/v1/oauth/token", data=form, auth=auth, headers={"authorization": ""} if not auth else None
    )
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_an_expired_token_is_refused_with_an_error_that_is_a_string(zetkin: Zetkin) -> None:
    zetkin.clock.advance(3599)
    zetkin.get("/session", schema.Session)
    zetkin.clock.advance(1)
    refused = zetkin.ask("GET", "/session", schema.OAuthError, status=401)
    assert refused.error == "invalid_token"
    assert refused.error_description == "Invalid token: access token has expired"


def test_without_a_token_an_organizers_list_is_401_and_a_public_one_is_there(zetkin: Zetkin) -> None:
    del zetkin.http.headers["authorization"]
    refused = zetkin.ask("GET", f"/orgs/{ROOT}/people", schema.Error, status=401)
    assert refused.error.title == "401 Unauthorized"
    assert zetkin.get(f"/orgs/{ROOT}", schema.Organization).parent is None
    assert all(e.published for e in zetkin.get(f"/orgs/{ROOT}/actions?recursive", list[schema.Event]))


def test_a_level_one_token_does_not_open_organizers_lists(zetkin: Zetkin) -> None:
    zetkin.log_in(scope="level1")
    zetkin.ask("GET", f"/orgs/{ROOT}/people", schema.Error, status=403)


def test_logging_out_ends_the_token(zetkin: Zetkin) -> None:
    zetkin.delete("/session")
    assert zetkin.ask("GET", "/session", schema.OAuthError, status=401).error == "invalid_token"


def test_the_session_names_the_user_whose_id_is_not_the_person_id(zetkin: Zetkin) -> None:
    session = zetkin.get("/session", schema.Session)
    assert (session.level, session.factors) == (2, ["api_key"])
    mine = zetkin.get(f"/users/me/memberships/{ROOT}", schema.Membership)
    assert mine.role == "admin"
    assert mine.profile.id != session.user.id
    assert session.user.id not in zetkin.state.people


def test_memberships_below_are_inherited(zetkin: Zetkin) -> None:
    roles = {m.organization.id: m for m in zetkin.get("/users/me/memberships", list[schema.Membership])}
    assert not roles[ROOT].inherited
    assert roles[_titled(zetkin, SILENT)].inherited
    assert roles[_titled(zetkin, SILENT)].role == "admin"


# --- errors ------------------------------------------------------------------------------------------------------


def test_a_closed_association_is_403_everywhere(zetkin: Zetkin) -> None:
    closed = _titled(zetkin, CLOSED)
    for path in ("people", "actions", "people/tags", "officials", "campaigns"):
        assert (
            zetkin.ask("GET", f"/orgs/{closed}/{path}", schema.Error, status=403).error.title
            == "403 Forbidden"
        )
    whole = zetkin.get(f"/orgs/{ROOT}/actions?recursive", list[schema.Event])
    assert closed not in {e.organization.id for e in whole}


def test_not_found_has_no_description(zetkin: Zetkin) -> None:
    for path in (f"/orgs/{ROOT}/people/1", "/orgs/4711", f"/orgs/{ROOT}/nothing", f"/orgs/{ROOT}/people/abc"):
        assert zetkin.ask("GET", path, schema.ShortError, status=404).error.title == "404 Not Found"


def test_a_missing_field_is_named(zetkin: Zetkin) -> None:
    refused = zetkin.ask("POST", f"/orgs/{ROOT}/people", schema.Error, status=400, json={"first_name": "Ada"})
    assert refused.error.title == "Missing parameter"
    assert '"last_name"' in refused.error.description


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("people/tags", {"title": "A", "foo": 1}),
        ("people", {"first_name": "A", "last_name": "B", "shoe_size": 43}),
        ("actions", {"start_time": "2026-12-01T10:00:00", "place": "here"}),
        ("people/views", {"title": "A", "foo": 1}),
        ("locations", {"title": "A", "lat": 1.0, "lng": 2.0, "type": "event"}),
    ],
)
def test_an_unknown_key_is_refused(zetkin: Zetkin, path: str, body: dict[str, object]) -> None:
    refused = zetkin.ask("POST", f"/orgs/{ROOT}/{path}", schema.Error, status=400, json=body)
    assert refused.error.title == "Invalid parameter"
    assert "Wrong key" in refused.error.description


def test_v2_refuses_with_422(zetkin: Zetkin) -> None:
    refused = zetkin.ask("POST", f"/orgs/{ROOT}/areas", schema.Unprocessable, status=422, json={}, version=2)
    assert refused.detail[0].loc == ["body", "title"]


# --- pages and filters ---------------------------------------------------------------------------------------------


def test_pages_count_from_nought_and_no_parameters_give_everything(zetkin: Zetkin) -> None:
    path = f"/orgs/{ROOT}/people"
    everybody = zetkin.get(path, list[schema.DistrictPerson])
    paged: list[schema.DistrictPerson] = []
    number = 0
    while part := zetkin.get(f"{path}?p={number}&pp=40", list[schema.DistrictPerson]):
        assert len(part) <= 40
        paged += part
        number += 1
    assert [p.id for p in paged] == [p.id for p in everybody]
    assert len({p.id for p in everybody}) == len(everybody) >= 100


def test_v2_pages_count_from_one_and_are_fifty_long(zetkin: Zetkin) -> None:
    for number in range(60):
        body = {"title": f"Place {number}", "latitude": 59.3, "longitude": 18.0}
        zetkin.ask(
            "POST",
            f"/orgs/{ROOT}/locations",
            schema.ItemV2[schema.LocationV2],
            status=200,
            json=body,
            version=2,
        )
    first = zetkin.list_v2(f"/orgs/{ROOT}/locations", schema.LocationV2)
    second = zetkin.list_v2(f"/orgs/{ROOT}/locations?page=2", schema.LocationV2)
    assert (len(first.data), first.meta.pagination.total) == (50, len(first.data) + len(second.data))
    zetkin.ask("GET", f"/orgs/{ROOT}/locations?size=101", schema.Unprocessable, status=422, version=2)


def test_filters_are_anded_and_compare_the_label(zetkin: Zetkin) -> None:
    path = f"/orgs/{ROOT}/actions?recursive"
    between = zetkin.get(
        f"{path}&filter=start_time%3E%3D2026-10-01&filter=start_time%3C2026-11-01", list[schema.Event]
    )
    assert between
    assert all(e.start_time.startswith("2026-10") for e in between)
    zetkin.ask("GET", f"{path}&filter=colour==red", schema.Error, status=400)


def test_people_are_filtered_exactly(zetkin: Zetkin) -> None:
    person = next(p for p in zetkin.get(f"/orgs/{ROOT}/people", list[schema.DistrictPerson]) if p.email)
    found = zetkin.get(f"/orgs/{ROOT}/people?filter=email=={person.email}", list[schema.DistrictPerson])
    assert person.id in [p.id for p in found]


def test_recursive_is_a_bare_key(zetkin: Zetkin) -> None:
    own = zetkin.get(f"/orgs/{ROOT}/actions", list[schema.Event])
    every = zetkin.get(f"/orgs/{ROOT}/actions?recursive", list[schema.Event])
    assert {e.organization.id for e in own} == {ROOT}
    assert len(every) > len(own)
    flat = zetkin.get(f"/orgs/{ROOT}/sub_organizations", list[schema.SubOrganization])
    assert all(o.sub_orgs == [] for o in flat)


def test_a_trailing_slash_makes_no_difference(zetkin: Zetkin) -> None:
    assert zetkin.get(f"/orgs/{ROOT}/people/tags/", list[schema.Tag]) == zetkin.get(
        f"/orgs/{ROOT}/people/tags", list[schema.Tag]
    )
