"""Mail: how often each reader wants which; one row for each reader, kind and slot."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "mail_choice",
        sa.Column("district", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("often", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("made_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("district", "recipient", "kind"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("mailing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("body", sa.LargeBinary(), nullable=True))
        batch_op.drop_constraint(batch_op.f("mailing_once"), type_="unique")
        batch_op.create_unique_constraint(
            "mailing_once", ["district", "kind", "slot", "recipient", "role", "unit"]
        )
        batch_op.create_index("mailing_of_recipient", ["district", "recipient", "at"], unique=False)
        batch_op.drop_column("text")
        batch_op.drop_column("html")


def downgrade() -> None:
    raise RuntimeError("The schema only goes forward; restore a backup to go back.")
