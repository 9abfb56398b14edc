"""Hinges and steps of a rule that counts: at its number, one before it and one beyond."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.engines.reference import ReferenceEngine
from grader.grading import tally
from grader.grading.aggregates import AreaAggregator
from grader.grading.conclude import LayerEvaluator
from grader.grading.possible import Unassessed
from grader.io.frameworks import FrameworkFile
from grader.io.inspections import InspectionFile
from grader.language.nodes import (
    AnyOf,
    Best,
    Better,
    Compare,
    Const,
    Count,
    Effect,
    Kind,
    Level,
    Lowest,
    Op,
    Share,
    Test,
)
from grader.language.rulebook import Fact, Layer, Rule
from grader.model.inspection import Inspection
from grader.session import LoadedInspection, Session
from grader.vocabulary.peel import PEEL, STATUSES

AREA = "responding"
SAID = "assessment"
MEETS = PEEL.assessments.rank("meets")
SOUND = (Test(SAID, Op.AT_LEAST, (Const(MEETS),)),)


def fact(name, layer, level, kind, definition, scale=None):
    return Fact(name, layer, level, kind, Better.NEITHER, name, definition, scale)


def rule(name, layer, level, effect, target, asked, op, number):
    condition = Compare(asked, op, (Const(number),))
    return Rule(name, layer, level, Effect(effect), target, condition, "because", "source")


BELOW = [
    fact("sound", Layer.STATUS, Level.CHARACTERISTIC, Kind.COUNT, Count("evidence", SOUND)),
    fact("items", Layer.STATUS, Level.CHARACTERISTIC, Kind.COUNT, Count("evidence")),
    fact("sound_share", Layer.STATUS, Level.CHARACTERISTIC, Kind.SHARE, Share("sound", "items")),
    fact("any_sound", Layer.STATUS, Level.CHARACTERISTIC, Kind.FLAG, AnyOf("evidence", SOUND)),
    fact("best", Layer.STATUS, Level.CHARACTERISTIC, Kind.SCALE, Best("evidence", SAID), PEEL.assessments),
    fact("least", Layer.STATUS, Level.CHARACTERISTIC, Kind.SCALE, Lowest("evidence", SAID), PEEL.assessments),
]  # fmt: skip
DEMONSTRATED = (Test("status", Op.AT_LEAST, (Const(STATUSES.rank("demonstrated")),)),)
ABOVE = [
    fact("demonstrated", Layer.GRADE, Level.AREA, Kind.COUNT, Count("characteristics", DEMONSTRATED)),
    fact("lowest_status", Layer.GRADE, Level.AREA, Kind.SCALE, Lowest("characteristics", "status"), STATUSES),
]


@pytest.fixture(scope="module")
def regrade(framework, book):
    """Proposes on items of one area by two rules alone: one of the status layer, one of the grade layer."""
    cut = framework.model_copy(update={"areas": [a for a in framework.areas if a.id == AREA]})
    cut = cut.model_copy(deep=True)

    def propose(below, above, *assessments, on=("responding.1a",), target="good"):
        rules = (
            rule("below", Layer.STATUS, Level.CHARACTERISTIC, "reaches", "demonstrated", *below),
            rule("above", Layer.GRADE, Level.AREA, "reaches", target, *above),
        )
        facts = {f.name: f for f in (*BELOW, *ABOVE)}
        own = replace(book, facts=facts, rules=rules, parameters={}, measures={}, proved=None, areas=(AREA,))
        items = [
            {
                "id": f"E{n}",
                "characteristics": list(on),
                "assessment": said,
                "statement": "it was found",
                "basis": "data",
                "source": "report",
            }
            for n, said in enumerate(assessments)
            if said is not None
        ]
        inspection = Inspection.model_validate(
            {
                "inspection": {"id": "i", "body": "b", "framework": framework.id, "edition": "2022-03"},
                "sources": {"report": {"title": "Report"}},
                "evidence": items,
            }
        )
        session = Session(FrameworkFile(cut), own, None, "reference")
        return LoadedInspection(session, InspectionFile(inspection)).proposal.area(AREA)

    return propose


LADDER = PEEL.assessments.levels


def check(regrade, below, above, *assessments, **where):
    """Every hinge and every step, against proposing again without the item, or with it a step off."""
    area = regrade(below, above, *assessments, **where)
    hinges, steps = [], []
    for at, said in enumerate(assessments):
        without = regrade(below, above, *assessments[:at], None, *assessments[at + 1 :], **where)
        if (without.outcome, without.grade) != (area.outcome, area.grade):
            hinges.append((f"E{at}", without.grade, without.outcome))
        for step in (1, -1):
            if 0 <= LADDER.index(said) + step < len(LADDER):
                to = LADDER[LADDER.index(said) + step]
                then = regrade(below, above, *assessments[:at], to, *assessments[at + 1 :], **where)
                if then.grade not in (None, area.grade):
                    steps.append((then.grade, f"E{at}: {said} to {to}"))
    assert hinges == [(h.evidence, h.grade, h.outcome) for h in area.hinges]
    scale = ("inadequate", "requires_improvement", "adequate", "good", "outstanding")
    best_first = sorted(steps, key=lambda step: (-scale.index(step[0]), step[1]))
    assert best_first == [(r.grade, r.change) for r in area.reachable]
    return bool(hinges or steps)


def test_an_area_without_evidence_is_withheld_though_no_rule_withholds(regrade):
    above = ("demonstrated", Op.AT_MOST, 9)
    area = regrade(("sound", Op.AT_LEAST, 1), above)
    assert ("withheld", None, ["no evidence is counted on this area"]) == (
        area.outcome,
        area.grade,
        [r.because for r in area.reasons],
    )
    assert ("graded", "good") == _graded(regrade(("sound", Op.AT_LEAST, 1), above, "meets"))


@pytest.mark.parametrize(("target", "told"), [("inadequate", ["above"]), ("good", ["above"])])
def test_where_nothing_is_reached_every_rule_that_would_replace_the_default_is_told(target, told, regrade):
    area = regrade(("sound", Op.AT_LEAST, 1), ("demonstrated", Op.MORE_THAN, 5), "meets", target=target)
    assert "requires_improvement" == area.grade
    assert [(None, True), *((name, False) for name in told)] == [(r.rule, r.held) for r in area.reasons]


def _graded(area):
    return area.outcome, area.grade


@pytest.mark.parametrize("op", Op)
def test_of_a_rule_that_counts_items(op, regrade):
    above = ("demonstrated", Op.AT_LEAST, 1)
    moved = [
        check(regrade, ("sound", op, 2), above, *["meets"] * many, *["partly_meets"] * (many % 2))
        for many in range(5)
    ]
    assert {False, True} == set(moved)


@pytest.mark.parametrize(
    "below",
    [
        ("sound_share", Op.AT_LEAST, 500),
        ("sound_share", Op.FEWER_THAN, 500),
        ("any_sound", Op.EQUALS, 1),
        ("any_sound", Op.EQUALS, 0),
        ("best", Op.AT_MOST, 2),
        ("best", Op.ONE_OF, 3),
        ("least", Op.MORE_THAN, 2),
        ("least", Op.FEWER_THAN, 3),
    ],
)
def test_of_a_rule_about_a_share_a_best_or_a_lowest(below, regrade):
    above = ("demonstrated", Op.AT_LEAST, 1)
    moved = [
        check(regrade, below, above, *said)
        for said in (
            ["meets"],
            ["meets", "partly_meets"],
            ["exceeds", "meets", "falls_short"],
            ["falls_short", "partly_meets", "partly_meets"],
        )
    ]
    assert any(moved)


@pytest.mark.parametrize("op", Op)
def test_of_a_rule_that_counts_characteristics(op, regrade):
    two = {"on": ("responding.1a", "responding.1b")}
    moved = [
        check(regrade, ("sound", Op.AT_LEAST, 1), ("demonstrated", op, number), *said, **two)
        for number in (1, 2)
        for said in (["meets"], ["meets", "meets"], ["partly_meets"])
    ]
    assert any(moved)
    check(regrade, ("sound", Op.AT_LEAST, 1), ("lowest_status", op, 0), "meets", **two)


@pytest.mark.parametrize(
    ("op", "beyond"), [(Op.AT_LEAST, 5), (Op.FEWER_THAN, 5), (Op.AT_MOST, 6), (Op.MORE_THAN, 6)]
)
def test_things_are_counted_as_far_as_some_rule_tells_them_apart(op, beyond, framework, book):
    few = rule("few", Layer.STATUS, Level.CHARACTERISTIC, "reaches", "demonstrated", "items", Op.AT_LEAST, 2)
    many = rule("many", Layer.STATUS, Level.CHARACTERISTIC, "reaches", "exceeded", "sound", op, 5)
    concerns = fact("concerns", Layer.GRADE, Level.AREA, Kind.COUNT, Count("findings"))
    capped = rule("capped", Layer.GRADE, Level.AREA, "limits", "inadequate", "concerns", op, 5)
    good = rule("good", Layer.GRADE, Level.AREA, "reaches", "good", "demonstrated", Op.AT_LEAST, 1)
    facts = {f.name: f for f in (*BELOW, *ABOVE, concerns)}
    own = replace(book, facts=facts, rules=(few, many, capped, good), parameters={}, measures={})
    seen = AreaAggregator(LayerEvaluator(own, ReferenceEngine(own)), framework.area(AREA))
    assert (beyond, beyond) == (seen.counted_to, seen.findings_counted_to)
    assert set(framework.vocabulary.kinds.names) == set(seen.kinds_told_apart)
    without = replace(own, rules=(few, many, good))
    seen = AreaAggregator(LayerEvaluator(without, ReferenceEngine(without)), framework.area(AREA))
    assert (0, ("cause_of_concern",)) == (seen.findings_counted_to, seen.kinds_told_apart)


def test_a_rule_about_characteristics_of_one_area_says_nothing_of_another(book):
    of_one = rule(
        "one", Layer.STATUS, Level.CHARACTERISTIC, "reaches", "demonstrated", "items", Op.AT_LEAST, 1
    )
    scoped = replace(of_one, scope=frozenset({AREA}))
    own = replace(
        book, facts={f.name: f for f in (*BELOW, *ABOVE)}, rules=(scoped,), parameters={}, measures={}
    )
    evaluator = LayerEvaluator(own, ReferenceEngine(own))
    items = (tally.Item("E1", tally.tested_row(MEETS, extent=0, harm=0)),)
    for area, status in ((AREA, "demonstrated"), ("victims", "not_demonstrated"), (AREA, "demonstrated")):
        case = evaluator.characteristic(area, "a.1a", True, items, ())
        assert (STATUSES.rank(status), status == "demonstrated") == (
            case.status.rank,
            bool(case.status.deciding),
        )


def test_a_range_ends_at_the_worse_of_two_ways_that_raise_no_concern(framework, book):
    nothing_done = (Test("status", Op.EQUALS, (Const(STATUSES.rank("not_demonstrated")),)),)
    failing = fact("failing", Layer.FINDING, Level.AREA, Kind.COUNT, Count("characteristics", nothing_done))
    alarm = rule("alarm", Layer.FINDING, Level.AREA, "raises", "cause_of_concern", "failing", Op.AT_LEAST, 1)
    sound = rule(
        "sound", Layer.STATUS, Level.CHARACTERISTIC, "reaches", "demonstrated", "sound", Op.AT_LEAST, 1
    )
    good = rule("good", Layer.GRADE, Level.AREA, "reaches", "good", "demonstrated", Op.AT_LEAST, 1)
    serious = (Test("harm", Op.EQUALS, (Const(PEEL.harms.rank("serious")),)),)
    risky = fact("risky", Layer.STATUS, Level.CHARACTERISTIC, Kind.COUNT, Count("evidence", serious))
    at_risk = (Test("risky", Op.AT_LEAST, (Const(1),)),)
    risks = fact("risks", Layer.GRADE, Level.AREA, Kind.COUNT, Count("characteristics", at_risk))
    harmed = rule("harmed", Layer.GRADE, Level.AREA, "limits", "inadequate", "risks", Op.AT_LEAST, 1)
    facts = {f.name: f for f in (*BELOW, *ABOVE, failing, risky, risks)}
    area, grades = framework.area(AREA), book.grade_scale

    def possible(*rules):
        own = replace(book, facts=facts, rules=rules, parameters={}, measures={})
        evaluator = LayerEvaluator(own, ReferenceEngine(own))
        cases = [evaluator.characteristic(AREA, c.id, c.counted, (), ()) for c in area.characteristics]
        return Unassessed(evaluator, area, "2022-03", cases, ()).possible()

    assert (grades.rank(book.grade_default), grades.rank("good")) == possible(sound, good)
    assert (grades.rank("inadequate"), grades.rank("good")) == possible(sound, good, harmed)
    assert possible(sound, good, alarm) is None
