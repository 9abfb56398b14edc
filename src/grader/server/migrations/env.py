"""Runs the migrations on the connection, and in the transaction, that `migrating` hands over."""

from __future__ import annotations

from alembic import context

from grader.server.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=False,  # the transaction is the caller's
    render_as_batch=True,
)
context.run_migrations()
