"""The schedule: when each job is due next, when it last went well, and which stands still."""

from __future__ import annotations

from collections.abc import Iterator

from zetkin_sync.doctor.finding import Finding, advice, bad, good
from zetkin_sync.doctor.patient import Patient
from zetkin_sync.due import next_due
from zetkin_sync.language import say
from zetkin_sync.vitals import read_vitals
from zetkin_sync.vitals.alarms import alarms


def look(patient: Patient) -> Iterator[Finding]:
    """Each district's next slot, and everything that would be an alarm."""
    if not patient.has_tables or not patient.configurations:
        return
    now = patient.store.now()
    for each in patient.configurations:
        zone = each.district.zone
        dues = {name: next_due(entry, zone, now) for name, entry in each.schedule.jobs.items()}
        timed = {name: due for name, due in dues.items() if due is not None}
        if not timed:
            yield advice(
                say("{title} has no job with a time.", title=each.district.title),
                say("Fill in schedule.toml."),
            )
            continue
        first = min(timed, key=lambda name: timed[name])
        yield good(
            say("{title}: {job} is next, {when}.", title=each.district.title, job=first, when=timed[first])
        )
    for alarm in alarms(
        read_vitals(patient.store, patient.configurations, settings=patient.settings), now=now
    ):
        yield bad(alarm.what, alarm.do)
