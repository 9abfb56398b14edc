"""The database: SQLite in one file, or PostgreSQL. A transaction that was acknowledged survives any kill."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session

from grader.errors import InputError, Place, Problem

#: Milliseconds for which a transaction waits for another one's lock.
_PATIENCE: Final = 15_000
_WRITES: Final = "grader_writes"


class Database:
    """Hands out sessions of one transaction each: one that reads, or one that writes."""

    def __init__(self, url: str) -> None:
        self.url = _checked(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        if self.sqlite:
            Path(str(self.url.database)).parent.mkdir(parents=True, exist_ok=True)
        self.engine = _sqlite(self.url) if self.sqlite else _postgresql(self.url)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database and changes nothing."""
        with Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            if not self.sqlite:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are committed together at its end, or not at all."""
        with Session(self.engine, expire_on_commit=False) as session:
            # SQLite has one writer at a time: who means to write says so at once, and is never turned away
            # half way because another wrote in between.
            session.connection(execution_options={_WRITES: True})
            yield session
            session.commit()

    def close(self) -> None:
        self.engine.dispose()


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
        connect_args={"timeout": _PATIENCE / 1000, "check_same_thread": False},
        pool_size=20,
        max_overflow=40,
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, and not by the driver
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")  # with WAL, NORMAL may lose what was acknowledged
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA busy_timeout = {_PATIENCE}")
        cursor.execute("PRAGMA trusted_schema = OFF")
        cursor.execute("PRAGMA secure_delete = ON")  # what is redacted or erased leaves no copy in free pages
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Any) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: URL) -> Engine:
    return create_engine(
        url, pool_size=20, max_overflow=40, pool_pre_ping=True, isolation_level="READ COMMITTED"
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
