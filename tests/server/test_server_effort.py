"""What a page costs: few questions to the database, however much there is, and no grading for looking."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from grader.server import evidence, sources


@contextmanager
def asked(served: Any) -> Iterator[list[str]]:
    """The questions asked of the database meanwhile."""
    found: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    event.listen(served.bench.database.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(served.bench.database.engine, "before_cursor_execute", note)


def inspection(number: int, items: int) -> str:
    evidence = "".join(
        f"  - {{id: E{n:03d}, characteristics: [responding.2a], assessment: meets, statement: Item {n},"
        f" basis: data, source: s{n % 7}}}\n"
        for n in range(items)
    )
    named = "".join(f"  s{n}: {{title: Source {n}}}\n" for n in range(7))
    head = f"inspection: {{id: effort-{number}, body: Effort {number}, framework: PEEL_2021_22,"
    head += ' edition: "2022-03"}\n'
    return f"{head}sources:\n{named}evidence:\n{evidence}"


PATHS = (
    "/",
    "/api/v1/inspections",
    "/inspections/{key}",
    "/api/v1/inspections/{key}",
    "/api/v1/inspections/{key}/evidence?per_page=200",
    "/api/v1/inspections/{key}/evidence/E001",
    "/api/v1/inspections/{key}/sources",
    "/api/v1/inspections/{key}/proposal",
    "/api/v1/inspections/{key}/areas/responding",
    "/api/v1/inspections/{key}/decisions",
    "/api/v1/inspections/{key}/tagging?per_page=200",
    "/api/v1/inspections/{key}/audit?per_page=200",
)


def test_a_page_asks_as_few_questions_of_much_as_of_little(served: Any) -> None:
    owner = served.person("effort owner")
    browser = served.signed_in("effort owner")
    few = served.inspection(owner, inspection(0, 8))
    counts: dict[str, dict[str, int]] = {}
    for name, key in (("few", few), ("many", served.inspection(owner, inspection(1, 300)))):
        if name == "many":
            for number in range(2, 12):
                served.inspection(owner, inspection(number, 1))
        for path in PATHS:
            browser.get(path.format(key=key))  # noted in the audit log, and graded, the first time
            with asked(served) as questions:
                assert 200 == browser.get(path.format(key=key)).status_code, path
            counts.setdefault(path, {})[name] = len(questions)
    assert {path: each for path, each in counts.items() if each["few"] != each["many"]} == {}
    assert {path: each for path, each in counts.items() if each["many"] > 16} == {}


def test_looking_grades_nothing_that_was_graded(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = served.person("effort owner")
    browser = served.signed_in("effort owner")
    key = served.inspection(owner, inspection(20, 30))
    done: list[str] = []
    real = served.bench.grading.workers.do
    monkeypatch.setattr(
        served.bench.grading.workers, "do", lambda job, *a, **k: (done.append(job), real(job, *a, **k))[1]
    )
    for _ in range(3):
        for path in (
            f"/inspections/{key}",
            f"/api/v1/inspections/{key}/proposal",
            f"/api/v1/inspections/{key}/decisions",
        ):
            assert 200 == browser.get(path).status_code
    assert ["propose"] == done
    item = evidence.one(served.bench, owner, key, "E001")
    evidence.edit(
        served.bench, owner, key, "E001", {**item.evidence, "assessment": "falls_short"}, expected_version=1
    )
    browser.get(f"/inspections/{key}")
    assert ["propose", "propose"] == done


def test_a_list_of_sources_reads_no_document(served: Any) -> None:
    owner = served.person("effort owner")
    key = served.inspection(owner, inspection(21, 3))
    sources.attach(served.bench, owner, key, "s1", "a.bin", b"x" * 100_000)
    with asked(served) as questions:
        found = sources.listed(served.bench, owner, key)
    assert [0, 100_000] == [sum(a.size for a in s.attachments) for s in found][:2]
    assert [] == [q for q in questions if "attachment.content" in q]
