"""content tables"""

import sqlalchemy as sa
from alembic import op

revision = "ead5be5acfe2"
down_revision = "80869ec6c2e8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "content_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shelf", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("passed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_drafts")),
        sa.UniqueConstraint("shelf", "key", "source", name=op.f("uq_content_drafts_shelf_key_source")),
    )
    with op.batch_alter_table("content_drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_content_drafts_due_at"), ["due_at"], unique=False)

    op.create_table(
        "content_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shelf", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_versions")),
        sa.UniqueConstraint("shelf", "key", "version", name=op.f("uq_content_versions_shelf_key_version")),
    )
    with op.batch_alter_table("unanswered", schema=None) as batch_op:
        batch_op.add_column(sa.Column("solved_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("solved_by", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("unanswered", schema=None) as batch_op:
        batch_op.drop_column("solved_by")
        batch_op.drop_column("solved_at")

    op.drop_table("content_versions")
    with op.batch_alter_table("content_drafts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_content_drafts_due_at"))

    op.drop_table("content_drafts")
