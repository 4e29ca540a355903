"""members tables"""

import sqlalchemy as sa
from alembic import op

revision = "e1330a832c81"
down_revision = "e17218dcc247"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "question_counts",
        sa.Column("day", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "decision", "slot", name=op.f("pk_question_counts")),
    )
