"""console"""

import sqlalchemy as sa
from alembic import op

revision = "fbe56b6cc1f4"
down_revision = "e17218dcc247"
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
    op.create_table(
        "question_counts",
        sa.Column("day", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "decision", "slot", name=op.f("pk_question_counts")),
    )
    op.create_table(
        "roster_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("bad", sa.JSON(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("same", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_imports")),
    )
    with op.batch_alter_table("roster_imports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roster_imports_state"), ["state"], unique=False)

    op.create_table(
        "roster_slices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("holders", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["roster_imports.id"], name=op.f("fk_roster_slices_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_slices")),
    )
    with op.batch_alter_table("roster_slices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roster_slices_import_id"), ["import_id"], unique=False)

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

    with op.batch_alter_table("unanswered", schema=None) as batch_op:
        batch_op.add_column(sa.Column("solved_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("solved_by", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("unanswered", schema=None) as batch_op:
        batch_op.drop_column("solved_by")
        batch_op.drop_column("solved_at")

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
    with op.batch_alter_table("roster_slices", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_roster_slices_import_id"))

    op.drop_table("roster_slices")
    with op.batch_alter_table("roster_imports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_roster_imports_state"))

    op.drop_table("roster_imports")
    op.drop_table("question_counts")
    op.drop_table("content_versions")
    with op.batch_alter_table("content_drafts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_content_drafts_due_at"))

    op.drop_table("content_drafts")
    op.drop_table("canned_answers")
