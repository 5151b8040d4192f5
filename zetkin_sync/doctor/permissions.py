"""Permissions: may the service read and write what it must, and may nobody else?"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from zetkin_sync.doctor.finding import Finding, advice, bad, good
from zetkin_sync.doctor.patient import Patient
from zetkin_sync.language import say


def look(patient: Patient) -> Iterator[Finding]:
    """The database's file and folder, the host's memory of it, the configuration."""
    settings = patient.settings
    file = settings.database_file
    if file is not None:
        yield from _database(file)
    memory = settings.instance_path
    if memory is not None and not _writable(memory):
        yield bad(
            say("{path} cannot be written.", path=memory.name),
            say("Give the service's user the folder, or set ZETKIN_SYNC_INSTANCE_FILE to another place."),
        )
    if settings.config.is_dir() and settings.config.stat().st_mode & stat.S_IWOTH:
        yield bad(
            say("Everybody on this machine may change the configuration."),
            say("Run `chmod o-w` on its folder."),
        )
    if os.geteuid() == 0:
        yield advice(
            say("This runs as root."), say("Run the service as a user of its own (docs/deployment.md).")
        )


def _database(file: Path) -> Iterator[Finding]:
    if not _writable(file):
        yield bad(
            say("The database cannot be written."),
            say("Give the service's user write access to the file and its folder."),
        )
    elif not file.exists():
        return
    elif file.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH) and _open_to_others(file.parent):
        yield bad(
            say("Everybody on this machine can read the database."),
            say("Run `chmod 600` on it, or `chmod 700` on its folder."),
        )
    else:
        yield good(say("Only the service's user can read the database."))


def _open_to_others(folder: Path) -> bool:
    """Can others come into the folder? One closed folder above is enough to keep them out."""
    return all(part.stat().st_mode & stat.S_IXOTH for part in (folder, *folder.absolute().parents))


def _writable(file: Path) -> bool:
    folder = file.parent if str(file.parent) else Path()
    if not folder.is_dir():
        return False
    return os.access(folder, os.W_OK | os.X_OK) and (not file.exists() or os.access(file, os.W_OK))
