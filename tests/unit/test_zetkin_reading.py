"""The client's reading: pages to the end, only allowed fields, errors in words. The server is a script here."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from connectors.zetkin import Zetkin, connect
from tests.zetkin_script import KEY, Script, data, settings, zetkin
from zetkin_sync.errors import ConfigError, NeedsHuman, Permanent, Temporary
from zetkin_sync.privacy import address_hash, address_hasher, keyed_hash, text_hasher
from zetkin_sync.records import (
    Event,
    Found,
    Mirror,
    Organization,
    Participation,
    Person,
    Response,
    Tag,
    Tagging,
    own_columns,
)


def read(zetkin: Zetkin, record: type[Mirror], parents: list[int] | None = None) -> list[dict[str, Any]]:
    pages = zetkin.pages(record, organization=41, parents=parents or ())
    return [dict(zip(own_columns(record), row, strict=True)) for page in pages for row in page.rows()]


def person(i: int, **more: Any) -> dict[str, Any]:
    return {
        "id": i,
        "first_name": "Mira",
        "last_name": "Solbakken",
        "email": None,
        "phone": None,
        "alt_phone": None,
        "street_address": None,
        "zip_code": None,
        "ext_id": None,
        "gender": "f",
        "is_user": False,
        **more,
    }


@pytest.mark.parametrize("n", [0, 1, 9, 10, 11, 20, 95])
def test_a_list_is_read_to_its_end(n: int) -> None:
    script = Script()
    script.paged("/v1/orgs/41/people", [person(i) for i in range(n)])
    assert [p["id"] for p in read(zetkin(script), Person)] == list(range(n))


def test_a_person_is_reduced_to_hashes_and_yes_or_no() -> None:
    script = Script()
    script.paged(
        "/v1/orgs/41/people",
        [
            person(
                7,
                email=" Mira@Example.org ",
                ext_id="M-1",
                alt_phone="+4670",
                street_address="Quay 4",
                zip_code="111 22",
                is_user=True,
                dues_status="paid",
                shift="",
            )
        ],
    )
    found = read(zetkin(script, person_fields=["dues_status", "shift"]), Person)
    assert found == [
        {
            "id": 7,
            "address": address_hash(KEY.encode(), "mira@example.org"),
            "member_key": keyed_hash(KEY.encode(), "M-1"),
            "has_phone": True,
            "has_post": True,
            "postcode": "11122",
            "is_user": True,
            "fields": '{"dues_status":"paid"}',
        }
    ]


@pytest.mark.parametrize(
    "slug",
    ["personnummer", "gender", "notes", "fackforbund", "union_member", "first_name", "email", "halsa"],
)
def test_sensitive_fields_are_refused_by_name(slug: str) -> None:
    with pytest.raises(ConfigError) as refused:
        zetkin(Script(), person_fields=["member_since", slug])
    assert [p.key for p in refused.value.problems] == [slug]


@pytest.mark.parametrize("slug", ["member_since", "trade", "skon", "intressen", "natverk_zetkin"])
def test_harmless_fields_are_not_refused(slug: str) -> None:
    zetkin(Script(), person_fields=[slug])


def test_the_tree_is_read_whole_root_first() -> None:
    script = Script()
    script.on("/v1/orgs/41", {"id": 41, "title": "District", "email": "a@example.org", "is_active": True})
    below = [
        {"id": 57, "title": "Harbour", "sub_orgs": [{"id": 58, "title": "Pier", "sub_orgs": []}]},
        {"id": 60, "title": "Hill", "is_active": False, "sub_orgs": []},
    ]
    script.on("/v1/orgs/41/sub_organizations", below)
    found = read(zetkin(script), Organization)
    assert [(o["id"], o["parent"], o["is_active"], o["has_email"]) for o in found] == [
        (41, None, True, True),
        (57, 41, True, False),
        (58, 57, True, False),
        (60, 41, False, False),
    ]


def test_events_keep_their_wall_clock_and_their_ids() -> None:
    script = Script()
    event = json.loads("""
      {"id": 51001, "title": "Evening", "activity": {"id": 33, "title": "Door"}, "campaign": {"id": 310, "title": "C"},
       "location": {"id": 4400, "lat": 59.3, "lng": 18.05, "title": "Hall"}, "start_time": "2026-04-02T18:00:00+00:00",
       "end_time": "2026-04-02T20:30:00+00:00", "info_text": "Bring", "url": "", "num_participants_required": 6,
       "num_participants_available": 4, "contact": {"id": 7001, "name": "Mira"}, "published": "2026-03-16T09:27:09",
       "cancelled": null}""")
    script.paged("/v1/orgs/41/actions", [event])
    (found,) = read(zetkin(script), Event)
    assert (found["starts"], found["ends"]) == (datetime(2026, 4, 2, 18), datetime(2026, 4, 2, 20, 30))
    assert (found["event_type"], found["project"], found["place"], found["contact"]) == (33, 310, 4400, 7001)
    assert found["published"] == datetime(2026, 3, 16, 9, 27, 9, tzinfo=UTC)
    assert (found["has_info"], found["has_url"], found["suspicious_time"]) == (True, False, False)


def test_what_hangs_on_events_and_tags_is_read_parent_by_parent() -> None:
    script = Script()
    script.paged("/v1/orgs/41/actions/1/participants", [{"id": 7, "attended": "2026-04-02T20:00:00"}])
    script.paged("/v1/orgs/41/actions/2/participants", [])
    script.paged(
        "/v1/orgs/41/actions/1/responses",
        [{"id": 7, "person": {"id": 7, "name": "M"}, "response_date": "2026-03-20T19:02:44+00:00"}],
    )
    script.paged("/v1/orgs/41/people/tags/88/people", [person(i) for i in range(25)])
    client = zetkin(script)
    assert [(p["event"], p["person"]) for p in read(client, Participation, [1, 2])] == [(1, 7)]
    assert [(r["event"], r["person"]) for r in read(client, Response, [1])] == [(1, 7)]
    assert [t["person"] for t in read(client, Tagging, [88])] == list(range(25))


def test_a_value_tags_values_are_read_only_when_configured() -> None:
    script = Script()
    tag = {"id": 89, "title": "Stairwell", "organization": {"id": 41, "title": "L"}, "value_type": "text"}
    script.paged("/v1/orgs/41/people/tags", [tag])
    script.paged("/v1/orgs/41/people/tags/89/people", [person(7)])
    script.on("/v1/orgs/41/people/7/tags", [{**tag, "value": "B2"}])
    assert [t["value"] for t in read(zetkin(script), Tagging, [89])] == [None]
    assert [t["value"] for t in read(zetkin(script, tag_values=["Stairwell"]), Tagging, [89])] == ["B2"]


def test_a_server_that_caps_its_pages_is_still_read_whole() -> None:
    script = Script()
    people = [person(i) for i in range(37)]

    def capped(request: httpx.Request) -> httpx.Response:
        p = int(request.url.params["p"])
        return data(people[p * 4 : (p + 1) * 4])

    script.on("/v1/orgs/41/people", capped)
    script.on("/v1/orgs/41/people/tags/1/people", capped)
    client = zetkin(script)
    assert len(read(client, Person)) == 37
    assert len(read(client, Tagging, [1])) == 37


def test_a_server_that_turns_no_pages_is_read_once() -> None:
    script = Script()
    script.on("/v1/orgs/41/people", lambda _r: data([person(i) for i in range(37)]))
    assert len(read(zetkin(script), Person)) == 37


def test_a_page_that_comes_twice_is_no_whole_list() -> None:
    script = Script()
    script.on("/v1/orgs/41/people", lambda _r: data([person(i) for i in range(10)]))
    with pytest.raises(Temporary, match="a second time"):
        read(zetkin(script), Person)


@pytest.mark.parametrize(("status", "found"), [(200, Found.HERE), (404, Found.GONE), (403, Found.FORBIDDEN)])
def test_a_direct_question_tells_gone_from_forbidden(status: int, found: Found) -> None:
    script = Script()
    script.on("/v1/orgs/41/people/7", lambda _r: httpx.Response(status, json={"data": person(7)}))
    assert zetkin(script).look(Person, organization=41, row=7) is found


def test_tags_are_found_made_put_on_and_taken_off() -> None:
    script = Script()
    made: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            made.append((request.url.path, json.loads(request.content)))
            return httpx.Response(201, json={"data": {"id": 5, "title": "x"}})
        return data([])

    script.on("/v1/orgs/41/people/tags", answer)
    script.on("/v1/orgs/41/tag_groups", answer)
    script.on("/v1/orgs/41/people/7/tags", [{"id": 5, "value": None}])
    script.on("/v1/orgs/41/people/7/tags/5", lambda r: httpx.Response(204 if r.method == "DELETE" else 200))
    client = zetkin(script)
    assert client.find_tag(organization=41, group="zetkin_sync", title="Prio") is None
    assert client.create_tag(organization=41, group="zetkin_sync", title="Prio", description="d") == 5
    assert made == [
        ("/v1/orgs/41/tag_groups", {"title": "zetkin_sync"}),
        ("/v1/orgs/41/people/tags", {"title": "Prio", "description": "d", "group_id": 5}),
    ]
    assert client.has_tag(organization=41, person=7, tag=5)
    assert not client.has_tag(organization=41, person=7, tag=6)
    client.put_tag(organization=41, person=7, tag=5)
    client.delete_tag(organization=41, person=7, tag=5)
    client.delete_tag(organization=41, person=8, tag=5)  # a 404 here means that it is off


def test_a_tag_is_ours_only_in_our_group() -> None:
    script = Script()
    tag = {"id": 5, "title": "Prio", "organization": {"id": 41}, "group": {"id": 1, "title": "theirs"}}
    script.paged("/v1/orgs/41/people/tags", [tag])
    assert zetkin(script).find_tag(organization=41, group="zetkin_sync", title="Prio") is None
    assert [t["group_title"] for t in read(zetkin(script), Tag)] == ["theirs"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Permanent), (403, NeedsHuman), (404, Permanent), (409, Permanent), (302, Permanent)],
)
def test_a_refusal_names_the_endpoint_and_our_request(status: int, kind: type[Exception]) -> None:
    script = Script()
    script.on("/v1/orgs/41/people", lambda _r: httpx.Response(status, json={"error": {"title": "No way"}}))
    with pytest.raises(kind, match=r"GET /v1/orgs/41/people.*zs-[0-9a-f]{8}"):
        read(zetkin(script), Person)


@pytest.mark.parametrize(
    "body",
    [b"<html>down for maintenance</html>", b'{"error": {"title": "x"}}', b'{"data": [{"id": 1', b"", b"null"],
)
def test_a_200_that_is_none_is_temporary(body: bytes) -> None:
    script = Script()
    script.on("/v1/orgs/41/people", lambda _r: httpx.Response(200, content=body))
    with pytest.raises(Temporary, match="GET /v1/orgs/41/people"):
        read(zetkin(script), Person)


def test_an_answer_of_another_form_says_where_and_quotes_nothing() -> None:
    script = Script()
    script.paged("/v1/orgs/41/people", [person(1), {**person(2), "id": "secret@example.org"}])
    with pytest.raises(Permanent, match=r"\$\.data\[1\]\.id") as refused:
        read(zetkin(script), Person)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("missing", ["zetkin_grant", "zetkin_client_id", "zetkin_client_secret"])
def test_without_a_key_nothing_is_tried(missing: str) -> None:
    with pytest.raises(ConfigError, match="ZETKIN_SYNC_ZETKIN_GRANT"):
        connect(settings().model_copy(update={missing: None}))


@pytest.mark.parametrize("url", ["http://api.example.org", "ftp://api.example.org", "api.example.org"])
def test_an_address_without_encryption_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="ZETKIN_SYNC_ZETKIN_URL"):
        connect(settings().model_copy(update={"zetkin_url": url}))


@pytest.mark.parametrize("key", [b"k" * 32, b"k" * 64, b"k" * 100])
def test_a_prepared_hash_is_the_same_hash(key: bytes) -> None:
    assert text_hasher(key)("åäö") == keyed_hash(key, "åäö")
    assert address_hasher(key)(" Å@Ex.org") == address_hash(key, "å@ex.org")
