"""inbox tables"""

import sqlalchemy as sa
from alembic import op

revision = "80869ec6c2e8"
down_revision = "e411daf3d326"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "canned_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_answers")),
    )
    op.create_table(
        "staff_absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["deputy_id"], ["staff.id"], name=op.f("fk_staff_absences_deputy_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_absences_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_absences")),
    )
    with op.batch_alter_table("staff_absences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_absences_staff_id"), ["staff_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_staff_absences_until"), ["until"], unique=False)

    op.create_table(
        "staff_phone_codes",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_phone_codes_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_phone_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_staff_phone_codes_code_hash")),
    )
    op.create_table(
        "handoff_labels",
        sa.Column("handoff_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoffs.id"], name=op.f("fk_handoff_labels_handoff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("handoff_id", "label", name=op.f("pk_handoff_labels")),
    )
    with op.batch_alter_table("handoff_labels", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handoff_labels_label"), ["label"], unique=False)

    op.create_table(
        "handoff_readers",
        sa.Column("handoff_id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoffs.id"], name=op.f("fk_handoff_readers_handoff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("handoff_id", "login", name=op.f("pk_handoff_readers")),
    )
    with op.batch_alter_table("handoff_lines", schema=None) as batch_op:
        batch_op.add_column(sa.Column("digest", sa.String(), server_default="", nullable=False))
        batch_op.create_index(batch_op.f("ix_handoff_lines_digest"), ["digest"], unique=False)

    with op.batch_alter_table("handoffs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("handoffs", schema=None) as batch_op:
        batch_op.drop_column("snoozed_until")

    with op.batch_alter_table("handoff_lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handoff_lines_digest"))
        batch_op.drop_column("digest")

    op.drop_table("handoff_readers")
    with op.batch_alter_table("handoff_labels", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handoff_labels_label"))

    op.drop_table("handoff_labels")
    op.drop_table("staff_phone_codes")
    with op.batch_alter_table("staff_absences", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_absences_until"))
        batch_op.drop_index(batch_op.f("ix_staff_absences_staff_id"))

    op.drop_table("staff_absences")
    op.drop_table("canned_answers")
