"""Mail: does the mail server let us in, and does each mailbox of bounces?"""

from __future__ import annotations

from collections.abc import Iterator

from zetkin_sync.doctor.finding import Finding, bad, good
from zetkin_sync.doctor.patient import Patient
from zetkin_sync.errors import Trouble
from zetkin_sync.language import say
from zetkin_sync.ports import Greeting


def look(patient: Patient) -> Iterator[Finding]:
    """Log in and out again; nothing is sent or moved. A connector that cannot greet is left out."""
    if not patient.online:
        return
    for configuration in patient.configurations:
        for role in sorted(configuration.district.connectors):
            if role != "mailer" and not role.startswith("mailbox"):
                continue
            try:
                with patient.connected(configuration, role) as connector:
                    if not isinstance(connector, Greeting):
                        continue
                    connector.greet()
            except Trouble as trouble:
                yield bad(trouble.what, trouble.do)
            else:
                yield good(say("{title}: {role} answers.", title=configuration.district.title, role=role))
