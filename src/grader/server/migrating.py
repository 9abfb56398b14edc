"""The database's tables brought to this version in one transaction, or refused; never half."""

from __future__ import annotations

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from grader.errors import InputError, Place, Problem
from grader.server.database import Database
from grader.server.tables import Base

# It reports each step of a migration, and its own thoughts about transactions.
logging.getLogger("alembic").setLevel(logging.WARNING)
_FOLDER = Path(__file__).with_name("migrations")
#: Any number that other programs do not lock by: two servers that start at once migrate one after the other.
_LOCK = 7_201_921


def bring_up_to_date(database: Database) -> str | None:
    """Migrate an older database, or make a new one's tables; gives the version before.

    Raises
    ------
    InputError
        It is of a newer grader, or holds other tables; it is left as it is.
    """
    with database.engine.connect().execution_options(grader_writes=True) as connection, connection.begin():
        if not database.sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        script = ScriptDirectory.from_config(_config(connection))
        before = version_of(connection)
        known = [each.revision for each in script.walk_revisions()]
        if before is None:
            _refuse_strange(connection)
        elif before not in known:
            message = f"the database is of a newer grader (its version is {before[:60]})"
            help = "run the grader that last used it, or restore a backup made before"
            raise InputError([Problem(message, Place("--database"), help)])
        if before != script.get_current_head():
            command.upgrade(_config(connection), "head")
        return before


def version_of(connection: Connection) -> str | None:
    """The version of the tables; None where there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def make_at(connection: Connection, version: str) -> None:
    """Make the tables of a version; raises InputError for an unknown one."""
    script = ScriptDirectory.from_config(_config(connection))
    if version not in {each.revision for each in script.walk_revisions()}:
        message = f"the backup is of a newer grader (its version is {version[:60]})"
        raise InputError([Problem(message, Place("--restore"), "restore it with the grader that made it")])
    command.upgrade(_config(connection), version)


def upgrade(connection: Connection) -> None:
    """Bring tables of an older version to this one, in the transaction of the connection."""
    command.upgrade(_config(connection), "head")


def _refuse_strange(connection: Connection) -> None:
    there = set(inspect(connection).get_table_names())
    if there & set(Base.metadata.tables):
        message = "the database holds tables of these names that grader did not make"
        raise InputError([Problem(message, Place("--database"), "name a database of its own")])


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
