"""how far a colleague has read a case, and of what their phone was told"""

import sqlalchemy as sa
from alembic import op

revision = "c5a1d7e04b92"
down_revision = "36de9047c260"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("case_workers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("read_line", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("told_line", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("case_workers", schema=None) as batch_op:
        batch_op.drop_column("told_line")
        batch_op.drop_column("read_line")
