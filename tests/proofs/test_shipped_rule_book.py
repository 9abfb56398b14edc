"""The rule book shipped keeps every promise, and a number changed carelessly is noticed."""

from __future__ import annotations

from dataclasses import replace

import pytest


@pytest.fixture(scope="module")
def report(shipped):
    return shipped.check()


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


def test_what_is_not_promised_is_said_to_be_broken_and_where(report):
    said = {p.id: (p.result, " ".join(p.assumes)) for p in report.promises if not p.made}
    for name, rule, file in (
        ("monotone.f", "exceeded.described", "statuses.yaml:"),
        ("monotone.g", "contradicted", "sufficiency.yaml:"),
    ):
        result, assumes = said[name]
        assert "refuted" == result
        assert rule in assumes
        assert file in assumes


def test_a_promise_made_and_broken_is_a_finding(shipped):
    report = shipped.check(replace(shipped.book, promises=("monotone.g",)))
    assert [("contradicted",)] == [f.rules[:1] for f in report.findings]
    assert not report.holds


def test_what_holds_by_construction_says_how_many_cases_tested_it(report):
    for name in ("total", "local"):
        (promise,) = (p for p in report.promises if p.id == name)
        assert any(a.startswith("by construction, tested by ") for a in promise.assumes)
