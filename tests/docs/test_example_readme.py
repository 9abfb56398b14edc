"""What the example's README says of proposed and published grades is what grading it gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import grader
from grader.io.decisions import read_decisions
from grader.model.decisions import Decisions
from grader.model.proposal import AreaResult, Proposal

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples" / "leicestershire_2021_22"
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")
GRADES = ("inadequate", "requires_improvement", "adequate", "good", "outstanding")


@pytest.fixture(scope="module")
def proposal() -> Proposal:
    return grader.grade(FOLDER / "inspection.yaml")


@pytest.fixture(scope="module")
def decisions() -> Decisions:
    return read_decisions(FOLDER / "decisions.yaml").decisions


@pytest.fixture(scope="module")
def graded(proposal: Proposal, decisions: Decisions) -> list[tuple[AreaResult, str, int]]:
    """Each area with a published grade, that grade, and how many steps the proposal lies above it."""
    found = []
    for area in proposal.areas:
        if area.area in decisions.grades:
            final = decisions.grades[area.area].grade
            assert area.grade is not None
            found.append((area, final, GRADES.index(area.grade) - GRADES.index(final)))
    return found


def test_table_is_what_grading_gives(graded):
    expected = [
        f"| {a.area} | {a.profile['assessed']} of {a.profile['listed']} | {a.profile['demonstrated']}"
        f" | {a.profile['exceeded']} | {a.grade} | {final} | {f'{steps:+d}' if steps else '0'} |"
        for a, final, steps in graded
    ]
    assert expected == re.findall(r"^\| \w+ \| \d+ of .*$", PAGE, re.MULTILINE)


def test_agreement_is_counted_right(graded):
    steps = [s for _, _, s in graded]
    n = len(steps)
    expected = (
        f"Exactly alike: {steps.count(0)} of {n}. Within one step: {sum(abs(s) <= 1 for s in steps)} of {n}."
        f" Lower than published: {sum(s < 0 for s in steps)}. Higher: {sum(s > 0 for s in steps)}."
    )
    assert expected in PAGE


def test_guess_of_good_everywhere_is_counted_right(graded):
    off = [abs(GRADES.index(final) - GRADES.index("good")) for _, final, _ in graded]
    expected = (
        f"calling every area good would be exactly right in {off.count(0)} of {len(off)} and within one step"
        f" in {sum(o <= 1 for o in off)} of {len(off)}"
    )
    assert expected in " ".join(PAGE.split())


def bullets() -> dict[str, str]:
    section = PAGE.split("## Each difference")[1].split("\n## ")[0]
    return {
        m[1]: " ".join(m[2].split()) for m in re.finditer(r"- \*\*(\w+)\*\*: ((?:.|\n(?!- |\n))+)", section)
    }


def test_every_difference_is_explained_and_nothing_else(graded):
    assert [a.area for a, _, steps in graded if steps] == list(bullets())


def test_explanations_quote_the_proposals_numbers(graded):
    for area, _, steps in graded:
        if not steps:
            continue
        text, seen = bullets()[area.area], area.profile
        counts = {f"{seen[k]} of {seen['assessed']}" for k in ("demonstrated", "exceeded")}
        assert any(count in text for count in counts), area.area
        parts = (seen["demonstrated"], seen["exceeded"])
        shares = {round(1000 * part / seen["assessed"]) for part in parts} | {800, 200, 199}
        quoted = {round(float(n) * 10) for n in re.findall(r"(\d+(?:\.\d)?) %", text)}
        assert set() == quoted - shares, area.area


def test_items_named_in_explanations_are_hinges_or_one_step_away(graded):
    for area, _, steps in graded:
        if not steps:
            continue
        known = {h.evidence for h in area.hinges} | set(
            re.findall(r"E\d{3}", " ".join(r.change for r in area.reachable))
        )
        assert set() == set(re.findall(r"E\d{3}", bullets()[area.area])) - known, area.area


def test_number_of_items_is_stated():
    loaded = grader.load(FOLDER / "inspection.yaml")
    assert f"{len(loaded.inspection.evidence)} items of evidence" in PAGE


def test_provenance_is_stated(proposal: Proposal):
    counts = proposal.framework.provenance
    stated = f"{counts['report']} of the framework's {sum(counts.values())} characteristics"
    assert stated in " ".join(PAGE.split())
