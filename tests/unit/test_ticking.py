"""The clock writes each slot once, catches up the newest that was missed, and no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.installations import Time, district, installation, make_tables
from zetkin_sync.clock import Clock, NextDue
from zetkin_sync.configuration import Configuration, JobEntry
from zetkin_sync.due import jitter, longest_pause
from zetkin_sync.records import PAUSE
from zetkin_sync.store import controls, epoch, ledger
from zetkin_sync.store.engine import Store

DAILY = {"pull": {"at": ["05:30", "12:30"], "grace_minutes": 240}}
MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # 07:00 in Stockholm


@pytest.fixture
def time() -> Time:
    return Time(MONDAY)


@pytest.fixture
def store(time: Time) -> Store:
    return make_tables(Store("sqlite://", now=time))


def clock(store: Store, *districts: Configuration) -> Clock:
    here = installation(store, *districts)
    return Clock(lambda: here)


def slots(store: Store) -> list[str]:
    return sorted(f"{r.district}:{r.job}@{r.slot}" for r in ledger.runs(store, limit=1000))


def test_the_newest_missed_slot_is_caught_up_inside_its_grace(store: Store) -> None:
    assert clock(store, district(1, DAILY)).look() == 1
    assert slots(store) == ["1:pull@2026-11-23T04:30Z"]


def test_a_slot_beyond_its_grace_is_left(store: Store, time: Time) -> None:
    time.pass_by(hours=3)
    assert clock(store, district(1, DAILY)).look() == 0


def test_looking_again_asks_for_nothing_twice(store: Store, time: Time) -> None:
    ours = clock(store, district(1, DAILY))
    assert [ours.look() for _ in range(3)] == [1, 0, 0]
    time.pass_by(hours=6)
    assert [ours.look() for _ in range(3)] == [1, 0, 0]


def test_two_clocks_write_one_row(store: Store, time: Time) -> None:
    first, second = clock(store, district(1, DAILY)), clock(store, district(1, DAILY))
    asked = 0
    for _ in range(48):
        asked += first.look() + second.look()
        time.pass_by(minutes=30)
    assert asked == len(slots(store)) == 3


def test_a_month_forward_is_one_run_a_job_and_no_burst(store: Store, time: Time) -> None:
    ours = clock(store, district(1, {**DAILY, "often": {"every_minutes": 5, "grace_minutes": 60}}))
    ours.look()
    time.pass_by(days=30)
    assert ours.look() == 2


def test_an_hour_back_repeats_no_slot(store: Store, time: Time) -> None:
    ours = clock(store, district(1, {"often": {"every_minutes": 5, "grace_minutes": 60}}))
    for _ in range(24):
        ours.look()
        time.pass_by(minutes=5)
    before = slots(store)
    time.pass_by(hours=-1)
    for _ in range(12):
        ours.look()
        time.pass_by(minutes=5)
    assert slots(store) == before


def test_a_database_that_was_away_when_a_job_fell_due_costs_no_slot(store: Store, time: Time) -> None:
    ours = clock(store, district(1, {"often": {"every_minutes": 5, "grace_minutes": 60}}))
    ours.look()
    time.pass_by(minutes=5)
    with store.transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE run RENAME TO away")
    ours.tick()  # says so in the log and goes on
    with store.transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO run")
    ours.tick()
    assert len(slots(store)) == 2


def test_a_paused_job_gets_no_slots_and_the_newest_when_it_goes_on(store: Store, time: Time) -> None:
    often = {"often": {"every_minutes": 5, "grace_minutes": 60}}
    ours = clock(store, district(1, often), district(2, often))
    controls.turn_on(store, district=1, name=f"{PAUSE}often", who="user:1")
    for _ in range(6):
        ours.look()
        time.pass_by(minutes=5)
    assert [s for s in slots(store) if s.startswith("1:")] == []
    assert len(slots(store)) == 6
    controls.turn_off(store, district=1, name=f"{PAUSE}often")
    ours.look()
    assert len([s for s in slots(store) if s.startswith("1:")]) == 1


def test_nothing_that_was_due_before_a_restore_is_caught_up(store: Store, time: Time) -> None:
    ours = clock(store, district(1, DAILY))
    epoch.beat(store, None)
    with store.transaction() as connection:
        epoch.halt(connection, now=time.now)
    assert ours.look() == 0
    time.pass_by(hours=6)
    assert ours.look() == 1


def test_a_thousand_districts_are_asked_for_in_a_few_statements(store: Store, time: Time) -> None:
    ours = clock(store, *(district(n, DAILY) for n in range(1, 1001)))
    assert ours.look() == 1000
    assert ours.look() == 0


def test_the_next_wake_up_is_the_first_of_all_districts(store: Store) -> None:
    trigger = NextDue(
        lambda: installation(
            store, district(1, DAILY), district(2, {"mail": {"at": ["07:00"]}}, timezone="Europe/Helsinki")
        )
    )
    assert trigger.get_next_fire_time(None, MONDAY) == datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
    assert trigger.get_next_fire_time(None, MONDAY - timedelta(hours=2)) == MONDAY - timedelta(minutes=90)


def test_the_jitter_is_the_same_every_day_and_spreads_the_districts() -> None:
    entry = JobEntry(at=("05:30",), jitter_minutes=60)
    delays = {jitter(entry, district=n, job="pull") for n in range(200)}
    assert jitter(entry, district=1, job="pull") == jitter(entry, district=1, job="pull")
    assert len(delays) > 150 and max(delays) < timedelta(hours=1)
    assert jitter(JobEntry(at=("05:30",)), district=1, job="pull") == timedelta()


def test_two_clocks_with_jitter_name_the_same_slot(store: Store) -> None:
    spread = {"pull": {"at": ["05:30"], "grace_minutes": 240, "jitter_minutes": 90}}
    assert clock(store, district(7, spread)).look() == 1
    assert clock(store, district(7, spread)).look() == 0
    [run] = ledger.runs(store)
    assert run.due == datetime(2026, 11, 23, 4, 30, tzinfo=UTC) < run.ready


def test_the_longest_pause_between_runs_is_over_the_weekend() -> None:
    entry = JobEntry(at=("05:30", "12:30"), days=("mon", "tue", "wed", "thu", "fri"))
    pause = longest_pause(entry, ZoneInfo("Europe/Stockholm"), around=MONDAY)
    assert pause == timedelta(days=2, hours=17)
