"""A redacted text is held nowhere any more, and everything else stays as it was written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from grader.server import (
    challenges,
    drafts,
    evidence,
    exports,
    findings,
    inspections,
    invitations,
    moderation,
    retention,
)
from grader.server.refusals import NotNow, NotThere
from grader.server.tables import Base

SECRET = "Constable Quill lives at 12 Alnwick Row."
TAGS = {"characteristics": ["responding.2a"], "assessment": "falls_short", "basis": "data"}


def held(bench: Any) -> Iterator[tuple[str, str]]:
    """Every value of every table of the inspections, and the table it is in."""
    with bench.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)):
                yield from ((table.name, str(value)) for value in row)


def holding(bench: Any, text: str) -> list[str]:
    return sorted({name for name, value in held(bench) if text in value})


def released(bench: Any, caller: Any, key: str) -> Any:
    return drafts.release(bench, caller, key, expected_revision=inspections.one(bench, caller, key).revision)


def challenged(served: Any, reviewer: Any, key: str, target: str, statement: str) -> Any:
    link = invitations.invite(served.bench, reviewer, key, "chief@body.example", "Chief").link
    sent = {"target": target, "statement": statement, "source": "Our log"}
    answer = served.invited(link).post(f"/api/v1/inspections/{key}/challenges", json=sent)
    assert 201 == answer.status_code, answer.text
    return challenges.one(served.bench, reviewer, key, answer.json()["number"])


def test_of_an_item_that_was_settled_to_be_left_out(served: Any) -> None:
    owner, bench = served.person("redacting owner"), served.bench
    text = served.text.replace("Calls are answered", SECRET)
    key = served.inspection(owner, text, **{"redacting other": "reviewer"})
    other = served.person("redacting other")
    served.tagged_second(other, key, E001=TAGS)
    seen = moderation.disagreements(bench, owner, key).disagreements[0].version
    moderation.settle(bench, owner, key, "E001", "left out", "It is no finding", expected_version=seen)
    version = moderation.disagreements(bench, owner, key).version
    moderation.finish(bench, owner, key, expected_version=version)
    gone = evidence.history(bench, owner, key, "E001")[-1].version
    assert [] != holding(bench, "Quill")
    retention.redact(bench, owner, key, "E001", "names a person", expected_version=gone)
    assert [] == holding(bench, "Quill")
    assert b"[redacted; SHA-256" in exports.export_yaml(bench, owner, key)


def test_of_an_item_left_out_in_the_file_that_came_in(served: Any) -> None:
    owner, bench = served.person("redacting owner"), served.bench
    left = """\
left_out:
  - id: E009
    statement: Quill again
    settled: {by: Ann, on: 2022-03-01, why: Quill again is no finding, said: {Ann: {basis: data}, Bob: {}}}
"""
    key = served.inspection(owner, served.text + left)
    retention.redact(bench, owner, key, "E009", "names a person", expected_version=0)
    assert [] == holding(bench, "Quill")


def test_of_a_finding_that_stands_in_a_draft_alone(served: Any) -> None:
    owner, bench = served.person("redacting owner"), served.bench
    issued = "{id: F001, kind: area_for_improvement, area: responding, statement: Quill is slow}"
    key = served.inspection(owner, f"{served.text}findings:\n  - {issued}\n")
    released(bench, owner, key)
    version = findings.one(bench, owner, key, "F001").version
    findings.remove(bench, owner, key, "F001", expected_version=version)
    assert ["draft"] == holding(bench, "Quill")
    retention.redact(bench, owner, key, "F001", "names a person", expected_version=0)
    assert [] == holding(bench, "Quill")
    with pytest.raises(NotThere):
        retention.redact(bench, owner, key, "F999", "names a person", expected_version=0)


@pytest.mark.parametrize("statement", [SECRET, "Constable Quill", "Quill; twice"])
def test_in_what_a_draft_says_was_found(served: Any, statement: str) -> None:
    owner, bench = served.person("redacting owner"), served.bench
    text = served.text.replace("Callers who ring again are not noticed", f'"{statement}"')
    more = """\
  - {id: E004, characteristics: [responding.2c], assessment: falls_short, harm: moderate,
     statement: Others are slow too, basis: case_file_review, source: report}
"""
    key = served.inspection(owner, text + more)
    released(bench, owner, key)
    retention.redact(bench, owner, key, "E002", "names a person", expected_version=1)
    assert [] == holding(bench, "Quill")
    drafted = [
        f["statement"] for a in drafts.draft(bench, owner, key).proposal["areas"] for f in a["findings"]
    ]
    assert any("[redacted; SHA-256" in each and "Others are slow too" in each for each in drafted)


def test_nothing_else_is_touched_where_the_text_is_a_common_word(served: Any) -> None:
    owner, bench = served.person("redacting owner"), served.bench
    text = served.text.replace("Callers who ring again are not noticed", "report")
    key = served.inspection(owner, text)
    before = released(bench, owner, key)
    instead = retention.redact(bench, owner, key, "E002", "names a person", expected_version=1)
    after = drafts.draft(bench, owner, key)
    expected = {
        **before.inspection,
        "evidence": [
            {**each, "statement": instead} if each["id"] == "E002" else each
            for each in before.inspection["evidence"]
        ],
    }
    assert expected == after.inspection
    told = [f["statement"] for a in before.proposal["areas"] for f in a["findings"]]
    now = [f["statement"] for a in after.proposal["areas"] for f in a["findings"]]
    assert [each.replace("Found: report.", f"Found: {instead}.") for each in told] == now


def test_in_what_a_challenge_moved_and_where_one_quotes_it(served: Any) -> None:
    owner, bench = served.person("redacting owner"), served.bench
    key = served.inspection(owner, served.text.replace("Calls are answered", f'"{SECRET}"'))
    released(bench, owner, key)
    made = challenged(served, owner, key, "E001", f"You say: {SECRET} It is not so.")
    item = evidence.one(bench, owner, key, "E001")
    evidence.edit(bench, owner, key, "E001", {**item.evidence, "statement": "Calls ring"}, expected_version=1)
    challenges.answer(bench, owner, key, made.number, "accepted", f"Not {SECRET}", expected_version=1)
    retention.redact(bench, owner, key, "E001", "names a person", expected_version=2)
    assert [] == holding(bench, "Quill")
    assert "It is not so." in challenges.one(bench, owner, key, made.number).statement


def test_a_text_is_redacted_once_and_keeps_its_hash(served: Any) -> None:
    owner, bench = served.person("redacting owner"), served.bench
    key = served.inspection(owner)
    instead = retention.redact(bench, owner, key, "E001", "names a person", expected_version=1)
    with pytest.raises(NotNow, match="redacted already"):
        retention.redact(bench, owner, key, "E001", "names a person", expected_version=2)
    assert instead == evidence.one(bench, owner, key, "E001").evidence["statement"]
