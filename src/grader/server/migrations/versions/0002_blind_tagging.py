"""Second taggings that are begun and ended: while one is open, its tagger sees nobody else's tags."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import grader.server.columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "blind_tagging",
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", grader.server.columns.Instant(length=27), nullable=False),
        sa.Column("ended_at", grader.server.columns.Instant(length=27), nullable=True),
        sa.Column("saw_before", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_blind_tagging_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id"],
            ["inspection.id"],
            name=op.f("fk_blind_tagging_inspection_id_inspection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("inspection_id", "account_id", name=op.f("pk_blind_tagging")),
    )
    with op.batch_alter_table("blind_tagging", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_blind_tagging_account_id"), ["account_id"], unique=False)
