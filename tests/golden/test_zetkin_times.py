"""How Zetkin's times are read: both kinds of event times, both clock changes, year's end, leap day."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from connectors.zetkin.wire.times import EventTimes, Reading, day, instant

STOCKHOLM = ZoneInfo("Europe/Stockholm")
WALL = Reading(EventTimes.WALL_CLOCK, STOCKHOLM)
TRUE = Reading(EventTimes.UTC, STOCKHOLM)

#   what Zetkin says               as wall clock          as true UTC            wall clock suspicious?  true UTC?
GOLDEN = """
    2026-03-18T18:00:00+00:00    2026-03-18 18:00    2026-03-18 19:00    no     no
    2026-06-17T18:00:00+00:00    2026-06-17 18:00    2026-06-17 20:00    no     no
    2026-06-17T18:00:00Z         2026-06-17 18:00    2026-06-17 20:00    no     no
    2026-06-17T18:00:00          2026-06-17 18:00    2026-06-17 20:00    no     no
    2026-06-17T20:00:00+02:00    2026-06-17 20:00    2026-06-17 20:00    no     no
    2026-05-09T03:00:00+00:00    2026-05-09 03:00    2026-05-09 05:00    yes    yes
    2026-05-09T05:00:00+00:00    2026-05-09 05:00    2026-05-09 07:00    yes    no
    2026-05-09T22:30:00+00:00    2026-05-09 22:30    2026-05-10 00:30    no     yes
    2026-03-29T00:30:00+00:00    2026-03-29 00:30    2026-03-29 01:30    yes    yes
    2026-03-29T01:00:00+00:00    2026-03-29 01:00    2026-03-29 03:00    yes    yes
    2026-03-29T02:30:00+00:00    2026-03-29 02:30    2026-03-29 04:30    yes    yes
    2026-03-29T11:00:00+00:00    2026-03-29 11:00    2026-03-29 13:00    no     no
    2026-03-28T11:00:00+00:00    2026-03-28 11:00    2026-03-28 12:00    no     no
    2026-10-25T00:30:00+00:00    2026-10-25 00:30    2026-10-25 02:30    yes    yes
    2026-10-25T01:30:00+00:00    2026-10-25 01:30    2026-10-25 02:30    yes    yes
    2026-10-25T10:00:00+00:00    2026-10-25 10:00    2026-10-25 11:00    no     no
    2026-10-24T10:00:00+00:00    2026-10-24 10:00    2026-10-24 12:00    no     no
    2026-12-31T23:30:00+00:00    2026-12-31 23:30    2027-01-01 00:30    no     yes
    2027-01-01T00:00:00+00:00    2027-01-01 00:00    2027-01-01 01:00    yes    yes
    2028-02-29T12:00:00+00:00    2028-02-29 12:00    2028-02-29 13:00    no     no
    2028-02-28T23:30:00+00:00    2028-02-28 23:30    2028-02-29 00:30    no     yes
"""
LINES = [line.split() for line in GOLDEN.strip().splitlines()]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0])
def test_an_events_time_is_read_as_the_configuration_says(line: list[str]) -> None:
    said, wall_day, wall_time, true_day, true_time, wall_odd, true_odd = line
    wall = datetime.fromisoformat(f"{wall_day} {wall_time}")
    true = datetime.fromisoformat(f"{true_day} {true_time}")
    assert WALL.wall_clock(said) == wall
    assert TRUE.wall_clock(said) == true
    assert WALL.is_suspicious(wall, None) is (wall_odd == "yes")
    assert TRUE.is_suspicious(true, None) is (true_odd == "yes")


@pytest.mark.parametrize("how", [WALL, TRUE])
@pytest.mark.parametrize(
    "clock", ["2026-06-17 18:00", "2026-12-17 18:00", "2026-10-25 12:00", "2028-02-29 09:30"]
)
def test_what_is_written_is_read_back(how: Reading, clock: str) -> None:
    moment = datetime.fromisoformat(clock)
    assert how.wall_clock(how.written(moment)) == moment


@pytest.mark.parametrize(
    ("starts", "ends", "odd"),
    [
        ("2026-06-17 18:00", "2026-06-17 20:00", False),
        ("2026-06-17 18:00", "2026-06-17 17:00", True),
        ("2026-06-17 00:00", "2026-06-18 00:00", False),
        ("2026-06-17 00:00", "2026-06-17 23:59", False),
        ("2026-06-17 00:00", "2026-06-17 02:00", True),
        ("2026-06-17 20:00", "2026-06-18 02:00", False),
        ("2026-06-17 18:00", "2026-09-17 18:00", True),
        ("2027-03-28 02:30", "2027-03-28 04:00", True),
    ],
)
def test_a_time_at_which_nobody_holds_an_activity_is_marked(starts: str, ends: str, odd: bool) -> None:
    assert WALL.is_suspicious(datetime.fromisoformat(starts), datetime.fromisoformat(ends)) is odd


def test_the_hour_that_the_spring_change_skips_is_marked_even_where_nights_are_not() -> None:
    day_and_night = Reading(EventTimes.WALL_CLOCK, STOCKHOLM, (0, 0))
    assert day_and_night.is_suspicious(datetime(2026, 3, 29, 2, 30), None)
    assert not day_and_night.is_suspicious(datetime(2026, 3, 28, 2, 30), None)
    assert not day_and_night.is_suspicious(
        datetime(2026, 10, 25, 2, 30), None
    )  # it happens twice, but it happens


def test_the_night_may_begin_before_midnight() -> None:
    early = Reading(EventTimes.WALL_CLOCK, STOCKHOLM, (22, 7))
    assert [h for h in range(24) if early.is_suspicious(datetime(2026, 6, 17, h, 1), None)] == [
        0,
        1,
        2,
        3,
        4,
        5,
        6,
        22,
        23,
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("", None),
        ("2026-03-16T09:27:09", datetime(2026, 3, 16, 9, 27, 9, tzinfo=UTC)),
        ("2026-03-16T09:27:09.123456", datetime(2026, 3, 16, 9, 27, 9, 123456, UTC)),
        ("2026-03-16T10:27:09+01:00", datetime(2026, 3, 16, 9, 27, 9, tzinfo=UTC)),
        ("2026-06-03 08:46:55.596385+00:00", datetime(2026, 6, 3, 8, 46, 55, 596385, UTC)),
        ("2026-03-16T09:27:09.000Z", datetime(2026, 3, 16, 9, 27, 9, tzinfo=UTC)),
        ("2028-02-29T23:59:59", datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_an_instant_without_offset_is_utc(text: str | None, expected: datetime | None) -> None:
    assert instant(text) == expected


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01", "2027-02-29T10:00:00", "18:00"])
def test_what_is_no_time_is_an_error(text: str) -> None:
    with pytest.raises(ValueError):
        instant(text)
    with pytest.raises(ValueError):
        WALL.wall_clock(text)


def test_a_day_is_a_day() -> None:
    assert day("2026-04-01") == day("2026-04-01T00:00:00") == datetime(2026, 4, 1).date()
    assert day(None) is None
