"""What holds of every judgement, whatever the evidence and whatever its order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from zetkin_sync.bounces.proof import Proof
from zetkin_sync.bounces.reachability import Evidence, State, frozen_waves, judge
from zetkin_sync.bounces.thresholds import Thresholds
from zetkin_sync.bounces.verdict import Kind, Reason, Side

TODAY = date(2026, 11, 22)
RULES = Thresholds()
BAD = {State.UNKNOWN: 0, State.OK: 0, State.DOUBTFUL: 1, State.UNREACHABLE: 2, State.COMPLAINED: 3}
STATUS = st.sampled_from([None, "5.1.1", "5.1.2", "5.1.10", "5.4.4", "5.0.0", "5.2.2", "5.7.1", "4.4.7"])


@st.composite
def pieces(draw: st.DrawFn) -> Evidence:
    arrived = draw(st.booleans()) and draw(st.booleans())
    kind = draw(st.sampled_from([Kind.HARD, Kind.SOFT, Kind.DELAY, Kind.COMPLAINT, Kind.AUTOREPLY]))
    return Evidence(
        day=TODAY - timedelta(days=draw(st.integers(0, 250))),
        proof=draw(st.sampled_from(Proof)),
        kind=Kind.NONE if arrived else kind,
        reason=draw(st.sampled_from(Reason)),
        status=draw(STATUS),
        delivery=draw(st.sampled_from([None, "d1", "d2", "d3"])),
        arrived=arrived,
    )


lists = st.lists(pieces(), max_size=8)


@given(st.data(), lists)
def test_the_order_in_which_evidence_comes_in_makes_no_difference(
    data: st.DataObject, found: list[Evidence]
) -> None:
    other = data.draw(st.permutations(found))
    assert judge(found, today=TODAY, thresholds=RULES) == judge(other, today=TODAY, thresholds=RULES)


@given(lists, lists)
def test_a_forged_bounce_changes_nothing(found: list[Evidence], forged: list[Evidence]) -> None:
    fakes = [replace(e, proof=Proof.NONE) for e in forged]
    assert judge(found + fakes, today=TODAY, thresholds=RULES) == judge(found, today=TODAY, thresholds=RULES)


@given(lists, lists)
def test_what_is_on_our_side_or_on_the_way_never_counts_against_an_address(
    found: list[Evidence], more: list[Evidence]
) -> None:
    ours = [e for e in more if e.side in (Side.OURS, Side.NETWORK) and not e.arrived]
    assert judge(found + ours, today=TODAY, thresholds=RULES) == judge(found, today=TODAY, thresholds=RULES)


@given(lists, pieces())
def test_one_more_failure_never_makes_an_address_better(found: list[Evidence], more: Evidence) -> None:
    failure = replace(more, arrived=False, kind=Kind.HARD)
    before = judge(found, today=TODAY, thresholds=RULES).state
    after = judge([*found, failure], today=TODAY, thresholds=RULES).state
    assert BAD[after] >= BAD[before]


@given(lists, pieces())
def test_a_mail_that_arrived_never_makes_an_address_worse(found: list[Evidence], more: Evidence) -> None:
    success = replace(more, arrived=True, kind=Kind.NONE)
    before = judge(found, today=TODAY, thresholds=RULES).state
    assert BAD[judge([*found, success], today=TODAY, thresholds=RULES).state] <= BAD[before]


@given(lists)
def test_a_proven_arrival_today_clears_everything_but_a_complaint(found: list[Evidence]) -> None:
    success = Evidence(day=TODAY, proof=Proof.PROVIDER, kind=Kind.NONE, arrived=True)
    state = judge(
        [*(e for e in found if e.kind is not Kind.COMPLAINT), success], today=TODAY, thresholds=RULES
    ).state
    assert state is State.OK


@given(lists, st.integers(0, 400), st.integers(0, 400))
def test_time_alone_never_makes_an_address_worse(found: list[Evidence], a: int, b: int) -> None:
    early, late = sorted((a, b))
    sooner = judge(found, today=TODAY + timedelta(days=early), thresholds=RULES).state
    later = judge(found, today=TODAY + timedelta(days=late), thresholds=RULES).state
    assert BAD[later] <= BAD[sooner]


@given(lists)
def test_the_same_report_three_times_counts_once(found: list[Evidence]) -> None:
    assert (
        judge(found * 3, today=TODAY, thresholds=RULES).state
        == judge(found, today=TODAY, thresholds=RULES).state
    )


@given(lists)
def test_an_address_is_unreachable_only_on_evidence_that_says_so(found: list[Evidence]) -> None:
    judged = judge(found, today=TODAY, thresholds=RULES)
    if judged.state in (State.UNREACHABLE, State.COMPLAINED):
        assert judged.evidence
        assert all(
            e.proof is not Proof.NONE and e.side in (Side.ADDRESS, Side.MAILBOX) for e in judged.evidence
        )


@given(lists, st.lists(st.integers(0, 5), min_size=8, max_size=8))
def test_a_frozen_wave_never_makes_an_address_worse(found: list[Evidence], owners: list[int]) -> None:
    by_address: dict[bytes, list[Evidence]] = {}
    for owner, e in zip(owners, found, strict=False):
        by_address.setdefault(bytes([owner]), []).append(e)
    frozen = frozen_waves(by_address, thresholds=RULES.model_copy(update={"freeze_least": 2}))
    for each in by_address.values():
        with_freeze = judge(each, today=TODAY, thresholds=RULES, frozen=frozen).state
        assert BAD[with_freeze] <= BAD[judge(each, today=TODAY, thresholds=RULES).state]
