"""A database of every earlier schema, with rows in each of its tables, comes forward and keeps them."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import func, select

from tests.filling import fill_tables, reflected
from zetkin_sync.store import copying, migrating, schema
from zetkin_sync.store.engine import Store

REVISIONS = schema.revisions()


def brought_forward(url: str, revision: str) -> None:
    store = Store(url)
    with store.writing() as session:
        command.upgrade(migrating.config(session.connection()), revision)
    with store.transaction() as connection:
        old = reflected(connection)
        fill_tables(connection, old)
    before, after = schema.migrate(store)
    assert (before, after) == (revision, schema.newest())
    kept = {t.name for t in copying.tables()}
    with store.reading() as session:
        connection = session.connection()
        for table in old:
            if table.name in kept:
                held = connection.execute(select(func.count()).select_from(table)).scalar_one()
                assert held == 3, table.name
        for table in copying.tables():
            connection.execute(select(table)).all()  # every value is one that the records understand
    store.close()


@pytest.mark.parametrize("revision", REVISIONS)
def test_rows_of_every_released_schema_are_kept(revision: str, tmp_path: object) -> None:
    brought_forward(f"sqlite:///{tmp_path}/z.db", revision)


@pytest.mark.parametrize("revision", [REVISIONS[0], REVISIONS[-2]])
def test_on_postgres_too(revision: str, postgres_url: str) -> None:
    brought_forward(postgres_url, revision)


def test_a_migration_that_fails_leaves_everything_as_it_was(tmp_path: object) -> None:
    """What the new schema wants to make is there already: the whole step is taken back."""
    store = Store(f"sqlite:///{tmp_path}/z.db")
    with store.writing() as session:
        command.upgrade(migrating.config(session.connection()), REVISIONS[0])
    with store.transaction() as connection:
        connection.exec_driver_sql("CREATE TABLE mail_choice (district INTEGER)")
        before = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
    with pytest.raises(Exception, match=r"exists|answer"):
        schema.migrate(store)
    assert schema.version(store) == REVISIONS[0]
    with store.reading() as session:
        assert (
            session.connection().exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one() == before
        )
