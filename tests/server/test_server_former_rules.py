"""An inspection that was begun on other rules is read as before, and graded by none."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from grader.server import (
    challenges,
    decisions,
    drafts,
    exports,
    inspections,
    invitations,
    moderation,
    retention,
)
from grader.server.refusals import NotNow
from grader.server.tables import Inspection, Item

TAGS = {"characteristics": ["responding.2a"], "assessment": "falls_short", "basis": "data"}


def begun_on_other_rules(bench: Any, key: str) -> None:
    with bench.database.writing() as session:
        session.execute(update(Inspection).where(Inspection.key == key).values(rulebook_sha256="f" * 64))


@pytest.fixture(scope="module")
def former(served: Any) -> str:
    """The key of an inspection with a draft, a challenge and a second tagging, whose rules were changed."""
    owner, bench = served.person("former owner"), served.bench
    key: str = served.inspection(owner, **{"former other": "reviewer"})
    area = decisions.area(bench, owner, key, "responding")
    decisions.decide(bench, owner, key, "responding", "good", expected_version=area.version, rationale="Seen")
    drafts.release(bench, owner, key, expected_revision=1)
    link = invitations.invite(bench, owner, key, "chief@body.example", "Chief").link
    sent = {"target": "E001", "statement": "No", "source": "Log"}
    served.invited(link).post(f"/api/v1/inspections/{key}/challenges", json=sent)
    served.tagged_second(served.person("former other"), key, E001=TAGS)
    begun_on_other_rules(bench, key)
    return key


def test_nothing_of_it_is_graded(served: Any, former: str) -> None:
    owner, bench = served.person("former owner"), served.bench
    challenge = challenges.listed(bench, owner, former).items[0]
    file = exports.export_yaml(bench, owner, former)
    head = inspections.one(bench, owner, former).header
    graded: list[Callable[[], Any]] = [
        lambda: decisions.proposal(bench, owner, former),
        lambda: decisions.area(bench, owner, former, "responding"),
        lambda: decisions.explain(bench, owner, former, "responding"),
        lambda: decisions.what_if(bench, owner, former, without=["E001"]),
        lambda: drafts.release(bench, owner, former, expected_revision=1),
        lambda: challenges.answer(
            bench, owner, former, challenge.number, "accepted", "So", expected_version=1
        ),
        lambda: moderation.disagreements(bench, owner, former),
        lambda: moderation.finish(bench, owner, former, expected_version=""),
        lambda: inspections.change_header(bench, owner, former, head, expected_version=1),
        lambda: exports.export_report(bench, owner, former, "html"),
        lambda: inspections.replace_from_file(bench, owner, former, "x.yaml", file, expected_revision=1),
    ]
    for act in graded:
        with pytest.raises(NotNow, match="other ones now"):
            act()


def test_it_is_given_out_though_it_does_not_fit_the_rules_there_are_now(served: Any) -> None:
    owner, bench = served.person("former owner"), served.bench
    key = served.inspection(owner)
    before = exports.export_yaml(bench, owner, key)
    with bench.database.writing() as session:
        row = session.scalar(select(Item).join(Inspection).where(Inspection.key == key, Item.name == "E001"))
        row.data = {**row.data, "characteristics": ["responding.9z"]}
    begun_on_other_rules(bench, key)
    after = exports.export_yaml(bench, owner, key)
    assert before.replace(b"responding.2a", b"responding.9z") == after
    with zipfile.ZipFile(io.BytesIO(exports.export_zip(bench, owner, key))) as archive:
        assert after == archive.read("inspection.yaml")


def test_it_is_given_out_without_a_proposal(served: Any, former: str) -> None:
    owner, bench = served.person("former owner"), served.bench
    with zipfile.ZipFile(io.BytesIO(exports.export_zip(bench, owner, former))) as archive:
        assert ["decisions.log.jsonl", "decisions.yaml", "inspection.yaml"] == sorted(archive.namelist())
    imported = inspections.import_file(bench, owner, "again.zip", exports.export_zip(bench, owner, former))
    assert 3 == imported.inspection.evidence


def test_its_pages_are_read_and_so_when_it_is_closed(served: Any, former: str) -> None:
    owner, bench = served.person("former owner"), served.bench
    client = served.signed_in("former owner")
    number = challenges.listed(bench, owner, former).items[0].number
    pages = ("", "/evidence", "/evidence?area=responding", "/item?id=E001", "/decisions", "/findings")
    more = ("/sources", "/accuracy", f"/challenge?number={number}", "/files", "/people", "/draft")
    for state in ("open", "closed"):
        if state == "closed":
            retention.close(bench, owner, former, expected_version=1)
        answers = {page: client.get(f"/inspections/{former}{page}") for page in pages + more}
        assert dict.fromkeys(answers, 200) == {page: a.status_code for page, a in answers.items()}
        assert "nothing is proposed" in answers[""].text
        assert "Seen" in answers["/decisions"].text
