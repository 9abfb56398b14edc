"""The database: SQLite in one file, or PostgreSQL. An acknowledged transaction survives any kill."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DataError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from grader.errors import InputError, Place, Problem
from grader.server.refusals import Busy, NotNow, faulty

#: Milliseconds for which a transaction waits for another one's lock.
PATIENCE: Final = 15_000
_WRITES: Final = "grader_writes"


class Database:
    """Hands out sessions of one transaction each: one that reads, or one that writes."""

    def __init__(self, url: str) -> None:
        self.url = _checked(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        if self.sqlite:
            _make_private(Path(str(self.url.database)))
        self.engine = _sqlite(self.url) if self.sqlite else _postgresql(self.url)
        event.listen(self.engine, "before_cursor_execute", _refuse_what_neither_holds)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database and changes nothing."""
        with _told(), Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            if not self.sqlite:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are committed together at its end, or not at all."""
        with _told(), Session(self.engine, expire_on_commit=False) as session:
            # SQLite has one writer at a time: who means to write says so at once, and is never turned away
            # half way because another wrote in between.
            session.connection(execution_options={_WRITES: True})
            yield session
            session.commit()

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def _told() -> Iterator[None]:
    """Say a database's refusals in plain words, the same for both; nothing was changed."""
    try:
        yield
    except IntegrityError as error:
        message = "somebody else did the like at the same moment, and this was not done"
        raise NotNow(message, help="look at what there is now, and try again") from error
    except (OperationalError, InterfaceError) as error:
        message = "the database cannot be reached, or is busy"
        raise Busy(message, help="look whether it was done, and try again in a moment") from error
    except DataError as error:
        raise faulty("something in this is longer, or larger, than can be kept") from error


def _refuse_what_neither_holds(
    connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
) -> None:
    """Refuse text PostgreSQL, and numbers SQLite, cannot hold, on either."""
    for row in parameters if isinstance(parameters, list) else (parameters,):
        for value in row.values() if isinstance(row, dict) else row:
            if isinstance(value, str):
                if "\0" in value or not (value.isascii() or _sound(value)):
                    raise faulty("this holds a character that is none", "leave out what cannot be printed")
            elif isinstance(value, int) and not -(2**63) <= value < 2**63:
                raise faulty("this number is too large", "look at it again")


def _sound(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _make_private(path: Path) -> None:
    """Make the file for its owner alone before anything is in it; those beside it follow."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # where it cannot be made, opening it says why
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _checked(url: str) -> URL:
    try:
        found = make_url(url)
    except ArgumentError:
        help = "write sqlite:///FILE, or postgresql://USER@HOST/NAME"
        raise InputError([Problem("this is no address of a database", Place("--database"), help)]) from None
    if found.get_backend_name() == "postgresql":
        return found.set(drivername="postgresql+psycopg")
    if found.get_backend_name() != "sqlite" or not found.database or found.database == ":memory:":
        help = "SQLite in a file (sqlite:///FILE) or PostgreSQL (postgresql://USER@HOST/NAME)"
        raise InputError(
            [Problem("the workbench keeps its data in no such database", Place("--database"), help)]
        )
    return found.set(drivername="sqlite+pysqlite")


def _sqlite(url: URL) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": PATIENCE / 1000, "check_same_thread": False},
        pool_size=20,
        max_overflow=40,
        hide_parameters=True,  # what is in a statement is private, and goes into no log
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, and not by the driver
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")  # with WAL, NORMAL may lose what was acknowledged
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE}")
        cursor.execute("PRAGMA trusted_schema = OFF")
        cursor.execute("PRAGMA secure_delete = ON")  # what is redacted or erased leaves no copy in free pages
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Any) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: URL) -> Engine:
    # As SQLite: nobody waits for ever, and what is acknowledged is on the disk whatever the default.
    options = f"-c lock_timeout={PATIENCE} -c synchronous_commit=on"
    return create_engine(
        url,
        connect_args={"connect_timeout": 10, "options": options},
        pool_size=20,
        max_overflow=40,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        hide_parameters=True,
    )


def reachable(database: Database) -> None:
    """Raise InputError where the database cannot be reached."""
    try:
        with database.engine.connect():
            pass
    except OperationalError as error:
        said = str(error.orig).strip().splitlines()[0]
        help = "is it running, and may this user reach it?"
        raise InputError(
            [Problem(f"the database cannot be reached: {said}", Place("--database"), help)]
        ) from error
