"""Steps between grades, and tables that anybody's words cannot break out of."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.model.decisions import DecidedGrade, Decisions, DecisionsHeader
from grader.model.diff import AreaDiff, Diff
from grader.model.proposal import AreaResult, FrameworkUsed, Proposal, RuleBookUsed
from grader.render.text.difference_tables import COLUMNS, csv_text, escaped, harmless, markdown
from grader.review.compare import compare, together
from grader.vocabulary.peel import PEEL

pytestmark = pytest.mark.usefixtures("few_draws")

GRADES = ("inadequate", "requires_improvement", "adequate", "good", "outstanding")
AREAS = ("treatment", "prevention", "responding", "strategy")

grades = st.dictionaries(st.sampled_from(AREAS), st.sampled_from(GRADES))
hostile = st.one_of(
    st.text(max_size=40),
    st.text(st.sampled_from("=+-@|\n\r\t`*[]()<>&:/#!\\'\",;~$_ x\x1b\u202e"), max_size=20),
)


def proposal(proposed: dict[str, str], name: str = "i") -> Proposal:
    return Proposal(
        schema="grader.proposal/1",
        inspection=name,
        body="A Force",
        framework=FrameworkUsed(id="F", edition="1", sha256=None, status="example", provenance={}),
        rulebook=RuleBookUsed(id="F", version="1", sha256=None),
        inspection_sha256=None,
        engine="reference",
        grader_version="0",
        parameters=[],
        overrides={},
        areas=[
            AreaResult(
                area=area,
                title=area,
                outcome="graded" if area in proposed else "withheld",
                grade=proposed.get(area),
                profile={},
                characteristics=[],
                findings=[],
                reasons=[],
                hinges=[],
                reachable=[],
                possible=None,
                meaning=None,
                earlier_grade=None,
            )
            for area in AREAS
        ],
        not_counted=[],
        warnings=[],
    )


def decisions(final: dict[str, str], rationale: str | None = None) -> Decisions:
    blocks = {area: DecidedGrade(grade=grade, rationale=rationale) for area, grade in final.items()}
    return Decisions.model_construct(
        decisions=DecisionsHeader(inspection="i", decided_by="B"), grades=blocks, proposal=None
    )


def laid(proposed: dict[str, str], final: dict[str, str]) -> list[AreaDiff]:
    return compare(proposal(proposed), decisions(final), GRADES, PEEL)


def hostile_diff(words: str) -> Diff:
    rows = compare(
        proposal({}, name=words),
        decisions({"strategy": "good"}, rationale=words if words.strip() else None),
        GRADES,
        PEEL,
    )
    return together([rows], GRADES, [])


@settings(max_examples=100, deadline=None)
@given(grades, grades)
def test_steps_change_sign_where_proposed_and_final_change_places(
    one: dict[str, str], other: dict[str, str]
) -> None:
    there = {row.area: row.steps for row in laid(one, other)}
    back = {row.area: row.steps for row in laid(other, one)}
    assert there == {area: None if steps is None else -steps for area, steps in back.items()}


@settings(max_examples=100, deadline=None)
@given(grades, grades)
def test_every_area_is_there_once_and_differs_where_the_final_grade_is_another(
    proposed: dict[str, str], final: dict[str, str]
) -> None:
    rows = laid(proposed, final)
    assert list(AREAS) == [row.area for row in rows]
    assert [area in final and final[area] != proposed.get(area) for area in AREAS] == [
        r.differs for r in rows
    ]
    assert ["no reason given" if r.differs else None for r in rows] == [r.rationale for r in rows]


@settings(max_examples=25, deadline=None)
@given(grades)
def test_identical_grades_are_no_difference(given_: dict[str, str]) -> None:
    assert not together([laid(given_, given_)], GRADES).differs


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(grades, grades), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_order_of_the_inspections_means_nothing(
    drawn: list[tuple[dict[str, str], dict[str, str]]], chance: Any
) -> None:
    inspections = [
        compare(proposal(p, name=f"i{i}"), decisions(f), GRADES, PEEL) for i, (p, f) in enumerate(drawn)
    ]
    shuffled = inspections.copy()
    chance.shuffle(shuffled)
    assert together(inspections, GRADES).to_json() == together(shuffled, GRADES).to_json()


@settings(max_examples=100, deadline=None)
@given(hostile)
@example("=HYPERLINK(1)")
@example("\t=1+1")
@example("a\r\n=1+1")
@example('"=1+1')
def test_no_cell_of_the_csv_is_a_formula_or_another_cell(words: str) -> None:
    said = csv_text(hostile_diff(words))
    found = list(csv.reader(io.StringIO(said)))
    assert {len(COLUMNS) + 1} == {len(line) for line in found}
    assert len(AREAS) + 1 == len(found) == said.count("\n")
    assert [] == [cell for line in found for cell in line if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    assert harmless(words) == found[1][0]


def test_formula_in_a_cell_gets_an_apostrophe_and_other_text_none() -> None:
    expected = ["'=1+1", "'+1", "'-1", "'@x", "'=1", "a=1", ""]
    assert expected == [harmless(t) for t in ("=1+1", "+1", "-1", "@x", " \n=1", "a=1", "")]


@settings(max_examples=100, deadline=None)
@given(hostile)
@example("a | b")
@example("a\n| b | c |")
@example("[x](javascript:1)")
@example("<img src=x>")
@example("`a|b`")
@example("\\|")
def test_no_words_break_out_of_a_cell_of_the_markdown(words: str) -> None:
    lines = markdown(hostile_diff(words)).splitlines()
    table = lines[: lines.index("")]
    assert len(AREAS) + 2 == len(table)
    for line in table:
        # A bar that is not escaped ends a cell: seven of them make six cells.
        assert 7 == len(re.findall(r"(?<!\\)(?:\\\\)*\|", line))
    cell = escaped(words)
    assert not re.search(r"[<>|\n\r]", cell)
    assert [] == re.findall(r"(?<!\\)(?:\\\\)*[`*_\[\]~$]", cell)


def test_json_keeps_the_words_as_they_are() -> None:
    words = "a | b\n=1 <b>"
    assert words == next(r.rationale for r in hostile_diff(words).areas if r.area == "strategy")
