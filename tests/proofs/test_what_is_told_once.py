"""What a check asks, at which parameters, and what it tells once though it is met several times."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.language.nodes import Compare, Const, Op
from grader.language.rulebook import AT_DEFAULTS, EVERYWHERE
from grader.proofs import check
from grader.proofs.check import at_settings, check_rulebook, questions
from grader.proofs.tag_combinations import Part

EFFORT = 1_000_000_000


@pytest.fixture(scope="module")
def sound(opened):
    return opened("sound")


def test_settings_hold_a_parameter_at_one_value(sound):
    book = at_settings(sound.book, {"some": 450})
    some = book.parameters["some"]
    assert (450, 450, 450) == (some.default, some.minimum, some.maximum)
    others = {n: p for n, p in sound.book.parameters.items() if n != "some"}
    assert others == {n: p for n, p in book.parameters.items() if n != "some"}


def test_each_promise_is_asked_once_in_the_order_of_the_documentation(sound):
    every = questions(sound.framework)
    asked = [question.id for question in every]
    assert ["total", *map(str, Part), "local", "capped", "reachable", "live"] == asked
    assert {"reachable", "live"} == {q.id for q in every if AT_DEFAULTS in q.assumes}
    assert {"reachable", "live"} == {q.id for q in every if EVERYWHERE not in q.assumes}


def test_only_what_is_asked_about_is_asked_and_said_with_the_settings(sound):
    report = check_rulebook(
        sound.book, sound.framework, effort=EFFORT, settings={"some": 450}, only={"total", "local"}
    )
    assert ["total", "local"] == [p.id for p in report.promises]
    assert [("proved", True)] * 2 == [(p.result, "some at 450" in p.assumes) for p in report.promises]
    assert all(any("tested by" in a for a in p.assumes) for p in report.promises)


def test_what_is_known_already_is_not_asked_again(sound, monkeypatch):
    report = check_rulebook(sound.book, sound.framework, effort=0, only={"total"})
    (known,) = report.promises

    def never(subject, trials):
        raise AssertionError("it is known")

    asked = tuple(replace(q, check=never) for q in questions(sound.framework))
    monkeypatch.setattr(check, "questions", lambda framework: asked)
    proved = {"total": known}
    again = check_rulebook(sound.book, sound.framework, effort=0, only={"total"}, known=proved.get)
    assert (known,) == again.promises


def test_a_grade_out_of_reach_for_a_rule_that_never_holds_is_told_of_the_rule_alone(sound):
    rules = tuple(
        replace(r, condition=Compare("demonstrated_share", Op.MORE_THAN, (Const(1000),)))
        if r.id == "good.substantially-all"
        else r
        for r in sound.book.rules
    )
    book = replace(sound.book, rules=rules)
    report = check_rulebook(book, sound.framework, effort=EFFORT, only={"reachable", "live"})
    assert {"reachable": "refuted", "live": "refuted"} == {p.id: p.result for p in report.promises}
    assert [("vacuous", ("good.substantially-all",))] == [
        (f.code, f.rules) for f in report.findings if f.code in ("vacuous", "unreachable")
    ]


def test_what_one_rule_keeps_out_is_told_once_and_that_rule_first(sound):
    # What is assessed is at best adequate: two grades are out of reach, and two rules decide nothing.
    limit = next(r for r in sound.book.rules if r.id == "inadequate.open-concern")
    asked = Compare("assessed", Op.AT_LEAST, (Const(1),))
    added = replace(limit, id="in-the-way", target="adequate", condition=asked)
    book = replace(sound.book, rules=(*sound.book.rules, added))
    report = check_rulebook(book, sound.framework, effort=EFFORT, only={"reachable", "live"})
    (found,) = report.findings
    assert ("in-the-way", {"good.substantially-all", "outstanding.exceeded"}) == (
        found.rules[0], set(found.rules) & {"good.substantially-all", "outstanding.exceeded"},
    )  # fmt: skip
    assert "look at rule in-the-way first: without it these are mended" == found.help


def test_a_rule_that_alone_keeps_another_out_is_named_beside_it(sound):
    # A second rule for good asks for less than the first: only with both out of the way is it seen.
    first = next(r for r in sound.book.rules if r.id == "adequate.some")
    asked = Compare("partly_share", Op.AT_LEAST, (Const(400),))
    added = replace(first, id="further", target="good", condition=asked)
    book = replace(sound.book, rules=(*sound.book.rules, added))
    report = check_rulebook(book, sound.framework, effort=EFFORT, only={"live"})
    assert ["further" in f.rules for f in report.findings] == [True] * len(report.findings)
    assert report.findings
