"""payment accounts"""

import sqlalchemy as sa
from alembic import op

revision = "0b28a77f0148"
down_revision = "12de409a5ba2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("payment_lines", schema=None) as batch_op:
        batch_op.add_column(sa.Column("account", sa.Text(), nullable=True))
    # what came back has lost its number already; what is under way or paid went to the one that stands there
    op.execute(
        "UPDATE payment_lines SET account = (SELECT applications.account FROM applications "
        "WHERE applications.id = payment_lines.application_id) WHERE state != 'returned'"
    )


def downgrade() -> None:
    with op.batch_alter_table("payment_lines", schema=None) as batch_op:
        batch_op.drop_column("account")
