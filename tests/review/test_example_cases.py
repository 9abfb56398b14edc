"""What the READMEs of the two thin examples say of their grades is what grading them gives."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

import grader
from grader.io.decisions import read_decisions
from grader.model.proposal import Proposal

ROOT = Path(__file__).resolve().parents[2]
GRADES = ("inadequate", "requires_improvement", "adequate", "good", "outstanding")
FOLDERS = [ROOT / "examples" / name for name in ("sussex_2021_22", "wiltshire_2021_22")]
NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "eight": 8, "nine": 9}

each = pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.name)


def page(folder: Path) -> str:
    return " ".join((folder / "README.md").read_text(encoding="utf-8").split())


def published(folder: Path) -> dict[str, str]:
    decisions = read_decisions(folder / "decisions.yaml").decisions
    return {area: decided.grade for area, decided in decisions.grades.items()}


def without_declared_concerns(folder: Path) -> Proposal:
    loaded = grader.load(folder / "inspection.yaml")
    kept = [f for f in loaded.inspection.findings if f.kind != "cause_of_concern"]
    inspection = loaded.inspection.model_copy(update={"findings": kept})
    return grader.grade(replace(loaded, file=replace(loaded.file, inspection=inspection)))


@each
def test_table_is_what_grading_gives(folder: Path) -> None:
    final = published(folder)
    expected = []
    for area in grader.grade(folder / "inspection.yaml").areas:
        if area.area in final:
            steps = "-"
            if area.grade is not None:
                apart = GRADES.index(area.grade) - GRADES.index(final[area.area])
                steps = f"{apart:+d}" if apart else "0"
            seen = area.profile
            expected.append(
                f"| {area.area} | {seen['assessed']} of {seen['listed']} | {seen['demonstrated']}"
                f" | {seen['exceeded']} | {area.grade or area.outcome} | {final[area.area]} | {steps} |"
            )
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert expected == re.findall(r"^\| \w+ \| \d+ of .*$", text, re.MULTILINE)


@each
def test_agreement_is_counted_right(folder: Path) -> None:
    rows = [r for r in grader.diff(folder).areas if r.final is not None]
    alike = sum(not row.differs for row in rows)
    open_ = sum(row.proposed is None for row in rows)
    expected = f"Exactly alike: {alike} of {len(rows)}. Nothing proposed: {open_} of {len(rows)}."
    assert expected in page(folder)


@each
def test_evidence_is_counted_right(folder: Path) -> None:
    inspection = grader.load(folder / "inspection.yaml").inspection
    expected = f"{len(inspection.evidence)} items of evidence and {len(inspection.findings)} findings"
    assert expected in page(folder)
    words = {n: w for w, n in NUMBERS.items()}
    assert f"the {words[len(published(folder))]} grades the inspectorate published" in page(folder)


@each
def test_areas_nothing_was_found_on_are_named(folder: Path) -> None:
    inspection = grader.load(folder / "inspection.yaml").inspection
    tagged = {c.split(".")[0] for e in inspection.evidence for c in e.characteristics}
    silent = [area for area in published(folder) if area not in tagged]
    named = re.search(r"Nothing at all was found on (\w+) of the \w+ areas: ([\w, ]+)\.", page(folder))
    assert named is not None
    assert silent == re.split(r", | and ", named[2])
    assert len(silent) == NUMBERS[named[1]]


@each
def test_what_declared_concerns_decide_is_said_right(folder: Path) -> None:
    with_, without = grader.grade(folder / "inspection.yaml"), without_declared_concerns(folder)
    carrying = [
        a.area
        for a in with_.areas
        if any(f.kind == "cause_of_concern" and f.origin == "declared" for f in a.findings)
    ]
    said = page(folder).split("Without the declared concerns ")[1].split(". ")[0]
    for area in carrying:
        assert area in said
    # The rate makes recording inadequate by itself.
    by_rule = {"responding", "recording"}
    assert {"requires_improvement"} >= {without.area(a).grade for a in carrying if a not in by_rule}
    assert {"inadequate"} == {without.area(a).grade for a in carrying if a in by_rule}
    assert "responding still as inadequate" in said
    rest = (
        "proposed as requires_improvement" if set(carrying) - by_rule else "recording would still be proposed"
    )
    assert rest in said


def test_facts_stated_of_the_sussex_evidence() -> None:
    folder = FOLDERS[0]
    proposal = grader.grade(folder / "inspection.yaml")
    inspection = grader.load(folder / "inspection.yaml").inspection
    assert ["E018"] == [h.evidence for h in proposal.area("treatment").hinges]
    assert all(2 * a.profile["assessed"] <= a.profile["listed"] for a in proposal.areas if a.profile)
    unseen = sum("text not seen" in f.statement for f in inspection.findings)
    assert f"{unseen} findings are known" in page(folder)


def test_facts_stated_of_the_wiltshire_evidence() -> None:
    folder = FOLDERS[1]
    evidence = grader.load(folder / "inspection.yaml").inspection.evidence
    assert [] == [e.id for e in evidence if e.assessment in ("meets", "exceeds") and e.basis != "document"]
    read_out = [e for e in evidence if e.source in ("q4", "q6", "q12")]
    assert f"{len(read_out)} of the {len(evidence)} items come from the force's pages" in page(folder)
