"""Wall-clock times neither skip nor double when the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from zetkin_sync.clock import newest_due, next_due, slot_text
from zetkin_sync.configuration import JobEntry

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def entry(*at: str, **more: object) -> JobEntry:
    return JobEntry.model_validate({"at": at, **more})


def fires(job: JobEntry, zone: ZoneInfo, start: datetime, end: datetime) -> list[datetime]:
    found, at = [], start
    while (due := next_due(job, zone, at)) is not None and due < end:
        found.append(due)
        at = due
    return found


@pytest.mark.parametrize(
    ("zone", "changes"),
    [
        ("Europe/Stockholm", ["2026-03-29", "2026-10-25"]),
        ("America/New_York", ["2026-03-08", "2026-11-01"]),
        ("Australia/Lord_Howe", ["2026-04-05", "2026-10-04"]),
    ],
)
def test_every_daily_time_fires_once_a_day_around_both_changes(zone: str, changes: list[str]) -> None:
    """1,440 times of day, seven days around each of the two changes: 20,160 fires, no more and no less."""
    where = ZoneInfo(zone)
    fired = 0
    for change in changes:
        first = datetime.fromisoformat(change).date() - timedelta(days=3)
        days = [first + timedelta(days=n) for n in range(7)]
        start = datetime.combine(days[0], time(0), tzinfo=where).astimezone(UTC) - timedelta(seconds=1)
        end = datetime.combine(days[-1] + timedelta(days=1), time(0), tzinfo=where).astimezone(UTC)
        for minute in range(1440):
            job = entry(f"{minute // 60:02}:{minute % 60:02}")
            found = fires(job, where, start, end)
            assert [f.astimezone(where).date() for f in found] == days
            fired += len(found)
    assert fired == 20_160


def test_a_time_that_spring_leaves_out_comes_an_hour_later() -> None:
    due = next_due(entry("02:30"), STOCKHOLM, datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert due == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_time_that_autumn_repeats_is_the_first() -> None:
    due = next_due(entry("02:30"), STOCKHOLM, datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert due == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_weekdays_are_names() -> None:
    due = next_due(entry("07:00", days=("mon",)), STOCKHOLM, datetime(2026, 11, 22, 12, tzinfo=UTC))
    assert due == datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def test_the_newest_missed_slot_is_the_last_one_before_now() -> None:
    job = entry("05:30", "12:30", "18:30")
    assert newest_due(job, STOCKHOLM, until=datetime(2026, 11, 23, 12, 0, tzinfo=UTC)) == datetime(
        2026, 11, 23, 11, 30, tzinfo=UTC
    )


def test_every_few_minutes_is_the_same_slot_for_every_clock() -> None:
    job = JobEntry(every_minutes=15)
    for second in (0.1, 17, 899):
        at = datetime(2026, 11, 23, 6, 0, tzinfo=UTC) + timedelta(seconds=second)
        assert next_due(job, STOCKHOLM, at) == datetime(2026, 11, 23, 6, 15, tzinfo=UTC)


def test_a_job_that_only_follows_has_no_time() -> None:
    assert next_due(JobEntry(after=("pull",)), STOCKHOLM, datetime(2026, 1, 1, tzinfo=UTC)) is None


def test_a_slot_is_the_instant_in_utc() -> None:
    assert slot_text(datetime(2026, 11, 23, 7, 0, tzinfo=STOCKHOLM)) == "2026-11-23T06:00Z"
