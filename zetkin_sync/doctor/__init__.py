"""`doctor`: is everything in order that the service needs? One file a check, each a function `look`.

A check looks at one thing and says what it finds; it changes nothing. What it cannot look at, because something
before it is wrong, it leaves out: the one before has said so.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from zetkin_sync.doctor import (
    backups,
    clock,
    configuration,
    database,
    disk,
    mail,
    permissions,
    schedule,
    secret_values,
    versions,
    zetkin,
)
from zetkin_sync.doctor.finding import Finding, Level, bad
from zetkin_sync.doctor.patient import Patient
from zetkin_sync.errors import Trouble

__all__ = ["CHECKS", "Finding", "Level", "Patient", "examine"]

CHECKS: tuple[ModuleType, ...] = (
    versions,
    configuration,
    secret_values,
    permissions,
    database,
    disk,
    clock,
    schedule,
    backups,
    mail,
    zetkin,
)


def examine(patient: Patient) -> Iterator[tuple[str, Finding]]:
    """Every check by its name, with what it found. A check that meets trouble says it as a finding."""
    for check in CHECKS:
        name = check.__name__.rpartition(".")[2]
        try:
            for finding in check.look(patient):
                yield name, finding
        except Trouble as trouble:
            yield name, bad(trouble.what, trouble.do)
