"""The simulator keeps state: people, tags, events, bookings and lists as the reference has them (API.md §4)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract import schemas as schema
from tests.contract.simulated import ROOT, Zetkin, simulated


@pytest.fixture
def zetkin() -> Iterator[Zetkin]:
    with simulated() as running:
        yield running


@pytest.fixture
def person(zetkin: Zetkin) -> int:
    return zetkin.state.members(ROOT)[0]


def test_a_person_is_made_changed_and_removed(zetkin: Zetkin) -> None:
    path = f"/orgs/{ROOT}/people"
    body = {"first_name": "Ada", "last_name": "Prov", "medlem_sedan": "2026-01-15"}
    made = zetkin.post(path, schema.DistrictPerson, body)
    assert made.medlem_sedan == "2026-01-15"
    changed = zetkin.patch(f"{path}/{made.id}", schema.DistrictPerson, {"city": "Täby", "medlem_sedan": None})
    assert (changed.city, changed.medlem_sedan) == ("Täby", None)
    assert zetkin.get(f"{path}/{made.id}", schema.DistrictPerson) == changed
    zetkin.ask("PATCH", f"{path}/{made.id}", schema.Error, status=400, json={"is_user": True})
    zetkin.delete(f"{path}/{made.id}")
    zetkin.ask("GET", f"{path}/{made.id}", schema.ShortError, status=404)


def test_an_association_sees_only_the_fields_shared_with_it(zetkin: Zetkin) -> None:
    below = next(o for o in zetkin.state.organizations.values() if o.parent == ROOT and not o.closed)
    seen = zetkin.get(f"/orgs/{below.id}/people/fields", list[schema.Field])
    assert "hemposition" not in [f.slug for f in seen]
    rows = zetkin.http.get(f"/v1/orgs/{below.id}/people").json()["data"]
    assert all("hemposition" not in row and "medlem_sedan" in row for row in rows)


def test_a_field_value_is_put_as_a_bare_value(zetkin: Zetkin, person: int) -> None:
    path = f"/orgs/{ROOT}/people/{person}/fields"
    assert zetkin.put(f"{path}/medlem_sedan", schema.FieldValue, "2020-02-29").value == "2020-02-29"
    refused = zetkin.ask("PUT", f"{path}/medlem_sedan", schema.Error, status=400, json="yesterday")
    assert refused.error.title == "Invalid date string value"
    assert "medlem_sedan" in [v.field.slug for v in zetkin.get(path, list[schema.FieldValue])]
    assert zetkin.http.put(f"/v1{path}/medlem_sedan").status_code == 204
    zetkin.ask("DELETE", f"{path}/medlem_sedan", schema.ShortError, status=404)


def test_a_tag_is_made_in_a_group_and_put_on_and_taken_off(zetkin: Zetkin, person: int) -> None:
    group = zetkin.post(f"/orgs/{ROOT}/tag_groups", schema.TagGroup, {"title": "Ours"})
    body = {"title": "Mark", "group_id": group.id, "color": "#00ff00", "description": "by us"}
    tag = zetkin.post(f"/orgs/{ROOT}/people/tags", schema.Tag, body)
    assert tag.group == schema.Ref(id=group.id, title="Ours")
    put = f"/orgs/{ROOT}/people/{person}/tags/{tag.id}"
    assert zetkin.put(put, schema.AppliedTag).value is None
    assert zetkin.put(put, schema.AppliedTag, {"value": "kept?"}).value is None  # a plain tag carries none
    assert [p.id for p in zetkin.get(f"/orgs/{ROOT}/people/tags/{tag.id}/people", list[schema.Native])] == [
        person
    ]
    assert tag.id in [t.id for t in zetkin.get(f"/orgs/{ROOT}/people/{person}/tags", list[schema.AppliedTag])]
    zetkin.delete(put)
    zetkin.ask("DELETE", put, schema.ShortError, status=404)


def test_a_value_tag_keeps_its_value(zetkin: Zetkin, person: int) -> None:
    tag = zetkin.post(f"/orgs/{ROOT}/people/tags", schema.Tag, {"title": "Stairwell", "value_type": "text"})
    applied = zetkin.put(f"/orgs/{ROOT}/people/{person}/tags/{tag.id}", schema.AppliedTag, {"value": "B2"})
    assert applied.value == "B2"
    bad = {"value": 7}
    zetkin.ask("PUT", f"/orgs/{ROOT}/people/{person}/tags/{tag.id}", schema.Error, status=400, json=bad)


def test_a_tag_from_above_can_be_used_below_but_is_not_listed_there(zetkin: Zetkin) -> None:
    below = next(o.id for o in zetkin.state.organizations.values() if o.parent == ROOT and not o.closed)
    tag = zetkin.post(f"/orgs/{ROOT}/people/tags", schema.Tag, {"title": "Shared"})
    assert tag.id not in [t.id for t in zetkin.get(f"/orgs/{below}/people/tags", list[schema.Tag])]
    person = zetkin.state.members(below)[0]
    zetkin.put(f"/orgs/{below}/people/{person}/tags/{tag.id}", schema.AppliedTag)
    listed = zetkin.get(f"/orgs/{below}/people/tags/{tag.id}/people", list[schema.Native])
    assert [p.id for p in listed] == [person]


def test_an_events_time_is_the_wall_clock_labelled_as_utc(zetkin: Zetkin) -> None:
    body = {"start_time": "2026-12-02T18:00:00", "end_time": "2026-12-02T20:30:00", "title": "Kväll"}
    made = zetkin.post(f"/orgs/{ROOT}/actions", schema.Event, body)
    assert (made.start_time, made.end_time) == ("2026-12-02T18:00:00+00:00", "2026-12-02T20:30:00+00:00")
    path = f"/orgs/{ROOT}/actions/{made.id}"
    true_instant = zetkin.patch(path, schema.Event, {"start_time": "2026-12-02T18:00:00+01:00"})
    assert true_instant.start_time == "2026-12-02T17:00:00+00:00"


def test_an_event_is_published_called_off_and_restored(zetkin: Zetkin) -> None:
    made = zetkin.post(f"/orgs/{ROOT}/actions", schema.Event, {"start_time": "2026-12-02T18:00:00"})
    path = f"/orgs/{ROOT}/actions/{made.id}"
    body = {"published": "2026-11-22T05:00:00.000Z", "cancelled": None}
    published = zetkin.patch(path, schema.Event, body)
    assert published.published == "2026-11-22T05:00:00"
    assert published.published_by_user is not None
    assert published.published_by_user.id in zetkin.state.users
    called_off = zetkin.patch(path, schema.Event, {"cancelled": "2026-11-22T05:30:00Z"})
    assert called_off.cancelled == "2026-11-22T05:30:00"
    assert zetkin.patch(path, schema.Event, {"cancelled": None}).cancelled is None
    zetkin.ask("PATCH", path, schema.Error, status=400, json={"location_id": 4711})
    zetkin.delete(path)


def test_the_path_decides_an_events_project(zetkin: Zetkin) -> None:
    project = zetkin.post(f"/orgs/{ROOT}/campaigns", schema.Campaign, {"title": "Projekt"})
    body = {"start_time": "2026-12-02T18:00:00", "campaign_id": 4711}
    made = zetkin.post(f"/orgs/{ROOT}/campaigns/{project.id}/actions", schema.Event, body)
    assert made.campaign == schema.Ref(id=project.id, title="Projekt")


def test_bookings_count_without_those_who_cancelled_and_sign_ups_stay(zetkin: Zetkin) -> None:
    made = zetkin.post(f"/orgs/{ROOT}/actions", schema.Event, {"start_time": "2026-12-02T18:00:00"})
    path = f"/orgs/{ROOT}/actions/{made.id}"
    one, two = zetkin.state.members(ROOT)[:2]
    for person in (one, two):
        zetkin.put(f"{path}/responses/{person}", schema.ResponsePut)
        zetkin.put(f"{path}/participants/{person}", schema.Participant, {})
    cancelled = zetkin.put(f"{path}/participants/{two}", schema.Participant, {"status": "cancelled"})
    assert cancelled.cancelled
    assert zetkin.get(path, schema.Event).num_participants_available == 1
    assert len(zetkin.get(f"{path}/participants", list[schema.Participant])) == 2
    zetkin.delete(f"{path}/participants/{one}")
    assert [r.id for r in zetkin.get(f"{path}/responses", list[schema.Response])] == [one, two]
    stats = zetkin.get(f"{path}/stats", schema.EventStats)
    assert (stats.num_booked, stats.num_pending, stats.num_signups) == (0, 1, 2)
    zetkin.ask("PUT", f"{path}/participants/{one}", schema.Error, status=400, json={"status": "maybe"})


def test_reminders_need_a_contact_and_go_to_each_once(zetkin: Zetkin) -> None:
    made = zetkin.post(f"/orgs/{ROOT}/actions", schema.Event, {"start_time": "2026-12-02T18:00:00"})
    path, person = f"/orgs/{ROOT}/actions/{made.id}", zetkin.state.members(ROOT)[0]
    zetkin.put(f"{path}/participants/{person}", schema.Participant, {})
    gone = zetkin.state.members(ROOT)[1]
    zetkin.put(f"{path}/participants/{gone}", schema.Participant, {"status": "cancelled"})
    assert zetkin.ask("POST", f"{path}/reminders", schema.Error, status=409).error.title == "Missing contact"
    zetkin.patch(path, schema.Event, {"contact_id": person})
    assert len(zetkin.post(f"{path}/reminders", list[schema.Reminder], status=202)) == 1
    assert zetkin.post(f"{path}/reminders", list[schema.Reminder], status=202) == []
    assert len(zetkin.post(f"{path}/reminders", list[schema.Reminder], {"remind_all": True}, status=202)) == 1
    assert zetkin.get(f"{path}/stats", schema.EventStats).num_reminded == 1


def test_a_list_has_rows_columns_and_cells(zetkin: Zetkin, person: int) -> None:
    folder = zetkin.post(f"/orgs/{ROOT}/people/view_folders", schema.Folder, {"title": "Ours"})
    view = zetkin.post(f"/orgs/{ROOT}/people/views", schema.View, {"title": "List", "folder_id": folder.id})
    assert view.folder == schema.Ref(id=folder.id, title="Ours")
    path = f"/orgs/{ROOT}/people/views/{view.id}"
    for body in (
        {"type": "person_field", "title": "Name", "config": {"field": "first_name"}},
        {"type": "local_bool", "title": "Done", "config": {}},
    ):
        zetkin.post(f"{path}/columns", schema.Column, body)
    zetkin.put(f"{path}/rows/{person}", schema.ViewRow, status=201)
    zetkin.put(f"{path}/rows/{person}", schema.ViewRow, status=201)
    name, done = zetkin.get(f"{path}/columns", list[schema.Column])
    zetkin.put(f"{path}/rows/{person}/cells/{done.id}", dict[str, bool], {"value": True})
    (row,) = zetkin.get(f"{path}/rows", list[schema.ViewRow])
    assert (row.id, row.content) == (person, [zetkin.state.people[person].first_name, True])
    zetkin.patch(f"{path}/column_order", dict[str, list[int]], {"order": [done.id, name.id]})
    assert zetkin.get(f"{path}/rows/{person}", schema.ViewRow).content[0] is True
    zetkin.delete(f"{path}/rows/{person}")
    assert zetkin.get(f"{path}/rows", list[schema.ViewRow]) == []


def test_a_list_may_follow_a_smart_search(zetkin: Zetkin) -> None:
    view = zetkin.post(f"/orgs/{ROOT}/people/views", schema.View, {"title": "List"})
    path = f"/orgs/{ROOT}/people/views/{view.id}"
    assert zetkin.http.get(f"/v1{path}/content_query").status_code == 204
    spec = {"filter_spec": [{"op": "add", "type": "all", "config": {}}]}
    zetkin.patch(f"{path}/content_query", schema.FilterSpec, spec, status=201)
    zetkin.patch(f"{path}/content_query", schema.FilterSpec, spec, status=200)
    assert len(zetkin.get(f"{path}/rows", list[schema.ViewRow])) == len(zetkin.state.members(ROOT))
    zetkin.delete(f"{path}/content_query")
    assert zetkin.get(f"{path}/rows", list[schema.ViewRow]) == []


def test_areas_are_polygons_in_v2(zetkin: Zetkin) -> None:
    areas = zetkin.list_v2(f"/orgs/{ROOT}/areas?size=100", schema.Area)
    assert areas.data
    assert zetkin.get_v2(f"/orgs/{ROOT}/areas/{areas.data[0].id}", schema.Area) == areas.data[0]


def test_places_have_the_same_id_in_both_versions(zetkin: Zetkin) -> None:
    body = {"title": "Torget", "lat": 59.3, "lng": 18.0}
    made = zetkin.post(f"/orgs/{ROOT}/locations", schema.Location, body)
    twin = zetkin.get_v2(f"/orgs/{ROOT}/locations/{made.id}", schema.LocationV2)
    assert (twin.title, twin.latitude, twin.longitude, twin.type) == ("Torget", 59.3, 18.0, "event")


def test_a_role_is_given_but_not_above_ones_own_and_not_taken_from_oneself(
    zetkin: Zetkin, person: int
) -> None:
    path = f"/orgs/{ROOT}/officials"
    zetkin.put(f"{path}/{person}", schema.Official, {"role": "organizer"}, status=201)
    assert person in [o.id for o in zetkin.get(path, list[schema.Official])]
    me = zetkin.get(f"/users/me/memberships/{ROOT}", schema.Membership).profile.id
    refused = zetkin.ask("DELETE", f"{path}/{me}", schema.Error, status=409)
    assert refused.error.title == "Cannot demote yourself"
    zetkin.delete(f"{path}/{person}")
