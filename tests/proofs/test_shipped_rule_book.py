"""The rule book shipped keeps every promise, and a number changed carelessly is noticed."""

from __future__ import annotations

from dataclasses import replace

import pytest


@pytest.fixture(scope="module")
def report(shipped):
    return shipped.check()


def test_every_promise_is_proved(report):
    assert {"proved"} == {p.result for p in report.promises}


def test_nothing_is_found(report):
    assert () == report.findings
    assert report.holds


def _with_default(book, name, value):
    changed = replace(book.parameters[name], default=value)
    return replace(book, parameters={**book.parameters, name: changed})


def _codes(report):
    return sorted({f.code for f in report.findings})


def test_good_asking_less_than_adequate_is_noticed(shipped):
    report = shipped.check(_with_default(shipped.book, "substantially_all", 300))
    assert "parameter-order" in _codes(report)


def test_measures_out_of_order_are_noticed(shipped):
    report = shipped.check(_with_default(shipped.book, "crime_recording_partly", 990))
    assert ["parameter-order"] == _codes(report)


def test_a_limit_left_out_is_noticed(shipped):
    rules = tuple(r for r in shipped.book.rules if r.id != "inadequate.open-concern")
    report = shipped.check(replace(shipped.book, rules=rules))
    assert ["uncapped-concern", "unreachable"] == _codes(report)


def test_a_limit_relaxed_to_the_cap_keeps_every_promise_but_its_grade(shipped):
    rules = tuple(
        replace(r, target="requires_improvement") if r.id == "inadequate.open-concern" else r
        for r in shipped.book.rules
    )
    report = shipped.check(replace(shipped.book, rules=rules))
    assert ["unreachable"] == _codes(report)
    assert ["proved"] == [p.result for p in report.promises if p.id == "capped"]


def test_a_rule_copied_under_another_name_is_redundant(shipped):
    copied = next(r for r in shipped.book.rules if r.id == "good.substantially-all")
    report = shipped.check(
        replace(shipped.book, rules=(*shipped.book.rules, replace(copied, id="good.again")))
    )
    assert [("redundant", "good.again"), ("redundant", "good.substantially-all")] == sorted(
        (f.code, f.rules[0]) for f in report.findings
    )


def test_a_rule_marked_not_monotone_is_reported(shipped):
    rules = tuple(
        replace(r, not_monotone="a trial") if r.id == "adequate.some" else r for r in shipped.book.rules
    )
    report = shipped.check(replace(shipped.book, rules=rules))
    assert [("non-monotone", ("adequate.some",))] == [(f.code, f.rules) for f in report.findings]
    assert not report.holds
