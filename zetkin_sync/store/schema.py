"""The database's schema: where it is, what this program needs, refuse one that is newer than the program.

Every start asks this; what brings a database forward is loaded only when something is to be brought forward.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import inspect, text

from zetkin_sync.store.engine import Store

_VERSIONS = Path(__file__).parent / "migrations" / "versions"
_TABLE = "alembic_version"


@cache
def revisions() -> tuple[str, ...]:
    """Every version that this program can bring forward, the oldest first: the numbers that its migrations' files begin with."""
    return tuple(sorted(path.stem.split("_")[0] for path in _VERSIONS.glob("[0-9]*.py")))


def newest() -> str:
    """The schema version that this program needs."""
    return revisions()[-1]


def version(store: Store) -> str | None:
    """The schema version that the database has; None when it is empty."""
    with store.reading() as session:
        connection = session.connection()
        if not inspect(connection).has_table(_TABLE):
            return None
        found = connection.execute(text(f"SELECT version_num FROM {_TABLE}")).scalar()  # noqa: S608 - our own name
    return None if found is None else str(found)


def is_known(revision: str) -> bool:
    """Is this a version that this program can bring forward?"""
    return revision in revisions()


def is_current(store: Store) -> bool:
    return version(store) == newest()


def migrate(store: Store) -> tuple[str | None, str | None]:
    """Bring the database forward. Returns the versions before and after.

    Raises NeedsHuman when the database is newer than this program. Two processes may start at once: the
    second waits and finds nothing to do.
    """
    from zetkin_sync.store.migrating import upgrade  # noqa: PLC0415 - 7 MB and half a second that few need

    before = version(store)
    upgrade(store, before)
    return before, version(store)
