"""Invitations, support, duplicates, area tags, and callouts by other ways than mail: proposed, and done in the simulator."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.callouts_facts import NOW, facts, person, tag
from tests.fake_zetkin import MONDAY
from tests.sending_simulated import Simulated
from tests.unit.test_ask_network import known
from zetkin_sync import plugins
from zetkin_sync.changes import Change, Proposal, in_order
from zetkin_sync.changes.actions import (
    ask_network,
    invite_leaders,
    list_duplicates,
    support_associations,
    tag_priorities,
)
from zetkin_sync.configuration.actions import Actions
from zetkin_sync.errors import ConfigError, UnsafePlan
from zetkin_sync.goals.assess import Assessed
from zetkin_sync.language import say
from zetkin_sync.records import GoalState
from zetkin_sync.records.facts import Facts, OrganizationFact, TagFact

INVITE = {
    "tags": ["Roll: ordförande"],
    "course_tag": "Klar",
    "title": "Inbjudan",
    "subject": "s",
    "text": "a\n\nb",
}
DUPLICATES = {"folder": "zetkin_sync", "title": "Möjliga dubbletter"}
PRIO = {"begins": "Prio: ", "group": "zetkin_sync", "prefixes": {"163": "Tensta", "111": "City"}}
SUPPORT = {
    "goals": ["regular"],
    "within": 1,
    "tag": "Stöd",
    "project": 5,
    "title": "Stötta",
    "instructions": "{association}: {finding}",
    "url": "https://example.org/",
}


# -- what is proposed


def leaders(*trained: int, **more: Any) -> Facts:
    return known(tags=(tag(7, "Roll: ordförande", 1, 2, 3), tag(8, "Klar", *trained)), **more)


def test_a_leader_without_the_course_is_invited_by_a_draft_and_others_are_not() -> None:
    [change] = invite_leaders.propose(leaders(2, 6), INVITE).changes
    assert (change.verb, change.payload["people"]) == ("draft_email", [1, 3])
    assert "not_after" not in change.payload
    assert "lämna" not in str(change.payload["parts"])  # they are not asked as the network is


def test_nobody_is_invited_twice_in_a_month_nor_where_nothing_says_who_has_taken_the_course() -> None:
    [change] = invite_leaders.propose(leaders(2), INVITE).changes
    done = replace(leaders(2), our_lists=frozenset({(1, change.payload["mark"])}))
    assert invite_leaders.propose(done, INVITE).changes == []
    assert invite_leaders.propose(leaders(), INVITE).changes == []
    assert invite_leaders.propose(leaders(1, 2, 3), INVITE).changes == []


def test_an_invitation_needs_a_sender_in_zetkin() -> None:
    without = replace(leaders(2), more={**leaders(2).more, "senders": None})
    assert invite_leaders.propose(without, INVITE).refused


def test_duplicates_become_a_list_and_are_never_merged() -> None:
    some = replace(facts(), duplicates=(frozenset({1, 2}), frozenset({3, 999})))
    [change] = list_duplicates.propose(some, DUPLICATES).changes
    assert (change.verb, change.payload["people"]) == ("make_list", [1, 2])
    again = replace(some, our_lists=frozenset({(1, change.payload["mark"])}))
    assert list_duplicates.propose(again, DUPLICATES).changes == []
    assert list_duplicates.propose(facts(), DUPLICATES).changes == []


def living(*tags: TagFact) -> Facts:
    people = (person(1, postcode="16345"), person(2, postcode="11122"), person(3, postcode="99999"))
    return facts(people=people, tags=tags)


def ours(title: str, *people: int) -> TagFact:
    return TagFact(id=70, title=title, group="zetkin_sync", owner=1, people=frozenset(people))


def short(proposal: Proposal) -> list[tuple[str, Any, int | None]]:
    return [(c.verb, c.payload["title"], c.person) for c in in_order(proposal.changes)]


def test_each_priority_area_has_its_tag_on_those_who_live_there() -> None:
    assert short(tag_priorities.propose(living(), PRIO)) == [
        ("create_tag", "Prio: City", None),
        ("create_tag", "Prio: Tensta", None),
        ("tag", "Prio: City", 2),
        ("tag", "Prio: Tensta", 1),
    ]


def test_the_tag_of_an_area_no_longer_put_first_comes_off_and_tags_of_others_stay() -> None:
    known_tags = (ours("Prio: Gammal", 3, 44), ours("Prio: Tensta", 1), tag(9, "Prio: Annans", 3))
    only = {**PRIO, "prefixes": {"163": "Tensta"}}
    assert short(tag_priorities.propose(living(*known_tags), only)) == [("untag", "Prio: Gammal", 3)]


def close(value: float, state: GoalState = GoalState.BEHIND, unit: int = 2) -> Assessed:
    return Assessed(
        plan="p",
        goal="regular",
        number="28",
        unit=unit,
        day=date(2026, 3, 2),
        state=state,
        finding=say("{done} of {of}", done=value, of=9),
        value=value,
        target=9.0,
    )


def supported(*assessed: Assessed) -> Facts:
    helpers = TagFact(id=7, title="Stöd", group=None, owner=1, people=frozenset({1}), values={1: "Norrort"})
    base = known(
        organizations=(
            OrganizationFact(id=1, title="Distriktet", kind="district"),
            OrganizationFact(id=2, title="Norrort", kind="geographic", parent=1),
        ),
        tags=(helpers,),
    )
    return replace(base, more={**base.more, "assessed": assessed})


def test_an_association_just_below_the_line_gets_help_and_one_far_below_or_above_does_not() -> None:
    [change] = support_associations.propose(supported(close(8)), SUPPORT).changes
    assert (change.verb, change.payload["people"]) == ("assign_task", [1])
    assert change.payload["instructions"].startswith("Norrort: 8")
    for other in (close(7), close(9), close(8, GoalState.MET), close(8, GoalState.UNKNOWN), close(8, unit=1)):
        assert support_associations.propose(supported(other), SUPPORT).changes == []


# -- other ways than mail


@pytest.mark.parametrize(
    ("channel", "verb"),
    [("email", "send_email"), ("task", "assign_task"), ("calls", "draft_calls"), ("tag", "tag")],
)
def test_a_wave_goes_through_any_channel_to_the_same_people_and_counts_the_same(
    channel: str, verb: str
) -> None:
    wanted = {p for c in ask_network.propose(known(), {}).changes for p in c.payload["people"]}
    proposal = ask_network.propose(known(), {"channel": channel, "project": 5})
    mine = [c for c in proposal.changes if c.verb == verb]
    people = {p for c in mine for p in ([c.person] if c.person else c.payload["people"])}
    assert people == wanted
    world = Simulated()
    world.clock.now = NOW
    world.approve(*mine, cap=proposal.cap)
    for key in ("b", "c"):
        again = [replace_key(c, f"{c.key}{key}") for c in mine]
        if key == "b":
            world.approve(*again, cap=proposal.cap)
        else:
            with pytest.raises(UnsafePlan):
                world.approve(*again, cap=proposal.cap)


def replace_key(change: Change, key: str) -> Change:
    return Change(**{**{n: getattr(change, n) for n in change.__struct_fields__}, "key": key, "after": ()})


def test_a_channel_that_is_not_there_is_said() -> None:
    with pytest.raises(ConfigError, match="calls"):
        ask_network.propose(known(), {"channel": "duvpost"})


# -- done in the simulator


def carried(*changes: Change) -> Simulated:
    """The changes as they were proposed, about people and events that are in the simulator."""
    world = Simulated()
    made = [
        Change(
            **{
                **{n: getattr(c, n) for n in c.__struct_fields__},
                "payload": {**c.payload, **_here(c.payload)},
            }
        )
        for c in changes
    ]
    plan = world.approve(*in_order(made))
    for _ in range(12):
        world.work(plan)
        world.pass_by(minutes=5)
    return world


def _here(payload: dict[str, Any]) -> dict[str, Any]:
    later = (MONDAY + timedelta(days=2)).isoformat()
    moved: dict[str, Any] = {"not_after": later} if "not_after" in payload else {}
    if "consent_tags" in payload:
        moved |= {"consent_tags": [7], "opt_out_tags": [8]}
    if payload.get("events"):
        moved["events"] = [{"id": 51, "organization": 1}]
    return moved


def test_an_invitation_is_a_draft_for_exactly_those_people_and_nobody_is_written_to() -> None:
    world = carried(*invite_leaders.propose(leaders(2), {**INVITE, "config": 3, "theme": 9}).changes)
    zetkin = world.state_of_zetkin
    [draft] = zetkin.emails.values()
    assert draft.published is None and not zetkin.deliveries
    [view] = zetkin.views.values()
    assert set(view.rows) == {1, 3}
    assert zetkin.queries[draft.target].filter_spec[0]["config"]["view"] == view.id


def test_duplicates_lie_on_a_list_in_zetkin() -> None:
    some = replace(facts(), duplicates=(frozenset({1, 2}),))
    world = carried(*list_duplicates.propose(some, DUPLICATES).changes)
    [view] = world.state_of_zetkin.views.values()
    assert set(view.rows) == {1, 2} and view.title.startswith("Möjliga dubbletter")


def test_support_is_a_task_in_the_helpers_hands() -> None:
    world = carried(*support_associations.propose(supported(close(8)), SUPPORT).changes)
    [task] = world.state_of_zetkin.tasks.values()
    assert set(task.assigned) == {1} and task.type == "visit_link"


@pytest.mark.parametrize("channel", ["task", "calls", "tag"])
def test_a_callout_reaches_exactly_its_people_through(channel: str) -> None:
    proposal = ask_network.propose(known(), {"channel": channel, "project": 5})
    first = (
        proposal.changes[0].key if channel != "tag" else proposal.changes[0].key.removeprefix("create_tag:")
    )
    mine = [c for c in proposal.changes if c.key.endswith(first) or c.key.startswith(f"tag:{first}:")]
    people = {p for c in mine for p in ([c.person] if c.person else c.payload.get("people", ()))} & set(
        range(1, 6)
    )
    mine = [
        Change(**{**{n: getattr(c, n) for n in c.__struct_fields__}, "payload": only_here(c.payload, people)})
        for c in mine
        if c.person is None or c.person in people
    ]
    zetkin = carried(*mine).state_of_zetkin
    if channel == "task":
        [task] = zetkin.tasks.values()
        assert set(task.assigned) == people and task.config["url"].startswith("https://")
    elif channel == "calls":
        [calls] = zetkin.call_assignments.values()
        [view] = zetkin.views.values()
        assert set(view.rows) == people and calls.start_date is None
    else:
        made = next(t for t in zetkin.tags.values() if t.title.startswith("zetkin_sync förfrågan"))
        assert set(made.people) == people


def only_here(payload: dict[str, Any], people: set[int]) -> dict[str, Any]:
    return {**payload, "people": sorted(people)} if "people" in payload else payload


def test_what_the_configuration_shows_behind_a_hash_works_when_it_is_taken_away() -> None:
    text = Path("config/actions.toml").read_text("utf-8")
    entries = Actions.model_validate(
        tomllib.loads(re.sub(r"(?m)^# ?(?=\[actions|[a-z_]+ = [\[{\"\dft]|Du |Svara |$)", "", text))
    )
    assert {
        "invite_leaders",
        "list_duplicates",
        "tag_priorities",
        "support_associations",
    } <= entries.actions.keys()
    for name, entry in entries.actions.items():
        found = plugins.action(name, entry)
        assert not found.push
    for name in ("invite_leaders", "list_duplicates", "tag_priorities", "support_associations"):
        plugins.action(name, entries.actions[name]).propose(supported(), entries.actions[name].parameters)
