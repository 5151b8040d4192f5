"""Alembic's environment: one connection, given by `store.migrating`."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

import zetkin_sync.records  # noqa: F401 - makes the schema known

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
