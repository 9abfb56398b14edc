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
