"""The clock: is it kept in time, does the database's agree, has it been set back?"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from zetkin_sync.doctor.finding import Finding, advice, bad, good
from zetkin_sync.doctor.patient import Patient
from zetkin_sync.errors import Trouble
from zetkin_sync.language import say
from zetkin_sync.store import epoch, vital_signs

_APART = timedelta(seconds=30)
_UNSYNCHRONISED = 5  # TIME_ERROR in adjtimex(2)


def look(patient: Patient) -> Iterator[Finding]:
    """The host's clock, and the database's, which is the one that decides."""
    if _kept() is False:
        yield advice(
            say("Nothing keeps this machine's clock in time."),
            say("Run a time service: on Debian, `apt install systemd-timesyncd`."),
        )
    if not patient.has_tables:
        return
    try:
        theirs = patient.store.now()
    except Trouble:
        return
    ours = datetime.now(UTC)
    if abs(theirs - ours) > _APART:
        yield bad(
            say(
                "The database's clock differs from this machine's by {seconds} seconds.",
                seconds=round(abs(theirs - ours).total_seconds()),
            ),
            say("Correct whichever is wrong; the database's decides when jobs run."),
        )
        return
    known = epoch.instance(patient.store)
    last = max(
        (moment for moment in (known and known.beaten, vital_signs.newest_moment(patient.store)) if moment),
        default=None,
    )
    if last is not None and last > theirs + timedelta(minutes=2):
        yield bad(
            say("The clock was set back: the service has already worked at {when}.", when=last),
            say(
                "Correct the clock. Nothing is done twice meanwhile; jobs wait until the time has come again."
            ),
        )
        return
    yield good(say("The clock is {when}, for the database too.", when=theirs))


def _kept() -> bool | None:
    """Does the kernel say that its clock is kept in time? None where it cannot be asked."""
    try:
        answer = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))
    except (OSError, AttributeError):
        return None
    return None if answer < 0 else answer != _UNSYNCHRONISED
