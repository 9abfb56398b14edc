"""What only evidence that counts through `informs` could move is proved or shown, and never left open."""

from __future__ import annotations

from dataclasses import replace

import pytest

pytest.importorskip("z3", reason="the solver is an extra")

from grader.authoring.impact import prove
from grader.io.catalogue import open_rulebook
from grader.language.nodes import Better, Compare, Const, Count, Effect, Kind, Level, Op, Test
from grader.language.rulebook import Fact, Layer, Rule
from grader.proofs.rule_change import Comparison
from grader.vocabulary.peel import PEEL

CARE = "EXAMPLE_CARE_HOMES"


@pytest.fixture
def care(monkeypatch):
    """The framework and its rule book, of which nothing is drawn: the solver has to find what there is."""
    real = Comparison.__post_init__

    def made(self):
        self.count = 0
        real(self)

    monkeypatch.setattr(Comparison, "__post_init__", made)
    _, file, book = open_rulebook(CARE)
    return file.framework, book


def _informed(framework):
    """Areas with characteristics that others, not graded in some edition that has both, inform; and these."""
    found = {}
    for edition in framework.editions:
        areas = {a.id for a in framework.areas_in(edition)}
        for area in framework.areas_in(edition):
            for c in area.characteristics if not area.editions[edition].graded else ():
                for link in c.informs:
                    home = framework.area_of(link.id).id
                    if home in areas and home != area.id:
                        found.setdefault(home, set()).add(link.id)
    return found


def _with(book, level, facts, rule):
    return replace(book, facts={**book.facts, **{f.name: f for f in facts}}, rules=(*book.rules, rule))


def _through():
    where = (Test("direct", Op.EQUALS, (Const(0),)),)
    return Fact("through", Layer.FINDING, Level.CHARACTERISTIC, Kind.COUNT, Better.NEITHER, "items",
                Count("evidence", where))  # fmt: skip


def _raised_on_characteristic(book, many):
    rule = Rule("added", Layer.FINDING, Level.CHARACTERISTIC, Effect.RAISES, "area_for_improvement",
                Compare("through", Op.AT_LEAST, (Const(many),)), "because", "made")  # fmt: skip
    return _with(book, Level.CHARACTERISTIC, [_through()], rule)


def _raised_on_area(book, many):
    """A finding where so many characteristics have evidence of other areas."""
    informed = Fact("informed", Layer.FINDING, Level.AREA, Kind.COUNT, Better.NEITHER, "characteristics",
                    Count("characteristics", (Test("through", Op.AT_LEAST, (Const(1),)),)))  # fmt: skip
    rule = Rule("added", Layer.FINDING, Level.AREA, Effect.RAISES, "area_for_improvement",
                Compare("informed", Op.AT_LEAST, (Const(many),)), "because", "made")  # fmt: skip
    return _with(book, Level.AREA, [_through(), informed], rule)


def _answers(found):
    return {a["area"]: a["findings"] for a in found.areas}


@pytest.mark.parametrize("many", [1, 2])
def test_findings_on_what_others_inform_move_there_and_nowhere_else(care, many):
    framework, book = care
    found = prove(book, _raised_on_characteristic(book, many), framework)
    informed = _informed(framework)
    expected = {a.id: "moves" if a.id in informed else "never" for a in framework.areas}
    assert expected == _answers(found)
    assert "moves" in expected.values()


def test_a_finding_that_takes_more_than_others_inform_is_never_raised(care):
    framework, book = care
    informed = _informed(framework)
    for many in range(1, 4):
        found = prove(book, _raised_on_area(book, many), framework)
        expected = {
            a.id: "moves" if len(informed.get(a.id, ())) >= many else "never" for a in framework.areas
        }
        assert expected == _answers(found)


def test_cases_tag_the_evidence_to_what_informs(care):
    framework, book = care
    found = prove(book, _raised_on_characteristic(book, 1), framework)
    for case in found.cases:
        tagged = {name for item in case["inspection"]["evidence"] for name in item["characteristics"]}
        own = {c.id for c in framework.area(case["area"]).characteristics}
        assert case["part"] != "findings" or not tagged & own


def _counting(book, entity, where=()):
    """The rule book with one fact more, which every profile shows."""
    fact = Fact("counted", Layer.GRADE, Level.AREA, Kind.COUNT, Better.NEITHER, "findings",
                Count(entity, where))  # fmt: skip
    return replace(book, facts={**book.facts, "counted": fact})


def test_a_count_of_findings_moves_with_those_proposed_on_characteristics(care):
    framework, book = care
    kind = (Test("kind", Op.EQUALS, (Const(PEEL.kinds.rank("area_for_improvement")),)),)
    old = _counting(book, "findings", kind)
    found = prove(old, _raised_on_characteristic(old, 1), framework)
    informed = _informed(framework)
    expected = {a.id: "moves" if a.id in informed else "never" for a in framework.areas}
    assert expected == {a["area"]: a["profile"] for a in found.areas}


def test_a_count_of_earlier_findings_in_place_of_all_moves(care):
    framework, book = care
    found = prove(_counting(book, "findings"), _counting(book, "earlier"), framework)
    assert {"moves"} == {a["profile"] for a in found.areas}
