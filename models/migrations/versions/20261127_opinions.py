"""opinions"""

import sqlalchemy as sa
from alembic import op

revision = "063f90d052b3"
down_revision = "d095d0711d9b"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "opinions",
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["place_id"], ["places.id"], name=op.f("fk_opinions_place_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("place_id", name=op.f("pk_opinions")),
    )


def downgrade() -> None:

    op.drop_table("opinions")
