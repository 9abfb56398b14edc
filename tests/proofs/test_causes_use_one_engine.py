"""Causes are told with the engine there is; none is made for each case looked at."""

from __future__ import annotations

from collections import Counter

import pytest

from grader.engines.reference import ReferenceEngine
from grader.language.rulebook import Layer
from grader.proofs.in_the_way import told_by_cause, without_in
from grader.proofs.report import Finding
from grader.proofs.trials import Trials


def _finding(rule):
    return Finding("overridden", (rule.id,), rule.place, f"rule {rule.id} never decides", "")


@pytest.mark.parametrize("layer", [Layer.STATUS, Layer.GRADE])
def test_telling_causes_of_more_findings_makes_no_more_engines(opened, monkeypatch, layer):
    subject = opened("sound").subject()
    trials = Trials(subject, many=20)
    assert trials.states
    made = Counter()
    first = ReferenceEngine.__init__

    def counted(self, book):
        made["engines"] += 1
        first(self, book)

    monkeypatch.setattr(ReferenceEngine, "__init__", counted)
    findings = [_finding(r) for r in subject.bound.rules if r.layer is layer]
    assert len(findings) > 1
    told_by_cause(subject, findings, without_in(trials))
    # One rule book is put together for each rule that is taken out and graded anew, whatever is asked of it.
    assert made["engines"] <= len(subject.bound.written)
