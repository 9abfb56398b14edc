"""Challenges, documents and invitations are numbered within their inspection."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("challenge", "attachment", "invitation"):
        op.add_column(table, sa.Column("number", sa.Integer(), server_default="0", nullable=False))
        op.execute(
            f"UPDATE {table} SET number = (SELECT count(*) FROM {table} AS other"
            f" WHERE other.inspection_id = {table}.inspection_id AND other.id <= {table}.id)"
        )
        op.create_index(f"ix_{table}_number", table, ["inspection_id", "number"], unique=True)
