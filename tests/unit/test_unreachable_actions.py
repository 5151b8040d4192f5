"""What is proposed in Zetkin for members whom mail does not reach."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from zetkin_sync.changes.actions import call_unreachable, mark_unreachable
from zetkin_sync.changes.change import Change, in_order
from zetkin_sync.records.facts import Facts, OrganizationFact, PersonFact, ReachFact, TagFact

GROUP = "zetkin_sync"
MARK = {
    "group": GROUP,
    "other": "Nås inte",
    "titles": {"unknown_user": "Finns inte", "complaint": "Vill inte"},
}
CALL = {"least": 2, "folder": GROUP, "title": "Uppdatera", "description": "d", "instructions": "i"}


def lost(person: int, **changes: object) -> ReachFact:
    made = {
        "person": person,
        "state": "unreachable",
        "reason": "unknown_user",
        "status": "5.1.1",
        "open_case": True,
        "unit": 2,
    }
    return ReachFact(**{**made, **changes})  # type: ignore[arg-type]


def facts(*reach: ReachFact, tags: tuple[TagFact, ...] = ()) -> Facts:
    return Facts(
        district=1,
        now=datetime(2026, 11, 22, 9, tzinfo=UTC),
        zone=ZoneInfo("Europe/Stockholm"),
        organizations=(OrganizationFact(id=2, title="Norrort", kind="geographic"),),
        people=tuple(
            PersonFact(id=n, organizations=(1, 2), has_email=True, has_phone=n != 9) for n in range(1, 10)
        ),
        tags=tags,
        reach={r.person: r for r in reach},
    )


def tag(title: str, *people: int, id_: int = 1) -> TagFact:
    return TagFact(id=id_, title=title, group=GROUP, owner=1, people=frozenset(people))


def marks(found: Facts) -> list[tuple[str, int | None, object]]:
    return [
        (c.verb, c.person, c.payload["title"])
        for c in in_order(mark_unreachable.propose(found, MARK).changes)
    ]


def calls(found: Facts) -> list[Change]:
    return call_unreachable.propose(found, CALL).changes


def test_nothing_is_proposed_before_any_source_was_read() -> None:
    unread = replace(facts(), reach=None)
    assert marks(unread) == []
    assert calls(unread) == []


def test_a_member_with_an_open_case_gets_the_tag_of_the_reason() -> None:
    found = facts(
        lost(1), lost(2, reason="full", status=None), lost(3, state="complained"), lost(4, open_case=False)
    )
    assert marks(found) == [
        ("create_tag", None, "Finns inte"),
        ("create_tag", None, "Nås inte"),
        ("create_tag", None, "Vill inte"),
        ("tag", 1, "Finns inte"),
        ("tag", 2, "Nås inte"),
        ("tag", 3, "Vill inte"),
    ]


def test_the_reason_is_a_sentence_with_the_code() -> None:
    change = next(c for c in mark_unreachable.propose(facts(lost(1)), MARK).changes if c.verb == "tag")
    assert str(change.reason) == "Mail does not reach this member: The address does not exist. (code 5.1.1)"


def test_whoever_is_tagged_already_is_left_as_they_are() -> None:
    assert marks(facts(lost(1), tags=(tag("Finns inte", 1),))) == []


def test_whoever_is_reached_again_loses_the_tag() -> None:
    assert marks(facts(lost(1, open_case=False), tags=(tag("Finns inte", 1),))) == [
        ("untag", 1, "Finns inte")
    ]


def test_another_reason_is_another_tag() -> None:
    found = facts(lost(1, reason="full"), tags=(tag("Finns inte", 1), tag("Nås inte", id_=2)))
    assert marks(found) == [("tag", 1, "Nås inte"), ("untag", 1, "Finns inte")]


def test_a_tag_of_somebody_elses_is_never_touched() -> None:
    theirs = TagFact(id=5, title="Finns inte", group="annan grupp", owner=1, people=frozenset({7}))
    assert ("untag", 7, "Finns inte") not in marks(facts(lost(1), tags=(theirs,)))


def test_restricted_people_are_left_alone() -> None:
    found = replace(facts(lost(1), tags=(tag("Finns inte", 2),)), restricted=frozenset({1, 2}))
    assert marks(found) == []


def test_an_association_with_enough_members_to_call_gets_a_draft() -> None:
    change = calls(facts(lost(1), lost(2), lost(9)))[0]  # 9 has no phone
    assert (change.verb, change.organization, change.payload["people"]) == ("draft_calls", 2, [1, 2])
    assert change.payload["mark"] == "Uppdatera 2026-11 (Norrort)"


def test_too_few_to_call_or_a_draft_this_month_already_is_no_proposal() -> None:
    assert calls(facts(lost(1))) == []
    drafted = replace(facts(lost(1), lost(2)), our_lists=frozenset({(2, "Uppdatera 2026-11 (Norrort)")}))
    assert calls(drafted) == []


def test_who_complained_is_not_called() -> None:
    assert calls(facts(lost(1, state="complained"), lost(2, state="complained"))) == []
