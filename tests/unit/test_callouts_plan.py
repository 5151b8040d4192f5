"""A wave from facts to emails: whole, explained, and the same whatever the order."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import msgspec
import pytest

from tests.callouts_facts import CENTRES, NOW, POLICY, asked, event, facts, person, tag
from zetkin_sync.callouts.effect import effect, gini
from zetkin_sync.callouts.explanation import Explainer
from zetkin_sync.callouts.gates import Gate, Gates
from zetkin_sync.callouts.history import History, answers
from zetkin_sync.callouts.plan import CalloutPlan, Reason
from zetkin_sync.callouts.planning import plan
from zetkin_sync.callouts.policy import Caps, Policy, Wave
from zetkin_sync.language import Language, from_json, to_json
from zetkin_sync.records.facts import AskedFact, Facts, ParticipationFact, ResponseFact

EN = Language("en")
SV = Language("sv")
NONE = History()
USUAL = round(POLICY.learning.usual_rate * POLICY.learning.usual_show_up, 4)


def planned(known: Facts, history: History = NONE, policy: Policy = POLICY) -> CalloutPlan:
    return plan(known, policy, history, centres=CENTRES)


def town(seed: int = 1, people: int = 60) -> Facts:
    """A larger invented district, to have something to choose between."""
    dice = random.Random(seed)
    postcodes = ("16345", "11122", "15133", None)
    everybody = tuple(
        person(i, postcode=dice.choice(postcodes), has_email=dice.random() < 0.95)
        for i in range(1, people + 1)
    )
    events = tuple(
        event(
            100 + j,
            days=dice.choice([3, 4, 5, 6, 7, 8]),
            required=dice.randint(1, 5),
            areas=(dice.choice(["norr", "söder"]),),
            type=dice.choice(["Torgmöte", "Affischering", "Digitalt"]),
        )
        for j in range(10)
    )
    some = [i for i in range(1, people + 1) if dice.random() < 0.5]
    return facts(
        people=everybody,
        events=events,
        tags=(tag(1, "Aktivistnätverket", *range(1, people - 3)), tag(2, "Vill: Affischering", *some)),
        participations=tuple(
            ParticipationFact(event=100 + dice.randrange(10), person=i) for i in range(1, people, 9)
        ),
    )


def test_everybody_in_the_network_is_asked_or_left_with_a_reason() -> None:
    known = town()
    made = planned(known)
    network = next(t for t in known.tags if t.title == "Aktivistnätverket").people
    assert {a.person for a in made.asks} | {left.person for left in made.left} == network
    assert not {a.person for a in made.asks} & {left.person for left in made.left}
    assert all(left.gate is not None or left.reason is not None for left in made.left)
    assert made.asks
    assert made.value <= made.bound


def test_no_gate_is_closed_to_a_line_and_no_email_breaks_a_rule() -> None:
    known = town(2)
    made = planned(known)
    gates = Gates(known, POLICY, NONE, CENTRES)
    needs = {need.event: need for need in made.needs.needs}
    assert 0 < len(made.emails) <= POLICY.bundles
    receivers = [p for email in made.emails for p in email.people]
    assert len(receivers) == len(set(receivers)) == len(made.asks)
    for email in made.emails:
        assert 1 <= len(email.events) <= POLICY.lines
        times = sorted((needs[e].starts, needs[e].ends) for e in email.events)
        assert all(a[1] <= b[0] for a, b in pairwise(times))
    for ask in made.asks:
        assert ask.lines
        for line in ask.lines:
            assert gates.first_closed(ask.person, needs[line.event]) is None
            assert line.event in made.emails[ask.email].events
            assert line.instead not in {
                a.person for a in made.asks if any(x.event == line.event for x in a.lines)
            }


def test_a_wave_holds_no_more_than_may_leave_in_an_hour() -> None:
    everything = planned(town(), policy=POLICY)
    few = POLICY.model_copy(update={"caps": POLICY.caps.model_copy(update={"an_hour": 4})})
    assert len(everything.asks) > 4
    assert 0 < len(planned(town(), policy=few).asks) <= 4


def test_the_order_of_facts_does_not_matter() -> None:
    known = town(3)
    history = History(
        asked=tuple(asked(i, 50 + i, days_ago=5 + i % 20, type="Torgmöte") for i in range(1, 40))
    )
    dice = random.Random(4)
    shuffled = replace(
        known,
        **{
            name: tuple(dice.sample(getattr(known, name), len(getattr(known, name))))
            for name in ("people", "events", "tags", "participations")
        },
    )
    again = History(asked=tuple(dice.sample(history.asked, len(history.asked))))
    assert planned(shuffled, again) == planned(known, history)


def test_a_person_or_event_that_plays_no_part_changes_nothing() -> None:
    known = town(5)
    more = replace(
        known,
        people=(*known.people, person(900)),
        events=(*known.events, event(901, days=-3), event(902, required=0)),
    )
    one, other = planned(known), planned(more)
    assert (one.emails, one.asks, one.left, one.value) == (other.emails, other.asks, other.left, other.value)


def test_a_plan_is_a_value_that_can_be_stored() -> None:
    made = planned(town(6))
    assert msgspec.json.decode(msgspec.json.encode(made), type=CalloutPlan) == made


def test_what_is_sent_becomes_history_and_is_not_planned_again() -> None:
    known = town(7)
    first = planned(known)
    history = History(asked=first.asked(at=NOW + timedelta(minutes=10)))
    assert {line.person for line in history.asked} == {a.person for a in first.asks}
    later = replace(known, now=NOW + timedelta(minutes=20))
    again = planned(later, history)
    assert again.asks == ()
    named = {line.event for line in history.asked}
    assert named.isdisjoint(need.event for need in again.needs.needs)


def test_the_next_wave_counts_on_those_who_may_still_answer() -> None:
    policy = POLICY.model_copy(
        update={"waves": (Wave(days_before=10), Wave(days_before=5.5)), "caps": Caps(messages=9, rest_days=0)}
    )
    lines = [asked(i, 10, days_ago=0.2) for i in range(1, 5)]
    known = facts(events=(event(10, required=1, days=5.4),))  # its second wave began after they were asked
    made = planned(known, History(asked=tuple(lines)), policy)
    assert made.expects[0].before == pytest.approx(1 - (1 - USUAL) ** 4, abs=1e-3)
    silent = [asked(i, 10, days_ago=6) for i in range(1, 5)]
    assert planned(known, History(asked=tuple(silent)), policy).expects[0].before == 0.0


def test_rotation_asks_somebody_else_when_it_makes_no_difference() -> None:
    policy = POLICY.model_copy(update={"budget": 1, "rotation": 0.05})
    known = facts(events=(event(10, required=1),))
    fresh = planned(known, NONE, policy).asks[0].person
    history = History(asked=(asked(fresh, 50, days_ago=40),))
    assert planned(known, history, policy).asks[0].person != fresh


def test_why_is_answered_for_every_pair_also_for_those_that_do_not_exist() -> None:
    known = town(8)
    made = planned(known)
    explainer = Explainer(known, POLICY, NONE, centres=CENTRES, plan=made)
    for who in [*range(0, 70, 3), 12345]:
        for what in [*(e.id for e in known.events), 4711]:
            answer = explainer.explain(who, what)
            assert EN.say(answer.verdict)
            assert SV.say(answer.verdict)
            assert answer.asked == any(
                a.person == who and any(x.event == what for x in a.lines) for a in made.asks
            )
            if answer.asked:
                assert all(p.open for p in answer.passages)
                assert answer.line is not None


def test_the_sentence_says_what_she_is_asked_and_why() -> None:
    history = History(asked=(asked(1, 50, days_ago=12),))
    made = planned(facts(), history)
    explainer = Explainer(facts(), POLICY, history, centres=CENTRES, plan=made)
    said = EN.say(explainer.explain(1, 10).verdict)
    assert said.startswith("Is asked about Torgmöte in Norr: priority area; less than 3 km; last asked")
    assert "raises the expected number by 0." in said
    message = explainer.explain(1, 10).verdict
    assert from_json(to_json(message)) == message
    parts = explainer.explain(1, 10).parts
    assert parts is not None
    assert parts.value == pytest.approx(
        parts.type_rate * parts.multiplier * parts.streak * parts.distance * parts.show_up, abs=1e-4
    )


def test_those_left_are_told_apart() -> None:
    policy = POLICY.model_copy(update={"budget": 1})
    known = facts(people=(*facts().people[:-1], person(6, has_email=False)), events=(event(10),))
    left = {item.person: item for item in planned(known, NONE, policy).left}
    assert left[6].gate is Gate.REACHABLE
    assert {left[i].reason for i in left if i != 6} == {Reason.ADDS_TOO_LITTLE}
    far = facts(people=tuple(person(i, postcode="15133") for i in range(1, 7)))
    assert {item.reason for item in planned(far).left} == {Reason.NOTHING_FITS}


def test_answers_are_signed_up_came_or_silence_once_the_time_is_over() -> None:
    lines = (
        asked(1, 10, days_ago=9),
        asked(2, 10, days_ago=9),
        asked(3, 10, days_ago=9),
        asked(4, 10, days_ago=9),
        asked(5, 10, days_ago=1),
        asked(6, 10, days_ago=9),
    )
    known = facts(
        responses=(
            ResponseFact(event=10, person=1, responded=NOW - timedelta(days=8)),
            ResponseFact(event=10, person=6, responded=NOW - timedelta(days=20)),
        ),
        participations=(
            ParticipationFact(event=10, person=1, attended=NOW),
            ParticipationFact(event=10, person=2, noshow=NOW),
            ParticipationFact(event=10, person=3),
        ),
    )
    found = {a.asked.person: (a.signed_up, a.came) for a in answers(known, lines, patience=timedelta(days=4))}
    assert found == {1: (True, True), 2: (True, False), 3: (True, None), 4: (False, None)}


def test_the_effect_counts_asked_signed_up_came_and_who_left() -> None:
    lines = (
        asked(1, 10, days_ago=9, area="norr", chance=0.5),
        asked(1, 11, days_ago=9, area="norr", chance=0.5),
        asked(2, 10, days_ago=9, area="norr", chance=0.5),
        asked(3, 12, days_ago=5, area="söder", type="Affischering", chance=0.5),
    )
    known = facts(
        participations=(
            ParticipationFact(event=10, person=1, attended=NOW),
            ParticipationFact(event=12, person=3, noshow=NOW),
        )
    )
    history = History(asked=lines, opted_out={2: NOW - timedelta(days=2)})
    found = effect(known, POLICY, history, since=NOW - timedelta(days=30))
    assert (found.total.messages, found.total.people, found.total.lines) == (3, 3, 4)
    assert (found.total.signed_up, found.total.came, found.total.stayed_away, found.total.opted_out) == (
        2,
        1,
        1,
        1,
    )
    assert found.total.messages_per_place == 3.0
    assert [t.name for t in found.by_area] == ["norr", "söder"]
    assert [t.name for t in found.by_type] == ["Affischering", "Torgmöte"]
    assert sum(t.messages for t in found.by_callout) >= found.total.messages
    assert found.never == 3
    assert found.gini == pytest.approx(gini([1, 1, 1, 0, 0, 0]))
    assert sum(row.count for row in found.calibration) == 3


def test_the_history_is_what_the_facts_know_of_messages() -> None:
    known = facts(
        asked=(
            AskedFact(person=1, at=NOW - timedelta(days=9), message=7, plan=3, events=(10, 12), chance=0.3),
            AskedFact(person=2, at=NOW, message=8, plan=3, events=(10,), state="cancelled"),
            AskedFact(person=3, at=NOW, message=8, plan=3, events=(10,), dropped=True),
            AskedFact(person=4, at=NOW, message=8, plan=3, events=(10,), state="unknown"),
        ),
        restricted=frozenset({5}),
    )
    history = History.of(known)
    assert [(a.person, a.event, a.type) for a in history.asked] == [
        (1, 10, "Torgmöte"),
        (1, 12, "Affischering"),
        (4, 10, "Torgmöte"),
    ]
    assert history.restricted == {5}
    assert planned(known, history) == plan(known, POLICY, centres=CENTRES)


def test_gini_is_nought_for_equal_shares_and_nearly_one_for_one_taker() -> None:
    assert gini([3, 3, 3]) == pytest.approx(0.0)
    assert gini([0] * 99 + [7]) == pytest.approx(0.99)
    assert gini([]) == gini([0, 0]) == 0.0
