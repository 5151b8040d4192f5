"""What becomes of a message when people change their minds, events change, or Zetkin does not answer.

That nobody gets one twice, whatever goes wrong, is searched in test_sending_simulated.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fake_zetkin import MONDAY
from tests.sending import CHANGES, NETWORK, OPTED_OUT, World, email
from zetkin_sync.apply import watch
from zetkin_sync.apply.verbs import VERBS
from zetkin_sync.errors import UnsafePlan
from zetkin_sync.records import STOP, IntentState
from zetkin_sync.store import asked, controls, rights


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
