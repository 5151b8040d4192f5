"""The configuration: is it right, and what in it is still to be filled in?"""

from __future__ import annotations

from collections.abc import Iterator

from zetkin_sync.doctor.finding import Finding, advice, bad, good
from zetkin_sync.doctor.patient import Patient
from zetkin_sync.language import say


def look(patient: Patient) -> Iterator[Finding]:
    """Every mistake, or one line a district."""
    found = patient.configurations
    if patient.wrong is not None:
        for problem in patient.wrong.problems:
            yield bad(
                say("{file}: {key}: {wrong}", file=problem.file, key=problem.key, wrong=problem.wrong),
                problem.allowed,
            )
        if not patient.wrong.problems:
            yield bad(patient.wrong.what, patient.wrong.do)
    for each in found:
        yield good(
            say(
                "{title}: {jobs} jobs, {actions} actions, {recipients} recipients, {associations} associations.",
                title=each.district.title,
                jobs=len(each.schedule.jobs),
                actions=len(each.actions),
                recipients=len(each.recipients),
                associations=len(each.associations),
            )
        )
        placeholders = sum(r.is_placeholder for r in each.recipients)
        if placeholders:
            yield advice(
                say("{n} recipients are placeholders and get no mail.", n=placeholders),
                say("Fill in recipients.toml."),
            )
        if not each.associations:
            yield advice(say("associations.csv is not there yet."), say("Run `zetkin-sync init`."))
