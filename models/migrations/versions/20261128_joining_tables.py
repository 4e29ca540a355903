"""joining tables"""

import sqlalchemy as sa
from alembic import op

revision = "cf374cd1e26f"
down_revision = "67805d1b27b1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.add_column(sa.Column("forget_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_members_forget_at"), ["forget_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_members_forget_at"))
        batch_op.drop_column("forget_at")
