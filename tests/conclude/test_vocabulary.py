"""The words of a framework are asked for by role: what a role gives, and that nothing else names a word."""

from __future__ import annotations

import ast
import copy
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

import grader
from grader.cached import cached_property
from grader.grading.conclude import finding_row
from grader.language.pipeline import any_capping, any_open
from grader.language.vocabulary import entities
from grader.vocabulary.kinds import KindOfFinding
from grader.vocabulary.peel import PEEL
from grader.vocabulary.scales import Role, Scale, word
from grader.vocabulary.words import Vocabulary

SOURCE = Path(grader.__file__).parent
WARNED = KindOfFinding(
    "warning", "Warning", "Warnings", "warning", "warning", "area_for_improvement",
    caps=True, proposed=False, order=2,
)  # fmt: skip
FIVE = Scale.of(
    "assessment",
    word("nothing", "Nothing", Role.NOTHING),
    *(word(name, name, Role.SHORTFALL) for name in ("a", "b", "c")),
    word("d", "d"),
    word("e", "e"),
)


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    """The words of PEEL with a kind of finding and an assessment more."""
    return replace(PEEL, id="MORE", assessments=FIVE, findings=(*PEEL.findings, WARNED))


@pytest.mark.parametrize("again", [lambda given: pickle.loads(pickle.dumps(given)), copy.copy, copy.deepcopy])
def test_a_vocabulary_that_has_been_asked_can_be_sent_and_copied(words, again):
    worked_out = [name for name, of in vars(Vocabulary).items() if isinstance(of, cached_property)]
    expected = [getattr(words, name) for name in worked_out]
    copied = again(words)
    assert (words, {}) == (copied, {name: vars(copied)[name] for name in worked_out if name in vars(copied)})
    assert "scales" in worked_out
    assert expected == [getattr(copied, name) for name in worked_out]


def test_levels_are_what_can_be_written():
    assert ("a", "b", "c", "d", "e") == FIVE.levels
    assert ("nothing", "e") == (FIVE.nothing, FIVE.best)


def test_the_lowest_assessment_that_is_no_shortfall_is_sound(words):
    assert ("d", frozenset("abc")) == (words.sound, words.shortfalls)


def test_levels_stand_from_the_middle_outwards_the_lower_of_two_first():
    assert ("c", "b", "d", "a", "e") == FIVE.from_middle()
    assert ("partly_meets", "meets", "falls_short", "exceeds") == PEEL.assessments.from_middle()


@pytest.mark.parametrize(
    ("kind", "progress", "standing"),
    [
        ("cause_of_concern", None, "open_concern"),
        ("cause_of_concern", "improving", "area_for_improvement"),
        ("cause_of_concern", "closed", "closed"),
        ("innovative_practice", "improving", "innovative_practice"),
        ("warning", None, "warning"),
        ("warning", "not_improving", "warning"),
        ("warning", "improving", "area_for_improvement"),
    ],
)
def test_what_a_finding_counts_as_stands_in_the_table(words, kind, progress, standing):
    assert standing == words.counts_as(kind, progress)


def test_a_kind_that_caps_need_not_keep_a_grade_from_being_withheld(words):
    both = [finding_row(words, kind, "declared") for kind in ("cause_of_concern", "warning")]
    assert [True, True] == [any_capping(words, [row]) for row in both]
    assert [True, False] == [any_open(words, [row]) for row in both]


def test_a_kind_that_no_rule_proposes_is_declared_or_earlier_only(words):
    assert "warning" in words.kinds.names
    assert "warning" not in words.proposed


def test_attributes_take_the_scales_of_the_vocabulary(words):
    found = entities(words)
    assert FIVE is found["evidence"].attributes["assessment"]
    assert "warning" in found["findings"].attributes["standing"].names
    assert "warning" not in entities(PEEL)["findings"].attributes["standing"].names


def test_no_other_module_names_a_word():
    scales = (PEEL.assessments, PEEL.statuses, PEEL.extents, PEEL.harms)
    named = {name for scale in scales for name in scale.names} | {*PEEL.kinds.names, *PEEL.basis}
    named |= {*PEEL.standings.names} - {"closed"}
    # These are words of other things too: headings of columns, "none", a source called data.
    named -= {"none", "data", "document", "observation"}
    elsewhere = [p for p in SOURCE.rglob("*.py") if p.parent != SOURCE / "vocabulary"]
    found = {
        f"{path.relative_to(SOURCE).as_posix()}: {node.value}"
        for path in elsewhere
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in named
    }
    # In the workbench, to moderate is what somebody may do.
    found -= {each for each in found if each.startswith("server/") and each.endswith(": moderate")}
    assert {"sheets/headings.py: innovative_practice"} == found
