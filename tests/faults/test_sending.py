"""Nobody gets a message twice, and none is lost silently: every crash point, every answer, two deep."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fake_zetkin import MONDAY
from tests.sending import CHANGES, NETWORK, OPTED_OUT, PEOPLE, Fault, World, email, possible
from zetkin_sync.apply import watch
from zetkin_sync.apply.execute import crash_points
from zetkin_sync.apply.hands import Hands
from zetkin_sync.apply.steps import Known, Step, Verb
from zetkin_sync.apply.verbs import VERBS
from zetkin_sync.changes import Change
from zetkin_sync.errors import UnsafePlan
from zetkin_sync.records import STOP, IntentState
from zetkin_sync.store import asked, controls, rights

PARTS = 4  # so that two cores share the search


@pytest.fixture
def world() -> Iterator[World]:
    yield World()


def test_an_email_is_drafted_locked_counted_and_sent_once_to_whom_was_approved(world: World) -> None:
    plan = world.approve(email())
    world.work(plan)
    assert world.state(plan) == IntentState.SCHEDULED
    assert world.zetkin.sent == []
    assert world.until_settled(plan) == IntentState.DONE
    [sent] = world.zetkin.sent
    assert sent.sent_to == {1, 2, 3}


def go_through(verb: str, *faults: Fault, url: str = "sqlite://") -> World:
    """Send one message while these things go wrong, until it is settled; it is visible once, or said why not."""
    world = World(url)
    world.zetkin.booked[51] = {1, 2}
    world.line.faults = dict(faults)
    plan = world.approve(CHANGES[verb]())
    state = world.until_settled(plan)
    context = f"{verb}: {faults} → {state} {world.why(plan)} {world.line.moments}"
    visible = {
        "send_email": len(world.zetkin.sent),
        "assign_task": sum(1 for t in world.zetkin.tasks.values() if t.assigned),
        "draft_calls": 0,
        "remind": world.zetkin.remind_mails,
    }[verb]
    assert visible <= 1, context
    assert state in ("done", "parked", "cancelled"), context
    if verb != "draft_calls":
        assert visible == (state == "done"), context
    if state != "done":
        assert world.why(plan), context
    if verb == "send_email" and visible:
        assert world.zetkin.sent[0].sent_to == set(PEOPLE), context
    return world


@pytest.mark.parametrize("verb", sorted(CHANGES))
def test_every_commit_point_in_the_code_is_gone_through(verb: str) -> None:
    passed = {name for kind, name in go_through(verb).line.moments if kind == "point"}
    assert passed == {point for point in crash_points() if point.startswith(f"{verb}.")}


@pytest.mark.parametrize("verb", sorted(CHANGES))
def test_whatever_goes_wrong_once(verb: str) -> None:
    for fault in possible(go_through(verb).line.moments):
        go_through(verb, fault)


@pytest.mark.parametrize("verb", sorted(CHANGES))
@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_goes_wrong_twice(verb: str, part: int, pytestconfig: pytest.Config) -> None:
    """Crash and crash always; all the rest with --soak, and a part of it without."""
    every = 1 if pytestconfig.getoption("--soak") else 200
    number = 0
    for first in list(possible(go_through(verb).line.moments))[part::PARTS]:
        for second in possible(go_through(verb, first).line.moments, after=first[0]):
            number += 1
            if first[1] == second[1] == "crash" or number % every == 0:
                go_through(verb, first, second)


def test_the_search_finds_a_double_where_sending_is_naive(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: make, aim and publish in one go, try again when no answer comes."""

    def send(hands: Hands, change: Change, known: Known) -> Known:
        zetkin = hands.zetkin
        made = zetkin.create_list(organization=1, folder="", title="x")
        for person in change.payload["people"]:
            zetkin.add_to_list(organization=1, list_id=made, person=person)
        draft = zetkin.create_email(
            organization=1, title="x", subject="", content="", project=None, config=1, theme=1
        )
        target = zetkin.read_email(organization=1, email=draft).target
        assert target is not None
        zetkin.target_email(organization=1, target=target, list_id=made)
        zetkin.lock_email(organization=1, email=draft, locked=True)
        zetkin.publish_email(organization=1, email=draft, at=hands.now())
        return {}

    naive = Verb(steps=(Step(name="send", look=lambda *_: None, act=send, repeatable=True),))
    monkeypatch.setitem(VERBS, "send_email", naive)  # type: ignore[arg-type]
    doubled = 0
    for fault in possible(go_through("send_email").line.moments):
        try:
            go_through("send_email", fault)
        except AssertionError:
            doubled += 1
    assert doubled


def test_every_verb_is_gone_through() -> None:
    assert set(CHANGES) | {"create_tag", "tag", "untag"} == set(VERBS)


def test_a_list_that_was_changed_by_hand_is_not_written_to(world: World) -> None:
    plan = world.approve(email())
    world.crashes = ["send_email.fill.recorded"]
    world.work(plan)
    next(iter(world.zetkin.lists.values()))[1].add(99)
    world.crashes = []
    assert world.until_settled(plan) == "parked"
    assert world.zetkin.sent == []


def test_a_draft_that_somebody_else_locked_is_parked(world: World) -> None:
    plan = world.approve(email())
    world.crashes = ["send_email.target.recorded"]
    world.work(plan)
    next(iter(world.zetkin.emails.values())).locked = world.clock()
    assert world.until_settled(plan) == "parked"
    assert "locked" in world.why(plan)
    assert world.zetkin.sent == []


def test_a_count_that_differs_from_the_plan_is_parked_and_let_go(world: World) -> None:
    plan = world.approve(email())
    world.crashes = ["send_email.lock.recorded"]
    world.work(plan)
    draft = next(iter(world.zetkin.emails.values()))
    draft.frozen = frozenset(range(100))
    assert world.until_settled(plan) == "parked"
    assert draft.locked is None and world.zetkin.sent == []


def test_who_opted_out_a_minute_ago_is_left_out_and_it_is_said(world: World) -> None:
    plan = world.approve(email())
    world.zetkin.on.add((2, OPTED_OUT))
    world.until_settled(plan)
    assert world.zetkin.sent[0].sent_to == {1, 3}
    facts = asked.asked_since(world.store, district=1, since=MONDAY - timedelta(days=1))
    assert {f.person for f in facts if f.dropped} == {2}


def test_who_opts_out_while_it_is_being_prepared_is_left_out_too(world: World) -> None:
    plan = world.approve(email())
    world.crashes = ["send_email.count.recorded"]
    world.work(plan)
    world.zetkin.on.add((2, OPTED_OUT))
    world.zetkin.on.discard((3, NETWORK))
    world.until_settled(plan)
    assert [e.sent_to for e in world.zetkin.sent] == [frozenset({1})]


def test_who_is_restricted_is_left_out(world: World) -> None:
    from zetkin_sync.records import Restriction

    plan = world.approve(email())
    with world.store.writing() as session:
        session.add(Restriction(district=1, person=1, since=world.clock()))
    assert rights.restricted(world.store, district=1) == {1}
    world.until_settled(plan)
    assert world.zetkin.sent[0].sent_to == {2, 3}


def test_an_event_that_was_called_off_is_left_out_of_the_text(world: World) -> None:
    plan = world.approve(email())
    world.zetkin.events[51] = world.zetkin.events[51]._replace(cancelled=True)
    world.until_settled(plan)
    [sent] = world.zetkin.sent
    assert "Flygblad" in sent.content and "Torgmöte" not in sent.content


def test_an_event_called_off_after_the_draft_is_left_out_by_a_new_draft(world: World) -> None:
    plan = world.approve(email())
    world.crashes = ["send_email.count.recorded"]
    world.work(plan)
    world.zetkin.events[51] = world.zetkin.events[51]._replace(cancelled=True)
    world.until_settled(plan)
    [sent] = world.zetkin.sent
    assert "Torgmöte" not in sent.content
    assert len(world.zetkin.emails) == 1


@pytest.mark.parametrize(
    "change",
    [{"cancelled": True}, {"published": False}, {"available": 5}, {"starts": MONDAY.replace(tzinfo=None)}],
)
def test_when_no_event_is_left_nothing_is_sent(world: World, change: dict[str, Any]) -> None:
    plan = world.approve(email())
    for number in (51, 52):
        world.zetkin.events[number] = world.zetkin.events[number]._replace(**change)
    assert world.until_settled(plan) == "cancelled"
    assert world.zetkin.writes == []


def test_outside_the_hours_it_waits_for_the_morning(world: World) -> None:
    world.clock.now = MONDAY.replace(hour=22)
    plan = world.approve(email())
    world.work(plan)
    [draft] = world.zetkin.emails.values()
    assert draft.published == MONDAY.replace(day=24, hour=8)


def test_too_late_is_not_sent(world: World) -> None:
    plan = world.approve(email(not_after=(MONDAY + timedelta(minutes=10)).isoformat()))
    assert world.until_settled(plan) == "cancelled"
    assert world.zetkin.sent == []


def test_the_organizer_can_take_it_back_before_it_is_sent(world: World) -> None:
    plan = world.approve(email())
    world.work(plan)
    assert watch.cancel_plan(world.hands(), plan).counts["cancelled"] == 1
    world.clock.now += timedelta(days=1)
    assert world.zetkin.sent == []
    assert world.state(plan) == "cancelled"


def test_stopping_takes_back_what_is_scheduled_and_keeps_trying(world: World) -> None:
    plan = world.approve(email())
    world.work(plan)
    controls.turn_on(world.store, district=1, name=STOP, who="user:1")
    world.line.faults = {len(world.line.moments) + 1: "unsent"}  # the reading before it comes through
    carried = watch.follow(world.hands())
    assert carried.counts["not_confirmed"] == 1 and carried.notes
    assert watch.follow(world.hands()).counts["cancelled"] == 1
    world.clock.now += timedelta(days=1)
    assert world.zetkin.sent == []


def test_taken_back_by_hand_in_zetkin_is_noticed(world: World) -> None:
    plan = world.approve(email())
    world.work(plan)
    next(iter(world.zetkin.emails.values())).published = None
    watch.follow(world.hands())
    assert world.state(plan) == "cancelled"


def test_two_approvals_at_once_cannot_both_take_somebodys_last_message(world: World) -> None:
    world.approve(email([1, 2], key="a", mark="a"), cap=(2, 28))
    world.approve(email([1, 3], key="b", mark="b"), cap=(2, 28))
    with pytest.raises(UnsafePlan, match="more than 2"):
        world.approve(email([1, 4], key="c", mark="c"), cap=(2, 28))
    world.clock.now += timedelta(days=29)
    world.approve(email([1, 4], key="d", mark="d"), cap=(2, 28))


def test_a_refused_approval_leaves_nothing_behind(tmp_path: Path) -> None:
    world = World(f"sqlite:///{tmp_path}/z.db")
    world.approve(email([1], key="a", mark="a"), cap=(1, 28))
    before = asked.asked_since(world.store, district=1, since=MONDAY - timedelta(days=1))
    with pytest.raises(UnsafePlan):
        world.approve(email([1, 2], key="b", mark="b"), cap=(1, 28))
    assert asked.asked_since(world.store, district=1, since=MONDAY - timedelta(days=1)) == before
