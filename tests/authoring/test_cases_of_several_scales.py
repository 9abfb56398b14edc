"""Cases on frameworks with several scales: what is kept of one characteristic is not taken for another's."""

from __future__ import annotations

from grader.authoring.mutant_killer import CachingEvaluator
from grader.engines.reference import ReferenceEngine
from grader.grading.conclude import LayerEvaluator
from grader.io.catalogue import open_rulebook
from grader.language.bind import bind


def test_a_characteristic_without_evidence_keeps_its_own_scale():
    _, framework, book = open_rulebook("FHRS")
    bound = bind(book)
    evaluators = [made(bound, ReferenceEngine(bound)) for made in (LayerEvaluator, CachingEvaluator)]
    for _, c in framework.framework.characteristics():
        plain, kept = (e.characteristic("rating", c.id, True, (), []).facts for e in evaluators)
        assert plain == kept
