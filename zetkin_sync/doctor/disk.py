"""The disk: is there room for the database to grow, and for a backup?"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from zetkin_sync.doctor.finding import Finding, advice, bad, good
from zetkin_sync.doctor.patient import Patient
from zetkin_sync.language import Message, say

LEAST = 100 * 2**20
COMFORTABLE = 2**30
_UNITS = ((2**30, "GB"), (2**20, "MB"))


def look(patient: Patient) -> Iterator[Finding]:
    """Free space where the database, the working folder and its backups are."""
    file = patient.settings.database_file
    folders = {file.parent if file is not None else Path(), patient.settings.backups or Path()}
    for folder in sorted(folders):
        place = _existing(folder)
        free = shutil.disk_usage(place).free
        room = say("{size} are free where {folder} is.", size=size(free), folder=place.absolute().name or "/")
        if free < LEAST:
            yield bad(room, say("Make room; a full disk stops everything."))
        elif free < COMFORTABLE:
            yield advice(room, say("Make room before it is full."))
        else:
            yield good(room)


def _existing(folder: Path) -> Path:
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    return place


def size(count: int) -> Message:
    """A number of bytes for people."""
    unit, name = next(((u, n) for u, n in _UNITS if count >= u), (2**10, "kB"))
    return say("{n} {unit}", n=round(count / unit, 1), unit=name)
