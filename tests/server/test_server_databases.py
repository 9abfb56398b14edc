"""Both databases: made, brought up to date and refused alike, and never left half way."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, select, text

from grader.errors import InputError
from grader.server import accounts, audit, backup, database, evidence, exports, inspections, migrating
from grader.server.callers import COMMAND, Caller
from grader.server.database import Database
from grader.server.refusals import Busy, Changed, NotNow, NotSignedIn, NotThere
from grader.server.tables import Account, Base


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database in which there is nothing."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql").database()
    else:
        url = f"sqlite:///{tmp_path / 'a.sqlite3'}"
    made = Database(url)
    yield made
    made.close()


def tables(of: Database) -> list[str]:
    with of.engine.connect() as connection:
        return sorted(inspect(connection).get_table_names())


def test_an_empty_database_is_given_all_tables_and_then_left_alone(empty: Database) -> None:
    assert migrating.bring_up_to_date(empty) is None
    assert sorted([*Base.metadata.tables, "alembic_version"]) == tables(empty)
    head = migrating.bring_up_to_date(empty)
    assert head is not None
    assert head == migrating.bring_up_to_date(empty)


def test_migrations_make_what_the_tables_are_declared_to_be(empty: Database) -> None:
    migrating.bring_up_to_date(empty)
    with empty.engine.connect() as connection:
        assert [] == compare_metadata(MigrationContext.configure(connection), Base.metadata)


def test_a_database_of_a_newer_grader_is_refused_and_left_as_it_is(empty: Database) -> None:
    migrating.bring_up_to_date(empty)
    with empty.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(InputError, match=r"of a newer grader \(its version is 9999\)"):
        migrating.bring_up_to_date(empty)
    with empty.engine.connect() as connection:
        assert "9999" == migrating.version_of(connection)


def test_tables_of_something_else_are_refused_and_left_as_they_are(empty: Database) -> None:
    with empty.engine.begin() as connection:
        connection.execute(text("CREATE TABLE account (id INTEGER)"))
    with pytest.raises(InputError, match="grader did not make"):
        migrating.bring_up_to_date(empty)
    assert ["account"] == tables(empty)


def test_a_migration_that_fails_half_way_leaves_nothing(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import op

    made: list[str] = []
    real = op.create_table

    def failing(name: str, *given: Any, **more: Any) -> Any:
        if len(made) == 5:
            raise RuntimeError("the power went")
        made.append(name)
        return real(name, *given, **more)

    monkeypatch.setattr(op, "create_table", failing)
    with pytest.raises(RuntimeError, match="the power went"):
        migrating.bring_up_to_date(empty)
    monkeypatch.undo()
    assert (5, []) == (len(made), tables(empty))
    migrating.bring_up_to_date(empty)
    assert "inspection" in tables(empty)


# What people do, on each ----------------------------------------------------------------------------------


def test_what_is_done_stands_and_is_in_the_audit_log(served: Any) -> None:
    owner = served.person("both owner")
    key = served.inspection(owner)
    bench = served.bench
    item = evidence.one(bench, owner, key, "E001")
    changed = evidence.edit(
        bench, owner, key, "E001", {**item.evidence, "assessment": "falls_short"}, expected_version=1
    )
    with pytest.raises(Changed):
        evidence.edit(bench, owner, key, "E001", item.evidence, expected_version=1)
    assert ("falls_short", 2) == (changed.evidence["assessment"], changed.version)
    assert ["E001"] == [
        i.id for i in evidence.listed(bench, owner, key, assessment="falls_short", words="CALLS").items
    ]
    with bench.database.reading() as session:
        count, problems = audit.verify(session)
    assert (True, []) == (count > 3, problems)


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 100_000])
def test_text_that_one_of_the_databases_does_not_hold_is_refused_by_both(served: Any, name: str) -> None:
    owner = served.person("both owner")
    key = served.inspection(owner)
    with pytest.raises((InputError, NotThere)):
        evidence.one(served.bench, owner, key, name)
    with pytest.raises((InputError, NotSignedIn)):
        accounts.sign_in(served.bench, name, "a b c", address="1")


@pytest.mark.parametrize("number", [2**31, 2**63, -(2**63) - 1, 10**30])
def test_numbers_that_one_of_the_databases_does_not_hold_are_refused_by_both(
    served: Any, number: int
) -> None:
    with pytest.raises((InputError, NotThere)):
        accounts.one(served.bench, COMMAND, number)


def test_the_longest_names_there_may_be_are_kept(served: Any) -> None:
    email = "e" * 64 + "@" + "x" * 189
    number = accounts.add(served.bench, COMMAND, email, "N" * 200).number
    owner = Caller(kind="account", name="N" * 200, email=email, account_id=number)
    assert "N" * 200 == inspections.one(served.bench, owner, served.inspection(owner)).created_by


def test_what_is_found_by_words_does_not_hang_on_the_database(served: Any) -> None:
    owner = served.person("both owner")
    key = served.inspection(owner)
    for words, expected in {
        "%": [],
        "_": [],
        "\\": [],
        "staff ARE": ["E003"],
        "e00": ["E001", "E002", "E003"],
    }.items():
        found = evidence.listed(served.bench, owner, key, words=words)
        assert expected == [item.id for item in found.items], words


def test_an_inspection_comes_back_as_it_went(served: Any) -> None:
    owner = served.person("both owner")
    key = served.inspection(owner)
    once = exports.export_yaml(served.bench, owner, key)
    again = inspections.import_file(served.bench, owner, "again.yaml", once).inspection.key
    assert once == exports.export_yaml(served.bench, owner, again)


def test_two_who_add_the_same_account_at_once_are_told(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the other had added it between our looking and our writing."""
    served.person("both twin")
    with monkeypatch.context() as patched:
        from sqlalchemy.orm import Session

        real = Session.scalar
        patched.setattr(
            Session,
            "scalar",
            lambda self, wanted, *a, **k: None if "account" in str(wanted) else real(self, wanted, *a, **k),
        )
        with pytest.raises(NotNow, match="at the same moment"):
            accounts.add(served.bench, COMMAND, "both-twin@example.org", "Twin")


def test_a_database_that_is_gone_is_told_and_not_an_error_of_ours(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrating.bring_up_to_date(empty)
    if empty.sqlite:
        monkeypatch.setattr(database, "PATIENCE", 50)
        short = Database(str(empty.url).replace("+pysqlite", ""))
        with empty.writing(), pytest.raises(Busy, match="database"), short.writing():
            pass
        short.close()
        return
    monkeypatch.setattr(database, "PATIENCE", 50)
    short = Database(str(empty.url))
    with empty.writing() as session:
        session.execute(text("UPDATE audit_head SET number = 0"))
        with pytest.raises(Busy, match="database"), short.writing() as other:
            other.execute(text("UPDATE audit_head SET number = 1"))
    short.close()
    with pytest.raises(Busy, match="database"), empty.writing() as session:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


# From one to the other ------------------------------------------------------------------------------------


def test_a_backup_of_either_is_restored_into_each(served: Any, empty: Database, tmp_path: Path) -> None:
    owner = served.person("both owner")
    served.inspection(owner)
    counts = backup.back_up(served.bench.database, tmp_path / "all.zip")
    assert counts == backup.restore(empty, tmp_path / "all.zip")
    with empty.reading() as session:
        assert [] == audit.verify(session)[1]
    with empty.writing() as session:  # and numbers go on from where they were
        known = max(session.scalars(select(Account.id)))
        session.add(Account(email="after-the-restore@example.org", name="New", created_at=datetime.now(UTC)))
        session.flush()
        assert known < max(session.scalars(select(Account.id)))


def changed_manifest(**more: Any) -> Callable[[str, bytes], bytes]:
    def change(name: str, content: bytes) -> bytes:
        return json.dumps(json.loads(content) | more).encode() if name == "manifest.json" else content

    return change


def resealed(name: str, content: bytes) -> bytes:
    """An act of the log changed, and the file's own hash with it: the chain alone tells."""
    if name == "audit.jsonl":
        return content.replace(b"added_account", b"added_nothing")
    return content


#: What is done to each file of a backup by its name.
HARMFUL: dict[str, Callable[[str, bytes], bytes]] = {
    "a table by another name": changed_manifest(tables=["account; DROP TABLE account"]),
    "no tables": changed_manifest(tables=None),
    "another version": changed_manifest(database_version="9999"),
    "no rows": changed_manifest(rows={}),
    "rows that are none": lambda name, content: b"[1]\n" if name == "account.jsonl" else content,
    "a manifest that is none": lambda name, content: b"\xff" if name == "manifest.json" else content,
    "a column by another name": lambda name, content: content.replace(b'"email"', b'"e); --"'),
}


@pytest.fixture(scope="module")
def small(request: pytest.FixtureRequest, served: Any, make_bench: Callable[..., Any]) -> Any:
    """A workbench on the same kind of database in which next to nothing is, for it is backed up each time."""
    sqlite = served.bench.database.sqlite
    made = make_bench("" if sqlite else request.getfixturevalue("postgresql").database(), with_workers=False)
    made.person("both owner")
    return made


@pytest.mark.parametrize("name", HARMFUL)
def test_a_harmful_backup_is_refused_and_nothing_stands(small: Any, tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        backup.restore(database_at(tmp_path), rewritten(small, tmp_path, HARMFUL[name]))
    assert [] == tables(database_at(tmp_path))


def test_a_backup_whose_audit_log_was_changed_with_its_hash_is_refused(small: Any, tmp_path: Path) -> None:
    changed = rewritten(small, tmp_path, resealed, reseal=True)
    with pytest.raises(InputError, match="is not as it was written"):
        backup.restore(database_at(tmp_path), changed)
    assert [] == tables(database_at(tmp_path))


def database_at(folder: Path) -> Database:
    return Database(f"sqlite:///{folder / 'other.sqlite3'}")


def rewritten(
    served: Any, folder: Path, change: Callable[[str, bytes], bytes], *, reseal: bool = False
) -> Path:
    """A backup with each file of it changed; with `reseal` the hashes in its manifest are made anew."""
    backup.back_up(served.bench.database, folder / "good.zip")
    with zipfile.ZipFile(folder / "good.zip") as good:
        files = {name: change(name, good.read(name)) for name in good.namelist()}
    if reseal:
        manifest = json.loads(files["manifest.json"])
        manifest["sha256"]["audit"] = hashlib.sha256(files["audit.jsonl"]).hexdigest()
        files["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(folder / "bad.zip", "w") as bad:
        for name, content in files.items():
            bad.writestr(name, content)
    return folder / "bad.zip"
