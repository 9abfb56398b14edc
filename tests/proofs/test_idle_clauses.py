"""Clauses without which a rule would hold in the same cases, each at its own line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.errors import Place
from grader.language.nodes import All, Any_, Compare, Const, Op, Param

HERE = Place("grades.yaml", 7, 9)
OUTSTANDING, GOOD, ADEQUATE = "outstanding.exceeded", "good.substantially-all", "adequate.some"
TESTED = "demonstrated.tested"
AT = "at the default parameters"
REST = "adds nothing to the rest of the condition"
SAME = ": without it the rule would hold in the same cases"


@pytest.fixture(scope="module")
def sound(opened):
    return opened("sound")


def compare(fact, op, value):
    return Compare(fact, op, (Param(value) if isinstance(value, str) else Const(value),), HERE)


def told(sound, made, restates=None):
    """What a check of rules and clauses says once some conditions are changed and marked."""
    rules = (
        replace(r, condition=made[r.id](r.condition), restates=restates) if r.id in made else r
        for r in sound.book.rules
    )
    report = replace(sound, book=replace(sound.book, rules=tuple(rules))).asked("live")
    return {f.rules: (f.code, f.place, f.message) for f in report.findings}


def idle(rule, so):
    return {(rule,): ("idle-clause", HERE, f"in rule {rule}, {so}{SAME}")}


def test_a_clause_that_always_holds_is_found_at_its_line(sound):
    made = {
        OUTSTANDING: lambda c: replace(c, parts=(*c.parts, compare("assessed", Op.AT_LEAST, 0))),
        GOOD: lambda c: All((c, compare("exceeded_share", Op.AT_LEAST, 0))),
        ADEQUATE: lambda c: All((c, compare("demonstrated", Op.AT_MOST, 1000))),
        TESTED: lambda c: All((c, compare("tested", Op.AT_LEAST, 0))),
    }
    assert {
        **idle(OUTSTANDING, f"'characteristics assessed: at least 0' always holds {AT}"),
        **idle(GOOD, f"'share of assessed characteristics exceeded: at least 0 %' always holds {AT}"),
        **idle(ADEQUATE, f"'characteristics demonstrated or better: at most 1000' always holds {AT}"),
        **idle(TESTED, "'tested findings: at least 0' always holds"),
    } == told(sound, made)


def test_a_clause_that_never_holds_or_follows_from_the_rest_is_found(sound):
    groups = compare("assessed", Op.AT_LEAST, 3), compare("assessed", Op.AT_MOST, 2)
    made = {
        GOOD: lambda c: Any_((c, compare("exceeded_share", Op.MORE_THAN, 1000))),
        # Half partly demonstrated is some partly demonstrated.
        ADEQUATE: lambda c: All((c, compare("partly", Op.AT_LEAST, 1))),
        # A group goes whole, where none of its parts can by itself.
        OUTSTANDING: lambda c: All((*c.parts, Any_(groups))),
        # Of two that say the same, one goes.
        TESTED: lambda c: All((c, replace(c, place=HERE))),
    }
    found = told(sound, made)
    assert {
        **idle(GOOD, f"'share of assessed characteristics exceeded: more than 100 %' never holds {AT}"),
        **idle(ADEQUATE, f"'characteristics partly demonstrated or better: at least 1' {REST} {AT}"),
    } == {rules: found[rules] for rules in ((GOOD,), (ADEQUATE,))}
    assert " or " in found[(OUTSTANDING,)][2]
    assert {(OUTSTANDING,), (GOOD,), (ADEQUATE,), (TESTED,)} == set(found)


def test_one_that_has_to_stand_there_is_left_alone_and_a_needless_mark_is_not(sound):
    made = {
        ADEQUATE: lambda c: All((c, compare("partly", Op.AT_LEAST, 1))),
        GOOD: lambda c: All((c, compare("assessed", Op.AT_LEAST, 0))),
        TESTED: lambda c: c,
    }
    found = told(sound, made, restates="the table gives both")
    needless = "is marked restates, and none of its clauses follows from the others"
    assert [
        f"rule {TESTED} {needless}",
        f"in rule {GOOD}, 'characteristics assessed: at least 0' always holds {AT}{SAME}",
    ] == [found[(TESTED,)][2], found[(GOOD,)][2]]
    assert {(TESTED,), (GOOD,)} == set(found)


def test_a_clause_that_a_parameter_would_wake_is_left_alone(sound):
    # More than half exceeded is at least half demonstrated; not so from another share on.
    clause = compare("demonstrated_share", Op.AT_LEAST, "some")
    fixed = compare("demonstrated_share", Op.AT_LEAST, 1)
    made = {
        OUTSTANDING: lambda c: All((c.parts[0], clause)),
        GOOD: lambda c: All((c, fixed)),
    }
    assert {(GOOD,)} == set(told(sound, made))


def test_clauses_of_a_rule_that_is_dead_are_not_told_as_well(sound):
    never, always = compare("demonstrated", Op.MORE_THAN, 1000), compare("demonstrated", Op.AT_LEAST, 0)
    assert ["vacuous"] == [
        code for code, _, _ in told(sound, {GOOD: lambda c: All((c, never, always))}).values()
    ]


def test_clauses_over_scores_are_asked_as_well(written):
    rules = """
layer: grade
facts:
  a: {score_of: a, better: more, english: a}
  b: {score_of: b, better: more, english: b}
  total: {sum: {a: 1, b: 1}, better: more, english: total}
rules:
  - id: high
    reaches: high
    when: {all: [{total: {at_least: 4}}, {total: {at_least: 3}}, {a: {at_least: 2}}]}
    because: "{a}"
    source: s
  - {id: middle, reaches: middle, when: {all: [{a: {at_least: 1}}, {b: {at_least: 1}}]}, because: "{a}", source: s}
"""  # noqa: E501
    (finding,) = written(rules).asked("live").findings
    # That a total of 4 takes an a of 2 is arithmetic a published table may repeat.
    assert ("idle-clause", 10, f"in rule high, 'total: at least 3' {REST}{SAME}") == (
        finding.code, finding.place.line, finding.message,
    )  # fmt: skip
