"""Against the simulator: nobody gets a message twice and none is lost silently, whatever goes wrong, wherever, two deep."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tests.sending import CHANGES
from tests.sending_simulated import UNSENT, Moment, Search, Simulated, Snapshot, every_answer
from zetkin_sync.apply.execute import crash_points
from zetkin_sync.apply.hands import Hands
from zetkin_sync.apply.steps import Known, Step, Verb
from zetkin_sync.apply.verbs import VERBS
from zetkin_sync.changes import Change

AT_HAND = sorted(CHANGES)


@pytest.mark.parametrize("verb", AT_HAND)
def test_whatever_goes_wrong_once_lies_and_a_stop_among_it(verb: str) -> None:
    search = Search(verb, 1, lies=True, stops=True)
    assert search.points == {point for point in crash_points() if point.startswith(f"{verb}.")}


@pytest.mark.parametrize("verb", AT_HAND)
def test_whatever_goes_wrong_twice(verb: str, pytestconfig: pytest.Config) -> None:
    """What people see at once, whole; tasks and call lists, whose steps are an email's too, with --soak."""
    soak = bool(pytestconfig.getoption("--soak"))
    if verb not in ("send_email", "remind") and not soak:
        pytest.skip("with --soak")
    Search(verb, 2, lies=soak, stops=soak)


def test_every_answer_there_is_comes_to_one_of_the_sorts_that_are_gone_through() -> None:
    """So the searches, which take one of each sort, leave no answer out: after the run the world is the same."""
    told: set[Moment] = set()
    for verb in AT_HAND:
        world = Simulated()
        plan = world.approve(CHANGES[verb]())
        begin = world.keep()
        after = partial(_after, world, plan, begin)
        fine = after({})
        for number, moment in enumerate(list(world.moments.seen)):
            if moment.kind == "point" or moment in told:
                continue
            told.add(moment)
            sorts = {after({number: wrong}) for wrong in moment.possible(lies=True)} | {fine}
            for name, wrong in every_answer():
                assert after({number: wrong or UNSENT}) in sorts, f"{name} at {moment}"


def _after(world: Simulated, plan: int, begin: Snapshot, faults: dict[int, Any]) -> Any:
    """How the world is after one run in which this goes wrong."""
    world.put_back(begin)
    world.moments.begin(faults)
    world.work(plan)
    return world.key()


def test_the_search_finds_a_double_where_sending_is_naive(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: make, aim and publish in one go, try again when no answer comes."""

    def send(hands: Hands, change: Change, known: Known) -> Known:
        zetkin = hands.zetkin
        made = zetkin.create_list(organization=1, folder="x", title="x")
        for person in change.payload["people"]:
            zetkin.add_to_list(organization=1, list_id=made, person=person)
        draft = zetkin.create_email(
            organization=1, title="x", subject="", content="{}", project=None, config=3, theme=9
        )
        target = zetkin.read_email(organization=1, email=draft).target
        assert target is not None
        zetkin.target_email(organization=1, target=target, list_id=made)
        zetkin.publish_email(organization=1, email=draft, at=hands.now())
        return {}

    naive = Verb(steps=(Step(name="send", look=lambda *_: None, act=send, repeatable=True),))
    monkeypatch.setitem(VERBS, "send_email", naive)  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="2"):
        Search("send_email", 1)
