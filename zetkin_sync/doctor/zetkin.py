"""Zetkin: does it let us in, what does it show us, and how does it behave where nobody has documented it?"""

from __future__ import annotations

from collections.abc import Iterator

from zetkin_sync.doctor.finding import Finding, Level, bad, good
from zetkin_sync.doctor.patient import Patient
from zetkin_sync.errors import Trouble
from zetkin_sync.language import say
from zetkin_sync.records import Found, Organization


def look(patient: Patient) -> Iterator[Finding]:
    """Ask for the district's own organization, then what the connector finds out step by step; nothing is written."""
    if not patient.online:
        return
    for configuration in patient.configurations:
        if "zetkin" not in configuration.district.connectors or not configuration.associations:
            continue
        titles = {association.id: association.title for association in configuration.associations}
        try:
            with patient.connected(configuration, "zetkin") as zetkin:
                found = zetkin.look(Organization, organization=configuration.root, row=configuration.root)
                if found is Found.HERE:
                    yield good(
                        say(
                            "{title}: Zetkin answers and shows us the district.",
                            title=configuration.district.title,
                        )
                    )
                else:
                    yield bad(
                        say(
                            "{title}: Zetkin does not show us the district.",
                            title=configuration.district.title,
                        ),
                        say(
                            "Give our account in Zetkin the role of an official there, and check the district's id."
                        ),
                    )
                for seen in zetkin.examine(organization=configuration.root, organizations=titles):
                    yield Finding(Level(seen.verdict), seen.what, seen.do)
        except Trouble as trouble:
            yield bad(trouble.what, trouble.do)
