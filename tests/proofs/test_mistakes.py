"""Mistakes made in a rule book without a fault, one at a time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.language.nodes import Compare, Const, Effect, Kind, Op, Param
from grader.language.rulebook import Parameter


@pytest.fixture(scope="module")
def sound(opened):
    return opened("sound")


def _codes(report):
    return sorted({f.code for f in report.findings})


def test_a_limit_left_out_is_noticed(sound):
    rules = tuple(r for r in sound.book.rules if r.id != "inadequate.open-concern")
    report = sound.check(replace(sound.book, rules=rules))
    assert ["uncapped-concern", "unreachable"] == _codes(report)


def test_a_limit_relaxed_to_the_cap_keeps_every_promise_but_its_grade(sound):
    rules = tuple(
        replace(r, target="requires_improvement") if r.id == "inadequate.open-concern" else r
        for r in sound.book.rules
    )
    report = sound.check(replace(sound.book, rules=rules))
    assert ["unreachable"] == _codes(report)
    assert ["proved"] == [p.result for p in report.promises if p.id == "capped"]


def test_a_rule_copied_under_another_name_is_redundant(sound):
    copied = next(r for r in sound.book.rules if r.id == "good.substantially-all")
    report = sound.check(replace(sound.book, rules=(*sound.book.rules, replace(copied, id="good.again"))))
    assert [("redundant", "good.again"), ("redundant", "good.substantially-all")] == sorted(
        (f.code, f.rules[0]) for f in report.findings
    )


def test_a_rule_marked_not_monotone_is_reported(sound):
    rules = tuple(
        replace(r, not_monotone="a trial") if r.id == "adequate.some" else r for r in sound.book.rules
    )
    report = sound.check(replace(sound.book, rules=rules))
    assert [("non-monotone", ("adequate.some",))] == [(f.code, f.rules) for f in report.findings]
    assert not report.holds


def test_a_limit_with_nothing_to_hold_down_is_overridden(sound):
    # Nothing demonstrated, so nothing above the default is reached and the limit never bites.
    asked = Compare("partly_share", Op.AT_MOST, (Const(0),))
    limit = next(r for r in sound.book.rules if r.id == "inadequate.open-concern")
    idle = replace(limit, id="idle", target="adequate", condition=asked)
    report = sound.check(replace(sound.book, rules=(*sound.book.rules, idle)))
    assert [("overridden", ("idle",))] == [(f.code, f.rules) for f in report.findings]


@pytest.mark.parametrize("most", [1, 2])
def test_a_cap_is_proved_at_every_value_of_a_parameter(sound, most):
    needed = Parameter("needed", Kind.COUNT, 1, 1, most, "assumed", "a test", "a test")
    asked = Compare("open_concerns", Op.AT_LEAST, (Param("needed"),))
    rules = tuple(
        replace(r, condition=asked) if r.id == "inadequate.open-concern" else r for r in sound.book.rules
    )
    book = replace(sound.book, rules=rules, parameters={**sound.book.parameters, "needed": needed})
    report = sound.check(book)
    (capped,) = (p.result for p in report.promises if p.id == "capped")
    if most == 1:
        assert "proved" == capped
        return
    # At the default one concern is enough to cap; at 2 it is not.
    assert "refuted" == capped
    (finding,) = report.findings
    assert "uncapped-concern" == finding.code
    assert finding.witness is not None
    assert finding.witness.cases[0]["set"]["needed"] > 1


def test_a_concern_that_does_not_cap_is_laid_to_the_rule_about_concerns(sound):
    rules = tuple(
        replace(r, effect=Effect.REACHES) if r.id == "inadequate.open-concern" else r
        for r in sound.book.rules
    )
    report = replace(sound, book=replace(sound.book, rules=rules)).asked("capped")
    (finding,) = report.findings
    assert ("uncapped-concern", "inadequate.open-concern") == (finding.code, finding.rules[0])
    assert next(r.place for r in rules if r.id == "inadequate.open-concern") == finding.place
