"""wechat checks"""

import sqlalchemy as sa
from alembic import op

revision = "fc1d1461f61a"
down_revision = "0b28a77f0148"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wechat_checks",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_wechat_checks")),
    )


def downgrade() -> None:
    op.drop_table("wechat_checks")
