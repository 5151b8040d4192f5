"""Every verb of the client, against the simulator: what it does, that it can be repeated or looked up, what refuses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors.zetkin import Zetkin
from tests.pulling import NOW, ROOT, Simulated, simulated
from zetkin_sync import ports, records
from zetkin_sync.errors import Permanent
from zetkin_sync.records import Mirror

MINUTE = 60


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulated]:
    with simulated() as running:
        yield running


@pytest.fixture(scope="module")
def zetkin(simulator: Simulated) -> Iterator[Zetkin]:
    client = simulator.connect(now=lambda: NOW)
    yield client
    client.close()


@pytest.fixture(scope="module")
def people(simulator: Simulated) -> list[int]:
    return sorted(simulator.state.members(ROOT))[:10]


@pytest.fixture
def a_list(zetkin: Zetkin, people: list[int], request: pytest.FixtureRequest) -> int:
    """A list of ours with three people on it."""
    made = zetkin.create_list(organization=ROOT, folder="zetkin_sync", title=request.node.name)
    for person in people[:3]:
        zetkin.add_to_list(organization=ROOT, list_id=made, person=person)
    return made


def ids(zetkin: Zetkin, record: type[Mirror], **parents: Any) -> set[int]:
    return {row[0] for page in zetkin.pages(record, organization=ROOT, **parents) for row in page.rows()}


# -- tags


def test_a_tag_is_made_once_in_our_group_and_found_again(zetkin: Zetkin) -> None:
    place = {"organization": ROOT, "group": "zetkin_sync", "title": "Prio: hamnen"}
    assert zetkin.find_tag(**place) is None
    made = zetkin.create_tag(**place, description="Set by zetkin_sync")
    assert zetkin.find_tag(**place) == made
    second = zetkin.create_tag(**{**place, "title": "Prio: berget"}, description="")
    groups = {
        row[2]
        for page in zetkin.pages(records.Tag, organization=ROOT)
        for row in page.rows()
        if row[0] in (made, second)
    }
    assert len(groups) == 1  # the group was made once
    assert zetkin.find_tag(organization=ROOT, group="Roller", title="Prio: hamnen") is None


def test_a_tag_goes_on_and_off_any_number_of_times(zetkin: Zetkin, people: list[int]) -> None:
    tag = zetkin.create_tag(organization=ROOT, group="zetkin_sync", title="On and off", description="")
    person = people[0]
    for _ in range(2):
        zetkin.put_tag(organization=ROOT, person=person, tag=tag)
    assert zetkin.has_tag(organization=ROOT, person=person, tag=tag)
    assert zetkin.tagged(organization=ROOT, tag=tag) == {person}
    for _ in range(2):
        zetkin.delete_tag(organization=ROOT, person=person, tag=tag)
    assert not zetkin.has_tag(organization=ROOT, person=person, tag=tag)
    assert zetkin.tagged(organization=ROOT, tag=tag) == frozenset()


def test_many_get_a_tag_at_once_after_a_preview_that_changes_nothing(
    zetkin: Zetkin, people: list[int]
) -> None:
    tag = zetkin.create_tag(organization=ROOT, group="zetkin_sync", title="Many", description="")
    preview = zetkin.preview_tagging(organization=ROOT, tag=tag, people=people)
    assert preview == ports.BulkPreview(tagged=len(people), others=0, problems=())
    assert zetkin.tagged(organization=ROOT, tag=tag) == frozenset()
    job = zetkin.execute_tagging(organization=ROOT, tag=tag, people=people)
    assert zetkin.bulk_state(organization=ROOT, job=job) == "completed"
    assert zetkin.tagged(organization=ROOT, tag=tag) == set(people)
    assert zetkin.bulk_state(organization=ROOT, job=job + 999) is None


def test_a_bulk_change_that_cannot_be_is_seen_in_the_preview(zetkin: Zetkin, people: list[int]) -> None:
    assert zetkin.preview_tagging(organization=ROOT, tag=99_999_999, people=people).problems
    with pytest.raises(Permanent):
        zetkin.execute_tagging(organization=ROOT, tag=99_999_999, people=people)


def test_somebody_who_is_not_there_is_not_made(
    zetkin: Zetkin, simulator: Simulated, people: list[int]
) -> None:
    tag = zetkin.create_tag(organization=ROOT, group="zetkin_sync", title="Skipped", description="")
    before = len(simulator.state.people)
    preview = zetkin.preview_tagging(organization=ROOT, tag=tag, people=[people[0], 99_999_999])
    assert (preview.tagged, preview.others) == (1, 0)
    assert len(simulator.state.people) == before


def test_a_note_is_written_and_found_by_its_words(zetkin: Zetkin, people: list[int]) -> None:
    note = {"organization": ROOT, "person": people[1], "text": "Adress svarar inte (zetkin_sync 7)"}
    assert zetkin.find_note(**note) is None
    made = zetkin.add_note(**note)
    assert zetkin.find_note(**note) == made


# -- lists


def test_a_list_is_made_in_our_folder_filled_and_removed(zetkin: Zetkin, people: list[int]) -> None:
    made = zetkin.create_list(organization=ROOT, folder="zetkin_sync", title="zs:1")
    assert zetkin.find_lists(organization=ROOT, title="zs:1") == (made,)
    assert zetkin.find_lists(organization=ROOT, title="zs") == ()
    folders = {
        row[2]
        for page in zetkin.pages(records.PeopleList, organization=ROOT)
        for row in page.rows()
        if row[0] == made
    }
    assert folders == {"zetkin_sync"}
    for _ in range(2):
        zetkin.add_to_list(organization=ROOT, list_id=made, person=people[0])
    zetkin.add_to_list(organization=ROOT, list_id=made, person=people[1])
    assert zetkin.list_people(organization=ROOT, list_id=made) == {people[0], people[1]}
    for _ in range(2):
        zetkin.remove_from_list(organization=ROOT, list_id=made, person=people[0])
    assert zetkin.list_people(organization=ROOT, list_id=made) == {people[1]}
    for _ in range(2):
        zetkin.delete_list(organization=ROOT, list_id=made)
    assert zetkin.find_lists(organization=ROOT, title="zs:1") == ()


def test_a_list_may_have_columns_and_be_filled_by_a_search(
    zetkin: Zetkin, simulator: Simulated, people: list[int]
) -> None:
    tag = zetkin.create_tag(organization=ROOT, group="zetkin_sync", title="Searched", description="")
    zetkin.put_tag(organization=ROOT, person=people[4], tag=tag)
    made = zetkin.create_list(organization=ROOT, folder="zetkin_sync", title="zs:search")
    column = zetkin.add_column(
        organization=ROOT, list_id=made, kind="person_tag", title="Taggad", config={"tag_id": tag}
    )
    assert column > 0
    filters = [{"op": "add", "type": "person_tags", "config": {"condition": "all", "tags": [tag]}}]
    for _ in range(2):
        zetkin.search_list(organization=ROOT, list_id=made, filters=filters)
    assert zetkin.list_people(organization=ROOT, list_id=made) == {people[4]}


# -- emails


def an_email(zetkin: Zetkin, title: str) -> int:
    return zetkin.create_email(
        organization=ROOT,
        title=title,
        subject="Hej",
        content=json.dumps({"blocks": []}),
        project=None,
        config=zetkin.email_configs(organization=ROOT)[0],
        theme=zetkin.email_themes(organization=ROOT)[0],
    )


def test_an_email_goes_its_whole_way_and_reaches_exactly_its_list(
    zetkin: Zetkin, simulator: Simulated, people: list[int], a_list: int
) -> None:
    email = an_email(zetkin, "zs:email:1")
    assert zetkin.find_emails(organization=ROOT, title="zs:email:1") == (email,)
    draft = zetkin.read_email(organization=ROOT, email=email)
    assert (draft.locked, draft.published, draft.processed, draft.list) == (None, None, None, None)
    assert draft.target is not None
    for _ in range(2):
        zetkin.target_email(organization=ROOT, target=draft.target, list_id=a_list)
    assert zetkin.read_email(organization=ROOT, email=email).list == a_list
    for _ in range(2):
        zetkin.lock_email(organization=ROOT, email=email, locked=True)
    counts = zetkin.count_email(organization=ROOT, email=email)
    assert (counts.targets, counts.locked) == (3, 3)
    at = datetime.fromisoformat(simulator.operator.get("/clock")["now"]) + timedelta(minutes=10)
    zetkin.publish_email(organization=ROOT, email=email, at=at)
    assert zetkin.read_email(organization=ROOT, email=email).published == at
    with pytest.raises(Permanent):  # a scheduled email is neither locked nor let go
        zetkin.lock_email(organization=ROOT, email=email, locked=False)
    zetkin.publish_email(organization=ROOT, email=email, at=None)
    assert zetkin.read_email(organization=ROOT, email=email).published is None
    zetkin.publish_email(organization=ROOT, email=email, at=at)
    simulator.operator.advance(11 * MINUTE)
    sent = zetkin.read_email(organization=ROOT, email=email)
    assert sent.processed is not None
    reached = {
        row[1]
        for page in zetkin.pages(records.EmailRecipient, organization=ROOT, parents=[email])
        for row in page.rows()
    }
    blocked = zetkin.count_email(organization=ROOT, email=email).blocked
    assert reached <= set(people[:3])
    assert len(reached) + blocked >= 3
    deliveries = [d for d in simulator.operator.get("/deliveries") if d[0] == email]
    assert len(deliveries) == len({d[1] for d in deliveries})


def test_a_draft_can_be_thrown_away(zetkin: Zetkin) -> None:
    email = an_email(zetkin, "zs:email:2")
    for _ in range(2):
        zetkin.delete_email(organization=ROOT, email=email)
    assert zetkin.find_emails(organization=ROOT, title="zs:email:2") == ()


def test_a_target_that_is_not_one_list_is_seen(zetkin: Zetkin, a_list: int) -> None:
    email = an_email(zetkin, "zs:email:3")
    target = zetkin.read_email(organization=ROOT, email=email).target
    path = f"/v1/orgs/{ROOT}/people/queries/{target}"
    for filters in (
        [{"op": "add", "type": "all", "config": {}}],
        [{"op": "add", "type": "person_view", "config": {"operator": "notin", "view": a_list}}],
        [
            {"op": "add", "type": "person_view", "config": {"operator": "in", "view": a_list}},
            {"op": "add", "type": "all", "config": {}},
        ],
    ):
        zetkin._client.send("PATCH", path, {"filter_spec": filters})
        assert zetkin.read_email(organization=ROOT, email=email).list is None


# -- tasks and calls


def test_a_task_is_given_to_its_list_some_time_after_it_is_published(
    zetkin: Zetkin, simulator: Simulated, people: list[int], a_list: int
) -> None:
    project = next(iter(ids(zetkin, records.Project)))
    task = zetkin.create_task(
        organization=ROOT, project=project, title="zs:task", instructions="Gå hit", url="https://example.org"
    )
    assert zetkin.find_tasks(organization=ROOT, title="zs:task") == (task,)
    draft = zetkin.read_task(organization=ROOT, task=task)
    assert (draft.published, draft.list) == (None, None)
    assert draft.target is not None
    for _ in range(2):
        zetkin.target_task(organization=ROOT, target=draft.target, list_id=a_list)
    now = datetime.fromisoformat(simulator.operator.get("/clock")["now"])
    zetkin.publish_task(organization=ROOT, task=task, at=now)
    assert zetkin.read_task(organization=ROOT, task=task) == ports.TaskState(
        task, "zs:task", draft.target, a_list, now
    )

    def assigned() -> set[int]:
        pages = zetkin.pages(records.AssignedTask, organization=ROOT, parents=[task])
        return {row[1] for page in pages for row in page.rows()}

    assert assigned() == set()
    simulator.operator.advance(2 * MINUTE)
    assert assigned() == set(people[:3])
    for _ in range(2):
        zetkin.assign_task(organization=ROOT, task=task, person=people[5])
    assert assigned() == {*people[:3], people[5]}
    zetkin.publish_task(organization=ROOT, task=task, at=None)
    assert zetkin.read_task(organization=ROOT, task=task).published is None
    zetkin.delete_task(organization=ROOT, task=task)
    assert zetkin.find_tasks(organization=ROOT, title="zs:task") == ()


def test_a_call_assignment_is_a_draft_with_callers(zetkin: Zetkin, people: list[int], a_list: int) -> None:
    made = zetkin.create_call_assignment(
        organization=ROOT, title="zs:calls", description="", instructions="<p>Var snäll</p>", list_id=a_list
    )
    assert zetkin.find_call_assignments(organization=ROOT, title="zs:calls") == (made,)
    row = next(
        r
        for page in zetkin.pages(records.CallAssignment, organization=ROOT)
        for r in page.rows()
        if r[0] == made
    )
    assert row[3] is None  # no date: a draft
    (stats,) = [
        r for p in zetkin.pages(records.CallStats, organization=ROOT, parents=[made]) for r in p.rows()
    ]
    assert stats[1] == 3

    def callers() -> set[int]:
        pages = zetkin.pages(records.Caller, organization=ROOT, parents=[made])
        return {row[1] for page in pages for row in page.rows()}

    for _ in range(2):
        zetkin.put_caller(organization=ROOT, assignment=made, person=people[6])
    assert callers() == {people[6]}
    for _ in range(2):
        zetkin.delete_caller(organization=ROOT, assignment=made, person=people[6])
    assert callers() == set()
    zetkin.delete_call_assignment(organization=ROOT, assignment=made)
    assert zetkin.find_call_assignments(organization=ROOT, title="zs:calls") == ()


# -- events


STARTS, ENDS = datetime(2026, 12, 5, 12, 0), datetime(2026, 12, 5, 14, 0)


def an_event(zetkin: Zetkin, title: str, **more: Any) -> int:
    return zetkin.create_event(
        organization=ROOT, project=None, title=title, starts=STARTS, ends=ENDS, required=4, **more
    )


def test_an_event_is_made_as_a_draft_found_and_changed(zetkin: Zetkin) -> None:
    kind, place = min(ids(zetkin, records.EventType)), min(ids(zetkin, records.Place))
    assert zetkin.find_events(organization=ROOT, title="zs:event", starts=STARTS) == ()
    event = an_event(zetkin, "zs:event", event_type=kind, place=place, info="Ta med kaffe")
    assert zetkin.find_events(organization=ROOT, title="zs:event", starts=STARTS) == (event,)
    state = zetkin.read_event(organization=ROOT, event=event)
    assert state == ports.EventState(event, STARTS, 4, 0, published=False, cancelled=False)
    later = STARTS + timedelta(hours=1)
    for _ in range(2):
        zetkin.patch_event(
            organization=ROOT,
            event=event,
            changes={"start_time": later, "published": NOW - timedelta(days=1)},
        )
    state = zetkin.read_event(organization=ROOT, event=event)
    assert state == ports.EventState(event, later, 4, 0, published=True, cancelled=False)
    zetkin.patch_event(organization=ROOT, event=event, changes={"cancelled": NOW})
    cancelled = zetkin.read_event(organization=ROOT, event=event)
    assert cancelled is not None
    assert cancelled.cancelled
    for _ in range(2):
        zetkin.delete_event(organization=ROOT, event=event)
    assert zetkin.read_event(organization=ROOT, event=event) is None


def test_an_event_may_lie_in_a_project(zetkin: Zetkin) -> None:
    project = next(iter(ids(zetkin, records.Project)))
    event = zetkin.create_event(organization=ROOT, project=project, title="zs:in", starts=STARTS, ends=ENDS)
    row = next(r for p in zetkin.pages(records.Event, organization=ROOT) for r in p.rows() if r[0] == event)
    assert row[3] == project


def test_an_event_in_true_utc_keeps_its_wall_clock(simulator: Simulated) -> None:
    client = simulator.connect(event_times="utc")
    event = an_event(client, "zs:utc")
    state = client.read_event(organization=ROOT, event=event)
    assert state is not None
    assert state.starts == STARTS
    assert simulator.connect().read_event(organization=ROOT, event=event).starts == STARTS - timedelta(
        hours=1
    )  # type: ignore[union-attr]
    client.close()


def test_people_are_booked_and_what_became_of_them_is_said(zetkin: Zetkin, people: list[int]) -> None:
    event = an_event(zetkin, "zs:booked")
    for person in people[:3]:
        zetkin.book(organization=ROOT, event=event, person=person)
    for status in ("attended", "cancelled"):
        for _ in range(2):
            zetkin.book(organization=ROOT, event=event, person=people[0], status=status)
    assert zetkin.booked(organization=ROOT, event=event) == set(people[:3])
    pages = zetkin.pages(records.Participation, organization=ROOT, parents=[event])
    of = {row[1]: row for page in pages for row in page.rows()}
    assert of[people[0]][2] is not None
    for _ in range(2):
        zetkin.unbook(organization=ROOT, event=event, person=people[1])
    assert zetkin.booked(organization=ROOT, event=event) == {people[0], people[2]}


def test_reminding_needs_a_contact_and_says_whom_it_reminded(zetkin: Zetkin, people: list[int]) -> None:
    event = an_event(zetkin, "zs:remind")
    zetkin.book(organization=ROOT, event=event, person=people[0])
    with pytest.raises(Permanent, match="contact"):
        zetkin.remind(organization=ROOT, event=event)
    zetkin.patch_event(organization=ROOT, event=event, changes={"contact_id": people[0]})
    zetkin.patch_event(organization=ROOT, event=event, changes={"published": NOW - timedelta(days=1)})
    zetkin.remind(organization=ROOT, event=event)
    assert zetkin.reminded(organization=ROOT, event=event) == {people[0]}


# -- who has said no


def test_whoever_declined_emails_in_zetkin_is_found_and_nobody_else(
    zetkin: Zetkin, simulator: Simulated
) -> None:
    declined = simulator.state.unsubscribed[ROOT] & set(simulator.state.members(ROOT))
    assert declined
    assert zetkin.unsubscribed(organization=ROOT) == declined


# -- the port


def test_every_verb_of_the_port_is_exercised_here() -> None:
    import inspect
    from pathlib import Path

    here = Path(__file__).read_text("utf-8")
    verbs = {
        n for n, f in vars(ports.ZetkinWriter).items() if inspect.isfunction(f) and not n.startswith("_")
    }
    assert {verb for verb in verbs if f".{verb}(" not in here} == set()
    assert isinstance(verbs, set)


def test_what_nobody_knows_is_refused_by_name(zetkin: Zetkin) -> None:
    refusals: list[Callable[[], Any]] = [
        lambda: zetkin.put_tag(organization=ROOT, person=99_999_999, tag=1),
        lambda: zetkin.add_to_list(organization=ROOT, list_id=99_999_999, person=1),
        lambda: zetkin.read_email(organization=ROOT, email=99_999_999),
        lambda: zetkin.patch_event(organization=ROOT, event=99_999_999, changes={"title": "x"}),
    ]
    for refused in refusals:
        with pytest.raises(Permanent, match="404"):
            refused()
    with pytest.raises(Permanent, match="400"):
        zetkin._client.send("POST", f"/v1/orgs/{ROOT}/people/tags", {"titel": "x"})
