"""The program, Python and SQLite: versions, and what each must be at least."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from platform import python_version

from zetkin_sync import __version__
from zetkin_sync.doctor.finding import Finding, bad, good
from zetkin_sync.doctor.patient import Patient
from zetkin_sync.language import say

_SQLITE = (3, 35, 0)  # RETURNING


def look(_patient: Patient) -> Iterator[Finding]:
    """Say what runs here."""
    yield good(
        say(
            "zetkin_sync {version}, Python {python}, SQLite {sqlite}",
            version=__version__,
            python=python_version(),
            sqlite=sqlite3.sqlite_version,
        )
    )
    if sqlite3.sqlite_version_info < _SQLITE:
        yield bad(
            say("SQLite {version} is too old.", version=sqlite3.sqlite_version),
            say("Use a Python whose SQLite is {version} or newer.", version=".".join(map(str, _SQLITE))),
        )
    if sys.platform == "win32":
        yield bad(say("The service does not run on Windows."), say("Use Linux."))
