"""The table in the README of the invented home is what grading it gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import grader
from grader.io.decisions import read_decisions
from grader.model.proposal import AreaResult, Proposal


@pytest.fixture(scope="module")
def page(home: Path) -> str:
    return (home / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def proposal(home: Path) -> Proposal:
    return grader.grade(home / "inspection.yaml")


def test_table_is_what_grading_gives(home: Path, page: str, proposal: Proposal):
    file = read_decisions(home / "decisions.yaml")
    grades = file.framework.framework.grades_worst_first
    decided = {area: given.grade for area, given in file.decisions.grades.items()}
    assert () == file.warnings

    def row(area: AreaResult) -> str:
        statuses = {c.id: c.status for c in area.characteristics if counts(c.id)}
        assessed = [s for s in statuses.values() if s != "not_assessed"]
        demonstrated = sum(s in ("demonstrated", "exceeded") for s in assessed)
        final = decided.get(area.area)
        steps = "-"
        if final is not None and area.grade is not None:
            apart = grades.index(area.grade) - grades.index(final)
            steps = f"{apart:+d}" if apart else "0"
        return (
            f"| {area.area} | {len(assessed)} of {len(statuses)} | {demonstrated}"
            f" | {assessed.count('exceeded')} | {area.grade or 'not graded'} | {final or '-'} | {steps} |"
        )

    def counts(characteristic: str) -> bool:
        return file.framework.framework.characteristic(characteristic).counted

    assert [row(a) for a in proposal.areas] == re.findall(r"^\| \w+ \| \d+ of .*$", page, re.MULTILINE)


def test_number_of_items_is_stated(home: Path, page: str):
    assert f"{len(grader.load(home / 'inspection.yaml').inspection.evidence)} items of evidence" in page


def test_what_it_says_of_nursing_is_so(page: str, proposal: Proposal):
    nursing = proposal.area("nursing")
    assert "without E25 it would be outstanding" in page
    assert [("E25", "outstanding")] == [(h.evidence, h.grade) for h in nursing.hinges]
    assert {"concern.risk"} == {f.rule for f in nursing.findings if f.kind == "cause_of_concern"}


def test_what_does_not_count_is_what_it_says(proposal: Proposal):
    left_out = {(n.evidence, n.characteristic, n.reason) for n in proposal.not_counted}
    assert {
        ("E18", "care.3c", "graded_elsewhere"),
        ("E23", "care.1a", "survey"),
        ("E23", "nursing.2b", "survey"),
        ("E23", "voice.2b", "survey"),
    } == left_out


def test_complaints_count_on_what_they_inform(proposal: Proposal):
    (found,) = [c for c in proposal.area("care").characteristics if c.id == "care.3b"]
    assert ["E16", "E17", "E21"] == sorted(found.evidence)
