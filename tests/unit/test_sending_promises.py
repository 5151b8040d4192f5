"""What is promised about sending, one test each, against the simulator: undo, opt-out, what changes meanwhile, --json."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from inspect import signature
from typing import Any

import pytest
from typer.main import get_command

from tests.sending import NETWORK, OPTED_OUT, PEOPLE, email, task
from tests.sending_simulated import Moment, Simulated
from zetkin_sync.apply.undo import undo
from zetkin_sync.callouts.hours import SendingHours
from zetkin_sync.changes import Change
from zetkin_sync.cli import callouts, undoing
from zetkin_sync.demo.world.people import Tag, TagGroup
from zetkin_sync.language import say
from zetkin_sync.store import outbox


def tagging(person: int, verb: str = "tag") -> Change:
    mark = {"group": "zetkin_sync", "title": "Vår"}
    return Change(
        verb=verb, organization=1, key=f"{verb}:{person}", reason=say("x"), person=person, payload=mark
    )


@pytest.fixture
def world() -> Simulated:
    made = Simulated()
    made.state_of_zetkin.tag_groups[1] = TagGroup(id=1, organization=1, title="zetkin_sync")
    made.state_of_zetkin.tags[70] = Tag(id=70, organization=1, title="Vår", group=1, people={2: None})
    return made


def test_undo_takes_off_what_we_put_on_and_leaves_what_was_on_before(world: Simulated) -> None:
    plan = world.approve(tagging(1), tagging(2), tagging(3))
    world.work(plan)
    assert set(world.state_of_zetkin.tags[70].people) == {1, 2, 3}
    undo(world.hands(), plan, who="user:1")
    assert set(world.state_of_zetkin.tags[70].people) == {2}


def test_undo_leaves_what_somebody_has_changed_since(world: Simulated) -> None:
    plan = world.approve(tagging(1), tagging(3))
    world.work(plan)
    del world.state_of_zetkin.tags[70].people[3]  # by hand: it is off already
    undo(world.hands(), plan, who="user:1")
    assert set(world.state_of_zetkin.tags[70].people) == {2}


def test_undo_puts_back_what_we_took_off(world: Simulated) -> None:
    plan = world.approve(tagging(2, "untag"))
    world.work(plan)
    assert not world.state_of_zetkin.tags[70].people
    undo(world.hands(), plan, who="user:1")
    assert set(world.state_of_zetkin.tags[70].people) == {2}


def test_undoing_a_scheduled_email_takes_it_back_and_a_sent_one_is_said_to_stay(world: Simulated) -> None:
    plan = world.approve(email())
    world.work(plan)
    undo(world.hands(), plan, who="user:1")
    world.pass_by(hours=3)
    assert not world.state_of_zetkin.deliveries
    other = world.approve(email(key="email:2", mark="zetkin_sync 2"))
    world.until_settled(other)
    sent = len(world.state_of_zetkin.deliveries)
    kept = undo(world.hands(), other, who="user:1").kept
    assert sent == len(PEOPLE) == len(world.state_of_zetkin.deliveries) and "zetkin_sync 2" in str(kept[0])


def leave_by(world: Simulated, way: str) -> None:
    zetkin = world.state_of_zetkin
    if way == "tag":
        zetkin.tags[OPTED_OUT].people[2] = None
    elif way == "lost tag":
        del zetkin.tags[NETWORK].people[2]
    else:
        zetkin.unsubscribed.setdefault(1, set()).add(2)


@pytest.mark.parametrize("way", ["tag", "lost tag", "Zetkin's own unsubscribe"])
@pytest.mark.parametrize("message", [email, task])
@pytest.mark.parametrize("scheduled", [False, True])
def test_who_says_no_after_the_approval_gets_nothing_more_whichever_way(
    world: Simulated, way: str, message: Any, *, scheduled: bool
) -> None:
    plan = world.approve(message())
    if scheduled:
        world.work(plan)
    leave_by(world, way)
    assert world.until_settled(plan) == "done"
    got = {p for _, p, _ in world.state_of_zetkin.deliveries}
    got |= {p for t in world.state_of_zetkin.tasks.values() for p in t.assigned}
    assert got == {1, 3}


@pytest.mark.parametrize("message", [email, task])
def test_when_every_event_is_called_off_or_filled_meanwhile_nothing_is_sent_and_it_is_said(
    world: Simulated, message: Any
) -> None:
    plan = world.approve(message())
    world.work(plan)
    first, second = world.state_of_zetkin.events[51], world.state_of_zetkin.events[52]
    first.cancelled = world.clock() + timedelta(minutes=1)
    second.required = 0
    world.state_of_zetkin.forget_all()
    world.pass_by(minutes=5)
    assert world.until_settled(plan) == "cancelled"
    assert "event" in world.why(plan)
    assert not world.state_of_zetkin.deliveries
    assert not any(t.assigned for t in world.state_of_zetkin.tasks.values())


def test_a_process_that_comes_back_in_the_evening_does_not_send_at_once(world: Simulated) -> None:
    plan = world.approve(email())
    world.work(plan)
    number = world.moments.seen.index(Moment("point", "send_email.publish.intended"))
    again = Simulated()
    plan = again.approve(email())
    again.moments.begin({number: "crash"})
    again.work(plan)
    again.moments.begin({})
    again.clock.now = again.clock().replace(hour=21)  # 22 in Stockholm
    assert again.until_settled(plan, rounds=400) == "done"
    [when] = {at for _, _, at in again.state_of_zetkin.deliveries}
    assert when == datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.mark.parametrize("day", [datetime(2026, 3, 29), datetime(2026, 10, 25)])
def test_the_hours_hold_on_the_days_when_the_clocks_change(day: datetime) -> None:
    hours = SendingHours()
    for minutes in range(0, 24 * 60, 7):
        now = day.replace(tzinfo=UTC) + timedelta(minutes=minutes)
        at = hours.next(now)
        wall = at.astimezone(world_zone())
        assert at >= now + timedelta(minutes=15)
        assert (12 if wall.weekday() == 6 else 9) <= wall.hour < 20


def world_zone() -> Any:
    return Simulated().hands().zone


def test_every_command_about_callouts_and_undoing_gives_json() -> None:
    group: Any = get_command(callouts.app)
    for name, command in group.commands.items():
        assert "--json" in {option for parameter in command.params for option in parameter.opts}, name
    assert "as_json" in signature(undoing.undo).parameters


def test_a_message_that_waits_says_until_when(world: Simulated) -> None:
    plan = world.approve(email())
    world.work(plan)
    [row] = outbox.intents_of(world.store, plan=plan)
    assert row.publish_at is not None and row.publish_at >= world.clock() + timedelta(minutes=10)
