"""What is kept of mails that did not arrive, on each kind of database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import say
from zetkin_sync.records import CaseOutcome, Person, Probe, ProbeState
from zetkin_sync.store import bounces, cases
from zetkin_sync.store.cases import Raised
from zetkin_sync.store.engine import Store

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
DAY = date(2026, 11, 22)
ANNA, BO = b"a" * 32, b"b" * 32


def event(key: bytes = b"k1", address: bytes = ANNA, **changes: Any) -> dict[str, Any]:
    return {
        "district": 1,
        "key": key,
        "address": address,
        "person": 7,
        "day": DAY,
        "source": "mailbox",
        "proof": "returned",
        "kind": "hard",
        "reason": "unknown_user",
        "status": "5.1.1",
        "delivery": None,
        "provider": None,
        **changes,
    }


def test_the_same_report_is_stored_once(store: Store) -> None:
    with store.writing() as session:
        assert bounces.add_events(session, [event(), event(b"k2"), event()]) == [b"k1", b"k2"]
    with store.writing() as session:
        assert bounces.add_events(session, [event(), event(b"k3")]) == [b"k3"]
    with store.reading() as session:
        found = bounces.events_since(session, district=1, since=DAY)
        assert [row.status for row in found[ANNA]] == ["5.1.1"] * 3
        assert bounces.events_since(session, district=2, since=DAY) == {}


def test_a_report_and_its_cursor_are_stored_together_or_not_at_all(store: Store) -> None:
    with pytest.raises(RuntimeError), store.writing() as session:
        bounces.add_events(session, [event()])
        bounces.move_cursor(session, district=1, mailbox="studs", place="7", now=NOW)
        raise RuntimeError
    with store.reading() as session:
        assert bounces.events_since(session, district=1, since=DAY) == {}
        assert bounces.cursor(session, district=1, mailbox="studs") is None


def test_members_are_found_by_address_and_by_the_beginning_of_its_hash(store: Store) -> None:
    with store.writing() as session:
        for person, organization, address in [
            (7, 1, ANNA),
            (7, 2, ANNA),
            (8, 1, BO),
            (9, 1, BO),
            (10, 1, None),
        ]:
            session.add(Person(district=1, organization=organization, id=person, address=address))
    with store.reading() as session:
        found = bounces.people_by_address(session, district=1, addresses=[ANNA, BO, b"c" * 32])
        assert found == {ANNA: {7}, BO: {8, 9}}
        assert bounces.address_by_prefix(session, district=1, prefix=ANNA[:8]) == ANNA
        assert bounces.address_by_prefix(session, district=1, prefix=b"c" * 8) is None


def test_the_newest_proven_arrival_is_kept(store: Store) -> None:
    with store.writing() as session:
        bounces.add_arrivals(session, district=1, rows=[(ANNA, DAY, "provider")], now=NOW)
        bounces.add_arrivals(session, district=1, rows=[(ANNA, date(2026, 11, 1), "ours")], now=NOW)
        bounces.count_arrivals(session, district=1, arrived={"d1": 3}, day=DAY)
        bounces.count_arrivals(session, district=1, arrived={"d1": 2}, day=DAY)
    with store.reading() as session:
        assert bounces.states(session, district=1)[ANNA].arrived == DAY
        assert bounces.states_to_judge(session, district=1, since=DAY) == {}
        assert bounces.arrived_by_delivery(session, district=1) == {"d1": 5}


def test_a_providers_event_counts_the_first_time(store: Store) -> None:
    with store.writing() as session:
        assert bounces.first_time(session, district=1, provider="p", events=[b"1", b"2"], now=NOW) == {
            b"1",
            b"2",
        }
        assert bounces.first_time(session, district=1, provider="p", events=[b"2", b"3"], now=NOW) == {b"3"}


def test_a_mail_that_cannot_be_read_is_remembered_once(store: Store) -> None:
    with store.writing() as session:
        for _ in range(2):
            bounces.set_aside(session, district=1, mailbox="studs", place="9", why=say("yes"), now=NOW)
    with store.reading() as session:
        assert [m.place for m in bounces.mails_set_aside(session, district=1)] == ["9"]


def case(**changes: Any) -> dict[str, Any]:
    return {"district": 1, "organization": 2, "person": 7, "address": ANNA, "state": "unreachable", "reason": "unknown_user", **changes}  # fmt: skip


def test_a_member_has_one_open_case(store: Store) -> None:
    with store.writing() as session:
        cases.close_case(
            session, cases.open_case(session, now=NOW, **case()), outcome=CaseOutcome.DELIVERED, now=NOW
        )
        cases.open_case(session, now=NOW, **case())
    with pytest.raises(IntegrityError), store.writing() as session:
        cases.open_case(session, now=NOW, **case())


def test_a_person_closes_a_case_and_only_an_open_one(store: Store) -> None:
    with store.writing() as session:
        found = cases.open_case(session, now=NOW, **case())
        session.flush()
        number = found.id
    assert number is not None
    cases.agree_other_channel(store, district=1, case=number, who="42", now=NOW)
    with pytest.raises(NeedsHuman):
        cases.agree_other_channel(store, district=1, case=number, who="42", now=NOW)
    with pytest.raises(NeedsHuman):
        cases.agree_other_channel(store, district=2, case=number, who="42", now=NOW)
    with store.reading() as session:
        assert [(c.outcome, c.closed_by) for c in cases.cases(session, district=1)] == [
            ("other_channel", "42")
        ]


def test_an_alert_is_open_while_it_is_seen(store: Store) -> None:
    spf = Raised("refused", "Microsoft:authentication", say("yes"), 41)
    with store.writing() as session:
        assert cases.keep_alerts(session, [spf], district=1, kinds=["refused"], now=NOW) == (1, 0)
        assert cases.keep_alerts(session, [spf], district=1, kinds=["refused"], now=NOW) == (0, 0)
        assert cases.keep_alerts(session, [], district=1, kinds=["probe"], now=NOW) == (0, 0)
        assert cases.keep_alerts(session, [], district=1, kinds=["refused"], now=NOW) == (0, 1)
    with store.reading() as session:
        assert cases.alerts(session, district=1) == []
        assert [a.count for a in cases.alerts(session, district=1, opened_only=False)] == [41]


def test_a_probe_is_sent_once_a_week_and_its_return_is_not_forgotten(store: Store) -> None:
    def probe() -> Probe:
        return Probe(district=1, slot="2026-W47", target=ANNA, unit=2, state=ProbeState.SENT, sent=NOW)

    number = cases.begin_probe(store, probe())
    assert number is not None
    assert cases.begin_probe(store, probe()) is None
    with store.writing() as session:
        back = (ProbeState.RETURNED, "full", "5.2.2")
        assert cases.answer_probes(session, {number: back}, district=1, now=NOW) == 1
        assert (
            cases.answer_probes(session, {number: (ProbeState.ARRIVED, None, None)}, district=1, now=NOW) == 0
        )
        assert cases.answer_probes(session, {999: back}, district=1, now=NOW) == 0
    with store.reading() as session:
        assert [p.status for p in cases.probes(session, district=1, state=ProbeState.RETURNED)] == ["5.2.2"]
