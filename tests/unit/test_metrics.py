"""Each metric met, behind and unknown on built data, and the traps of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.unit.goals_facts import (
    DISTRICT,
    TODAY,
    ask,
    association,
    attestation,
    came,
    district,
    event,
    monthly,
    person,
    priority,
    row,
    tag,
    with_events,
    with_register,
)
from zetkin_sync.goals.windows import window, year_before
from zetkin_sync.goals.working_days import Calendar
from zetkin_sync.records import GoalState
from zetkin_sync.records.facts import (
    CalloutFact,
    CaseFact,
    EmailFact,
    Facts,
    Freshness,
    JourneyFact,
    OfficialFact,
    ParticipationFact,
    ResponseFact,
    ThreadFact,
)

MET, BEHIND, MISSED = GoalState.MET, GoalState.BEHIND, GoalState.MISSED
ON_TRACK, UNKNOWN, NOT_APPLICABLE = GoalState.ON_TRACK, GoalState.UNKNOWN, GoalState.NOT_APPLICABLE
COURSE = {"types": ["Utbildning"]}


def days_ago(days: int) -> date:
    return TODAY - timedelta(days)


# occasions


def occasions(facts: Facts, *, target: float = 2, period: str = "year", **more: object) -> GoalState:
    parameters = {"events": COURSE, **more}
    return ask("occasions", facts, target=target, period=period, figure="count", parameters=parameters).state


OTHER = event(11, date(2024, 5, 1))


def with_courses(facts: Facts) -> Facts:
    """The type exists in Zetkin, and other things have been held."""
    return replace(with_events(facts, OTHER), event_types=frozenset({"Utbildning"}))


def course(day: date, organization: int = DISTRICT, **more: object) -> object:
    return event(organization, day, type="Utbildning", title="Kurs", **more)


def test_two_occasions_in_the_year_are_enough_and_one_is_not() -> None:
    one, two = course(date(2026, 2, 1)), course(date(2026, 9, 1))
    assert occasions(with_events(district(), one, two)) is MET
    assert occasions(with_events(district(), one)) is BEHIND
    assert occasions(with_events(district(), one, course(date(2025, 9, 1)))) is BEHIND


def test_an_occasion_that_is_planned_makes_it_on_track_and_not_met() -> None:
    facts = with_events(district(), course(date(2026, 2, 1)), course(date(2026, 12, 1)))
    assert occasions(facts) is ON_TRACK


def test_a_type_that_nobody_has_made_in_zetkin_is_unknown_and_one_that_is_unused_is_none_held() -> None:
    assert occasions(district()) is UNKNOWN, "no events were read at all"
    assert occasions(with_events(district(), OTHER)) is UNKNOWN, "nobody has made the type"
    assert occasions(with_courses(district())) is BEHIND


def test_occasions_are_warned_about_on_the_days_that_the_plan_names() -> None:
    by = {"07-01": 1, "10-01": 2}
    june, july, october = date(2026, 6, 30), date(2026, 7, 1), date(2026, 10, 1)
    assert occasions(with_courses(district(today=june)), by=by) is ON_TRACK
    assert occasions(with_courses(district(today=july)), by=by) is BEHIND
    held = course(date(2026, 2, 1))
    assert occasions(with_events(district(today=july), held), by=by) is ON_TRACK
    assert occasions(with_events(district(today=october), held), by=by) is BEHIND


def test_all_must_be_planned_nine_months_before_the_end() -> None:
    held = course(date(2026, 2, 1))
    for today, state in ((date(2026, 3, 1), ON_TRACK), (date(2026, 5, 1), BEHIND)):
        facts = with_events(district(today=today), held)
        assert occasions(facts, period="plan", all_planned_days=273) is state


def test_a_period_that_is_over_is_missed() -> None:
    assert occasions(with_courses(district(today=date(2027, 1, 10))), period="plan") is MISSED


def test_an_occasion_that_may_be_gone_leaves_it_open() -> None:
    one, two = course(date(2026, 2, 1)), course(date(2026, 9, 1))
    facts = replace(with_events(district(), one, two), missing_events=frozenset({two.id}))  # type: ignore[attr-defined]
    assert occasions(facts) is UNKNOWN


# kinds_held

KINDS = {"digital": {"words": ["digital*"]}, "square": {"types": ["Torgmöte"]}}


def test_both_kinds_must_have_been_held() -> None:
    online, square = event(11, days_ago(5), title="Digitalt möte", type="Möte"), event(11, days_ago(6))

    def state(*events: object) -> GoalState:
        facts = with_events(district(), *events)  # type: ignore[arg-type]
        return ask("kinds_held", facts, period="quarter", parameters={"kinds": KINDS}).state

    assert state(online, square) is MET
    assert state(square) is BEHIND
    assert state(online) is UNKNOWN, "nobody has made the type Torgmöte"


# units_share


def units(facts: Facts, **parameters: object) -> GoalState:
    period = str(parameters.pop("period", "30 days"))
    return ask("units_share", facts, period=period, parameters=parameters).state


def test_every_association_must_have_held_something() -> None:
    facts = district(geographic=2, branch=0)
    assert units(with_events(facts, event(11, days_ago(3)), event(12, days_ago(9)))) is MET
    assert units(with_events(facts, event(11, days_ago(3)), event(12, days_ago(40)))) is BEHIND
    unread = Freshness(resource="events", organization=12, snapshot=None, read=None, complete=False)
    assert units(replace(with_events(facts, event(11, days_ago(3))), freshness=(unread,))) is UNKNOWN


def test_every_priority_area_must_have_had_an_event_and_one_without_place_may_be_it() -> None:
    facts = district(geographic=2, branch=0)
    first = event(11, days_ago(3), area="a11")
    everywhere = {"units": "priority_areas"}
    assert units(with_events(facts, first, event(11, days_ago(3), area="a12")), **everywhere) is MET
    assert units(with_events(facts, first), **everywhere) is BEHIND
    assert units(with_events(facts, first, event(12, days_ago(3))), **everywhere) is UNKNOWN
    assert units(replace(facts, priorities=()), **everywhere) is UNKNOWN


def test_areas_of_a_kind_are_counted_and_none_drawn_is_unknown() -> None:
    facts = with_events(district(geographic=1, branch=0), event(11, days_ago(3), area="a11"))
    assert units(facts, units="areas", area_kinds=["area"]) is MET
    assert units(facts, units="areas", area_kinds=["kommun"]) is UNKNOWN


def test_all_three_kinds_in_each_association() -> None:
    facts = with_events(district(geographic=1, branch=0), event(11, days_ago(3)))
    both = {"square": {"types": ["Torgmöte"]}, "course": {"words": ["kurs"]}}
    assert units(facts, kinds=both) is BEHIND
    assert units(with_events(facts, event(11, days_ago(2), title="Kurs")), kinds=both) is MET


def test_taking_part_counts_for_the_members_association_and_a_no_show_does_not() -> None:
    meeting = event(DISTRICT, days_ago(3))
    facts = replace(with_events(district(geographic=1, branch=0), meeting), people=(person(1, 11),))
    part = {"by": "taking_part"}
    assert units(replace(facts, participations=tuple(came(meeting, 1))), **part) is MET
    absent = ParticipationFact(event=meeting.id, person=1, noshow=facts.now)
    assert units(replace(facts, participations=(absent,)), **part) is BEHIND


# event_share


def shares(
    facts: Facts, *, target: float | None = 0.5, period: str = "90 days", **parameters: object
) -> GoalState:
    direction = "rising" if target is None else "at_least"
    return ask(
        "event_share", facts, target=target, period=period, direction=direction, parameters=parameters
    ).state


def test_half_of_those_that_need_people_are_staffed() -> None:
    full, short = (
        event(11, days_ago(3), required=4, available=4),
        event(11, days_ago(4), required=4, available=3),
    )
    free = event(11, days_ago(5))
    assert shares(with_events(district(), full, short, free), quality="staffed") is MET
    assert shares(with_events(district(), short, free), quality="staffed") is BEHIND
    assert shares(with_events(district(), free), quality="staffed") is UNKNOWN


def test_announced_means_published_so_many_days_ahead() -> None:
    day = days_ago(3)
    early = event(DISTRICT, day, published=datetime(2026, 8, 1, tzinfo=UTC))
    late = event(DISTRICT, day, published=datetime(2026, 11, 1, tzinfo=UTC))
    asked = {"quality": "announced", "days": 60, "held_by": "district"}
    assert shares(with_events(district(), early), **asked) is MET
    assert shares(with_events(district(), late), **asked) is BEHIND
    assert shares(with_events(district(), event(11, day)), **asked) is UNKNOWN


def test_the_same_place_and_hour_in_two_organizations_is_together() -> None:
    one, other = event(11, days_ago(3), place_title="Torget"), event(12, days_ago(3), place_title="Torget")
    alone = event(12, days_ago(3), place_title="Parken")
    assert shares(with_events(district(), one, other), quality="together") is MET
    assert shares(with_events(district(), one, alone), quality="together") is BEHIND


def test_a_rising_share_is_held_against_the_same_stretch_last_year() -> None:
    away = {"quality": "match", "good_events": {"not_places": ["Kungsgatan 84"]}, "with_place": True}
    last_year = [event(11, date(2025, 10, 1), place_title="Kungsgatan 84")]
    now = [event(11, date(2026, 10, 1), place_title="Torget")]
    assert shares(with_events(district(), *last_year, *now), target=None, **away) is MET
    again = event(11, date(2026, 10, 1), place_title="Kungsgatan 84")
    assert shares(with_events(district(), *last_year, again), target=None, **away) is BEHIND
    assert shares(with_events(district(), *now, again), target=None, **away) is UNKNOWN
    assert shares(with_events(district(), *now), target=None, **away) is MET, "it cannot rise any further"


def test_information_and_sign_ups_are_seen() -> None:
    told, signed = event(11, days_ago(3), has_info=True), event(11, days_ago(4))
    facts = replace(
        with_events(district(), told, signed), responses=(ResponseFact(event=signed.id, person=1),)
    )
    assert shares(facts, target=1, quality="informed") is BEHIND
    assert shares(facts, quality="signed_up") is MET


# role_filled, role_education

CHAIR = {"tag": "Roll: ordförande", "role": "ordförande"}


def test_every_association_has_a_chair_named_by_the_tags_value() -> None:
    facts = replace(district(geographic=2, branch=0), people=(person(1, 11), person(2, 12)))
    both = tag("Roll: ordförande", {1: "Förening 11", 2: "12"})
    assert ask("role_filled", replace(facts, tags=(both,)), parameters=CHAIR).state is MET
    one = tag("Roll: ordförande", {1: "Förening 11", 2: "Förening 11"})
    assert ask("role_filled", replace(facts, tags=(one,)), parameters=CHAIR).state is BEHIND
    assert ask("role_filled", facts, parameters=CHAIR).state is UNKNOWN


def test_one_person_may_hold_a_role_for_several_associations() -> None:
    facts = replace(district(geographic=2, branch=0), people=(person(1, 11),))
    shared = tag("Roll: ordförande", {1: "Förening 11; Förening 12"})
    assert ask("role_filled", replace(facts, tags=(shared,)), parameters=CHAIR).state is MET


def test_a_role_without_value_belongs_to_the_only_association_of_the_person() -> None:
    facts = replace(
        district(geographic=1, branch=0), people=(person(1, 11),), tags=(tag("Roll: ordförande", {1: None}),)
    )
    assert ask("role_filled", facts, parameters=CHAIR).state is MET


def test_the_register_of_roles_counts_too_until_the_term_ends() -> None:
    facts = district(geographic=1, branch=0)
    held = {"role": "ordförande", "held": True}
    now = with_register(facts, "roles", row("1", unit=11, **held, until=date(2027, 3, 1)))
    assert ask("role_filled", now, parameters=CHAIR).state is MET
    over = with_register(facts, "roles", row("1", unit=11, **held, until=date(2026, 3, 1)))
    assert ask("role_filled", over, parameters=CHAIR).state is BEHIND


def test_municipal_groups_come_from_the_register_alone() -> None:
    parameters = {**CHAIR, "units": "municipal_groups"}
    group = {"unit_kind": "municipal_groups", "role": "ordförande"}
    rows = [
        row("1", unit_title="Salem", held=True, **group),
        row("2", unit_title="Tyresö", held=False, **group),
    ]
    assert (
        ask("role_filled", with_register(district(), "roles", *rows), parameters=parameters).state is BEHIND
    )
    assert ask("role_filled", with_register(district(), "roles", rows[0]), parameters=parameters).state is MET
    assert ask("role_filled", district(), parameters=parameters).state is UNKNOWN


def test_chairs_have_the_course_by_tag_or_by_attendance() -> None:
    lesson = event(DISTRICT, days_ago(100), type="Ledarskapsutbildning")
    parameters = {
        "tags": ["Roll: ordförande"],
        "course_tag": "Klar",
        "course_events": {"types": ["Ledarskapsutbildning"]},
    }
    chairs = tag("Roll: ordförande", {1: "11", 2: "12"})
    facts = replace(district(), people=(person(1, 11), person(2, 12)), tags=(chairs, tag("Klar", {1: None})))
    assert ask("role_education", facts, parameters=parameters).state is BEHIND
    facts = replace(with_events(facts, lesson), participations=tuple(came(lesson, 2)))
    found = ask("role_education", facts, parameters=parameters)
    assert (found.state, found.numerator) == (MET, 2)
    assert all(kind != "person" for kind, _ in found.evidence)
    assert ask("role_education", district(), parameters=parameters).state is UNKNOWN


# date_observed

MARCH = {"events": {"words": ["8 mars"]}, "month": 3, "day": 8}


def observed(facts: Facts, **more: object) -> GoalState:
    return ask("date_observed", facts, period="year", figure="done", parameters={**MARCH, **more}).state


def march(**more: object) -> object:
    return event(DISTRICT, date(2026, 3, 8), title="8 mars på torget", **more)


def test_a_day_is_observed_by_an_event_around_it() -> None:
    assert observed(with_events(district(), march())) is MET
    assert observed(with_events(district(), march(cancelled=datetime(2026, 3, 1, tzinfo=UTC)))) is MISSED
    assert observed(with_events(district(), event(11, date(2026, 3, 20)))) is UNKNOWN, (
        "nothing was read from before"
    )
    assert observed(with_events(district(), event(11, date(2025, 1, 8)))) is MISSED


@pytest.mark.parametrize(
    ("today", "planned", "state"),
    [
        (date(2025, 12, 31), False, MISSED),
        (date(2026, 1, 2), False, BEHIND),
        (date(2026, 1, 2), True, ON_TRACK),
        (date(2026, 3, 8), True, MET),
    ],
)
def test_a_day_to_come_is_on_track_when_an_event_is_published(
    today: date, planned: bool, state: GoalState
) -> None:
    facts = with_events(district(today=today), event(11, date(2024, 1, 1)))
    facts = with_events(facts, march()) if planned else facts
    assert observed(facts) is state


def test_nothing_is_asked_of_a_day_more_than_ninety_days_away() -> None:
    for today, state in ((date(2026, 6, 1), ON_TRACK), (date(2026, 9, 5), BEHIND)):
        assert observed(with_events(district(today=today), OTHER), month=12, day=3) is state


def test_somebodys_word_counts_and_not_arranged_is_not_missed() -> None:
    facts = with_events(district(), event(11, date(2025, 1, 8)))
    for verdict, state in (("done", MET), ("not_done", MISSED), ("not_held", NOT_APPLICABLE)):
        said = attestation("goal", verdict, date(2026, 3, 9))
        assert observed(replace(facts, attestations=(said,))) is state
    last_year = attestation("goal", "not_held", date(2025, 3, 9))
    assert observed(replace(facts, attestations=(last_year,))) is MISSED


def test_a_date_that_nobody_has_confirmed_is_asked_for() -> None:
    open_ = {"month": None, "day": None}
    facts = with_events(district(), event(11, date(2025, 1, 8)))
    assert observed(facts, **open_) is UNKNOWN
    told = attestation("goal", "date_set", date(2026, 12, 2), at=datetime(2026, 5, 1, tzinfo=UTC))
    assert observed(replace(facts, attestations=(told,)), **open_) is BEHIND


def test_a_conditional_day_is_unknown_until_somebody_says_that_it_is_arranged() -> None:
    parameters = {"conditional": True, "month": None, "day": None}
    facts = with_events(district(), OTHER)
    assert observed(facts, **parameters) is UNKNOWN
    held = attestation("goal", "held", date(2026, 5, 1))
    assert observed(replace(facts, attestations=(held,)), **parameters) is BEHIND
    assert observed(with_events(facts, march()), **parameters) is MET


# attested


def attested(*said: object, today: date = TODAY, **parameters: object) -> GoalState:
    facts = replace(district(today=today), attestations=said)  # type: ignore[arg-type]
    return ask("attested", facts, period="plan", figure="done", parameters=parameters).state


def test_what_somebody_says_is_done_is_met_and_what_nobody_says_is_unknown() -> None:
    assert attested(attestation("goal", "done", days_ago(3))) is MET
    assert attested(attestation("goal", "not_done", days_ago(3))) is BEHIND
    assert attested() is UNKNOWN
    assert attested(attestation("other", "done", days_ago(3))) is UNKNOWN
    assert attested(attestation("goal", "not_held", days_ago(3))) is NOT_APPLICABLE


def test_the_newest_word_holds_and_an_expired_one_says_nothing() -> None:
    older, newer = attestation("goal", "done", days_ago(30)), attestation("goal", "not_done", days_ago(3))
    assert attested(newer, older) is BEHIND
    assert attested(attestation("goal", "done", days_ago(30), expires=days_ago(1))) is UNKNOWN
    assert (
        attested(attestation("goal", "done", TODAY + timedelta(1), at=datetime(2026, 11, 1, tzinfo=UTC)))
        is UNKNOWN
    )


def test_not_done_after_the_day_it_was_due_is_missed() -> None:
    said = attestation("goal", "not_done", date(2026, 5, 1))
    assert attested(said, due=date(2026, 4, 1)) is MISSED
    assert attested(said, due=date(2027, 4, 1)) is BEHIND


def test_a_stage_may_be_enough() -> None:
    started = attestation("goal", "started", days_ago(3))
    assert attested(started) is BEHIND
    assert attested(started, accepted=["started", "done"]) is MET


# ladder


def test_an_association_is_on_board_with_an_official_and_an_event() -> None:
    facts = district(geographic=1, branch=0)
    chair = OfficialFact(organization=11, person=1, role="admin")

    def state(facts: Facts) -> tuple[GoalState, float | None]:
        found = ask("ladder", facts, period="90 days")
        return found.state, found.parts[0].value

    assert state(facts) == (BEHIND, 0)
    assert state(replace(facts, officials=(chair,))) == (BEHIND, 1)
    held = event(11, days_ago(20))
    facts = with_events(replace(facts, officials=(chair,)), held)
    assert state(facts) == (MET, 2)
    assert state(replace(facts, participations=tuple(came(held, 1)))) == (MET, 3)
    unread = Freshness(resource="officials", organization=11, snapshot=None, read=None, complete=False)
    assert state(replace(facts, officials=(), freshness=(unread,)))[0] is UNKNOWN


# ledger_share

FUND = {"rows_of": "fund"}


def fund(*rows: tuple[float, str | None, str]) -> Facts:
    facts = replace(district(), priorities=(priority(DISTRICT, "a11"),))
    entered = [
        row(str(i), area=area, on=date(2026, 3, 1), amount=amount, state=state)
        for i, (amount, area, state) in enumerate(rows)
    ]
    return with_register(facts, "fund", *entered)


def spent(facts: Facts) -> GoalState:
    return ask("ledger_share", facts, target=0.5, period="year", parameters=FUND).state


def test_half_of_what_is_paid_out_goes_to_priority_areas() -> None:
    assert spent(fund((600, "a11", "paid"), (600, "a12", "paid"))) is MET
    assert spent(fund((500, "a11", "paid"), (600, "a12", "paid"))) is BEHIND
    assert spent(district()) is UNKNOWN
    assert spent(fund()) is UNKNOWN
    assert spent(replace(fund((600, "a11", "paid")), priorities=())) is UNKNOWN


def test_applications_that_wait_may_close_the_gap() -> None:
    assert spent(fund((500, "a11", "paid"), (600, "a12", "paid"), (200, "a11", "applied"))) is ON_TRACK


def test_money_without_an_area_may_be_on_either_side() -> None:
    assert spent(fund((500, "a11", "paid"), (500, "a12", "paid"), (100, None, "paid"))) is UNKNOWN


def test_the_finding_names_the_budget_too() -> None:
    found = ask(
        "ledger_share",
        fund((500, "a11", "paid"), (2000, None, "budget")),
        target=0.5,
        period="year",
        parameters=FUND,
    )
    assert str(found.finding) == "500 of 500 kronor paid out; 500 of the budget's 2,000"


# answer_times

THREADS = {"source": "threads", "within": 2, "counted_in": "working_days"}


def thread(asked: date, answered: date | None) -> ThreadFact:
    def at(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)

    return ThreadFact(mailbox="info", asked=at(asked), answered=at(answered) if answered else None)


def answered(*threads: ThreadFact, read: bool = True) -> GoalState:
    facts = replace(district(), threads=threads if read else None)
    return ask("answer_times", facts, target=0.9, period="30 days", parameters=THREADS).state


def test_questions_are_answered_within_two_working_days() -> None:
    friday, tuesday, wednesday = date(2026, 11, 6), date(2026, 11, 10), date(2026, 11, 11)
    assert answered(thread(friday, tuesday)) is MET
    assert answered(thread(friday, wednesday)) is BEHIND
    assert answered(thread(friday, None)) is BEHIND, "open beyond its time"
    assert answered(thread(date(2026, 11, 20), None)) is UNKNOWN, "open, and not late yet"
    assert answered(read=False) is UNKNOWN


def test_cases_journeys_and_requests_are_measured_alike() -> None:
    case = CaseFact(unit=11, opened=days_ago(60), closed=days_ago(40))
    facts = replace(district(), cases=(case,))
    parameters: dict[str, object] = {"source": "cases", "within": 30}
    assert ask("answer_times", facts, target=0.8, period="90 days", parameters=parameters).state is MET
    wish = JourneyFact(title="Mentor", person=1, opened=days_ago(60), closed=days_ago(10))
    facts = replace(district(), journeys=(wish,))
    parameters = {"source": "journeys", "journey": "Mentor"}
    slow = ask(
        "answer_times",
        facts,
        target=30,
        period="90 days",
        figure="days",
        direction="at_most",
        parameters=parameters,
    )
    assert (slow.state, slow.value) == (BEHIND, 50)
    facts = with_register(district(), "support_requests", row("1", on=days_ago(9), answered=days_ago(5)))
    parameters = {"source": "register"}
    fast = ask(
        "answer_times",
        facts,
        target=5,
        period="90 days",
        figure="days",
        direction="at_most",
        parameters=parameters,
    )
    assert (fast.state, fast.value) == (MET, 4)


def test_acute_callouts_are_counted_in_hours() -> None:
    start = datetime(2026, 11, 1, 9, tzinfo=UTC)
    sent = CalloutFact(id=1, unit=11, triggered=start, sent=start + timedelta(hours=20))
    found = ask(
        "answer_times",
        replace(district(), callouts=(sent,)),
        target=24,
        period="12 months",
        figure="hours",
        direction="at_most",
        parameters={"source": "acute_callouts", "counted_in": "hours"},
    )
    assert (found.state, found.value) == (MET, 20)


def test_swedish_holidays_are_no_working_days_and_their_number_is_as_we_know_it() -> None:
    calendar = Calendar("SE")
    assert calendar.working_days(date(2026, 4, 2), date(2026, 4, 7)) == 1, "Easter lies between"
    assert not calendar.is_working(date(2026, 6, 19)), "Midsummer's Eve is a day off in fact"
    assert calendar.working_day_before(date(2026, 12, 26)) == date(2026, 12, 23)
    off = [date(2026, 1, 1) + timedelta(n) for n in range(365)]
    assert sum(calendar.holiday(day) is not None for day in off) == 16


# priorities_set


def test_priorities_must_be_confirmed_within_the_year() -> None:
    facts = district(geographic=1, branch=0)
    parameters = {"kind": "geographic"}
    assert ask("priorities_set", facts, period="12 months", parameters=parameters).state is MET
    later = replace(facts, now=datetime(2027, 3, 1, tzinfo=UTC))
    assert ask("priorities_set", later, period="12 months", parameters=parameters).state is BEHIND
    assert ask("priorities_set", facts, period="12 months", parameters={"kind": "theme"}).state is BEHIND
    nobody = replace(facts, organizations=())
    assert ask("priorities_set", nobody, period="12 months", parameters=parameters).state is UNKNOWN


# people_share


def people(
    facts: Facts, *, target: float | None = 0.5, period: str = "12 months", **parameters: object
) -> GoalState:
    direction = str(parameters.pop("direction", "at_least"))
    return ask(
        "people_share", facts, target=target, period=period, direction=direction, parameters=parameters
    ).state


def members(count: int, **more: object) -> Facts:
    return replace(
        district(), people=tuple(person(i, 11, has_email=True, **more) for i in range(1, count + 1))
    )


def test_less_than_one_per_cent_is_unreachable() -> None:
    asked = {"that": "unreachable", "target": 0.01, "direction": "less_than"}
    assert people(replace(members(101), unreachable=frozenset({1})), **asked) is MET
    assert people(replace(members(100), unreachable=frozenset({1})), **asked) is BEHIND
    assert people(members(100), **asked) is UNKNOWN


def test_written_to_means_a_fitting_title_and_an_address_that_works() -> None:
    mail = EmailFact(
        id=1,
        organization=DISTRICT,
        title="Välkommen till ideologikurs",
        sent=datetime(2026, 5, 1, tzinfo=UTC),
        people=frozenset({1, 2}),
    )
    asked = {"that": "written_to", "phrases": ["ideologi*"], "target": 1.0}
    assert people(replace(members(2), emails=(mail,)), **asked) is MET
    assert people(replace(members(2), emails=(mail,), unreachable=frozenset({2})), **asked) is BEHIND
    assert people(replace(members(2), emails=()), **asked) is BEHIND
    assert people(members(2), **asked) is UNKNOWN
    assert people(replace(members(2), emails=(mail,)), that="few_emails", at_most=1, target=1.0) is MET
    assert people(replace(members(2), emails=(mail,)), that="few_emails", at_most=0, target=1.0) is BEHIND


def test_new_members_are_active_within_ninety_days_of_joining() -> None:
    joined = {"fields": {"medlem_sedan": "2026-05-01"}}
    asked = {"that": "took_part", "joined_field": "medlem_sedan", "joined_days": 90}
    soon, late = event(11, date(2026, 6, 1)), event(11, date(2026, 9, 1))
    facts = with_events(members(2, **joined), soon, late)
    assert people(replace(facts, participations=tuple(came(soon, 1))), **asked) is MET
    assert people(replace(facts, participations=tuple(came(late, 1))), **asked) is BEHIND
    assert people(members(2), **asked) is UNKNOWN


def test_a_count_of_tagged_people_and_their_activity() -> None:
    network = tag("Aktivistnätverket", {1: None, 2: None})
    facts = replace(members(3), tags=(network,))
    held = event(11, days_ago(3))
    active = replace(with_events(facts, held), participations=tuple(came(held, 1)))
    asked = {"tags": ["Aktivistnätverket"], "that": "took_part"}
    assert people(active, **asked) is MET
    assert people(facts, **asked) is BEHIND
    assert people(members(3), **asked) is UNKNOWN
    size = ask(
        "people_share", facts, figure="count", parameters={"tags": ["Aktivistnätverket"], "that": "exists"}
    )
    assert (size.state, size.value) == (MET, 2)


def test_a_falling_share_needs_last_years_figure() -> None:
    facts = replace(district(), people=(person(1, 11, has_email=True), person(2, 11, has_phone=True)))
    asked = {"that": "other_channel_only", "target": None, "direction": "falling", "period": "now"}
    assert people(facts, **asked) is UNKNOWN
    assert people(replace(facts, earlier={"goal": 0.7}), **asked) is MET
    assert people(replace(facts, earlier={"goal": 0.4}), **asked) is BEHIND


def test_members_outside_the_geographic_associations() -> None:
    held = event(31, days_ago(9))
    facts = with_events(replace(district(), people=(person(1, 11), person(2, 31), person(3))), held)
    facts = replace(facts, participations=tuple(came(held, 2)))
    found = ask(
        "people_share",
        facts,
        target=0.5,
        period="12 months",
        parameters={"outside_geographic": True, "that": "took_part"},
    )
    assert (found.state, found.denominator) == (MET, 2)


# participants


def test_newcomers_are_those_whose_first_time_lies_in_the_window() -> None:
    old, first, again = event(11, date(2025, 9, 1)), event(11, days_ago(80)), event(11, days_ago(40))
    facts = with_events(district(), old, first, again)

    def found(count: str, *bookings: ParticipationFact, target: float = 0.5) -> GoalState:
        return ask(
            "participants",
            replace(facts, participations=bookings),
            target=target,
            period="90 days",
            parameters={"count": count},
        ).state

    assert found("newcomers", *came(old, 1), *came(first, 1, 2)) is MET
    assert found("newcomers", *came(old, 1, 2, 3), *came(first, 1, 2, 3, 4)) is BEHIND
    assert found("newcomers") is UNKNOWN
    assert found("returning", *came(first, 1, 2), *came(again, 1)) is MET
    assert found("returning", *came(first, 1, 2, 3), *came(again, 1)) is BEHIND
    assert found("returning", *came(again, 1)) is UNKNOWN, "too early to say"


def test_who_is_new_is_unknown_when_events_do_not_reach_back() -> None:
    held = event(11, days_ago(20))
    facts = replace(with_events(district(), held), participations=tuple(came(held, 1)))
    assert ask("participants", facts, period="90 days", parameters={"count": "newcomers"}).state is UNKNOWN


def test_different_people_now_against_last_year() -> None:
    then, now = event(11, date(2025, 5, 1)), event(11, date(2026, 5, 1))
    facts = with_events(district(), event(11, date(2024, 10, 1)), then, now)

    def state(*bookings: ParticipationFact) -> GoalState:
        return ask(
            "participants",
            replace(facts, participations=bookings),
            target=None,
            direction="rising",
            figure="count",
            period="12 months",
            parameters={"count": "unique"},
        ).state

    assert state(*came(then, 1), *came(now, 1, 2)) is MET
    assert state(*came(then, 1, 2), *came(now, 1)) is BEHIND


# register_rows


def register(facts: Facts, *, target: float | None = 1, **parameters: object) -> GoalState:
    period = str(parameters.pop("period", "12 months"))
    figure = str(parameters.pop("figure", "share"))
    direction = str(parameters.pop("direction", "at_least"))
    return ask(
        "register_rows",
        facts,
        target=target,
        period=period,
        figure=figure,
        direction=direction,
        parameters={"rows_of": "r", **parameters},
    ).state


def test_rows_sums_shares_units_and_categories() -> None:
    facts = district(geographic=2, branch=0)
    rows = [
        row("1", unit=11, on=days_ago(9), kind="jurister", ok=True, amount=50.0),
        row("2", unit=12, on=days_ago(8), kind="fack", ok=False, amount=60.0),
    ]
    full = with_register(facts, "r", *rows)
    assert register(full, target=2, count="rows", figure="count") is MET
    assert register(full, target=3, count="rows", figure="count") is BEHIND
    assert register(full, target=110, count="sum", column="amount", figure="count") is MET
    assert register(full, target=0.5, count="share", column="ok") is MET
    assert register(full, target=0.6, count="share", column="ok") is BEHIND
    assert register(full, count="units") is MET
    assert register(full, count="units", column="ok") is BEHIND
    assert register(full, count="categories", column="kind", categories=["fack", "jurister"]) is MET
    assert register(full, count="categories", column="kind", categories=["fack", "klimat"]) is BEHIND
    assert register(full, target=1, count="rows", where={"kind": "fack"}, figure="count") is MET
    assert register(facts, count="units") is UNKNOWN


def test_premises_are_held_against_the_plans_beginning() -> None:
    facts = district(geographic=2, branch=0)
    before = row("1", unit=11, on=date(2025, 12, 1), own=True)
    asked = {
        "count": "units",
        "column": "own",
        "since": "plan",
        "direction": "rising",
        "period": "now",
        "target": None,
    }
    more = with_register(facts, "r", before, row("2", unit=12, on=date(2026, 5, 1), own=True))
    fewer = with_register(facts, "r", before, row("2", unit=11, on=date(2026, 5, 1), own=False))
    assert register(more, **asked) is MET
    assert register(fewer, **asked) is BEHIND
    assert (
        register(with_register(facts, "r", row("2", unit=11, on=date(2026, 5, 1), own=True)), **asked)
        is UNKNOWN
    )


def test_a_date_is_a_yes_until_it_has_passed() -> None:
    asked = {"count": "share", "column": "mandate", "period": "now"}
    assert register(with_register(district(), "r", row("1", mandate=TODAY)), **asked) is MET
    assert register(with_register(district(), "r", row("1", mandate=days_ago(1))), **asked) is BEHIND


# support_reaches


def test_support_must_reach_those_below_the_line() -> None:
    facts = with_events(district(geographic=2, branch=0), *monthly(11, 11))

    def state(facts: Facts) -> GoalState:
        return ask("support_reaches", facts, period="60 days").state

    assert state(facts) is UNKNOWN
    assert state(with_register(facts, "support", row("1", unit=12, on=days_ago(9)))) is MET
    assert state(with_register(facts, "support", row("1", unit=12, on=days_ago(90)))) is BEHIND
    both = with_events(facts, *monthly(12, 11))
    assert state(with_register(both, "support")) is NOT_APPLICABLE


# callouts


def test_what_came_of_callouts() -> None:
    sent = CalloutFact(id=1, unit=11, sent=datetime(2026, 11, 1, tzinfo=UTC), asked=10, signed_up=5, came=2)

    def state(count: str, *callouts: CalloutFact, read: bool = True) -> GoalState:
        facts = replace(district(), callouts=callouts if read else None)
        return ask("callouts", facts, target=0.5, period="90 days", parameters={"count": count}).state

    assert state("signed_up", sent) is MET
    assert state("came", sent) is BEHIND
    assert state("opted_in", sent) is UNKNOWN
    assert state("signed_up", read=False) is UNKNOWN


# coverage


def test_attendance_must_be_recorded_within_a_week() -> None:
    held = event(11, days_ago(20))
    facts = replace(with_events(district(), held), people=(person(1, 11),))

    def state(facts: Facts) -> GoalState:
        return ask("coverage", facts, target=0.8, period="90 days", parameters={"of": "attendance"}).state

    assert state(replace(facts, participations=tuple(came(held, 1)))) is MET
    late = ParticipationFact(event=held.id, person=1, attended=datetime(2026, 11, 20, tzinfo=UTC))
    assert state(replace(facts, participations=(late,))) is BEHIND
    assert state(district()) is UNKNOWN


def test_details_are_place_type_and_contact() -> None:
    whole = event(11, days_ago(20), place=1, contact=7)
    bare = event(11, days_ago(21))
    found = ask(
        "coverage",
        with_events(district(), whole, bare),
        target=0.8,
        period="90 days",
        parameters={"of": "details"},
    )
    assert (found.state, found.numerator, found.denominator) == (BEHIND, 1, 2)
    assert found.evidence[0].ids == (bare.id,)


# windows


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("year", date(2026, 1, 1), date(2026, 12, 31)),
        ("half_year", date(2026, 7, 1), date(2026, 12, 31)),
        ("quarter", date(2026, 10, 1), date(2026, 12, 31)),
        ("month", date(2026, 11, 1), date(2026, 11, 30)),
        ("30 days", date(2026, 10, 24), TODAY),
        ("12 months", date(2025, 11, 23), TODAY),
        ("plan", date(2023, 1, 1), date(2025, 12, 31)),
        ("now", TODAY, TODAY),
    ],
)
def test_a_period_is_a_stretch_of_local_days(period: str, first: date, last: date) -> None:
    found = window(period, day=TODAY, starts=date(2023, 1, 1), ends=date(2025, 12, 31))
    assert (found.first, found.last) == (first, last)


def test_a_year_before_the_leap_day_is_the_day_before() -> None:
    leap = window("now", day=date(2028, 2, 29), starts=TODAY, ends=TODAY)
    assert year_before(leap).day == date(2027, 2, 28)


def test_a_group_below_two_associations_belongs_to_the_nearest() -> None:
    facts = district(geographic=1, branch=0)
    facts = replace(facts, organizations=(*facts.organizations, association(90, kind="other", parent=11)))
    assert units(with_events(facts, event(90, days_ago(2)))) is MET
