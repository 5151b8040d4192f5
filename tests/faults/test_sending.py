"""Nobody gets a message twice, and none is lost silently: every crash point, every answer, two deep."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import SQLModel

from tests.fake_zetkin import MONDAY, FakeZetkin
from zetkin_sync.apply import watch
from zetkin_sync.apply.decide import decide, put_up
from zetkin_sync.apply.execute import carry_out, crash_points
from zetkin_sync.apply.hands import Hands
from zetkin_sync.apply.steps import Known, Step, Verb
from zetkin_sync.apply.verbs import VERBS
from zetkin_sync.changes import Change, Plan
from zetkin_sync.errors import UnsafePlan
from zetkin_sync.language import say
from zetkin_sync.records import STOP, IntentState
from zetkin_sync.store import asked, controls, outbox, rights
from zetkin_sync.store.engine import Store

ANSWERS = ("lost", "void", "late", "unsent", "refused")
PEOPLE = [1, 2, 3]
TABLES = ("plan", "approval", "intent", "asked", "control", "restriction", "opt_out")
NETWORK, OPTED_OUT = 7, 8


class Crash(BaseException):
    """The process dies here."""


class Clock:
    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> Any:
        return self.now


class World:
    """A store, a Zetkin, a clock; crashes and answers as a test wants them."""

    def __init__(self, url: str = "sqlite://") -> None:
        self.clock = Clock()
        self.store = Store(url, now=self.clock)
        needed = [SQLModel.metadata.tables[name] for name in TABLES]  # the others only cost time here
        SQLModel.metadata.create_all(self.store.engine, tables=needed)
        self.zetkin = FakeZetkin(now=self.clock)
        self.zetkin.on = {(p, NETWORK) for p in (1, 2, 3, 4, 5)}
        self.zetkin.event(51, starts=(MONDAY + timedelta(days=5)).replace(tzinfo=None))
        self.zetkin.event(52, starts=(MONDAY + timedelta(days=6)).replace(tzinfo=None))
        self.crashes: list[str] = []

    def hands(self) -> Hands:
        return Hands(
            zetkin=self.zetkin,
            store=self.store,
            district=1,
            now=self.clock,
            still_ours=lambda: True,
            zone=ZoneInfo("Europe/Stockholm"),
            point=self._point,
        )

    def _point(self, label: str) -> None:
        if self.crashes and self.crashes[0] == label:
            self.crashes.pop(0)
            raise Crash

    def approve(self, *changes: Change, cap: tuple[int, int] | None = None, who: str = "user:1") -> int:
        now = self.clock()
        plan = Plan(
            action=f"callout:{changes[0].key}",
            district=1,
            made=now,
            expires=now + timedelta(days=2),
            changes=tuple(changes),
            cap=cap,
        )
        with self.store.writing() as session:
            number = put_up(session, plan)
        assert number is not None
        decide(self.store, number, fingerprint=plan.fingerprint, who=who, approve=True, at=now)
        return number

    def work(self, plan: int) -> None:
        """One run of the job."""
        with contextlib.suppress(Crash):
            watch.follow(self.hands())
            carry_out(self.hands(), plan)

    def until_settled(self, plan: int, *, rounds: int = 40) -> str:
        """Run the job every five minutes until nothing is open."""
        for _ in range(rounds):
            self.work(plan)
            self.clock.now += timedelta(minutes=5)
            self.zetkin.tick()
            if self.state(plan) not in ("planned", "sending", "unknown", "scheduled"):
                break
        return self.state(plan)

    def state(self, plan: int) -> str:
        return outbox.intents_of(self.store, plan=plan)[0].state

    def why(self, plan: int) -> str:
        return outbox.intents_of(self.store, plan=plan)[0].why or ""


HOURS = {
    "begin": "09:00",
    "sunday_begin": "12:00",
    "end": "20:00",
    "lead_minutes": 15,
    "zone": "Europe/Stockholm",
}


def payload(people: list[int], **more: Any) -> dict[str, Any]:
    return {
        "mark": "zetkin_sync förfrågan abc 1",
        "folder": "zetkin_sync",
        "people": people,
        "asks": {str(p): [51, 52] for p in people},
        "events": [{"id": 51, "organization": 1}, {"id": 52, "organization": 1}],
        "consent_tags": [NETWORK],
        "opt_out_tags": [OPTED_OUT],
        "hours": HOURS,
        "not_after": (MONDAY + timedelta(days=4)).isoformat(),
        "most": 50,
        **more,
    }


def email(people: list[int] = PEOPLE, *, key: str = "email:1", **more: Any) -> Change:
    parts = [
        {"blocks": [{"kind": "paragraph", "data": {"content": [{"kind": "string", "value": "Hej!"}]}}]},
        {
            "event": 51,
            "blocks": [{"kind": "paragraph", "data": {"content": [{"kind": "string", "value": "Torgmöte"}]}}],
        },
        {
            "event": 52,
            "blocks": [{"kind": "paragraph", "data": {"content": [{"kind": "string", "value": "Flygblad"}]}}],
        },
    ]
    body = payload(people, subject="Kan du hjälpa till?", parts=parts, config=3, theme=9, **more)
    return Change(verb="send_email", organization=1, key=key, reason=say("x"), payload=body)


def task(people: list[int] = PEOPLE) -> Change:
    body = payload(people, project=5, instructions="Läs mer", url="https://example.org/")
    return Change(verb="assign_task", organization=1, key="task:1", reason=say("x"), payload=body)


def calls(people: list[int] = PEOPLE) -> Change:
    body = payload(people, description="Uppdatera kontaktuppgifter", instructions="Ring", events=[])
    return Change(verb="draft_calls", organization=1, key="calls:1", reason=say("x"), payload=body)


def remind() -> Change:
    return Change(
        verb="remind",
        organization=1,
        key="remind:51",
        reason=say("x"),
        payload={"event": 51, "people": [1, 2]},
    )


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.store.close()


def test_an_email_is_drafted_locked_counted_and_sent_once_to_whom_was_approved(world: World) -> None:
    plan = world.approve(email())
    world.work(plan)
    assert world.state(plan) == IntentState.SCHEDULED
    assert world.zetkin.sent == []
    assert world.until_settled(plan) == IntentState.DONE
    [sent] = world.zetkin.sent
    assert sent.sent_to == {1, 2, 3}


def points_of(verb: str) -> list[str]:
    return [p for p in crash_points() if p.startswith(f"{verb}.")]


CHANGES = {"send_email": email, "assign_task": task, "draft_calls": calls, "remind": remind}


def faults(verb: str) -> list[tuple[str, Any]]:
    """Everything that can go wrong once: each crash point, and each answer to each of the writes of a good run."""
    world = World()
    world.zetkin.booked[51] = {1, 2}
    world.until_settled(world.approve(CHANGES[verb]()))
    writes = len(world.zetkin.writes)
    world.store.close()
    return [("crash", p) for p in points_of(verb)] + [
        ("answer", (n, a)) for n in range(writes) for a in ANSWERS
    ]


def histories(verb: str, *, deep: int) -> list[tuple[tuple[str, Any], ...]]:
    single = faults(verb)
    found: list[tuple[tuple[str, Any], ...]] = [(fault,) for fault in single]
    if deep > 1:
        found += [
            pair
            for pair in itertools.product(single, single)
            if not (pair[0][0] == pair[1][0] == "answer" and pair[0][1][0] >= pair[1][1][0])
        ]
    return found


def go_through(verb: str, history: tuple[tuple[str, Any], ...], url: str = "sqlite://") -> World:
    world = World(url)
    world.zetkin.booked[51] = {1, 2}
    world.crashes = [what for kind, what in history if kind == "crash"]
    # an answer that comes after another fault may be meant for a later write of the same kind: writes shift by one
    world.zetkin.answers = {
        what[0] + i: what[1] for i, (kind, what) in enumerate(history) if kind == "answer"
    }
    plan = world.approve(CHANGES[verb]())
    state = world.until_settled(plan)
    context = f"{verb}: {history} → {state} {world.why(plan)} {world.zetkin.writes}"
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
    if state == "parked":
        assert world.why(plan), context
    if verb == "send_email" and visible:
        assert world.zetkin.sent[0].sent_to == set(PEOPLE), context
    world.store.close()
    return world


@pytest.mark.parametrize("verb", sorted(CHANGES))
def test_any_single_crash_or_answer(verb: str) -> None:
    for history in histories(verb, deep=1):
        go_through(verb, history)


@pytest.mark.parametrize("verb", ["assign_task", "draft_calls", "remind", "send_email"])
@pytest.mark.parametrize("part", range(4))
def test_any_two_crashes_or_answers(verb: str, part: int, pytestconfig: pytest.Config) -> None:
    every = histories(verb, deep=2)
    step = 4 if pytestconfig.getoption("--soak") else 80
    for history in every[part::step]:
        go_through(verb, history)


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
    for history in histories("send_email", deep=1):
        try:
            go_through("send_email", history)
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
    world.zetkin.answers = {len(world.zetkin.writes): "unsent"}
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
