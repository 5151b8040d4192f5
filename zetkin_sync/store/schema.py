"""The database's schema: bring it forward, say where it is, refuse one that is newer than the program."""

from __future__ import annotations

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import say
from zetkin_sync.store.engine import Store

_FOLDER = Path(__file__).parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def newest() -> str | None:
    """The schema version that this program needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def version(store: Store) -> str | None:
    """The schema version that the database has; None when it is empty."""
    with store.reading() as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def revisions() -> list[str]:
    """Every version that this program can bring forward, the oldest first."""
    found = [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]
    return found[::-1]


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
    before = version(store)
    with store.writing() as session:
        connection = session.connection()
        if store.dialect == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7361234)")
        try:
            command.upgrade(_config(connection), "head")
        except CommandError as error:
            raise NeedsHuman(
                say(
                    "The database has the schema {version}, which this program does not know.", version=before
                ),
                say("It was made by a newer version: start that one, or restore the backup from before."),
            ) from error
    return before, version(store)


def write_revision(number: str, about: str) -> None:
    """For developers: a revision from what the migrations give to what the records say."""
    store = Store("sqlite://")
    migrate(store)
    with store.writing() as session:
        command.revision(_config(session.connection()), message=about, autogenerate=True, rev_id=number)


if __name__ == "__main__":
    write_revision(sys.argv[1], sys.argv[2])
