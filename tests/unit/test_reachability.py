"""When a member's address is called unreachable, and when it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from zetkin_sync.bounces.proof import Proof
from zetkin_sync.bounces.reachability import Evidence, State, frozen_waves, judge
from zetkin_sync.bounces.thresholds import Thresholds
from zetkin_sync.bounces.verdict import Kind, Reason

TODAY = date(2026, 11, 22)
RULES = Thresholds()
DEAD = Evidence(day=TODAY, proof=Proof.PROVIDER, kind=Kind.HARD, reason=Reason.UNKNOWN_USER, status="5.1.1")
FULL = Evidence(day=TODAY, proof=Proof.RETURNED, kind=Kind.SOFT, reason=Reason.FULL, status="5.2.2")
SPF = Evidence(day=TODAY, proof=Proof.PROVIDER, kind=Kind.SOFT, reason=Reason.AUTHENTICATION, status="5.7.26")


def state(*found: Evidence, today: date = TODAY, frozen: frozenset[str] = frozenset()) -> State:
    return judge(found, today=today, thresholds=RULES, frozen=frozen).state


def ago(days: int, e: Evidence, **changes: object) -> Evidence:
    return replace(e, day=TODAY - timedelta(days=days), **changes)  # type: ignore[arg-type]


def test_nothing_known_is_unknown() -> None:
    assert state() is State.UNKNOWN


@pytest.mark.parametrize("proof", [Proof.PROVIDER, Proof.OURS])
@pytest.mark.parametrize("code", ["5.1.1", "5.1.2", "5.1.10", "5.4.4"])
def test_one_proven_report_with_a_code_of_no_doubt_is_enough(proof: Proof, code: str) -> None:
    assert state(replace(DEAD, proof=proof, status=code)) is State.UNREACHABLE


@pytest.mark.parametrize("code", [None, "5.0.0", "5.4.1", "5.1.6"])
def test_without_such_a_code_one_proven_report_is_a_doubt(code: str | None) -> None:
    assert state(replace(DEAD, status=code)) is State.DOUBTFUL


def test_a_returned_report_needs_two_days_at_least_three_apart() -> None:
    returned = replace(DEAD, proof=Proof.RETURNED)
    assert state(returned) is State.DOUBTFUL
    assert state(ago(2, returned), returned) is State.DOUBTFUL
    assert state(ago(3, returned), returned) is State.UNREACHABLE


def test_a_report_without_proof_is_never_scored() -> None:
    forged = replace(DEAD, proof=Proof.NONE)
    assert state(*(ago(d, forged) for d in range(0, 100, 3))) is State.UNKNOWN


def test_a_full_mailbox_needs_three_deliveries_over_two_weeks() -> None:
    assert state(ago(14, FULL), FULL) is State.DOUBTFUL
    assert state(ago(13, FULL), ago(6, FULL), FULL) is State.DOUBTFUL
    assert state(ago(14, FULL), ago(7, FULL), FULL) is State.UNREACHABLE
    assert (
        state(ago(14, FULL, delivery="d1"), ago(7, FULL, delivery="d1"), replace(FULL, delivery="d1"))
        is State.DOUBTFUL
    )


def test_our_own_mistake_never_touches_the_member() -> None:
    assert state(*(ago(d, SPF) for d in range(0, 150, 10))) is State.UNKNOWN


def test_a_mail_that_arrives_later_clears() -> None:
    success = Evidence(day=TODAY, proof=Proof.PROVIDER, kind=Kind.NONE, arrived=True)
    assert state(ago(5, DEAD), success) is State.OK
    assert state(DEAD, ago(5, success)) is State.UNREACHABLE


def test_evidence_ages_out() -> None:
    assert state(DEAD, today=TODAY + timedelta(days=180)) is State.UNREACHABLE
    assert state(DEAD, today=TODAY + timedelta(days=181)) is State.UNKNOWN


def test_a_proven_complaint_stays_when_later_mail_arrives() -> None:
    complaint = replace(DEAD, kind=Kind.COMPLAINT, reason=Reason.COMPLAINT, status=None)
    success = Evidence(day=TODAY, proof=Proof.PROVIDER, kind=Kind.NONE, arrived=True)
    assert state(ago(5, complaint), success) is State.COMPLAINED
    assert state(replace(complaint, proof=Proof.RETURNED)) is State.DOUBTFUL


def test_an_authentication_report_is_no_complaint() -> None:
    assert state(replace(DEAD, kind=Kind.COMPLAINT, reason=Reason.AUTHENTICATION)) is State.UNKNOWN


def test_a_delivery_that_fails_on_our_side_counts_not_at_all() -> None:
    found = {bytes([i]): [replace(SPF, delivery="d1")] for i in range(6)}
    found[b"member"] = [replace(DEAD, delivery="d1")]
    frozen = frozen_waves(found, thresholds=RULES, arrived={"d1": 43})
    assert frozen == {"d1"}
    assert state(*found[b"member"], frozen=frozen) is State.UNKNOWN


@pytest.mark.parametrize(("failed", "size"), [(4, 10), (5, 50), (9, 100)])
def test_a_few_refusals_freeze_nothing(failed: int, size: int) -> None:
    found = {bytes([i]): [replace(SPF, delivery="d1")] for i in range(failed)}
    assert frozen_waves(found, thresholds=RULES, arrived={"d1": size - failed}) == frozenset()


def test_forged_refusals_freeze_nothing() -> None:
    found = {bytes([i]): [replace(SPF, delivery="d1", proof=Proof.NONE)] for i in range(99)}
    assert frozen_waves(found, thresholds=RULES) == frozenset()


def test_refusals_of_different_kinds_are_not_added_up() -> None:
    found = {
        bytes([i]): [replace(SPF, delivery="d1", reason=r)]
        for i, r in enumerate([Reason.CONTENT, Reason.RATE] * 4)
    }
    assert frozen_waves(found, thresholds=RULES, arrived={"d1": 32}) == frozenset()


def test_a_judgement_shows_what_it_stands_on() -> None:
    judged = judge([ago(5, DEAD, proof=Proof.RETURNED), DEAD, SPF], today=TODAY, thresholds=RULES)
    assert [e.day for e in judged.evidence] == [TODAY - timedelta(days=5), TODAY]
    assert (judged.reason, judged.status) == (Reason.UNKNOWN_USER, "5.1.1")


def test_a_threshold_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValidationError):
        Thresholds(one_strike_codes=("511",))
    with pytest.raises(ValidationError):
        Thresholds(freeze_share=0)
