"""The rule book shipped keeps every promise, and a number changed carelessly is noticed."""

from __future__ import annotations

from dataclasses import replace

import pytest


@pytest.fixture(scope="module")
def report(shipped):
    return shipped.checked


def test_every_promise_is_proved(report):
    assert {"proved"} == {p.result for p in report.promises if p.made}


def test_nothing_is_found(report):
    assert () == report.findings
    assert report.holds


def _with_default(book, name, value):
    changed = replace(book.parameters[name], default=value)
    return replace(book, parameters={**book.parameters, name: changed})


def _codes(report):
    return sorted({f.code for f in report.findings})


@pytest.mark.slow
def test_good_asking_less_than_adequate_is_noticed(shipped):
    report = shipped.check(_with_default(shipped.book, "substantially_all", 300))
    assert "parameter-order" in _codes(report)


@pytest.mark.slow
def test_measures_out_of_order_are_noticed(shipped):
    report = shipped.check(_with_default(shipped.book, "crime_recording_partly", 990))
    assert ["parameter-order"] == _codes(report)


def test_it_makes_both_promises_a_rule_book_may_leave_out(report):
    assert {"monotone.f", "monotone.g"} == set(report.book.promises)
    assert all(p.made for p in report.promises)


def test_what_is_not_promised_is_said_to_be_broken_and_where(opened):
    (said,) = (p for p in opened("sound").checked.promises if p.id == "monotone.f")
    assert not said.made
    assert "refuted" == said.result
    assert "not promised" in " ".join(said.assumes)
    assert "exceeded.described" in " ".join(said.assumes)
    assert "grades.yaml:" in " ".join(said.assumes)


def test_a_promise_made_and_broken_is_a_finding(opened):
    sound = opened("sound")
    report = sound.check(replace(sound.book, promises=("monotone.f",)))
    assert ["non-monotone"] == [f.code for f in report.findings]
    assert "exceeded.described" in report.findings[0].rules
    assert not report.holds


def test_what_holds_by_construction_says_how_many_cases_tested_it(report):
    for name in ("total", "local"):
        (promise,) = (p for p in report.promises if p.id == name)
        assert any(a.startswith("by construction, tested by ") for a in promise.assumes)
