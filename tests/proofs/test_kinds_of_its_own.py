"""Kinds of finding of its own beside tested and described evidence: of such a framework nothing is proved."""

from __future__ import annotations

from dataclasses import replace

from grader.authoring.impact import prove
from grader.language.nodes import Compare, Const, Op
from grader.model.framework import Framework
from grader.proofs.check import check_rulebook
from grader.proofs.report import OWN_KINDS, UNDECIDED, for_person

KINDS = [
    {"id": "breach", "title": "breach", "plural": "breaches", "caps": True, "never_withheld": True},
    {"id": "note", "title": "note", "plural": "notes"},
]


def with_kinds(opened):
    sound = opened("sound")
    said = sound.framework.model_dump(mode="json", by_alias=True, exclude_unset=True)
    framework = Framework.model_validate({**said, "findings": KINDS})
    return framework, replace(sound.book, vocabulary=framework.vocabulary)


def test_every_promise_is_unknown_and_says_why_once(opened):
    framework, book = with_kinds(opened)
    report = check_rulebook(book, framework)
    assert {"unknown"} == {p.result for p in report.promises}
    assert {UNDECIDED + OWN_KINDS} == {p.assumes[-1] for p in report.promises if p.made}
    assert not report.holds
    assert 1 == for_person(report).count("undecided:")


def test_a_change_of_its_rules_is_unknown(opened):
    framework, book = with_kinds(opened)
    rules = tuple(
        replace(r, condition=Compare("demonstrated_share", Op.AT_LEAST, (Const(1),)))
        if r.id == "good.substantially-all"
        else r
        for r in book.rules
    )
    found = prove(book, replace(book, rules=rules), framework)
    assert ("unknown", OWN_KINDS, ()) == (found.result, found.because, found.cases)
    assert "nothing" == prove(book, book, framework).result
