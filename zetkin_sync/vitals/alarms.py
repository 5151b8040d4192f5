"""What a person must know now: pure judgement of how the service does.

Each alarm has a name (its kind and what it is about), since when it holds, what is wrong and what to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from zetkin_sync.language import Message, say, say_n
from zetkin_sync.records import RESTORED
from zetkin_sync.vitals import Vitals

EXPIRES_SOON = timedelta(days=7)
_AHEAD = timedelta(minutes=2)
_RUNS = say("See that the service runs: `zetkin-sync runs` on its machine shows what was done last.")


@dataclass(frozen=True)
class Alarm:
    """One thing that a person must know. `district` is None when it is about the whole installation."""

    name: str
    since: datetime
    what: Message
    do: Message
    district: int | None = None


def alarms(vitals: Vitals, *, now: datetime | None = None) -> list[Alarm]:
    """Everything that is wrong, the oldest first."""
    found = [alarm for judge in _JUDGES for alarm in judge(vitals, now or vitals.now)]
    return sorted(found, key=lambda alarm: (alarm.since, alarm.name))


def standstill(vitals: Vitals) -> bool:
    """Does the clock or the workers not do what they should? Then the dead man's switch is not fed."""
    return bool(vitals.unwritten or vitals.untaken or vitals.unkept or not vitals.ready)


def _slots(vitals: Vitals, _now: datetime) -> Iterator[Alarm]:
    for slot in vitals.unwritten:
        yield Alarm(
            f"late:{slot.job}",
            slot.due,
            say("{job} was due {when}, and no clock has asked for it.", job=slot.job, when=slot.due),
            say("See that a process with the role clock runs."),
            slot.district,
        )


def _untaken(vitals: Vitals, _now: datetime) -> Iterator[Alarm]:
    for run in vitals.untaken:
        yield Alarm(
            f"waits:{run.job}",
            run.since,
            say("{job} waits for a worker since {when}.", job=run.job, when=run.since),
            say("See that a process with the role worker runs and is not full."),
            run.district,
        )


def _unkept(vitals: Vitals, _now: datetime) -> Iterator[Alarm]:
    for run in vitals.unkept:
        yield Alarm(
            f"left:{run.job}",
            run.since,
            say(
                "The process that carried {job} is gone since {when}, and no other has taken it.",
                job=run.job,
                when=run.since,
            ),
            _RUNS,
            run.district,
        )


def _doubt(vitals: Vitals, _now: datetime) -> Iterator[Alarm]:
    for district, found in vitals.in_doubt.items():
        yield Alarm(
            "unknown",
            found.since,
            say_n(
                "Of {n} change in Zetkin nobody has known since {when} whether it happened.",
                "Of {n} changes in Zetkin nobody has known since {when} whether they happened.",
                found.count,
                when=found.since,
            ),
            say("Look in Zetkin; the run of apply_changes says what it is about."),
            district,
        )


def _parked(vitals: Vitals, _now: datetime) -> Iterator[Alarm]:
    for district, found in vitals.parked.items():
        yield Alarm(
            "parked",
            found.since,
            say_n(
                "{n} message or change was put aside, because only a person can decide.",
                "{n} messages or changes were put aside, because only a person can decide.",
                found.count,
            ),
            say("`zetkin-sync plans` and the page say why."),
            district,
        )


def _braked(vitals: Vitals, _now: datetime) -> Iterator[Alarm]:
    for district, found in vitals.braked.items():
        yield Alarm(
            "brake",
            found.since,
            say(
                "A brake is on since {when}: more is gone from Zetkin's lists than may be believed.",
                when=found.since,
            ),
            say("Look in Zetkin. If it is right, run the pull again with --accept-absence."),
            district,
        )


def _readings(vitals: Vitals, now: datetime) -> Iterator[Alarm]:
    for district, reading in vitals.readings.items():
        if reading.read is None or reading.period is None:
            continue
        old = reading.read + 2 * reading.period
        if now > old:
            yield Alarm(
                "old",
                old,
                say("Nothing has been read from Zetkin since {when}.", when=reading.read),
                say("`zetkin-sync runs pull_zetkin` says why."),
                district,
            )


def _token(vitals: Vitals, now: datetime) -> Iterator[Alarm]:
    if vitals.expires is not None and vitals.expires - now < EXPIRES_SOON:
        yield Alarm(
            "token",
            vitals.expires - EXPIRES_SOON,
            say("Our key to Zetkin ends {when}.", when=vitals.expires),
            say("Make a new one in Zetkin and set ZETKIN_SYNC_ZETKIN_GRANT."),
        )


def _disk(vitals: Vitals, now: datetime) -> Iterator[Alarm]:
    if vitals.room is not None and vitals.room.low:
        yield Alarm(
            "disk",
            now.replace(hour=0, minute=0, second=0, microsecond=0),
            say("Only {n} MB are free where the database is.", n=vitals.room.free // 2**20),
            say("Make room; a full disk stops everything."),
        )


def _clock(vitals: Vitals, now: datetime) -> Iterator[Alarm]:
    if vitals.latest is not None and vitals.latest > now + _AHEAD:
        yield Alarm(
            "clock",
            now,
            say("The clock was set back: the service has already worked at {when}.", when=vitals.latest),
            say(
                "Correct the clock. Nothing is done twice meanwhile; jobs wait until the time has come again."
            ),
        )


def _switches(vitals: Vitals, _now: datetime) -> Iterator[Alarm]:
    for switch in vitals.switches:
        if switch.name == RESTORED:
            yield Alarm(
                "restored",
                switch.since,
                say("The database was restored: nothing is sent."),
                say("Run `zetkin-sync reconcile --after-restore`."),
            )


def _configuration(vitals: Vitals, now: datetime) -> Iterator[Alarm]:
    for name in vitals.broken:
        yield Alarm(
            f"configuration:{name}",
            now,
            say("The configuration in {folder} has mistakes; the last good one goes on.", folder=name),
            say("`zetkin-sync check` says which."),
        )


_JUDGES = (
    _slots,
    _untaken,
    _unkept,
    _doubt,
    _parked,
    _braked,
    _readings,
    _token,
    _disk,
    _clock,
    _switches,
    _configuration,
)
