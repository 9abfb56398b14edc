"""Mistakes made in a rule book without a fault, one at a time."""

from __future__ import annotations

from dataclasses import replace

import pytest


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
