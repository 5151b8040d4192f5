"""Zetkin: does it let us in, and does it show us the district?"""

from __future__ import annotations

from collections.abc import Iterator

from zetkin_sync.doctor.finding import Finding, bad, good
from zetkin_sync.doctor.patient import Patient
from zetkin_sync.errors import Trouble
from zetkin_sync.language import say
from zetkin_sync.records import Found, Organization


def look(patient: Patient) -> Iterator[Finding]:
    """Ask for the district's own organization."""
    if not patient.online:
        return
    for configuration in patient.configurations:
        if "zetkin" not in configuration.district.connectors or not configuration.associations:
            continue
        try:
            with patient.connected(configuration, "zetkin") as zetkin:
                found = zetkin.look(Organization, organization=configuration.root, row=configuration.root)
        except Trouble as trouble:
            yield bad(trouble.what, trouble.do)
            continue
        if found is Found.HERE:
            yield good(
                say("{title}: Zetkin answers and shows us the district.", title=configuration.district.title)
            )
        else:
            yield bad(
                say("{title}: Zetkin does not show us the district.", title=configuration.district.title),
                say("Give our account in Zetkin the role of an official there, and check the district's id."),
            )
