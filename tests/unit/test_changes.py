"""A plan is a value: the same facts give the same plan, and limits hold for small sets too."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from zetkin_sync.changes import (
    Action,
    ApprovalRule,
    Change,
    Limits,
    Proposal,
    from_json,
    in_order,
    make_plan,
    to_json,
)
from zetkin_sync.changes.actions import tag_network_in_priority_areas as tagging
from zetkin_sync.changes.limits import over
from zetkin_sync.language import say
from zetkin_sync.language import to_json as message_json
from zetkin_sync.records.facts import Facts, Freshness, OrganizationFact, PersonFact, TagFact

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
PREFIXES = {"163": "Spånga-Tensta", "16345": "Tensta centrum"}
PARAMETERS = {"network_tag": "Aktivistnätverket", "tag": "Nära", "group": "zetkin_sync", "prefixes": PREFIXES}


def fresh(resource: str, organization: int, **more: object) -> Freshness:
    return Freshness(
        **{
            "resource": resource,
            "organization": organization,
            "snapshot": 7,
            "read": NOW,
            "complete": True,
            **more,
        }  # type: ignore[arg-type]
    )


def facts(*people: PersonFact, network: set[int], ours: set[int] | None = None, **more: object) -> Facts:
    tags = [TagFact(id=1, title="Aktivistnätverket", group=None, owner=1, people=frozenset(network))]
    if ours is not None:
        tags.append(TagFact(id=2, title="Nära", group="zetkin_sync", owner=1, people=frozenset(ours)))
    base = Facts(
        district=1,
        now=NOW,
        zone=ZoneInfo("Europe/Stockholm"),
        organizations=(
            OrganizationFact(id=1, title="Distriktet", kind="district"),
            OrganizationFact(id=2, title="Förening två", kind="geographic"),
        ),
        people=people,
        tags=tuple(tags),
        freshness=tuple(fresh(r, o) for r in ("people", "tags", "taggings") for o in (1, 2)),
    )
    return replace(base, **more)  # type: ignore[arg-type]


def person(i: int, postcode: str | None, *organizations: int) -> PersonFact:
    return PersonFact(id=i, postcode=postcode, organizations=organizations or (1, 2))


def action(**more: object) -> Action:
    return Action(
        **{  # type: ignore[arg-type]
            "name": "tag_network_in_priority_areas",
            "propose": tagging.propose,
            "reads": tagging.READS,
            "parameters": PARAMETERS,
            "limits": Limits(),
            "approval": ApprovalRule(),
            **more,
        }
    )


def test_who_belongs_is_tagged_and_who_does_not_is_untagged() -> None:
    known = facts(
        person(1, "16345"),
        person(2, "11122"),
        person(3, None),
        person(4, "16399"),
        network={1, 2, 3},
        ours={2, 4},
    )
    plan = make_plan(action(), known)
    assert [(c.verb, c.person) for c in plan.changes] == [("tag", 1), ("untag", 2), ("untag", 4)]
    assert "Tensta centrum" in str(plan.changes[0].reason)


def test_the_tag_is_created_before_it_is_put_on() -> None:
    plan = make_plan(action(), facts(person(1, "16345"), network={1}))
    assert [c.verb for c in plan.changes] == ["create_tag", "tag"]


def test_what_is_already_so_is_an_empty_plan() -> None:
    assert not make_plan(action(), facts(person(1, "16345"), network={1}, ours={1}))


def test_shuffled_facts_give_the_same_fingerprint() -> None:
    people = [person(i, random.Random(i).choice(["16345", "16399", "11122"])) for i in range(50)]
    prints = set()
    for seed in range(5):
        shuffled = people[:]
        random.Random(seed).shuffle(shuffled)
        prints.add(make_plan(action(), facts(*shuffled, network=set(range(40)), ours={1, 2, 45})).fingerprint)
    assert len(prints) == 1


def test_a_failed_association_drops_out_by_name_and_does_not_stop_the_others() -> None:
    why = message_json(say("403"))
    known = facts(person(1, "16345", 1, 2), person(5, "16345", 1), network={1, 5}, ours=set())
    known = replace(
        known,
        freshness=(
            *(f for f in known.freshness if f.organization == 1),
            fresh("people", 2, complete=False, why=why),
        ),
    )
    plan = make_plan(action(), known)
    assert [c.person for c in plan.changes] == [5]
    assert [(o.organization, str(o.why)) for o in plan.left_out] == [(2, "Förening två: 403")]
    assert plan.refused == ()


def test_a_plan_from_the_districts_broken_lists_is_refused() -> None:
    known = facts(person(1, "16345"), network={1}, ours=set())
    known = replace(known, freshness=(fresh("taggings", 1, complete=False), *known.freshness))
    assert make_plan(action(), known).refused


def test_old_lists_are_not_planned_from() -> None:
    known = facts(person(1, "16345"), network={1}, ours=set())
    old = tuple(fresh(f.resource, f.organization, read=NOW - timedelta(days=2)) for f in known.freshness)
    assert make_plan(action(), replace(known, freshness=old)).refused


def test_missing_people_are_left_alone() -> None:
    known = facts(
        person(1, "16345"), person(2, "11122"), network={1, 2}, ours={2}, missing_people=frozenset({1, 2})
    )
    assert not make_plan(action(), known)


@pytest.mark.parametrize(
    ("removed", "of", "allowed"), [(2, 3, True), (3, 3, False), (3, 40, True), (5, 40, False)]
)
def test_the_limit_for_removals_holds_for_small_sets(removed: int, of: int, allowed: bool) -> None:
    changes = tuple(
        Change(verb="untag", organization=1, key=str(i), reason=say("x"), person=i, removes=True)
        for i in range(removed)
    )
    assert (over(Limits(), changes, base=of, recipients=removed) == ()) is allowed


@pytest.mark.parametrize(("people", "needed"), [(0, 0), (5, 0), (6, 1), (100, 1), (101, 2)])
def test_how_many_must_approve_follows_from_how_many_are_concerned(people: int, needed: int) -> None:
    assert ApprovalRule(auto_up_to=5, two_above=100).approvals(people) == needed


def test_a_plan_survives_being_stored() -> None:
    plan = make_plan(action(), facts(person(1, "16345"), network={1}))
    again = from_json(to_json(plan))
    assert again == plan and again.fingerprint == plan.fingerprint


def test_changes_that_wait_for_each_other_are_a_fault() -> None:
    def change(key: str, after: str) -> Change:
        return Change(verb="tag", organization=1, key=key, reason=say("x"), after=(after,))

    with pytest.raises(ValueError, match="wait for each other"):
        in_order([change("a", "b"), change("b", "a")])


def test_too_many_changes_are_refused_with_the_limit_in_the_sentence() -> None:
    wide = action(
        limits=Limits(changes=3),
        propose=lambda _f, _p: Proposal(
            changes=[
                Change(verb="tag", organization=1, key=str(i), reason=say("x"), person=i) for i in range(4)
            ]
        ),
    )
    assert [str(r) for r in make_plan(wide, facts(network=set())).refused] == [
        "It holds 4 changes; at most 3 are allowed."
    ]
