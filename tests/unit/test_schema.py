"""Migrations bring an empty database to exactly what the records say."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlmodel import SQLModel

from zetkin_sync.errors import NeedsHuman
from zetkin_sync.store import migrating, schema
from zetkin_sync.store.engine import Store


def test_migrating_gives_what_the_records_say(database_url: str) -> None:
    store = Store(database_url)
    assert schema.version(store) is None
    before, after = schema.migrate(store)
    assert (before, after) == (None, schema.newest())
    with store.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        differences = compare_metadata(context, SQLModel.metadata)
    assert differences == []


def test_migrating_twice_does_nothing(database_url: str) -> None:
    store = Store(database_url)
    schema.migrate(store)
    assert schema.migrate(store) == (schema.newest(), schema.newest())


def test_a_newer_schema_is_refused(database_url: str) -> None:
    store = Store(database_url)
    schema.migrate(store)
    with store.writing() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NeedsHuman, match="does not know"):
        schema.migrate(store)


def test_the_versions_read_from_file_names_are_those_of_the_chain_of_migrations() -> None:
    chain = ScriptDirectory.from_config(migrating.config()).walk_revisions()
    assert list(schema.revisions()) == [script.revision for script in chain][::-1]
