"""A wave as changes: the email's text, who is left out, welcome and reminders, caps for all, the switch in mid-list."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.callouts_facts import CENTRES, NOW, POLICY, event, facts, person, tag
from tests.sending import World, email
from zetkin_sync.apply import watch
from zetkin_sync.apply.decide import decide, put_up
from zetkin_sync.apply.execute import carry_out
from zetkin_sync.callouts import letter
from zetkin_sync.callouts.asking import Asking, Senders, plan_of, why
from zetkin_sync.callouts.gates import Gate
from zetkin_sync.callouts.network import have_left, said_yes_again
from zetkin_sync.callouts.policy import Policy, Wording
from zetkin_sync.changes import Plan
from zetkin_sync.changes.actions import ask_network, remind_booked, welcome_to_network
from zetkin_sync.errors import NeedsHuman, UnsafePlan
from zetkin_sync.records import STOP
from zetkin_sync.records.facts import Facts, ParticipationFact, TagFact
from zetkin_sync.store import controls


def known(policy: Policy = POLICY, **more: Any) -> Facts:
    about = Asking(policy=policy, centres=CENTRES)
    base = facts(**more)
    return replace(
        base, more={"callouts": about, "senders": Senders(configs=(4, 3), themes=(9,)), **base.more}
    )


def test_the_email_says_what_when_where_and_how_to_leave_and_names_nobody() -> None:
    policy = POLICY.model_copy(update={"wording": Wording(leave_form="https://example.org/leave")})
    change = ask_network.propose(known(policy), {}).changes[0]
    text = letter.plain(change.payload["parts"])
    first = change.payload["events"][0]
    assert f"https://app.zetkin.org/o/1/events/{first['id']}" in text
    assert f"Aktivitet {first['id']}" in text
    assert "lör" in text or "sön" in text or "mån" in text
    assert text.endswith("(https://example.org/leave)")
    assert "{target.first_name}" in text
    assert (change.payload["config"], change.payload["theme"]) == (3, 9)
    tagged = [b for part in change.payload["parts"] for b in part["blocks"] if b["kind"] == "button"]
    assert {b["data"]["tag"] for b in tagged} == {f"event{e['id']}" for e in change.payload["events"]}


def test_the_changes_ask_exactly_whom_the_plan_asks_within_the_caps() -> None:
    proposal, wave = ask_network.propose(known(), {}), plan_of(known())
    asked = {int(p): events for change in proposal.changes for p, events in change.payload["asks"].items()}
    assert asked == {ask.person: [line.event for line in ask.lines] for ask in wave.asks}
    assert proposal.cap == (2, 28)
    assert proposal.figures["value"] <= proposal.figures["bound"]
    assert not proposal.refused


def test_who_has_left_is_not_asked_until_they_agree_anew_on_a_later_day() -> None:
    gone = known(left_network={2: NOW - timedelta(days=30)})
    assert 2 not in {p for c in ask_network.propose(gone, {}).changes for p in c.payload["people"]}
    assert next(left for left in plan_of(gone).left if left.person == 2).gate is Gate.OPTED_OUT
    fields = {"samtycke": (NOW - timedelta(days=3)).date().isoformat(), "källa": "möte"}
    again = replace(
        gone, people=tuple(person(i, **({"fields": fields} if i == 2 else {})) for i in range(1, 7))
    )
    assert said_yes_again(again) == {2}
    assert said_yes_again(gone) == frozenset()
    assert why(again, 2, 10).verdict != why(gone, 2, 10).verdict


def test_leaving_by_tag_or_by_unsubscribing_is_written_down_once() -> None:
    base = known(left_network={3: NOW})
    tags = (*base.tags, tag(9, "Utträtt", 1, 3))
    told = replace(base, tags=tags, more={**base.more, "unsubscribed": frozenset({2, 99})})
    assert have_left(told) == {1: "tag", 2: "unsubscribed"}


def test_who_just_joined_is_welcomed_once_and_tagged_after_it() -> None:
    fresh = {"samtycke": (NOW - timedelta(days=2)).date().isoformat(), "källa": "formulär"}
    base = known(people=tuple(person(i, **({"fields": fresh} if i < 3 else {})) for i in range(1, 7)))
    parameters = {"tag": "Välkomnad", "group": "zetkin_sync", "days": 7}
    changes = welcome_to_network.propose(base, parameters).changes
    mail = next(c for c in changes if c.verb == "send_email")
    assert mail.payload["people"] == [1, 2]
    assert [c.person for c in changes if c.verb == "tag" and mail.key in c.after] == [1, 2]
    ours = TagFact(id=9, title="Välkomnad", group="zetkin_sync", owner=1, people=frozenset({1, 2}))
    assert welcome_to_network.propose(replace(base, tags=(*base.tags, ours)), parameters).changes == []


def test_only_who_is_booked_and_not_reminded_of_a_near_event_is_reminded() -> None:
    near, far = event(20, days=1), event(21, days=5)
    booked = (
        ParticipationFact(event=20, person=1),
        ParticipationFact(event=20, person=2, reminded=NOW),
        ParticipationFact(event=20, person=3, cancelled=NOW),
        ParticipationFact(event=21, person=1),
    )
    base = known(events=(near, far), participations=booked)
    [change] = remind_booked.propose(base, {"hours": 36}).changes
    assert change.payload["people"] == [1]
    assert remind_booked.propose(replace(base, restricted=frozenset({1})), {"hours": 36}).changes == []


def test_everybody_together_has_a_cap_too_and_a_refused_approval_leaves_nothing() -> None:
    world = World()
    world.approve(email([1, 2], key="a", mark="a"), volume=((3, 24),))
    with pytest.raises(UnsafePlan, match="at most 3"):
        world.approve(email([3, 4], key="b", mark="b"), volume=((3, 24),))
    world.clock.now += timedelta(hours=25)
    world.approve(email([3, 4], key="c", mark="c"), volume=((3, 24),))


def test_the_switch_holds_in_the_middle_of_a_list() -> None:
    world = World()
    plan = world.approve(email([1, 2, 3]))
    add = world.zetkin.add_to_list

    def stop_after_the_first(**named: Any) -> None:
        add(**named)
        controls.turn_on(world.store, district=1, name=STOP, who="user:1")

    world.zetkin.add_to_list = stop_after_the_first
    carry_out(world.hands(), plan)
    assert world.zetkin.writes == ["create_list", "add_to_list"]
    world.zetkin.add_to_list = add
    controls.turn_off(world.store, district=1, name=STOP)
    world.clock.now += timedelta(minutes=6)
    world.until_settled(plan)
    assert [sent.sent_to for sent in world.zetkin.sent] == [{1, 2, 3}]


@pytest.mark.parametrize("no", ["tag", "event"])
def test_what_changes_while_it_waits_to_be_sent_still_counts(no: str) -> None:
    world = World()
    plan = world.approve(email([1, 2, 3]))
    world.work(plan)
    assert world.state(plan) == "scheduled"
    if no == "tag":
        world.zetkin.on.add((2, 8))
    else:
        world.zetkin.events[51] = world.zetkin.events[51]._replace(cancelled=True)
    watch.follow(world.hands())
    assert world.state(plan) == "planned"
    assert world.until_settled(plan) == "done"
    [sent] = world.zetkin.sent
    assert sent.sent_to == ({1, 3} if no == "tag" else {1, 2, 3})
    assert ("Torgmöte" in sent.content) == (no == "tag")


def test_of_two_organizers_who_approve_at_once_one_is_told_that_it_is_decided(tmp_path: Path) -> None:
    world = World(f"sqlite:///{tmp_path}/z.db")
    now = world.clock()
    plan = Plan(
        action="x", district=1, made=now, expires=now + timedelta(days=1), changes=(email(),), cap=(1, 28)
    )
    with world.store.writing() as session:
        row = put_up(session, plan)
    told: list[str] = []

    def approve(who: str) -> None:
        try:
            state = decide(world.store, row or 0, fingerprint=plan.fingerprint, who=who, approve=True, at=now)
            told.append(str(state))
        except NeedsHuman as trouble:
            told.append(str(trouble.what))

    both = [threading.Thread(target=approve, args=(f"user:{n}",)) for n in (1, 2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(told)[1] == "approved" and "not open for decision" in sorted(told)[0]
