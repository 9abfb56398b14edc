"""What becomes of data: backups, migrations, closing, erasing, redacting."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, text

from grader.errors import InputError
from grader.server import (
    accounts,
    audit,
    backup,
    drafts,
    evidence,
    inspections,
    migrating,
    retention,
    running,
)
from grader.server.callers import COMMAND
from grader.server.database import Database
from grader.server.refusals import NotNow, NotThere
from grader.server.tables import Base


def database_in(folder: Path) -> Database:
    return Database(f"sqlite:///{folder / 'other.sqlite3'}")


def test_the_migrations_make_the_tables_there_are(tmp_path: Path) -> None:
    database = database_in(tmp_path)
    migrating.bring_up_to_date(database)
    with database.engine.connect() as connection:
        assert [] == compare_metadata(MigrationContext.configure(connection), Base.metadata)


_INVITED = [{"inspection_id": inspection} for inspection in (7, 8, 7)]


def test_what_is_told_of_by_a_number_is_numbered_anew_within_its_inspection(tmp_path: Path) -> None:
    database = database_in(tmp_path)
    with database.engine.begin() as connection:
        migrating.make_at(connection, "0001")
        tables = MetaData()
        tables.reflect(connection)
        for name, rows in (("inspection", [{"id": 7}, {"id": 8}]), ("invitation", _INVITED)):
            table = tables.tables[name]
            needed = [column.name for column in table.columns if not column.nullable]
            for number, row in enumerate(rows, 1):
                connection.execute(table.insert().values(dict.fromkeys(needed, number) | row))
        migrating.upgrade(connection)
        found = connection.execute(text("SELECT inspection_id, number FROM invitation ORDER BY id"))
        assert [(7, 1), (8, 1), (7, 2)] == [tuple(row) for row in found]


def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    database = database_in(tmp_path)
    migrating.bring_up_to_date(database)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(InputError, match="newer grader"):
        migrating.bring_up_to_date(database)


def test_a_strangers_database_is_refused(tmp_path: Path) -> None:
    database = database_in(tmp_path)
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE account (id INTEGER)"))
    with pytest.raises(InputError, match="tables of these names"):
        migrating.bring_up_to_date(database)


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = database_in(tmp_path)

    def upgrade(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("alembic.operations.Operations.execute", upgrade)
    with pytest.raises(RuntimeError):
        migrating.bring_up_to_date(database)
    with database.engine.connect() as connection:
        assert [] == connection.execute(text("SELECT name FROM sqlite_master")).all()


def test_a_backup_is_restored_whole(served: Any, tmp_path: Path) -> None:
    owner = served.person("keeping owner")
    key = served.inspection(owner)
    counts = backup.back_up(served.bench.database, tmp_path / "all.zip")
    other = database_in(tmp_path)
    assert counts == backup.restore(other, tmp_path / "all.zip")
    again = backup.back_up(other, tmp_path / "again.zip")
    assert counts == again
    with other.reading() as session:
        assert [] == audit.verify(session)[1]
        held = session.execute(text("SELECT count(*) FROM inspection WHERE key = :key"), {"key": key})
        assert 1 == held.scalar()
    with pytest.raises(InputError, match="holds something already"):
        backup.restore(other, tmp_path / "all.zip")


def test_who_was_signed_in_is_in_no_backup(served: Any, tmp_path: Path) -> None:
    owner = served.person("keeping owner")
    accounts.sign_in_link(served.bench, owner.account_id, caller=COMMAND)
    served.signed_in("keeping owner")
    counts = backup.back_up(served.bench.database, tmp_path / "all.zip")
    assert (0, 0, 0) == (counts["signed_in"], counts["one_time_link"], counts["pending_sign_on"])


def test_a_backup_that_fails_leaves_no_file(
    served: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", fail)
    with pytest.raises(InputError):
        backup.back_up(served.bench.database, tmp_path / "all.zip")
    assert [] == list(tmp_path.glob("all*"))


def test_a_database_is_backed_up_before_it_is_brought_up_to_date(
    served: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader.server import opening

    monkeypatch.setattr(opening, "bring_up_to_date", lambda _: pytest.fail("the database was migrated"))
    said = running.back_up(served.bench.settings, tmp_path / "all.zip")
    assert said.startswith(str(tmp_path / "all.zip"))


def test_a_backup_that_was_changed_is_refused_and_nothing_stands(served: Any, tmp_path: Path) -> None:
    served.person("keeping owner")
    backup.back_up(served.bench.database, tmp_path / "all.zip")
    with (
        zipfile.ZipFile(tmp_path / "all.zip") as good,
        zipfile.ZipFile(tmp_path / "bad.zip", "w") as bad,
    ):
        for name in good.namelist():
            bad.writestr(name, good.read(name).replace(b"keeping owner", b"keeping other"))
    other = database_in(tmp_path)
    with pytest.raises(InputError, match="is not as it was written"):
        backup.restore(other, tmp_path / "bad.zip")
    with other.engine.connect() as connection:
        assert [] == connection.execute(text("SELECT name FROM sqlite_master")).all()


@pytest.fixture
def later(served: Any) -> Any:
    """`later(days)`: let so much time pass."""
    before = served.bench.now

    def pass_(days: int) -> None:
        served.bench.now = lambda: datetime.now(UTC) + timedelta(days=days)

    yield pass_
    served.bench.now = before


def test_a_closed_inspection_is_read_and_not_changed(served: Any) -> None:
    owner, bench = served.person("keeping owner"), served.bench
    key = served.inspection(owner)
    closed = retention.close(bench, owner, key, expected_version=1)
    with pytest.raises(NotNow, match="closed"):
        evidence.edit(bench, owner, key, "E001", {}, expected_version=1)
    assert "closed" == inspections.one(bench, owner, key).state
    assert "evidence" not in closed.may
    assert "open" == retention.reopen(bench, owner, key, expected_version=closed.version).state


def test_an_inspection_is_erased_after_its_period_and_its_audit_stays(
    served: Any, later: Callable[[int], None]
) -> None:
    owner, bench = served.person("keeping owner"), served.bench
    key = served.inspection(owner)
    closed = retention.close(bench, owner, key, expected_version=1)
    with pytest.raises(NotNow, match="is kept until"):
        retention.erase(bench, owner, key, expected_version=closed.version)
    later(366)
    retention.erase(bench, owner, key, expected_version=closed.version)
    with pytest.raises(NotThere):
        inspections.one(bench, owner, key)
    with bench.database.reading() as session:
        assert [] == audit.verify(session)[1]
        acts = session.execute(text("SELECT act FROM audit WHERE inspection = :key"), {"key": key})
        assert ["imported", "closed", "erased"] == list(acts.scalars())


def test_a_redacted_text_is_nowhere_any_more(served: Any, tmp_path: Path) -> None:
    owner, bench = served.person("keeping owner"), served.bench
    secret = "Constable Nemo of 12 Quayside"
    key = served.inspection(owner, served.text.replace("Calls are answered", secret))
    item = evidence.one(bench, owner, key, "E001")
    changed = evidence.edit(
        bench, owner, key, "E001", {**item.evidence, "statement": f"{secret} again"}, expected_version=1
    )
    drafts.release(bench, owner, key, expected_revision=inspections.one(bench, owner, key).revision)
    instead = retention.redact(bench, owner, key, "E001", "names a person", expected_version=changed.version)
    assert instead == evidence.one(bench, owner, key, "E001").evidence["statement"]
    data = Path(str(bench.database.url.database))
    held = b"".join(path.read_bytes() for path in data.parent.glob("grader.sqlite3*"))
    assert b"Nemo" not in held
    history = evidence.history(bench, owner, key, "E001")
    assert ["added", "edited", "redacted"] == [version.act for version in history]
    page = retention.audited(bench, owner, key)
    acts = [entry for entry in page.items if entry.act == "redacted"]
    assert [hashlib.sha256(f"{secret} again".encode()).hexdigest()] == [a.detail["sha256"] for a in acts]


def test_a_zip_under_a_password_is_told_to_be_no_backup(served: Any, tmp_path: Path) -> None:
    backup.back_up(served.bench.database, tmp_path / "all.zip")
    content = bytearray((tmp_path / "all.zip").read_bytes())
    for sign, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(sign)
        while at >= 0:
            content[at + flags] |= 1  # said to be encrypted
            at = content.find(sign, at + 4)
    (tmp_path / "locked.zip").write_bytes(content)
    with pytest.raises(InputError, match="this is no backup"):
        backup.restore(database_in(tmp_path), tmp_path / "locked.zip")
