"""wechat"""

import sqlalchemy as sa
from alembic import op

revision = "12de409a5ba2"
down_revision = "f0a84bea31b8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shown_lists",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "address", name=op.f("pk_shown_lists")),
    )
    op.create_table(
        "wechat_consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("openid", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wechat_consents")),
        sa.UniqueConstraint("openid", "form", name=op.f("uq_wechat_consents_openid_form")),
    )
    op.create_table(
        "wechat_mass",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("letters", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wechat_mass")),
    )
    op.create_table(
        "wechat_months",
        sa.Column("openid", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("had", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("openid", "month", name=op.f("pk_wechat_months")),
    )
    op.create_table(
        "wechat_windows",
        sa.Column("openid", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("tap_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tap_remaining", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("openid", name=op.f("pk_wechat_windows")),
    )
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.add_column(sa.Column("forget_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_members_forget_at"), ["forget_at"], unique=False)

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answers", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("answers")

    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_members_forget_at"))
        batch_op.drop_column("forget_at")

    op.drop_table("wechat_windows")
    op.drop_table("wechat_months")
    op.drop_table("wechat_mass")
    op.drop_table("wechat_consents")
    op.drop_table("shown_lists")
