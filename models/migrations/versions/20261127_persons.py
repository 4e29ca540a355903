"""who a place was for, also after they left"""

import sqlalchemy as sa
from alembic import op

revision = "685215f90794"
down_revision = "063f90d052b3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("places", schema=None) as batch_op:
        batch_op.add_column(sa.Column("person", sa.String(), nullable=True))
        batch_op.create_index(batch_op.f("ix_places_person"), ["person"], unique=False)
    op.execute("UPDATE places SET person = who")


def downgrade() -> None:
    with op.batch_alter_table("places", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_places_person"))
        batch_op.drop_column("person")
