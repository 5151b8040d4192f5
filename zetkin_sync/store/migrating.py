"""Alembic: bring a database forward, write a new migration."""

from __future__ import annotations

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import say
from zetkin_sync.store.engine import Store
from zetkin_sync.store.schema import migrate


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration for this program's migrations."""
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    found.set_main_option("path_separator", "os")
    if connection is not None:
        found.attributes["connection"] = connection
    return found


def upgrade(store: Store, before: str | None) -> None:
    """Run what is missing after the version `before`. Raises NeedsHuman when this program does not know that version."""
    with store.writing() as session:
        connection = session.connection()
        if store.dialect == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7361234)")
        try:
            command.upgrade(config(connection), "head")
        except CommandError as error:
            raise NeedsHuman(
                say(
                    "The database has the schema {version}, which this program does not know.", version=before
                ),
                say("It was made by a newer version: start that one, or restore the backup from before."),
            ) from error


def write_revision(number: str, about: str) -> None:
    """For developers: a revision from what the migrations give to what the records say."""
    store = Store("sqlite://")
    migrate(store)
    with store.writing() as session:
        command.revision(config(session.connection()), message=about, autogenerate=True, rev_id=number)


if __name__ == "__main__":
    write_revision(sys.argv[1], sys.argv[2])
