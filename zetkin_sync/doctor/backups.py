"""Backups: is there one, how old is it, can it be opened?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from zetkin_sync.backup import newest_backup
from zetkin_sync.doctor.finding import Finding, advice, good
from zetkin_sync.doctor.patient import Patient
from zetkin_sync.language import say

_OLD = timedelta(days=2)


def look(patient: Patient) -> Iterator[Finding]:
    """The newest file in the folder for backups."""
    folder = patient.settings.backups
    if folder is None:
        yield advice(
            say("Backups are not made here by the service."),
            say(
                "Set ZETKIN_SYNC_BACKUPS to a folder and ZETKIN_SYNC_BACKUP_KEY to a key (docs/operations.md)."
            ),
        )
        return
    found = newest_backup(folder)
    if found is None:
        yield advice(say("There is no backup yet."), say("Run `zetkin-sync backup make`."))
        return
    age = patient.store.now() - found.made
    if age > _OLD:
        yield advice(
            say("The newest backup is from {when}.", when=found.made),
            say("Run `zetkin-sync backup make`, and see why the job did not."),
        )
    else:
        yield good(say("The newest backup is from {when}.", when=found.made))
