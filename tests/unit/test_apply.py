"""An approved plan is carried out once, whatever happens in between."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import SQLModel

from zetkin_sync.apply.decide import decide, put_up
from zetkin_sync.apply.execute import carry_out, crash_points
from zetkin_sync.apply.hands import Hands
from zetkin_sync.changes import Change, Plan, in_order
from zetkin_sync.errors import NeedsHuman, OutcomeUnknown, Permanent, Temporary
from zetkin_sync.language import say
from zetkin_sync.records import STOP, IntentState, PlanState
from zetkin_sync.store import controls, outbox, plans
from zetkin_sync.store.engine import Store

MARK = {"title": "Nära", "group": "zetkin_sync"}


class Crash(BaseException):
    """The process dies here."""


class Tags:
    """Zetkin's tags as far as the verbs need them, counting every write."""

    def __init__(self) -> None:
        self.tags: dict[str, int] = {}
        self.on: set[tuple[int, int]] = set()
        self.writes: list[tuple[str, object]] = []
        self.fault: Callable[[str], Exception | None] = lambda _what: None

    def _write(self, what: str, value: object, *, land: Callable[[], None]) -> None:
        error = self.fault(what)
        if error is not None and not isinstance(error, OutcomeUnknown):
            raise error
        self.writes.append((what, value))
        land()
        if error is not None:
            raise error

    def find_tag(self, *, organization: int, group: str, title: str) -> int | None:
        return self.tags.get(f"{group}/{title}")

    def create_tag(self, *, organization: int, group: str, title: str, description: str) -> int:
        self._write(
            "create_tag", title, land=lambda: self.tags.__setitem__(f"{group}/{title}", len(self.tags) + 1)
        )
        return self.tags[f"{group}/{title}"]

    def has_tag(self, *, organization: int, person: int, tag: int) -> bool:
        return (person, tag) in self.on

    def put_tag(self, *, organization: int, person: int, tag: int, value: str | None = None) -> None:
        self._write("tag", person, land=lambda: self.on.add((person, tag)))

    def delete_tag(self, *, organization: int, person: int, tag: int) -> None:
        self._write("untag", person, land=lambda: self.on.discard((person, tag)))


class World:
    """A store, a Zetkin and a clock that a test moves."""

    def __init__(self, url: str) -> None:
        self.now = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
        self.store = Store(url, now=lambda: self.now)
        SQLModel.metadata.create_all(self.store.engine)
        self.zetkin = Tags()
        self.ours = True

    def hands(self, point: Callable[[str], None] | None = None) -> Hands:
        return Hands(
            zetkin=self.zetkin,  # type: ignore[arg-type]
            store=self.store,
            district=1,
            now=lambda: self.now,
            still_ours=lambda: self.ours,
            point=point or (lambda _label: None),
        )

    def put_up(self, plan: Plan) -> int:
        with self.store.writing() as session:
            found = put_up(session, plan)
        assert found is not None
        return found

    def approve(self, plan: int, fingerprint: str, who: str = "user:1") -> PlanState:
        return decide(self.store, plan, fingerprint=fingerprint, who=who, approve=True, at=self.now)

    def approved(self, *changes: Change) -> int:
        plan = self.plan(*changes)
        number = self.put_up(plan)
        self.approve(number, plan.fingerprint)
        return number

    def plan(self, *changes: Change, approvals: int = 1) -> Plan:
        return Plan(
            action="tagging",
            district=1,
            made=self.now,
            expires=self.now + timedelta(hours=48),
            changes=in_order(list(changes)),
            approvals=approvals,
        )

    def states(self, plan: int) -> list[str]:
        return [i.state for i in outbox.intents_of(self.store, plan=plan)]


@pytest.fixture
def world(database_url: str) -> World:
    return World(database_url)


def create() -> Change:
    return Change(
        verb="create_tag", organization=1, key="create", reason=say("x"), payload={**MARK, "description": "d"}
    )


def tag(person: int, *, verb: str = "tag", after: tuple[str, ...] = ()) -> Change:
    return Change(
        verb=verb,
        organization=1,
        key=f"{verb}:{person}",
        reason=say("x"),
        person=person,
        payload=dict(MARK),
        after=after,
    )


def test_an_approved_plan_is_carried_out_and_closed(world: World) -> None:
    plan = world.approved(create(), tag(1, after=("create",)), tag(2, after=("create",)))
    carried = carry_out(world.hands(), plan)
    assert carried.counts == {"done": 3}
    assert world.zetkin.on == {(1, 1), (2, 1)}
    stored = plans.plan_of(world.store, plan)
    assert stored is not None and stored.state == PlanState.APPLIED


def test_carrying_out_again_does_nothing(world: World) -> None:
    plan = world.approved(create(), tag(1, after=("create",)))
    carry_out(world.hands(), plan)
    writes = len(world.zetkin.writes)
    assert carry_out(world.hands(), plan).counts == {}
    assert len(world.zetkin.writes) == writes


def test_what_is_already_so_is_not_written(world: World) -> None:
    world.zetkin.tags["zetkin_sync/Nära"] = 1
    world.zetkin.on.add((1, 1))
    carry_out(world.hands(), world.approved(tag(1)))
    assert world.zetkin.writes == []


POINTS = [p for p in crash_points() if p.startswith(("create_tag.", "tag."))]


@pytest.mark.parametrize("first", POINTS)
@pytest.mark.parametrize("second", [None, *POINTS])
def test_a_crash_at_any_point_and_another_one_never_writes_twice(
    first: str, second: str | None, tmp_path: object
) -> None:
    world = World(f"sqlite:///{tmp_path}/z.db")
    world.zetkin.tags["zetkin_sync/Nära"] = 0  # made anew below
    world.zetkin.tags.clear()
    changes = [create(), tag(1, after=("create",))]
    plan = world.approved(*changes)
    crashes = [first, second]

    def point(label: str) -> None:
        if crashes and crashes[0] == label:
            crashes.pop(0)
            raise Crash

    for _ in range(8):
        with contextlib.suppress(Crash):
            carry_out(world.hands(point), plan)
        if crashes and crashes[0] is None:
            crashes.pop(0)
        world.now += timedelta(minutes=16)
    assert set(world.states(plan)) == {"done"}
    assert [w for w, _ in world.zetkin.writes].count("create_tag") == 1
    assert world.zetkin.on == {(1, 1)}


def test_an_answer_that_is_lost_is_looked_up_after_the_quiet_time_and_not_sent_again(world: World) -> None:
    plan = world.approved(create())
    lost = [OutcomeUnknown(say("No answer."))]
    world.zetkin.fault = lambda _what: lost.pop() if lost else None
    assert carry_out(world.hands(), plan).counts == {"unknown": 1}
    world.now += timedelta(minutes=14)
    assert carry_out(world.hands(), plan).counts == {"unknown": 1}
    world.now += timedelta(minutes=2)
    assert carry_out(world.hands(), plan).counts == {"done": 1}
    assert world.zetkin.writes == [("create_tag", "Nära")]


def test_a_refusal_is_parked_and_what_waits_for_it_is_not_tried(world: World) -> None:
    plan = world.approved(create(), tag(1, after=("create",)))
    world.zetkin.fault = lambda _what: Permanent(say("Zetkin refused."))
    carried = carry_out(world.hands(), plan)
    assert carried.counts == {"parked": 1, "waiting": 1}
    assert [str(n) for n in carried.notes] == ["Zetkin refused."]


def test_what_could_not_be_sent_is_tried_again_later(world: World) -> None:
    plan = world.approved(create())
    down = [Temporary(say("Zetkin is down."))]
    world.zetkin.fault = lambda _what: down.pop() if down else None
    assert carry_out(world.hands(), plan).counts == {"planned": 1}
    assert carry_out(world.hands(), plan).counts == {"planned": 1}
    world.now += timedelta(minutes=6)
    assert carry_out(world.hands(), plan).counts == {"done": 1}


def test_the_stop_switch_holds_before_the_next_write(world: World) -> None:
    plan = world.approved(create(), tag(1, after=("create",)), tag(2, after=("create",)))

    def point(label: str) -> None:
        if label == "tag.put.recorded" and controls.switch(world.store, district=1, name=STOP) is None:
            controls.turn_on(world.store, district=1, name=STOP, who="user:1")

    carried = carry_out(world.hands(point), plan)
    assert carried.stopped
    assert world.zetkin.on == {(1, 1)}
    controls.turn_off(world.store, district=1, name=STOP)
    carry_out(world.hands(), plan)
    assert world.zetkin.on == {(1, 1), (2, 1)}


def test_a_worker_that_lost_the_run_writes_nothing(world: World) -> None:
    plan = world.approved(create())
    world.ours = False
    carry_out(world.hands(), plan)
    assert world.zetkin.writes == []


def test_only_the_fingerprint_that_was_read_can_be_approved(world: World) -> None:
    plan = world.put_up(world.plan(create()))
    with pytest.raises(NeedsHuman, match="has changed"):
        world.approve(plan, "0" * 16)
    assert world.states(plan) == []


def test_an_expired_proposal_is_refused(world: World) -> None:
    value = world.plan(create())
    plan = world.put_up(value)
    world.now += timedelta(hours=49)
    with pytest.raises(NeedsHuman, match="expired"):
        world.approve(plan, value.fingerprint)


def test_two_people_must_approve_and_one_cannot_be_both(world: World) -> None:
    value = world.plan(create(), approvals=2)
    plan = world.put_up(value)
    assert world.approve(plan, value.fingerprint, "user:1") == PlanState.PROPOSED
    with pytest.raises(NeedsHuman, match="already"):
        world.approve(plan, value.fingerprint, "user:1")
    assert world.states(plan) == []
    assert world.approve(plan, value.fingerprint, "user:2") == PlanState.APPROVED
    assert world.states(plan) == [IntentState.PLANNED]


def test_a_decided_proposal_cannot_be_decided_again(world: World) -> None:
    value = world.plan(create())
    plan = world.put_up(value)
    decide(
        world.store, plan, fingerprint=value.fingerprint, who="user:1", approve=False, why="nej", at=world.now
    )
    with pytest.raises(NeedsHuman, match="not open"):
        world.approve(plan, value.fingerprint, "user:2")


def test_the_same_proposal_again_keeps_its_number_and_another_replaces_it(world: World) -> None:
    first = world.put_up(world.plan(create()))
    world.now += timedelta(hours=1)
    assert world.put_up(world.plan(create())) == first
    second = world.put_up(world.plan(create(), tag(1)))
    assert second != first
    old = plans.plan_of(world.store, first)
    assert old is not None and old.state == PlanState.SUPERSEDED


def test_an_empty_plan_withdraws_the_waiting_one(world: World) -> None:
    first = world.put_up(world.plan(create()))
    with world.store.writing() as session:
        assert put_up(session, world.plan()) is None
    old = plans.plan_of(world.store, first)
    assert old is not None and old.state == PlanState.SUPERSEDED


def test_a_plan_that_needs_nobody_is_approved_by_its_rule(world: World) -> None:
    plan = world.put_up(world.plan(create(), approvals=0))
    assert world.states(plan) == [IntentState.PLANNED]
    assert [a.who for a in plans.approvals(world.store, plan)] == ["policy"]
