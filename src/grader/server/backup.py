"""Backup and restore: one file for either database, whole or not at all."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Column, Connection, LargeBinary, MetaData, Table, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from grader._version import __version__
from grader.errors import InputError, Place, Problem
from grader.io.written import write_by, write_whole
from grader.server import audit
from grader.server.database import Database
from grader.server.migrating import make_at, upgrade, version_of
from grader.server.tables import Base
from grader.sheets.archive import ZIP_FAULTS

FORMAT: Final = "grader backup 1"
_MANIFEST: Final = "manifest.json"
#: Bytes of rows read, or put, at a time: a document of 20 MB is a row.
_BATCH: Final = 16 * 1024 * 1024
#: Who is signed in, and links that sign in once, are of the server that runs: none of them comes back.
_FLEETING: Final = frozenset({"signed_in", "one_time_link", "pending_sign_on"})
#: What a file that is no backup gives: at the archive, and at a row that is not as one is written.
_FAULTS = (*ZIP_FAULTS, KeyError, TypeError, AttributeError)


def back_up(database: Database, destination: Path) -> dict[str, int]:
    """Write all the database holds at one moment to a file; gives rows by table.

    Raises
    ------
    InputError
        The file exists, or cannot be written.
    """
    if destination.exists():
        raise InputError([Problem("the file exists", Place(str(destination)), "name another one")])
    counts: dict[str, int] = {}

    def write(beside: Path) -> None:
        with database.reading() as session, zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
            counts.update(_write_all(session.connection(), archive))

    write_whole(destination, b"", new=True)
    destination.chmod(0o600)  # for its owner alone before anything is in it
    try:
        write_by(destination, write)
    except BaseException:
        destination.unlink(missing_ok=True)  # an empty file passes for a backup
        raise
    return counts


def _write_all(connection: Connection, archive: zipfile.ZipFile) -> dict[str, int]:
    """Write each table and the manifest; returns how many rows each has."""
    names = [table.name for table in Base.metadata.sorted_tables]
    counts: dict[str, int] = {}
    hashes: dict[str, str] = {}
    for name in names:
        lines = hashlib.sha256()
        counts[name] = 0
        # How large a part grows is not known before: it may pass 2 GB.
        with archive.open(f"{name}.jsonl", "w", force_zip64=True) as part:
            for line in () if name in _FLEETING else _lines(connection, name):
                part.write(line)
                lines.update(line)
                counts[name] += 1
        hashes[name] = lines.hexdigest()
    manifest = {
        "format": FORMAT,
        "grader_version": __version__,
        "database_version": version_of(connection),
        "tables": names,
        "rows": counts,
        "sha256": hashes,
    }
    archive.writestr(_MANIFEST, json.dumps(manifest, indent=2) + "\n")
    return counts


def _lines(connection: Connection, name: str) -> Iterator[bytes]:
    """Every row of a table as it is stored, a line each."""
    table = _reflected(connection, name)
    wanted = select(table).order_by(*table.primary_key.columns)
    at_once = 1 if any(_is_large(column) for column in table.columns) else 500
    for row in connection.execution_options(yield_per=at_once).execute(wanted).mappings():
        yield json.dumps({key: _out(value) for key, value in row.items()}).encode("ascii") + b"\n"


def _is_large(column: Column[Any]) -> bool:
    return isinstance(column.type, LargeBinary)


def _out(value: Any) -> Any:
    return {"base64": base64.b64encode(value).decode("ascii")} if isinstance(value, bytes) else value


def _reflected(connection: Connection, name: str) -> Table:
    """A table as the database has it, whatever this version would make of its columns."""
    return Table(name, MetaData(), autoload_with=connection)


def restore(database: Database, source: Path) -> dict[str, int]:
    """Put a backup into an empty database; gives rows by table.

    Older backups are migrated; the audit log is verified before anything stands.

    Raises
    ------
    InputError
        No whole backup, one of a newer grader, or the database is not empty.
    """
    try:
        archive = zipfile.ZipFile(source)
    except FileNotFoundError:
        raise InputError([Problem("there is no such file", Place(str(source)))]) from None
    except (zipfile.BadZipFile, OSError):
        raise _broken(source, "it is no zip") from None
    try:
        with archive:
            return _put_all(database, archive, source)
    except InputError:
        raise  # it says what is wrong
    except (*_FAULTS, SQLAlchemyError):
        raise _broken(source, "something in it is not as it was written") from None


def _put_all(database: Database, archive: zipfile.ZipFile, source: Path) -> dict[str, int]:
    manifest = _manifest(archive, source)
    with database.engine.connect().execution_options(grader_writes=True) as connection, connection.begin():
        if inspect(connection).get_table_names():
            message = "the database holds something already, and a backup is put into an empty one"
            raise InputError([Problem(message, Place("--database"), "name a new one")])
        make_at(connection, str(manifest["database_version"]))
        names = [str(name) for name in manifest["tables"]]
        if not set(names) <= set(inspect(connection).get_table_names()):
            raise _broken(source, "it names tables that there are none of")
        for name in names:
            _put(connection, archive, source, name, manifest)
        _set_counters(connection, names)
        upgrade(connection)
        with Session(connection) as session:
            _, problems = audit.verify(session)
        if problems:  # nothing of it stands
            raise InputError([Problem(p.message, Place(str(source)), p.help) for p in problems])
    return {str(name): int(count) for name, count in manifest["rows"].items()}


def _manifest(archive: zipfile.ZipFile, source: Path) -> dict[str, Any]:
    try:
        found = json.loads(archive.read(_MANIFEST))
    except (KeyError, ValueError, zipfile.BadZipFile):
        raise _broken(source, "it holds no manifest") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise _broken(source, "its manifest is of something else")
    return found


def _put(
    connection: Connection, archive: zipfile.ZipFile, source: Path, name: str, manifest: dict[str, Any]
) -> None:
    table = _reflected(connection, name)
    # A new database holds the row that the chain of the audit log starts with.
    connection.execute(table.delete())
    lines, count = hashlib.sha256(), 0
    rows: list[dict[str, Any]] = []
    held = 0
    with archive.open(f"{name}.jsonl") as part:
        for line in part:
            lines.update(line)
            count += 1
            rows.append({key: _in(value) for key, value in json.loads(line).items()})
            held += len(line)
            if held > _BATCH:
                _insert(connection, table, rows)
                rows, held = [], 0
    _insert(connection, table, rows)
    if (count, lines.hexdigest()) != (manifest["rows"][name], manifest["sha256"][name]):
        raise _broken(source, f"its table {name} is not as it was written")


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows and table.name not in _FLEETING:
        connection.execute(table.insert(), rows)


def _in(value: Any) -> Any:
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value


def _set_counters(connection: Connection, names: list[str]) -> None:
    """Let PostgreSQL number new rows from where the old ones end."""
    if connection.dialect.name != "postgresql":
        return
    for name in names:
        column = (
            connection.scalar(text("SELECT pg_get_serial_sequence(:table, 'id')").bindparams(table=name))
            if ("id" in {c["name"] for c in inspect(connection).get_columns(name)})
            else None
        )
        if column:
            connection.execute(
                text(f"SELECT setval(:sequence, (SELECT coalesce(max(id), 0) + 1 FROM {name}), false)"),
                {"sequence": column},
            )


def _broken(source: Path, said: str) -> InputError:
    return InputError(
        [Problem(f"this is no backup: {said}", Place(str(source)), "name one made by --backup")]
    )
