"""Secrets: is each one there that the configuration needs, and is it strong enough?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from zetkin_sync.doctor.finding import Finding, advice, bad, good
from zetkin_sync.doctor.patient import Patient
from zetkin_sync.errors import ConfigError
from zetkin_sync.language import say
from zetkin_sync.settings import PREFIX

_NEEDED = {
    "zetkin": ("zetkin_client_id", "zetkin_client_secret", "zetkin_grant"),
    "smtp": ("smtp_url", "mail_from"),
    "imap": ("imap_url",),
}


def look(patient: Patient) -> Iterator[Finding]:
    """Only whether they are there: a secret is never shown."""
    settings = patient.settings
    try:
        assert settings.key
        yield good(say("The key of the hashes is set."))
    except ConfigError as error:
        yield bad(error.what, error.do)
    connectors = {name for c in patient.configurations for name in c.district.connectors.values()}
    for connector in sorted(connectors & set(_NEEDED)):
        missing = [n for n in _NEEDED[connector] if getattr(settings, n) is None]
        for name in missing:
            yield bad(
                say("{name} is not set.", name=f"{PREFIX}{name.upper()}"),
                say("{connector} needs it: see docs/quickstart.md.", connector=connector),
            )
        if not missing:
            yield good(say("What {connector} needs is set.", connector=connector))
    if settings.backup_key is None:
        yield advice(
            say("There is no key for backups."),
            say("Set {name} and keep it away from the backups.", name=f"{PREFIX}BACKUP_KEY"),
        )
    if settings.heartbeat_url is None:
        yield advice(
            say("Nobody outside notices when the service is gone."),
            say("Set {name} to a dead man's switch of your choice.", name=f"{PREFIX}HEARTBEAT_URL"),
        )
    in_environment = [
        name
        for name, field in type(settings).model_fields.items()
        if "SecretStr" in str(field.annotation) and os.environ.get(f"{PREFIX}{name.upper()}")
    ]
    if in_environment and not Path("/.dockerenv").exists():
        yield advice(
            say(
                "{n} secrets stand in the environment, where other programs of this user can read them.",
                n=len(in_environment),
            ),
            say("Put each into a file, mode 600, and point {name} at it.", name=f"{PREFIX}…_FILE"),
        )
