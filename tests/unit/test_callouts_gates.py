"""Each gate of asking: open, closed, and what it says; needs and distances."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from tests.callouts_facts import AGREED, CENTRES, LOCAL, NOW, POLICY, asked, event, facts, person, tag
from zetkin_sync.callouts.distance import Centres, class_of, kilometres
from zetkin_sync.callouts.gates import Gate, Gates, candidates
from zetkin_sync.callouts.history import History
from zetkin_sync.callouts.need import find_needs
from zetkin_sync.callouts.policy import Caps, Free, Need, Policy, Wave
from zetkin_sync.callouts.why import passages
from zetkin_sync.language import Language
from zetkin_sync.records.facts import Facts, ParticipationFact, ResponseFact

EN = Language("en")
NONE = History()


def closed(
    known: Facts, history: History = NONE, policy: Policy = POLICY, *, who: int = 1, what: int = 10
) -> tuple[Gate | None, str]:
    """The first closed gate for a person and an event, and what it says."""
    needs = {need.event: need for need in find_needs(known, policy, history, CENTRES).needs}
    gates = Gates(known, policy, history, CENTRES)
    gate = gates.first_closed(who, needs[what])
    said = [EN.say(p.why) for p in passages(gates, who, needs[what]) if p.gate is gate]
    return gate, said[0] if said else ""


def with_person(**changes: Any) -> Facts:
    return facts(people=(person(1, **changes), *(person(i) for i in range(2, 7))))


def test_everything_open_means_asked() -> None:
    assert closed(facts()) == (None, "")


def test_consent_needs_the_tag_a_date_that_has_come_and_a_source() -> None:
    assert closed(facts(), who=77)[0] is Gate.CONSENT
    assert "not in the network" in closed(facts(), who=77)[1]
    for date_ in (None, "", "soon", "2027-01-01"):
        gate, said = closed(with_person(fields={**AGREED, "samtycke": date_}))
        assert gate is Gate.CONSENT
        assert "when" in said
    gate, said = closed(with_person(fields={"samtycke": "2025-01-10"}))
    assert gate is Gate.CONSENT
    assert "how" in said


def test_the_restricted_the_missing_the_unreachable_and_those_who_left_are_not_asked() -> None:
    assert closed(facts(), History(restricted=frozenset({1})))[0] is Gate.RESTRICTED
    assert closed(facts(missing_people=frozenset({1})))[0] is Gate.MISSING
    assert closed(facts(people=(person(2),)))[0] is Gate.MISSING
    assert closed(with_person(has_email=False)) == (Gate.REACHABLE, "Has no email address.")
    assert closed(facts(unreachable=frozenset({1}))) == (Gate.REACHABLE, "Emails do not reach the address.")
    assert closed(facts(), History(opted_out={1: NOW}))[0] is Gate.OPTED_OUT
    assert closed(facts(tags=(*facts().tags, tag(3, "Utträtt", 1))))[0] is Gate.OPTED_OUT


def test_interest_is_a_tag_for_types_that_need_one() -> None:
    assert closed(facts(), what=12, who=3) == (Gate.INTEREST, "Does not have the tag Vill: Affischering.")
    assert closed(facts(), what=12, who=2)[0] is None


def test_distance_is_a_class_and_digital_has_none() -> None:
    assert closed(with_person(postcode="15133")) == (Gate.DISTANCE, "Too far: more than 20 km.")
    assert closed(with_person(postcode=None))[0] is None
    strict = POLICY.model_copy(
        update={"distance": POLICY.distance.model_copy(update={"unknown_is_asked": False})}
    )
    assert closed(with_person(postcode=None), policy=strict) == (
        Gate.DISTANCE,
        "Too far: distance not known.",
    )
    digital = facts(
        people=with_person(postcode="15133").people,
        events=(event(10, type="Digitalt", areas=(), located="unknown"),),
    )
    assert closed(digital)[0] is None


def test_who_has_said_when_is_asked_about_those_times_only() -> None:
    weekend = Free.model_validate({"days": ["sat", "sun"], "from": "10:00", "to": "14:00"})
    policy = POLICY.model_copy(update={"availability": {"Kan: helger": (weekend,)}})
    known = facts(tags=(*facts().tags, tag(4, "Kan: helger", 1)), events=(event(10), event(11, days=8)))
    assert closed(known, policy=policy)[0] is None  # a Saturday, 10 to 12
    assert closed(known, policy=policy, what=11)[0] is Gate.AVAILABLE
    assert closed(known, policy=policy, who=2, what=11)[0] is None
    late = facts(tags=known.tags, events=(event(10, hours=5),))
    assert closed(late, policy=policy)[0] is Gate.AVAILABLE
    assert Free.model_validate({"from": "22:00"}).to == time(0, 0)


def test_who_is_booked_has_signed_up_or_was_asked_is_not_asked_again() -> None:
    booked = ParticipationFact(event=10, person=1)
    assert closed(facts(participations=(booked,)))[0] is Gate.BOOKED
    assert closed(facts(responses=(ResponseFact(event=10, person=1),)))[0] is Gate.BOOKED
    off = ParticipationFact(event=10, person=1, cancelled=NOW)
    assert closed(facts(participations=(off,), responses=(ResponseFact(event=10, person=1),)))[0] is None
    long_ago = POLICY.model_copy(update={"waves": (Wave(days_before=10), Wave(days_before=5.5))})
    assert closed(facts(), History(asked=(asked(1, 10, days_ago=6),)), long_ago)[0] is Gate.ASKED


def test_a_booking_at_the_same_time_closes_with_time_to_travel() -> None:
    for shift, gate in (
        (timedelta(hours=1), Gate.CLASH),
        (timedelta(hours=2, minutes=15), Gate.CLASH),
        (timedelta(hours=3), None),
    ):
        other = event(
            20, required=0, starts=LOCAL + timedelta(days=5) + shift, ends=LOCAL + timedelta(days=5, hours=9)
        )
        known = facts(
            events=(*facts().events, other), participations=(ParticipationFact(event=20, person=1),)
        )
        assert closed(known)[0] is gate


def test_what_she_was_just_asked_about_counts_as_taken_until_the_time_to_answer_is_over() -> None:
    other = event(20, required=0)
    known = facts(events=(*facts().events, other))
    policy = POLICY.model_copy(update={"caps": Caps(messages=9, rest_days=0)})
    assert closed(known, History(asked=(asked(1, 20, days_ago=1),)), policy)[0] is Gate.CLASH
    assert closed(known, History(asked=(asked(1, 20, days_ago=5),)), policy)[0] is None


def test_the_cap_counts_messages_over_all_callouts_also_future_ones() -> None:
    one_message = (asked(1, 50, days_ago=9), asked(1, 51, days_ago=9))
    assert closed(facts(), History(asked=one_message))[0] is None
    two = (*one_message, asked(1, 52, days_ago=20))
    gate, said = closed(facts(), History(asked=two))
    assert gate is Gate.CAP
    assert "may be asked again from Tue 10 Mar" in said
    assert closed(facts(), History(asked=(*one_message, asked(1, 52, days_ago=29))))[0] is None
    ahead = (*one_message, asked(1, 53, days_ago=-2))
    assert closed(facts(), History(asked=ahead))[0] is Gate.CAP


def test_there_are_days_of_rest_between_messages() -> None:
    assert closed(facts(), History(asked=(asked(1, 50, days_ago=2),)))[0] is Gate.REST
    assert closed(facts(), History(asked=(asked(1, 50, days_ago=4),)))[0] is None


def test_all_gates_are_told_in_their_order() -> None:
    needs = find_needs(facts(), POLICY, History(), CENTRES).needs
    gates = Gates(facts(), POLICY, History(), CENTRES)
    row = passages(gates, 1, needs[0])
    assert [p.gate for p in row] == list(Gate)
    assert all(p.open for p in row)
    assert all(EN.say(p.why) for p in row)


def test_candidates_are_exactly_those_to_whom_no_gate_is_closed() -> None:
    known = facts(participations=(ParticipationFact(event=10, person=3),), missing_people=frozenset({6}))
    history = History(asked=(asked(2, 50, days_ago=1),), opted_out={5: NOW})
    needs = find_needs(known, POLICY, history, CENTRES).needs
    gates = Gates(known, POLICY, history, CENTRES)
    found = candidates(gates, needs)
    for who in range(8):
        fitting = [need.event for need in needs if gates.first_closed(who, need) is None]
        assert [need.event for need in found.get(who, [])] == fitting
    assert set(found) == {1, 3, 4}


def why(known: Facts, policy: Policy = POLICY, history: History = NONE, what: int = 10) -> str:
    found = find_needs(known, policy, history, CENTRES).why_not(what)
    return "" if found is None else EN.say(found)


def test_an_event_asks_for_people_unless_there_is_a_reason() -> None:
    assert why(facts()) == ""
    assert "last reading" in why(facts(missing_events=frozenset({10})))
    assert "called off" in why(facts(events=(event(10, cancelled=NOW - timedelta(hours=1)),)))
    assert "not published" in why(facts(events=(event(10, published=None),)))
    assert "how many" in why(facts(events=(event(10, required=0),)))
    assert "taken" in why(facts(events=(event(10, available=4),)))
    assert "type" in why(facts(), POLICY.model_copy(update={"need": Need(types=("Studiecirkel",))}))
    assert "too soon" in why(facts(events=(event(10, days=0.5),)))
    assert "from Sun 1 Mar" not in why(facts())
    assert "is asked for from Mon 9 Mar" in why(facts(events=(event(10, days=17),)))
    assert "upcoming" in why(facts(), what=999)
    assert "upcoming" in why(facts(events=(event(10, days=-1),)))


def test_what_a_person_should_look_at_is_listed() -> None:
    known = facts(
        events=(
            event(1, contact=None),
            event(2, areas=("okänd",), located="unknown"),
            event(3, suspicious_time=True),
            event(4, lat=59.3, lng=18.0, areas=()),
        )
    )
    found = find_needs(known, POLICY, History(), CENTRES)
    assert [other.event for other in found.for_people] == [1, 2, 3]
    assert [need.event for need in found.needs] == [4]


def test_open_places_count_bookings_and_waiting_sign_ups_but_not_cancelled_ones() -> None:
    known = facts(
        participations=(
            ParticipationFact(event=10, person=1),
            ParticipationFact(event=10, person=2, cancelled=NOW),
            ParticipationFact(event=10, person=3, cancelled=NOW),
        ),
        responses=tuple(ResponseFact(event=10, person=p) for p in (1, 3, 5)),
    )
    need = find_needs(known, POLICY, History(), CENTRES).needs[0]
    assert need.open == 4 - 1 - 1


def test_priority_areas_weigh_more_and_early_waves_less() -> None:
    policy = POLICY.model_copy(
        update={"waves": (Wave(days_before=10, tau=0.3), Wave(days_before=5.5, tau=0.03))}
    )
    needs = {need.event: need for need in find_needs(facts(), policy, History(), CENTRES).needs}
    assert (needs[10].wave, needs[10].weight) == (1, 3.0)
    assert needs[11].wave == 0
    assert needs[11].weight == pytest.approx(0.3)
    assert needs[12].weight == pytest.approx(0.1)
    assert needs[10].priority
    assert needs[12].area == "söder"


def test_a_wave_asks_once_for_an_event() -> None:
    history = History(asked=(asked(6, 10, days_ago=1),))
    assert "last wave" in why(facts(), history=history)
    two = POLICY.model_copy(update={"waves": (Wave(days_before=10), Wave(days_before=3))})
    assert "next begins on Wed 4 Mar" in why(facts(), two, history)
    assert why(facts(), two, History(asked=(asked(6, 10, days_ago=6),))) == ""


def test_distances_are_classes_between_centres() -> None:
    assert kilometres((18.06, 59.33), (18.06, 59.42)) == pytest.approx(10.0, abs=0.05)
    edges = (3.0, 8.0, 20.0)
    assert [class_of((18.0, 59.3), (18.0, 59.3 + km / 111.195), edges) for km in (0, 2.9, 3.1, 8.1, 25)] == [
        0,
        0,
        1,
        2,
        3,
    ]
    assert class_of(None, (18.0, 59.3), edges) is None

    class Area:
        def __init__(self, id_: str, *postcodes: str) -> None:
            self.id, self.postcodes = id_, postcodes

    made = Centres.of(
        [Area("a", "163", "16345"), Area("b", "163"), Area("c", "999")],
        {"a": (18.0, 59.0), "b": (18.2, 59.2)},
    )
    assert made.of_postcode("16345") == (18.0, 59.0)
    assert made.of_postcode("16311") == pytest.approx((18.1, 59.1))
    assert made.of_postcode("99999") is None
    assert made.of_postcode(None) is None
    assert made.of_event(event(1, areas=("x", "b"))) == (18.2, 59.2)


def test_times_are_the_districts_wall_clock() -> None:
    known = facts(now=datetime(2026, 3, 28, 23, tzinfo=NOW.tzinfo), events=(event(10, days=27),))
    assert known.local_now == datetime(2026, 3, 29, 0)
    assert find_needs(known, POLICY, History(), CENTRES).needs == ()
