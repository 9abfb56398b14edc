"""The audit log: whole under many writers, and every change of it found."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update

from grader.errors import InputError
from grader.server import (
    audit,
    evidence,
    exports,
    findings,
    inspections,
    invitations,
    members,
    running,
    second_tagging,
    sources,
)
from grader.server.refusals import Changed
from grader.server.settings import Settings
from grader.server.tables import Audited, AuditHead


@pytest.fixture
def quiet(make_bench: Any) -> Any:
    """A workbench of its own: what is done to its log is seen by no other test."""
    return make_bench(with_workers=False)


def found(bench: Any) -> tuple[int, list[str]]:
    with bench.database.reading() as session:
        count, problems = audit.verify(session)
    return count, [p.message for p in problems]


def append_one(bench: Any, act: str = "tried") -> None:
    with bench.database.writing() as session:
        audit.append(session, bench.now(), "A", act, None, {"text": "Größe"})


def test_many_writers_at_once_never_fork_the_chain(quiet: Any) -> None:
    before, _ = found(quiet.bench)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: append_one(quiet.bench), range(80)))
    assert (before + 80, []) == found(quiet.bench)


def test_what_is_not_done_leaves_nothing_in_the_log(served: Any) -> None:
    owner = served.person("audit owner")
    key = served.inspection(owner)
    before = inspections.one(served.bench, owner, key)
    with pytest.raises(Changed):
        evidence.edit(served.bench, owner, key, "E001", {}, expected_version=7)
    with served.bench.database.reading() as session:
        acts = [a.act for a in session.query(Audited).filter_by(inspection=key)]
    assert ["imported"] == acts
    assert before == inspections.one(served.bench, owner, key)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            update(Audited).where(Audited.number == 2).values(who="B"),
            "entry 2 of the audit log is not as it was written",
        ),
        (delete(Audited).where(Audited.number == 2), "entry 2 of the audit log is missing"),
        (
            delete(Audited).where(Audited.number == 4),
            "the audit log ends after entry 3, and 4 were written: its end was cut",
        ),
        (
            update(AuditHead).values(number=9),
            "the audit log ends after entry 4, and 9 were written: its end was cut",
        ),
    ],
)
def test_a_change_of_the_log_is_found(make_bench: Any, change: Any, said: str) -> None:
    bench = make_bench(with_workers=False).bench
    for _ in range(4):
        append_one(bench)
    with bench.database.writing() as session:
        session.execute(change)
    assert [said] == found(bench)[1]


def test_the_exported_log_can_be_worked_out_again(quiet: Any) -> None:
    append_one(quiet.bench)
    with quiet.bench.database.reading() as session:
        entries = [json.loads(line) for line in audit.export(session)]
    last = entries[-1]
    from datetime import datetime

    again = audit.entry_hash(
        number=last["number"],
        at=datetime.fromisoformat(last["at"]),
        who=last["who"],
        act=last["act"],
        inspection=last["inspection"],
        detail=last["detail"],
        previous=last["previous"],
    )
    assert last["hash"] == again


def test_a_view_is_noted_once_in_a_quarter_of_an_hour(served: Any) -> None:
    owner = served.person("audit viewer")
    key = served.inspection(owner)
    for _ in range(3):
        evidence.listed(served.bench, owner, key)
    with served.bench.database.reading() as session:
        acts = [a.act for a in session.query(Audited).filter_by(inspection=key)]
    assert ["imported", "saw_evidence"] == acts


def seen(bench: Any, key: str) -> list[tuple[str, Any]]:
    """What the log says was seen of an inspection: the act, and what it tells of it."""
    with bench.database.reading() as session:
        acts = session.query(Audited).filter_by(inspection=key).order_by(Audited.number)
        return [(a.act, a.detail) for a in acts if a.act.startswith("saw_")]


def test_each_part_that_was_seen_is_noted_and_each_file_every_time(served: Any) -> None:
    owner = served.person("audit reader of parts")
    key = served.inspection(owner)
    bench = served.bench
    for item in ("E001", "E002", "E001"):
        evidence.one(bench, owner, key, item)
    evidence.history(bench, owner, key, "E002")
    findings.listed(bench, owner, key)
    sources.listed(bench, owner, key)
    members.listed(bench, owner, key)
    second_tagging.to_tag(bench, owner, key)
    invitations.invitations(bench, owner, key)
    for _ in range(2):
        exports.export_yaml(bench, owner, key)
    exports.export_decisions(bench, owner, key)
    assert [
        ("saw_item", {"item": "E001"}),
        ("saw_item", {"item": "E002"}),
        ("saw_item_history", {"item": "E002"}),
        ("saw_findings", {}),
        ("saw_sources", {}),
        ("saw_members", {}),
        ("saw_tagging", {}),
        ("saw_invitations", {}),
        ("saw_export", {"format": "yaml"}),
        ("saw_export", {"format": "yaml"}),
        ("saw_export", {"format": "decisions"}),
    ] == seen(bench, key)


def test_a_view_that_could_not_be_noted_is_noted_the_next_time(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = served.person("audit viewer twice")
    key = served.inspection(owner)
    with monkeypatch.context() as broken:
        broken.setattr(audit, "append", failing)
        with pytest.raises(OSError, match="disk full"):
            evidence.one(served.bench, owner, key, "E001")
    evidence.one(served.bench, owner, key, "E001")
    assert [("saw_item", {"item": "E001"})] == seen(served.bench, key)


def failing(*_: Any) -> None:
    raise OSError("disk full")


@pytest.mark.parametrize("command", ["verify", "export_audit", "back_up"])
def test_a_place_where_no_workbench_is_kept_is_said_to_be_one(command: str, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "mistyped")
    more = () if command == "verify" else (tmp_path / "out",)
    with pytest.raises(InputError, match="no workbench is kept here"):
        getattr(running, command)(settings, *more)
    assert [] == list(tmp_path.iterdir())
