"""Much of everything: the right answer in time, or a clear word on what is too much."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.errors import FAULT_LIMIT
from grader.io import catalogue
from grader.io.inspections import TAG_LIMIT

Grader = Callable[..., Any]
Write = Callable[..., Path]

EDITION = "2022-03"
AREAS = catalogue.framework("PEEL_2021_22").framework.areas_in(EDITION)
CHARACTERISTICS = [c.id for a in AREAS for c in a.characteristics]
ASSESSMENTS = ("exceeds", "meets", "meets", "partly_meets", "falls_short")
BASES = ("case_file_review", "data", "observation", "document", "interview", "survey")


def items(count: int, tags: int = 1, **same: str) -> Iterator[str]:
    """Items of every shape, spread over the characteristics."""
    for i in range(count):
        tagged = [CHARACTERISTICS[(i * 7 + k * 31) % len(CHARACTERISTICS)] for k in range(tags)]
        shape = {
            "id": f"E{i:05d}",
            "characteristics": f"[{', '.join(tagged)}]",
            "assessment": ASSESSMENTS[(i // len(CHARACTERISTICS)) % 5],
            "statement": f"Case {i} was looked at and found so",
            "basis": BASES[i % 6],
            "extent": ("widespread", "some", "isolated")[i // 3 % 3],
            "remedied": ("true", "false", "false")[i // 5 % 3],
            "source": "s",
            "locator": f"page {i}",
            **same,
        }
        yield ", ".join(f"{key}: {value}" for key, value in shape.items() if value)


@pytest.mark.parametrize(
    ("many", "tags"), [(500, 3), *(pytest.param(5_000, tags, marks=pytest.mark.slow) for tags in (1, 3))]
)
def test_very_many_items_are_graded(many: int, tags: int, grader: Grader, inspection: Write) -> None:
    path = inspection(*items(many, tags))
    ran = grader("grade", path, "--json")
    assert 0 == ran.code
    proposal = json.loads(ran.out)
    cited = {e for a in proposal["areas"] for c in a["characteristics"] for e in c["evidence"]}
    assert many == len(cited | {n["evidence"] for n in proposal["not_counted"]})
    reference = json.loads(grader("grade", path, "--json", "--engine", "reference").out)
    assert proposal["areas"] == reference["areas"]


@pytest.mark.parametrize("many", [1_000, pytest.param(5_000, marks=pytest.mark.slow)])
def test_what_hinges_among_very_many_items(many: int, grader: Grader, inspection: Write) -> None:
    """Four of five are substantially all, and three of four are not: each of the four carries the grade."""
    few = ("treatment.1a", "treatment.1b", "treatment.1c", "treatment.1d", "treatment.2a")
    of_area = [
        f"id: T{i}, characteristics: [{c}], assessment: {'partly_meets' if i == 4 else 'meets'},"
        " statement: S, basis: data, source: s"
        for i, c in enumerate(few)
    ]
    others = [i for i in items(many + many // 10) if "treatment." not in i][:many]
    for chosen, grade, hinges in (
        ([*of_area], "good", ["T0", "T1", "T2", "T3"]),
        ([*of_area[1:]], "adequate", ["T4"]),
    ):
        path = inspection(*others, *chosen)
        ran = grader("grade", path, "--json")
        (area,) = (a for a in json.loads(ran.out)["areas"] if a["area"] == "treatment")
        assert grade == area["grade"]
        assert hinges == [h["evidence"] for h in area["hinges"]]


def test_items_tagged_to_everything_are_too_much(grader: Grader, inspection: Write) -> None:
    everything = ", ".join(CHARACTERISTICS)
    path = inspection(*items(200, characteristics=f"[{everything}]"))
    (message,) = grader("grade", path).messages
    number = TAG_LIMIT // len(CHARACTERISTICS)
    assert message.endswith(f"with 'E{number:05d}' the evidence is tagged more than 20,000 times in all")


def test_items_tagged_to_as_much_as_may_be_are_graded(grader: Grader, inspection: Write) -> None:
    everything = ", ".join(CHARACTERISTICS)
    path = inspection(*items(TAG_LIMIT // len(CHARACTERISTICS), characteristics=f"[{everything}]"))
    assert 0 == grader("grade", path, "--json").code


@pytest.mark.parametrize("many", [100, pytest.param(2_000, marks=pytest.mark.slow)])
def test_very_many_findings(many: int, grader: Grader, inspection: Write) -> None:
    findings = "".join(
        f"  - {{id: F{i}, kind: area_for_improvement, area: {AREAS[i % len(AREAS)].id}, statement: S,"
        f" evidence: [E00000, E00001]}}\n"
        for i in range(2 * many)
    )
    previous = "".join(
        f"  - {{id: P{i}, kind: cause_of_concern, area: {AREAS[i % len(AREAS)].id}, statement: S,"
        " recommendations: [Act], progress: improving}\n"
        for i in range(many)
    )
    path = inspection(*items(100), add=f"findings:\n{findings}previous:\n{previous}")
    ran = grader("grade", path, "--json")
    assert 0 == ran.code
    found = [
        f["id"] for a in json.loads(ran.out)["areas"] for f in a["findings"] if f["origin"] != "proposed"
    ]
    assert 3 * many == len(set(found)) == len(found)
    assert 0 == grader("explain", path, AREAS[0].id).code


HEAD = 'inspection: {id: x, body: B, framework: PEEL_2021_22, edition: "2022-03"}\nsources: {s: {title: T}}\n'
ITEM = "{id: E1, characteristics: [responding.1a], assessment: meets, statement: S, basis: data, source: s}"
FINDING = (
    "{{id: F, kind: cause_of_concern, area: responding, statement: S, recommendations: [A], evidence: [{}]}}"
)
#: Each of so many: the whole of what a file may hold, or of what a list in it may.
LISTS: dict[str, Callable[[int], str]] = {
    "evidence of numbers": lambda many: f"evidence: [{'1, ' * (many * 12 // 5)}]",
    "evidence of nothing": lambda many: f"evidence: [{'~, ' * (many * 12 // 5)}]",
    "evidence of blocks": lambda many: f"evidence: [{'{}, ' * (many * 6 // 5)}]",
    "characteristics": lambda many: f"evidence: [{ITEM.replace('responding.1a', 'responding.1a, ' * many)}]",
    "unknown characteristics": lambda many: (
        f"evidence: [{ITEM.replace('responding.1a', 'responding.9z, ' * many)}]"
    ),
    "recommendations": lambda many: f"evidence: []\nfindings: [{{recommendations: [{'1, ' * many}]}}]",
    "not inspected": lambda many: f"evidence: []\nnot_inspected: [{'x, ' * many}]",
    "unknown keys": lambda many: "evidence: []\n" + "".join(f"evidenc{i}: 1\n" for i in range(many)),
    "sources": lambda many: "evidence: []\nmore_sources:\n" + "".join(f"  s{i}: 1\n" for i in range(many)),
    "unknown evidence": lambda many: (
        "evidence:\n"
        + "".join(f"  - {ITEM.replace('E1', f'E{i}')}\n" for i in range(many // 20))
        + f"findings: [{FINDING.format(', '.join(f'Ex{i}' for i in range(many // 2)))}]\n"
    ),
    "long unknown evidence": lambda many: (
        "evidence:\n"
        + "".join(f"  - {ITEM.replace('E1', 'ab' * 20 + str(i))}\n" for i in range(many // 20))
        + f"findings: [{FINDING.format(', '.join('ba' * 20 + str(i) for i in range(many // 2)))}]\n"
    ),
    "the same id": lambda many: "evidence:\n" + f"  - {ITEM}\n" * (many // 20),
}


#: Two ways to have too much: of names, of faults. The others are much like them.
TRIED = ("unknown characteristics", "unknown keys")


@pytest.mark.parametrize(
    ("name", "many"),
    [(n, 20_000) for n in TRIED] + [pytest.param(n, 100_000, marks=pytest.mark.slow) for n in LISTS],
)
def test_lists_without_end_are_cut_and_said_to_be(
    name: str, many: int, grader: Grader, tmp_path: Path
) -> None:
    path = tmp_path / "list.yaml"
    path.write_text(HEAD + LISTS[name](many))
    ran = grader("grade", path)
    assert 2 == ran.code
    assert len(ran.messages) <= FAULT_LIMIT + 1
    if len(ran.messages) > FAULT_LIMIT:
        assert any(" more faults: " in m or " more fault: " in m for m in ran.messages)
    assert max(map(len, ran.err.splitlines())) < 2_000


def test_very_many_warnings_are_cut_and_said_to_be(grader: Grader, inspection: Write) -> None:
    path = inspection(*items(3_000, assessment="meets", harm="serious"))
    ran = grader("grade", path, "--json")
    assert 0 == ran.code
    assert 3_000 == len(json.loads(ran.out)["warnings"])
    assert 101 == len(ran.messages)
    assert "warning: and 2,900 more, all of them in the proposal (--json)" == ran.messages[-1]
