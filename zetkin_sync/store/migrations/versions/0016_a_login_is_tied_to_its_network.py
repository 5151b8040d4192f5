"""A login is tied to its network."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("network", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    raise RuntimeError("The schema only goes forward; restore a backup to go back.")
