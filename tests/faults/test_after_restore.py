"""A restored copy sends nothing that was sent after it was made: taken back at every point of every message, and looked up."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests.sending import CHANGES, World
from zetkin_sync.apply.after_restore import look_up
from zetkin_sync.apply.execute import crash_points
from zetkin_sync.records import IntentState, PlanState
from zetkin_sync.store import plans
from zetkin_sync.store.engine import Store

VERBS = ("send_email", "assign_task", "draft_calls", "remind")


def visible(world: World, verb: str) -> int:
    return {
        "send_email": len(world.zetkin.sent),
        "assign_task": sum(1 for t in world.zetkin.tasks.values() if t.assigned),
        "draft_calls": writes(world).count("create_call_assignment"),
        "remind": world.zetkin.remind_mails,
    }[verb]


def writes(world: World) -> list[str]:
    return [name for kind, name in world.line.moments if kind == "write"]


@pytest.mark.parametrize("verb", VERBS)
def test_what_was_sent_after_the_copy_was_made_is_never_sent_again(verb: str, tmp_path: Path) -> None:
    """The copy is made at each commit of a message; the original goes on to the end; then the copy is restored."""
    for number, point in enumerate(p for p in crash_points() if p.startswith(f"{verb}.")):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        world = World(f"sqlite:///{folder}/z.db")
        world.zetkin.booked[51] = {1, 2}
        copied = False

        def copy(label: str, *, at: str = point, folder: Path = folder, world: World = world) -> None:
            nonlocal copied
            if label == at and not copied:
                copied = True
                with world.store.connection() as connection:
                    connection.exec_driver_sql(f"VACUUM INTO '{folder}/copy.db'")

        world._point = copy  # type: ignore[method-assign]
        plan = world.approve(CHANGES[verb]())
        world.until_settled(plan)
        assert copied, point
        before = visible(world, verb)
        world.store.close()
        shutil.move(folder / "copy.db", folder / "restored.db")
        world.store = Store(f"sqlite:///{folder}/restored.db", now=world.clock)
        world._point = lambda _label: None  # type: ignore[method-assign]
        restored = world.clock.now
        written = writes(world)
        found = look_up(world.hands(), restored=restored)
        assert found.left == 1 and writes(world) == written, "the quiet time is not over yet"
        world.clock.now += timedelta(minutes=16)
        found = look_up(world.hands(), restored=restored)
        assert found.left == 0, (point, found)
        assert writes(world) == written, "looking up writes nothing"
        world.until_settled(plan)
        assert visible(world, verb) == before, (point, world.why(plan), writes(world))
        assert world.state(plan) in ("done", "parked", "cancelled"), (point, world.state(plan))
        world.store.close()


def test_proposals_that_nobody_had_decided_on_are_withdrawn(tmp_path: Path) -> None:
    world = World(f"sqlite:///{tmp_path}/z.db")
    from zetkin_sync.apply.decide import put_up
    from zetkin_sync.changes import Plan

    now = world.clock()
    plan = Plan(
        action="x", district=1, made=now, expires=now + timedelta(days=2), changes=(CHANGES["remind"](),)
    )
    with world.store.writing() as session:
        number = put_up(session, plan)
    assert number is not None
    look_up(world.hands(), restored=None)
    stored = plans.plan_of(world.store, number)
    assert stored is not None and stored.state == PlanState.SUPERSEDED


def test_what_zetkin_does_not_answer_keeps_everything_off(tmp_path: Path) -> None:
    from zetkin_sync.errors import Temporary
    from zetkin_sync.language import say

    world = World(f"sqlite:///{tmp_path}/z.db")
    plan = world.approve(CHANGES["send_email"]())
    world.crashes = ["send_email.draft.recorded"]
    world.work(plan)

    def away(**_: object) -> None:
        raise Temporary(say("Zetkin does not answer."))

    world.zetkin.read_email = away  # type: ignore[method-assign,assignment]
    assert look_up(world.hands(), restored=None).left == 1
    assert world.state(plan) == IntentState.SENDING or world.state(plan) == IntentState.PLANNED
