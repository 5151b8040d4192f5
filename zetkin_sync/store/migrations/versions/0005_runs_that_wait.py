"""Runs that wait for others, and which copy of the database this is."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_QUEUED = sa.text("state = 'queued'")
_OPEN = sa.text("state IN ('queued', 'running')")


def upgrade() -> None:
    op.create_table(
        "instance",
        sa.Column("district", sa.Integer(), nullable=False),
        sa.Column("identity", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("beat", sa.Integer(), nullable=False),
        sa.Column("beaten", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("restored", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("moved_to", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("district"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("run") as run:
        run.drop_index("run_waiting")
        run.add_column(sa.Column("ready", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        run.add_column(sa.Column("not_after", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        run.add_column(sa.Column("turn", sa.Integer(), nullable=True))
        run.add_column(sa.Column("waits_for", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
        run.add_column(sa.Column("reported", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.execute("UPDATE run SET ready = due, turn = CASE WHEN asked_by IS NULL THEN 1 ELSE 0 END")
    with op.batch_alter_table("run") as run:
        run.alter_column("ready", nullable=False)
        run.alter_column("turn", nullable=False)
        run.create_index(
            "run_waiting", ["turn", "ready", "id"], sqlite_where=_QUEUED, postgresql_where=_QUEUED
        )
        run.create_index("run_of_job", ["district", "job", "id"])
        run.create_index("run_open", ["district", "job", "due"], sqlite_where=_OPEN, postgresql_where=_OPEN)


def downgrade() -> None:
    raise RuntimeError("The schema only goes forward; restore a backup to go back.")
